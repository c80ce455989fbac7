package vechetest_test

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"testing/fstest"
	"time"

	"gorm.io/gorm"

	"veche"
	"veche/account"
	"veche/data"
	"veche/entity"
	"veche/mosaic"
)

// The town is a module made for tests: small tables, and fragments that ask for
// them in every way that invalidation claims to be exact about.

// Street is a street of the town.
type Street struct {
	entity.Base
	Name   string `entity:"title,required,max=60"`
	Closed bool   `entity:"index"`
	Rank   int64  `entity:"index"`
}

// House stands in a street.
type House struct {
	entity.Base
	StreetID int64  `entity:"ref=street,index"`
	Owner    string `entity:"max=60,null"`
	OwnerID  int64  `entity:"index"`
	Floors   int64
	Worth    float64
	Cellar   string `entity:"max=60"` // which hardly anybody looks at
}

// Note hangs on a house from a certain time on.
type Note struct {
	entity.Base
	HouseID int64     `entity:"ref=house,index"`
	Text    string    `entity:"required,max=200"`
	ShowAt  time.Time `entity:"index"`
	Hidden  bool
}

type (
	streetParams struct{ Street int64 }
	houseParams  struct{ House int64 }
	tallParams   struct{ Street, Floors int64 }
	nameParams   struct{ Prefix string }
)

func townModule() veche.Module {
	page := func(pattern string, main func(r *http.Request) mosaic.Fragment) veche.Page {
		return veche.Page{Pattern: pattern, View: func(r *http.Request) veche.View {
			return veche.View{Frame: veche.Wide, Main: main(r)}
		}}
	}
	number := func(r *http.Request, name string) int64 {
		n, _ := strconv.ParseInt(r.PathValue(name), 10, 64)
		return n
	}
	templates := fstest.MapFS{}
	for name, text := range townTemplates() {
		templates[name+".html"] = &fstest.MapFile{Data: []byte(text)}
	}
	return veche.Module{
		Name: "town", Schema: 1, Entities: []any{Street{}, House{}, Note{}}, Components: townComponents(), Templates: templates,
		Pages: []veche.Page{
			page("/town", func(*http.Request) mosaic.Fragment { return mosaic.Place("town/streets", nil) }),
			page("/town/facts", func(*http.Request) mosaic.Fragment { return mosaic.Place("town/facts", nil) }),
			page("/town/mine", func(*http.Request) mosaic.Fragment { return mosaic.Place("town/mine", nil) }),
			page("/town/street/{id}", func(r *http.Request) mosaic.Fragment {
				return mosaic.Place("town/street", streetParams{number(r, "id")})
			}),
			page("/town/house/{id}", func(r *http.Request) mosaic.Fragment {
				return mosaic.Place("town/house", houseParams{number(r, "id")})
			}),
			page("/town/tall/{id}/{floors}", func(r *http.Request) mosaic.Fragment {
				return mosaic.Place("town/tall", tallParams{number(r, "id"), number(r, "floors")})
			}),
			page("/town/owners/{prefix}", func(r *http.Request) mosaic.Fragment {
				return mosaic.Place("town/owners", nameParams{r.PathValue("prefix")})
			}),
		},
	}
}

func townTemplates() map[string]string {
	return map[string]string{
		"town/streets":     `<h1>Streets</h1>{{range .}}<section>{{.Name}} {{.Rank}} {{fragment "town/street-card" "Street" .ID}}</section>{{end}}`,
		"town/street-card": `<p>{{.Houses}} houses, {{.Known}} owners</p>{{template "town/houses" .Tallest}}`,
		"town/street": `<h1>{{.Street.Name}}{{if .Street.Closed}} (closed){{end}}</h1>{{fragment "town/street-card" "Street" .Street.ID}}` +
			`{{fragment "town/tall" "Street" .Street.ID "Floors" 2}}`,
		"town/houses": `<ol>{{range .}}<li>{{.ID}}: {{.Floors}} floors, {{with .Owner}}{{.}}{{else}}nobody{{end}}</li>{{end}}</ol>`,
		"town/tall":   `{{template "town/houses" .}}`,
		"town/house": `<h1>House {{.House.ID}}</h1><p>{{.House.Worth}} {{.House.Cellar}} {{.House.Version}}</p>` +
			`{{range .Notes}}<p>{{.Text}}{{if .Hidden}} (hidden){{end}}</p>{{end}}{{fragment "town/neighbours" "House" .House.ID}}`,
		"town/neighbours": `<ul>{{range .}}<li><a href="/town/house/{{.}}">{{.}}</a></li>{{end}}</ul>`,
		"town/mine":       `<p>{{.Name}} has {{len .Houses}}</p>{{template "town/houses" .Houses}}`,
		"town/owners":     `{{range .}}<i>{{.}}</i>{{end}}`,
		"town/facts": `<dl>{{range .Floors}}<dt>{{.StreetID}}</dt><dd>{{.Sum}} {{.Most}}</dd>{{end}}</dl><p>{{.Ownerless}} {{.Odd}} {{.Worth}}</p>` +
			`<p>{{.Pairs}}</p><p>{{.Lively}}</p>`,
	}
}

func townComponents() []mosaic.Component {
	return []mosaic.Component{
		mosaic.New("town/streets", func(ctx context.Context, _ mosaic.None) (any, error) {
			return data.All[Street](data.Read(ctx).Select("id", "name", "rank").Where("closed = ?", false).Order("rank, id"))
		}),
		mosaic.New("town/street-card", streetCard),
		mosaic.New("town/street", func(ctx context.Context, p streetParams) (any, error) {
			street, err := data.ByID[Street](ctx, p.Street)
			return map[string]any{"Street": street}, err
		}),
		mosaic.New("town/tall", func(ctx context.Context, p tallParams) (any, error) {
			return data.All[House](data.Read(ctx).Where("street_id = ? AND floors >= ?", p.Street, p.Floors).Order("id").Limit(5))
		}),
		mosaic.New("town/house", house),
		mosaic.New("town/neighbours", func(ctx context.Context, p houseParams) (any, error) {
			var ids []int64
			h, err := data.First[House](data.Read(ctx).Select("street_id").Where("id = ?", p.House))
			if err != nil {
				return nil, err
			}
			err = data.Read(ctx).Model(&House{}).Where("street_id = ? AND id <> ?", h.StreetID, p.House).
				Where("id BETWEEN ? AND ?", p.House-3, p.House+3).Order("id").Pluck("id", &ids).Error
			return ids, err
		}),
		mosaic.New("town/mine", mine),
		mosaic.New("town/owners", func(ctx context.Context, p nameParams) (any, error) {
			var names []string
			err := data.Read(ctx).Model(&House{}).Where("owner LIKE ?", p.Prefix+"%").Order("id desc").Limit(7).Pluck("owner", &names).Error
			return names, err
		}),
		mosaic.New("town/facts", facts),
	}
}

func streetCard(ctx context.Context, p streetParams) (any, error) {
	var card struct {
		Houses, Known int64
		Tallest       []House
	}
	houses := func() *gorm.DB { return data.Read(ctx).Model(&House{}).Where("street_id = ?", p.Street) }
	if err := houses().Count(&card.Houses).Error; err != nil {
		return nil, err
	}
	if err := houses().Where("owner IS NOT NULL").Count(&card.Known).Error; err != nil {
		return nil, err
	}
	err := houses().Select("id", "floors", "owner").Order("floors desc, id").Limit(3).Find(&card.Tallest).Error
	return card, err
}

func house(ctx context.Context, p houseParams) (any, error) {
	h, err := data.ByID[House](ctx, p.House)
	if err != nil {
		return nil, err
	}
	notes := data.Read(ctx).Where("house_id = ?", p.House).Scopes(data.Due(ctx, "show_at")).Order("show_at desc, id desc").Limit(4)
	if account.RoleOf(ctx) != account.RoleAdministrator {
		notes = notes.Where("hidden = ?", false)
	}
	shown, err := data.All[Note](notes)
	return map[string]any{"House": h, "Notes": shown}, err
}

func mine(ctx context.Context, _ mosaic.None) (any, error) {
	if err := account.Require(ctx, account.RoleMember); err != nil {
		return nil, err
	}
	viewer, _ := account.Viewer(ctx)
	houses, err := data.All[House](data.Read(ctx).Where("owner_id = ?", viewer.ID).Order("id"))
	return map[string]any{"Name": viewer.Name, "Houses": houses}, err
}

// facts asks for what is over many rows: sums, groups, joins, sub-queries.
func facts(ctx context.Context, _ mosaic.None) (any, error) {
	var f struct {
		Floors []struct {
			StreetID, Sum, Most int64
		}
		Ownerless, Odd int64
		Worth          string
		Pairs, Lively  []string
	}
	houses := func() *gorm.DB { return data.Read(ctx).Model(&House{}) }
	for _, err := range []error{
		houses().Select("street_id, SUM(floors) AS sum, MAX(floors) AS most").Group("street_id").
			Having("COUNT(*) > ?", 1).Order("street_id").Scan(&f.Floors).Error,
		houses().Where("owner IS NULL").Count(&f.Ownerless).Error,
		houses().Where("floors IN ? OR (worth > ? AND NOT owner_id = ?)", []int64{1, 3}, 50.5, 0).Count(&f.Odd).Error,
		data.Read(ctx).Table("house").Joins("JOIN street ON street.id = house.street_id").Where("street.closed = ?", true).
			Order("house.id").Limit(5).Pluck("street.name", &f.Pairs).Error,
		data.Read(ctx).Model(&Street{}).Where("id IN (?)", houses().Select("street_id").Where("floors > ?", 3)).
			Order("id").Pluck("name", &f.Lively).Error,
	} {
		if err != nil {
			return nil, err
		}
	}
	var worth float64
	err := houses().Select("COALESCE(SUM(worth), 0)").Where("worth < ?", 40).Scan(&worth).Error
	f.Worth = fmt.Sprintf("%.2f", worth)
	return f, err
}
