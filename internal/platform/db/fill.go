package db

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"langso/internal/platform/fault"

	"github.com/jackc/pgx/v5/pgconn"
)

// Fill makes a new database, with the schema of each module at the version given, and runs fill there in one
// transaction in which references are checked at its end. A place that already holds a database is refused untouched;
// after any failure there is none, as before.
func Fill(ctx context.Context, o Options, modules []Migrations, versions map[string]int64, fill func(ctx context.Context, d *DB, tx *Tx) error) (err error) {
	defer fault.Wrap(&err, "db.Fill")
	if o.URL != "" {
		d, err := Open(ctx, o)
		if err != nil {
			return err
		}
		defer d.Close()
		return d.fill(ctx, modules, versions, fill)
	}
	place := filepath.Join(o.Dir, "langso.db")
	// A log that a database left behind would be played back into the new one.
	if left, err := filepath.Glob(filepath.Join(globEscape(o.Dir), "langso.db*")); err != nil || len(left) > 0 {
		return errors.Join(err, fault.New(fault.Conflict, "db.not_empty", o.Dir))
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	// SQLite: made apart and put in its place when it is whole, so that a power failure leaves nothing either.
	apart, err := os.MkdirTemp(o.Dir, ".restore-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(apart)
	o.Dir = apart
	d, err := Open(ctx, o)
	if err != nil {
		return full(err)
	}
	if err := d.fill(ctx, modules, versions, fill); err != nil {
		return errors.Join(err, d.Close())
	}
	if err := errors.Join(d.settle(ctx), d.Close()); err != nil {
		return full(err)
	}
	return put(filepath.Join(apart, "langso.db"), place)
}

// globEscape makes a path match itself.
func globEscape(path string) string {
	out := make([]rune, 0, len(path))
	for _, r := range path {
		if r == '*' || r == '?' || r == '[' || r == '\\' && os.PathSeparator != '\\' {
			out = append(out, '\\')
		}
		out = append(out, r)
	}
	return string(out)
}

// settle moves everything from the log into the file itself.
func (d *DB) settle(ctx context.Context) error {
	var blocked, inLog, moved int
	if err := d.write.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&blocked, &inLog, &moved); err != nil {
		return err
	}
	if blocked != 0 {
		return errors.New("db: the log of a new database is in use")
	}
	return nil
}

// put gives a synced file its final name, unless somebody has made a file of that name meanwhile.
func put(from, to string) error {
	err := os.Link(from, to)
	if errors.Is(err, os.ErrExist) {
		return fault.New(fault.Conflict, "db.not_empty", filepath.Dir(to))
	}
	if err != nil { // a file system without links
		if err := os.Rename(from, to); err != nil {
			return err
		}
	}
	return SyncDir(filepath.Dir(to))
}

// SyncDir makes the names in a folder durable.
func SyncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *DB) fill(ctx context.Context, modules []Migrations, versions map[string]int64, fill func(ctx context.Context, d *DB, tx *Tx) error) error {
	return d.locked(ctx, func(ctx context.Context) error {
		if err := d.requireEmpty(ctx, modules); err != nil {
			return err
		}
		if err := d.dropTables(ctx, modules); err != nil { // a filling that was cut off leaves tables without rows
			return err
		}
		err := d.migrateTo(ctx, withBase(modules), versions)
		if err == nil {
			err = d.Write(ctx, func(ctx context.Context, tx *Tx) error {
				done, err := d.deferReferences(ctx, tx)
				if err != nil {
					return err
				}
				if err := fill(ctx, d, tx); err != nil {
					return err
				}
				return done()
			})
		}
		if err != nil && d.engine == Postgres { // on SQLite the whole file goes
			err = errors.Join(err, d.dropTables(context.WithoutCancel(ctx), modules))
		}
		return err
	})
}

// requireEmpty refuses a database that holds anything: rows, or tables of others. A schema without rows is what a
// cut-off start or filling leaves.
func (d *DB) requireEmpty(ctx context.Context, modules []Migrations) error {
	own, foreign, err := d.owned(ctx, modules)
	if err != nil {
		return err
	}
	if len(foreign) > 0 {
		return fault.New(fault.Conflict, "db.foreign_tables", d.place(), strings.Join(foreign, ", "))
	}
	for _, t := range own {
		if t.bookkeeping() {
			continue
		}
		query := "SELECT 1 FROM " + Quote(t.Name) + " LIMIT 1"
		if t.Name == "meta" {
			query = "SELECT 1 FROM meta WHERE key = 'kind'" // other properties are there before anything is created
		}
		var one int
		err := d.Read(ctx).QueryRowContext(ctx, query).Scan(&one)
		if err == nil {
			return fault.New(fault.Conflict, "db.not_empty", d.place())
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
	}
	return nil
}

// created matches a table that a migration makes, not one that a comment speaks of.
var created = regexp.MustCompile(`(?im)^CREATE TABLE "?([a-z0-9_]+)`)

// owned tells the tables that applied migrations of this program have made, and those in which their versions are
// counted, from the names of all others: a table of a module whose migration is not applied was made by somebody else.
func (d *DB) owned(ctx context.Context, modules []Migrations) (own []Table, foreign []string, err error) {
	all, err := d.allTables(ctx)
	if err != nil {
		return nil, nil, err
	}
	names := map[string]bool{}
	for _, m := range withBase(modules) {
		counted := slices.IndexFunc(all, func(t Table) bool { return t.Name == versionTable+m.Module })
		if counted < 0 || !slices.ContainsFunc(all[counted].Columns, func(c Column) bool { return c.Name == "version_id" }) {
			continue
		}
		names[versionTable+m.Module] = true
		applied, err := d.version(ctx, versionTable+m.Module)
		if err != nil {
			return nil, nil, err
		}
		for v, text := range m.sources() {
			if v > applied {
				continue
			}
			for _, made := range created.FindAllStringSubmatch(text, -1) {
				names[made[1]] = true
			}
		}
	}
	for _, t := range all {
		if names[t.Name] {
			own = append(own, t)
		} else {
			foreign = append(foreign, t.Name)
		}
	}
	return own, foreign, nil
}

// place says where the data is, without a password.
func (d *DB) place() string {
	if d.engine == Postgres {
		return "PostgreSQL"
	}
	return d.dir
}

// dropTables removes the tables of this program and nothing that is not its own: what depends on one of them from outside
// stops it.
func (d *DB) dropTables(ctx context.Context, modules []Migrations) error {
	own, _, err := d.owned(ctx, modules)
	if err != nil || len(own) == 0 {
		return err
	}
	names := make([]string, len(own))
	for i, t := range own {
		names[i] = Quote(t.Name)
	}
	// All in one statement, so that references among them do not matter; only PostgreSQL comes here with tables.
	_, err = d.write.ExecContext(ctx, "DROP TABLE "+strings.Join(names, ", "))
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.Code == "2BP01" {
		return fault.New(fault.Conflict, "db.foreign_tables", d.place(), pg.Detail).Because(err)
	}
	return err
}

// deferReferences lets rows arrive in any order; done checks every reference and restores the schema. SQLite checks at
// the commit.
func (d *DB) deferReferences(ctx context.Context, tx *Tx) (done func() error, err error) {
	run := func(list ...string) error {
		for _, s := range list {
			if _, err := tx.ExecContext(ctx, s); err != nil {
				return err
			}
		}
		return nil
	}
	if d.engine == SQLite {
		return func() error { return nil }, run("PRAGMA defer_foreign_keys = 1")
	}
	rows, err := tx.QueryContext(ctx, `SELECT t.relname, c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		WHERE c.contype = 'f' AND NOT c.condeferrable AND c.connamespace = (SELECT oid FROM pg_namespace WHERE nspname = current_schema())`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var loosen, tighten []string
	for rows.Next() {
		var table, name string
		if err := rows.Scan(&table, &name); err != nil {
			return nil, err
		}
		alter := "ALTER TABLE " + Quote(table) + " ALTER CONSTRAINT " + Quote(name)
		loosen, tighten = append(loosen, alter+" DEFERRABLE"), append(tighten, alter+" NOT DEFERRABLE")
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return func() error { return run(append([]string{"SET CONSTRAINTS ALL IMMEDIATE"}, tighten...)...) }, run(append(loosen, "SET CONSTRAINTS ALL DEFERRED")...)
}
