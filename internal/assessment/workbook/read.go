package workbook

import (
	"sort"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// maxRows is the number of filled rows that are read: more than ten times every commune with every indicator.
const maxRows = 200_000

// unitMatcher finds the commune that a name, a district and a code mean.
type unitMatcher interface {
	Match(name, district, code string) territory.MatchResult
}

// reader understands one workbook.
type reader struct {
	set      *criteria.Set
	period   territory.Period
	register *territory.Register
	matcher  unitMatcher
	known    map[string]int8 // reduced name → 3 for a commune of the day, 1 for one of another day
	matched  map[[3]string]territory.MatchResult
	regions  map[string]*territory.Unit
	texts    map[string]*stated // what texts state about codes
	listed   map[territory.UnitID]bool
	found    []found
	out      *Reading
}

// found is a value before repeated ones are weighed against each other.
type found struct {
	value    Value
	dated    bool
	row, col int    // where a repetition is reported: the commune of a list row, the cell of a matrix
	raw      string // what stands there
	refused  Refused
}

func read(wb *xlsx.Workbook, c Context, m unitMatcher) *Reading {
	r := &reader{set: c.Set, period: c.Period, register: c.Register, matcher: m, known: map[string]int8{},
		matched: map[[3]string]territory.MatchResult{}, regions: map[string]*territory.Unit{}, texts: map[string]*stated{}, listed: map[territory.UnitID]bool{}, out: &Reading{}}
	for _, u := range c.Register.Units() {
		if u.Level != territory.Commune {
			continue
		}
		weight := int8(1)
		if u.ValidAt(c.Period.AsOf) && u.InProgramme() {
			weight = 3
		}
		for _, n := range append([]string{u.Name}, u.AltNames...) {
			key := vntext.FoldTight(n)
			r.known[key] = max(r.known[key], weight)
		}
	}
	rows := 0
	for _, s := range wb.Sheets {
		if !s.Hidden {
			rows += len(s.Rows)
		}
	}
	if rows > maxRows {
		r.out.Errors = append(r.out.Errors, Problem{Code: FileTooLarge})
		return r.out
	}
	tables := 0
	var unread []Problem
	for _, s := range wb.Sheets {
		if s.Hidden {
			r.out.IgnoredSheets = append(r.out.IgnoredSheets, Ignored{Sheet: s.Name, Reason: ReasonHiddenSheet})
			continue
		}
		g := newGrid(s, wb.Date1904)
		list, missed := r.tables(g)
		if missed {
			unread = append(unread, Problem{Sheet: s.Name, Code: NoTableFound})
		}
		if len(list) == 0 {
			if filled(g) {
				r.out.IgnoredSheets = append(r.out.IgnoredSheets, Ignored{Sheet: s.Name, Reason: ReasonProse})
			}
			continue
		}
		tables += len(list)
		r.sheet(g, list)
	}
	if tables == 0 {
		unread = []Problem{{Code: NoTableFound}}
	}
	r.out.Errors = append(r.out.Errors, unread...)
	r.settle()
	order := map[string]int{}
	for i, s := range wb.Sheets {
		order[s.Name] = i
	}
	byPlace := func(list []Problem) func(i, j int) bool {
		return func(i, j int) bool {
			a, b := list[i], list[j]
			if a.Sheet != b.Sheet {
				return order[a.Sheet] < order[b.Sheet]
			}
			return a.Row < b.Row || a.Row == b.Row && a.Col < b.Col
		}
	}
	sort.SliceStable(r.out.Errors, byPlace(r.out.Errors))
	sort.SliceStable(r.out.Warnings, byPlace(r.out.Warnings))
	return r.out
}

func filled(g *grid) bool {
	for i := range g.rows {
		if len(g.rows[i].cells) > 0 {
			return true
		}
	}
	return false
}

// sheet reads the tables of one sheet and accounts for the rows between them.
func (r *reader) sheet(g *grid, list []*table) {
	notes := map[int]Ignored{} // row → why it is context; a row of two tables counts once
	data := map[int]bool{}
	heading := ""
	for i, t := range list {
		if i > 0 && !sameHeads(list[i-1], t) {
			heading = ""
		}
		b := &body{reader: r, t: t, heading: heading, notes: notes, data: data}
		b.read()
		heading = b.heading
	}
	for i := range g.rows {
		row := &g.rows[i]
		if _, noted := notes[row.n]; noted || data[row.n] || len(row.cells) == 0 {
			continue
		}
		reason := ReasonTitle
		for _, c := range row.cells {
			if wordsMeasure.MatchString(c.folded()) {
				reason = ReasonMeasure
			}
		}
		notes[row.n] = Ignored{Sheet: g.name, Row: row.n, Reason: reason, Text: row.cells[0].text}
	}
	rows := make([]int, 0, len(notes))
	for n := range notes {
		rows = append(rows, n)
	}
	sort.Ints(rows)
	for _, n := range rows {
		r.out.IgnoredRows = append(r.out.IgnoredRows, notes[n])
	}
}

// sameHeads reports a table whose headings are repeated from the one above, as on every printed page.
func sameHeads(a, b *table) bool {
	if a.list != b.list || a.unit != b.unit || a.code != b.code || len(a.columns) != len(b.columns) {
		return false
	}
	for i := range a.columns {
		if a.columns[i].code != b.columns[i].code {
			return false
		}
	}
	for col, role := range a.roles {
		if b.roles[col] != role {
			return false
		}
	}
	return true
}

// region returns the district or province that a text names, nil when it names none.
func (r *reader) region(text string) *territory.Unit {
	u, ok := r.regions[text]
	if !ok {
		u = r.matcher.Match("", text, "").District
		r.regions[text] = u
	}
	return u
}

func (r *reader) match(name, district, code string) territory.MatchResult {
	key := [3]string{name, district, code}
	m, ok := r.matched[key]
	if !ok {
		m = r.matcher.Match(name, district, code)
		r.matched[key] = m
	}
	return m
}

var unitProblems = map[territory.MatchOutcome]Code{
	territory.MatchMissing:          UnitMissing,
	territory.MatchUnknown:          UnitUnknown,
	territory.MatchAmbiguous:        UnitAmbiguous,
	territory.MatchNotInScope:       UnitNotInScope,
	territory.MatchNotValid:         UnitNotValid,
	territory.MatchDistrictMismatch: UnitDistrictMismatch,
	territory.MatchCodeNameMismatch: UnitCodeNameMismatch,
}

// fail records an error with the words that its message needs.
func (r *reader) fail(p Problem, details ...any) Problem {
	p.Args = r.args(p, details...)
	r.out.Errors = append(r.out.Errors, p)
	r.enough()
	return p
}

func (r *reader) warn(p Problem, details ...any) {
	p.Args = r.args(p, details...)
	r.out.Warnings = append(r.out.Warnings, p)
	r.enough()
}

// MaxProblems is the number of errors and warnings after which reading stops: such a file was handed in for another set or
// period, or to cost us time.
const MaxProblems = 5000

// stop ends a reading from whatever depth it has reached; Read catches it.
type stop struct{}

func (r *reader) enough() {
	if len(r.out.Errors)+len(r.out.Warnings) > MaxProblems {
		panic(stop{})
	}
}

// longestQuote is the number of characters of a cell that a message repeats.
const longestQuote = 80

func (r *reader) args(p Problem, details ...any) []any {
	quote := []rune(vntext.Squeeze(p.Raw))
	if len(quote) > longestQuote {
		quote = append(quote[:longestQuote-1], '…')
	}
	unit := ""
	if u := r.register.Unit(p.Unit); u != nil {
		unit = u.FullName()
	}
	place := xlsx.ColumnName(p.Col)
	return append([]any{p.Sheet, place + itoa(p.Row), string(quote), unit, p.Indicator}, details...)
}

// settle weighs values of the same commune and indicator against each other and hands over what remains.
func (r *reader) settle() {
	type key struct {
		unit      territory.UnitID
		indicator string
	}
	groups := map[key][]int{}
	for i, f := range r.found {
		k := key{f.value.Unit, f.value.Indicator}
		groups[k] = append(groups[k], i)
	}
	drop := map[int]bool{}
	for i, f := range r.found {
		group := groups[key{f.value.Unit, f.value.Indicator}]
		if len(group) < 2 || group[0] != i {
			continue
		}
		r.weigh(group, drop)
	}
	for i, f := range r.found {
		if drop[i] {
			continue
		}
		r.out.Values = append(r.out.Values, f.value)
		if f.value.Verdict == VerdictNA {
			r.out.NotApplicable++
		}
	}
}

// weigh decides between values of one commune and indicator: a later date replaces an earlier one; of equal values one
// counts; of different ones none.
func (r *reader) weigh(group []int, drop map[int]bool) {
	newest, dated := clock.Date(""), true
	for _, i := range group {
		f := &r.found[i]
		dated = dated && f.dated
		newest = max(newest, f.value.Date)
	}
	if dated {
		var rest []int
		for _, i := range group {
			if f := &r.found[i]; f.value.Date < newest {
				drop[i] = true
				r.warn(r.repeated(f, Superseded), vntext.Date(f.value.Date), vntext.Date(newest))
				continue
			}
			rest = append(rest, i)
		}
		group = rest
	}
	if len(group) < 2 {
		return
	}
	first := &r.found[group[0]]
	for _, i := range group[1:] {
		if !sameFigures(first.value, r.found[i].value) {
			rows := make([]string, len(group))
			for j, k := range group {
				rows[j] = xlsx.ColumnName(r.found[k].value.Col) + itoa(r.found[k].value.Row)
			}
			for _, k := range group {
				drop[k] = true
				f := &r.found[k]
				f.refused.Problem = r.fail(r.repeated(f, DuplicateConflict), strings.Join(rows, ", "))
				r.out.Refused = append(r.out.Refused, f.refused)
			}
			return
		}
	}
	for _, i := range group[1:] {
		drop[i] = true
		r.warn(r.repeated(&r.found[i], DuplicateSame), xlsx.ColumnName(first.value.Col)+itoa(first.value.Row))
	}
}

func (r *reader) repeated(f *found, code Code) Problem {
	return Problem{Sheet: f.value.Sheet, Row: f.row, Col: f.col, Code: code, Raw: f.raw, Unit: f.value.Unit, Indicator: f.value.Indicator}
}

func sameFigures(a, b Value) bool {
	return a.HasNumber == b.HasNumber && equal(a.Number, b.Number) && a.HasRatio == b.HasRatio && equal(a.Numerator, b.Numerator) &&
		equal(a.Denominator, b.Denominator) && a.LevelWord == b.LevelWord && a.Verdict == b.Verdict
}
