package sqltrack

import (
	"strings"
	"sync"
	"sync/atomic"

	"veche/data/sqltrack/statement"
)

// maxText bounds the length in bytes of a statement whose parsed form is
// remembered; a longer one is parsed each time.
const maxText = 64 << 10

// text is one statement text and what it says.
type text struct {
	st  *statement.Statement // nil if it was not understood
	why string               // why its result cannot be kept, whoever asks

	blind  string      // why it may do anything, "" if what it does is known
	auto   bool        // it is SET autocommit
	opaque atomic.Bool // taking its images failed once

	mu       sync.Mutex // one settles the statement's reads
	resolved atomic.Pointer[resolved]
}

// resolved is what the catalog adds.
type resolved struct {
	catalog *catalog
	why     string // why its result cannot be kept
}

func (t *text) kind() statement.Kind {
	if t.st == nil {
		return statement.Other
	}
	return t.st.Kind
}

// texts remembers parsed statements: two generations of at most half the bound
// each, of which the elder is dropped when the younger is full.
type texts struct {
	dialect statement.Dialect
	half    int
	count   *counters

	mu           sync.RWMutex
	young, elder map[string]*text
}

func newTexts(d statement.Dialect, bound int, count *counters) *texts {
	return &texts{dialect: d, half: max(1, bound/2), count: count, young: make(map[string]*text)}
}

// of returns what the statement says.
func (x *texts) of(s string) *text {
	x.mu.RLock()
	t := x.young[s]
	old := t == nil
	if old {
		t = x.elder[s]
	}
	x.mu.RUnlock()
	if t == nil {
		t = x.parse(s)
	}
	if old && len(s) <= maxText {
		x.mu.Lock()
		defer x.mu.Unlock()
		if len(x.young) >= x.half {
			x.young, x.elder = make(map[string]*text), x.young
		}
		x.young[s] = t
	}
	return t
}

func (x *texts) parse(s string) *text {
	x.count.parsed.Add(1)
	st, err := statement.Parse(x.dialect, s)
	if err != nil {
		x.count.fallback(s, "not understood: "+err.Error())
		why := "a statement that is not understood"
		return &text{why: why, blind: why, auto: x.autocommit(s)}
	}
	t := &text{st: st, why: st.Volatile}
	if t.why == "" && namesCatalog(x.dialect, s) {
		t.why = "a query of the catalog"
	}
	if st.Calls != "" && x.dialect != statement.SQLite { // whose functions cannot write
		t.blind = "a function of which nothing is known"
		x.count.fallback(s, "calls "+st.Calls)
	}
	if st.Fallback != "" {
		x.count.fallback(s, st.Fallback)
	}
	if st.Write.Opaque != "" {
		x.count.fallback(s, st.Write.Opaque)
	}
	return t
}

// autocommit reports whether a statement that was not understood is MySQL's SET
// autocommit.
func (x *texts) autocommit(s string) bool {
	s = strings.ToLower(strings.TrimSpace(s))
	return x.dialect == statement.MySQL && strings.HasPrefix(s, "set") && strings.Contains(s, "autocommit")
}

// catalogs are the beginnings of the names of the databases' own tables, which
// change without statements that write to them.
var catalogs = map[statement.Dialect][]string{
	statement.SQLite:   {"sqlite_"},
	statement.Postgres: {"pg_", "information_schema"},
	statement.MySQL:    {"information_schema", "performance_schema", "mysql."},
}

// namesCatalog reports whether the text speaks of the database's own tables.
func namesCatalog(d statement.Dialect, s string) bool {
	s = strings.ToLower(s)
	for _, name := range catalogs[d] {
		for at := 0; ; {
			i := strings.Index(s[at:], name)
			if i < 0 {
				break
			}
			if at += i; at == 0 || !inName(s[at-1]) {
				return true
			}
			at += len(name)
		}
	}
	return false
}

func inName(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || c >= 0x80
}

func (x *texts) clear() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.young, x.elder = make(map[string]*text), nil
}
