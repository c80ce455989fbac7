// Command hello is the smallest site: one module with one entity, one fragment
// and one action. README.md shows it.
package main

import (
	"context"
	"embed"
	"io/fs"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"

	"veche"
	"veche/data"
	"veche/entity"
	"veche/mosaic"
	"veche/theme"
	"veche/web"
)

//go:embed templates
var files embed.FS

// Greeting is one line in the guest book.
type Greeting struct {
	entity.Base
	Name string `entity:"title,required,max=80"`
}

// Module is a guest book.
func Module() veche.Module {
	last := mosaic.New("hello/last", func(ctx context.Context, _ mosaic.None) (any, error) {
		return data.All[Greeting](data.Read(ctx).Select("name").Order("id desc").Limit(10))
	})
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return veche.Module{
		Name: "hello", Schema: 1, Entities: []any{Greeting{}}, Components: []mosaic.Component{last}, Templates: templates,
		Pages:  []veche.Page{{Pattern: "/hello", View: func(*http.Request) veche.View { return veche.View{Main: mosaic.Place("hello/last", nil)} }}},
		Routes: []veche.Route{{Pattern: "POST /hello", Do: greet}},
	}
}

func greet(w http.ResponseWriter, r *http.Request) error {
	_, err := data.Write(r.Context(), func(tx *data.Tx) error {
		return data.Create(tx, &Greeting{Name: r.FormValue("name")})
	})
	if err != nil {
		return err
	}
	return web.SeeOther(w, r, "/hello")
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context) error {
	node, err := veche.New(ctx, veche.Options{Modules: []veche.Module{Module()}, Theme: theme.Default()})
	if err != nil {
		return err
	}
	defer node.Close()
	listener, err := net.Listen("tcp", "127.0.0.1:8080")
	if err != nil {
		return err
	}
	log.Print("http://127.0.0.1:8080/hello")
	return node.Serve(ctx, listener)
}
