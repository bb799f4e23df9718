package testkit

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

// Shared returns the path of a file of the reference data: in the folder that LANGSO_SHARED names, else in "shared"
// beside the checkout. Where there is no such folder the test is skipped; testdata/skips.txt must say so.
func Shared(t testing.TB, name string) string {
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
