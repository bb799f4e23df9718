package workbook

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"

	"langso/internal/criteria"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/module"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
	"langso/internal/testkit/reference"
)

var shippedRegister = sync.OnceValues(func() (*territory.Register, error) {
	dir, err := os.MkdirTemp("", "langso-workbook")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	ctx := auth.With(context.Background(), auth.CLI())
	d, err := db.Open(ctx, db.Options{Dir: dir, Unsafe: true})
	if err != nil {
		return nil, err
	}
	defer d.Close()
	if err := d.Migrate(ctx, migrations()); err != nil {
		return nil, err
	}
	s := territory.New(module.Kit{DB: d, Clock: clock.Fixed(time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)), Log: slog.New(slog.DiscardHandler)})
	if err := s.Install(ctx); err != nil {
		return nil, err
	}
	return s.Register(ctx)
})

// frame is what the shipped territory and sets give for a set and a period.
func frame(tb testing.TB, set, period string) Context {
	tb.Helper()
	reg, err := shippedRegister()
	if err != nil {
		tb.Fatal(err)
	}
	p, err := territory.ParsePeriod(period)
	if err != nil {
		tb.Fatal(err)
	}
	sets, err := criteria.Shipped()
	if err != nil {
		tb.Fatal(err)
	}
	for _, s := range sets {
		if s.Code == set {
			return Context{Set: s, Period: p, Register: reg, Roster: reg.At(p.AsOf)}
		}
	}
	tb.Fatalf("no set %s", set)
	return Context{}
}

func parse(tb testing.TB, data []byte) *xlsx.Workbook {
	tb.Helper()
	wb, err := xlsx.Read(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		tb.Fatal(err)
	}
	return wb
}

// expectation is an expected.json of the reference workbooks.
type expectation struct {
	File, Set, Period string
	Sheet             string
	Counts            map[string]int
	IgnoredSheets     []string `json:"ignored_sheets"`
	Rows              []struct {
		Cell      string
		Unit      string `json:"unit_code"`
		Indicator string `json:"indicator_or_criterion"`
		Raw       string
		Value     *float64
		Num       *float64 `json:"numerator"`
		Den       *float64 `json:"denominator"`
		Printed   *float64 `json:"printed_percent"`
		Level     string
		Verdict   string
	}
	RowErrors      []expectedProblem `json:"row_errors"`
	Warnings       []expectedProblem
	IgnoredRows    []expectedIgnored `json:"ignored_rows"`
	IgnoredColumns []expectedIgnored `json:"ignored_columns"`
	Units          []struct {
		At       string
		Code     string `json:"unit_code"`
		Written  string
		District string
		Group    string `json:"commune_group"`
	}
	BlankCells []string `json:"blank_cells"`
}

type expectedProblem struct {
	Row        int `json:"sheet_row"`
	Column     string
	Code       string `json:"reason_code"`
	Raw        string
	Unit       string `json:"unit_code"`
	Indicator  string `json:"indicator_or_criterion"`
	Suggestion string
}

type expectedIgnored struct {
	Row    int `json:"sheet_row"`
	Column string
	Reason string `json:"reason_code"`
	Text   string
}

var references = []string{"bieu-tong-hop-cap-tinh-2024-06", "so-yte-tieu-chi-15-2024-06", "xa-2026-q3-10-tieu-chi"}

func office(tb testing.TB, name string) ([]byte, expectation) {
	tb.Helper()
	dir := reference.Path(tb, "reference/workbooks")
	data, err := os.ReadFile(filepath.Join(dir, name+".xlsx"))
	if err != nil {
		tb.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, name+".expected.json"))
	if err != nil {
		tb.Fatal(err)
	}
	var e expectation
	if err := json.Unmarshal(text, &e); err != nil {
		tb.Fatal(err)
	}
	if len(e.Rows) == 0 {
		tb.Fatalf("%s expects no rows", name)
	}
	return data, e
}

func TestReferenceWorkbooks(t *testing.T) {
	for _, name := range references {
		t.Run(name, func(t *testing.T) {
			data, e := office(t, name)
			c := frame(t, e.Set, e.Period)
			got := Read(parse(t, data), c)
			compareValues(t, c, got, e)
			compareProblems(t, c, "error", got.Errors, e.RowErrors)
			compareProblems(t, c, "warning", got.Warnings, e.Warnings)
			compareIgnored(t, "row", got.IgnoredRows, e.IgnoredRows)
			compareIgnored(t, "column", got.IgnoredCols, e.IgnoredColumns)

			var sheets []string
			for _, s := range got.IgnoredSheets {
				sheets = append(sheets, fmt.Sprintf("%s (%s)", s.Sheet, s.Reason))
			}
			if strings.Join(sheets, "; ") != strings.Join(e.IgnoredSheets, "; ") {
				t.Errorf("ignored sheets %v, want %v", sheets, e.IgnoredSheets)
			}
			if got.Blank != len(e.BlankCells) || got.Blank != e.Counts["blank_cells"] {
				t.Errorf("%d blank, want %d", got.Blank, len(e.BlankCells))
			}
			units := map[string]UnitCell{}
			for _, u := range got.Units {
				units[codeOfUnit(c, u.Unit)] = u
			}
			if len(units) != len(e.Units) || len(got.Units) != len(e.Units) {
				t.Errorf("%d units, want %d", len(got.Units), len(e.Units))
			}
			for _, u := range e.Units {
				g := units[u.Code]
				if at := xlsx.ColumnName(g.Col) + itoa(g.Row); at != u.At || g.Written != u.Written || g.CommuneGroup != u.Group {
					t.Errorf("unit %s: %s %q group %q, want %s %q %q", u.Code, at, g.Written, g.CommuneGroup, u.At, u.Written, u.Group)
				}
				if strings.HasPrefix(u.District, "Thành phố") || strings.HasPrefix(u.District, "Huyện") {
					if g.District != u.District {
						t.Errorf("unit %s: district %q, want %q", u.Code, g.District, u.District)
					}
				}
			}
		})
	}
}

func codeOfUnit(c Context, id territory.UnitID) string {
	if u := c.Register.Unit(id); u != nil {
		return u.Code
	}
	return ""
}

func near(d criteria.Decimal, want float64) bool { return math.Abs(float(d)-want) <= 1e-6 }

func compareValues(t *testing.T, c Context, got *Reading, e expectation) {
	t.Helper()
	if len(got.Values) != len(e.Rows) || len(got.Values) != e.Counts["rows"] {
		t.Errorf("%d values, want %d", len(got.Values), len(e.Rows))
	}
	values := map[string]Value{}
	for _, v := range got.Values {
		values[codeOfUnit(c, v.Unit)+" "+v.Indicator] = v
	}
	for _, w := range e.Rows {
		key := w.Unit + " " + w.Indicator
		v, ok := values[key]
		if !ok {
			t.Errorf("%s (%s) is missing", key, w.Cell)
			continue
		}
		ok = v.Verdict == Verdict(w.Verdict) && v.LevelWord == w.Level && v.HasNumber == (w.Value != nil) && v.HasRatio == (w.Num != nil) && v.HasPrinted == (w.Printed != nil)
		ok = ok && (w.Value == nil || near(v.Number, *w.Value)) && (w.Num == nil || near(v.Numerator, *w.Num) && near(v.Denominator, *w.Den))
		ok = ok && (w.Printed == nil || near(v.Printed, *w.Printed))
		if !ok {
			t.Errorf("%s: read %+v, want %+v", key, v, w)
		}
		if at := xlsx.ColumnName(v.Col) + itoa(v.Row); at != w.Cell || v.Sheet != e.Sheet {
			t.Errorf("%s: read at %s!%s, want %s", key, v.Sheet, at, w.Cell)
		}
		if v.IsCriterion != (c.Set.Indicator(v.Indicator) == nil) {
			t.Errorf("%s: is criterion %v", key, v.IsCriterion)
		}
		if v.Raw != w.Raw {
			t.Errorf("%s: raw %q, want %q", key, v.Raw, w.Raw)
		}
	}
}

func compareProblems(t *testing.T, c Context, what string, got []Problem, want []expectedProblem) {
	t.Helper()
	line := func(p expectedProblem) string {
		return fmt.Sprintf("%s%d %s unit %s indicator %s suggestion %s", p.Column, p.Row, p.Code, p.Unit, p.Indicator, p.Suggestion)
	}
	var g, w []string
	raws := map[string]string{}
	for _, p := range want {
		w = append(w, line(p))
		raws[line(p)] = p.Raw
	}
	for _, p := range got {
		x := expectedProblem{Row: p.Row, Column: xlsx.ColumnName(p.Col), Code: string(p.Code), Unit: codeOfUnit(c, p.Unit), Indicator: p.Indicator, Suggestion: codeOfUnit(c, p.Suggestion)}
		if p.Code == UnitNotValid {
			x.Unit = "" // the expectation names the suggestion only
		}
		g = append(g, line(x))
		if raw := raws[line(x)]; raw != "" && raw != p.Raw {
			t.Errorf("%s %s: raw %q, want %q", what, line(x), p.Raw, raw)
		}
	}
	sort.Strings(g)
	sort.Strings(w)
	if strings.Join(g, "\n") != strings.Join(w, "\n") {
		t.Errorf("%ss\n%s\nwant\n%s", what, strings.Join(g, "\n"), strings.Join(w, "\n"))
	}
}

func compareIgnored(t *testing.T, what string, got []Ignored, want []expectedIgnored) {
	t.Helper()
	place := func(row int, column string) string {
		if row > 0 {
			return itoa(row)
		}
		return column
	}
	g, w := map[string]Ignored{}, map[string]expectedIgnored{}
	for _, i := range got {
		col := ""
		if i.Col > 0 {
			col = xlsx.ColumnName(i.Col)
		}
		g[place(i.Row, col)] = i
	}
	for _, i := range want {
		w[place(i.Row, i.Column)] = i
	}
	for k, x := range w {
		if g[k].Reason != x.Reason {
			t.Errorf("%s %s: %q %q, want %q %q", what, k, g[k].Reason, g[k].Text, x.Reason, x.Text)
		}
		// The text stands in the file, except where the expectation abridges it.
		if x.Text != "" && x.Reason != "column_numbers" && !strings.HasPrefix(g[k].Text, strings.Split(x.Text, " 15.")[0]) {
			t.Errorf("%s %s: text %q, want %q", what, k, g[k].Text, x.Text)
		}
	}
	for k, x := range g {
		if _, ok := w[k]; !ok {
			t.Errorf("%s %s is ignored (%s %q), should not be", what, k, x.Reason, x.Text)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d ignored %ss, want %d", len(got), what, len(want))
	}
}

func migrations() []db.Migrations {
	return []db.Migrations{{Module: "audit", FS: audit.Migrations()}, {Module: "territory", FS: territory.Migrations()}}
}
