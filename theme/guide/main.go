// Command guide shows the default theme: every part of it, in both languages, inside the real
// frames. It is where authors of modules look at a part and copy its markup. It is not part of
// the product.
//
//	go run ./theme/guide                          # serves it at http://127.0.0.1:8090/
//	go run ./theme/guide -write DIR               # writes the pages as files
//
// A page is a file of this folder that defines the templates "frame" (main, front, wide or bare),
// "locale" (ru or en), "title", "main" and, where its frame has one, "aside"; parts/ holds headers
// and footers. Pages use the functions that templates of the product use.
package main

import (
	"bytes"
	"flag"
	"fmt"
	"html/template"
	"io/fs"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	words "veche/locale"
	"veche/theme"
)

func main() {
	listen := flag.String("listen", "127.0.0.1:8090", "`host:port` to serve the guide at")
	folder := flag.String("theme", "theme", "`folder` of the theme, read anew for every request")
	write := flag.String("write", "", "`folder` to write the pages into, instead of serving them")
	flag.Parse()
	if err := run(*listen, *folder, *write); err != nil {
		log.Fatal("guide: ", err)
	}
}

func run(listen, folder, write string) error {
	g := guide{theme: folder}
	if write != "" {
		return g.write(write)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /assets/", http.FileServer(http.Dir(folder)))
	mux.Handle("GET /img/", http.FileServer(http.Dir(filepath.Join(folder, "guide"))))
	mux.HandleFunc("GET /guide.css", func(w http.ResponseWriter, r *http.Request) {
		http.ServeFile(w, r, filepath.Join(folder, "guide", "guide.css"))
	})
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/index.html", http.StatusFound)
	})
	mux.HandleFunc("GET /{page}", g.serve)
	server := &http.Server{Addr: listen, Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	log.Printf("guide: http://%s/", listen)
	return server.ListenAndServe()
}

// guide renders the pages of a theme folder.
type guide struct{ theme string }

// policy is the strictest the product may send, so that a part that breaks it breaks here first.
const policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; " +
	"font-src 'self'; media-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"

func (g guide) serve(w http.ResponseWriter, r *http.Request) {
	page, err := g.render(filepath.Base(r.PathValue("page")))
	if err != nil {
		http.Error(w, err.Error(), http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = w.Write(page) // a reader who left is no concern of the guide
}

func (g guide) write(folder string) error {
	names, err := filepath.Glob(filepath.Join(g.theme, "guide", "*.html"))
	if err != nil {
		return err
	}
	for _, name := range names {
		page, err := g.render(filepath.Base(name))
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(name)), page, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// render makes one page: the frame it names, with its own definitions in the frame's slots.
func (g guide) render(name string) ([]byte, error) {
	page, err := template.New(name).Funcs(g.functions("", nil)).
		ParseFiles(filepath.Join(g.theme, "guide", name))
	if err != nil {
		return nil, fmt.Errorf("reading page %s: %w", name, err)
	}
	if _, err := page.ParseGlob(filepath.Join(g.theme, "guide", "parts", "*.html")); err != nil {
		return nil, fmt.Errorf("reading parts: %w", err)
	}
	locale, frame := text(page, "locale"), text(page, "frame")
	skeleton, err := template.New(frame + ".html").Funcs(g.functions(locale, page)).
		ParseFiles(filepath.Join(g.theme, "templates", "frames", frame+".html"))
	if err != nil {
		return nil, fmt.Errorf("reading frame of %s: %w", name, err)
	}
	var out bytes.Buffer
	if err := skeleton.Execute(&out, nil); err != nil {
		return nil, fmt.Errorf("filling frame of %s: %w", name, err)
	}
	return out.Bytes(), nil
}

func (g guide) functions(locale string, page *template.Template) template.FuncMap {
	return template.FuncMap{
		"asset":  func(name string) string { return "/assets/" + name },
		"locale": func() string { return locale },
		"t": func(key string) (string, error) {
			folder, err := fs.Sub(theme.Default(), "words")
			if err != nil {
				return "", err
			}
			texts, err := words.Load(folder)
			if err != nil {
				return "", err
			}
			if !texts.Has(key) {
				return "", fmt.Errorf("text %q is not among the theme's texts", key)
			}
			return texts.Text(words.Tag(locale), key), nil
		},
		"slot": func(slot string) (template.HTML, error) { return fill(page, slot, locale) },
	}
}

// fill gives a slot what the page, or else the parts, define for it; nothing if neither does.
func fill(page *template.Template, slot, locale string) (template.HTML, error) {
	if slot == "head" {
		return template.HTML("<title>" + template.HTMLEscapeString(text(page, "title")) + "</title>\n" +
			`<link rel="stylesheet" href="/guide.css">`), nil
	}
	for _, name := range []string{slot, slot + "." + text(page, "frame") + "." + locale, slot + "." + locale} {
		if page.Lookup(name) == nil {
			continue
		}
		var out bytes.Buffer
		err := page.ExecuteTemplate(&out, name, nil)
		return template.HTML(strings.TrimSpace(out.String())), err
	}
	return "", nil
}

// text gives the plain words of a definition, empty if there is none.
func text(page *template.Template, name string) string {
	var out strings.Builder
	if page == nil || page.Lookup(name) == nil {
		return ""
	}
	if err := page.ExecuteTemplate(&out, name, nil); err != nil {
		return ""
	}
	return strings.TrimSpace(out.String())
}
