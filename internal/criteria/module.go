package criteria

import (
	"embed"
	"io/fs"

	"langso/internal/platform/auth"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
)

//go:embed migrations locales
var files embed.FS

func folder(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return sub
}

// Module is the slice of criteria sets and provincial thresholds.
func (s *Service) Module() module.Module {
	return module.Module{
		Name:       "criteria",
		Migrations: folder("migrations"),
		Locales:    folder("locales"),
		Install:    s.install,
		Demo:       s.demo,
		Pages:      s.pages,
		Nav: []ui.NavItem{
			{Shell: ui.Desk, Group: "ui.nav_admin", ID: navAdmin, Href: adminPath, Text: "criteria.admin.sets", Action: auth.ChangeCriteria, Order: 900},
		},
		API:      s.api,
		Commands: s.commands(),
		Check:    s.check,
	}
}
