package statement_test

import (
	"context"
	"database/sql"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/libtnb/sqlite"
	"gorm.io/driver/mysql"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"veche/data/sqltrack/statement"
)

type (
	section struct {
		ID   uint
		Slug string
		Kind int
	}
	tag struct {
		ID   uint
		Name string
	}
	news struct {
		gorm.Model
		Title     string
		Lang      string
		Hits      int
		Pinned    bool
		SectionID uint
		Section   section
		Tags      []tag `gorm:"many2many:news_tags"`
	}
	headline struct {
		ID    uint
		Title string
	}
	place struct {
		Room   uint `gorm:"primaryKey"`
		Number uint `gorm:"primaryKey"`
		Text   string
	}
)

// operations are what applications ask of GORM. Each gives the statements that
// GORM would run; those of Preload are asked for as Preload does.
var operations = []struct {
	name string
	run  func(db *gorm.DB) *gorm.DB
}{
	{"First", func(db *gorm.DB) *gorm.DB { return db.First(&news{}) }},
	{"First by key", func(db *gorm.DB) *gorm.DB { return db.First(&news{}, 5) }},
	{"Last", func(db *gorm.DB) *gorm.DB { return db.Where("lang = ?", "ru").Last(&news{}) }},
	{"Take", func(db *gorm.DB) *gorm.DB { return db.Take(&news{}, "title = ?", "x") }},
	{"Find by struct", func(db *gorm.DB) *gorm.DB { return db.Where(&news{Lang: "ru", Hits: 3}).Find(&[]news{}) }},
	{"Find by map", func(db *gorm.DB) *gorm.DB { return db.Where(map[string]any{"lang": "ru"}).Find(&[]news{}) }},
	{"Find by keys", func(db *gorm.DB) *gorm.DB { return db.Find(&[]news{}, []int{1, 2, 3}) }},
	{"Find by no keys", func(db *gorm.DB) *gorm.DB { return db.Where("id IN ?", []int{}).Find(&[]news{}) }},
	{"Find by a composite key", func(db *gorm.DB) *gorm.DB {
		return db.Where("(room, number) IN ?", [][]any{{1, 2}, {3, 4}}).Find(&[]place{})
	}},
	{"Or, Not", func(db *gorm.DB) *gorm.DB {
		return db.Where("lang = ?", "ru").Or("hits > ?", 5).Not("pinned = ?", true).Find(&[]news{})
	}},
	{"Or in a string", func(db *gorm.DB) *gorm.DB { return db.Where("lang = ? OR hits > ?", "ru", 5).Find(&[]news{}) }},
	{"group of conditions", func(db *gorm.DB) *gorm.DB {
		return db.Where(db.Where("lang = ?", "ru").Or("lang = ?", "en")).Where("pinned").Find(&[]news{})
	}},
	{"Not with a list", func(db *gorm.DB) *gorm.DB { return db.Not(map[string]any{"lang": []string{"a", "b"}}).Find(&[]news{}) }},
	{"LIKE, BETWEEN", func(db *gorm.DB) *gorm.DB {
		return db.Where("title LIKE ? AND hits BETWEEN ? AND ?", "a%", 1, 5).Find(&[]news{})
	}},
	{"named argument", func(db *gorm.DB) *gorm.DB {
		return db.Where("lang = @l OR title = @l", sql.Named("l", "ru")).Find(&[]news{})
	}},
	{"Unscoped", func(db *gorm.DB) *gorm.DB { return db.Unscoped().Where("hits IS NOT NULL").Find(&[]news{}) }},
	{"page", func(db *gorm.DB) *gorm.DB {
		return db.Where("pinned = ?", false).Order("created_at desc, id desc").Limit(10).Offset(20).Find(&[]news{})
	}},
	{"page of a smaller struct", func(db *gorm.DB) *gorm.DB {
		return db.Model(&news{}).Order(clause.OrderByColumn{Column: clause.Column{Name: "id"}, Desc: true}).Limit(3).Find(&[]headline{})
	}},
	{"Select", func(db *gorm.DB) *gorm.DB { return db.Select("id", "title").Where("lang = ?", "ru").Find(&[]news{}) }},
	{"Omit", func(db *gorm.DB) *gorm.DB { return db.Omit("hits", "created_at").Find(&[]news{}) }},
	{"Distinct", func(db *gorm.DB) *gorm.DB { return db.Model(&news{}).Distinct("lang").Find(&[]news{}) }},
	{"Pluck", func(db *gorm.DB) *gorm.DB { return db.Model(&news{}).Order("id").Limit(2).Pluck("title", &[]string{}) }},
	{"Count", func(db *gorm.DB) *gorm.DB {
		var n int64
		return db.Model(&news{}).Where("lang = ?", "ru").Count(&n)
	}},
	{"Count of Distinct", func(db *gorm.DB) *gorm.DB {
		var n int64
		return db.Model(&news{}).Distinct("lang").Count(&n)
	}},
	{"Group, Having", func(db *gorm.DB) *gorm.DB {
		return db.Model(&news{}).Select("lang, count(*) AS n").Where("hits > 0").Group("lang").Having("count(*) > ?", 2).Order("n DESC").Find(&[]map[string]any{})
	}},
	{"Joins of an association", func(db *gorm.DB) *gorm.DB {
		return db.Joins("Section").Where(clause.Eq{Column: clause.Column{Table: "Section", Name: "slug"}, Value: "x"}).Find(&[]news{})
	}},
	{"InnerJoins with a condition", func(db *gorm.DB) *gorm.DB {
		return db.InnerJoins("Section", db.Where(&section{Kind: 2})).Find(&[]news{})
	}},
	{"Joins in a string", func(db *gorm.DB) *gorm.DB {
		return db.Joins("JOIN sections s ON s.id = news.section_id AND s.kind = ?", 2).Where("news.lang = ?", "ru").Order("news.id").Limit(3).Find(&[]news{})
	}},
	{"Preload of a section", func(db *gorm.DB) *gorm.DB {
		return db.Where(clause.IN{Column: clause.Column{Table: clause.CurrentTable, Name: "id"}, Values: []any{1, 2}}).Find(&[]section{})
	}},
	{"Preload of one", func(db *gorm.DB) *gorm.DB {
		return db.Where(clause.IN{Column: clause.Column{Table: clause.CurrentTable, Name: "section_id"}, Values: []any{1}}).Find(&[]news{})
	}},
	{"Association", func(db *gorm.DB) *gorm.DB {
		return db.Joins("JOIN news_tags ON news_tags.tag_id = tags.id AND news_tags.news_id = ?", 7).Find(&[]tag{})
	}},
	{"sub-query", func(db *gorm.DB) *gorm.DB {
		return db.Where("section_id IN (?)", db.Model(&section{}).Select("id").Where("slug = ?", "x")).Find(&[]news{})
	}},
	{"EXISTS", func(db *gorm.DB) *gorm.DB {
		return db.Where("EXISTS (?)", db.Table("news_tags").Select("1").Where("news_tags.news_id = news.id")).Find(&[]news{})
	}},
	{"derived table", func(db *gorm.DB) *gorm.DB {
		return db.Table("(?) AS d", db.Model(&news{}).Select("lang", "hits")).Where("d.hits > ?", 1).Find(&[]map[string]any{})
	}},
	{"Clauses Locking", func(db *gorm.DB) *gorm.DB { return db.Clauses(clause.Locking{Strength: "UPDATE"}).First(&news{}, 1) }},
	{"Create", func(db *gorm.DB) *gorm.DB { return db.Create(&section{Slug: "x"}) }},
	{"Create many", func(db *gorm.DB) *gorm.DB { return db.Create(&[]section{{Slug: "x"}, {Slug: "y"}}) }},
	{"Create from a map", func(db *gorm.DB) *gorm.DB {
		return db.Model(&section{}).Create(map[string]any{"slug": "x", "kind": gorm.Expr("1 + 1")})
	}},
	{"Create or nothing", func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{DoNothing: true}).Create(&section{Slug: "x"})
	}},
	{"upsert", func(db *gorm.DB) *gorm.DB {
		return db.Clauses(clause.OnConflict{Columns: []clause.Column{{Name: "id"}}, UpdateAll: true}).Create(&section{ID: 3, Slug: "x"})
	}},
	{"Save", func(db *gorm.DB) *gorm.DB { return db.Save(&section{ID: 3, Slug: "x"}) }},
	{"Updates", func(db *gorm.DB) *gorm.DB {
		return db.Model(&news{Model: gorm.Model{ID: 3}}).Updates(news{Title: "x", Hits: 2})
	}},
	{"Update by an expression", func(db *gorm.DB) *gorm.DB {
		return db.Model(&news{}).Where("lang = ?", "ru").Update("hits", gorm.Expr("hits + ?", 1))
	}},
	{"UpdateColumn of a composite key", func(db *gorm.DB) *gorm.DB {
		return db.Model(&place{Room: 1, Number: 2}).UpdateColumn("text", "x")
	}},
	{"Update with Returning", func(db *gorm.DB) *gorm.DB {
		return db.Model(&[]section{}).Clauses(clause.Returning{}).Where("kind = ?", 1).Update("slug", "x")
	}},
	{"Delete softly", func(db *gorm.DB) *gorm.DB { return db.Delete(&news{}, 3) }},
	{"Delete", func(db *gorm.DB) *gorm.DB { return db.Where("kind = ?", 1).Delete(&section{}) }},
	{"Delete for good", func(db *gorm.DB) *gorm.DB { return db.Unscoped().Delete(&news{}, "hits < ?", 1) }},
}

// nowhere is a connection that refuses: GORM only writes statements here.
type nowhere struct{}

func (nowhere) PrepareContext(context.Context, string) (*sql.Stmt, error) {
	return nil, sql.ErrConnDone
}

func (nowhere) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, sql.ErrConnDone
}

func (nowhere) QueryContext(context.Context, string, ...any) (*sql.Rows, error) {
	return nil, sql.ErrConnDone
}
func (nowhere) QueryRowContext(context.Context, string, ...any) *sql.Row { return &sql.Row{} }

// openDry returns GORM as it speaks to each database.
func openDry(t *testing.T, d statement.Dialect) *gorm.DB {
	dialector := map[statement.Dialect]gorm.Dialector{
		statement.SQLite:   sqlite.Open(":memory:"),
		statement.Postgres: postgres.New(postgres.Config{Conn: nowhere{}}),
		statement.MySQL:    mysql.New(mysql.Config{Conn: nowhere{}, SkipInitializeWithVersion: true}),
	}[d]
	db, err := gorm.Open(dialector, &gorm.Config{
		DryRun: true, SkipDefaultTransaction: true, DisableAutomaticPing: true,
		NowFunc: func() time.Time { return time.Unix(0, 0) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// TestGORM holds what is understood of GORM's own statements to testdata/gorm.txt.
func TestGORM(t *testing.T) {
	var b strings.Builder
	b.WriteString("What GORM says to each database, and what is understood of it.\n")
	for _, op := range operations {
		b.WriteString("\n== " + op.name + "\n")
		last := ""
		for _, d := range dialects {
			db := op.run(openDry(t, d.dialect))
			if db.Error != nil {
				t.Errorf("%s on %s: %v", op.name, d.name, db.Error)
				continue
			}
			text := db.Statement.SQL.String()
			st, err := statement.Parse(d.dialect, text)
			if err == nil && st.Params != len(db.Statement.Vars) {
				t.Errorf("%s on %s has %d parameters of %d", op.name, d.name, st.Params, len(db.Statement.Vars))
			}
			b.WriteString(d.name + ": " + text + "\n")
			if got := describe(st, err); got != last {
				b.WriteString(got + "\n")
				last = got
			}
		}
	}
	const golden = "testdata/gorm.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), b.String()); d != "" {
		t.Error(d)
	}
}
