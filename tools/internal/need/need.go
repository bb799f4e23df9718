// Package need finds the programs that tests call and installs missing ones where it may.
package need

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"langso/tools/internal/postgres"
)

// Tool is a program that tests call.
type Tool struct {
	Name    string
	Package string       // Debian package that brings it; "" = it must be installed by hand
	Find    func() error // nil when it is there
}

// All are the tools of make test.
func All() []Tool {
	return []Tool{
		{Name: "go", Find: onPath("go")},
		{Name: "node", Find: onPath("node")},
		{Name: "npm", Find: onPath("npm")},
		{Name: "PostgreSQL " + postgres.Version, Package: "postgresql-" + postgres.Version, Find: func() error { _, err := postgres.Bin(); return err }},
		{Name: "Chromium", Package: "chromium", Find: onPath("chromium")},
		{Name: "strace", Package: "strace", Find: onPath("strace")},
	}
}

func onPath(name string) func() error {
	return func() error { _, err := exec.LookPath(name); return err }
}

// Machine is where tools are installed.
type Machine struct {
	Root bool
	Out  io.Writer
	Run  func(name string, args ...string) error
}

// Here is this machine.
func Here(out io.Writer) Machine {
	return Machine{Root: os.Geteuid() == 0, Out: out, Run: func(name string, args ...string) error {
		c := exec.Command(name, args...)
		c.Env = append(os.Environ(), "DEBIAN_FRONTEND=noninteractive")
		c.Stdout, c.Stderr = out, out
		return c.Run()
	}}
}

// Ensure installs the missing tools that Debian has when this is root, and returns an error that names every tool
// still missing and its package.
func (m Machine) Ensure(tools []Tool) error {
	missing := lacking(tools)
	if len(missing) == 0 {
		return nil
	}
	var packages []string
	for _, t := range missing {
		if t.Package != "" {
			packages = append(packages, t.Package)
		}
	}
	if m.Root && len(packages) > 0 {
		fmt.Fprintln(m.Out, "installing "+strings.Join(packages, " "))
		err := m.Run("apt-get", "update", "-q")
		if err == nil {
			err = m.Run("apt-get", append([]string{"install", "-y", "-q", "--no-install-recommends"}, packages...)...)
		}
		if err != nil {
			fmt.Fprintln(m.Out, "apt-get:", err)
		}
		missing = lacking(tools)
	}
	var errs []error
	for _, t := range missing {
		hint := "install it by hand"
		if t.Package != "" {
			hint = "Debian package " + t.Package
		}
		errs = append(errs, fmt.Errorf("%s is missing (%s)", t.Name, hint))
	}
	return errors.Join(errs...)
}

func lacking(tools []Tool) []Tool {
	var out []Tool
	for _, t := range tools {
		if t.Find() != nil {
			out = append(out, t)
		}
	}
	return out
}
