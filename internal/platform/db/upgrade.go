package db

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"langso/internal/platform/fault"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/database"
)

// SchemaLevel is the schema that this program writes. A database whose min_reader is higher was changed by a newer
// release in a way that this one cannot read, and is refused.
const SchemaLevel = 2

// MinReader is the lowest SchemaLevel of a program that may still work on the schema of this one. A release that only
// expands the schema leaves it; the one that takes away what its predecessor had stopped using raises it. Programs of level 1
// change standings without counting that in book_change, by which boards kept in memory know that they are stale.
const MinReader = 2

const metaMinReader = "min_reader"

// Migrate brings the schema of every module up to date, in the order given, under one lock.
func (d *DB) Migrate(ctx context.Context, modules []Migrations) error {
	return d.Upgrade(ctx, modules, nil)
}

// Upgrade is Migrate for a database that may hold data: when something is pending there, before runs first, and nothing
// is changed when it fails. A database that this program cannot read, or whose applied migrations have another text than
// this program's, is refused untouched.
func (d *DB) Upgrade(ctx context.Context, modules []Migrations, before func(ctx context.Context) error) (err error) {
	defer fault.Wrap(&err, "db.Upgrade")
	return d.locked(ctx, func(ctx context.Context) error {
		all := withBase(modules)
		made, err := d.Migrated(ctx)
		if err != nil {
			return err
		}
		if made {
			if err := d.Readable(ctx); err != nil {
				return err
			}
			pending, err := d.pending(ctx, all)
			if err != nil {
				return err
			}
			if pending && before != nil {
				if err := before(ctx); err != nil {
					return err
				}
			}
		}
		newest := Newest(modules)
		if err := d.migrateTo(ctx, all[:1], newest); err != nil {
			return err
		}
		// Older nodes are told before the schema changes under them.
		if err := d.raiseMinReader(ctx, MinReader); err != nil {
			return err
		}
		return d.migrateTo(ctx, all[1:], newest)
	})
}

// Readable refuses a database that only newer programs may use, also while this one is running: a newer node may have
// upgraded it since.
func (d *DB) Readable(ctx context.Context) error {
	v, err := d.Meta(ctx, metaMinReader)
	if err != nil {
		return err
	}
	if n, _ := strconv.Atoi(v); n > SchemaLevel {
		return fault.New(fault.Invalid, "db.schema_too_new", n, SchemaLevel)
	}
	return nil
}

func (d *DB) raiseMinReader(ctx context.Context, level int) error {
	v, err := d.Meta(ctx, metaMinReader)
	if err != nil {
		return err
	}
	if n, _ := strconv.Atoi(v); n >= level {
		return nil
	}
	return d.Write(ctx, func(ctx context.Context, tx *Tx) error { return tx.SetMeta(ctx, metaMinReader, strconv.Itoa(level)) })
}

// withBase puts the platform's own tables before those of the modules.
func withBase(modules []Migrations) []Migrations {
	sub, err := fs.Sub(baseMigrations, "migrations")
	if err != nil {
		panic(err) // the folder is embedded
	}
	return append([]Migrations{{Module: "base", FS: sub}}, modules...)
}

// Newest returns the newest schema version of each module in this program, the platform's "base" included.
func Newest(modules []Migrations) map[string]int64 {
	out := map[string]int64{}
	for _, m := range withBase(modules) {
		for v := range m.texts() {
			out[m.Module] = max(out[m.Module], v)
		}
	}
	return out
}

// texts returns the digest of every migration by its version, over the text of all engines, so that it is the same on
// each of them. A checkout with other line ends changes nothing.
func (m Migrations) texts() map[int64]string {
	sums := map[int64][]byte{}
	m.files(func(v int64, b []byte) {
		text := sha256.Sum256(bytes.ReplaceAll(b, []byte("\r\n"), []byte("\n")))
		sums[v] = append(sums[v], text[:]...)
	})
	out := map[int64]string{}
	for v, s := range sums {
		sum := sha256.Sum256(s)
		out[v] = hex.EncodeToString(sum[:])
	}
	return out
}

// sources returns the text of every migration by its version, that of all engines together.
func (m Migrations) sources() map[int64]string {
	out := map[int64]string{}
	m.files(func(v int64, b []byte) { out[v] += string(b) })
	return out
}

// files calls fn with every migration and its version, in the order of their names.
func (m Migrations) files(fn func(v int64, b []byte)) {
	files, err := fs.Glob(m.FS, "*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	for _, name := range files {
		number, _, _ := strings.Cut(name, "_")
		v, err := strconv.ParseInt(number, 10, 64)
		if err != nil {
			continue // goose refuses it
		}
		b, err := fs.ReadFile(m.FS, name)
		if err != nil {
			continue // goose refuses it
		}
		fn(v, b)
	}
}

// pending reports whether this program has migrations that the database has not, and refuses one whose applied
// migrations have another text.
func (d *DB) pending(ctx context.Context, all []Migrations) (bool, error) {
	have, err := d.Versions(ctx)
	if err != nil {
		return false, err
	}
	applied, err := d.applied(ctx)
	if err != nil {
		return false, err
	}
	pending := false
	for _, m := range all {
		for v, sum := range m.texts() {
			if stored := applied[m.Module][v]; stored != "" && stored != sum {
				return false, fault.New(fault.Invalid, "db.migration_changed", m.Module, v)
			}
			pending = pending || v > have[m.Module]
		}
	}
	return pending, nil
}

// applied returns the digests of the applied migrations by module and version; none while the table is not there.
func (d *DB) applied(ctx context.Context) (map[string]map[int64]string, error) {
	if there, err := d.hasTable(ctx, "migration"); err != nil || !there {
		return nil, err
	}
	rows, err := d.Read(ctx).QueryContext(ctx, "SELECT module, version, sha256 FROM migration")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	out := map[string]map[int64]string{}
	for rows.Next() {
		var module, sum string
		var v int64
		if err := rows.Scan(&module, &v, &sum); err != nil {
			return nil, err
		}
		if out[module] == nil {
			out[module] = map[int64]string{}
		}
		out[module][v] = sum
	}
	return out, rows.Err()
}

// migrateTo brings each of the modules up to its version; one without a version is left out.
func (d *DB) migrateTo(ctx context.Context, list []Migrations, versions map[string]int64) error {
	for _, m := range list {
		if versions[m.Module] == 0 {
			continue
		}
		if err := d.migrateModule(ctx, m, versions[m.Module]); err != nil {
			return fmt.Errorf("module %s: %w", m.Module, full(err))
		}
	}
	return d.noteApplied(ctx, list)
}

func (d *DB) migrateModule(ctx context.Context, m Migrations, version int64) error {
	dialect := goose.DialectSQLite3
	if d.engine == Postgres {
		dialect = goose.DialectPostgres
	}
	store, err := database.NewStore(dialect, versionTable+m.Module)
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectCustom, d.write, macroFS{m.FS, d.engine}, goose.WithStore(store), goose.WithDisableGlobalRegistry(true))
	if errors.Is(err, goose.ErrNoMigrations) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = p.UpTo(ctx, version)
	return err
}

// noteApplied writes down the digests of applied migrations that have none yet: those just applied, and in a database of
// a release that kept no digests, all of them.
func (d *DB) noteApplied(ctx context.Context, list []Migrations) error {
	if there, err := d.hasTable(ctx, "migration"); err != nil || !there {
		return err
	}
	have, err := d.Versions(ctx)
	if err != nil {
		return err
	}
	applied, err := d.applied(ctx)
	if err != nil {
		return err
	}
	var values []any
	for _, m := range list {
		for v, sum := range m.texts() {
			if v <= have[m.Module] && applied[m.Module][v] == "" {
				values = append(values, m.Module, v, sum, d.clock.NowMS())
			}
		}
	}
	if len(values) == 0 {
		return nil
	}
	return d.Write(ctx, func(ctx context.Context, tx *Tx) error {
		return InsertMany(ctx, tx, "INSERT INTO migration (module, version, sha256, applied_ms) VALUES", 4, values, "")
	})
}

// locked runs fn while no other process changes the schema.
func (d *DB) locked(ctx context.Context, fn func(ctx context.Context) error) error {
	unlock, err := d.migrationLock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return fn(ctx)
}
