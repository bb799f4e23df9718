package board

import (
	"context"
	"encoding/csv"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/platform/module"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/territory"
	"langso/internal/testkit/htmlcheck"
	fictional "langso/internal/testkit/province"

	"golang.org/x/net/html"
)

// today is the day of the tests: after both reforms, in the quarter after the demo's newest.
var today = time.Date(2026, 11, 15, 10, 0, 0, 0, clock.Vietnam)

const (
	advanced = "xa-ntm-nang-cao-2021-2025"
	present  = "xa-ntm-2026-2030"
)

// house is the pages of the module over one store with the illustrative province.
type house struct {
	units   *territory.Service
	sets    *criteria.Service
	results *assessment.Service
	board   *Service
	mux     *web.Mux
	texts   *i18n.Catalog
}

func build(d *db.DB) *house {
	kit := module.Kit{DB: d, Clock: clock.Fixed(today), Log: slog.New(slog.DiscardHandler)}
	h := &house{units: territory.New(kit), sets: criteria.New(kit)}
	h.results = assessment.New(kit, h.units, h.sets)
	h.board = New(kit, h.units, h.sets, h.results)
	return h
}

func onEach(t *testing.T, hostile bool, fn func(t *testing.T, h *house)) {
	t.Helper()
	empty := build(new(db.DB))
	var migrations []db.Migrations
	folders := []fs.FS{i18n.Base(), ui.Locales(), account.Locales()}
	for _, m := range []module.Module{empty.units.Module(), empty.sets.Module(), empty.results.Module(), empty.board.Module()} {
		if m.Migrations != nil {
			migrations = append(migrations, db.Migrations{Module: m.Name, FS: m.Migrations})
		}
		folders = append(folders, m.Locales)
	}
	texts, err := i18n.Load(folders...)
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, migrations, func(t *testing.T, d *db.DB) {
		h := build(d)
		h.texts = texts
		ctx := h.cli()
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", "demo") }); err != nil {
			t.Fatal(err)
		}
		for _, m := range []module.Module{h.units.Module(), h.sets.Module()} {
			if err := m.Install(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for _, m := range []module.Module{h.units.Module(), h.sets.Module(), h.results.Module()} {
			if err := m.Demo(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if hostile {
			fictional.Load(t, ctx, h.units, h.sets)
		}
		h.mux = web.NewMux(slog.New(slog.DiscardHandler))
		h.board.pages(h.mux)
		fn(t, h)
	})
}

func (h *house) cli() context.Context {
	ctx := auth.With(context.Background(), auth.CLI())
	if h.texts != nil {
		ctx = i18n.With(ctx, h.texts, i18n.Vi)
	}
	return ctx
}

// The readers of the tests.
var (
	office = auth.Actor{Kind: auth.Person, ID: 1, Login: "vp", Name: "Văn phòng", Grants: []auth.Grant{{Role: auth.ProvinceOffice}}}
	nobody = auth.Actor{Kind: auth.Guest}
)

type answer struct {
	status int
	header http.Header
	body   string
}

func (h *house) get(who auth.Actor, lang i18n.Lang, path string) answer {
	return h.getIn(context.Background(), who, lang, path)
}

// getIn is get with a ctx of the test below the one of the request.
func (h *house) getIn(ctx context.Context, who auth.Actor, lang i18n.Lang, path string) answer {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	ctx = i18n.With(auth.With(ctx, who), h.texts, lang)
	ctx = ui.WithSite(ctx, ui.Site{Path: r.URL.Path, Query: r.URL.RawQuery, Actor: who, Demo: true, RequestID: "t1", Owner: "Văn phòng Điều phối"})
	w := httptest.NewRecorder()
	h.mux.ServeHTTP(w, r.WithContext(ctx))
	return answer{w.Code, w.Header(), w.Body.String()}
}

// page is the document of an address, which must be there.
func (h *house) page(t *testing.T, who auth.Actor, path string) *html.Node {
	t.Helper()
	a := h.get(who, i18n.Vi, path)
	if a.status != http.StatusOK {
		t.Fatalf("%s: status %d\n%.600s", path, a.status, a.body)
	}
	doc, err := htmlcheck.Parse([]byte(a.body))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// elements are those of a name below a node.
func elements(n *html.Node, name string) []*html.Node {
	var out []*html.Node
	for c := range n.Descendants() {
		if c.Type == html.ElementNode && c.Data == name {
			out = append(out, c)
		}
	}
	return out
}

// byID is the element with an id, which must be there.
func byID(t *testing.T, doc *html.Node, id string) *html.Node {
	t.Helper()
	for c := range doc.Descendants() {
		if c.Type == html.ElementNode && attr(c, "id") == id {
			return c
		}
	}
	t.Fatalf("no element has the id %s", id)
	return nil
}

// tableRow is one row of a table as words.
type tableRow struct {
	class string
	cells []string
	nodes []*html.Node
}

func rowsOf(table *html.Node) []tableRow {
	var out []tableRow
	for _, tr := range elements(table, "tr") {
		r := tableRow{class: attr(tr, "class")}
		for c := range tr.ChildNodes() {
			if c.Type == html.ElementNode {
				r.cells = append(r.cells, strings.Join(strings.Fields(htmlcheck.TextOf(c)), " "))
				r.nodes = append(r.nodes, c)
			}
		}
		out = append(out, r)
	}
	return out
}

// communes are the rows of a matrix that stand for communes.
func communes(table *html.Node) []tableRow {
	var out []tableRow
	for _, body := range elements(table, "tbody") {
		for _, r := range rowsOf(body) {
			if r.class == "" {
				out = append(out, r)
			}
		}
	}
	return out
}

// demoFile reads the figures of the demo as the report has them: what a matrix must show, counted without the product.
func demoFile(t *testing.T, name string) (head []string, rows [][]string) {
	t.Helper()
	f, err := os.Open("../assessment/demo/" + name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	all, err := r.ReadAll()
	if err != nil || len(all) < 2 {
		t.Fatal(err)
	}
	return all[0], all[1:]
}
