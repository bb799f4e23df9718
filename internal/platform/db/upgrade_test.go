package db_test

import (
	"context"
	"errors"
	"maps"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
)

const (
	firstText  = "-- +goose Up\nCREATE TABLE plot (id {{int}} NOT NULL PRIMARY KEY) {{strict}};\n"
	secondText = "-- +goose Up\nALTER TABLE plot ADD COLUMN name TEXT;\n"
)

// plots is a module of one or two releases.
func plots(files ...string) []db.Migrations {
	out := fstest.MapFS{}
	for i, text := range files {
		out[[]string{"0001_plot.sql", "0002_name.sql"}[i]] = &fstest.MapFile{Data: []byte(text)}
	}
	return []db.Migrations{{Module: "plot", FS: out}}
}

// exec runs a statement as a node does.
func exec(t *testing.T, d *db.DB, statement string) error {
	t.Helper()
	return d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	})
}

// Before a pending migration the caller is asked, once; when it fails, the schema stays. A database that is new or up to
// date asks nobody.
func TestUpgradeAsksFirst(t *testing.T) {
	dbtest.Each(t, plots(firstText), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		asked := 0
		before := func(ctx context.Context) error {
			asked++
			if v, err := d.Versions(ctx); err != nil || v["plot"] != 1 {
				t.Errorf("asked at %v, %v; want plot 1", v, err)
			}
			return nil
		}
		if err := d.Upgrade(ctx, plots(firstText), before); err != nil || asked != 0 {
			t.Fatalf("nothing is pending: %v, asked %d times", err, asked)
		}
		full := errors.New("no room for the backup")
		if err := d.Upgrade(ctx, plots(firstText, secondText), func(context.Context) error { return full }); !errors.Is(err, full) {
			t.Errorf("%v, want %v", err, full)
		}
		if v, err := d.Versions(ctx); err != nil || v["plot"] != 1 {
			t.Errorf("after the failure: %v, %v; want plot 1", v, err)
		}
		for range 2 {
			if err := d.Upgrade(ctx, plots(firstText, secondText), before); err != nil || asked != 1 {
				t.Errorf("%v, asked %d times; want once", err, asked)
			}
		}
		if v, err := d.Versions(ctx); err != nil || v["plot"] != 2 {
			t.Errorf("after the upgrade: %v, %v; want plot 2", v, err)
		}
	})
}

// The program of the release before goes on writing after another has expanded the schema, and starts beside it.
func TestOlderReleaseWorksOnExpandedSchema(t *testing.T) {
	dbtest.Each(t, plots(firstText), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		if err := d.Migrate(ctx, plots(firstText, secondText)); err != nil {
			t.Fatal(err)
		}
		if err := exec(t, d, "INSERT INTO plot (id) VALUES (1)"); err != nil {
			t.Error(err)
		}
		if err := d.Migrate(ctx, plots(firstText)); err != nil {
			t.Errorf("the older release at its start: %v", err)
		}
		if v, err := d.Versions(ctx); err != nil || v["plot"] != 2 {
			t.Errorf("%v, %v; want plot 2", v, err)
		}
	})
}

// An applied migration with another text is refused before anything is changed; line ends do not count.
func TestChangedMigrationIsRefused(t *testing.T) {
	dbtest.Each(t, plots(firstText), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		changed := strings.Replace(firstText, "NOT NULL", "", 1)
		err := d.Upgrade(ctx, plots(changed, secondText), func(context.Context) error { t.Error("asked"); return nil })
		if f := fault.As(err); err == nil || f.Key != "db.migration_changed" || f.Args[0] != "plot" || f.Args[1] != int64(1) {
			t.Errorf("%v, want plot 1 refused", err)
		}
		if v, err := d.Versions(ctx); err != nil || v["plot"] != 1 {
			t.Errorf("%v, %v; want plot 1", v, err)
		}
		if err := d.Migrate(ctx, plots(strings.ReplaceAll(firstText, "\n", "\r\n"), secondText)); err != nil {
			t.Errorf("other line ends: %v", err)
		}
	})
}

// A database that only newer programs may use is refused, at start and while it is open; the level that this program
// writes is accepted.
func TestMinReader(t *testing.T) {
	dbtest.Each(t, plots(firstText), func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		raise := func(level string) {
			t.Helper()
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "min_reader", level) }); err != nil {
				t.Fatal(err)
			}
		}
		raise(strconv.Itoa(db.SchemaLevel))
		if err := errors.Join(d.Readable(ctx), d.Migrate(ctx, plots(firstText))); err != nil {
			t.Error(err)
		}
		raise(strconv.Itoa(db.SchemaLevel + 1))
		for what, err := range map[string]error{"start": d.Migrate(ctx, plots(firstText, secondText)), "while open": d.Readable(ctx)} {
			if f := fault.As(err); err == nil || f.Key != "db.schema_too_new" || f.Args[0] != db.SchemaLevel+1 {
				t.Errorf("%s: %v, want a refusal that names the level", what, err)
			}
		}
		if v, err := d.Versions(ctx); err != nil || v["plot"] != 1 {
			t.Errorf("the refused program changed the schema: %v, %v", v, err)
		}
	})
}

// Fill makes a database of any earlier schema, checks references at the end, and leaves nothing after a failure.
func TestFill(t *testing.T) {
	modules := []db.Migrations{{Module: "tree", FS: fstest.MapFS{"0001_tree.sql": {Data: []byte(
		"-- +goose Up\nCREATE TABLE tree (id {{int}} NOT NULL PRIMARY KEY, parent {{int}} REFERENCES tree (id)) {{strict}};\n")},
		"0002_name.sql": {Data: []byte("-- +goose Up\nALTER TABLE tree ADD COLUMN name TEXT;\n")}}}}
	for _, engine := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(engine), func(t *testing.T) {
			ctx := context.Background()
			o := db.Options{Dir: t.TempDir(), Unsafe: true}
			if engine == db.Postgres {
				o.URL = dbtest.Schema(t)
			}
			insert := func(rows string) func(ctx context.Context, d *db.DB, tx *db.Tx) error {
				return func(ctx context.Context, _ *db.DB, tx *db.Tx) error {
					if err := tx.SetMeta(ctx, "kind", "production"); err != nil {
						return err
					}
					for _, r := range strings.Fields(rows) { // one statement each
						if _, err := tx.ExecContext(ctx, "INSERT INTO tree (id, parent) VALUES "+r); err != nil {
							return err
						}
					}
					return nil
				}
			}
			versions := map[string]int64{"base": 2, "tree": 1}
			broken := errors.New("broken off")
			for what, fill := range map[string]func(ctx context.Context, d *db.DB, tx *db.Tx) error{
				"a reference to nothing": insert("(1,2)"),
				"a failure":              func(context.Context, *db.DB, *db.Tx) error { return broken },
			} {
				if err := db.Fill(ctx, o, modules, versions, fill); err == nil {
					t.Fatalf("%s was accepted", what)
				}
			}
			if err := db.Fill(ctx, o, modules, versions, insert("(1,2) (2,1) (3,3)")); err != nil {
				t.Fatal(err)
			}
			if err := db.Fill(ctx, o, modules, versions, insert("")); !fault.Is(err, fault.Conflict) {
				t.Errorf("a second filling: %v, want a conflict", err)
			}
			d, err := db.Open(ctx, o)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			if v, err := d.Versions(ctx); err != nil || !maps.Equal(v, versions) {
				t.Errorf("%v, %v; want %v", v, err, versions)
			}
			if err := exec(t, d, "INSERT INTO tree (id, parent) VALUES (4, 9)"); err == nil {
				t.Error("references are not checked any more")
			}
			var n int
			if err := d.Read(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM tree").Scan(&n); err != nil || n != 3 {
				t.Errorf("%d rows, %v; want 3", n, err)
			}
			if err := d.Migrate(ctx, modules); err != nil {
				t.Error(err)
			}
		})
	}
}
