// Package db opens the one store of truth, SQLite in a folder or PostgreSQL, and is the only way to write to it.
//
// Modules write one SQL text for both engines (numbered $n in order; the subset of docs/decisions) and never see
// which engine runs it. Reads go to Read or Snapshot, writes to Write.
package db

import (
	"context"
	"database/sql"
	"errors"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"time"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // driver "pgx"
	"modernc.org/sqlite"
)

// Engine names the database engine.
type Engine string

const (
	SQLite   Engine = "sqlite"
	Postgres Engine = "postgres"
)

// Options says which database to open.
type Options struct {
	Dir    string // folder that holds langso.db; used when URL is empty
	URL    string // PostgreSQL address "postgres://…"
	Clock  *clock.Clock
	Unsafe bool // accept a PostgreSQL server that may lose acknowledged commits (tests only)
}

// Querier is what both a pool and a transaction can do.
type Querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// DB is an open store. It is safe for concurrent use.
type DB struct {
	engine Engine
	write  *sql.DB
	read   *sql.DB
	clock  *clock.Clock
	dir    string
	url    string
}

// Tx is a running write transaction. NowMS is the one instant of the whole transaction.
type Tx struct {
	*sql.Tx
	NowMS int64
}

type txKey struct{}

// Open opens the store, creating the folder and the file when they are missing. It does not migrate.
func Open(ctx context.Context, o Options) (_ *DB, err error) {
	defer fault.Wrap(&err, "db.Open")
	if o.Clock == nil {
		o.Clock = &clock.Clock{}
	}
	if o.URL != "" {
		return openPostgres(ctx, o)
	}
	return openSQLite(ctx, o)
}

func openSQLite(ctx context.Context, o Options) (*DB, error) {
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return nil, err
	}
	path, err := filepath.Abs(filepath.Join(o.Dir, "langso.db"))
	if err != nil {
		return nil, err
	}
	if err := ownFile(path); err != nil {
		return nil, err
	}
	// synchronous(FULL): NORMAL in WAL mode loses acknowledged commits when the power fails (security.md §3).
	common := "_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=synchronous(" + sqliteSynchronous + ")&_pragma=foreign_keys(1)&_pragma=cache_size(-32000)"
	name := (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath()}).String()
	w, err := sql.Open("sqlite", name+"?"+common+"&_txlock=immediate")
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(1) // one immediate connection: a second writer in this process would only meet SQLITE_BUSY
	if err := w.PingContext(ctx); err != nil {
		w.Close()
		return nil, err
	}
	r, err := sql.Open("sqlite", name+"?"+common+"&_pragma=query_only(1)")
	if err != nil {
		w.Close()
		return nil, err
	}
	r.SetMaxOpenConns(max(4, runtime.NumCPU()))
	r.SetMaxIdleConns(max(4, runtime.NumCPU()))
	return &DB{engine: SQLite, write: w, read: r, clock: o.Clock, dir: o.Dir}, nil
}

// ownFile makes sure that only the owner reads the database, whatever the folder allows: it holds password hashes.
func ownFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	return errors.Join(f.Chmod(0o600), f.Close())
}

// sqliteSynchronous is the durability of an acknowledged commit on SQLite.
const sqliteSynchronous = "FULL"

func openPostgres(ctx context.Context, o Options) (*DB, error) {
	w, err := sql.Open("pgx", o.URL)
	if err != nil {
		return nil, err
	}
	w.SetMaxOpenConns(12)
	w.SetMaxIdleConns(4)
	var fsync, sync string
	err = w.QueryRowContext(ctx, "SELECT current_setting('fsync'), current_setting('synchronous_commit')").Scan(&fsync, &sync)
	if err != nil {
		w.Close()
		return nil, err
	}
	if (fsync == "off" || sync == "off") && !o.Unsafe {
		w.Close()
		return nil, fault.New(fault.Invalid, "db.unsafe_postgres", fsync, sync)
	}
	r, err := sql.Open("pgx", o.URL) // a pool of its own: readers must not stand behind writers who wait for their turn
	if err != nil {
		w.Close()
		return nil, err
	}
	r.SetMaxOpenConns(24)
	r.SetMaxIdleConns(12)
	return &DB{engine: Postgres, write: w, read: r, clock: o.Clock, dir: o.Dir, url: o.URL}, nil
}

// Engine returns the engine in use; only packages with engine-only SQL may ask.
func (d *DB) Engine() Engine { return d.engine }

// Clock returns the time source that stamps transactions.
func (d *DB) Clock() *clock.Clock { return d.clock }

// Dir returns the data folder.
func (d *DB) Dir() string { return d.dir }

// Close closes both pools.
func (d *DB) Close() error { return errors.Join(d.write.Close(), d.read.Close()) }

// Ping reports whether the store answers.
func (d *DB) Ping(ctx context.Context) error { return d.read.PingContext(ctx) }

// Read returns the transaction in ctx when there is one (so that a command reads its own writes), else the read pool.
func (d *DB) Read(ctx context.Context) Querier {
	if tx, ok := ctx.Value(txKey{}).(*Tx); ok {
		return tx
	}
	if s, ok := ctx.Value(snapKey{}).(*sql.Tx); ok {
		return s
	}
	return d.read
}

type snapKey struct{}

// Snapshot runs fn with a ctx in which every Read sees one state of the database. Inside Write, or inside another
// Snapshot, it only calls fn.
func (d *DB) Snapshot(ctx context.Context, fn func(ctx context.Context) error) error {
	if ctx.Value(txKey{}) != nil || ctx.Value(snapKey{}) != nil {
		return fn(ctx)
	}
	opts := &sql.TxOptions{ReadOnly: true}
	if d.engine == Postgres {
		opts.Isolation = sql.LevelRepeatableRead
	}
	tx, err := d.read.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // nothing was written
	return fn(context.WithValue(ctx, snapKey{}, tx))
}

// maxAttempts bounds how often a PostgreSQL transaction is run again after a serialization failure.
const maxAttempts = 40

// sharedAttempts is how often a PostgreSQL transaction is tried beside others. After that it waits for its turn and runs
// alone: a long import would else lose to short edits again and again (3 editors without a pause starved one of 60
// values, 40 attempts failed).
const sharedAttempts = 3

// Write runs fn in a transaction and commits it; when Write returns nil, the commit is durable. A transaction already
// in ctx is joined. On PostgreSQL fn is run again after a serialization failure, so it must have no effect outside
// the database and must not keep state between runs.
func (d *DB) Write(ctx context.Context, fn func(ctx context.Context, tx *Tx) error) error {
	if tx, ok := ctx.Value(txKey{}).(*Tx); ok {
		return fn(ctx, tx)
	}
	for attempt := 1; ; attempt++ {
		err := d.once(ctx, attempt > sharedAttempts, fn)
		if err == nil || !retryable(err) && !busy(err) {
			return full(err)
		}
		if attempt == maxAttempts || busy(err) && attempt == maxBusy {
			return fault.New(fault.Unavailable, "db.busy").Because(err)
		}
		pause := time.Duration(1+rand.IntN(1<<min(attempt, 7))) * time.Millisecond
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
}

func (d *DB) once(ctx context.Context, alone bool, fn func(ctx context.Context, tx *Tx) error) error {
	var opts *sql.TxOptions
	if d.engine == Postgres {
		opts = &sql.TxOptions{Isolation: sql.LevelSerializable}
	}
	t, err := d.write.BeginTx(ctx, opts)
	if err != nil {
		return err
	}
	defer t.Rollback() //nolint:errcheck // after Commit this does nothing
	if d.engine == Postgres {
		if err := queue(ctx, t, alone); err != nil {
			return err
		}
	}
	tx := &Tx{Tx: t, NowMS: d.clock.NowMS()}
	if err := fn(context.WithValue(ctx, txKey{}, tx), tx); err != nil {
		return err
	}
	return t.Commit()
}

// queue lets a transaction in beside others, or alone. LOCK TABLE does not fix what the transaction sees, so that it sees
// everything that was committed while it waited; an advisory lock, taken by a query, would.
func queue(ctx context.Context, t *sql.Tx, alone bool) error {
	lock := "LOCK TABLE meta IN ROW EXCLUSIVE MODE"
	if alone {
		lock = "LOCK TABLE meta IN SHARE ROW EXCLUSIVE MODE"
	}
	_, err := t.ExecContext(ctx, lock)
	return err
}

// maxBusy bounds how often a writer waits for another process on the same SQLite file; each wait is busy_timeout long.
const maxBusy = 3

// busy reports that another process held SQLite's write lock for longer than busy_timeout.
func busy(err error) bool {
	var lite *sqlite.Error
	return errors.As(err, &lite) && lite.Code()&0xff == 5
}

// full names the error of a disk that takes no more: SQLITE_FULL, a write that the system refused (SQLITE_IOERR_WRITE,
// under a limit or a quota), disk_full of PostgreSQL. The transaction left nothing. Any other error stays as it is.
func full(err error) error {
	var lite *sqlite.Error
	var pg *pgconn.PgError
	if errors.As(err, &lite) && (lite.Code()&0xff == 13 || lite.Code() == 778) || errors.As(err, &pg) && pg.Code == "53100" {
		return fault.New(fault.Unavailable, "db.disk_full").Because(err)
	}
	return err
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// IsDuplicate reports whether err is a broken primary key or unique constraint.
func IsDuplicate(err error) bool {
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return pg.Code == "23505"
	}
	var lite *sqlite.Error
	return errors.As(err, &lite) && (lite.Code() == 1555 || lite.Code() == 2067)
}

// In writes "($from,$from+1,…)" with n placeholders; n must be at least 1.
func In(from, n int) string { return string(appendIn(nil, from, n)) }

func appendIn(b []byte, from, n int) []byte {
	b = append(b, '(')
	for i := range n {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '$')
		b = strconv.AppendInt(b, int64(from+i), 10)
	}
	return append(b, ')')
}

// maxParams bounds the parameters of one statement of InsertMany. SQLite looks up each $n by name among those before it,
// so the time grows with the square: 11,363 units took 19 s at 16,000 and 0.9 to 1.6 s at 600.
const maxParams = 600

// InsertMany runs "INSERT INTO … VALUES (…),(…) suffix" in as few statements as the engines allow. head is everything
// up to VALUES, width the number of columns, values the rows one after another, suffix an ON CONFLICT clause or "".
func InsertMany(ctx context.Context, q Querier, head string, width int, values []any, suffix string) error {
	per := maxParams / width * width
	for len(values) > 0 {
		n := min(per, len(values))
		b := []byte(head)
		for i := 0; i < n; i += width {
			if i > 0 {
				b = append(b, ',')
			}
			b = appendIn(b, i+1, width)
		}
		b = append(append(b, ' '), suffix...)
		if _, err := q.ExecContext(ctx, string(b), values[:n]...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

// InWrite reports whether ctx belongs to a running write transaction. What is read there may be rolled back, so it must not enter a cache that outlives the transaction.
func InWrite(ctx context.Context) bool { return ctx.Value(txKey{}) != nil }
