package territory

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

// Migrations are the tables of the territory, for tests of modules that build on it.
func Migrations() fs.FS { return folder("migrations") }

// New makes the service; it does no work.
func New(kit module.Kit) *Service {
	b, err := shipped.ReadFile("data/vocabulary.csv")
	if err != nil {
		panic(err) // the file is embedded
	}
	words, err := readVocabulary(b)
	if err != nil {
		panic(err) // the file is embedded and read by a test
	}
	return &Service{db: kit.DB, clock: kit.Clock, log: kit.Log, words: words}
}

// Module is the slice of administrative units over time.
func (s *Service) Module() module.Module {
	return module.Module{
		Name:       "territory",
		Migrations: folder("migrations"),
		Locales:    folder("locales"),
		Install:    s.Install,
		Demo:       s.Demo,
		Pages:      s.pages,
		API:        s.api,
		Nav: []ui.NavItem{
			{Shell: ui.Desk, Group: "ui.nav_admin", ID: navGroups, Href: groupsPath, Text: "territory.nav.groups", Action: auth.ChangeUnits, Order: 910},
			{Shell: ui.Desk, Group: "ui.nav_admin", ID: navBoundaries, Href: boundariesPath, Text: "territory.nav.boundaries", Action: auth.ChangeUnits, Order: 920},
			{Shell: ui.Desk, Group: "ui.nav_admin", ID: navHamlets, Href: hamletsPath, Text: "territory.nav.hamlets", Action: auth.ChangeHamlets, Order: 930},
		},
		Commands: s.commands(),
		Check:    s.Check,
	}
}
