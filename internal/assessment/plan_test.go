package assessment

import (
	"context"
	"database/sql"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/territory"
)

// planner asks the engine how it would run each query before it runs it.
type planner struct {
	db.Querier
	forced *sql.Conn // of PostgreSQL: reads whole tables only where no index would do, however small they are
	t      *testing.T
	engine db.Engine
	asked  int
	scans  []string
}

func (p *planner) look(ctx context.Context, query string, args []any) {
	p.t.Helper()
	explain := "EXPLAIN "
	if p.engine == db.SQLite {
		explain = "EXPLAIN QUERY PLAN "
	}
	p.asked++
	p.note(ctx, p.Querier, whole, explain+query, args)
	if p.forced != nil {
		p.note(ctx, p.forced, unaided, explain+query, args)
	}
}

// note keeps the lines of a plan that show how it reads a table that it should not read whole.
func (p *planner) note(ctx context.Context, q db.Querier, bad *regexp.Regexp, query string, args []any) {
	p.t.Helper()
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		p.t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if p.engine == db.SQLite {
			var id, parent, unused int
			err = rows.Scan(&id, &parent, &unused, &line)
		} else {
			err = rows.Scan(&line)
		}
		if err != nil {
			p.t.Fatal(err)
		}
		if bad.MatchString(line) {
			p.scans = append(p.scans, line+" in "+query)
		}
	}
	if err := rows.Err(); err != nil {
		p.t.Fatal(err)
	}
}

// whole matches the line of a plan that reads a table from end to end. PostgreSQL rightly does so with a table of a few
// pages; what it would do with a large one is asked apart. book has one row per set and period: it may be read whole.
var (
	whole   = regexp.MustCompile(`SCAN (?:value_version|standing|batch|batch_file|b|recognised|book_change|book_version)\b|Seq Scan on value_version\b`)
	unaided = regexp.MustCompile(`Seq Scan on (?:value_version|standing|batch|batch_file|recognised|book_change|book_version)\b`)
)

func (p *planner) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	p.look(ctx, query, args)
	return p.Querier.QueryContext(ctx, query, args...)
}

func (p *planner) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	p.look(ctx, query, args)
	return p.Querier.QueryRowContext(ctx, query, args...)
}

// Every query behind a page finds its rows by an index when there are ten times the rows of one year.
func TestBoardQueriesUseIndexes(t *testing.T) {
	onEach(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set = "xa-ntm-2021-2025"
		if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", "demo") }); err != nil {
			t.Fatal(err)
		}
		for year := 2014; year < 2024; year++ {
			if n, err := h.results.Fill(ctx, set, fmt.Sprint(year)); err != nil || n != 111*57 {
				t.Fatalf("%d values in %d, %v; want %d", n, year, err, 111*57)
			}
		}
		if h.db.Engine() == db.Postgres { // the planner knows sizes only after this; in life autovacuum sees to it
			for _, table := range []string{"value_version", "standing", "recognised", "book_change", "book_version", "batch"} {
				if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
					_, err := tx.ExecContext(ctx, "ANALYZE "+table)
					return err
				}); err != nil {
					t.Fatal(err)
				}
			}
		}
		p := &planner{Querier: h.db.Read(ctx), t: t, engine: h.db.Engine()}
		if p.engine == db.Postgres {
			var err error
			if p.forced, err = p.Querier.(*sql.DB).Conn(ctx); err != nil {
				t.Fatal(err)
			}
			defer p.forced.Close()
			if _, err := p.forced.ExecContext(ctx, "SET enable_seqscan = off"); err != nil {
				t.Fatal(err)
			}
		}
		b, ok, err := findBook(ctx, p, set, "2020")
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		u := h.unit(t, "24805", "2020-12-31")
		drop := func(Version, bool) error { return nil }
		now := h.db.Clock().NowMS()
		queries := map[string]func() error{
			"findBook":        func() error { return nil },
			"hasPublic":       func() error { _, err := hasPublic(ctx, p, b.ID); return err },
			"publicPeriods":   func() error { _, err := publicPeriods(ctx, p, set); return err },
			"currentVersions": func() error { return currentVersions(ctx, p, b.ID, []territory.UnitID{u.ID}, drop) },
			"itemVersions":    func() error { return itemVersions(ctx, p, b.ID, Item{ID: "8.4"}, drop) },
			"history":         func() error { return history(ctx, p, b.ID, u.ID, Item{ID: "8.4"}, drop) },
			"readStandings":   func() error { _, err := readStandings(ctx, p, b.ID, viewPublic); return err },
			"uploadedSince":   func() error { _, err := uploadedSince(ctx, p, "cli", now); return err },
			"findBatch":       func() error { _, err := findBatch(ctx, p, now); return ignoreMissing(err) },
			"batchFile":       func() error { _, err := batchFile(ctx, p, now); return err },
			"recentBatches":   func() error { _, err := recentBatches(ctx, p, "can-bo-xa", 20); return err },
			"recognition":     func() error { _, _, err := recognition(ctx, p, "ntm", "2023-12-31"); return err },
			"insideVersions":  func() error { return insideVersions(ctx, p, b.ID, func(Version) error { return nil }) },
			"hadPublic":       func() error { _, err := hadPublic(ctx, p, b.ID, now); return err },
			"bookChanges":     func() error { _, err := bookChanges(ctx, p, b.ID); return err },
			"versionKnown":    func() error { _, err := versionKnown(ctx, p, b.ID, now); return err },
			"bookMoves":       func() error { _, err := bookMoves(ctx, p, b.ID); return err },
			"versionsKnown":   func() error { return versionsKnown(ctx, p, b.ID, now, drop) },
			"itemCounts":      func() error { _, err := itemCounts(ctx, p, b.ID); return err },
		}
		// What check and judging everything anew read whole, on purpose.
		excused := map[string]bool{"books": true, "allVersions": true, "eachVersion": true}
		for name, run := range queries {
			if err := run(); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if p.asked < len(queries) {
			t.Errorf("%d plans seen for %d queries", p.asked, len(queries))
		}
		for _, s := range p.scans {
			t.Error(s)
		}
		for _, name := range readers(t) {
			if queries[name] == nil && !excused[name] {
				t.Errorf("%s reads, and nobody looks at its plan", name)
			}
		}
		// The eye sees: a question without an index is noticed.
		if _, err := p.QueryContext(ctx, "SELECT COUNT(*) FROM value_version WHERE note = $1", "x"); err != nil || len(p.scans) == 0 {
			t.Errorf("a query without an index is not noticed: %v", err)
		}
	})
}

func ignoreMissing(err error) error {
	if err != nil && strings.Contains(err.Error(), "no_batch") {
		return nil
	}
	return err
}

// readers are the functions of the store that take a Querier.
func readers(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("store*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	var out []string
	for _, name := range files {
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			for _, p := range fn.Type.Params.List {
				if s, ok := p.Type.(*ast.SelectorExpr); ok && s.Sel.Name == "Querier" {
					out = append(out, fn.Name.Name)
				}
			}
		}
	}
	if len(out) < 10 {
		t.Fatalf("only %v read", out)
	}
	return out
}
