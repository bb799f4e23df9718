// Package module says what a module hands to the house: one value, assembled in the module's module.go and listed in
// internal/app/modules.go.
package module

import (
	"context"
	"io/fs"
	"log/slog"
	"net/http"

	"langso/internal/platform/cli"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"

	"github.com/danielgtaylor/huma/v2"
)

// Kit is what every module may use of the house.
type Kit struct {
	DB    *db.DB
	Clock *clock.Clock
	Log   *slog.Logger
	// BehindTLS says that readers speak HTTPS with a proxy in front, so cookies are marked Secure.
	BehindTLS bool
}

// Module is one slice of the product.
type Module struct {
	Name       string // folder name under internal/
	Migrations fs.FS  // rooted at the .sql files; nil = no tables
	// Restored is that of db.Migrations.
	Restored func(ctx context.Context, tx *db.Tx) (ended map[string]int64, err error)
	Locales  fs.FS // rooted at vi.json and en.json; nil = no texts

	// Install loads the reference data that ships with the product. It runs at every start and must do nothing when
	// the data of this release is already there.
	Install func(ctx context.Context) error
	// Demo fills the illustrative province. It runs once, when a demo database is created.
	Demo func(ctx context.Context) error

	// Middleware wraps every request before it reaches the pages; only accounts use it, to say who is asking.
	Middleware func(http.Handler) http.Handler

	Pages    func(*web.Mux)                              // HTML pages and files
	API      func(huma.API)                              // operations under /api/v1
	Nav      []ui.NavItem                                // entries of the desk rail and the public head
	Commands []cli.Command                               // "langso import results …"
	Check    func(ctx context.Context) ([]string, error) // invariants for "langso check"; each string is one failure
}
