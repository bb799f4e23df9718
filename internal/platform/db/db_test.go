package db_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
)

var counters = []db.Migrations{{Module: "counter", FS: fstest.MapFS{"0001_counter.sql": {Data: []byte(`-- +goose Up
CREATE TABLE counter (name TEXT NOT NULL PRIMARY KEY, n {{int}} NOT NULL, {{bool open}} NOT NULL, {{json doc}}) {{strict}};
`)}}}}

// A read-then-write command must not lose an increment when many run at once (READ COMMITTED keeps 60 of 800).
func TestWriteKeepsEveryIncrement(t *testing.T) {
	dbtest.Each(t, counters, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "INSERT INTO counter (name, n, open, doc) VALUES ($1, 0, $2, $3)", "a", true, `{"k":1}`)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
						var n int64
						if err := tx.QueryRowContext(ctx, "SELECT n FROM counter WHERE name = $1", "a").Scan(&n); err != nil {
							return err
						}
						_, err := tx.ExecContext(ctx, "UPDATE counter SET n = $1 WHERE name = $2", n+1, "a")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		var n int64
		var open bool
		if err := d.Read(ctx).QueryRowContext(ctx, "SELECT n, open FROM counter WHERE name = $1", "a").Scan(&n, &open); err != nil {
			t.Fatal(err)
		}
		if n != 200 || !open {
			t.Fatalf("n = %d, open = %v; want 200 increments and true", n, open)
		}
	})
}

func TestConstraintErrorsAndRevision(t *testing.T) {
	dbtest.Each(t, counters, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		insert := func(ctx context.Context, tx *db.Tx) error {
			if err := tx.Bump(ctx, "counter"); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, "INSERT INTO counter (name, n, open) VALUES ('a', 1, $1)", false)
			return err
		}
		if err := d.Write(ctx, insert); err != nil {
			t.Fatal(err)
		}
		if err := d.Write(ctx, insert); !db.IsDuplicate(err) {
			t.Fatalf("second insert: %v, want a duplicate", err)
		}
		// The refused transaction left nothing, its Bump included.
		if rev, err := d.Revision(ctx, "counter"); err != nil || rev != 1 {
			t.Fatalf("revision %d, %v; want 1", rev, err)
		}
	})
}

// A long transaction must not lose to short ones for ever: each of its attempts meets a write that contradicts what it
// has read, as long as it does not run alone.
func TestWriteIsNotStarved(t *testing.T) {
	dbtest.Each(t, counters, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		// insert writes down how many rows there are.
		insert := func(ctx context.Context, tx *db.Tx, name string, between func()) error {
			var n int64
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM counter").Scan(&n); err != nil {
				return err
			}
			between()
			_, err := tx.ExecContext(ctx, "INSERT INTO counter (name, n, open) VALUES ($1, $2, $3)", name, n, false)
			return err
		}
		written, stop := make(chan struct{}), make(chan struct{})
		var short sync.WaitGroup
		short.Go(func() {
			for i := 0; ; i++ {
				err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					return insert(ctx, tx, strconv.Itoa(i), func() {})
				})
				if err != nil {
					t.Error(err)
				}
				select {
				case written <- struct{}{}:
				case <-stop:
					return
				}
			}
		})
		attempts := 0
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			attempts++
			return insert(ctx, tx, "long", func() {
				for range 2 { // the first may have been written before the row count was read
					select {
					case <-written:
					case <-time.After(200 * time.Millisecond): // nobody writes beside it: it runs alone
					}
				}
			})
		})
		close(stop)
		short.Wait()
		if err != nil {
			t.Errorf("after %d attempts: %v", attempts, err)
		}
	})
}
