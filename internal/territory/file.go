package territory

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
)

// A territory file is a folder with units.csv and, when there is something to say, lineage.csv and attributes.csv.
//
//	units.csv       id, code, level, kind, name, name_en, alt_names, from, to, parent, former_province, home, basis
//	lineage.csv     from, to, on, whole, kind, basis            (ids of units; whole = yes | no)
//	attributes.csv  unit, attribute, value, from, decision      (id of the unit)
//
// Dates are inclusive, empty = no limit. alt_names are separated by "|". parent and former_province hold the id of the
// unit above, or several separated by "|" when it changed: "20068101@..2024-11-30|20068202@2024-12-01..". A parent without
// dates holds for the whole life of the unit. home = yes marks a province whose communes report to this installation.

// maxFileBytes bounds an attribute or territory file: the national list of units has 1 MB.
const maxFileBytes = 20 << 20

// unitRow is one line of units.csv.
type unitRow struct {
	Unit
	parents []parentRow
	at      string // "units.csv:12"
}

// parentRow says that parent is above a unit from From to To, inclusive.
type parentRow struct {
	hierarchy Hierarchy
	parent    UnitID
	from, to  clock.Date
}

type edgeRow struct {
	Edge
	at string
}

type attributeRow struct {
	AttributeValue
	at string
}

// Source is a territory file that was read and is right in itself.
type Source struct {
	units      []unitRow
	edges      []edgeRow
	attributes []attributeRow
}

// Units returns how many units the file describes.
func (s *Source) Units() int { return len(s.units) }

// Refusals are all faults found in a file; the Field of each names its place ("units.csv:12").
type Refusals []*fault.Error

func (r Refusals) Error() string {
	var b strings.Builder
	for i, e := range r {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(e.Error())
	}
	return b.String()
}

// Unwrap lets fault.As find the first fault.
func (r Refusals) Unwrap() []error {
	out := make([]error, len(r))
	for i, e := range r {
		out[i] = e
	}
	return out
}

// ReadSource reads a territory file from a folder. What is wrong comes back as Refusals, each with its line.
func ReadSource(folder fs.FS) (*Source, error) {
	s := &Source{}
	for _, part := range []struct {
		name     string
		optional bool
		read     func(*table) Refusals
	}{
		{"units.csv", false, s.readUnits},
		{"lineage.csv", true, s.readLineage},
		{"attributes.csv", true, s.readAttributes},
	} {
		b, err := fs.ReadFile(folder, part.name)
		if part.optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, fault.New(fault.Invalid, "territory.file_unreadable", part.name).Because(err)
		}
		if err := s.add(part.name, b, part.read); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// ReadUnits reads units.csv alone, for a list of units without lineage. name stands before the line numbers.
func ReadUnits(name string, b []byte) (*Source, error) {
	s := &Source{}
	if err := s.add(name, b, s.readUnits); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Source) add(name string, b []byte, read func(*table) Refusals) error {
	t, err := newTable(name, b)
	if err != nil {
		return err
	}
	if bad := read(t); len(bad) > 0 {
		return bad
	}
	return nil
}

// levelOf tells which tier a kind belongs to.
var levelOf = map[Kind][]Level{
	KindTinh: {Province}, KindThanhPhoTW: {Province},
	KindHuyen: {District}, KindQuan: {District}, KindThiXa: {District}, KindThanhPho: {District},
	KindXa: {Commune}, KindPhuong: {Commune}, KindThiTran: {Commune}, KindDacKhu: {Commune},
}

// rank orders the tiers from the top; 0 = not a tier.
var rank = map[Level]int{Province: 1, District: 2, Commune: 3}

func (s *Source) readUnits(t *table) (bad Refusals) {
	bad = t.need("id", "code", "level", "kind", "name")
	if len(bad) > 0 {
		return bad
	}
	for t.next() {
		u := unitRow{at: t.place()}
		refuse := func(key string, args ...any) { bad = append(bad, fault.New(fault.Invalid, key, args...).At(u.at)) }
		id, err := strconv.ParseInt(t.get("id"), 10, 64)
		if err != nil || id <= 0 {
			refuse("territory.file_bad_id", t.get("id"))
		}
		u.ID, u.Code, u.Level, u.Kind = UnitID(id), t.get("code"), Level(t.get("level")), Kind(t.get("kind"))
		u.Name, u.NameEN, u.Basis = t.get("name"), t.get("name_en"), t.get("basis")
		if u.Code == "" || len(u.Code) > 12 || strings.Trim(u.Code, "0123456789") != "" {
			refuse("territory.file_bad_code", u.Code)
		}
		if u.Name == "" || utf8.RuneCountInString(u.Name) > 100 {
			refuse("territory.file_bad_name", u.Name)
		}
		if turnsText(u.Name) || turnsText(u.NameEN) || turnsText(t.get("alt_names")) {
			refuse("territory.file_name_turns")
		}
		switch levels, ok := levelOf[u.Kind]; {
		case !ok:
			refuse("territory.file_unknown_kind", string(u.Kind))
		case rank[u.Level] == 0:
			refuse("territory.file_unknown_level", string(u.Level))
		case levels[0] != u.Level:
			refuse("territory.file_kind_level", string(u.Kind), string(u.Level))
		}
		for _, a := range strings.Split(t.get("alt_names"), "|") {
			if a = strings.TrimSpace(a); a != "" {
				u.AltNames = append(u.AltNames, a)
			}
		}
		if u.From, u.To, err = span(t.get("from"), t.get("to")); err != nil {
			bad = append(bad, fault.As(err).At(u.at))
		}
		switch h := t.get("home"); h {
		case "", "no":
		case "yes":
			u.home = true
		default:
			refuse("territory.file_bad_flag", h)
		}
		for _, h := range []struct {
			column    string
			hierarchy Hierarchy
		}{{"parent", Administrative}, {"former_province", FormerProvince}} {
			list, err := parents(t.get(h.column), h.hierarchy, u.From, u.To)
			if err != nil {
				bad = append(bad, fault.As(err).At(u.at))
			}
			u.parents = append(u.parents, list...)
		}
		s.units = append(s.units, u)
	}
	return append(bad, t.bad...)
}

// parents reads "ID" or "ID@FROM..TO|ID@FROM..TO".
func parents(text string, h Hierarchy, from, to clock.Date) (out []parentRow, err error) {
	if text == "" {
		return nil, nil
	}
	for _, item := range strings.Split(text, "|") {
		id, dates, dated := strings.Cut(item, "@")
		p := parentRow{hierarchy: h, from: from, to: to}
		n, err := strconv.ParseInt(strings.TrimSpace(id), 10, 64)
		if err != nil {
			return nil, fault.New(fault.Invalid, "territory.file_bad_parent", item)
		}
		p.parent = UnitID(n)
		if dated {
			first, last, ok := strings.Cut(dates, "..")
			if !ok {
				return nil, fault.New(fault.Invalid, "territory.file_bad_parent", item)
			}
			f, l, err := span(first, last)
			if err != nil {
				return nil, err
			}
			// An open end is that of the unit's own life.
			if f != "" {
				p.from = f
			}
			if l != "" {
				p.to = l
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// span reads two inclusive dates, either of which may be empty.
func span(from, to string) (clock.Date, clock.Date, error) {
	for _, d := range []string{from, to} {
		if d == "" {
			continue
		}
		if _, err := clock.ParseDate(d); err != nil {
			return "", "", fault.New(fault.Invalid, "territory.bad_date", d)
		}
	}
	if from != "" && to != "" && to < from {
		return "", "", fault.New(fault.Invalid, "territory.file_dates_swapped", from, to)
	}
	return clock.Date(from), clock.Date(to), nil
}

func (s *Source) readLineage(t *table) (bad Refusals) {
	bad = t.need("from", "to", "on", "whole", "kind", "basis")
	if len(bad) > 0 {
		return bad
	}
	for t.next() {
		e := edgeRow{at: t.place()}
		refuse := func(key string, args ...any) { bad = append(bad, fault.New(fault.Invalid, key, args...).At(e.at)) }
		from, err1 := strconv.ParseInt(t.get("from"), 10, 64)
		to, err2 := strconv.ParseInt(t.get("to"), 10, 64)
		if err1 != nil || err2 != nil {
			refuse("territory.file_bad_id", t.get("from")+" → "+t.get("to"))
		}
		e.From, e.To, e.Kind, e.Basis = UnitID(from), UnitID(to), t.get("kind"), t.get("basis")
		d, err := clock.ParseDate(t.get("on"))
		if err != nil {
			refuse("territory.bad_date", t.get("on"))
		}
		e.On = d
		switch w := t.get("whole"); w {
		case "yes":
			e.Whole = true
		case "no":
		default:
			refuse("territory.file_bad_flag", w)
		}
		switch e.Kind {
		case "merge", "split", "rename", "unchanged", "move":
		default:
			refuse("territory.file_unknown_change", e.Kind)
		}
		s.edges = append(s.edges, e)
	}
	return append(bad, t.bad...)
}

func (s *Source) readAttributes(t *table) (bad Refusals) {
	bad = t.need("unit", "attribute", "value", "decision")
	if len(bad) > 0 {
		return bad
	}
	for t.next() {
		a := attributeRow{at: t.place()}
		id, err := strconv.ParseInt(t.get("unit"), 10, 64)
		if err != nil {
			bad = append(bad, fault.New(fault.Invalid, "territory.file_bad_id", t.get("unit")).At(a.at))
		}
		a.Unit, a.Attribute, a.Value, a.Decision = UnitID(id), Attribute(t.get("attribute")), t.get("value"), t.get("decision")
		if a.From, _, err = span(t.get("from"), ""); err != nil {
			bad = append(bad, fault.As(err).At(a.at))
		}
		s.attributes = append(s.attributes, a)
	}
	return append(bad, t.bad...)
}

// verify looks for what is wrong among units and edges as a whole. It is run over a file together with what the tables
// already hold, and over the tables alone by Check.
func verify(units []unitRow, edges []edgeRow) (bad Refusals) {
	refuse := func(at, key string, args ...any) {
		bad = append(bad, fault.New(fault.Invalid, key, args...).At(at))
	}
	byID := make(map[UnitID]*unitRow, len(units))
	byCode := make(map[string][]*unitRow, len(units))
	for i := range units {
		u := &units[i]
		if o := byID[u.ID]; o != nil {
			refuse(u.at, "territory.file_id_twice", int64(u.ID), o.at)
			continue
		}
		byID[u.ID] = u
		byCode[u.Code] = append(byCode[u.Code], u)
	}
	for _, list := range byCode {
		sort.Slice(list, func(i, j int) bool { return list[i].From < list[j].From })
		for i := 1; i < len(list); i++ {
			if a, b := list[i-1], list[i]; b.From < until(a.To) {
				refuse(b.at, "territory.file_code_twice", b.Code, b.Name, a.Name, string(b.From))
			}
		}
	}
	for i := range units {
		for _, h := range []Hierarchy{Administrative, FormerProvince} {
			verifyParents(&units[i], h, byID, refuse)
		}
	}
	for i := range edges {
		e := &edges[i]
		a, b := byID[e.From], byID[e.To]
		switch {
		case a == nil:
			refuse(e.at, "territory.file_unknown_unit", int64(e.From))
		case b == nil:
			refuse(e.at, "territory.file_unknown_unit", int64(e.To))
		case e.From == e.To:
			refuse(e.at, "territory.file_cycle", a.Name)
		case until(a.To) != e.On || b.From != e.On:
			refuse(e.at, "territory.file_edge_dates", a.Name, b.Name, string(e.On))
		}
	}
	sort.SliceStable(bad, func(i, j int) bool { return placeLess(bad[i].Field, bad[j].Field) })
	return bad
}

func verifyParents(u *unitRow, h Hierarchy, byID map[UnitID]*unitRow, refuse func(at, key string, args ...any)) {
	var spans []parentRow
	for _, p := range u.parents {
		if p.hierarchy != h {
			continue
		}
		spans = append(spans, p)
		parent := byID[p.parent]
		switch {
		case parent == nil:
			refuse(u.at, "territory.file_unknown_parent", int64(p.parent), u.Name)
		case cycle(u, h, byID):
			refuse(u.at, "territory.file_cycle", u.Name)
			return
		case rank[parent.Level] >= rank[u.Level]:
			refuse(u.at, "territory.file_parent_level", parent.Name, u.Name)
		case p.from < u.From || until(p.to) > until(u.To):
			refuse(u.at, "territory.file_parent_dates", parent.Name, u.Name)
		// A former province ends before its communes come under it in that hierarchy; an administrative parent may not.
		case h == Administrative && (p.from < parent.From || until(p.to) > until(parent.To)):
			refuse(u.at, "territory.file_parent_dates", parent.Name, u.Name)
		}
	}
	sort.Slice(spans, func(i, j int) bool { return spans[i].from < spans[j].from })
	next := u.From // first day without a parent so far
	for _, p := range spans {
		if p.from < next {
			refuse(u.at, "territory.file_parent_twice", u.Name, string(p.from))
		}
		if h == Administrative && p.from > next {
			refuse(u.at, "territory.file_parent_gap", u.Name, string(next))
		}
		next = until(p.to)
	}
	if h == Administrative && u.Level != Province && next < until(u.To) {
		refuse(u.at, "territory.file_parent_gap", u.Name, string(next))
	}
}

// cycle reports whether u is above itself.
func cycle(u *unitRow, h Hierarchy, byID map[UnitID]*unitRow) bool {
	seen := map[UnitID]bool{}
	var walk func(v *unitRow) bool
	walk = func(v *unitRow) bool {
		if v == nil || seen[v.ID] {
			return false
		}
		seen[v.ID] = true
		for _, p := range v.parents {
			if p.hierarchy == h && (p.parent == u.ID || walk(byID[p.parent])) {
				return true
			}
		}
		return false
	}
	return walk(u)
}

// until turns an inclusive last day into the first day after it, as stored.
func until(to clock.Date) clock.Date {
	if to == "" || to >= clock.Forever {
		return clock.Forever
	}
	return to.AddDays(1)
}

// lastDay is the reverse of until.
func lastDay(until clock.Date) clock.Date {
	if until >= clock.Forever {
		return ""
	}
	return until.AddDays(-1)
}

// placeLess orders "units.csv:9" before "units.csv:12".
func placeLess(a, b string) bool {
	fa, la, _ := strings.Cut(a, ":")
	fb, lb, _ := strings.Cut(b, ":")
	if fa != fb {
		return fa < fb
	}
	if len(la) != len(lb) {
		return len(la) < len(lb)
	}
	return la < lb
}

// table reads a CSV text by column names, comma or semicolon between the fields.
type table struct {
	name    string
	r       *csv.Reader
	columns map[string]int
	record  []string
	line    int
	bad     Refusals // a fault of the CSV text itself ends the reading
}

func newTable(name string, b []byte) (*table, error) {
	if len(b) > maxFileBytes {
		return nil, fault.New(fault.TooLarge, "territory.file_too_large", maxFileBytes>>20).At(name)
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return nil, fault.New(fault.Invalid, "territory.file_not_utf8").At(name)
	}
	head, _, _ := bytes.Cut(b, []byte("\n"))
	t := &table{name: name, r: csv.NewReader(bytes.NewReader(b)), columns: map[string]int{}}
	t.r.FieldsPerRecord = -1
	t.r.ReuseRecord = true
	if bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		t.r.Comma = ';'
	}
	record, err := t.r.Read()
	if err != nil {
		return nil, fault.New(fault.Invalid, "territory.file_empty").At(name).Because(err)
	}
	for i, c := range record {
		if _, twice := t.columns[vntext.FoldTight(c)]; !twice {
			t.columns[vntext.FoldTight(c)] = i
		}
	}
	return t, nil
}

// need reports the columns that the header lacks.
func (t *table) need(columns ...string) (bad Refusals) {
	for _, c := range columns {
		if _, ok := t.columns[vntext.FoldTight(c)]; !ok {
			bad = append(bad, fault.New(fault.Invalid, "territory.file_no_column", c).At(t.name+":1"))
		}
	}
	return bad
}

// alias makes a column known by an other heading, too.
func (t *table) alias(column string, others ...string) {
	for _, o := range others {
		if i, ok := t.columns[vntext.FoldTight(o)]; ok {
			if _, known := t.columns[vntext.FoldTight(column)]; !known {
				t.columns[vntext.FoldTight(column)] = i
			}
		}
	}
}

// next moves to the next row that is not blank.
func (t *table) next() bool {
	for {
		record, err := t.r.Read()
		if err == io.EOF {
			return false
		}
		if err != nil {
			t.line++
			var p *csv.ParseError
			if errors.As(err, &p) {
				t.line = p.StartLine
			}
			t.bad = append(t.bad, fault.New(fault.Invalid, "territory.file_bad_csv").At(t.place()).Because(err))
			return false
		}
		t.record = record
		t.line, _ = t.r.FieldPos(0)
		if strings.TrimSpace(strings.Join(record, "")) != "" {
			return true
		}
	}
}

// get returns the field of a column, composed and trimmed; "" when the row or the file has none.
func (t *table) get(column string) string {
	i, ok := t.columns[vntext.FoldTight(column)]
	if !ok || i >= len(t.record) {
		return ""
	}
	return vntext.NFC(vntext.Squeeze(t.record[i]))
}

func (t *table) place() string { return t.name + ":" + strconv.Itoa(t.line) }
