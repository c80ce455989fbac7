// Package all lists the modules of a whole site, one line each.
package all

import (
	"veche"
	"veche/modules/members"
	"veche/modules/news"
	"veche/modules/site"
)

// Modules returns the modules in the order in which a demonstration is filled.
func Modules() []veche.Module {
	return []veche.Module{
		site.Module(),
		members.Module(),
		news.Module(),
	}
}
