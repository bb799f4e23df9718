package account

import (
	"context"
	"embed"
	"io/fs"

	"langso/internal/platform/auth"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
)

//go:embed migrations locales
var files embed.FS

// Migrations are the tables of this package.
func Migrations() fs.FS { return sub("migrations") }

// Locales are the texts of this package and of package auth.
func Locales() fs.FS { return sub("locales") }

func sub(folder string) fs.FS {
	f, err := fs.Sub(files, folder)
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return f
}

// Module describes this package to the house.
func (s *Service) Module() module.Module {
	return module.Module{
		Name:       "account",
		Migrations: Migrations(),
		Restored:   endRestored,
		Locales:    Locales(),
		Install:    s.install,
		Demo:       s.Demo,
		Middleware: s.Identify,
		Pages:      s.pages,
		Nav: []ui.NavItem{
			{Shell: ui.Desk, Group: "account.nav.me", ID: "toi", Href: mePath, Text: "account.nav.mine", Order: 900},
			{Shell: ui.Desk, Group: "ui.nav_admin", ID: "tai-khoan", Href: listPath, Text: "account.nav.accounts", Action: auth.ManageAccounts, Order: 895},
		},
		Commands: s.commands(),
		Check: func(ctx context.Context) ([]string, error) {
			return invalidAccounts(ctx, s.kit.DB.Read(ctx))
		},
	}
}

// install makes the secret of a new installation.
func (s *Service) install(ctx context.Context) error {
	_, err := s.secret(ctx)
	return err
}
