package main

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"sort"
	"strings"

	"langso/tools/internal/gotest"
)

// withoutShared begins the reason of a skip that is only accepted where the folder of reference data is missing.
const withoutShared = "without LANGSO_SHARED:"

// skip is one line of testdata/skips.txt: "package TestName reason".
type skip struct{ pkg, test, reason string }

// readSkips reads the list of accepted skips. Empty lines and lines that begin with # are left out.
func readSkips(in io.Reader) ([]skip, error) {
	var out []skip
	sc := bufio.NewScanner(in)
	for n := 1; sc.Scan(); n++ {
		line := strings.TrimSpace(sc.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.SplitN(line, " ", 3)
		if len(f) < 3 || strings.TrimSpace(f[2]) == "" {
			return nil, fmt.Errorf("line %d: want \"package TestName reason\", got %q", n, line)
		}
		out = append(out, skip{f[0], f[1], strings.TrimSpace(f[2])})
	}
	return out, sc.Err()
}

// judge returns every reason why a run is red; none = it is green. haveShared tells whether the folder of reference
// data is there.
func judge(r *gotest.Report, skips []skip, haveShared bool) []string {
	var red []string
	ran := 0
	for _, p := range r.Sorted() {
		switch {
		case !p.Built:
			red = append(red, p.Path+" does not compile")
		case p.Outcome == gotest.Failed:
			red = append(red, p.Path+" failed")
		case p.Outcome == gotest.Running:
			red = append(red, p.Path+" never ended")
		}
	}
	for _, t := range r.Tests() {
		switch t.Outcome {
		case gotest.Failed:
			red = append(red, t.Package+" "+t.Name+" failed")
		case gotest.Running:
			red = append(red, t.Package+" "+t.Name+" never ended")
		case gotest.Skipped:
			if why := accept(t, skips, haveShared); why != "" {
				red = append(red, t.Package+" "+t.Name+" was skipped: "+why)
			}
		}
		if t.Outcome != gotest.Skipped {
			ran++
		}
	}
	if ran == 0 {
		red = append(red, "no test ran")
	}
	return append(red, engines(r)...)
}

// accept returns "" when the skip of t is listed and its condition holds, else what is wrong.
func accept(t *gotest.Test, skips []skip, haveShared bool) string {
	i := slices.IndexFunc(skips, func(s skip) bool {
		return s.pkg == t.Package && (s.test == t.Name || strings.HasPrefix(t.Name, s.test+"/")) // a line covers the subtests
	})
	if i < 0 {
		return "not listed in testdata/skips.txt"
	}
	if haveShared && strings.HasPrefix(skips[i].reason, withoutShared) {
		return "listed for machines without the reference data only, and they are here"
	}
	return ""
}

// engines returns, per package, the tests that ran on one database engine and not on the other.
func engines(r *gotest.Report) []string {
	var red []string
	for _, p := range r.Sorted() {
		ran := map[string]bool{}
		for name, t := range p.Tests {
			ran[name] = t.Outcome != gotest.Skipped
		}
		var lite, pg int
		var alone []string
		for name, did := range ran {
			if !did {
				continue
			}
			other, engine := twin(name)
			switch engine {
			case "sqlite":
				lite++
			case "postgres":
				pg++
			default:
				continue
			}
			if !ran[other] {
				alone = append(alone, name)
			}
		}
		if len(alone) > 0 {
			sort.Strings(alone)
			red = append(red, fmt.Sprintf("%s ran %d tests on SQLite and %d on PostgreSQL; on one engine only: %s", p.Path, lite, pg, strings.Join(alone, ", ")))
		}
	}
	return red
}

// twin returns the name of the same test on the other engine and the engine of this one; "" when it names none.
func twin(name string) (other, engine string) {
	parts := strings.Split(name, "/")
	for i, s := range parts {
		switch s {
		case "sqlite":
			parts[i] = "postgres"
		case "postgres":
			parts[i] = "sqlite"
		default:
			continue
		}
		return strings.Join(parts, "/"), s
	}
	return name, ""
}
