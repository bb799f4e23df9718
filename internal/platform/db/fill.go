package db

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"

	"langso/internal/platform/fault"
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
		if err := d.requireEmpty(ctx); err != nil {
			return err
		}
		if err := d.dropTables(ctx); err != nil { // a filling that was cut off leaves tables without rows
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
			err = errors.Join(err, d.dropTables(context.WithoutCancel(ctx)))
		}
		return err
	})
}

// requireEmpty refuses a database that holds anything: rows, or tables of others. A schema without rows is what a
// cut-off start or filling leaves.
func (d *DB) requireEmpty(ctx context.Context) error {
	made, err := d.Migrated(ctx)
	if err != nil {
		return err
	}
	all, err := d.Tables(ctx)
	if err != nil {
		return err
	}
	taken := !made && len(all) > 0
	for _, t := range all {
		if taken {
			break
		}
		query := "SELECT 1 FROM " + Quote(t.Name) + " LIMIT 1"
		if t.Name == "meta" {
			query = "SELECT 1 FROM meta WHERE key = 'kind'" // other properties are there before anything is created
		}
		var one int
		err := d.Read(ctx).QueryRowContext(ctx, query).Scan(&one)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		taken = err == nil
	}
	if taken {
		return fault.New(fault.Conflict, "db.not_empty", d.place())
	}
	return nil
}

// place says where the data is, without a password.
func (d *DB) place() string {
	if d.engine == Postgres {
		return "PostgreSQL"
	}
	return d.dir
}

func (d *DB) dropTables(ctx context.Context) error {
	all, err := d.allTables(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	tx, err := d.write.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit this does nothing
	cascade := " CASCADE"
	if d.engine == SQLite {
		cascade = ""
		if _, err := tx.ExecContext(ctx, "PRAGMA defer_foreign_keys = 1"); err != nil {
			return err
		}
	}
	for _, t := range all {
		if _, err := tx.ExecContext(ctx, "DROP TABLE "+Quote(t.Name)+cascade); err != nil {
			return err
		}
	}
	return tx.Commit()
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
