package wordpress_test

import (
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"veche/data/datatest"
	"veche/modules/site"
	"veche/wordpress"
	"veche/wxr"
)

// Whoever comes by an old link to something public finds it.
func TestOldAddressesLeadHere(t *testing.T) {
	for _, name := range realExports(t) {
		export, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(filepath.Base(name), func(t *testing.T) {
			datatest.EachDSN(t, func(t *testing.T, dsn string) {
				w := newTown(t, dsn)
				_, err := wordpress.Import(w.ctx(), strings.NewReader(string(export)), wordpress.Options{
					Accounts: w.Accounts(), Forward: site.ForwardTo,
				})
				if err != nil {
					t.Fatal(err)
				}
				r, err := wxr.NewReader(strings.NewReader(string(export)), wxr.Options{})
				if err != nil {
					t.Fatal(err)
				}
				followed := 0
				for item, err := range r.Items() {
					if err != nil {
						t.Fatal(err)
					}
					if item.Type != "post" && item.Type != "page" || item.Status != "publish" || item.Password != "" {
						continue
					}
					u, err := url.Parse(item.Link)
					if err != nil {
						t.Fatal(err)
					}
					at := "/" + strings.TrimLeft(u.EscapedPath(), "/")
					answer := w.get(at)
					for hops := 0; hops < 3 && answer.Header().Get("Location") != ""; hops++ {
						answer = w.get(answer.Header().Get("Location"))
					}
					if answer.Code != 200 {
						t.Errorf("%s of %q answers %d", at, item.Title, answer.Code)
					}
					followed++
				}
				t.Logf("%d old addresses followed", followed)
			})
		})
	}
}
