// Testrun is make test: it brings the tools that tests call, starts PostgreSQL, runs the tests of the product and of its
// tools, and ends red when one failed or when a test that should have run did not.
//
//	testrun [go test flags and packages]
//	testrun -exec COMMAND [ARGUMENTS]
//
// Without packages all of them run. -exec runs another command beside the same servers.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"langso/tools/internal/gotest"
	"langso/tools/internal/need"
	"langso/tools/internal/postgres"
	"langso/tools/internal/repo"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "testrun:", err)
		os.Exit(1)
	}
}

func run(args []string, out io.Writer) error {
	command := len(args) > 0 && args[0] == "-exec"
	if command {
		args = args[1:]
		if len(args) == 0 {
			return errors.New("-exec needs a command")
		}
	}
	root, err := repo.Root()
	if err != nil {
		return err
	}
	if err := need.Here(out).Ensure(need.All()); err != nil {
		return err
	}
	// From here on a signal must not end this program before it has stopped what it started.
	interrupted := make(chan os.Signal, 1)
	signal.Notify(interrupted, os.Interrupt, syscall.SIGTERM)
	env, stop, err := postgres.Environ()
	if err != nil {
		return err
	}
	defer stop()
	fmt.Fprintln(out, postgres.Describe(env))
	shared := repo.Shared(root)
	if shared == "" {
		fmt.Fprintln(out, "no folder of reference data: tests against it are skipped")
	} else {
		env = append(env, repo.EnvShared+"="+shared)
	}
	w := worker{env: append(os.Environ(), env...), interrupted: interrupted}
	if command {
		return w.run(root, os.Stdout, args[0], args[1:]...)
	}
	return test(w, root, args, shared != "", out)
}

// test runs the tests of both modules and judges them.
func test(w worker, root string, args []string, haveShared bool, out io.Writer) error {
	f, err := os.Open(filepath.Join(root, "testdata", "skips.txt"))
	if err != nil {
		return err
	}
	skips, err := readSkips(f)
	f.Close()
	if err != nil {
		return fmt.Errorf("testdata/skips.txt: %w", err)
	}
	began := time.Now()
	report := gotest.New()
	if packages(args) {
		err = goTest(w, root, args, report, out)
	} else {
		args = append(slices.Clip(args), "./...")
		err = errors.Join(goTest(w, root, args, report, out), goTest(w, filepath.Join(root, "tools"), args, report, out))
	}
	red := judge(report, skips, haveShared)
	if err != nil && len(red) == 0 {
		red = append(red, err.Error()) // go test is unhappy about something that its events do not tell
	}
	summary(out, report, red, time.Since(began))
	if len(red) > 0 {
		return fmt.Errorf("%d reasons to be red", len(red))
	}
	return nil
}

// packages reports whether args name packages besides flags.
func packages(args []string) bool {
	return slices.ContainsFunc(args, func(a string) bool { return strings.HasPrefix(a, "./") || strings.HasPrefix(a, "langso/") })
}

func goTest(w worker, dir string, args []string, report *gotest.Report, out io.Writer) error {
	pr, pw := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		err := w.run(dir, pw, "go", append([]string{"test", "-json", "-shuffle=on", "-timeout=20m"}, args...)...)
		pw.Close()
		ended <- err
	}()
	err := report.Read(pr, func(p *gotest.Package) {
		if p.Outcome == gotest.Skipped && len(p.Tests) == 0 {
			return // no test files
		}
		mark := "ok"
		if p.Outcome != gotest.Passed {
			mark = "FAIL"
		}
		fmt.Fprintf(out, "%-4s %-50s %4d tests %7.1f s\n", mark, p.Path, len(p.Tests), p.Seconds)
	})
	return errors.Join(err, <-ended)
}

// summary prints the output of what failed, the reasons to be red and the closing line.
func summary(out io.Writer, r *gotest.Report, red []string, took time.Duration) {
	for _, p := range r.Sorted() {
		bad := p.Outcome != gotest.Passed && p.Outcome != gotest.Skipped
		for _, t := range r.Tests() {
			if t.Package == p.Path && (t.Outcome == gotest.Failed || t.Outcome == gotest.Running) {
				fmt.Fprintf(out, "\n--- %s %s (%s)\n%s", t.Package, t.Name, t.Outcome, strings.Join(t.Output, ""))
			}
		}
		if bad {
			fmt.Fprintf(out, "\n--- %s\n%s", p.Path, strings.Join(p.Output, ""))
		}
	}
	if len(red) > 0 {
		for _, line := range r.Stray() {
			fmt.Fprint(out, line)
		}
		fmt.Fprintln(out)
		for _, why := range red {
			fmt.Fprintln(out, "RED:", why)
		}
	}
	fmt.Fprintf(out, "\n%s\n", took.Round(time.Second))
	fmt.Fprintln(out, gotest.Line(r.Count(gotest.Passed), r.Count(gotest.Failed), r.Count(gotest.Skipped)))
}

// worker runs commands beside the test servers.
type worker struct {
	env         []string
	interrupted <-chan os.Signal
}

// run runs a command in a process group of its own and ends the whole group when this program is interrupted.
func (w worker) run(dir string, out io.Writer, name string, args ...string) error {
	c := exec.Command(name, args...)
	c.Dir, c.Env, c.Stdout, c.Stderr = dir, w.env, out, out
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	if err := c.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	select {
	case err := <-ended:
		return err
	case s := <-w.interrupted:
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		<-ended
		return fmt.Errorf("interrupted (%v)", s)
	}
}
