package locale

import (
	"strconv"
	"strings"
)

// maxRanges bounds how much of an Accept-Language header is looked at.
const maxRanges = 32

// Match returns the spoken language that the reader of an Accept-Language
// header (RFC 9110, section 12.5.4) likes best, English if none. Ranges of one
// quality are taken in the order of the header.
func Match(header string) Tag {
	best, bestQ := English, 0.0
	for n := 0; header != "" && n < maxRanges; n++ {
		var item string
		item, header, _ = strings.Cut(header, ",")
		name, params, _ := strings.Cut(item, ";")
		primary, _, _ := strings.Cut(strings.TrimSpace(name), "-")
		q := quality(params)
		if tag, ok := Parse(primary); ok && q > bestQ {
			best, bestQ = tag, q
		}
	}
	return best
}

func quality(params string) float64 {
	value, ok := strings.CutPrefix(strings.TrimSpace(params), "q=")
	if !ok {
		return 1
	}
	q, err := strconv.ParseFloat(value, 64)
	if err != nil || !(q >= 0 && q <= 1) {
		return 0
	}
	return q
}
