package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"langso/tools/internal/gotest"
)

// ev writes one event as go test -json prints it.
func ev(action, pkg, test, rest string) string {
	s := fmt.Sprintf(`{"Time":"2026-11-24T08:00:00Z","Action":%q,"Package":%q`, action, pkg)
	if test != "" {
		s += fmt.Sprintf(`,"Test":%q`, test)
	}
	return s + rest + "}\n"
}

// one is a whole package with the outcomes of its tests, in pairs of name and outcome.
func one(pkg, outcome string, tests ...string) string {
	s := ev("start", pkg, "", "")
	for i := 0; i < len(tests); i += 2 {
		s += ev("run", pkg, tests[i], "")
		s += ev("output", pkg, tests[i], fmt.Sprintf(`,"Output":%q`, "says "+tests[i]+"\n"))
		if tests[i+1] != "" {
			s += ev(tests[i+1], pkg, tests[i], `,"Elapsed":0.01`)
		}
	}
	if outcome == "" {
		return s
	}
	return s + ev("output", pkg, "", `,"Output":"-test.shuffle 7\n"`) + ev(outcome, pkg, "", `,"Elapsed":0.2`)
}

func read(t *testing.T, text string) *gotest.Report {
	t.Helper()
	r := gotest.New()
	if err := r.Read(strings.NewReader(text), nil); err != nil {
		t.Fatal(err)
	}
	return r
}

func TestJudge(t *testing.T) {
	skips, err := readSkips(strings.NewReader("# what may be skipped\n\nm/a TestFuse needs a kernel module\nm/a TestLaw without LANGSO_SHARED: the workbooks are not in the checkout\n"))
	if err != nil {
		t.Fatal(err)
	}
	const build = `{"ImportPath":"m/b","Action":"build-output","Output":"b.go:3:1: syntax error\n"}
{"ImportPath":"m/b","Action":"build-fail"}
`
	for _, c := range []struct {
		name   string
		input  string
		shared bool
		want   []string // nil = green
	}{
		{"green", one("m/a", "pass", "TestA", "pass", "TestB", "pass", "TestB/sqlite", "pass", "TestB/postgres", "pass"), true, nil},
		{"green with packages without tests", one("m/a", "pass", "TestA", "pass") + one("m/c", "skip"), true, nil},
		{"failed test", one("m/a", "fail", "TestA", "fail", "TestB", "pass"), true, []string{"m/a failed", "m/a TestA failed"}},
		{"program that dies between tests", one("m/a", "fail", "TestA", "pass"), true, []string{"m/a failed"}},
		{"test that never ends", one("m/a", "fail", "TestA", ""), true, []string{"m/a failed", "m/a TestA never ended"}},
		{"program that never ends", one("m/a", "", "TestA", "pass"), true, []string{"m/a never ended"}},
		{"does not compile", build + one("m/a", "pass", "TestA", "pass") + ev("start", "m/b", "", "") + ev("fail", "m/b", "", `,"Elapsed":0,"FailedBuild":"m/b"`), true, []string{"m/b does not compile"}},
		{"no package at all", "", true, []string{"no test ran"}},
		{"packages but no test", one("m/a", "pass"), true, []string{"no test ran"}},
		{"only skipped tests", one("m/a", "pass", "TestFuse", "skip"), true, []string{"no test ran"}},
		{"listed skip", one("m/a", "pass", "TestA", "pass", "TestFuse", "skip"), true, nil},
		{"unlisted skip", one("m/a", "pass", "TestA", "pass", "TestB", "skip"), true, []string{"m/a TestB was skipped: not listed in testdata/skips.txt"}},
		{"skip listed for another package", one("m/b", "pass", "TestA", "pass", "TestFuse", "skip"), true, []string{"m/b TestFuse was skipped: not listed in testdata/skips.txt"}},
		{"reference data missing", one("m/a", "pass", "TestA", "pass", "TestLaw", "skip"), false, nil},
		{"reference data here", one("m/a", "pass", "TestA", "pass", "TestLaw", "skip"), true, []string{"m/a TestLaw was skipped: listed for machines without the reference data only, and they are here"}},
		{"one engine only", one("m/a", "pass", "TestB", "pass", "TestB/sqlite", "pass"), true, []string{"m/a ran 1 tests on SQLite and 0 on PostgreSQL; on one engine only: TestB/sqlite"}},
		{"same number, other tests", one("m/a", "pass", "TestB/sqlite/x", "pass", "TestB/postgres/y", "pass"), true, []string{"m/a ran 1 tests on SQLite and 1 on PostgreSQL; on one engine only: TestB/postgres/y, TestB/sqlite/x"}},
		{"one engine skipped", one("m/a", "pass", "TestB/sqlite", "pass", "TestB/postgres", "skip"), true, []string{"m/a TestB/postgres was skipped: not listed in testdata/skips.txt", "m/a ran 1 tests on SQLite and 0 on PostgreSQL; on one engine only: TestB/sqlite"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := judge(read(t, c.input), skips, c.shared)
			if strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

func TestReadSkipsRefusesLinesWithoutReason(t *testing.T) {
	for _, line := range []string{"m/a TestX", "m/a TestX  ", "m/a"} {
		if _, err := readSkips(strings.NewReader("# head\n" + line + "\n")); err == nil || !strings.Contains(err.Error(), "line 2") {
			t.Errorf("%q: error %v, want one that names line 2", line, err)
		}
	}
}

// The closing line is read by machines, so its form is fixed.
func TestSummary(t *testing.T) {
	r := read(t, "go: downloading x\n"+one("m/a", "fail", "TestA", "fail", "TestB", "pass", "TestC", "skip", "TestD", "pass"))
	var b bytes.Buffer
	summary(&b, r, []string{"m/a TestA failed"}, 90*time.Second)
	out := b.String()
	if !strings.HasSuffix(out, "\n2 passed, 1 failed, 1 skipped\n") {
		t.Errorf("closing line: %q", out)
	}
	for _, want := range []string{"says TestA", "RED: m/a TestA failed", "go: downloading x", "-test.shuffle 7"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is missing in %q", want, out)
		}
	}
	if strings.Contains(out, "says TestB") {
		t.Errorf("output of a passed test in %q", out)
	}
}
