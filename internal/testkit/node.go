package testkit

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"langso/internal/platform/db/dbtest"
)

// patience is how long a test waits for something that must happen at once on an idle machine.
const patience = 60 * time.Second

// Options says what kind of langso a test wants.
type Options struct {
	Demo bool     // "langso demo" instead of "langso serve"
	Dir  string   // data folder; "" = a new one
	URL  string   // PostgreSQL address (see Postgres); "" = SQLite in the data folder
	Args []string // further arguments of serve or demo
	Env  []string // further variables, "NAME=value"
	// Program is a built langso to run instead of the test binary: for measuring the product as it ships.
	Program string
	// Under is a command with its options that starts the server for us and stays out of its way, such as strace -D.
	Under []string
	// Durable says that URL leads to a server that syncs, so that langso must accept it without being told that this
	// is a test.
	Durable bool
}

// Node is one langso process with its data.
type Node struct {
	URL string // "http://127.0.0.1:PORT", without a slash at the end
	Dir string

	t    testing.TB
	o    Options
	cmd  *exec.Cmd
	logs *buffer
	done chan struct{} // closed when the process has ended
}

// Postgres returns the address of an empty database on the test server that goes away at the end of the test. Two nodes
// started with the same address are two nodes of one installation.
func Postgres(t testing.TB) string {
	t.Helper()
	return dbtest.Schema(t)
}

// PostgresDurable is Postgres on the server that syncs every commit.
func PostgresDurable(t testing.TB) string {
	t.Helper()
	server := os.Getenv("LANGSO_TEST_PG_DURABLE")
	if server == "" {
		t.Fatal("LANGSO_TEST_PG_DURABLE is not set: run the tests through make test, which starts PostgreSQL")
	}
	return dbtest.SchemaAt(t, server)
}

// Start starts langso on a free port and waits until it is healthy. It is stopped at the end of the test.
func Start(t testing.TB, o Options) *Node {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	n := At(t, o)
	n.Restart()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("langso said:\n%s", n.Logs())
		}
	})
	return n
}

// At is a node that does not run yet: for commands on its data, and Restart.
func At(t testing.TB, o Options) *Node {
	t.Helper()
	n := &Node{Dir: o.Dir, t: t, o: o}
	t.Cleanup(func() {
		if n.Running() {
			n.Stop()
		}
	})
	return n
}

// Restart starts the node again on its data after Stop or Kill9.
func (n *Node) Restart() {
	n.t.Helper()
	verb := "serve"
	if n.o.Demo {
		verb = "demo"
	}
	c := n.command(append([]string{verb, "--listen", "127.0.0.1:0"}, n.o.Args...)...)
	if len(n.o.Under) > 0 {
		path, err := exec.LookPath(n.o.Under[0])
		if err != nil {
			n.t.Fatal(err)
		}
		c.Path, c.Args = path, append(slices.Clone(n.o.Under), c.Args...)
	}
	pr, pw, err := os.Pipe()
	if err != nil {
		n.t.Fatal(err)
	}
	c.Stdout, c.Stderr = pw, pw
	if err := c.Start(); err != nil {
		n.t.Fatal(err)
	}
	pw.Close()
	n.cmd, n.logs, n.done = c, &buffer{}, make(chan struct{})
	address := make(chan string, 1)
	go n.follow(pr, address)
	select {
	case n.URL = <-address:
	case <-n.done:
		n.t.Fatalf("langso %s ended at once:\n%s", verb, n.Logs())
	case <-time.After(patience):
		n.t.Fatalf("langso %s does not say where it listens:\n%s", verb, n.Logs())
	}
	n.waitHealthy()
}

var listening = regexp.MustCompile(`^listening on (http://\S+)`)

// follow keeps what the process says, sends its address once and notes its end.
func (n *Node) follow(pr io.ReadCloser, address chan<- string) {
	cmd, logs, done := n.cmd, n.logs, n.done
	sc := bufio.NewScanner(pr)
	sc.Buffer(nil, 1<<20)
	for sc.Scan() {
		logs.add(sc.Text())
		if m := listening.FindStringSubmatch(sc.Text()); m != nil {
			select {
			case address <- m[1]:
			default:
			}
		}
	}
	pr.Close()
	_ = cmd.Wait() // a killed process ends with an error; Stop looks at the exit code
	close(done)
}

func (n *Node) waitHealthy() {
	n.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for {
		req, err := http.NewRequestWithContext(ctx, "GET", n.URL+"/healthz", nil)
		if err != nil {
			n.t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-n.done:
			n.t.Fatalf("langso ended before it was healthy:\n%s", n.Logs())
		case <-ctx.Done():
			n.t.Fatalf("langso is not healthy in time (%v):\n%s", err, n.Logs())
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// Running reports whether the process is there.
func (n *Node) Running() bool {
	if n.cmd == nil {
		return false
	}
	select {
	case <-n.done:
		return false
	default:
		return true
	}
}

// PID returns the process id.
func (n *Node) PID() int { return n.cmd.Process.Pid }

// Program returns the path of what runs: langso or the test binary.
func (n *Node) Program() string { return n.cmd.Path }

// Kill9 ends the process as a power failure of the program would: nothing of it runs any more when Kill9 returns.
func (n *Node) Kill9() {
	n.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGKILL); err != nil {
		n.t.Fatal(err)
	}
	<-n.done
}

// Stop asks the process to end and fails the test unless it ends well.
func (n *Node) Stop() {
	n.t.Helper()
	if err := n.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		n.t.Fatal(err)
	}
	select {
	case <-n.done:
	case <-time.After(patience):
		_ = n.cmd.Process.Kill()
		n.t.Errorf("langso does not stop when asked to:\n%s", n.Logs())
		return
	}
	if code := n.cmd.ProcessState.ExitCode(); code != 0 {
		n.t.Errorf("langso stopped with exit code %d:\n%s", code, n.Logs())
	}
}

// Logs returns what the process wrote to its standard output and error so far.
func (n *Node) Logs() string {
	if n.logs == nil {
		return ""
	}
	return n.logs.String()
}

// Result is how a command ended.
type Result struct {
	Code           int
	Stdout, Stderr string
}

// JSON reads the standard output into v.
func (r Result) JSON(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(r.Stdout), v); err != nil {
		t.Fatalf("%v in %q (standard error %q)", err, r.Stdout, r.Stderr)
	}
}

// CLI runs a command of langso on the data of the node, whether it runs or not.
func (n *Node) CLI(args ...string) Result {
	n.t.Helper()
	return run(n.t, n.command(args...))
}

// CLI runs a command of langso on a data folder without a node.
func CLI(t testing.TB, dir string, args ...string) Result {
	t.Helper()
	return (&Node{Dir: dir, t: t}).CLI(args...)
}

func run(t testing.TB, c *exec.Cmd) Result {
	t.Helper()
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	err := c.Run()
	if c.ProcessState == nil {
		t.Fatal(err)
	}
	return Result{c.ProcessState.ExitCode(), out.String(), errs.String()}
}

// command prepares this test binary as langso on the data of the node.
func (n *Node) command(args ...string) *exec.Cmd {
	n.t.Helper()
	program := n.o.Program
	if program == "" {
		self, err := os.Executable()
		if err != nil {
			n.t.Fatal(err)
		}
		program = self
	}
	args = append(args, "--data", n.Dir)
	if n.o.URL != "" {
		args = append(args, "--db", n.o.URL)
		if !n.o.Durable {
			args = append(args, "--unsafe-test-db")
		}
	}
	c := exec.Command(program, args...)
	// The child must not see the settings of whoever runs the tests.
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "LANGSO_") {
			c.Env = append(c.Env, v)
		}
	}
	c.Env = append(append(c.Env, envExec+"=1"), n.o.Env...)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} // nothing outlives the test
	return c
}

// buffer is a text that one goroutine writes and others read.
type buffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *buffer) add(line string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.text.WriteString(line)
	b.text.WriteByte('\n')
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}
