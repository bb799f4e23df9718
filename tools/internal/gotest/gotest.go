// Package gotest reads what go test -json prints.
package gotest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"sort"
	"strings"
)

// Outcome is how a test ended.
type Outcome string

const (
	Passed  Outcome = "pass"
	Failed  Outcome = "fail"
	Skipped Outcome = "skip"
	Running Outcome = "run" // it began and never ended: its program died
)

// Test is one test or subtest.
type Test struct {
	Package string
	Name    string // "TestX/sub"
	Outcome Outcome
	Output  []string // its lines, in order
}

// Package is what happened to one test program.
type Package struct {
	Path    string
	Outcome Outcome // of the program as a whole; Skipped = it has no test files
	Seconds float64
	Built   bool     // false = it did not compile, or its go vet failed
	Output  []string // lines that belong to no test, compiler messages included
	Tests   map[string]*Test
}

// Report is everything that one or several runs printed.
type Report struct {
	Packages map[string]*Package
	build    map[string][]string // compiler messages by import path
	stray    []string            // lines that are no events
}

type event struct {
	Action      string
	Package     string
	ImportPath  string
	Test        string
	Output      string
	Elapsed     float64
	FailedBuild string
}

// New returns an empty Report.
func New() *Report {
	return &Report{Packages: map[string]*Package{}, build: map[string][]string{}}
}

// Read adds the events of one run. done, when not nil, is called for each package as it ends.
func (r *Report) Read(in io.Reader, done func(*Package)) error {
	br := bufio.NewReader(in)
	for {
		line, err := br.ReadBytes('\n')
		if len(strings.TrimSpace(string(line))) > 0 {
			var e event
			if json.Unmarshal(line, &e) != nil || e.Action == "" {
				r.stray = append(r.stray, string(line))
			} else {
				r.add(e, done)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

func (r *Report) add(e event, done func(*Package)) {
	if e.Action == "build-output" {
		r.build[e.ImportPath] = append(r.build[e.ImportPath], e.Output)
		return
	}
	if e.Package == "" {
		return
	}
	p := r.Packages[e.Package]
	if p == nil {
		p = &Package{Path: e.Package, Outcome: Running, Built: true, Tests: map[string]*Test{}}
		r.Packages[e.Package] = p
	}
	if e.Test == "" {
		switch e.Action {
		case "output":
			p.Output = append(p.Output, e.Output)
		case "pass", "fail", "skip":
			p.Outcome, p.Seconds = Outcome(e.Action), e.Elapsed
			if e.FailedBuild != "" {
				p.Built = false
				p.Output = append(p.Output, r.build[e.FailedBuild]...)
			}
			if done != nil {
				done(p)
			}
		}
		return
	}
	t := p.Tests[e.Test]
	if t == nil {
		t = &Test{Package: e.Package, Name: e.Test, Outcome: Running}
		p.Tests[e.Test] = t
	}
	switch e.Action {
	case "output":
		t.Output = append(t.Output, e.Output)
	case "pass", "fail", "skip":
		t.Outcome = Outcome(e.Action)
	}
}

// Tests returns all tests, by package and name.
func (r *Report) Tests() []*Test {
	var out []*Test
	for _, p := range r.Packages {
		for _, t := range p.Tests {
			out = append(out, t)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		if out[i].Package != out[j].Package {
			return out[i].Package < out[j].Package
		}
		return out[i].Name < out[j].Name
	})
	return out
}

// Sorted returns the packages by path.
func (r *Report) Sorted() []*Package {
	out := make([]*Package, 0, len(r.Packages))
	for _, p := range r.Packages {
		out = append(out, p)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Path < out[j].Path })
	return out
}

// Stray returns lines that were no events, such as messages of the go command itself.
func (r *Report) Stray() []string { return r.stray }

// Count returns how many tests and subtests ended so; one that never ended counts as failed.
func (r *Report) Count(o Outcome) int {
	n := 0
	for _, t := range r.Tests() {
		if t.Outcome == o || o == Failed && t.Outcome == Running {
			n++
		}
	}
	return n
}

// Line is the closing line of a run.
func Line(passed, failed, skipped int) string {
	return fmt.Sprintf("%d passed, %d failed, %d skipped", passed, failed, skipped)
}
