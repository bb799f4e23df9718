package db

import (
	"context"
	"database/sql"
	"errors"
)

// Meta returns a property of the whole database, such as kind = "demo" or "production"; "" when it is not set.
func (d *DB) Meta(ctx context.Context, key string) (string, error) {
	var v string
	err := d.Read(ctx).QueryRowContext(ctx, "SELECT value FROM meta WHERE key = $1", key).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	return v, err
}

// Illustrative reports whether the whole database was made for demonstration.
func (d *DB) Illustrative(ctx context.Context) (bool, error) {
	kind, err := d.Meta(ctx, "kind")
	return kind == "demo", err
}

// Migrated reports whether the base tables are there: an empty PostgreSQL database answers no.
func (d *DB) Migrated(ctx context.Context) (bool, error) {
	query := "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = 'meta'"
	if d.engine == Postgres {
		query = "SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = 'meta'"
	}
	var n int
	err := d.read.QueryRowContext(ctx, query).Scan(&n)
	return n > 0, err
}

// SetMeta writes a property of the whole database.
func (tx *Tx) SetMeta(ctx context.Context, key, value string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)
	return err
}

// Revision returns how often the named thing was changed; a cache keyed by it is right on every node, because the
// revision is read with each request. A thing that was never changed has revision 0.
func (d *DB) Revision(ctx context.Context, name string) (int64, error) {
	var v int64
	err := d.Read(ctx).QueryRowContext(ctx, "SELECT rev FROM revision WHERE name = $1", name).Scan(&v)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return v, err
}

// Bump moves the revision of the named thing in the transaction that changes it.
func (tx *Tx) Bump(ctx context.Context, name string) error {
	_, err := tx.ExecContext(ctx, "INSERT INTO revision (name, rev) VALUES ($1, 1) ON CONFLICT (name) DO UPDATE SET rev = revision.rev + 1", name)
	return err
}
