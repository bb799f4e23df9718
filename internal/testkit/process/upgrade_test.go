package process

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"langso/internal/platform/db"
	"langso/internal/testkit"
)

// nextRelease builds the product as its next release may be: with one more migration, which expands a table, and the
// next schema level.
func nextRelease(t *testing.T) string {
	t.Helper()
	root, err := filepath.Abs("../../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	source := filepath.Join(root, "internal/platform/db/upgrade.go")
	text, err := os.ReadFile(source)
	if err != nil {
		t.Fatal(err)
	}
	level := fmt.Sprintf("const SchemaLevel = %d\n", db.SchemaLevel)
	if !strings.Contains(string(text), level) {
		t.Fatalf("%s does not say %q", source, level)
	}
	write(t, filepath.Join(dir, "upgrade.go"), []byte(strings.Replace(string(text), level, fmt.Sprintf("const SchemaLevel = %d\n", db.SchemaLevel+1), 1)))
	write(t, filepath.Join(dir, "next.sql"), []byte("-- +goose Up\nALTER TABLE value_version ADD COLUMN next_ms {{int}};\n"))
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {
		source: filepath.Join(dir, "upgrade.go"),
		filepath.Join(root, "internal/assessment/migrations/9001_next.sql"): filepath.Join(dir, "next.sql"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "overlay.json"), overlay)
	out := filepath.Join(dir, "langso")
	c := exec.Command("go", "build", "-buildvcs=false", "-overlay", filepath.Join(dir, "overlay.json"), "-o", out, "langso/cmd/langso")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return out
}

// beforeUpgrade returns the one backup that an upgrade has left in a data folder.
func beforeUpgrade(t *testing.T, n *testkit.Node) string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(n.Dir, "backup", "*-before-upgrade.zip"))
	if err != nil || len(list) != 1 {
		t.Fatalf("backups before the upgrade: %v, %v", list, err)
	}
	return list[0]
}

// Two nodes over one database are upgraded one after the other: the older one goes on serving and writing on the newer
// schema, and can start there, until a release says that it cannot read it any more.
func TestRollingUpgrade(t *testing.T) {
	o := testkit.Options{Demo: true, URL: testkit.Postgres(t)}
	older := testkit.Start(t, o)
	o.Program = nextRelease(t)
	newer := testkit.Start(t, o)
	house := newer.House()
	if v, err := house.DB.Versions(house.Ctx); err != nil || v["assessment"] != 9001 {
		t.Fatalf("the newer node did not upgrade: %v, %v", v, err)
	}
	bearer := token(t, older)
	onOlder, onNewer := newProgram(older, bearer), newProgram(newer, bearer)
	path := cell{"24805", "8.4"}.path(snapshotSet, snapshotPeriod) // met in the snapshot
	change := func(p, other *program, verdict string, want summary) {
		t.Helper()
		got, _, err := p.put(path, p.must(t, "GET", path, nil, nil).etag(), map[string]string{"verdict": verdict, "reason": "giữa hai bản"})
		if err != nil || got.status != http.StatusOK {
			t.Fatalf("%d %s, %v", got.status, got.body, err)
		}
		var s summary
		if other.get(t, snapshotPath, &s); s != want {
			t.Errorf("on the other node: %+v, want %+v", s, want)
		}
	}
	// 48 of 111 = 43.2 %, 47 of 111 = 42.3 %.
	change(onOlder, onNewer, "chua_dat", summary{47, 111, 42.3})
	change(onNewer, onOlder, "dat", summary{48, 111, 43.2})
	older.Stop()
	older.Restart()
	onOlder.base = older.URL
	change(onOlder, onNewer, "chua_dat", summary{47, 111, 42.3})
	checked(t, older)
	checked(t, newer)

	err := house.DB.Write(house.Ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.SetMeta(ctx, "min_reader", strconv.Itoa(db.SchemaLevel+1))
	})
	if err != nil {
		t.Fatal(err)
	}
	refusal := answer{}
	for deadline := time.Now().Add(20 * time.Second); refusal.status != http.StatusServiceUnavailable; {
		if refusal = onOlder.must(t, "GET", "/healthz", nil, nil); time.Now().After(deadline) {
			t.Fatalf("the older node still answers %d", refusal.status)
		}
	}
	if a := onOlder.must(t, "GET", snapshotPath, nil, nil); a.status != http.StatusServiceUnavailable || !strings.Contains(a.body, "phiên bản mới hơn") {
		t.Errorf("the older node answers %d %s", a.status, a.body)
	}
	for _, args := range [][]string{{"check"}, {"demo", "--listen", "127.0.0.1:0"}} {
		if r := older.CLI(args...); r.Code != 3 || !strings.Contains(r.Stderr, "phiên bản mới hơn") {
			t.Fatalf("the older %v: exit %d, %s; want 3 and why", args, r.Code, r.Stderr)
		}
	}
	var s summary
	if onNewer.get(t, snapshotPath, &s); s.Met != 47 {
		t.Errorf("the newer node: %+v", s)
	}
	checked(t, newer)
}

// The way back after an upgrade: the backup that it made is restored by the program of before, on either engine, and
// holds what was there; the program of before refuses a backup of the upgraded database, and says which version it needs.
func TestWayBackAfterUpgrade(t *testing.T) {
	next := nextRelease(t)
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			o := on(t, engine)
			n := testkit.Start(t, o)
			n.Stop()
			before := keeps(t, n, "backup", "-o", filepath.Join(t.TempDir(), "a.zip"))
			o.Dir, o.Program = n.Dir, next
			upgraded := testkit.At(t, o)
			after := filepath.Join(t.TempDir(), "b.zip")
			keeps(t, upgraded, "backup", "-o", after) // a backup alone upgrades nothing
			if list, _ := filepath.Glob(filepath.Join(n.Dir, "backup", "*")); len(list) > 0 {
				t.Errorf("backup made %v", list)
			}
			r := upgraded.CLI("check")
			file := beforeUpgrade(t, n)
			if r.Code != 0 || !strings.Contains(r.Stderr, filepath.Base(file)) {
				t.Errorf("exit %d, %s; want the name of the backup", r.Code, r.Stderr)
			}
			keeps(t, upgraded, "backup", "-o", after)
			back := on(t, engine)
			back.Dir = filepath.Join(t.TempDir(), "back")
			again := testkit.At(t, back)
			if r := again.CLI("restore", after); r.Code != 3 || !strings.Contains(r.Stderr, "9001") {
				t.Errorf("a backup of the newer release: exit %d, %s", r.Code, r.Stderr)
			}
			sameTables(t, keeps(t, again, "restore", file).Tables, before.Tables)
			checked(t, again)
			again.Restart()
		})
	}
}
