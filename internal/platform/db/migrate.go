package db

import (
	"bytes"
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

//go:embed migrations
var baseMigrations embed.FS

// Migrations are the schema files of one module: NNNN_what.sql, or NNNN_what.sqlite.sql beside NNNN_what.postgres.sql
// where the engines need different text. Macros: {{int}} {{real}} {{blob}} are column types; {{bool name}} and
// {{json name}} write a whole column; {{strict}} ends every CREATE TABLE.
type Migrations struct {
	Module string
	FS     fs.FS // rooted at the folder that holds the files
	// Restored takes back what a restored backup must not bring back to life, such as open sessions. It runs in the
	// transaction of the restore, after every row was compared, on tables of any version of the module; ended counts the rows
	// that it changed or removed, by table. nil = everything stays as it was.
	Restored func(ctx context.Context, tx *Tx) (ended map[string]int64, err error)
}

// migrationLock keeps other processes from migrating at the same time. SQLite uses a second database file, because a
// lock on the main one would block the migration itself.
func (d *DB) migrationLock(ctx context.Context) (func(), error) {
	if d.engine == Postgres {
		c, err := d.write.Conn(ctx)
		if err != nil {
			return nil, err
		}
		if _, err := c.ExecContext(ctx, "SELECT pg_advisory_lock(hashtext(current_schema() || '.langso'))"); err != nil {
			c.Close()
			return nil, err
		}
		return func() {
			_, _ = c.ExecContext(context.WithoutCancel(ctx), "SELECT pg_advisory_unlock(hashtext(current_schema() || '.langso'))")
			c.Close()
		}, nil
	}
	l, err := sql.Open("sqlite", "file:"+filepath.Join(d.dir, "migrate.lock")+"?_pragma=busy_timeout(60000)&_txlock=exclusive")
	if err != nil {
		return nil, err
	}
	l.SetMaxOpenConns(1)
	tx, err := l.BeginTx(ctx, nil)
	if err != nil {
		l.Close()
		return nil, err
	}
	return func() { _ = tx.Rollback(); l.Close() }, nil
}

var macro = regexp.MustCompile(`\{\{([a-z]+)(?: ([a-z0-9_]+))?\}\}`)

// expand replaces the type macros of a migration; an unknown macro is an error.
func expand(text string, e Engine) (string, error) {
	var bad error
	out := macro.ReplaceAllStringFunc(text, func(s string) string {
		m := macro.FindStringSubmatch(s)
		name, arg, pg := m[1], m[2], e == Postgres
		pick := func(postgres, lite string) string {
			if pg {
				return postgres
			}
			return lite
		}
		switch {
		case name == "int" && arg == "":
			return pick("BIGINT", "INTEGER")
		case name == "real" && arg == "":
			return pick("DOUBLE PRECISION", "REAL")
		case name == "blob" && arg == "":
			return pick("BYTEA", "BLOB")
		case name == "strict" && arg == "":
			return pick("", "STRICT")
		case name == "bool" && arg != "":
			return arg + pick(" BOOLEAN", " INTEGER CHECK ("+arg+" IN (0, 1))")
		case name == "json" && arg != "":
			return arg + pick(" JSONB", " TEXT CHECK (json_valid("+arg+"))")
		}
		bad = fmt.Errorf("unknown macro %s", s)
		return s
	})
	return out, bad
}

// macroFS shows a module's migrations as the engine needs them: macros expanded, the other engine's twin files hidden.
type macroFS struct {
	fs     fs.FS
	engine Engine
}

func (m macroFS) Open(name string) (fs.File, error) {
	f, err := m.fs.Open(m.real(name))
	if err != nil || !strings.HasSuffix(name, ".sql") {
		return f, err
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		return nil, err
	}
	text, err := expand(string(b), m.engine)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &memFile{name: name, r: bytes.NewReader([]byte(text)), n: int64(len(text))}, nil
}

// real maps the name that goose sees (0001_what.sql) to the twin file of the engine when there is one.
func (m macroFS) real(name string) string {
	twin := strings.TrimSuffix(name, ".sql") + "." + string(m.engine) + ".sql"
	if f, err := m.fs.Open(twin); err == nil {
		f.Close()
		return twin
	}
	return name
}

func (m macroFS) ReadDir(name string) ([]fs.DirEntry, error) {
	list, err := fs.ReadDir(m.fs, name)
	if err != nil {
		return nil, err
	}
	var out []fs.DirEntry
	for _, e := range list {
		n := e.Name()
		other := ".sqlite.sql"
		if m.engine == SQLite {
			other = ".postgres.sql"
		}
		switch {
		case strings.HasSuffix(n, other):
		case strings.HasSuffix(n, "."+string(m.engine)+".sql"):
			out = append(out, renamed{e, strings.TrimSuffix(n, "."+string(m.engine)+".sql") + ".sql"})
		default:
			out = append(out, e)
		}
	}
	return out, nil
}

type renamed struct {
	fs.DirEntry
	name string
}

func (r renamed) Name() string { return r.name }

type memFile struct {
	name string
	r    *bytes.Reader
	n    int64
}

func (f *memFile) Stat() (fs.FileInfo, error) { return memInfo{f}, nil }
func (f *memFile) Read(p []byte) (int, error) { return f.r.Read(p) }
func (f *memFile) Close() error               { return nil }

type memInfo struct{ f *memFile }

func (i memInfo) Name() string       { return i.f.name }
func (i memInfo) Size() int64        { return i.f.n }
func (i memInfo) Mode() fs.FileMode  { return 0o444 }
func (i memInfo) ModTime() time.Time { return time.Time{} }
func (i memInfo) IsDir() bool        { return false }
func (i memInfo) Sys() any           { return nil }
