// Sabotage is make sabotage: it proves that tests bite. Each file of testdata/sabotage breaks one promise of the product
// by a small change and names the test that guards it. The test must be green without the change and must fail with it,
// by failing and not by refusing to compile. The checkout itself stays as it is (go test -overlay).
//
//	sabotage [-run REGEXP]
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"time"

	"langso/tools/internal/gotest"
	"langso/tools/internal/need"
	"langso/tools/internal/postgres"
	"langso/tools/internal/repo"
)

func main() {
	only := flag.String("run", "", "work only on sabotages whose name matches this regular `expression`")
	flag.Parse()
	if err := run(*only, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "sabotage:", err)
		os.Exit(1)
	}
}

func run(only string, out io.Writer) error {
	match, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	root, err := repo.Root()
	if err != nil {
		return err
	}
	all, err := load(filepath.Join(root, "testdata", "sabotage"), match)
	if err != nil {
		return err
	}
	if err := need.Here(out).Ensure(need.All()); err != nil {
		return err
	}
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	env, stop, err := postgres.Environ()
	if err != nil {
		return err
	}
	defer stop()
	if shared := repo.Shared(root); shared != "" {
		env = append(env, repo.EnvShared+"="+shared)
	}
	g := &goTester{root: root, env: append(os.Environ(), env...), interrupted: interrupted}
	return all.judge(out, root, g.test)
}

type list []*sabotage

// load reads the sabotages whose name matches; none at all is an error.
func load(dir string, match *regexp.Regexp) (list, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.patch"))
	if err != nil {
		return nil, err
	}
	var out list
	for _, f := range files {
		name := strings.TrimSuffix(filepath.Base(f), ".patch")
		if !match.MatchString(name) {
			continue
		}
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		s, err := parse(name, string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(f), err)
		}
		out = append(out, s)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("no sabotage in %s matches %q", dir, match)
	}
	return out, nil
}

// verdict is what one run of one test said.
type verdict string

const (
	green  verdict = "green"
	red    verdict = "red"
	broken verdict = "broken" // it did not compile, did not run, or its program died outside a test
)

// tester runs one test, with an overlay unless that is "".
type tester func(t target, overlay string) (v verdict, detail string, err error)

// judge works on every sabotage in turn, prints a table and returns an error unless every test bit.
func (l list) judge(out io.Writer, root string, test tester) error {
	before := map[target]verdict{}
	bad := 0
	for _, s := range l {
		began := time.Now()
		why, err := s.judge(root, test, before)
		if err != nil {
			return err
		}
		mark := "bites"
		if why != "" {
			mark = "FAILS"
			bad++
		}
		fmt.Fprintf(out, "%s  %-40s %5.1f s  %s\n", mark, s.name, time.Since(began).Seconds(), s.breaks)
		if why != "" {
			fmt.Fprintln(out, "       "+strings.ReplaceAll(strings.TrimSpace(why), "\n", "\n       "))
		}
	}
	fmt.Fprintf(out, "%d sabotages, %d found by their tests\n", len(l), len(l)-bad)
	if bad > 0 {
		return fmt.Errorf("%d sabotages were not found by their tests", bad)
	}
	return nil
}

// judge returns "" when every named test is green without the sabotage and fails with it, else what happened instead.
func (s *sabotage) judge(root string, test tester, before map[target]verdict) (string, error) {
	dir, err := os.MkdirTemp("", "langso-sabotage-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	overlay, err := s.overlay(root, dir)
	if err != nil {
		return err.Error(), nil
	}
	for _, t := range s.targets {
		v, known := before[t]
		if !known {
			var detail string
			if v, detail, err = test(t, ""); err != nil {
				return "", err
			}
			before[t] = v
			if v != green {
				return fmt.Sprintf("%s is %s without the sabotage\n%s", t, v, detail), nil
			}
		}
		if v != green {
			return fmt.Sprintf("%s is %s without the sabotage", t, v), nil
		}
		v, detail, err := test(t, overlay)
		if err != nil {
			return "", err
		}
		switch v {
		case green:
			return fmt.Sprintf("%s stays green", t), nil
		case broken:
			return fmt.Sprintf("%s is broken instead of failing\n%s", t, detail), nil
		}
	}
	return "", nil
}

// goTester runs tests with the go command.
type goTester struct {
	root        string
	env         []string
	interrupted <-chan os.Signal
}

var errInterrupted = errors.New("interrupted")

func (g *goTester) test(t target, overlay string) (verdict, string, error) {
	dir, pkg := g.root, t.pkg
	if in, ok := strings.CutPrefix(t.pkg, "./tools/"); ok {
		dir, pkg = filepath.Join(g.root, "tools"), "./"+in
	}
	args := []string{"test", "-json", "-count=1", "-timeout=10m", "-run", pattern(t.test)}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	c := exec.Command("go", append(args, pkg)...)
	c.Dir, c.Env = dir, g.env
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	out, err := c.StdoutPipe()
	if err != nil {
		return "", "", err
	}
	c.Stderr = c.Stdout
	if err := c.Start(); err != nil {
		return "", "", err
	}
	report := gotest.New()
	read := make(chan error, 1)
	go func() { read <- report.Read(out, nil) }()
	select {
	case err = <-read:
		_ = c.Wait() // how it went stands in the events
	case <-g.interrupted:
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		<-read
		_ = c.Wait()
		err = errInterrupted
	}
	if err != nil {
		return "", "", err
	}
	v, detail := outcome(report, t.test)
	return v, detail, nil
}

// pattern is the value of -run that matches exactly this test.
func pattern(test string) string {
	parts := strings.Split(test, "/")
	for i, p := range parts {
		parts[i] = "^" + regexp.QuoteMeta(p) + "$"
	}
	return strings.Join(parts, "/")
}

// outcome tells how the named test went.
func outcome(r *gotest.Report, name string) (verdict, string) {
	var text strings.Builder
	for _, line := range r.Stray() {
		text.WriteString(line)
	}
	for _, p := range r.Sorted() {
		text.WriteString(strings.Join(p.Output, ""))
		t := p.Tests[name]
		if t == nil || !p.Built {
			continue
		}
		text.WriteString(strings.Join(t.Output, ""))
		switch {
		case t.Outcome == gotest.Failed && p.Outcome == gotest.Failed:
			return red, text.String()
		case t.Outcome == gotest.Passed && p.Outcome == gotest.Passed:
			return green, ""
		}
		return broken, fmt.Sprintf("test: %s, its program: %s\n%s", t.Outcome, p.Outcome, text.String())
	}
	return broken, "the test did not run\n" + text.String()
}
