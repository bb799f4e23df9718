// Package app puts the product together: settings → store → modules → pages, API and commands.
package app

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/account"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/config"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
)

// kind says what a database is for. It is written once, when the database is created, and travels with every copy.
type kind string

const (
	production kind = "production"
	demo       kind = "demo"
)

const metaKind = "kind"

// app is the product over one open store.
type app struct {
	kit     module.Kit
	modules []module.Module
	texts   *i18n.Catalog
	owner   string // config.Owner
	kind    kind
	looked  atomic.Pointer[look]
}

// errNoDatabase is the refusal of commands that do not create a database.
func errNoDatabase(dir string) error { return fault.New(fault.NotFound, "app.no_database", dir) }

// storedKind returns what the database of the settings was made for, "" when there is none yet. It creates nothing.
func storedKind(ctx context.Context, c config.Config) (kind, error) {
	if c.Database == "" {
		if _, err := os.Stat(filepath.Join(c.Data, "langso.db")); err != nil {
			return "", nil
		}
	}
	store, err := db.Open(ctx, options(c))
	if err != nil {
		return "", err
	}
	defer store.Close()
	if made, err := store.Migrated(ctx); err != nil || !made {
		return "", err
	}
	k, err := store.Meta(ctx, metaKind)
	return kind(k), err
}

func options(c config.Config) db.Options {
	if c.Clock == nil {
		c.Clock = &clock.Clock{}
	}
	return db.Options{Dir: c.Data, URL: c.Database, Clock: c.Clock, Unsafe: c.UnsafeTestDB}
}

// open opens the store, brings its schema up to date and installs the reference data of this release. A new database
// becomes one of kind want.
func open(ctx context.Context, c config.Config, log *slog.Logger, want kind) (_ *app, err error) {
	store, err := db.Open(ctx, options(c))
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			store.Close()
		}
	}()
	a := &app{owner: c.Owner, kit: module.Kit{DB: store, Clock: store.Clock(), Log: log, BehindTLS: c.BehindTLS}}
	a.modules = modules(a.kit)
	if a.texts, err = texts(a.modules); err != nil {
		return nil, err
	}
	if err := store.Upgrade(ctx, migrations(a.modules), a.beforeUpgrade); err != nil {
		return nil, err
	}
	ctx = auth.With(ctx, auth.CLI())
	stored, err := store.Meta(ctx, metaKind)
	if err != nil {
		return nil, err
	}
	if stored == "" {
		err := store.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return a.create(ctx, tx, want) })
		if err != nil {
			return nil, err
		}
		if stored, err = store.Meta(ctx, metaKind); err != nil { // another process may have been first
			return nil, err
		}
	}
	a.kind = kind(stored)
	for _, m := range a.modules {
		if m.Install == nil {
			continue
		}
		if err := m.Install(ctx); err != nil {
			return nil, fmt.Errorf("install %s: %w", m.Name, err)
		}
	}
	return a, nil
}

// migrations are the schema of all modules, in the order in which they are applied.
func migrations(list []module.Module) []db.Migrations {
	out := []db.Migrations{{Module: "audit", FS: audit.Migrations()}}
	for _, m := range list {
		if m.Migrations != nil {
			out = append(out, db.Migrations{Module: m.Name, FS: m.Migrations, Restored: m.Restored})
		}
	}
	return out
}

// create fills a new database in one transaction: its kind, the reference data, and for a demo the illustrative
// province. Cut off in the middle, it leaves nothing. A database that another process has created meanwhile stays as it is.
func (a *app) create(ctx context.Context, tx *db.Tx, k kind) error {
	if made, err := a.kit.DB.Meta(ctx, metaKind); err != nil || made != "" {
		return err
	}
	if err := tx.SetMeta(ctx, metaKind, string(k)); err != nil {
		return err
	}
	for _, m := range a.modules {
		if m.Install != nil {
			if err := m.Install(ctx); err != nil {
				return fmt.Errorf("install %s: %w", m.Name, err)
			}
		}
	}
	if k != demo {
		return nil
	}
	for _, m := range a.modules {
		if m.Demo != nil {
			if err := m.Demo(ctx); err != nil {
				return fmt.Errorf("demo %s: %w", m.Name, err)
			}
		}
	}
	return nil
}

// texts loads the catalogue of all modules.
func texts(list []module.Module) (*i18n.Catalog, error) {
	folders := []fs.FS{i18n.Base(), locales(), ui.Locales(), workbook.Locales()}
	for _, m := range list {
		if m.Locales != nil {
			folders = append(folders, m.Locales)
		}
	}
	return i18n.Load(folders...)
}

// unitCodes lets accounts name units and departments.
type unitCodes struct {
	kit   module.Kit
	units *territory.Service
}

// UnitID returns the id of the unit that bears code today. A text "#123" is an id itself.
func (u unitCodes) UnitID(ctx context.Context, code string) (int64, error) {
	reg, err := u.units.Register(ctx)
	if err != nil {
		return 0, err
	}
	if len(code) > 1 && code[0] == '#' {
		id, err := strconv.ParseInt(code[1:], 10, 64)
		if err != nil || reg.Unit(territory.UnitID(id)) == nil {
			return 0, fault.New(fault.NotFound, "app.no_unit", code)
		}
		return id, nil
	}
	unit := reg.At(u.kit.Clock.Today()).ByCode(code)
	if unit == nil {
		return 0, fault.New(fault.NotFound, "app.no_unit", code)
	}
	return int64(unit.ID), nil
}

// maxUnits is how many units a search for a grant offers.
const maxUnits = 20

// FindUnits returns the units of today that a code or a name may mean; an exact code or name means one alone.
func (u unitCodes) FindUnits(ctx context.Context, text string) ([]account.Choice, error) {
	choice := func(unit *territory.Unit) account.Choice {
		return account.Choice{ID: "#" + strconv.FormatInt(int64(unit.ID), 10), Name: unit.Title(ctx) + " (" + unit.Code + ")"}
	}
	reg, err := u.units.Register(ctx)
	if err != nil {
		return nil, err
	}
	if id, err := u.UnitID(ctx, text); err == nil {
		return []account.Choice{choice(reg.Unit(territory.UnitID(id)))}, nil
	}
	var all, exact []account.Choice
	for _, h := range reg.Search(text, u.kit.Clock.Today(), maxUnits) {
		if !h.Current {
			continue
		}
		all = append(all, choice(h.Unit))
		if same := vntext.Fold(text); same == vntext.Fold(h.Unit.Name) || same == vntext.Fold(h.Unit.FullName()) {
			exact = append(exact, choice(h.Unit))
		}
	}
	if len(exact) == 1 {
		return exact, nil
	}
	return all, nil
}

// UnitName is how pages call a unit.
func (u unitCodes) UnitName(ctx context.Context, id int64) string {
	if reg, err := u.units.Register(ctx); err == nil {
		if unit := reg.Unit(territory.UnitID(id)); unit != nil {
			return unit.Title(ctx)
		}
	}
	return "#" + strconv.FormatInt(id, 10)
}

// Departments are the bodies that may lead criteria, by their names of today.
func (u unitCodes) Departments(ctx context.Context) []account.Choice {
	var out []account.Choice
	for _, d := range criteria.Departments() {
		out = append(out, account.Choice{ID: d.ID, Name: d.Name(i18n.Of(ctx), u.kit.Clock.Today())})
	}
	return out
}

// check runs the invariants of every module and of the audit.
func (a *app) check(ctx context.Context) ([]string, error) {
	var failures []string
	// One state of the database for everything: beside a busy server, values and verdicts of two instants never agree.
	err := a.kit.DB.Snapshot(ctx, func(ctx context.Context) (err error) {
		if failures, err = audit.Check(ctx, a.kit.DB); err != nil {
			return err
		}
		for _, m := range a.modules {
			if m.Check == nil {
				continue
			}
			f, err := m.Check(ctx)
			if err != nil {
				return fmt.Errorf("check %s: %w", m.Name, err)
			}
			failures = append(failures, f...)
		}
		return nil
	})
	return failures, err
}
