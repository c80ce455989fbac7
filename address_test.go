package veche_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"testing"

	"veche"
	"veche/fault"
	"veche/modules/members"
	"veche/theme"
)

// Limits on signing in count visitors. Behind a proxy they must not count the
// proxy, and a visitor must not be able to choose the address that counts.
func TestLimitsCountVisitorsNotProxies(t *testing.T) {
	for _, c := range []struct {
		name, peer, forwarded string // of the attempts that use the limit up
		other, otherForwarded string // of one more attempt
		limited               bool
	}{
		{"visitors behind the proxy", "10.0.0.1:9", "203.0.113.1", "10.0.0.1:9", "203.0.113.2", false},
		{"one visitor behind the proxy", "10.0.0.1:9", "203.0.113.1", "10.0.0.1:9", "203.0.113.1", true},
		{"a chosen name before the proxy's", "10.0.0.1:9", "203.0.113.1", "10.0.0.1:9", "198.51.100.7, 203.0.113.1", true},
		{"two of our proxies", "10.0.0.1:9", "203.0.113.1, 10.0.0.2", "10.0.0.1:9", "203.0.113.3, 10.0.0.2", false},
		{"no proxy of ours", "192.0.2.1:9", "203.0.113.1", "192.0.2.1:9", "203.0.113.2", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			node, err := veche.New(t.Context(), veche.Options{
				Folder: t.TempDir(), Modules: []veche.Module{members.Module()}, Theme: theme.Default(),
				Proxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
			})
			if err != nil {
				t.Fatal(err)
			}
			defer node.Close()
			try := func(peer, forwarded string) int {
				r := httptest.NewRequest(http.MethodPost, "/sign-in", nil)
				r.RemoteAddr = peer
				r.Header.Set("X-Forwarded-For", forwarded)
				w := httptest.NewRecorder()
				node.ServeHTTP(w, r)
				return w.Code
			}
			tooMany := fault.TooMany.Status()
			for n := 0; try(c.peer, c.forwarded) != tooMany; n++ {
				if n == 200 {
					t.Fatal("two hundred attempts are not too many")
				}
			}
			if got := try(c.other, c.otherForwarded); (got == tooMany) != c.limited {
				t.Errorf("the other attempt answers %d", got)
			}
		})
	}
}
