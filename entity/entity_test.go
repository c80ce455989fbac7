package entity_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"veche/entity"
)

// Status shows that named types are as good as plain ones.
type Status string

type News struct {
	entity.Base
	Title     string    `entity:"title,required,max=200,list,search"`
	Slug      string    `entity:"slug,required,unique=address"`
	Locale    string    `entity:"enum=ru|en,default=ru,unique=address"`
	Email     string    `entity:"email,unique,null"`
	Site      string    `entity:"url"`
	Lead      string    `entity:"long,max=500"`
	Body      string    `entity:"markdown,min=3"`
	Markup    string    `entity:"html"`
	State     Status    `entity:"enum=draft|review|published,default=draft,list"`
	SectionID int64     `entity:"ref=section,required,index=shown"`
	PublishAt time.Time `entity:"index=shown"`
	Day       time.Time `entity:"date"`
	Pinned    bool
	Weight    float64 `entity:"min=-10,max=10"`
	Views     int32   `entity:"readonly,min=0"`
	Stars     uint8   `entity:"max=5"`
	Password  string  `entity:"secret"`
	File      []byte  `entity:"max=100"`
	Comments  []News  `entity:"-"`
}

type PressRelease struct {
	News  `entity:"table=press_release"`
	Title string `entity:"title,required,max=80"`
	Firm  string `entity:"required"`
}

func describe[T any](t testing.TB) *entity.Entity {
	t.Helper()
	e, err := entity.Of[T]()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestDescriptionSaysWhatTheTagsSay(t *testing.T) {
	e := describe[News](t)
	if e.Name != "news" || e.Table != "news" || !cmp.Equal(e.Lineage, []string{"base"}) || e.Title().Column != "title" {
		t.Errorf("got %s %s %v", e.Name, e.Table, e.Lineage)
	}
	var columns []string
	for _, f := range e.Fields {
		columns = append(columns, f.Column)
	}
	want := strings.Fields("id version created_at updated_at author_id title slug locale email site lead body markup state " +
		"section_id publish_at day pinned weight views stars password file")
	if diff := cmp.Diff(want, columns); diff != "" {
		t.Errorf("columns (-want +got):\n%s", diff)
	}
	title := e.Field("title")
	if title.Label != "entity.news.title" || title.Max != 200 || !title.Required || !title.List || !title.Search || title.Domain != entity.Text {
		t.Errorf("title: got %+v", title)
	}
	if at := e.Field("created_at"); at.Label != "entity.base.created_at" || at.From != "base" || !at.Null {
		t.Errorf("created_at: got %+v", at)
	}
	if diff := cmp.Diff([]string{"draft", "review", "published"}, e.Field("state").Enum); diff != "" {
		t.Error(diff)
	}
	if f := e.Field("markup"); !f.HasMax || f.Max != 1<<20 {
		t.Errorf("a text without max= has no bound: %+v", f)
	}
	indexes := []entity.Index{
		{Name: "author_id", Columns: []string{"author_id"}},
		{Name: "address", Unique: true, Columns: []string{"slug", "locale"}},
		{Name: "email", Unique: true, Columns: []string{"email"}},
		{Name: "shown", Columns: []string{"section_id", "publish_at"}},
	}
	if diff := cmp.Diff(indexes, e.Indexes); diff != "" {
		t.Errorf("indexes (-want +got):\n%s", diff)
	}
}

func TestEntityThatExtendsAnother(t *testing.T) {
	e := describe[PressRelease](t)
	if e.Name != "press_release" || !cmp.Equal(e.Lineage, []string{"news", "base"}) {
		t.Errorf("got %s from %v", e.Name, e.Lineage)
	}
	title, slug := e.Field("title"), e.Field("slug")
	if title.Max != 80 || title.Label != "entity.press_release.title" {
		t.Errorf("the outer field does not hide the inner: %+v", title)
	}
	if slug.Label != "entity.news.slug" || slug.From != "news" {
		t.Errorf("got %+v", slug)
	}
	var p PressRelease
	if err := e.Decode(&p, map[string][]string{"title": {"T"}, "slug": {"s"}}, "title", "slug"); err != nil {
		t.Fatal(err)
	}
	if p.Title != "T" || p.News.Title != "" || p.Slug != "s" {
		t.Errorf("got %+v", p)
	}
}

func TestNewRowHasItsDefaults(t *testing.T) {
	n := describe[News](t).New().(*News)
	if n.State != "draft" || n.Locale != "ru" || n.BaseRow() != &n.Base {
		t.Errorf("got %+v", n)
	}
}

func TestSnakeCase(t *testing.T) {
	for name, want := range map[string]string{
		"ID": "id", "AuthorID": "author_id", "HTMLBody": "html_body", "News": "news", "PublishAt": "publish_at",
		"URL": "url", "Address2": "address2", "X509Cert": "x509_cert", "A": "a", "already_so": "already_so",
	} {
		if got := entity.SnakeCase(name); got != want {
			t.Errorf("%s: got %s, want %s", name, got, want)
		}
	}
}
