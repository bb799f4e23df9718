package process

import (
	"bufio"
	"net/http"
	"os"
	"path/filepath"
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
