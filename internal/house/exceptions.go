package house

import "fmt"

// An Exception lets one subject break one rule.
type Exception struct {
	Rule    string // the name of the rule
	Subject string // what may break it, as the finding prints it in brackets
	Reason  string // why the rule must yield there; required
}

// Exceptions lists what the house allows beyond its rules. Prefer to mend the source; where the rule must yield, add a line with
// the rule and the subject as the finding prints them, and the reason.
func Exceptions() []Exception {
	return []Exception{}
}

func (e Exception) finding(text string) Finding {
	return Finding{
		Rule:    e.Rule,
		File:    "internal/house/exceptions.go",
		Subject: e.Subject,
		Text:    fmt.Sprintf("the exception for %s %s", e.Subject, text),
	}
}
