package backup_test

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"langso/internal/platform/audit"
	"langso/internal/platform/db"
	"langso/internal/platform/db/backup"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
)

// samples is a module with every type of column, a key of text, and a table that refers to itself.
var samples = []db.Migrations{{Module: "sample", FS: fstest.MapFS{"0001_sample.sql": {Data: []byte(`-- +goose Up
CREATE TABLE sample (
  word TEXT NOT NULL,
  n    {{int}} NOT NULL,
  r    {{real}},
  b    {{blob}},
  {{bool open}} NOT NULL,
  {{json doc}},
  PRIMARY KEY (word, n)
) {{strict}};
CREATE TABLE node (
  id     {{int}} NOT NULL PRIMARY KEY,
  parent {{int}} REFERENCES node (id)
) {{strict}};
`)}}}}

// all are the modules of a test database, in its order.
var all = append([]db.Migrations{{Module: "audit", FS: audit.Migrations()}}, samples...)

// sampleLines is what sample holds, written by hand: keys in the order of their bytes (UTF-8), JSON as jsonb shows it, but
// without spaces.
var sampleLines = []string{
	`["B",2,null,null,true,null]`,
	`["a",-9223372036854775808,1.5,"AP8=",false,{"a":15.0,"b":0.0025,"c":[1,"<x>&"],"d":0}]`,
	`["a",9223372036854775807,1e+300,"",true,"\u0001"]`,
	`["kẻ \"gạch\" \\ \u000a =1+1",1,-0.1,null,false,[]]`,
	`["Đạ R'sal 🌾",1,3,"8J+Mvg==",true,{}]`,
}

// plant fills a test database.
func plant(t testing.TB, d *db.DB) {
	t.Helper()
	err := d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		if err := tx.SetMeta(ctx, "kind", "demo"); err != nil {
			return err
		}
		err := db.InsertMany(ctx, tx, "INSERT INTO sample (word, n, r, b, open, doc) VALUES", 6, []any{
			"Đạ R'sal 🌾", 1, 3.0, []byte("🌾"), true, `{}`,
			"a", int64(math.MaxInt64), 1e300, []byte{}, true, `"\u0001"`,
			"kẻ \"gạch\" \\ \n =1+1", 1, -0.1, nil, false, `[ ]`,
			"B", 2, nil, nil, true, nil,
			"a", int64(math.MinInt64), 1.5, []byte{0, 255}, false, `{"d": -0, "c": [1, "\u003cx>&"], "b": 25e-4, "a": 2, "a": 1.50E+1}`,
		}, "")
		if err != nil {
			return err
		}
		for i := range 1000 {
			if _, err := tx.ExecContext(ctx, "INSERT INTO node (id) VALUES ($1)", i); err != nil {
				return err
			}
		}
		// Rows that refer to later ones, in circles.
		_, err = tx.ExecContext(ctx, "UPDATE node SET parent = (id * 7 + 1) % 1000")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// place returns an empty place for a database on the engine.
func place(t testing.TB, e db.Engine) db.Options {
	t.Helper()
	o := db.Options{Dir: t.TempDir(), Unsafe: true}
	if e == db.Postgres {
		o.URL = dbtest.Schema(t)
	}
	return o
}

func reopen(t testing.TB, o db.Options) *db.DB {
	t.Helper()
	d, err := db.Open(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d
}

// sealed writes a backup by hand, as the description of the format says, from the files given in order.
func sealed(t testing.TB, path string, files ...string) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		h := &zip.FileHeader{Name: files[i], Method: zip.Deflate}
		if i == 0 {
			h.Method = zip.Store
		}
		w, err := z.CreateHeader(h)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, files[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.SetComment("langso backup sha256:" + strings.Repeat("0", 64)); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	body := b.Bytes()[:b.Len()-64]
	sum := sha256.Sum256(body)
	if err := os.WriteFile(path, append(body, hex.EncodeToString(sum[:])...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// contents returns the files of a backup with their names, as sealed takes them.
func contents(t testing.TB, path string) []string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	z.RegisterDecompressor(zip.Deflate, flate.NewReader) // not the one of the product
	var out []string
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, f.Name, string(b))
	}
	return out
}

// The file holds every row as documented, on both engines; a backup restored on any engine is the same database again:
// the same counts and hashes, and a second backup says so too.
func TestRestoreOnEitherEngine(t *testing.T) {
	dbtest.Each(t, samples, func(t *testing.T, d *db.DB) {
		ctx := context.Background()
		plant(t, d)
		path := filepath.Join(t.TempDir(), "a.zip")
		m, err := backup.Write(ctx, d, path, "test")
		if err != nil {
			t.Fatal(err)
		}
		files := contents(t, path)
		lines := strings.Join(sampleLines, "\n") + "\n"
		if got := files[slices.Index(files, "tables/sample.ndjson")+1]; got != lines {
			t.Errorf("rows:\n%s\nwant:\n%s", got, lines)
		}
		sum := sha256.Sum256([]byte(lines))
		for _, table := range m.Tables {
			if table.Name == "sample" && (table.Rows != 5 || table.SHA256 != hex.EncodeToString(sum[:])) {
				t.Errorf("sample: %d rows, %s; want 5, %x", table.Rows, table.SHA256, sum)
			}
		}
		if m.Kind != "demo" || m.Format != 1 || m.Engine != d.Engine() || m.Schema["sample"] != 1 || m.Rows() < 1005 {
			t.Errorf("manifest: %+v", m)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("others may read the backup: %v, %v", info.Mode(), err)
		}
		for _, e := range []db.Engine{db.SQLite, db.Postgres} {
			t.Run("to_"+string(e), func(t *testing.T) {
				o := place(t, e)
				if _, err := backup.Restore(ctx, path, o, all); err != nil {
					t.Fatal(err)
				}
				again := reopen(t, o)
				if k, err := again.Meta(ctx, "kind"); err != nil || k != "demo" {
					t.Errorf("kind %q, %v", k, err)
				}
				second, err := backup.Write(ctx, again, filepath.Join(t.TempDir(), "b.zip"), "test")
				if err != nil {
					t.Fatal(err)
				}
				equal(t, second.Tables, m.Tables)
				if err := again.Migrate(ctx, all); err != nil {
					t.Errorf("the restored database cannot be opened: %v", err)
				}
				moved, err := backup.Move(ctx, again, place(t, e), all)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, moved.From, moved.To)
				if moved.Kind != "demo" {
					t.Errorf("moved as %q", moved.Kind)
				}
			})
		}
	})
}

func equal(t *testing.T, got, want []backup.Table) {
	t.Helper()
	if len(got) != len(want) || len(got) < 5 {
		t.Fatalf("%d tables, want %d", len(got), len(want))
	}
	for i, g := range got {
		if g.Name != want[i].Name || g.Rows != want[i].Rows || g.SHA256 != want[i].SHA256 {
			t.Errorf("%s: %d rows %s, want %s: %d rows %s", g.Name, g.Rows, g.SHA256, want[i].Name, want[i].Rows, want[i].SHA256)
		}
	}
}

// made returns the bytes of a sound backup.
func made(t testing.TB, dir string) string {
	t.Helper()
	d := dbtest.Open(t, db.SQLite, nil, samples)
	plant(t, d)
	path := filepath.Join(dir, "good.zip")
	if _, err := backup.Write(context.Background(), d, path, "test"); err != nil {
		t.Fatal(err)
	}
	return path
}

// refused tries to read and to restore a file and fails the test unless both refuse it with the message, leaving nothing.
func refused(t *testing.T, path, key string) *fault.Error {
	t.Helper()
	ctx, dir := context.Background(), filepath.Join(t.TempDir(), "data")
	_, err := backup.Restore(ctx, path, db.Options{Dir: dir}, all)
	if f := fault.As(err); err == nil || f.Key != key || f.Code != fault.Invalid {
		t.Fatalf("%v, want %s", err, key)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	return fault.As(err)
}

// Beside a writer, a backup and a move hold one state: a ball that is always in exactly one of two tables, far apart in the
// file, is there once each time.
func TestOneState(t *testing.T) {
	balls := []db.Migrations{{Module: "ball", FS: fstest.MapFS{"0001_ball.sql": {Data: []byte("-- +goose Up\n" +
		"CREATE TABLE aa (id {{int}} NOT NULL PRIMARY KEY) {{strict}};\nCREATE TABLE zz (id {{int}} NOT NULL PRIMARY KEY) {{strict}};\n")}}}}
	dbtest.Each(t, append(slices.Clone(samples), balls...), func(t *testing.T, d *db.DB) {
		plant(t, d)
		ctx := context.Background()
		moves := make(chan struct{})
		stop, stopped := make(chan struct{}), make(chan struct{})
		exec := func(statements ...string) {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				for _, s := range statements {
					if _, err := tx.ExecContext(ctx, s); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		}
		exec("INSERT INTO aa (id) VALUES (1)")
		go func() {
			defer close(stopped)
			for {
				exec("DELETE FROM aa", "INSERT INTO zz (id) VALUES (1)")
				exec("DELETE FROM zz", "INSERT INTO aa (id) VALUES (1)")
				select {
				case moves <- struct{}{}:
				case <-stop:
					return
				default:
				}
			}
		}()
		once := func(what string, tables []backup.Table) {
			t.Helper()
			var balls int64
			for _, table := range tables {
				if table.Name == "aa" || table.Name == "zz" {
					balls += table.Rows
				}
			}
			if balls != 1 {
				t.Errorf("%d balls in a %s, want 1", balls, what)
			}
		}
		path := filepath.Join(t.TempDir(), "a.zip")
		for range 20 {
			<-moves
			m, err := backup.Write(ctx, d, path, "test")
			if err != nil {
				t.Fatal(err)
			}
			once("backup", m.Tables)
		}
		for range 3 {
			<-moves
			moved, err := backup.Move(ctx, d, place(t, db.SQLite), append(slices.Clone(all), balls...))
			if err != nil {
				t.Fatal(err)
			}
			once("move", moved.To)
		}
		close(stop)
		<-stopped
	})
}

// Any changed byte and any missing end is found.
func TestDamagedFile(t *testing.T) {
	path := made(t, t.TempDir())
	if _, err := backup.Verify(path); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	try := func(what string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := backup.Verify(path)
		if f := fault.As(err); err == nil || f.Key != "backup.damaged" && f.Key != "backup.foreign" {
			t.Errorf("%s: %v, want a refusal", what, err)
		}
	}
	tried := 0
	for i := range good {
		if i > 100 && i < len(good)-200 && i%37 != 0 {
			continue
		}
		bad := bytes.Clone(good)
		bad[i] ^= 1 << (i % 8)
		try(fmt.Sprintf("byte %d of %d", i, len(good)), bad)
		tried++
	}
	for _, n := range []int{0, 1, 50, len(good) / 2, len(good) - 64, len(good) - 1} {
		try(fmt.Sprintf("first %d bytes", n), good[:n])
	}
	try("one byte more", append(bytes.Clone(good), 0))
	if tried < 300 {
		t.Errorf("only %d bytes tried", tried)
	}
	bad := bytes.Clone(good)
	bad[len(bad)/2] ^= 1
	if err := os.WriteFile(path, bad, 0o600); err != nil {
		t.Fatal(err)
	}
	refused(t, path, "backup.damaged")
}

// A file whose seal is whole is still compared with its manifest, and what was written with what was read.
func TestContentIsCompared(t *testing.T) {
	dir := t.TempDir()
	path := made(t, dir)
	files := contents(t, path)
	change := func(name, from, to string) []string {
		t.Helper()
		out := slices.Clone(files)
		i := slices.Index(out, name) + 1
		if !strings.Contains(out[i], from) {
			t.Fatalf("%s does not hold %s", name, from)
		}
		out[i] = strings.Replace(out[i], from, to, 1)
		return out
	}
	sealed(t, path, files...)
	if _, err := backup.Restore(context.Background(), path, db.Options{Dir: filepath.Join(dir, "good")}, all); err != nil {
		t.Fatalf("a backup written by hand: %v", err)
	}
	sealed(t, path, change("tables/sample.ndjson", `["B",2,`, `["B",3,`)...)
	refused(t, path, "backup.damaged")
	sealed(t, path, change("tables/node.ndjson", "[0,1]\n", "")...)
	refused(t, path, "backup.damaged")
	// The manifest agrees, but 1.50 is not what 1.5 is written as: reading back gives another hash.
	odd := change("tables/sample.ndjson", ",1.5,", ",1.50,")
	before, after := sha256.Sum256([]byte(strings.Join(sampleLines, "\n")+"\n")), sha256.Sum256([]byte(odd[slices.Index(odd, "tables/sample.ndjson")+1]))
	i := slices.Index(odd, "manifest.json") + 1
	odd[i] = strings.Replace(odd[i], hex.EncodeToString(before[:]), hex.EncodeToString(after[:]), 1)
	sealed(t, path, odd...)
	if _, err := backup.Verify(path); err != nil {
		t.Fatalf("the file agrees with itself: %v", err)
	}
	if f := refused(t, path, "backup.not_equal"); f.Args[0] != "sample" {
		t.Errorf("%v does not name the table", f)
	}
	// A reference to a row that is not there.
	lost := change("tables/node.ndjson", "[0,1]", "[0,5000]")
	b := sha256.Sum256([]byte(files[slices.Index(files, "tables/node.ndjson")+1]))
	a := sha256.Sum256([]byte(lost[slices.Index(lost, "tables/node.ndjson")+1]))
	lost[i] = strings.Replace(lost[i], hex.EncodeToString(b[:]), hex.EncodeToString(a[:]), 1)
	sealed(t, path, lost...)
	if _, err := backup.Restore(context.Background(), path, db.Options{Dir: filepath.Join(dir, "lost")}, all); err == nil {
		t.Error("a reference to nothing was restored")
	}
}

// Files of other programs are told apart from damaged backups.
func TestForeignFile(t *testing.T) {
	dir := t.TempDir()
	var z bytes.Buffer
	w := zip.NewWriter(&z)
	if _, err := w.Create("xl/workbook.xml"); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string][]byte{"empty": nil, "text": bytes.Repeat([]byte("Báo cáo quý III\n"), 100), "workbook": z.Bytes(), "database": append([]byte("SQLite format 3\x00"), make([]byte, 4096)...)} {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		refused(t, path, "backup.foreign")
		if _, err := backup.Write(context.Background(), dbtest.Open(t, db.SQLite, nil, samples), path, "test"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a backup in the place of %s: %v, want a conflict", name, err)
		}
		if now, err := os.ReadFile(path); err != nil || !bytes.Equal(now, b) {
			t.Errorf("%s was changed", name)
		}
	}
	if _, err := backup.Restore(context.Background(), filepath.Join(dir, "none"), db.Options{Dir: dir}, all); !fault.Is(err, fault.NotFound) {
		t.Errorf("no file: %v", err)
	}
}

// A newer format and a newer schema are refused with both numbers.
func TestNewerFile(t *testing.T) {
	path := made(t, t.TempDir())
	files := contents(t, path)
	newer := slices.Clone(files)
	newer[1] = "2\n"
	sealed(t, path, newer...)
	if f := refused(t, path, "backup.format_newer"); fmt.Sprint(f.Args[1:]) != "[2 1]" {
		t.Errorf("%v", f)
	}
	var m map[string]any
	i := slices.Index(files, "manifest.json") + 1
	for _, c := range []struct {
		module string
		want   string
	}{{"sample", "[sample 9 1 v9]"}, {"survey", "[survey 9 0 v9]"}} {
		if err := json.Unmarshal([]byte(files[i]), &m); err != nil {
			t.Fatal(err)
		}
		m["product"] = "v9"
		m["schema"].(map[string]any)[c.module] = 9
		b, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		newer = slices.Clone(files)
		newer[i] = string(b)
		sealed(t, path, newer...)
		if f := refused(t, path, "backup.schema_newer"); fmt.Sprint(f.Args) != c.want {
			t.Errorf("%v, want %s", f.Args, c.want)
		}
	}
}

// Neither a restore nor a move ever writes over a database, whatever is left of it; what is there stays.
func TestTargetMustBeEmpty(t *testing.T) {
	ctx := context.Background()
	path := made(t, t.TempDir())
	source := dbtest.Open(t, db.SQLite, nil, samples)
	plant(t, source)
	both := func(t *testing.T, o db.Options) {
		t.Helper()
		if _, err := backup.Restore(ctx, path, o, all); !fault.Is(err, fault.Conflict) {
			t.Errorf("restored: %v, want a conflict", err)
		}
		if _, err := backup.Move(ctx, source, o, all); !fault.Is(err, fault.Conflict) {
			t.Errorf("moved: %v, want a conflict", err)
		}
	}
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			o := place(t, e)
			if _, err := backup.Restore(ctx, path, o, all); err != nil {
				t.Fatal(err)
			}
			d := reopen(t, o)
			if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", "production") }); err != nil {
				t.Fatal(err)
			}
			both(t, o)
			var n int
			if err := d.Read(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM node").Scan(&n); err != nil || n != 1000 {
				t.Errorf("%d rows are left, %v", n, err)
			}
			if k, err := d.Meta(ctx, "kind"); err != nil || k != "production" {
				t.Errorf("kind %q, %v", k, err)
			}
		})
	}
	t.Run("log_left_behind", func(t *testing.T) {
		o := place(t, db.SQLite)
		if err := os.WriteFile(filepath.Join(o.Dir, "langso.db-wal"), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
		both(t, o)
	})
	t.Run("tables_of_others", func(t *testing.T) {
		o := place(t, db.Postgres)
		d := reopen(t, o)
		if _, err := d.Read(ctx).ExecContext(ctx, "CREATE TABLE other (id BIGINT PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		both(t, o)
		var n int
		if err := d.Read(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM other").Scan(&n); err != nil {
			t.Errorf("the table of another program is gone: %v", err)
		}
	})
}

// What a cut-off start left is replaced, but never an empty table of another program: not beside the schema, not one that
// has the name of a table of a migration that never ran, not one that only looks like goose's, and no view on ours.
func TestForeignTablesStay(t *testing.T) {
	ctx := context.Background()
	path := made(t, t.TempDir())
	source := dbtest.Open(t, db.SQLite, nil, samples)
	plant(t, source)
	for what, c := range map[string]struct {
		started []db.Migrations // what ran before
		tables  string
		name    string
	}{
		"beside":          {all, "CREATE TABLE other (id BIGINT PRIMARY KEY)", "other"},
		"name of a later": {all[:1], "CREATE TABLE sample (id BIGINT PRIMARY KEY)", "sample"},
		"counting":        {all, "CREATE TABLE schema_migrations (version TEXT PRIMARY KEY)", "schema_migrations"},
		"alone":           {nil, "CREATE TABLE schema_migrations (version TEXT PRIMARY KEY)", "schema_migrations"},
		"named meta":      {nil, "CREATE TABLE meta (id BIGINT PRIMARY KEY)", "meta"},
	} {
		t.Run(what, func(t *testing.T) {
			o := place(t, db.Postgres)
			d := reopen(t, o)
			if c.started != nil {
				if err := d.Migrate(ctx, c.started); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := d.Read(ctx).ExecContext(ctx, c.tables); err != nil {
				t.Fatal(err)
			}
			before, err := d.Tables(ctx)
			if err != nil {
				t.Fatal(err)
			}
			_, restored := backup.Restore(ctx, path, o, all)
			_, moved := backup.Move(ctx, source, o, all)
			for _, err := range []error{restored, moved} {
				if f := fault.As(err); err == nil || f.Key != "db.foreign_tables" || f.Args[1] != c.name {
					t.Errorf("%v, want the refusal that names %s", err, c.name)
				}
			}
			t.Run("stays", func(t *testing.T) {
				if after, err := d.Tables(ctx); err != nil || !reflect.DeepEqual(after, before) {
					t.Errorf("%v, %v; want the tables of before: %v", after, err, before)
				}
				var n int
				if err := d.Read(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM "+c.name).Scan(&n); err != nil {
					t.Error(err)
				}
			})
		})
	}
	t.Run("view", func(t *testing.T) {
		o := place(t, db.Postgres)
		d := reopen(t, o)
		if err := d.Migrate(ctx, all); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Read(ctx).ExecContext(ctx, "CREATE VIEW theirs AS SELECT word FROM sample"); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(ctx, path, o, all); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
		var n int
		if err := d.Read(ctx).QueryRowContext(ctx, "SELECT COUNT(*) FROM theirs").Scan(&n); err != nil {
			t.Error(err)
		}
	})
	t.Run("own", func(t *testing.T) {
		o := place(t, db.Postgres)
		if err := reopen(t, o).Migrate(ctx, all); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(ctx, path, o, all); err != nil {
			t.Errorf("the schema that a cut-off start left: %v", err)
		}
	})
	t.Run("file", func(t *testing.T) { // on SQLite any database file there is refused as it is
		o := place(t, db.SQLite)
		d := reopen(t, o)
		if err := exec(d, "CREATE TABLE other (id INTEGER PRIMARY KEY)"); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Restore(ctx, path, o, all); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v, want a conflict", err)
		}
		if err := exec(d, "DROP TABLE other"); err != nil {
			t.Error(err)
		}
	})
}

func exec(d *db.DB, statement string) error {
	return d.Write(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, statement)
		return err
	})
}

// No bytes make reading a backup fail in any other way than by an error.
func FuzzVerify(f *testing.F) {
	good, err := os.ReadFile(made(f, f.TempDir()))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Fuzz(func(t *testing.T, b []byte) {
		path := filepath.Join(t.TempDir(), "b.zip")
		if len(b) > 64 { // past the seal
			sum := sha256.Sum256(b[:len(b)-64])
			b = append(b[:len(b)-64:len(b)-64], hex.EncodeToString(sum[:])...)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := backup.Verify(path); err != nil && fault.As(err).Code != fault.Invalid {
			t.Error(err)
		}
	})
}
