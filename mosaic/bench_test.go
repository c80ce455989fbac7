package mosaic_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"veche/mosaic"
	"veche/track"
)

func BenchmarkPageOfKeptFragments(b *testing.B) {
	tracker := track.New(track.Options{})
	var slots []mosaic.Fragment
	body := strings.Repeat("x", 1500)
	store, err := mosaic.NewStore(mosaic.Options{Tracker: tracker, Memory: &memory{held: make(map[string]any)}, Sources: []mosaic.Source{
		mosaic.Embedded{FS: fstest.MapFS{"frames/main.html": {Data: []byte(`<html>{{slot "main"}}</html>`)}}},
	}})
	if err != nil {
		b.Fatal(err)
	}
	err = errors.Join(store.RegisterFrames("main"), store.Register(mosaic.New("t/n", func(_ context.Context, p struct{ N int }) (any, error) {
		return mosaic.HTML(body), nil
	})))
	if err != nil {
		b.Fatal(err)
	}
	for n := range 20 {
		slots = append(slots, mosaic.Place("t/n", struct{ N int }{n}))
	}
	page := mosaic.Page{Frame: "main", Slots: map[string][]mosaic.Fragment{"main": slots}}
	r := httptest.NewRequest("GET", "/", nil)
	w := &discard{h: make(http.Header)}
	b.ReportAllocs()
	for b.Loop() {
		if err := store.Serve(w, r, page); err != nil {
			b.Fatal(err)
		}
	}
}

type discard struct{ h http.Header }

func (d *discard) Header() http.Header         { return d.h }
func (d *discard) Write(b []byte) (int, error) { return io.Discard.Write(b) }
func (d *discard) WriteHeader(int)             {}
