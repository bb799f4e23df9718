package process

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/testkit"
)

// table is one table as backup, restore and move print it.
type table struct {
	Name   string
	Rows   int64
	SHA256 string
}

// kept is what backup and restore print.
type kept struct {
	File   string
	Kind   string
	Tables []table
}

// keeps runs backup or restore, which must succeed.
func keeps(t *testing.T, n *testkit.Node, args ...string) kept {
	t.Helper()
	r := n.CLI(append(args, "--json")...)
	if r.Code != 0 {
		t.Fatalf("%v: exit %d, %s", args, r.Code, r.Stderr)
	}
	var k kept
	if r.JSON(t, &k); len(k.Tables) < 10 {
		t.Fatalf("%v: %s", args, r.Stdout)
	}
	return k
}

func sameTables(t *testing.T, got, want []table) {
	t.Helper()
	if a, b := fmt.Sprint(got), fmt.Sprint(want); a != b {
		t.Errorf("other rows:\n%s\n%s", a, b)
	}
}

// tableNamed is one of the tables; it must be there.
func tableNamed(t *testing.T, tables []table, name string) table {
	t.Helper()
	i := slices.IndexFunc(tables, func(x table) bool { return x.Name == name })
	if i < 0 {
		t.Fatalf("no table %s among %v", name, tables)
	}
	return tables[i]
}

// without leaves one table out.
func without(tables []table, name string) []table {
	return slices.DeleteFunc(slices.Clone(tables), func(x table) bool { return x.Name == name })
}

// on returns the options of a node on the engine.
func on(t *testing.T, engine string) testkit.Options {
	o := testkit.Options{Demo: true}
	if engine == "postgres" {
		o.URL = testkit.Postgres(t)
	}
	return o
}

func other(engine string) string {
	return map[string]string{"sqlite": "postgres", "postgres": "sqlite"}[engine]
}

// Backups taken while people write are each one state of the database: restored on the other engine it has the same
// counts and hashes and passes the check, stays a demo, and holds every edit acknowledged before the backup began.
func TestBackupBesideServer(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			n := testkit.Start(t, on(t, engine))
			bearer := token(t, n)
			c := cell{communes(t, newProgram(n, ""))[0].Code, "10"}
			path := c.path(set, period)
			var acknowledged atomic.Int64
			written, stop := make(chan struct{}), make(chan struct{})
			var writer sync.WaitGroup
			writer.Go(func() {
				p := newProgram(n, bearer)
				seen := `"0"`
				for i := int64(1); ; i++ {
					got, _, err := p.put(path, seen, map[string]string{"value": strconv.FormatInt(i, 10), "reason": note(i)})
					if err != nil || got.status != http.StatusOK {
						t.Errorf("edit %d: %d %s, %v", i, got.status, got.body, err)
						close(written)
						return
					}
					seen = got.etag()
					acknowledged.Store(i)
					select {
					case written <- struct{}{}:
					case <-stop:
						return
					default:
					}
				}
			})
			file := filepath.Join(t.TempDir(), "a.zip")
			var k kept
			var least int64
			for range 3 { // each time the file of the one before is replaced
				<-written
				least = acknowledged.Load()
				k = keeps(t, n, "backup", "-o", file)
			}
			close(stop)
			writer.Wait()
			if t.Failed() {
				return
			}
			o := on(t, other(engine))
			o.Dir = t.TempDir()
			restored := testkit.At(t, o)
			sameTables(t, keeps(t, restored, "restore", file).Tables, k.Tables)
			checked(t, restored)
			// The token of the writer is there, but revoked; everything else is as it was.
			again := keeps(t, restored, "backup", "-o", filepath.Join(t.TempDir(), "b.zip")).Tables
			sameTables(t, without(again, "account_token"), without(k.Tables, "account_token"))
			if now, then := tableNamed(t, again, "account_token"), tableNamed(t, k.Tables, "account_token"); now.Rows != 1 || then.Rows != 1 || now.SHA256 == then.SHA256 {
				t.Errorf("tokens %+v, in the backup %+v; want the one of the writer, changed", now, then)
			}
			list := versions(t, restored.House(), c)
			if most := acknowledged.Load(); int64(len(list)) < least || int64(len(list)) > most || least < 3 {
				t.Errorf("%d edits are in the backup, want %d to %d", len(list), least, most)
			}
			for i, v := range list {
				if v.Version.Figure.Num != int64(i+1) {
					t.Errorf("edit %d is %d", i+1, v.Version.Figure.Num)
				}
			}
			house := restored.House()
			if kind, err := house.DB.Meta(house.Ctx, "kind"); err != nil || kind != "demo" {
				t.Fatalf("the restored demo is %q, %v", kind, err)
			}
			restored.Restart() // as a demo, which refuses any other kind
			if got, _, err := newProgram(restored, bearer).put(path, `"0"`, nil); err != nil || got.status != http.StatusUnauthorized {
				t.Errorf("the token of before the restore: %d %s, %v", got.status, got.body, err)
			}
			if r := restored.CLI("restore", file); r.Code != 3 || !strings.Contains(r.Stderr, "đã có cơ sở dữ liệu") {
				t.Errorf("a restore over data: exit %d, %s", r.Code, r.Stderr)
			}
			checked(t, restored)
		})
	}
}

// A database moves to the other engine and back with the same counts and hashes; the mark of the demo goes with it.
func TestMove(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			n := testkit.Start(t, on(t, engine))
			bearer := token(t, n)
			n.Stop()
			before := keeps(t, n, "backup", "-o", filepath.Join(t.TempDir(), "a.zip"))
			from := n
			for _, e := range []string{other(engine), engine} {
				o := on(t, e)
				o.Dir = filepath.Join(t.TempDir(), "new")
				target := []string{"--to-data", o.Dir}
				if o.URL != "" {
					target = []string{"--to-database", o.URL, "--unsafe-test-db"}
				}
				move := func() testkit.Result { return from.CLI(append([]string{"move", "--json"}, target...)...) }
				r := move()
				var m struct {
					Kind     string
					From, To []table
				}
				if r.Code != 0 {
					t.Fatalf("exit %d, %s", r.Code, r.Stderr)
				}
				r.JSON(t, &m)
				sameTables(t, m.From, before.Tables)
				sameTables(t, m.To, before.Tables)
				if m.Kind != "demo" {
					t.Errorf("kind %s", m.Kind)
				}
				if r := move(); r.Code != 3 || !strings.Contains(r.Stderr, "đã có cơ sở dữ liệu") {
					t.Errorf("a second move: exit %d, %s", r.Code, r.Stderr)
				}
				from = testkit.At(t, o)
				sameTables(t, keeps(t, from, "backup", "-o", filepath.Join(t.TempDir(), "b.zip")).Tables, before.Tables)
				checked(t, from)
			}
			from.Restart()
			if got := newProgram(from, bearer).must(t, "GET", importPage, nil, nil); got.status != http.StatusOK {
				t.Errorf("the token after two moves: %d %s", got.status, got.body)
			}
			for _, args := range [][]string{{"move"}, {"move", "--to-data", "a", "--to-database", "b"}, {"backup"}, {"backup", "a.zip"}, {"restore"}, {"restore", "a", "b"}} {
				if r := n.CLI(args...); r.Code != 2 {
					t.Errorf("%v: exit %d, %s", args, r.Code, r.Stderr)
				}
			}
		})
	}
}

// envFileSize bounds the size of files that langso may write, in bytes: what a full disk does, without one.
const envFileSize = "PROCESS_TEST_FILE_SIZE"

// limitFileSize obeys envFileSize in the child.
func limitFileSize() {
	if n, err := strconv.ParseUint(os.Getenv(envFileSize), 10, 64); err == nil {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			panic(err)
		}
	}
}

// limited is the node with a full disk.
func limited(t *testing.T, n *testkit.Node, bytes int) *testkit.Node {
	return testkit.At(t, testkit.Options{Demo: true, Dir: n.Dir, Env: []string{fmt.Sprintf("%s=%d", envFileSize, bytes)}})
}

// A backup that finds no room ends with a message and leaves the backup of yesterday and the database as they were.
func TestBackupOnFullDisk(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	n.Stop()
	dir := t.TempDir()
	file := filepath.Join(dir, "a.zip")
	k := keeps(t, n, "backup", "-o", file)
	before, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	r := limited(t, n, len(before)/2).CLI("backup", "-o", file)
	if r.Code != 1 || !strings.Contains(r.Stderr, "Không đủ chỗ") || !strings.Contains(r.Stderr, file) {
		t.Errorf("exit %d, %q; want 1 and what is full", r.Code, r.Stderr)
	}
	now, err := os.ReadFile(file)
	if err != nil || string(now) != string(before) {
		t.Errorf("the backup of before was changed: %v", err)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 1 {
		t.Errorf("left in the folder: %v, %v", list, err)
	}
	for _, place := range []string{"/dev/full", filepath.Join(dir, "none", "a.zip")} {
		if r := n.CLI("backup", "-o", place); r.Code == 0 || !strings.Contains(r.Stderr, place) {
			t.Errorf("%s: exit %d, %q", place, r.Code, r.Stderr)
		}
	}
	if info, err := os.Stat("/dev/full"); err != nil || info.Mode().IsRegular() {
		t.Errorf("/dev/full was replaced: %v", err)
	}
	checked(t, n)
	sameTables(t, keeps(t, n, "backup", "-o", file).Tables, k.Tables)
}

// A restore that finds no room leaves nothing that would stand in the way of the next.
func TestRestoreOnFullDisk(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	n.Stop()
	file := filepath.Join(t.TempDir(), "a.zip")
	k := keeps(t, n, "backup", "-o", file)
	empty := testkit.At(t, testkit.Options{Demo: true, Dir: t.TempDir()})
	if r := limited(t, empty, 300_000).CLI("restore", file); r.Code != 1 || !strings.Contains(r.Stderr, "đã đầy") {
		t.Errorf("exit %d, %q; want 1 and what is full", r.Code, r.Stderr)
	}
	if list, err := os.ReadDir(empty.Dir); err != nil || len(list) > 0 {
		t.Errorf("left in the folder: %v, %v", list, err)
	}
	sameTables(t, keeps(t, empty, "restore", file).Tables, k.Tables)
	checked(t, empty)
}

// An import that finds no room ends with a message, whole or not at all; the old figures stay and can be read and written.
func TestImportOnFullDisk(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	p, h := newProgram(n, ""), n.House()
	items := []string{"10", "2.1", "17.4", "2.2", "17.1"}
	file := filepath.Join(t.TempDir(), "so.xlsx")
	write(t, file, matrix(t, communes(t, p), items, func(commune, string) any { return 50 }))
	n.Stop() // so that the log is empty
	before := stored(t, h)
	args := []string{"import", "results", "--set", set, "--period", period, file}
	refused := 0
	for _, room := range []int{64_000, 128_000, 256_000} {
		r := limited(t, n, room).CLI(args...)
		if r.Code == 0 {
			t.Errorf("%d bytes were enough: %s", room, r.Stdout)
			continue
		}
		if r.Code != 1 || !strings.Contains(r.Stderr, "đã đầy") || strings.Contains(r.Stderr, "goroutine") {
			t.Errorf("%d bytes: exit %d, %q; want 1 and what is full", room, r.Code, r.Stderr)
		}
		refused++
		checked(t, n)
		if now := stored(t, h); now != before {
			t.Errorf("%d bytes: half of the import is there", room)
		}
	}
	if r := n.CLI(args...); r.Code != 0 || stored(t, h) == before || refused == 0 {
		t.Errorf("with room: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	checked(t, n)
}

// A PostgreSQL server whose disk is full says so for the row that finds no room: the first of an import, one in the middle,
// one of the audit, or at the commit. Nothing of the import stays, its sender is told why, and with room it goes in.
func TestImportOnFullServer(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true, URL: testkit.Postgres(t)})
	p, h := newProgram(n, ""), n.House()
	items := []string{"10", "2.1", "17.4", "2.2", "17.1"}
	file := filepath.Join(t.TempDir(), "so.xlsx")
	write(t, file, matrix(t, communes(t, p), items, func(commune, string) any { return 50 }))
	before := stored(t, h)
	sql := func(text string) {
		t.Helper()
		err := h.DB.Write(h.Ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, text)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	// The sequence counts rows, and does not go back with a transaction.
	sql(`CREATE SEQUENCE written MINVALUE 0;
		CREATE FUNCTION fill_up() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
			IF nextval('written') >= TG_ARGV[0]::int THEN
				RAISE EXCEPTION 'could not extend file "base/1/2": No space left on device' USING ERRCODE = 'disk_full';
			END IF;
			RETURN NEW;
		END $$`)
	args := []string{"import", "results", "--set", set, "--period", period, file}
	for name, trigger := range map[string]string{
		"first row":      "TRIGGER fill BEFORE INSERT ON value_version FOR EACH ROW EXECUTE FUNCTION fill_up(0)",
		"row in between": "TRIGGER fill BEFORE INSERT ON value_version FOR EACH ROW EXECUTE FUNCTION fill_up(200)",
		"audit":          "TRIGGER fill BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION fill_up(0)",
		"commit":         "CONSTRAINT TRIGGER fill AFTER INSERT ON value_version DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION fill_up(0)",
	} {
		table := regexp.MustCompile(`ON (\w+)`).FindStringSubmatch(trigger)[1]
		sql("ALTER SEQUENCE written RESTART WITH 0; CREATE " + trigger)
		r := n.CLI(args...)
		if r.Code != 1 || !strings.Contains(r.Stderr, "đã đầy") || strings.Contains(r.Stderr, "goroutine") {
			t.Errorf("%s: exit %d, %q; want 1 and what is full", name, r.Code, r.Stderr)
		}
		sql("DROP TRIGGER fill ON " + table)
		checked(t, n)
		if now := stored(t, h); now != before {
			t.Errorf("%s: half of the import is there", name)
		}
	}
	if r := n.CLI(args...); r.Code != 0 || stored(t, h) == before {
		t.Errorf("with room: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
	checked(t, n)
}

// Files that are no sound backups are refused by the commands with exit code 3 and words; nothing is made.
func TestBadBackups(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	n.Stop()
	dir := t.TempDir()
	good := filepath.Join(dir, "tot.zip")
	keeps(t, n, "backup", "-o", good)
	b, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(string(b))
	flipped[len(b)/3] ^= 4
	for _, c := range []struct {
		name string
		body []byte
		says string
	}{
		{"text", []byte("Kính gửi Sở Nông nghiệp"), "không phải là tệp sao lưu"},
		{"flipped", flipped, "đã hỏng"},
		{"truncated", b[:len(b)-100], "đã hỏng"},
	} {
		bad := filepath.Join(dir, c.name+".zip")
		write(t, bad, c.body)
		for _, args := range [][]string{{"restore", bad}, {"restore", "--dry-run", bad}} {
			empty := testkit.At(t, testkit.Options{Demo: true, Dir: filepath.Join(t.TempDir(), "new")})
			if r := empty.CLI(args...); r.Code != 3 || !strings.Contains(r.Stderr, c.says) {
				t.Errorf("%v: exit %d, %q; want 3 and %q", args, r.Code, r.Stderr, c.says)
			}
			if _, err := os.Stat(empty.Dir); err == nil {
				t.Errorf("%v made a folder", args)
			}
		}
	}
	var k kept
	r := n.CLI("restore", "--dry-run", good, "--json") // a sound file can be read through, also beside data
	if r.JSON(t, &k); r.Code != 0 || k.Kind != "demo" {
		t.Errorf("exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
	}
}
