package need

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func tool(name, pkg string, there *bool) Tool {
	return Tool{Name: name, Package: pkg, Find: func() error {
		if *there {
			return nil
		}
		return errors.New("not found")
	}}
}

func TestEnsure(t *testing.T) {
	for _, c := range []struct {
		name     string
		root     bool
		there    bool // from the start
		installs bool // apt-get brings it
		pkg      string
		wantRuns int
		wantErr  string
	}{
		{"there", true, true, false, "strace", 0, ""},
		{"root installs", true, false, true, "strace", 2, ""},
		{"root fails to install", true, false, false, "strace", 2, "strace is missing (Debian package strace)"},
		{"not root", false, false, true, "strace", 0, "strace is missing (Debian package strace)"},
		{"no package", true, false, true, "", 0, "strace is missing (install it by hand)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			there, runs := c.there, 0
			m := Machine{Root: c.root, Out: io.Discard, Run: func(name string, args ...string) error {
				runs++
				there = there || c.installs && args[0] == "install"
				return nil
			}}
			err := m.Ensure([]Tool{tool("strace", c.pkg, &there)})
			if runs != c.wantRuns {
				t.Errorf("%d commands, want %d", runs, c.wantRuns)
			}
			if (err == nil) != (c.wantErr == "") || err != nil && !strings.Contains(err.Error(), c.wantErr) {
				t.Errorf("error %v, want %q", err, c.wantErr)
			}
		})
	}
}
