package criteria

import (
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
	Notes              []string

	criteria   []*Criterion
	indicators []*Indicator
}

// Key is a region or commune group with its legal description.
type Key struct {
	ID, VI, EN string
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
	Lead             string // department id, see Departments
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
	Evidence     []string
	Source       []string
	Verified     bool // wording and level checked against the source
	TextVerified bool
	Confidence   string
	Note         string
	Line         int // line in the file, for messages
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

// Source is a document that the set was written from.
type Source struct{ ID, Title, Ref, UsedFor string }

// Criteria returns all criteria in order.
func (s *Set) Criteria() []*Criterion { return s.criteria }

// Indicators returns all indicators in order.
func (s *Set) Indicators() []*Indicator { return s.indicators }

// Criterion returns the criterion with this id, nil when there is none.
func (s *Set) Criterion(id string) *Criterion { panic("skeleton") }

// Indicator returns the indicator with this id, nil when there is none.
func (s *Set) Indicator(id string) *Indicator { panic("skeleton") }

// Required returns the level that indicator i requires at place p, nil when it is not known.
func (s *Set) Required(i *Indicator, p Place) *Level { panic("skeleton") }

// WantsWord reports the word that i requires when its level is the same word everywhere ("Đạt", "Không"), else "".
func (i *Indicator) WantsWord() string { panic("skeleton") }
