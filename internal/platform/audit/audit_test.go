package audit_test

import (
	"context"
	"testing"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
)

// A changed value, a changed row and a lost value are each found; untouched rows are not.
func TestCheckFindsTampering(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := auth.With(context.Background(), auth.CLI())
		exec := func(query string) {
			t.Helper()
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.ExecContext(ctx, query); return err }); err != nil {
				t.Fatal(err)
			}
		}
		for _, key := range []string{"a", "b", "c", "d"} {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				return audit.Record(ctx, tx, audit.Entry{Action: "results.edit", Key: key, Old: map[string]int{"n": 1}, New: map[string]int{"n": 2}})
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if bad, err := audit.Check(ctx, d); err != nil || len(bad) != 0 {
			t.Fatalf("untouched: %v %v", bad, err)
		}
		exec("UPDATE audit_value SET new_json = '{\"n\":3}' WHERE audit_id = (SELECT id FROM audit WHERE item = 'a')")
		exec("UPDATE audit SET actor = 'person:somebody' WHERE item = 'b'")
		exec("DELETE FROM audit_value WHERE audit_id = (SELECT id FROM audit WHERE item = 'c')")
		if bad, err := audit.Check(ctx, d); err != nil || len(bad) != 3 {
			t.Fatalf("found %v, %v; want the three that were touched", bad, err)
		}
	})
}

// The row belongs to the command: when the command is undone, nobody did anything.
func TestRecordIsUndoneWithItsCommand(t *testing.T) {
	dbtest.Each(t, nil, func(t *testing.T, d *db.DB) {
		ctx := auth.With(context.Background(), auth.CLI())
		_ = d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := audit.Record(ctx, tx, audit.Entry{Action: "results.edit", Key: "a"}); err != nil {
				t.Fatal(err)
			}
			return context.Canceled
		})
		var n int
		if err := d.Read(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM audit").Scan(&n); err != nil || n != 0 {
			t.Fatalf("%d rows, %v", n, err)
		}
	})
}
