package criteria

import (
	"cmp"
	"strings"

	"langso/internal/platform/clock"
)

// Set is one version of a criteria set, immutable after loading. Indicators and criteria are numbered in file order:
// Indicators()[i].Index == i, Criteria()[i].Index == i.
type Set struct {
	Version int64 // row of this version in the store; 0 while it is only a file
	SHA256  string

	Code               string // "xa-ntm-2021-2025"
	TitleVI, TitleEN   string
	Level              string // "ntm" | "nang-cao" | "kieu-mau"
	AppliesTo          string // "commune"
	Programme          string // "2021-2025"
	LegalBasis         []string
	ProvincialBasis    []string
	EffectiveFrom      clock.Date // "" = from the start of the programme
	RequiresSet        string
	OfficialCriteria   int
	OfficialIndicators int
	StructureOnly      bool     // no indicators known yet: judged per criterion by declaration
	ThresholdKeys      []string // names used in keyed thresholds: regions or commune groups
	ByCommuneGroup     bool     // thresholds are keyed by commune group, else by region
	SpecialRuleKey     string   // key used for specially difficult communes ("tdmnpb"); "" = no such rule
	Regions            []Key
	CommuneGroups      []Key
	Groups             []Group
	Bands              []Band
	Scales             []Scale
	Sources            []Source
	Notes, NotesEN     []string   // remarks on the whole set, Vietnamese and English side by side
	SupplierVerified   bool       // a province has confirmed who supplies each indicator and by what evidence
	Overrides          []Override // provincial decisions already worked into this set, see Service.Effective

	criteria    []*Criterion
	indicators  []*Indicator
	criterionOf map[string]*Criterion
	indicatorOf map[string]*Indicator

	worked       bool   // decisions and marks are worked in, see Service.Effective
	file         string // name of the file, for messages
	requiresLine int    // line of RequiresSet
}

// Key is a region or commune group with its legal description.
type Key struct {
	ID, VI, EN string
	Source     []string // ids of Sources
	Verified   bool
}

// Group is a heading of the set ("Hạ tầng kinh tế - xã hội").
type Group struct {
	ID, TitleVI, TitleEN string
	Criteria             []*Criterion
}

// Criterion (tiêu chí) holds the indicators that must be met together.
type Criterion struct {
	Index            int
	ID               string
	TitleVI, TitleEN string
	TitleVerified    bool
	Lead             string // department id, see Departments; "" = its indicators are led by several departments
	Indicators       []*Indicator
}

// ValueKind is what an indicator's value is.
type ValueKind string

const (
	Percent  ValueKind = "percent"
	Number   ValueKind = "number"
	Boolean  ValueKind = "boolean"
	Document ValueKind = "document"
	LevelOf  ValueKind = "level" // a word of a scale: "Mức độ 2", "Khá"
)

// Compare is how a value is held against its threshold.
type Compare string

const (
	AtLeast Compare = ">="
	AtMost  Compare = "<="
	Equal   Compare = "=="
)

// Supplier says who brings the value.
type Supplier string

const (
	SupplierDepartment Supplier = "department"
	SupplierCommune    Supplier = "commune"
	SupplierHamlets    Supplier = "hamlet_sum"
	SupplierFact       Supplier = "fact"
)

// Indicator (chỉ tiêu) is what is measured or declared.
type Indicator struct {
	Index        int
	ID           string
	Criterion    *Criterion
	TextVI       string
	TitleEN      string
	Kind         ValueKind
	Unit         string
	Compare      Compare
	Threshold    Threshold
	Provincial   bool   // the law leaves the threshold to the province
	Scale        string // id of the Scale its level words belong to; "" = none known
	Lead         string
	Supplier     Supplier
	Evidence     []string // kinds of evidence usually handed in, see EvidenceKinds
	Source       []string // ids of the set's Sources
	Page         string   // where in the source: "Phụ lục I, trang 12"; "" = not noted
	Verified     bool     // wording and level checked against the source
	TextVerified bool
	Confidence   string // trust in what is not verified: "high" | "medium" | "low"
	Note, NoteEN string
	Mark         *Verification // why Verified is true without the file saying so; only in sets of Service.Effective
	Line         int           // line in the file, for messages
}

// Decimal is Num / 10^Scale.
type Decimal struct {
	Num   int64
	Scale int
}

// Level is a resolved threshold: either a number or a word.
type Level struct {
	Number Decimal
	Word   string // "Đạt", "Không", "Mức độ 2"; "" = Number
}

// Threshold is the required level as written in the file or an override: one level for all, or per key, or per year and
// key. A missing level means that it is not known ("chưa có ngưỡng").
type Threshold struct {
	All    *Level
	ByKey  map[string]*Level
	ByYear map[int]map[string]*Level // year → key → level; key "" = all
	// Decision and Illustrative describe an override that supplied this threshold; "" = the set itself.
	Decision     string
	Illustrative bool
}

// Place is what a threshold may depend on.
type Place struct {
	Region       string
	CommuneGroup string
	Special      bool // specially difficult commune
	Year         int
}

// Band is one row of the distribution by number of criteria met: From..To inclusive.
type Band struct {
	ID        string
	From, To  int
	OwnChoice bool // not from the law: our own division
}

// Scale is an ordered list of level words, the lowest first.
type Scale struct {
	ID       string
	Words    []string
	Verified bool
}

// Source is a document that the set was written from. UsedFor says what was taken from it.
type Source struct{ ID, Title, Ref, UsedFor, UsedForEN string }

// Criteria returns all criteria in order.
func (s *Set) Criteria() []*Criterion { return s.criteria }

// Indicators returns all indicators in order.
func (s *Set) Indicators() []*Indicator { return s.indicators }

// Criterion returns the criterion with this id, nil when there is none.
func (s *Set) Criterion(id string) *Criterion { return s.criterionOf[id] }

// Indicator returns the indicator with this id, nil when there is none.
func (s *Set) Indicator(id string) *Indicator { return s.indicatorOf[id] }

// Required returns the level that indicator i of this set requires at place p, nil when it is not known.
//
// Only the column of the place counts: the national figure ("chung") describes the programme and never stands in for a
// region, and a year that the file does not name is not guessed from its neighbours. A specially difficult commune uses
// the column SpecialRuleKey where levels are keyed (QĐ 318/QĐ-TTg, Điều 1).
func (s *Set) Required(i *Indicator, p Place) *Level {
	t := &i.Threshold
	levels := t.ByKey
	if t.ByYear != nil {
		levels = t.ByYear[p.Year]
		if all, ok := levels[""]; ok {
			return all
		}
	}
	if levels == nil {
		return t.All // nil where the year is not named
	}
	return levels[s.column(p)]
}

// column returns the threshold key that counts at p, "" when the place does not say.
func (s *Set) column(p Place) string {
	switch {
	case p.Special && s.SpecialRuleKey != "":
		return s.SpecialRuleKey
	case s.ByCommuneGroup:
		return p.CommuneGroup
	}
	return p.Region
}

// WantsWord reports the word that i requires when its level is the same word everywhere ("Đạt", "Không"), else "".
func (i *Indicator) WantsWord() string {
	word, same := "", true
	i.Threshold.each(func(l *Level) {
		if l == nil || l.Word == "" || word != "" && l.Word != word {
			same = false
			return
		}
		word = l.Word
	})
	if !same {
		return ""
	}
	return word
}

// Known reports whether at least one level of t is known.
func (t *Threshold) Known() bool {
	known := false
	t.each(func(l *Level) { known = known || l != nil })
	return known
}

// each calls fn for every level of t, nil ones included, in no order.
func (t *Threshold) each(fn func(*Level)) {
	if t.ByKey == nil && t.ByYear == nil {
		fn(t.All)
	}
	for _, l := range t.ByKey {
		fn(l)
	}
	for _, levels := range t.ByYear {
		for _, l := range levels {
			fn(l)
		}
	}
}

// From returns the first day on which the set counts.
func (s *Set) From() clock.Date {
	if s.EffectiveFrom != "" {
		return s.EffectiveFrom
	}
	first, _, _ := strings.Cut(s.Programme, "-")
	return clock.Date(first + "-01-01")
}

// index numbers criteria and indicators in file order and builds the lookups.
func (s *Set) index() {
	s.criteria, s.indicators = nil, nil
	s.criterionOf, s.indicatorOf = map[string]*Criterion{}, map[string]*Indicator{}
	for _, g := range s.Groups {
		for _, c := range g.Criteria {
			c.Index = len(s.criteria)
			s.criteria = append(s.criteria, c)
			s.criterionOf[c.ID] = c
			for _, i := range c.Indicators {
				i.Index, i.Criterion = len(s.indicators), c
				s.indicators = append(s.indicators, i)
				s.indicatorOf[i.ID] = i
			}
		}
	}
}

// CompareIDs orders ids of criteria and indicators as people count: part by part, numbers by size, so that "17.10" comes
// after "17.9" and is another id than "17.1". It returns -1, 0 or 1.
func CompareIDs(a, b string) int {
	pa, pb := strings.Split(a, "."), strings.Split(b, ".")
	for k := range min(len(pa), len(pb)) {
		if c := comparePart(pa[k], pb[k]); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(pa), len(pb)); c != 0 {
		return c
	}
	return cmp.Compare(a, b) // "1.1" and "1.01" count alike and are still two ids
}

func comparePart(a, b string) int {
	da, db := isDigits(a), isDigits(b)
	switch {
	case da && !db:
		return -1
	case db && !da:
		return 1
	case !da:
		return cmp.Compare(a, b)
	}
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return cmp.Compare(a, b)
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
