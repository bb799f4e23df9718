package process

import (
	"os"
	"path/filepath"
	"testing"

	"langso/internal/testkit"
)

// The command line works beside a running server on one SQLite file: what it imports is in the next answer.
func TestImportBesideServer(t *testing.T) {
	n := testkit.Start(t, testkit.Options{Demo: true})
	p := newProgram(n, "")
	path := "/api/v1/indicators/" + set + "/8.4/summary?period=" + period
	var s summary
	if p.get(t, path, &s); s.Met != 0 || s.Total != 111 {
		t.Fatalf("before: %+v", s)
	}
	// 48 of 111 = 43.2 %, then 50 of 111 = 45.0 %.
	for _, want := range []summary{{48, 111, 43.2}, {50, 111, 45}} {
		met := map[string]bool{}
		units := communes(t, p)
		for _, u := range units[:want.Met] {
			met[u.Code] = true
		}
		file := filepath.Join(t.TempDir(), "so.xlsx")
		write(t, file, matrix(t, units, []string{"8.4"}, func(u commune, _ string) any {
			if met[u.Code] {
				return "Đạt"
			}
			return "Chưa đạt"
		}))
		r := n.CLI("import", "results", "--set", set, "--period", period, "--json", file)
		var report struct{ Written bool }
		r.JSON(t, &report)
		if r.Code != 0 || !report.Written {
			t.Fatalf("import: exit %d, %s%s", r.Code, r.Stdout, r.Stderr)
		}
		if p.get(t, path, &s); s != want {
			t.Errorf("the next answer says %+v, want %+v", s, want)
		}
	}
	checked(t, n)
}

func write(t *testing.T, file string, b []byte) {
	t.Helper()
	if err := os.WriteFile(file, b, 0o600); err != nil {
		t.Fatal(err)
	}
}
