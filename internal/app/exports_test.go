package app

import (
	"encoding/csv"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/testkit/province"
)

// Every file that a page offers stands in testdata/exports.csv: either it comes back unchanged when it is handed in again,
// and a test proves it, or it is a report or a picture that says so and is never handed in.
func TestEveryExportIsListed(t *testing.T) {
	w := newHouse(t, db.SQLite, production)
	x := newAviary(w)
	found := map[string]bool{}
	var c *crawl
	c = newCrawl(w, x.visitors[byOffice], func(a *answer) {
		if a.status != http.StatusOK || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") {
			return
		}
		u, err := url.Parse(a.target)
		if err != nil {
			t.Fatal(err)
		}
		u.Path = strings.TrimPrefix(u.Path, "/en")
		if u.Path == "" {
			u.Path = "/"
		}
		_, pattern := c.pattern.Handler(&http.Request{Method: "GET", URL: u})
		format, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
		found[strings.TrimPrefix(pattern, "GET ")+" "+format] = true
	})
	x.seeds(c)
	for _, format := range []string{"xlsx", "csv"} { // a comparison is a file only where there is something to compare
		for _, path := range []string{"/so-sanh", "/lam-viec/so-sanh"} {
			c.add(path + "?bo=" + province.Set + "&ky=" + walkPeriod + "&voi=" + province.Set + "/" + darkPeriod + "&dinh-dang=" + format)
		}
	}
	c.run()
	listed := map[string]bool{}
	back := 0
	for _, row := range exportsTable(t) {
		key := row[0] + " " + row[1]
		listed[key] = true
		if !found[key] {
			t.Errorf("testdata/exports.csv names %s, which no page offered", key)
		}
		switch row[2] {
		case "report", "picture":
		case "back":
			back++
			provenBy(t, row[3])
		default:
			t.Errorf("%s: %q is neither back, report nor picture", key, row[2])
		}
	}
	for key := range found {
		if !listed[key] {
			t.Errorf("testdata/exports.csv does not say whether %s can be handed in again", key)
		}
	}
	if back < 4 {
		t.Errorf("%d files come back, want those of results, groups, hamlets and criteria", back)
	}
}

// exportsTable reads the rows of testdata/exports.csv: route, content type, kind, test.
func exportsTable(t *testing.T) [][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(root(t), "testdata", "exports.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	r.FieldsPerRecord = 4
	rows, err := r.ReadAll()
	if err != nil || len(rows) < 2 {
		t.Fatal(len(rows), err)
	}
	return rows[1:]
}

// provenBy fails when the test "./internal/folder TestName" does not exist.
func provenBy(t *testing.T, name string) {
	t.Helper()
	folder, test, _ := strings.Cut(name, " ")
	files, err := filepath.Glob(filepath.Join(root(t), folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(files, func(path string) bool {
		b, err := os.ReadFile(path)
		return err == nil && regexp.MustCompile(`(?m)^func `+regexp.QuoteMeta(test)+`\(`).Match(b)
	}) {
		t.Errorf("there is no test %s", name)
	}
}
