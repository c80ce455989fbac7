package sqltracktest

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"veche/data/sqltrack"
)

// article has a field of every kind that entities have.
type article struct {
	ID        int64
	Title     string `gorm:"size:200"`
	Draft     bool
	Rank      float64
	Photo     []byte
	At        time.Time
	Ends      *time.Time
	Comments  []comment `gorm:"constraint:OnDelete:CASCADE"`
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt gorm.DeletedAt `gorm:"index"`
}

type comment struct {
	ID        int64
	ArticleID int64 `gorm:"index"`
	Body      string
}

// Gorm checks that what GORM sends is tracked by row. orm is over a handle of the
// connector, on an empty database.
func Gorm(t *testing.T, orm *gorm.DB, c *sqltrack.Connector) {
	for range 2 { // the second finds everything in place
		if err := orm.AutoMigrate(&article{}, &comment{}); err != nil {
			t.Fatal(err)
		}
	}
	g := &ormSite{t, orm, c}
	at := time.Date(2026, 2, 3, 4, 5, 6, 789000, time.UTC)
	articles := []article{
		{Title: "One", Draft: true, Rank: 0.5, Photo: []byte{1, 2}, At: at, Ends: &at, Comments: []comment{{Body: "first"}}},
		{Title: "Two", At: at.Add(time.Hour)},
		{Title: "Three", At: at.Add(2 * time.Hour)},
	}
	g.do(orm.Create(&articles))
	made, kept := g.first(1), g.first(1)
	if d := cmp.Diff(made, kept); d != "" {
		t.Errorf("kept otherwise than made:\n%s", d)
	}
	want := articles[0]
	want.Comments = nil
	if !made.At.Equal(at) || made.At.Location() != time.UTC || !reflect.DeepEqual(made.Photo, want.Photo) || !made.Draft || made.Ends == nil || !made.Ends.Equal(at) {
		t.Errorf("got %+v, want %+v", made, want)
	}
	g.keeps("an update of another row", true, 1, func() { g.do(orm.Model(&article{ID: 2}).Update("title", "Zwei")) })
	g.keeps("an update", false, 1, func() { g.do(orm.Model(&article{ID: 1}).Update("title", "Eins")) })
	g.keeps("a save of another row", true, 1, func() { a := g.first(3); a.Rank = 7; g.do(orm.Save(&a)) })
	g.keeps("a comment", true, 1, func() { g.do(orm.Create(&comment{ArticleID: 1, Body: "second"})) })
	g.keeps("an update of columns", false, 1, func() { g.do(orm.Model(&article{}).Where("rank < ?", 1).Updates(map[string]any{"draft": false})) })
	g.keeps("a rolled back transaction", true, 1, func() {
		err := orm.Transaction(func(tx *gorm.DB) error {
			g.do(tx.Model(&article{ID: 1}).Update("title", "Never"))
			return errors.New("no")
		})
		if err == nil {
			t.Error("no error")
		}
	})
	g.keeps("a nested rollback", true, 1, func() {
		err := orm.Transaction(func(tx *gorm.DB) error {
			g.do(tx.Model(&article{ID: 2}).Update("title", "Deux"))
			tx.Transaction(func(tx *gorm.DB) error {
				g.do(tx.Model(&article{ID: 1}).Update("title", "Never"))
				return errors.New("no")
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
	g.associations()
	for _, f := range c.Stats().Fallbacks {
		t.Logf("fallback: %s: %.120s", f.Reason, f.Text)
	}
	t.Logf("coarse: %v", c.Stats().Coarse)
}

// associations loads, upserts and deletes what belongs to an article.
func (g *ormSite) associations() {
	t, orm := g.t, g.orm
	var loaded article
	g.do(orm.Preload("Comments").First(&loaded, 1))
	if len(loaded.Comments) != 2 {
		t.Errorf("%d comments, want 2", len(loaded.Comments))
	}
	g.do(orm.Create(&comment{ArticleID: 1, Body: "third"}))
	loaded = article{}
	if g.do(orm.Preload("Comments").First(&loaded, 1)); len(loaded.Comments) != 3 {
		t.Errorf("%d comments, want 3", len(loaded.Comments))
	}
	g.do(orm.Clauses(clause.OnConflict{UpdateAll: true}).Create(&article{ID: 1, Title: "Upserted"}))
	if got := g.first(1); got.Title != "Upserted" {
		t.Errorf("after an upsert: %q", got.Title)
	}
	g.do(orm.Delete(&article{ID: 1}))
	if err := orm.First(&article{}, 1).Error; !errors.Is(err, gorm.ErrRecordNotFound) {
		t.Errorf("after a soft delete: %v", err)
	}
	var n int64
	g.do(orm.Model(&comment{}).Where("article_id = ?", 1).Count(&n))
	g.do(orm.Unscoped().Delete(&article{ID: 1}))
	if g.do(orm.Model(&comment{}).Where("article_id = ?", 1).Count(&n)); n != 0 {
		t.Errorf("after a cascade: %d comments", n)
	}
}

// ormSite is what Gorm works on.
type ormSite struct {
	t   *testing.T
	orm *gorm.DB
	c   *sqltrack.Connector
}

func (g *ormSite) do(db *gorm.DB) {
	g.t.Helper()
	if db.Error != nil {
		g.t.Fatal(db.Error)
	}
}

func (g *ormSite) first(id int64) (a article) {
	g.t.Helper()
	g.do(g.orm.First(&a, id))
	return a
}

// keeps checks whether an action leaves the kept result of an article.
func (g *ormSite) keeps(what string, want bool, id int64, action func()) {
	g.t.Helper()
	g.first(id)
	before := g.c.Stats().Hits
	if g.first(id); g.c.Stats().Hits != before+1 {
		g.t.Fatalf("%s: the article is not kept", what)
	}
	action()
	before = g.c.Stats().Hits
	if g.first(id); (g.c.Stats().Hits == before+1) != want {
		g.t.Errorf("%s: kept is %v, want %v", what, !want, want)
	}
}
