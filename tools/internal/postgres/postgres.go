// Package postgres runs private PostgreSQL servers for tests: in a temporary folder, on the loopback address and a free
// port, ended together with the program that started them.
package postgres

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The variables through which tests learn the address of a server.
const (
	EnvFast    = "LANGSO_TEST_PG"         // may lose commits when the machine fails: for everything but durability
	EnvDurable = "LANGSO_TEST_PG_DURABLE" // syncs every commit
)

// Version is the major version that is looked for first.
const Version = "15"

// Server is a running server.
type Server struct {
	URL  string // postgres://… of an empty database
	cmd  *exec.Cmd
	dir  string
	log  string
	done chan struct{} // closed when the server process has ended
}

// Bin returns the folder of initdb and postgres, or an error when there is none.
func Bin() (string, error) {
	all, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	sort.Slice(all, func(i, j int) bool { return major(all[i]) < major(all[j]) })
	var best string
	for _, p := range all {
		if best == "" || strconv.Itoa(major(best)) != Version {
			best = p
		}
	}
	if best == "" {
		p, err := exec.LookPath("initdb")
		if err != nil {
			return "", errors.New("PostgreSQL is not installed (no initdb found)")
		}
		if best, err = filepath.EvalSymlinks(p); err != nil {
			return "", err
		}
	}
	return filepath.Dir(best), nil
}

func major(initdb string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(initdb))))
	return n
}

// Start makes a cluster and starts its server. A durable one syncs every commit; another one never does, which is
// several times faster.
func Start(durable bool) (*Server, error) {
	bin, err := Bin()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "langso-pg-")
	if err != nil {
		return nil, err
	}
	s := &Server{dir: dir, log: filepath.Join(dir, "log")}
	if err := s.start(bin, durable); err != nil {
		text, _ := os.ReadFile(s.log)
		s.Stop()
		return nil, fmt.Errorf("start PostgreSQL: %w\n%s", err, bytes.TrimSpace(text))
	}
	return s, nil
}

func (s *Server) start(bin string, durable bool) error {
	who, err := runAs()
	if err != nil {
		return err
	}
	if who != nil {
		if err := os.Chown(s.dir, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	// The server process refuses to run as root, so children get the credentials of the user postgres.
	command := func(name string, args ...string) *exec.Cmd {
		c := exec.Command(filepath.Join(bin, name), args...)
		c.Dir = s.dir
		c.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "HOME="+s.dir)
		c.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true}
		return c
	}
	data := filepath.Join(s.dir, "data")
	out, err := command("initdb", "-D", data, "-A", "trust", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8", "-N").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	sync := "off"
	if durable {
		sync = "on"
	}
	for try := 1; ; try++ {
		port, err := freePort()
		if err != nil {
			return err
		}
		log, err := os.Create(s.log)
		if err != nil {
			return err
		}
		c := command("postgres", "-D", data, "-p", strconv.Itoa(port),
			"-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "max_connections=250",
			"-c", "fsync="+sync, "-c", "full_page_writes="+sync, "-c", "synchronous_commit="+sync)
		c.Stdout, c.Stderr = log, log
		c.SysProcAttr.Pdeathsig = syscall.SIGQUIT // also when this program is killed
		err = c.Start()
		log.Close()
		if err != nil {
			return err
		}
		done := make(chan struct{})
		go func() { _ = c.Wait(); close(done) }()
		s.cmd, s.done = c, done
		ready := func() bool {
			return command("pg_isready", "-q", "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "postgres").Run() == nil
		}
		err = wait(ready, done, 60*time.Second)
		if err == nil {
			out, err := command("createdb", "-h", "127.0.0.1", "-p", strconv.Itoa(port), "-U", "postgres", "langso").CombinedOutput()
			if err != nil {
				return fmt.Errorf("createdb: %w: %s", err, out)
			}
			s.URL = fmt.Sprintf("postgres://postgres@127.0.0.1:%d/langso?sslmode=disable", port)
			return nil
		}
		if !errors.Is(err, errEnded) || try == 3 {
			return err
		}
		// The port was free a moment ago, but somebody else took it: try another one.
	}
}

var errEnded = errors.New("the server ended at once")

func wait(ready func() bool, done <-chan struct{}, limit time.Duration) error {
	end := time.After(limit)
	for {
		if ready() {
			return nil
		}
		select {
		case <-done:
			return errEnded
		case <-end:
			return errors.New("the server is not ready in time")
		case <-time.After(30 * time.Millisecond):
		}
	}
}

// Stop ends the server and removes its folder. It is safe to call twice.
func (s *Server) Stop() error {
	if s.cmd != nil {
		// SIGINT is PostgreSQL's fast shutdown, SIGQUIT its immediate one.
		for _, sig := range []os.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
			_ = s.cmd.Process.Signal(sig)
			select {
			case <-s.done:
			case <-time.After(10 * time.Second):
				continue
			}
			break
		}
		s.cmd = nil
	}
	return os.RemoveAll(s.dir)
}

// runAs returns the credentials of the user postgres when this program runs as root, else nil.
func runAs() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL does not run as root: %w", err)
	}
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return nil, err
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return nil, err
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// Environ starts a fast and a durable server at once and returns the variables that lead tests to them. Servers whose
// variable is already set are left to whoever set it. stop ends what was started.
func Environ() (env []string, stop func(), err error) {
	type result struct {
		name string
		s    *Server
		err  error
	}
	results := make(chan result)
	n := 0
	for _, name := range []string{EnvFast, EnvDurable} {
		if os.Getenv(name) != "" {
			continue
		}
		n++
		go func() {
			s, err := Start(name == EnvDurable)
			results <- result{name, s, err}
		}()
	}
	var started []*Server
	stop = func() {
		for _, s := range started {
			_ = s.Stop()
		}
	}
	for range n {
		r := <-results
		if r.err != nil {
			err = errors.Join(err, r.err)
			continue
		}
		started = append(started, r.s)
		env = append(env, r.name+"="+r.s.URL)
	}
	if err != nil {
		stop()
		return nil, nil, err
	}
	return env, stop, nil
}

// Describe says in one line which servers env leads to, without the addresses' details.
func Describe(env []string) string {
	if len(env) == 0 {
		return "PostgreSQL: the servers given by the environment"
	}
	var names []string
	for _, e := range env {
		name, url, _ := strings.Cut(e, "=")
		names = append(names, name+" "+strings.TrimPrefix(url, "postgres://"))
	}
	sort.Strings(names)
	return "PostgreSQL: " + strings.Join(names, ", ")
}
