// Package reference finds the folder of reference data: law texts, official lists and workbooks that tests compare with
// and that are not part of the checkout. Any test may import it.
package reference

import (
	"os"
	"path/filepath"
	"testing"
)

// Root returns the folder of go.mod, looking upwards from the folder of the test.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		up := filepath.Dir(dir)
		if up == dir {
			t.Fatal("no go.mod above the folder of the test")
		}
		dir = up
	}
}

// Path returns the path of a file of the reference data: in the folder that LANGSO_SHARED names, else in "shared" beside
// the checkout. Where there is no such folder the test is skipped, which testdata/skips.txt must list with a reason that
// begins with "without LANGSO_SHARED:". A file missing in the folder fails the test.
func Path(t testing.TB, name string) string {
	t.Helper()
	dir := os.Getenv("LANGSO_SHARED")
	if dir == "" {
		dir = filepath.Join(filepath.Dir(Root(t)), "shared")
		if _, err := os.Stat(dir); err != nil {
			t.Skip("no folder of reference data")
		}
	}
	path := filepath.Join(dir, filepath.FromSlash(name))
	if _, err := os.Stat(path); err != nil {
		t.Fatal(err)
	}
	return path
}
