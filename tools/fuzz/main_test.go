package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

func TestFind(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"a/a_test.go":   "package a\n\nfunc FuzzOne(f *testing.F) {\n}\n\nfunc FuzzTwo(f *testing.F) {\n}\n\nfunc TestFuzzThree(t *testing.T) {}\n",
		"a/b/b_test.go": "package b\n\nfunc FuzzOne(f *testing.F) {\n}\n",
		"a/a.go":        "package a\n\nfunc FuzzNone() {}\n",
	} {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for only, want := range map[string]int{"": 3, "Two": 1, "None": 0} {
		got, err := find(dir, regexp.MustCompile(only))
		if err != nil || len(got) != want {
			t.Errorf("%q: %v, %v; want %d targets", only, got, err, want)
		}
	}
}
