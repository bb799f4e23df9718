package territory

import (
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"

	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"
)

// MatchOutcome says what became of a commune name written in a workbook.
type MatchOutcome string

const (
	MatchFound            MatchOutcome = "found"
	MatchMissing          MatchOutcome = "missing"             // neither name nor code
	MatchUnknown          MatchOutcome = "unknown"             // no such name; a near one is only suggested
	MatchAmbiguous        MatchOutcome = "ambiguous"           // several units fit
	MatchNotInScope       MatchOutcome = "not_in_scope"        // a ward, township, special zone or foreign unit
	MatchNotValid         MatchOutcome = "not_valid_in_period" // the name belongs to another time
	MatchDistrictMismatch MatchOutcome = "district_mismatch"   // the name is right, but of another district
	MatchCodeNameMismatch MatchOutcome = "code_name_mismatch"  // code and name are of two units
)

// MatchResult is the answer for one written name.
type MatchResult struct {
	Outcome    MatchOutcome
	Unit       *Unit   // found: the commune; not_in_scope, not_valid_in_period: the unit that was meant, when known
	Suggestion *Unit   // what may have been meant; nil = nothing near, or several
	Candidates []*Unit // ambiguous: the units that fit; not_valid_in_period: all successors or predecessors on the day
	District   *Unit   // the stated district or (former) province as understood; nil = none stated or not known
}

// Matcher finds the communes of one day by the names and codes that offices write. It is pure and safe for concurrent use.
type Matcher struct {
	reg    *Register
	roster *Roster
	names  nameIndex // commune-level units of the day
	past   nameIndex // commune-level units of other days
	home   map[UnitID]bool
	// searches counts the names that near was asked for.
	searches atomic.Int64
	spelt    [][]string // folded names of the communes of the day, in the order of the roster
	// regions are the districts and provinces of all times by folded name.
	regions map[string][]*Unit

	mu    sync.Mutex
	lands map[UnitID]map[UnitID]bool // what land found, by region
}

// nameIndex finds units by name with marks (exact) and without (folded).
type nameIndex struct{ exact, folded map[string][]*Unit }

func newNameIndex() nameIndex { return nameIndex{map[string][]*Unit{}, map[string][]*Unit{}} }

func (x nameIndex) add(u *Unit) {
	for _, n := range append([]string{u.Name}, u.AltNames...) {
		for _, e := range []struct {
			m   map[string][]*Unit
			key string
		}{{x.exact, nameKey(n)}, {x.folded, vntext.FoldTight(n)}} {
			if !slices.Contains(e.m[e.key], u) {
				e.m[e.key] = append(e.m[e.key], u)
			}
		}
	}
}

// bears reports whether one of the readings names u: with marks, or without when the marks name no other unit.
func (x nameIndex) bears(u *Unit, readings []reading) bool {
	for _, t := range readings {
		if t.kind != "" && t.kind != u.Kind {
			continue
		}
		exact := x.exact[nameKey(t.text)]
		if slices.Contains(exact, u) || len(exact) == 0 && slices.Contains(x.folded[vntext.FoldTight(t.text)], u) {
			return true
		}
	}
	return false
}

// NewMatcher prepares for the names of day at.
func NewMatcher(reg *Register, at clock.Date) *Matcher {
	m := &Matcher{reg: reg, roster: reg.At(at), names: newNameIndex(), past: newNameIndex(), home: map[UnitID]bool{},
		regions: map[string][]*Unit{}, lands: map[UnitID]map[UnitID]bool{}}
	for _, u := range m.roster.Communes() {
		m.home[u.ID] = true
		var names []string
		for _, n := range append([]string{u.Name}, u.AltNames...) {
			names = append(names, vntext.FoldTight(n))
		}
		m.spelt = append(m.spelt, names)
	}
	for _, u := range reg.Units() {
		switch {
		case u.Level != Commune:
			for _, n := range append([]string{u.Name}, u.AltNames...) {
				m.regions[vntext.FoldTight(n)] = append(m.regions[vntext.FoldTight(n)], u)
			}
		case u.ValidAt(at):
			m.names.add(u)
		default:
			m.past.add(u)
		}
	}
	return m
}

// land returns the commune-level units of the matcher's day that lie in region g, or that hold land of it.
func (m *Matcher) land(g *Unit) map[UnitID]bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	l, ok := m.lands[g.ID]
	if !ok {
		l = m.findLand(g)
		m.lands[g.ID] = l
	}
	return l
}

func (m *Matcher) findLand(g *Unit) map[UnitID]bool {
	out := map[UnitID]bool{}
	if g.ValidAt(m.roster.Date()) {
		for _, u := range m.roster.Under(Administrative, g.ID, Commune) {
			out[u.ID] = true
		}
		return out
	}
	if list := m.roster.Under(FormerProvince, g.ID, Commune); len(list) > 0 {
		for _, u := range list {
			out[u.ID] = true
		}
		return out
	}
	for _, u := range m.reg.onLastDay(g).Under(Administrative, g.ID, Commune) {
		for _, v := range m.onTheDay(u) {
			out[v.ID] = true
		}
	}
	return out
}

// onTheDay returns what a unit of another time is, or was, on the matcher's day.
func (m *Matcher) onTheDay(u *Unit) []*Unit {
	if list := m.reg.SuccessorsAt(u.ID, m.roster.Date()); len(list) > 0 {
		return list
	}
	return m.reg.PredecessorsAt(u.ID, m.roster.Date())
}

// Match finds the commune that an office wrote. name is the cell as it stands; district the heading or column that states
// the district, province or former province ("" = none); code the statistics code ("" = none).
//
// A name counts with its marks first, in the stated district; without marks only when exactly one commune fits. A near
// spelling is never taken, only suggested. The same name with marks in another district is a mismatch.
func (m *Matcher) Match(name, district, code string) MatchResult {
	w := readName(bounded(name))
	res := MatchResult{District: m.region(bounded(district))}
	code = cleanCode(code)
	if w.text == "" && code == "" {
		res.Outcome = MatchMissing
		return res
	}
	if code != "" {
		if u := m.roster.ByCode(code); u != nil && u.Level == Commune {
			return m.byCode(u, w, res)
		}
		if w.text == "" {
			return m.staleCode(code, res)
		}
	}
	res = m.byName(w, res)
	if code != "" && res.Outcome == MatchFound {
		// The code means nothing on this day, so it cannot be the code of the commune that the name names.
		res.Outcome, res.Suggestion, res.Unit = MatchCodeNameMismatch, res.Unit, nil
	}
	return res
}

// byCode decides for a code that is borne by u on the day.
func (m *Matcher) byCode(u *Unit, w writtenName, res MatchResult) MatchResult {
	if w.text != "" && !m.names.bears(u, w.readings()) {
		// The name may be the one that the code had at another time.
		for _, v := range m.reg.ByCode(u.Code) {
			if v != u && m.past.bears(v, w.readings()) {
				return m.otherTime([]*Unit{v}, res)
			}
		}
		res.Outcome, res.Suggestion = MatchCodeNameMismatch, u
		return res
	}
	switch {
	case !m.home[u.ID]:
		res.Outcome, res.Unit = MatchNotInScope, u
	case res.District != nil && !m.land(res.District)[u.ID]:
		res.Outcome, res.Suggestion = MatchDistrictMismatch, u
	default:
		res.Outcome, res.Unit = MatchFound, u
	}
	return res
}

// staleCode decides for a code without a name that nobody bears on the day.
func (m *Matcher) staleCode(code string, res MatchResult) MatchResult {
	for _, u := range m.reg.ByCode(code) {
		if u.Level == Commune {
			return m.otherTime([]*Unit{u}, res)
		}
	}
	res.Outcome = MatchUnknown
	return res
}

func (m *Matcher) byName(w writtenName, res MatchResult) MatchResult {
	var places []*Unit // what the unit must lie in: the stated district and the one in brackets
	hint := m.region(w.bracket)
	for _, p := range []*Unit{res.District, hint} {
		if p != nil {
			places = append(places, p)
		}
	}
	inside := func(u *Unit) bool {
		for _, p := range places {
			if !m.land(p)[u.ID] {
				return false
			}
		}
		return true
	}
	readings := w.readings()

	// First with marks: in place, elsewhere, outside the programme, at another time.
	var elsewhere *Unit
	for _, t := range readings {
		here, other := split(m.inProgramme(m.names.exact[nameKey(t.text)], t.kind), inside)
		if len(here) > 0 {
			return one(here, res)
		}
		if elsewhere == nil && len(other) > 0 {
			elsewhere = other[0]
		}
	}
	past := m.inPast(readings, places, nameKey, m.past.exact)
	switch {
	case elsewhere != nil && hint != nil && len(past) > 0: // the brackets name the district of a commune of another time
		return m.otherTime(past, res)
	case elsewhere != nil:
		res.Outcome, res.Suggestion = MatchDistrictMismatch, elsewhere
		return res
	case len(past) > 0 && readings[0].kind == KindXa && past[0].Kind == KindXa: // "xã" is written, so no ward is meant
		return m.otherTime(past, res)
	}
	if u := m.outside(readings, inside, nameKey, m.names.exact); u != nil {
		res.Outcome, res.Unit = MatchNotInScope, u
		return res
	}
	if len(past) > 0 {
		return m.otherTime(past, res)
	}

	// Then without marks, in place only.
	for _, t := range readings {
		here, _ := split(m.inProgramme(m.names.folded[vntext.FoldTight(t.text)], t.kind), inside)
		if len(here) > 0 {
			return one(here, res)
		}
	}
	if u := m.outside(readings, inside, vntext.FoldTight, m.names.folded); u != nil {
		res.Outcome, res.Unit = MatchNotInScope, u
		return res
	}
	if past := m.inPast(readings, places, vntext.FoldTight, m.past.folded); len(past) > 0 {
		return m.otherTime(past, res)
	}
	if k := readings[0].kind; k != "" && k != KindXa {
		res.Outcome = MatchNotInScope
		return res
	}
	res.Outcome = MatchUnknown
	res.Suggestion = m.near(readings, inside)
	return res
}

// inProgramme keeps the communes that take part; a written kind other than xã leaves none.
func (m *Matcher) inProgramme(list []*Unit, kind Kind) []*Unit {
	var out []*Unit
	for _, u := range list {
		if m.home[u.ID] && (kind == "" || kind == u.Kind) {
			out = append(out, u)
		}
	}
	return out
}

// outside returns a unit of the day that bears the name and takes no part: of the written kind, if one is written.
// Inside the stated place one is preferred.
func (m *Matcher) outside(readings []reading, inside func(*Unit) bool, key func(string) string, index map[string][]*Unit) *Unit {
	var far *Unit
	for _, t := range readings {
		for _, u := range index[key(t.text)] {
			if m.home[u.ID] || t.kind != "" && t.kind != KindXa && t.kind != u.Kind {
				continue
			}
			if inside(u) {
				return u
			}
			if far == nil {
				far = u
			}
		}
	}
	return far
}

// inPast returns the units of other days that bear the name and lay in all places; the written kind is preferred.
func (m *Matcher) inPast(readings []reading, places []*Unit, key func(string) string, index map[string][]*Unit) []*Unit {
	for _, t := range readings {
		list, _ := split(index[key(t.text)], func(u *Unit) bool {
			for _, p := range places {
				if !m.liesIn(u, p) {
					return false
				}
			}
			return true
		})
		if len(list) > 0 {
			return prefer(list, func(u *Unit) bool { return t.kind == "" || t.kind == u.Kind })
		}
	}
	return nil
}

// liesIn reports whether u, a unit of an other day, lay in p, or lies where p lay.
func (m *Matcher) liesIn(u, p *Unit) bool {
	if slices.Contains(m.reg.Scope(u.ID, m.roster.Date()), int64(p.ID)) {
		return true
	}
	return slices.ContainsFunc(m.onTheDay(u), func(v *Unit) bool { return m.land(p)[v.ID] })
}

// otherTime answers with units of another time and what they are, or were, on the day.
func (m *Matcher) otherTime(past []*Unit, res MatchResult) MatchResult {
	res.Outcome = MatchNotValid
	if len(past) == 1 {
		res.Unit = past[0]
	}
	for _, u := range past {
		for _, v := range m.onTheDay(u) {
			if !slices.Contains(res.Candidates, v) {
				res.Candidates = append(res.Candidates, v)
			}
		}
	}
	switch {
	case len(res.Candidates) == 1:
		res.Suggestion = res.Candidates[0]
	case res.Unit != nil:
		// Of several the one that has the same code goes on, or is where it came from.
		for _, v := range res.Candidates {
			if v.Code == res.Unit.Code {
				res.Suggestion = v
			}
		}
	}
	return res
}

// maxSearches bounds how many different names one Matcher looks for neighbours of.
const maxSearches = 1000

// maxName is longer than every folded name; what is longer is no slip of the pen.
const maxName = 60

// near returns the one commune in place whose folded name differs least, when it differs little; nil when none or two do.
func (m *Matcher) near(readings []reading, inside func(*Unit) bool) *Unit {
	if m.searches.Add(1) > maxSearches {
		return nil // a file of unknown names; looking further would only cost time
	}
	var best *Unit
	least, tie := 3, false
	for _, t := range readings {
		written := vntext.FoldTight(t.text)
		if len(written) > maxName {
			continue
		}
		for i, u := range m.roster.Communes() {
			if !inside(u) {
				continue
			}
			for _, name := range m.spelt[i] {
				if max(len(written)-len(name), len(name)-len(written)) > least {
					continue
				}
				d := distance(written, name)
				// One slip in four letters: "liensronh" is near "liengsronh", "lochung" is not near "locquang".
				if d*4 > min(len(written), len(name)) || d > least {
					continue
				}
				if d == least && best != u {
					tie = true
				}
				if d < least {
					best, least, tie = u, d, false
				}
			}
		}
	}
	if tie {
		return nil
	}
	return best
}

// region understands a heading or column that names a district, province or former province: the one of the day, else
// one that is gone. nil when the words name none that has land on the day.
func (m *Matcher) region(text string) *Unit {
	h := readHeading(text)
	for _, f := range h.forms {
		list, _ := split(m.regions[f.key], func(g *Unit) bool { return len(m.land(g)) > 0 })
		if len(list) == 0 {
			continue
		}
		list = prefer(list, func(g *Unit) bool { return f.kind == "" || f.kind == g.Kind })
		return slices.MinFunc(list, func(a, b *Unit) int {
			if m.closer(a, b, h.former) {
				return -1
			}
			return 1
		})
	}
	return nil
}

// closer prefers a region of the day, then a district, then the newer; when the words say "cũ" one that is gone.
func (m *Matcher) closer(a, b *Unit, former bool) bool {
	d := m.roster.Date()
	gone := func(g *Unit) bool { return g.To != "" && g.To < d }
	if ga, gb := gone(a), gone(b); former && ga != gb {
		return ga
	}
	if va, vb := a.ValidAt(d), b.ValidAt(d); va != vb {
		return va
	}
	if rank[a.Level] != rank[b.Level] {
		return rank[a.Level] > rank[b.Level]
	}
	return a.From > b.From
}

// one answers with the only unit of list, or says that it is ambiguous.
func one(list []*Unit, res MatchResult) MatchResult {
	if len(list) == 1 {
		res.Outcome, res.Unit = MatchFound, list[0]
	} else {
		res.Outcome, res.Candidates = MatchAmbiguous, list
	}
	return res
}

func split(list []*Unit, keep func(*Unit) bool) (in, out []*Unit) {
	for _, u := range list {
		if keep(u) {
			in = append(in, u)
		} else {
			out = append(out, u)
		}
	}
	return in, out
}

// prefer returns the units that fit, all of them when none does.
func prefer(list []*Unit, fits func(*Unit) bool) []*Unit {
	if in, _ := split(list, fits); len(in) > 0 {
		return in
	}
	return list
}

// writtenName is a name cell taken apart.
type writtenName struct {
	text    string // without number, brackets and footnote marks
	bracket string // what stood in the last brackets
}

// reading is one way to understand a name: with a leading word taken as the kind, or as it stands.
type reading struct {
	text string
	kind Kind // "" = not written
}

var (
	leadingNumber  = regexp.MustCompile(`^(?:\d+\s*[.)]\s*|\d+\s+-\s+|[-+•*·]\s+)`)
	trailingBraces = regexp.MustCompile(`\s*[(\[]([^()\[\]]*)[)\]]\s*$`)
	trailingMarks  = regexp.MustCompile(`[\s*†‡¹²³⁴⁵⁶⁷⁸⁹⁰:;,.]+$`)
)

func readName(s string) writtenName {
	w := writtenName{text: vntext.NFC(vntext.Squeeze(s))}
	w.text = leadingNumber.ReplaceAllString(w.text, "")
	for {
		before := w.text
		w.text = trailingMarks.ReplaceAllString(w.text, "")
		if m := trailingBraces.FindStringSubmatchIndex(w.text); m != nil {
			if w.bracket == "" && strings.ContainsFunc(w.text[m[2]:m[3]], unicode.IsLetter) {
				w.bracket = w.text[m[2]:m[3]]
			}
			w.text = w.text[:m[0]]
		}
		if w.text == before {
			return w
		}
	}
}

// written are the words for kinds before a name, longest first; a point may follow the short ones.
var written = []struct {
	word string
	kind Kind
}{
	{"thị trấn", KindThiTran}, {"đặc khu", KindDacKhu}, {"phường", KindPhuong}, {"tt", KindThiTran}, {"xã", KindXa}, {"xa", KindXa},
	{"x", KindXa}, {"p", KindPhuong}, {"thi tran", KindThiTran}, {"dac khu", KindDacKhu}, {"phuong", KindPhuong},
}

// readings returns the ways to understand the name, the likelier first.
func (w writtenName) readings() []reading {
	for _, k := range written {
		rest, ok := cutWord(w.text, k.word)
		if !ok {
			continue
		}
		// A letter right behind is part of the name: "Xuân Thọ", "Pró"; one letter alone needs its point: "X. Hiệp An".
		text := strings.TrimLeft(rest, ". ")
		if text == rest || text == "" || len(k.word) == 1 && rest[0] != '.' {
			continue
		}
		if strings.Trim(text, "0123456789") == "" || k.kind == KindPhuong && text[0] >= '0' && text[0] <= '9' {
			// Numbered wards keep the word in their name: "Phường 7", "P.2 Bảo Lộc".
			return []reading{{"Phường " + text, k.kind}, {text, k.kind}, {w.text, ""}}
		}
		return []reading{{text, k.kind}, {w.text, ""}}
	}
	return []reading{{w.text, ""}}
}

// cutWord takes a word off the front of s, whatever its case.
func cutWord(s, word string) (string, bool) {
	rest := s
	for _, w := range word {
		r, n := utf8.DecodeRuneInString(rest)
		if unicode.ToLower(r) != w {
			return s, false
		}
		rest = rest[n:]
	}
	return rest, true
}

var (
	headingNumber = regexp.MustCompile(`^(?:[ivxlcIVXLC]+|\d+|[a-hA-H])\s*[.)/–-]\s*`)
	headingTail   = regexp.MustCompile(`\s*(?:[(\[].*|[:–-]\s*\d.*|:)$`)
	formerWord    = regexp.MustCompile(`(?:^|[\s(])(?:cũ|cu|trước sáp nhập|truoc sap nhap|former)(?:[\s).,;]|$)`)
)

// headingWords stand before the name of a region. The kind, when one is written, is preferred.
var headingWords = []struct {
	word string
	kind Kind
}{
	{"khu vuc", ""}, {"dia ban", ""}, {"vung", ""}, {"cac xa", ""}, {"thuoc", ""}, {"former", ""}, {"thanh pho", KindThanhPho},
	{"thi xa", KindThiXa}, {"huyen", KindHuyen}, {"quan", KindQuan}, {"tinh", KindTinh}, {"tp", KindThanhPho}, {"tx", KindThiXa},
	{"h.", KindHuyen},
}

// heading is a district heading taken apart: the ways to read it, the one that keeps most words first.
type heading struct {
	forms  []headingForm
	former bool // it says "cũ", or "khu vực", which offices write for what was a province
}

type headingForm struct {
	key  string // folded name without spaces
	kind Kind
}

// readHeading takes apart "I. TP. Bảo Lộc (9 xã)", "KHU VỰC LÂM ĐỒNG (CŨ)", "Huyện: Đức Trọng", "Hàm Thuận Nam cũ".
func readHeading(text string) (h heading) {
	s := vntext.NFC(vntext.Squeeze(text))
	h.former = formerWord.MatchString(strings.ToLower(s))
	s = headingNumber.ReplaceAllString(s, "")
	s = headingTail.ReplaceAllString(s, "")
	s = vntext.Fold(strings.ReplaceAll(s, ":", " "))
	s = strings.TrimSuffix(strings.TrimSuffix(s, " cu"), " truoc sap nhap")
	kind := Kind("")
	for s = strings.Trim(s, ". "); s != ""; {
		h.forms = append(h.forms, headingForm{strings.ReplaceAll(s, " ", ""), kind})
		before := s
		for _, w := range headingWords {
			rest, ok := strings.CutPrefix(s, w.word)
			if cut := strings.TrimLeft(rest, ". "); ok && cut != "" && (cut != rest || strings.HasSuffix(w.word, ".")) {
				h.former = h.former || w.word == "khu vuc"
				if w.kind != "" {
					kind = w.kind
				}
				s = cut
				break
			}
		}
		if s == before {
			break
		}
	}
	return h
}

// maxWritten bounds what is understood as a name, in bytes: longer texts are prose, and slow to compare.
const maxWritten = 400

func bounded(s string) string { return s[:min(len(s), maxWritten)] }

// cleanCode keeps the digits of a code as a spreadsheet writes it ("24805", "24805.0", "'24805", "1" for "00001").
func cleanCode(s string) string {
	s = strings.Trim(vntext.Squeeze(s), "'’ ")
	s = strings.TrimSuffix(s, ".0")
	if s != "" && len(s) < 5 && strings.Trim(s, "0123456789") == "" {
		s = strings.Repeat("0", 5-len(s)) + s
	}
	return s
}

// nameKey is the form in which names with marks are compared: composed, lower case, without spaces, hyphens and
// apostrophes, the tone mark at one place.
func nameKey(s string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(vntext.NFC(s)) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			b.WriteRune(r)
		}
	}
	return oneTonePlace.Replace(b.String())
}

// oneTonePlace moves the tone mark of oa, oe, uy from the second vowel to the first. Both are in use (Hòa, Hoà); since
// both sides of a comparison are moved, it does not matter that closed syllables (hoàn) never had the choice.
var oneTonePlace = strings.NewReplacer(
	"oà", "òa", "oá", "óa", "oả", "ỏa", "oã", "õa", "oạ", "ọa",
	"oè", "òe", "oé", "óe", "oẻ", "ỏe", "oẽ", "õe", "oẹ", "ọe",
	"uỳ", "ùy", "uý", "úy", "uỷ", "ủy", "uỹ", "ũy", "uỵ", "ụy",
)

// distance counts the letters to insert, drop, change or swap with their neighbour to turn a into b.
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	prev2, prev, cur := make([]int, len(y)+1), make([]int, len(y)+1), make([]int, len(y)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(x); i++ {
		cur[0] = i
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(y)]
}
