package postgres

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A durable server syncs, a fast one does not, and neither leaves anything behind.
func TestStartAndStop(t *testing.T) {
	bin, err := Bin()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name    string
		durable bool
		want    string
	}{{"fast", false, "off off"}, {"durable", true, "on on"}} {
		t.Run(c.name, func(t *testing.T) {
			s, err := Start(c.durable)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Stop()
			pid := s.cmd.Process.Pid
			out, err := exec.Command(filepath.Join(bin, "psql"), "-AtqX", s.URL, "-c",
				"SELECT current_setting('fsync') || ' ' || current_setting('synchronous_commit'), current_setting('lc_collate'), current_database()").CombinedOutput()
			if err != nil || strings.TrimSpace(string(out)) != c.want+"|C.UTF-8|langso" {
				t.Errorf("%q, %v; want %s", out, err, c.want)
			}
			for range 2 {
				if err := s.Stop(); err != nil {
					t.Error(err)
				}
			}
			if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
				t.Errorf("the server process is still there (%v)", err)
			}
			if _, err := os.Stat(s.dir); !os.IsNotExist(err) {
				t.Errorf("the folder is still there (%v)", err)
			}
		})
	}
}

func TestEnvironLeavesGivenServersAlone(t *testing.T) {
	t.Setenv(EnvFast, "postgres://given")
	t.Setenv(EnvDurable, "postgres://given")
	env, stop, err := Environ()
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	if len(env) != 0 {
		t.Errorf("started %v", env)
	}
}
