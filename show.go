package veche

import (
	"cmp"
	"context"
	"crypto/rand"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"veche/fault"
	"veche/mosaic"
	"veche/web"
)

// Show answers a request with a view: for handlers of routes that show a page,
// such as a form with what the visitor typed.
func Show(w http.ResponseWriter, r *http.Request, v View) error {
	n, ok := r.Context().Value(nodeKey{}).(*Node)
	if !ok {
		return errNoNode
	}
	return n.show(w, r, v)
}

func (n *Node) show(w http.ResponseWriter, r *http.Request, v View) error {
	if v.Frame == None {
		return n.store.Serve(w, r, mosaic.Page{Main: v.Main, Status: v.Status, ContentType: v.ContentType})
	}
	frame := cmp.Or(v.Frame, Main)
	slots := n.slots[frame]
	if len(v.Aside) > 0 {
		slots = maps.Clone(slots)
		slots["aside"] = slices.Concat(v.Aside, slots["aside"])
	}
	return n.store.Serve(w, r, mosaic.Page{Frame: frame, Main: v.Main, Head: v.Head, Slots: slots, Status: v.Status})
}

// arrange sorts the modules' blocks into the slots of the frames, once.
func (n *Node) arrange() {
	n.slots = make(map[string]map[string][]mosaic.Fragment)
	for _, frame := range frames() {
		n.slots[frame] = make(map[string][]mosaic.Fragment)
	}
	var blocks []Block
	for _, m := range n.Modules {
		blocks = append(blocks, m.Blocks...)
	}
	slices.SortStableFunc(blocks, func(a, b Block) int { return cmp.Compare(a.Order, b.Order) })
	for _, b := range blocks {
		for _, frame := range b.Frames {
			if slots, ok := n.slots[frame]; ok {
				slots[b.Slot] = append(slots[b.Slot], b.Fragment)
			}
		}
	}
}

// FaultPage is the data of the templates "fault/page" and "fault/head", in the
// visitor's language.
type FaultPage struct {
	Status int
	Title  string
	Words  string
	// Ref is by which the log names the error, "" for what the visitor can mend.
	Ref string
}

// showFault answers with the page of an error. The cause goes to the log.
func (n *Node) showFault(w http.ResponseWriter, r *http.Request, f *fault.Error) {
	ref := ""
	if f.Kind == fault.Internal || f.Kind == fault.Unavailable {
		ref = strings.ToLower(rand.Text()[:8])
		n.Log.Error("a request failed", "ref", ref, "method", r.Method, "path", r.URL.Path, "err", f)
	}
	if f.Kind == fault.Unauthorized && r.Method == http.MethodGet && wantsPage(r) {
		http.Redirect(w, r, "/sign-in?to="+url.QueryEscape(web.Local(r.URL.RequestURI())), http.StatusSeeOther)
		return
	}
	key := "fault." + strings.ReplaceAll(f.Kind.String(), " ", "_")
	page := FaultPage{
		Status: f.Kind.Status(), Ref: ref,
		Title: n.text(r.Context(), key), Words: n.text(r.Context(), cmp.Or(f.Words, key+".words"), f.Args...),
	}
	w.Header().Del("Content-Length")
	if wantsPage(r) {
		err := n.show(w, r, View{
			Frame: Bare, Status: page.Status,
			Head: mosaic.Fresh("fault/head", page), Main: mosaic.Fresh("fault/page", page),
		})
		if err == nil {
			return
		}
		n.Log.Error("the page of an error failed", "err", err)
	}
	http.Error(w, page.Words, page.Status)
}

// wantsPage reports whether the client shows pages.
func wantsPage(r *http.Request) bool {
	accept := r.Header.Get("Accept")
	return strings.Contains(accept, "text/html") || strings.Contains(accept, "*/*")
}

// Text returns words in the visitor's language. In a component it makes the
// fragment one of that language.
func Text(ctx context.Context, key string, args ...any) string {
	n, ok := ctx.Value(nodeKey{}).(*Node)
	if !ok {
		return key
	}
	return n.text(ctx, key, args...)
}

func (n *Node) text(ctx context.Context, key string, args ...any) string {
	return n.words.Text(Locale(ctx), key, args...)
}
