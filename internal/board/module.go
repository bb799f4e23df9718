package board

import (
	"embed"
	"io/fs"

	"langso/internal/platform/auth"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
)

//go:embed locales
var files embed.FS

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Entries of the menus.
const (
	navMatrix    = "ma-tran"
	navMap       = "ban-do"
	navCompare   = "so-sanh"
	navPublicMap = "ban-do-cong-khai"
)

// Module is the slice of pictures and comparisons.
func (s *Service) Module() module.Module {
	return module.Module{
		Name:    "board",
		Locales: folder("locales"),
		Pages:   s.pages,
		Nav: []ui.NavItem{
			{Shell: ui.Public, ID: navPublicMap, Href: "/ban-do", Text: "board.nav.map", Order: 15},
			{Shell: ui.Desk, Group: "assessment.nav.monitor", ID: navMatrix, Href: "/lam-viec/ma-tran", Text: "board.nav.matrix", Action: auth.ReadResults, Order: 22},
			{Shell: ui.Desk, Group: "assessment.nav.monitor", ID: navMap, Href: "/lam-viec/ban-do", Text: "board.nav.map", Action: auth.ReadResults, Order: 34},
			{Shell: ui.Desk, Group: "assessment.nav.monitor", ID: navCompare, Href: "/lam-viec/so-sanh", Text: "board.nav.compare", Action: auth.ReadResults, Order: 36},
		},
	}
}
