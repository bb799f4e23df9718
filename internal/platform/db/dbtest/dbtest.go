// Package dbtest runs a test on both engines.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"testing"

	"langso/internal/platform/audit"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
)

// EnvPostgres names the variable with the address of the PostgreSQL server for tests; make test sets it.
const EnvPostgres = "LANGSO_TEST_PG"

// Each runs fn as the subtests "sqlite" and "postgres", each with an empty, migrated store of its own: the platform
// tables, the audit and the modules given, in order.
func Each(t *testing.T, modules []db.Migrations, fn func(t *testing.T, d *db.DB)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) { fn(t, Open(t, e, nil, modules)) })
	}
}

// Open returns an empty, migrated store on engine e that is dropped at the end of the test.
func Open(t testing.TB, e db.Engine, c *clock.Clock, modules []db.Migrations) *db.DB {
	t.Helper()
	o := db.Options{Dir: t.TempDir(), Clock: c, Unsafe: true}
	if e == db.Postgres {
		o.URL = Schema(t)
	}
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	all := append([]db.Migrations{{Module: "audit", FS: audit.Migrations()}}, modules...)
	if err := d.Migrate(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	return d
}

// Schema makes an empty schema on the test server and returns the address that works inside it.
func Schema(t testing.TB) string {
	t.Helper()
	server := os.Getenv(EnvPostgres)
	if server == "" {
		t.Fatalf("%s is not set: run the tests through make test, which starts PostgreSQL", EnvPostgres)
	}
	return SchemaAt(t, server)
}

// SchemaAt is Schema on the PostgreSQL server at that address.
func SchemaAt(t testing.TB, server string) string {
	t.Helper()
	admin, err := sql.Open("pgx", server)
	if err != nil {
		t.Fatal(err)
	}
	name := fmt.Sprintf("t%d", rand.Int64())
	if _, err := admin.Exec("CREATE SCHEMA " + name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_, _ = admin.Exec("DROP SCHEMA " + name + " CASCADE")
		admin.Close()
	})
	u, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", name)
	u.RawQuery = q.Encode()
	return u.String()
}
