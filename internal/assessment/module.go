package assessment

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

// Module is the slice of results and their judgement.
func (s *Service) Module() module.Module {
	return module.Module{
		Name:       "assessment",
		Migrations: folder("migrations"),
		Locales:    folder("locales"),
		Demo:       s.demo,
		Pages:      s.pages,
		API:        s.api,
		Commands:   s.commands(),
		Check:      s.Check,
		Nav: []ui.NavItem{
			{Shell: ui.Public, ID: "bang-cong-khai", Href: "/", Text: "assessment.nav.board", Order: 10},
			{Shell: ui.Public, ID: "xa", Href: "/xa", Text: "assessment.nav.communes", Order: 20},
			{Shell: ui.Public, ID: "tieu-chi", Href: "/tieu-chi", Text: "assessment.nav.criteria", Order: 30},
			{Shell: ui.Desk, Group: "assessment.nav.monitor", ID: "tinh", Href: "/lam-viec/tinh", Text: "assessment.nav.province", Action: auth.ReadResults, Order: 10},
			{Shell: ui.Desk, Group: "assessment.nav.monitor", ID: "bang-diem", Href: "/lam-viec/bang-diem", Text: "assessment.nav.scorecards", Action: auth.ReadResults, Order: 20},
			{Shell: ui.Desk, Group: "assessment.nav.monitor", ID: "chi-tieu", Href: "/lam-viec/chi-tieu", Text: "assessment.nav.indicators", Action: auth.ReadResults, Order: 30},
			{Shell: ui.Desk, Group: "assessment.nav.assess", ID: "nhap-lieu", Href: "/lam-viec/nhap-lieu", Text: "assessment.nav.import", Action: auth.ImportResults, Order: 40},
			{Shell: ui.Desk, Group: "ui.nav_admin", ID: navBooks, Href: booksPath, Text: "assessment.nav.books", Action: auth.ChangeCriteria, Order: 905},
		},
	}
}
