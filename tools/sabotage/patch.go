package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// target is one test that a sabotage must turn red.
type target struct {
	pkg  string // "./internal/platform/db"
	test string // "TestX" or "TestX/sub"
}

func (t target) String() string { return t.pkg + " " + t.test }

// sabotage is one file of testdata/sabotage: a head of comments and a unified diff.
//
//	# breaks: the promise, in words
//	# test: ./internal/platform/db TestWriteKeepsEveryIncrement
type sabotage struct {
	name    string // file name without .patch
	breaks  string
	targets []target
	diff    string
}

// parse reads a sabotage and refuses one that lacks a part of its head, or that changes a test instead of the product.
func parse(name, text string) (*sabotage, error) {
	s := &sabotage{name: name}
	head, diff, found := strings.Cut(text, "\n--- ")
	if !found {
		return nil, errors.New("no diff (a line that begins with \"--- \") after the head")
	}
	s.diff = "--- " + diff
	for _, line := range strings.Split(head, "\n") {
		if words, ok := strings.CutPrefix(line, "# breaks:"); ok {
			s.breaks = strings.TrimSpace(s.breaks + " " + strings.TrimSpace(words))
		}
		if words, ok := strings.CutPrefix(line, "# test:"); ok {
			f := strings.Fields(words)
			if len(f) != 2 || !strings.HasPrefix(f[0], "./") || !strings.HasPrefix(f[1], "Test") {
				return nil, fmt.Errorf("%q: want \"# test: ./folder TestName\"", line)
			}
			s.targets = append(s.targets, target{f[0], f[1]})
		}
	}
	switch {
	case s.breaks == "":
		return nil, errors.New("no line \"# breaks: the promise in words\"")
	case len(s.targets) == 0:
		return nil, errors.New("no line \"# test: ./folder TestName\"")
	}
	changed, err := touched(s.diff)
	if err != nil {
		return nil, err
	}
	for _, c := range changed {
		if strings.HasSuffix(c.before, "_test.go") || strings.HasSuffix(c.after, "_test.go") {
			return nil, fmt.Errorf("%s%s is a test: a sabotage breaks the product", c.before, c.after)
		}
	}
	return s, nil
}

// change is one file of a diff; before is "" for a new file, after is "" for a removed one.
type change struct{ before, after string }

// touched returns the files of a diff with paths from the root of the checkout.
func touched(diff string) ([]change, error) {
	var out []change
	lines := strings.Split(diff, "\n")
	for i, line := range lines {
		before, ok := strings.CutPrefix(line, "--- ")
		if !ok || i+1 == len(lines) {
			continue
		}
		after, ok := strings.CutPrefix(lines[i+1], "+++ ")
		if !ok {
			continue // a removed line that begins with "-- "
		}
		b, err := diffPath(before, "a/")
		if err != nil {
			return nil, err
		}
		a, err := diffPath(after, "b/")
		if err != nil {
			return nil, err
		}
		out = append(out, change{b, a})
	}
	if len(out) == 0 {
		return nil, errors.New("the diff names no file")
	}
	return out, nil
}

func diffPath(s, prefix string) (string, error) {
	s, _, _ = strings.Cut(s, "\t")
	if s == "/dev/null" {
		return "", nil
	}
	p, ok := strings.CutPrefix(s, prefix)
	if !ok || !filepath.IsLocal(p) {
		return "", fmt.Errorf("path %q: want one that begins with %q and stays in the checkout", s, prefix)
	}
	return p, nil
}

// overlay applies the diff to copies of the files below dir and writes the file for go test -overlay there. A diff that
// does not fit the files exactly is an error.
func (s *sabotage) overlay(root, dir string) (path string, err error) {
	changed, err := touched(s.diff)
	if err != nil {
		return "", err
	}
	copies := filepath.Join(dir, "tree")
	if err := os.MkdirAll(copies, 0o755); err != nil {
		return "", err
	}
	for _, c := range changed {
		if c.before == "" {
			if _, err := os.Stat(filepath.Join(root, c.after)); err == nil {
				return "", fmt.Errorf("%s is new in the patch, but it is there already", c.after)
			}
			continue
		}
		b, err := os.ReadFile(filepath.Join(root, c.before))
		if err != nil {
			return "", err
		}
		if err := write(filepath.Join(copies, c.before), b); err != nil {
			return "", err
		}
	}
	g := exec.Command("git", "apply", "--whitespace=nowarn", "-")
	g.Dir = copies
	// Inside a repository git apply would skip paths outside its tree without a word.
	g.Env = append(os.Environ(), "GIT_CEILING_DIRECTORIES="+dir, "GIT_DIR="+filepath.Join(dir, "none"))
	g.Stdin = strings.NewReader(s.diff)
	if out, err := g.CombinedOutput(); err != nil {
		return "", fmt.Errorf("the patch does not apply: %s", strings.TrimSpace(string(out)))
	}
	replace := map[string]string{}
	for _, c := range changed {
		if c.before != "" && c.before != c.after {
			replace[filepath.Join(root, c.before)] = ""
		}
		if c.after == "" {
			continue
		}
		now, err := os.ReadFile(filepath.Join(copies, c.after))
		if err != nil {
			return "", err
		}
		if was, err := os.ReadFile(filepath.Join(root, c.after)); err == nil && string(was) == string(now) {
			return "", fmt.Errorf("%s is the same after the patch", c.after)
		}
		replace[filepath.Join(root, c.after)] = filepath.Join(copies, c.after)
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, "overlay.json")
	return path, write(path, b)
}

func write(path string, b []byte) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, b, 0o644)
}
