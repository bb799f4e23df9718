package backup

import (
	"context"
	"maps"
	"slices"
	"strings"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// Restored says what was restored.
type Restored struct {
	*Manifest
	// Ended counts by table the rows that were compared like all others and then taken back by their module, because
	// they must not come back to life.
	Ended map[string]int64 `json:"ended"`
}

// Restore makes a new database from a backup: at the place of o, which must be empty, on either engine. Every row is
// there, as many and with the hash that the backup names, or there is no database; then, in the same transaction, the
// modules take back what must not come back to life.
func Restore(ctx context.Context, path string, o db.Options, modules []db.Migrations) (out Restored, err error) {
	defer fault.Wrap(&err, "backup.Restore")
	m, err := Verify(path) // before anything is made
	if err != nil {
		return Restored{}, err
	}
	f, err := openFile(path)
	if err != nil {
		return Restored{}, err
	}
	defer f.Close()
	b, err := open(f)
	if err != nil {
		return Restored{}, err
	}
	if !same(m.Tables, b.Tables) {
		return Restored{}, fault.New(fault.Invalid, "backup.damaged", path)
	}
	out = Restored{m, map[string]int64{}}
	_, err = fill(ctx, o, modules, &b.Manifest, b.rows, func(ctx context.Context, tx *db.Tx) error {
		for _, module := range modules {
			if module.Restored == nil || m.Schema[module.Module] == 0 {
				continue
			}
			ended, err := module.Restored(ctx, tx)
			if err != nil {
				return err
			}
			maps.Copy(out.Ended, ended)
		}
		return nil
	})
	if err != nil {
		return Restored{}, err
	}
	return out, nil
}

// Moved is what both ends of a move hold.
type Moved struct {
	Kind string  `json:"kind"`
	From []Table `json:"from"`
	To   []Table `json:"to"`
}

// Move copies a whole database to another place, which must be empty, on either engine. The source stays as it is.
func Move(ctx context.Context, from *db.DB, o db.Options, modules []db.Migrations) (out Moved, err error) {
	defer fault.Wrap(&err, "backup.Move")
	err = from.Snapshot(ctx, func(snapshot context.Context) error {
		m := &Manifest{}
		if m.Kind, err = from.Meta(snapshot, "kind"); err != nil {
			return err
		}
		if m.Schema, err = from.Versions(snapshot); err != nil {
			return err
		}
		tables, err := from.Tables(snapshot)
		if err != nil {
			return err
		}
		if m.Tables, err = measure(snapshot, from, tables); err != nil {
			return err
		}
		out.Kind, out.From = m.Kind, m.Tables
		out.To, err = fill(ctx, o, modules, m, func(i int, fn func(line []byte) error) error {
			return readRows(snapshot, from, m.Tables[i].Table, fn)
		}, func(context.Context, *db.Tx) error { return nil })
		return err
	})
	return out, err
}

// measure counts and hashes the rows of tables.
func measure(ctx context.Context, d *db.DB, tables []db.Table) ([]Table, error) {
	out := make([]Table, 0, len(tables))
	for _, t := range tables {
		s := newSum()
		if err := readRows(ctx, d, t, s.add); err != nil {
			return nil, err
		}
		out = append(out, Table{t, s.rows, s.hex()})
	}
	return out, nil
}

// fill makes the database that m describes from rows and returns what it then held, which is the same; equal runs after
// that was found, in the same transaction.
func fill(ctx context.Context, o db.Options, modules []db.Migrations, m *Manifest, rows func(i int, fn func(line []byte) error) error, equal func(ctx context.Context, tx *db.Tx) error) (stored []Table, err error) {
	newest := db.Newest(modules)
	for module, v := range m.Schema {
		if v > newest[module] {
			return nil, fault.New(fault.Invalid, "backup.schema_newer", module, v, newest[module], m.Product)
		}
	}
	err = db.Fill(ctx, o, modules, m.Schema, func(ctx context.Context, d *db.DB, tx *db.Tx) error {
		tables, err := d.Tables(ctx)
		if err != nil {
			return err
		}
		described := make([]db.Table, len(m.Tables))
		for i, t := range m.Tables {
			described[i] = t.Table
		}
		if !slices.EqualFunc(tables, described, sameShape) {
			return fault.New(fault.Invalid, "backup.other_schema", m.Product)
		}
		for i, t := range m.Tables {
			if err := insert(ctx, tx, t, func(fn func(line []byte) error) error { return rows(i, fn) }); err != nil {
				return err
			}
		}
		if stored, err = measure(ctx, d, described); err != nil {
			return err
		}
		if !same(stored, m.Tables) {
			return fault.New(fault.Invalid, "backup.not_equal", strings.Join(differing(stored, m.Tables), ", "))
		}
		return equal(ctx, tx)
	})
	return stored, err
}

// sameShape compares two tables; the order of columns may differ.
func sameShape(a, b db.Table) bool {
	if a.Name != b.Name || !slices.Equal(a.Key, b.Key) || len(a.Columns) != len(b.Columns) {
		return false
	}
	for _, c := range a.Columns {
		if !slices.Contains(b.Columns, c) {
			return false
		}
	}
	return true
}

func differing(a, b []Table) (out []string) {
	for i := range a {
		if !same(a[i:i+1], b[i:i+1]) {
			out = append(out, a[i].Name)
		}
	}
	return out
}

// Rows are written in portions of so many values or bytes, so that memory stays flat.
const (
	portionValues = 600
	portionBytes  = 4 << 20
)

// insert writes the rows of a table.
func insert(ctx context.Context, tx *db.Tx, t Table, rows func(fn func(line []byte) error) error) error {
	names := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		names[i] = db.Quote(c.Name)
	}
	head := "INSERT INTO " + db.Quote(t.Name) + " (" + strings.Join(names, ", ") + ") VALUES"
	var values []any
	size := 0
	flush := func() error {
		if len(values) == 0 {
			return nil
		}
		err := db.InsertMany(ctx, tx, head, len(t.Columns), values, "")
		values, size = values[:0], 0
		return err
	}
	err := rows(func(line []byte) (err error) {
		if values, err = parseRow(line, t.Columns, values); err != nil {
			return fault.New(fault.Invalid, "backup.damaged", t.Name).Because(err)
		}
		if size += len(line); len(values)+len(t.Columns) > portionValues || size > portionBytes {
			return flush()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return flush()
}
