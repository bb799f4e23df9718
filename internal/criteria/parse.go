package criteria

import (
	"crypto/sha256"
	"encoding/hex"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	codeShape      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+){0,15}$`)
	keyShape       = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	sourceShape    = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9]{0,7}$`)
	groupShape     = regexp.MustCompile(`^[A-Za-z0-9]{1,8}$`)
	criterionShape = regexp.MustCompile(`^[1-9][0-9]{0,2}$`)
	indicatorShape = regexp.MustCompile(`^[1-9][0-9]{0,2}(\.[1-9][0-9]{0,2}){0,2}$`)
	bandShape      = regexp.MustCompile(`^[0-9]{1,3}(-[0-9]{1,3})?$`)
	programmeShape = regexp.MustCompile(`^(2[0-9]{3})-(2[0-9]{3})$`)
	decimalShape   = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$`)
	yearShape      = regexp.MustCompile(`^2[0-9]{3}$`)
)

// Levels are the levels of recognition that a set can belong to, the lowest first: xã NTM, NTM nâng cao, NTM kiểu mẫu
// (QĐ 318, 319/QĐ-TTg), and the pilot framework NTM hiện đại (QĐ 51/2025/QĐ-TTg, Phụ lục II).
func Levels() []string { return []string{"ntm", "nang-cao", "kieu-mau", "hien-dai"} }

// EvidenceKinds are the kinds of paper that prove a value.
func EvidenceKinds() []string {
	return []string{"decision", "plan", "report", "statistics", "list", "minutes", "certificate", "contract", "photo"}
}

const (
	wordMet = "Đạt"   // the required word of most yes-or-no indicators
	wordNo  = "Không" // the required word where the thing must not exist ("nhà tạm, dột nát: Không")
)

// Parse reads a criteria set from a file. name stands in the messages. Everything wrong in the file is reported at
// once as Problems (fault invalid), each with its line. What lies between sets (RequiresSet) is checked by Link.
func Parse(name string, b []byte) (*Set, error) {
	p := &parser{reader: reader{file: name}}
	return p.read(p.open(b), b)
}

// parseStored is Parse for a file that was accepted once.
func parseStored(name string, b []byte) (*Set, error) {
	p := &parser{reader: reader{file: name, stored: true}}
	return p.read(p.open(b), b)
}

// read reads the set under root, nil when that could not be opened; b is the file it stands in.
func (p *parser) read(root *yaml.Node, b []byte) (*Set, error) {
	if root != nil {
		p.set(root)
	}
	if err := p.err(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	p.s.SHA256 = hex.EncodeToString(sum[:])
	p.s.index()
	return p.s, nil
}

type parser struct {
	reader
	s       *Set
	ids     map[string]int // id of a criterion ("c 1") or indicator ("i 1.1") → line where it stands
	sources map[string]bool
	scales  map[string]Scale
}

func (p *parser) set(root *yaml.Node) {
	f := p.fields(root, "code", "title", "level", "applies_to", "programme", "effective_from", "legal_basis", "provincial_basis",
		"requires", "official", "structure_only", "supplier_verified", "special_key", "regions", "commune_groups", "bands", "scales",
		"sources", "notes", "groups")
	s := &Set{file: p.file}
	p.s, p.ids = s, map[string]int{}
	s.Code = f.id("code", codeShape)
	s.TitleVI, s.TitleEN = f.both("title", true)
	s.Level = f.word("level", "criteria.level_unknown", Levels()...)
	s.AppliesTo = f.word("applies_to", "criteria.applies_unknown", "commune")
	s.Programme = f.id("programme", programmeShape)
	if first, last, _ := strings.Cut(s.Programme, "-"); first > last {
		p.fail(f.lineOf("programme"), "criteria.programme_backwards", s.Programme)
	}
	s.EffectiveFrom = f.date("effective_from", false)
	s.LegalBasis = f.texts("legal_basis")
	if len(s.LegalBasis) == 0 {
		p.fail(f.lineOf("legal_basis"), "criteria.field_missing", "legal_basis")
	}
	s.ProvincialBasis = f.texts("provincial_basis")
	if f.has("requires") {
		s.RequiresSet, s.requiresLine = f.id("requires", codeShape), f.lineOf("requires")
		if s.RequiresSet != "" && s.RequiresSet == s.Code {
			p.fail(s.requiresLine, "criteria.requires_cycle", s.Code+" → "+s.Code)
		}
	}
	official := p.fields(f.need("official"), "criteria", "indicators")
	if f.has("official") {
		s.OfficialCriteria, s.OfficialIndicators = official.count("criteria"), official.count("indicators")
	}
	s.StructureOnly = f.flag("structure_only")
	s.SupplierVerified = f.flag("supplier_verified")
	p.sourceList(f)
	p.keys(f)
	p.scaleList(f)
	for _, n := range f.list("notes") {
		note := p.fields(n, "vi", "en")
		s.Notes, s.NotesEN = append(s.Notes, note.text("vi")), append(s.NotesEN, note.text("en"))
	}
	f.need("groups")
	groups := map[string]int{}
	for _, n := range f.list("groups") {
		p.group(n, groups)
	}
	p.counts(f)
	p.bands(f)
}

func (p *parser) sourceList(f fields) {
	p.sources = map[string]bool{}
	for _, n := range f.list("sources") {
		e := p.fields(n, "id", "title", "ref", "used_for")
		src := Source{ID: e.id("id", sourceShape), Title: e.text("title"), Ref: e.optText("ref")}
		src.UsedFor, src.UsedForEN = e.both("used_for", false)
		if p.sources[src.ID] {
			p.fail(n.Line, "criteria.id_twice", src.ID)
		}
		p.sources[src.ID] = true
		p.s.Sources = append(p.s.Sources, src)
	}
}

// keys reads what thresholds may be keyed by: regions or commune groups, never both in one set.
func (p *parser) keys(f fields) {
	s := p.s
	s.Regions, s.CommuneGroups = p.keyList(f, "regions"), p.keyList(f, "commune_groups")
	if len(s.Regions) > 0 && len(s.CommuneGroups) > 0 {
		p.fail(f.lineOf("commune_groups"), "criteria.keys_both")
	}
	s.ByCommuneGroup = len(s.CommuneGroups) > 0
	for _, k := range append(slices.Clone(s.Regions), s.CommuneGroups...) {
		s.ThresholdKeys = append(s.ThresholdKeys, k.ID)
	}
	if f.has("special_key") {
		s.SpecialRuleKey = f.text("special_key")
		if !slices.Contains(s.ThresholdKeys, s.SpecialRuleKey) {
			p.fail(f.lineOf("special_key"), "criteria.key_unknown", s.SpecialRuleKey, strings.Join(s.ThresholdKeys, ", "))
		}
	}
}

func (p *parser) keyList(f fields, name string) []Key {
	var out []Key
	seen := map[string]bool{}
	for _, n := range f.list(name) {
		e := p.fields(n, "id", "vi", "en", "sources", "verified")
		k := Key{ID: e.id("id", keyShape), VI: e.text("vi"), EN: e.text("en"), Source: p.sourceIDs(e), Verified: e.flag("verified")}
		if seen[k.ID] {
			p.fail(n.Line, "criteria.id_twice", k.ID)
		}
		seen[k.ID] = true
		out = append(out, k)
	}
	return out
}

func (p *parser) sourceIDs(f fields) []string {
	return f.known("sources", "criteria.source_unknown", func(id string) bool { return p.sources[id] })
}

var trailingNumber = regexp.MustCompile(`([0-9]+)$`)

// scaleList reads the level scales. Words that end in a number must rise with it, and no word may stand on two scales:
// a level read from a workbook must have one place.
func (p *parser) scaleList(f fields) {
	p.scales = map[string]Scale{}
	words := map[string]bool{}
	for _, n := range f.list("scales") {
		e := p.fields(n, "id", "words", "verified")
		sc := Scale{ID: e.id("id", keyShape), Words: e.texts("words"), Verified: e.flag("verified")}
		if _, dup := p.scales[sc.ID]; dup {
			p.fail(n.Line, "criteria.id_twice", sc.ID)
		}
		if len(sc.Words) < 2 {
			p.fail(n.Line, "criteria.scale_short", sc.ID)
		}
		last := -1
		for _, w := range sc.Words {
			if words[w] {
				p.fail(n.Line, "criteria.scale_word_twice", w)
			}
			words[w] = true
			if m := trailingNumber.FindString(w); m != "" {
				v, err := strconv.Atoi(m)
				if err != nil || v <= last {
					p.fail(n.Line, "criteria.scale_order", sc.ID, w)
				}
				last = v
			}
		}
		p.scales[sc.ID] = sc
		p.s.Scales = append(p.s.Scales, sc)
	}
}

func (p *parser) group(n *yaml.Node, seen map[string]int) {
	f := p.fields(n, "id", "title", "criteria")
	g := Group{ID: f.id("id", groupShape)}
	g.TitleVI, g.TitleEN = f.both("title", true)
	if line, dup := seen[g.ID]; dup && g.ID != "" {
		p.fail(f.lineOf("id"), "criteria.id_twice_at", g.ID, line)
	}
	seen[g.ID] = f.lineOf("id")
	f.need("criteria")
	for _, c := range f.list("criteria") {
		g.Criteria = append(g.Criteria, p.criterion(c))
	}
	p.s.Groups = append(p.s.Groups, g)
}

func (p *parser) criterion(n *yaml.Node) *Criterion {
	f := p.fields(n, "id", "title", "title_verified", "lead", "indicators")
	c := &Criterion{ID: f.id("id", criterionShape), TitleVerified: f.flag("title_verified")}
	c.TitleVI, c.TitleEN = f.both("title", true)
	p.once("c "+c.ID, c.ID, f.lineOf("id"))
	if f.has("lead") {
		c.Lead = p.department(f)
	}
	f.need("indicators")
	for _, i := range f.list("indicators") {
		c.Indicators = append(c.Indicators, p.indicator(i, c))
	}
	if c.Lead == "" {
		c.Lead = commonLead(c.Indicators)
	}
	for _, i := range c.Indicators {
		if i.ID == c.ID && c.ID != "" && len(c.Indicators) > 1 {
			p.fail(i.Line, "criteria.id_of_criterion", i.ID)
		}
	}
	if len(c.Indicators) == 0 && !p.s.StructureOnly {
		p.fail(n.Line, "criteria.criterion_empty", c.ID)
	}
	if len(c.Indicators) > 0 && p.s.StructureOnly {
		p.fail(n.Line, "criteria.structure_has_indicators", c.ID)
	}
	return c
}

// commonLead returns the department that leads every indicator, "" when there are several.
func commonLead(list []*Indicator) string {
	lead := ""
	for _, i := range list {
		if lead != "" && i.Lead != lead {
			return ""
		}
		lead = i.Lead
	}
	return lead
}

// once reports an id that already stands elsewhere.
func (p *parser) once(key, id string, line int) {
	if id == "" {
		return
	}
	if first, dup := p.ids[key]; dup {
		p.fail(line, "criteria.id_twice_at", id, first)
		return
	}
	p.ids[key] = line
}

func (p *parser) department(f fields) string {
	id := f.text("lead")
	if id != "" && Departments().ByID(id) == nil {
		p.fail(f.lineOf("lead"), "criteria.department_unknown", id)
	}
	return id
}

func (p *parser) indicator(n *yaml.Node, c *Criterion) *Indicator {
	f := p.fields(n, "id", "text", "value", "threshold", "provincial", "lead", "supplier", "evidence", "sources", "page", "verified",
		"text_verified", "confidence", "note")
	i := &Indicator{Line: n.Line, ID: f.id("id", indicatorShape), Provincial: f.flag("provincial"), Lead: p.department(f)}
	p.once("i "+i.ID, i.ID, f.lineOf("id"))
	if i.ID != "" && c.ID != "" && i.ID != c.ID && !strings.HasPrefix(i.ID, c.ID+".") {
		p.fail(f.lineOf("id"), "criteria.indicator_elsewhere", i.ID, c.ID)
	}
	i.TextVI, i.TitleEN = f.both("text", true)
	i.Supplier = Supplier(f.word("supplier", "criteria.supplier_unknown", string(SupplierDepartment), string(SupplierCommune), string(SupplierHamlets), string(SupplierFact)))
	i.Evidence = f.known("evidence", "criteria.evidence_unknown", func(id string) bool { return slices.Contains(EvidenceKinds(), id) })
	i.Source, i.Page = p.sourceIDs(f), f.optText("page")
	f.need("verified")
	i.Verified, i.TextVerified = f.flag("verified"), f.flag("text_verified")
	i.Confidence = f.word("confidence", "criteria.confidence_unknown", "high", "medium", "low")
	i.Note, i.NoteEN = f.both("note", false)

	v := p.fields(f.need("value"), "kind", "unit", "compare", "scale")
	if f.has("value") {
		i.Kind = ValueKind(v.word("kind", "criteria.kind_unknown", string(Percent), string(Number), string(Boolean), string(Document), string(LevelOf)))
		i.Compare = Compare(v.word("compare", "criteria.compare_unknown", string(AtLeast), string(AtMost), string(Equal)))
		i.Unit, i.Scale = v.optText("unit"), v.optText("scale")
		p.fits(i, v)
	}
	if t := f.of["threshold"]; t != nil {
		i.Threshold = p.threshold(t, p.s.ThresholdKeys, i, p.scales[i.Scale].Words)
	} else {
		p.fail(n.Line, "criteria.field_missing", "threshold")
	}
	return i
}

// fits checks that kind, comparison and scale make sense together: words compare only on a scale.
func (p *parser) fits(i *Indicator, v fields) {
	if i.Scale != "" {
		if _, ok := p.scales[i.Scale]; !ok {
			p.fail(v.lineOf("scale"), "criteria.scale_unknown", i.Scale)
		}
		if i.Kind != LevelOf && i.Kind != "" {
			p.fail(v.lineOf("scale"), "criteria.scale_misplaced", string(i.Kind))
		}
	}
	needsEqual := i.Kind == Boolean || i.Kind == Document || i.Kind == LevelOf && i.Scale == ""
	if needsEqual && i.Compare != Equal && i.Compare != "" {
		p.fail(v.lineOf("compare"), "criteria.compare_misplaced", string(i.Compare), string(i.Kind))
	}
}

// threshold reads the required level of i: one for all, per key, or per year. words is the scale of i, nil when none.
func (r *reader) threshold(n *yaml.Node, keys []string, i *Indicator, words []string) Threshold {
	if n.Kind != yaml.MappingNode {
		return Threshold{All: r.level(n, i, words)}
	}
	entries := r.pairs(n)
	if len(entries) != 1 || entries[0].key != "by_year" {
		return Threshold{ByKey: r.keyed(n, keys, i, words)}
	}
	years := entries[0].value
	t := Threshold{ByYear: map[int]map[string]*Level{}}
	for _, y := range r.pairs(years) {
		if !yearShape.MatchString(y.key) {
			r.fail(y.line, "criteria.year_shape", y.key)
			continue
		}
		year, err := strconv.Atoi(y.key)
		if err != nil {
			r.fail(y.line, "criteria.year_shape", y.key)
			continue
		}
		if y.value.Kind == yaml.MappingNode {
			t.ByYear[year] = r.keyed(y.value, keys, i, words)
		} else {
			t.ByYear[year] = map[string]*Level{"": r.level(y.value, i, words)}
		}
	}
	if len(t.ByYear) == 0 {
		r.fail(n.Line, "criteria.threshold_empty", i.ID)
	}
	return t
}

func (r *reader) keyed(n *yaml.Node, keys []string, i *Indicator, words []string) map[string]*Level {
	out := map[string]*Level{}
	for _, e := range r.pairs(n) {
		if !slices.Contains(keys, e.key) {
			r.fail(e.line, "criteria.key_unknown", e.key, strings.Join(keys, ", "))
			continue
		}
		out[e.key] = r.level(e.value, i, words)
	}
	if len(out) == 0 {
		r.fail(n.Line, "criteria.threshold_empty", i.ID)
	}
	return out
}

// level reads one required level and checks that it is of the indicator's kind. null is not known: nil.
func (r *reader) level(n *yaml.Node, i *Indicator, words []string) *Level {
	if n.Kind != yaml.ScalarNode {
		r.fail(n.Line, "criteria.threshold_shape", i.ID)
		return nil
	}
	numeric := i.Kind == Percent || i.Kind == Number
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!int", "!!float":
		d, ok := decimal(n.Value)
		switch {
		case !ok:
			r.fail(n.Line, "criteria.number_shape", n.Value)
		case !numeric && i.Kind != "":
			r.fail(n.Line, "criteria.threshold_number", i.ID, string(i.Kind), n.Value)
		case d.Num < 0 || i.Kind == Percent && d.Num > 100*int64(math.Pow10(d.Scale)):
			if i.Kind == Percent {
				r.fail(n.Line, "criteria.percent_range", i.ID, n.Value)
			} else {
				r.fail(n.Line, "criteria.number_negative", i.ID, n.Value)
			}
		default:
			return &Level{Number: d}
		}
		return nil
	case "!!str":
	default:
		r.fail(n.Line, "criteria.threshold_shape", i.ID)
		return nil
	}
	w := r.text(n)
	switch {
	case w == "":
	case numeric:
		r.fail(n.Line, "criteria.threshold_word", i.ID, string(i.Kind), w)
	case len(words) > 0 && !slices.Contains(words, w):
		r.fail(n.Line, "criteria.word_off_scale", i.ID, w, strings.Join(words, ", "))
	case (i.Kind == Boolean || i.Kind == Document) && w != wordMet && w != wordNo:
		r.fail(n.Line, "criteria.word_unknown", i.ID, w, wordMet+", "+wordNo)
	default:
		return &Level{Word: w}
	}
	return nil
}

// decimal reads "98" or "1.5", exactly.
func decimal(s string) (Decimal, bool) {
	if !decimalShape.MatchString(s) {
		return Decimal{}, false
	}
	whole, frac, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole+frac, 10, 64)
	return Decimal{Num: n, Scale: len(frac)}, err == nil
}

// counts holds what was loaded against what the law counts.
func (p *parser) counts(f fields) {
	criteria, indicators := 0, 0
	for _, g := range p.s.Groups {
		criteria += len(g.Criteria)
		for _, c := range g.Criteria {
			indicators += len(c.Indicators)
		}
	}
	if !f.has("official") {
		return
	}
	if criteria != p.s.OfficialCriteria {
		p.fail(f.lineOf("official"), "criteria.count_criteria", p.s.OfficialCriteria, criteria)
	}
	if indicators != p.s.OfficialIndicators && !p.s.StructureOnly {
		p.fail(f.lineOf("official"), "criteria.count_indicators", p.s.OfficialIndicators, indicators)
	}
}

// bands reads the distribution by number of criteria met, the highest first; together they cover 0..n exactly once.
func (p *parser) bands(f fields) {
	f.need("bands")
	type placed struct {
		Band
		line int
	}
	var list []placed
	ids := map[string]bool{}
	for _, n := range f.list("bands") {
		e := p.fields(n, "id", "from", "to", "own_choice")
		b := Band{ID: e.id("id", bandShape), From: e.count("from"), To: e.count("to"), OwnChoice: e.flag("own_choice")}
		if ids[b.ID] && b.ID != "" {
			p.fail(n.Line, "criteria.id_twice", b.ID)
		}
		ids[b.ID] = true
		if b.From > b.To {
			p.fail(n.Line, "criteria.band_backwards", b.ID)
			return
		}
		list = append(list, placed{b, n.Line})
	}
	slices.SortStableFunc(list, func(a, b placed) int { return b.From - a.From })
	top := p.s.OfficialCriteria
	for _, b := range list {
		switch {
		case b.To > top:
			p.fail(b.line, "criteria.band_overlap", b.ID, b.From, b.To)
		case b.To < top:
			p.fail(b.line, "criteria.band_gap", b.To+1, top)
		}
		top = b.From - 1
		p.s.Bands = append(p.s.Bands, b.Band)
	}
	if len(list) > 0 && top >= 0 {
		p.fail(list[len(list)-1].line, "criteria.band_gap", 0, top)
	}
}

// Link checks what lies between sets: that every set they require is among them and that no set requires itself over
// others. It returns Problems (fault invalid) or nil.
func Link(sets []*Set) error {
	of := map[string]*Set{}
	for _, s := range sets {
		of[s.Code] = s
	}
	var found Problems
	for _, s := range sets {
		if s.RequiresSet == "" {
			continue
		}
		if of[s.RequiresSet] == nil {
			found = append(found, Problem{File: s.file, Line: s.requiresLine, Key: "criteria.requires_unknown", Args: []any{s.RequiresSet}})
			continue
		}
		path := []string{s.Code}
		for next := of[s.RequiresSet]; next != nil && len(path) <= len(sets); next = of[next.RequiresSet] {
			path = append(path, next.Code)
			if next == s {
				found = append(found, Problem{File: s.file, Line: s.requiresLine, Key: "criteria.requires_cycle", Args: []any{strings.Join(path, " → ")}})
				break
			}
		}
	}
	if len(found) == 0 {
		return nil
	}
	return found
}
