package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"langso/internal/platform/config"
	"langso/internal/platform/db"
	"langso/internal/platform/db/backup"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
)

// older makes a database of the release before: the platform's own tables are one step behind.
func older(t *testing.T, e db.Engine) config.Config {
	t.Helper()
	c := config.Config{Data: t.TempDir(), UnsafeTestDB: true}
	if e == db.Postgres {
		c.Database = dbtest.Schema(t)
	}
	list := migrations(modules(module.Kit{}))
	versions := db.Newest(list)
	versions["base"]--
	err := db.Fill(context.Background(), options(c), list, versions, func(ctx context.Context, _ *db.DB, tx *db.Tx) error {
		return tx.SetMeta(ctx, metaKind, string(production))
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// baseVersion is the version of the platform's own tables in a database.
func baseVersion(t *testing.T, c config.Config) int64 {
	t.Helper()
	d, err := db.Open(context.Background(), options(c))
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	v, err := d.Versions(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return v["base"]
}

func closed(a *app, err error) error {
	if a != nil {
		err = errors.Join(err, a.kit.DB.Close())
	}
	return err
}

// An older database is backed up as it was before it is upgraded. Of such backups the newest five stay, and nothing else
// in their folder is touched.
func TestUpgradeIsBackedUp(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			ctx, c := context.Background(), older(t, e)
			before := baseVersion(t, c)
			dir := filepath.Join(c.Data, "backup")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			for _, name := range []string{"2020-01-01-000000", "2020-01-02-000000", "2020-01-03-000000", "2020-01-04-000000", "2020-01-05-000000", "2020-01-06-000000"} {
				if err := os.WriteFile(filepath.Join(dir, name+"-before-upgrade.zip"), nil, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "2019.zip"), nil, 0o600); err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second start finds nothing to upgrade
				if err := closed(open(ctx, c, slog.New(slog.DiscardHandler), production)); err != nil {
					t.Fatal(err)
				}
				var names []string
				list, err := os.ReadDir(dir)
				if err != nil {
					t.Fatal(err)
				}
				for _, f := range list {
					names = append(names, f.Name())
				}
				if len(names) != 6 || names[0] != "2019.zip" || !strings.HasPrefix(names[1], "2020-01-03") || strings.HasPrefix(names[5], "2020") {
					t.Fatalf("the folder holds %v", names)
				}
				m, err := backup.Verify(filepath.Join(dir, names[5]))
				if err != nil || m.Schema["base"] != before || m.Kind != string(production) || m.Engine != e {
					t.Errorf("%+v, %v; want base %d", m, err, before)
				}
			}
			if now := baseVersion(t, c); now != before+1 {
				t.Errorf("base is at %d, want %d", now, before+1)
			}
		})
	}
}

// Without its backup nothing is upgraded, and the reason is told.
func TestUpgradeNeedsItsBackup(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			ctx, c := context.Background(), older(t, e)
			before := baseVersion(t, c)
			inTheWay := filepath.Join(c.Data, "backup")
			if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
				t.Fatal(err)
			}
			err := closed(open(ctx, c, slog.New(slog.DiscardHandler), production))
			if f := fault.As(err); err == nil || f.Key != "app.upgrade_not_backed_up" {
				t.Errorf("%v", err)
			}
			if now := baseVersion(t, c); now != before {
				t.Errorf("base is at %d, want %d", now, before)
			}
			if err := os.Remove(inTheWay); err != nil {
				t.Fatal(err)
			}
			if err := closed(open(ctx, c, slog.New(slog.DiscardHandler), production)); err != nil {
				t.Error(err)
			}
		})
	}
}

// A node whose database was changed by a newer release beyond what it can read answers nothing any more, its health
// included, and says why.
func TestOutdatedNodeAnswersNothing(t *testing.T) {
	onBoth(t, production, func(t *testing.T, w *house) {
		get := func(path string) (int, string) {
			rec := httptest.NewRecorder()
			w.h.ServeHTTP(rec, httptest.NewRequest("GET", path, nil))
			return rec.Code, rec.Body.String()
		}
		level := func(n string) {
			t.Helper()
			if err := w.app.kit.DB.Write(w.cli(), func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "min_reader", n) }); err != nil {
				t.Fatal(err)
			}
			w.app.looked.Store(nil) // as if a second had passed
		}
		for _, c := range []struct {
			level string
			want  int
		}{{"1", 200}, {"99", 503}, {"1", 200}} {
			level(c.level)
			for _, path := range []string{"/", "/healthz", "/api/v1/units/68"} {
				for range 2 {
					if code, body := get(path); code != c.want || code == 503 && !strings.Contains(body, "99") {
						t.Errorf("min_reader %s: %s answers %d %.200s, want %d", c.level, path, code, body, c.want)
					}
				}
			}
		}
	})
}

// The tables of the product are the same on both engines, each has a primary key, and a backup taken on one is restored on
// the other with everything that check looks at.
func TestWholeProductIsKept(t *testing.T) {
	var shapes [][]db.Table
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			w := newHouse(t, e, demo)
			ctx := w.cli()
			tables, err := w.app.kit.DB.Tables(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, table := range tables {
				if len(table.Key) == 0 {
					t.Errorf("%s has no primary key", table.Name)
				}
			}
			shapes = append(shapes, tables)
			path := filepath.Join(t.TempDir(), "all.zip")
			m, err := backup.Write(ctx, w.app.kit.DB, path, Version())
			if err != nil || m.Rows() < 1000 {
				t.Fatalf("%v, %+v", err, m)
			}
			c := config.Config{Data: t.TempDir(), UnsafeTestDB: true}
			if e == db.SQLite {
				c.Database = dbtest.Schema(t)
			}
			if _, err := backup.Restore(ctx, path, options(c), migrations(w.app.modules)); err != nil {
				t.Fatal(err)
			}
			a, err := open(ctx, c, slog.New(slog.DiscardHandler), production)
			if err != nil {
				t.Fatal(err)
			}
			defer a.kit.DB.Close()
			if failures, err := a.check(ctx); err != nil || len(failures) > 0 || a.kind != demo {
				t.Errorf("kind %s, %v, %v", a.kind, failures, err)
			}
			if _, err := os.Stat(filepath.Join(c.Data, "backup")); !errors.Is(err, fs.ErrNotExist) {
				t.Error("a database of this release was upgraded")
			}
			again, err := backup.Write(ctx, a.kit.DB, filepath.Join(t.TempDir(), "again.zip"), Version())
			if err != nil {
				t.Fatal(err)
			}
			for i, table := range again.Tables {
				if table.Name == "account_session" || table.Name == "account_token" { // TestRestoreRevivesNothing
					continue
				}
				if table.Rows != m.Tables[i].Rows || table.SHA256 != m.Tables[i].SHA256 {
					t.Errorf("%s: %d rows %s on the other engine, %d rows %s here", table.Name, table.Rows, table.SHA256, m.Tables[i].Rows, m.Tables[i].SHA256)
				}
			}
		})
	}
	if len(shapes) == 2 && !reflect.DeepEqual(shapes[0], shapes[1]) {
		t.Errorf("tables of SQLite:\n%v\nof PostgreSQL:\n%v", shapes[0], shapes[1])
	}
}

// A session and a token that were ended after a backup stay dead when it is restored, and so do all others of that time,
// on either engine; a move keeps them.
func TestRestoreRevivesNothing(t *testing.T) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			w := newHouse(t, e, demo)
			ctx := w.cli()
			list := migrations(w.app.modules)
			now := w.app.kit.Clock.NowMS()
			err := w.app.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				var account int64
				if err := tx.QueryRowContext(ctx, "SELECT MIN(id) FROM account").Scan(&account); err != nil {
					return err
				}
				for _, s := range []string{"stolen", "kept"} {
					if _, err := tx.ExecContext(ctx, "INSERT INTO account_session (hash, account, data, seen_ms, expires_ms, deadline_ms) VALUES ($1, $2, $3, $4, $5, $6)",
						s, account, []byte{1}, now, now+3600_000, now+3600_000); err != nil {
						return err
					}
				}
				for i, revoked := range []any{nil, nil, int64(7)} {
					if _, err := tx.ExecContext(ctx, "INSERT INTO account_token (id, hash, account, name, scope, created_ms, expires_ms, revoked_ms) VALUES ($1, $2, $3, '', 'read', $4, $5, $6)",
						900+i, strconv.Itoa(i), account, now, now+3600_000, revoked); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			// alive counts what still opens a door, and the revocation that was there before.
			alive := func(d *db.DB) (sessions, tokens, old int) {
				t.Helper()
				for query, n := range map[string]*int{"SELECT COUNT(*) FROM account_session": &sessions,
					"SELECT COUNT(*) FROM account_token WHERE revoked_ms IS NULL": &tokens, "SELECT COUNT(*) FROM account_token WHERE revoked_ms = 7": &old} {
					if err := d.Read(ctx).QueryRowContext(ctx, query).Scan(n); err != nil {
						t.Fatal(err)
					}
				}
				return sessions, tokens, old
			}
			path := filepath.Join(t.TempDir(), "all.zip")
			if _, err := backup.Write(ctx, w.app.kit.DB, path, Version()); err != nil {
				t.Fatal(err)
			}
			place := func() config.Config {
				c := config.Config{Data: t.TempDir(), UnsafeTestDB: true}
				if e == db.Postgres {
					c.Database = dbtest.Schema(t)
				}
				return c
			}
			at := func(c config.Config) *db.DB {
				t.Helper()
				d, err := db.Open(ctx, options(c))
				if err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { _ = d.Close() })
				return d
			}
			restored := place()
			r, err := backup.Restore(ctx, path, options(restored), list)
			if err != nil || r.Ended["account_session"] != 2 || r.Ended["account_token"] != 2 {
				t.Fatalf("%v, ended %v; want 2 sessions and 2 tokens", err, r.Ended)
			}
			if s, k, old := alive(at(restored)); s != 0 || k != 0 || old != 1 {
				t.Errorf("restored: %d sessions, %d tokens, %d revoked before; want 0, 0, 1", s, k, old)
			}
			moved := place()
			if _, err := backup.Move(ctx, w.app.kit.DB, options(moved), list); err != nil {
				t.Fatal(err)
			}
			for what, d := range map[string]*db.DB{"moved": at(moved), "source": w.app.kit.DB} {
				if s, k, old := alive(d); s != 2 || k != 2 || old != 1 {
					t.Errorf("%s: %d sessions, %d tokens, %d revoked before; want 2, 2, 1", what, s, k, old)
				}
			}
		})
	}
}

// The release before changes standings without counting it, so that a board kept in memory here would be stale: it is shut
// out by the upgrade. Its schema level was 1.
func TestReleaseWithoutCountIsShutOut(t *testing.T) {
	const before = 1
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			ctx, c := context.Background(), older(t, e)
			if err := closed(open(ctx, c, slog.New(slog.DiscardHandler), production)); err != nil {
				t.Fatal(err)
			}
			d, err := db.Open(ctx, options(c))
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			v, err := d.Meta(ctx, "min_reader")
			if n, bad := strconv.Atoi(v); err != nil || bad != nil || n <= before {
				t.Errorf("min_reader %q, %v; want more than %d", v, err, before)
			}
			if err := d.Readable(ctx); err != nil {
				t.Errorf("this release: %v", err)
			}
		})
	}
}
