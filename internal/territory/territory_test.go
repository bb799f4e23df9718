package territory_test

import (
	"context"
	"encoding/csv"
	"log/slog"
	"os"
	"testing"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
	"langso/internal/territory"
	"langso/internal/testkit/reference"
)

// today is a day after the last change that the shipped data knows.
var today = clock.Date("2026-11-24")

var migrations = []db.Migrations{{Module: "territory", FS: territory.Migrations()}}

// each runs fn on both engines with the shipped territory installed.
func each(t *testing.T, fn func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service)) {
	dbtest.Each(t, migrations, func(t *testing.T, d *db.DB) {
		s := service(d)
		ctx := office(t)
		if err := s.Install(ctx); err != nil {
			t.Fatal(err)
		}
		fn(t, ctx, d, s)
	})
}

func service(d *db.DB) *territory.Service {
	return territory.New(module.Kit{DB: d, Clock: clock.Fixed(today.Time().Add(10 * time.Hour)), Log: slog.New(slog.DiscardHandler)})
}

// office is a context in which the province office asks, with the module's texts.
func office(t testing.TB) context.Context {
	t.Helper()
	return auth.With(i18n.With(context.Background(), texts(t), i18n.Vi), auth.CLI())
}

func texts(t testing.TB) *i18n.Catalog {
	t.Helper()
	c, err := i18n.Load(i18n.Base(), ui.Locales(), os.DirFS("locales"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// register is the shipped register, on SQLite, for tests of pure rules.
func register(t testing.TB) *territory.Register {
	t.Helper()
	s := service(dbtest.Open(t, db.SQLite, nil, migrations))
	ctx := office(t)
	if err := s.Install(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := s.Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// facts reads one CSV file of the reference data as rows by column name; no rows fail the test.
func facts(t testing.TB, name string) []map[string]string {
	t.Helper()
	f, err := os.Open(reference.Path(t, "reference/territory/"+name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, rec := range records[1:] {
		row := map[string]string{}
		for i, c := range records[0] {
			row[c] = rec[i]
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		t.Fatalf("%s has no rows", name)
	}
	return rows
}
