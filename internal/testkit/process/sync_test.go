package process

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"langso/internal/testkit"
)

// On SQLite every acknowledged write was synced before: strace shows at least one sync of the write-ahead log for each
// edit. A kill cannot show this, because what a program wrote survives it in memory of the system.
func TestAcknowledgedWritesAreSynced(t *testing.T) {
	const edits = 40
	log := filepath.Join(t.TempDir(), "syncs")
	// -D keeps langso our own child; -y names the file behind each descriptor.
	n := testkit.Start(t, testkit.Options{Demo: true, Under: []string{"strace", "-D", "-f", "-y", "-e", "trace=fsync,fdatasync", "-e", "signal=none", "-o", log}})
	p := newProgram(n, token(t, n))
	path := cell{communes(t, p)[0].Code, "10"}.path(set, period)
	before := syncs(t, log)
	if before == 0 {
		t.Fatal("strace saw no sync while the demo was made")
	}
	seen := p.must(t, "GET", path, nil, nil).etag()
	for i := range edits {
		a, _, err := p.put(path, seen, map[string]string{"value": strconv.Itoa(i), "reason": "đếm lần ghi xuống đĩa"})
		if err != nil || a.status != http.StatusOK {
			t.Fatalf("edit %d: %d %s, %v", i, a.status, a.body, err)
		}
		seen = a.etag()
	}
	// A line is written before the traced call returns, so every sync that an answer waited for is in the file now.
	got := syncs(t, log) - before
	t.Logf("%d syncs of the log for %d acknowledged edits", got, edits)
	if got < edits {
		t.Errorf("%d syncs of the log for %d acknowledged edits", got, edits)
	}
}

// syncs counts the syncs of the write-ahead log so far.
func syncs(t *testing.T, log string) int {
	t.Helper()
	f, err := os.Open(log)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.Contains(sc.Text(), "sync(") && strings.Contains(sc.Text(), "langso.db-wal>") {
			n++
		}
	}
	return n
}

// A backup is synced before it gets its name, and its folder afterwards; so is a restored database. What the system is
// asked, in order, is seen by strace.
func TestKeptFilesAreSynced(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	n.Stop()
	dir := t.TempDir()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	log, program := filepath.Join(dir, "log"), filepath.Join(dir, "traced")
	script := "#!/bin/sh\nexec strace -f -y -e trace=fsync,fdatasync,rename,renameat,renameat2,link,linkat -e signal=none -o '" + log + "' '" + self + "' \"$@\"\n"
	if err := os.WriteFile(program, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	place := filepath.Join(dir, "place")
	if err := os.Mkdir(place, 0o700); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(place, "a.zip")
	traced := func(data string, args ...string) string {
		t.Helper()
		if r := testkit.At(t, testkit.Options{Demo: true, Dir: data, Program: program}).CLI(args...); r.Code != 0 {
			t.Fatalf("%v: exit %d, %s", args, r.Code, r.Stderr)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	restored := filepath.Join(dir, "restored")
	for _, c := range []struct {
		calls string
		want  []string // regular expressions of lines, each below the one before
	}{
		{traced(n.Dir, "backup", "-o", file), []string{`sync\(\d+<` + place + `/\.langso-backup-`, `rename.*"` + file + `"`, `sync\(\d+<` + place + `>`}},
		{traced(restored, "restore", file), []string{`sync\(\d+<` + restored + `/\.restore-\d+/langso\.db>`, `link.*"` + restored + `/langso\.db"`, `sync\(\d+<` + restored + `>`}},
	} {
		rest := c.calls
		for _, want := range c.want {
			at := regexp.MustCompile(want).FindAllStringIndex(rest, -1)
			if at == nil {
				t.Errorf("%s is not there, or too early:\n%s", want, c.calls)
				break
			}
			rest = rest[at[0][1]:]
		}
	}
}
