package testkit_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"langso/internal/testkit"
	"langso/internal/testkit/province"
)

func TestMain(m *testing.M) { testkit.Main(m) }

func get(t *testing.T, address string) (int, string) {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

// unit asks a node for a unit of the fictional province by its code.
func unit(t *testing.T, n *testkit.Node, code string) (status int, name string) {
	t.Helper()
	status, body := get(t, n.URL+"/api/v1/units/"+code)
	var u struct{ Name string }
	if status == http.StatusOK {
		if err := json.Unmarshal([]byte(body), &u); err != nil {
			t.Fatalf("%v in %s", err, body)
		}
	}
	return status, u.Name
}

// One node lives through commands, a kill and a restart with its data whole; a second one over the same PostgreSQL sees
// the same.
func TestNode(t *testing.T) {
	for _, engine := range []string{"sqlite", "postgres"} {
		t.Run(engine, func(t *testing.T) {
			var o testkit.Options
			if engine == "postgres" {
				o.URL = testkit.Postgres(t)
			}
			n := testkit.Start(t, o)
			first := province.Communes()[0]
			if status, _ := unit(t, n, first.Code); status != http.StatusNotFound {
				t.Errorf("before it was loaded: status %d", status)
			}
			n.LoadProvince()
			if status, name := unit(t, n, first.Code); status != http.StatusOK || name != first.Name {
				t.Errorf("status %d, name %q; want %q", status, name, first.Name)
			}
			r := n.CLI("check", "--json")
			var checked struct{ Failures []string }
			r.JSON(t, &checked)
			if r.Code != 0 || len(checked.Failures) > 0 {
				t.Errorf("check: exit %d, %v", r.Code, checked.Failures)
			}
			if r := n.CLI("import", "criteria", "none.yaml"); r.Code != 3 || !strings.Contains(r.Stderr, "none.yaml") {
				t.Errorf("a file that is not there: exit %d, %q", r.Code, r.Stderr)
			}
			n.Kill9()
			if n.Running() {
				t.Error("it runs after it was killed")
			}
			n.Restart()
			if status, name := unit(t, n, first.Code); status != http.StatusOK || name != first.Name {
				t.Errorf("after the kill: status %d, name %q", status, name)
			}
			if engine == "postgres" {
				second := testkit.Start(t, testkit.Options{URL: o.URL})
				if status, name := unit(t, second, first.Code); status != http.StatusOK || name != first.Name {
					t.Errorf("the second node: status %d, name %q", status, name)
				}
			}
			n.Stop()
			if n.Running() {
				t.Error("it runs after it was stopped")
			}
			if !strings.Contains(n.Logs(), "listening on "+n.URL) {
				t.Errorf("logs: %q", n.Logs())
			}
		})
	}
}

func TestDurableServerIsAccepted(t *testing.T) {
	n := testkit.Start(t, testkit.Options{URL: testkit.PostgresDurable(t), Durable: true})
	if status, body := get(t, n.URL+"/healthz"); status != http.StatusOK {
		t.Errorf("status %d: %s", status, body)
	}
}

func TestCLIWithoutNode(t *testing.T) {
	if r := testkit.CLI(t, t.TempDir(), "check", "--json"); r.Code != 3 {
		t.Errorf("check of an empty folder: exit %d, %q", r.Code, r.Stderr)
	}
	if r := testkit.CLI(t, t.TempDir(), "nonsense"); r.Code != 2 {
		t.Errorf("an unknown command: exit %d, %q", r.Code, r.Stderr)
	}
}
