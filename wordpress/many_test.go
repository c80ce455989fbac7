package wordpress_test

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"veche/modules/news"
	"veche/wordpress"
)

// Memory grows with the number of things in an export, not with their texts.
// VECHE_TEST_POSTS sets the number of posts, for a look at large sites.
func TestMemoryHoldsNoTexts(t *testing.T) {
	posts := 300
	if n, err := strconv.Atoi(os.Getenv("VECHE_TEST_POSTS")); err == nil {
		posts = n
	}
	const textBytes, perPost = 64 << 10, 24 << 10
	w := newTown(t, "")
	before := heap()
	var most uint64
	report, err := wordpress.Import(w.ctx(), newMany(posts, textBytes), wordpress.Options{
		Accounts: w.Accounts(),
		Progress: func(p wordpress.Progress) {
			if p.Writing && p.Items%max(posts/4, 1) == 0 {
				most = max(most, heap())
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := counted(report, "post").Added; got != posts || tables(w, &news.Comment{}, "1 = 1") != 2*posts {
		t.Errorf("%d posts were imported, want %d", got, posts)
	}
	grown := int64(most) - int64(before)
	t.Logf("%d posts of %d bytes: the heap grew by %d KiB, %d bytes for each post with two comments and two tags", posts, textBytes, grown>>10, grown/int64(posts))
	if grown > int64(posts)*perPost+(8<<20) {
		t.Errorf("the heap grew by %d bytes for each post of %d bytes", grown/int64(posts), textBytes)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// many is an export of many posts that is made while it is read.
type many struct {
	posts, next int
	head, tail  string
	text        string
	rest        *strings.Reader
}

func newMany(posts, textBytes int) *many {
	head, tail, _ := strings.Cut(export(item{ID: 0, Title: "CUT"}), item{ID: 0, Title: "CUT"}.String())
	return &many{
		posts: posts, head: head, tail: tail, rest: strings.NewReader(head),
		text: strings.Repeat("The bell rings, and the town comes. ", textBytes/36),
	}
}

func (m *many) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekStart {
		return 0, fmt.Errorf("only to the start")
	}
	m.next, m.rest = 0, strings.NewReader(m.head)
	return 0, nil
}

func (m *many) Read(p []byte) (int, error) {
	for m.rest.Len() == 0 {
		m.next++
		switch {
		case m.next <= m.posts:
			m.rest = strings.NewReader(m.post(m.next).String())
		case m.next == m.posts+1:
			m.rest = strings.NewReader(m.tail)
		default:
			return 0, io.EOF
		}
	}
	return m.rest.Read(p)
}

func (m *many) post(n int) item {
	slug := fmt.Sprintf("bell-%d", n)
	return item{
		ID: n, Title: fmt.Sprintf("The bell %d", n), Slug: slug, Link: "https://old.example/2020/05/06/" + slug + "/",
		Content: m.text,
		Extra: `<category domain="category" nicename="town">Town</category><category domain="post_tag" nicename="bell">Bell</category>` +
			fmt.Sprintf(`<category domain="post_tag" nicename="t%d">Tag %d</category>`, n%50, n%50) +
			comment(2*n, 0, "1", "", "hear") + comment(2*n+1, 2*n, "1", "", "hear!"),
	}
}
