package criteria

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ChangeKind says what became of something between two versions of a set.
type ChangeKind string

const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
)

// Subject is what a change is about.
type Subject string

const (
	OfSet       Subject = "set"
	OfCriterion Subject = "criterion"
	OfIndicator Subject = "indicator"
)

// Field is the part of a set, criterion or indicator that changed.
type Field string

const (
	FieldTitle      Field = "title"
	FieldText       Field = "text"
	FieldKind       Field = "kind"
	FieldUnit       Field = "unit"
	FieldCompare    Field = "compare"
	FieldScale      Field = "scale"
	FieldThreshold  Field = "threshold"
	FieldProvincial Field = "provincial"
	FieldLead       Field = "lead"
	FieldSupplier   Field = "supplier"
	FieldEvidence   Field = "evidence"
	FieldSources    Field = "sources"
	FieldPage       Field = "page"
	FieldVerified   Field = "verified"
	FieldConfidence Field = "confidence"
	FieldNote       Field = "note"
)

// Change is one difference between two versions of a set.
type Change struct {
	Kind    ChangeKind
	Subject Subject
	ID      string // of the criterion or indicator; "" = the set
	Field   Field  // of Changed
	// Year and Key say which level of a threshold changed; 0 = every year, "" = every commune.
	Year int
	Key  string
	// Old and New are as the file writes them, entries of lists joined by "; "; "" = nothing, of a level not known. Of
	// Added and Removed they are the title or wording.
	Old, New string

	from, to           *Indicator // of FieldThreshold
	oldLevel, newLevel *Level
}

// Diff returns what changed from old to new, nil when a set says the same in both. What is about the whole set comes first,
// then criteria in the order of their ids, each followed by its indicators. old may be nil: everything is new.
func Diff(old, new *Set) []Change {
	if old == nil {
		old = &Set{}
	}
	var d differ
	d.set(old, new)
	for _, id := range union(criterionIDs(old), criterionIDs(new)) {
		a, b := old.Criterion(id), new.Criterion(id)
		var was, is []*Indicator
		switch {
		case a == nil:
			d.add(Change{Kind: Added, Subject: OfCriterion, ID: id, New: b.TitleVI})
		case b == nil:
			d.add(Change{Kind: Removed, Subject: OfCriterion, ID: id, Old: a.TitleVI})
		default:
			d.criterion(a, b)
		}
		if a != nil {
			was = a.Indicators
		}
		if b != nil {
			is = b.Indicators
		}
		for _, id := range union(indicatorIDs(was), indicatorIDs(is)) {
			switch a, b := pickID(was, id), pickID(is, id); {
			case a == nil:
				d.add(Change{Kind: Added, Subject: OfIndicator, ID: id, New: b.TextVI, to: b})
			case b == nil:
				d.add(Change{Kind: Removed, Subject: OfIndicator, ID: id, Old: a.TextVI, from: a})
			default:
				d.indicator(a, b, both(old.ThresholdKeys, new.ThresholdKeys))
			}
		}
	}
	return d.found
}

type differ struct{ found []Change }

func (d *differ) add(c Change) { d.found = append(d.found, c) }

// say notes a changed field.
func (d *differ) say(of Subject, id string, f Field, old, new string) {
	if old != new {
		d.add(Change{Kind: Changed, Subject: of, ID: id, Field: f, Old: old, New: new})
	}
}

// setFields are the parts of a set outside its criteria, in the order of the file, each as one text.
var setFields = []struct {
	field Field
	text  func(*Set) string
}{
	{FieldTitle, func(s *Set) string { return twoTexts(s.TitleVI, s.TitleEN) }},
	{"level", func(s *Set) string { return s.Level }},
	{"programme", func(s *Set) string { return s.Programme }},
	{"effective_from", func(s *Set) string { return string(s.EffectiveFrom) }},
	{"legal_basis", func(s *Set) string { return joined(s.LegalBasis) }},
	{"provincial_basis", func(s *Set) string { return joined(s.ProvincialBasis) }},
	{"requires", func(s *Set) string { return s.RequiresSet }},
	{"official", func(s *Set) string {
		return fmt.Sprintf("%d, %d", s.OfficialCriteria, s.OfficialIndicators)
	}},
	{"structure_only", func(s *Set) string { return strconv.FormatBool(s.StructureOnly) }},
	{"supplier_verified", func(s *Set) string { return strconv.FormatBool(s.SupplierVerified) }},
	{"special_key", func(s *Set) string { return s.SpecialRuleKey }},
	{"regions", func(s *Set) string { return keyTexts(s.Regions) }},
	{"commune_groups", func(s *Set) string { return keyTexts(s.CommuneGroups) }},
	{"bands", func(s *Set) string {
		var out []string
		for _, b := range s.Bands {
			out = append(out, fmt.Sprintf("%s: %d–%d%s", b.ID, b.From, b.To, marked(" (own_choice)", b.OwnChoice)))
		}
		return joined(out)
	}},
	{"scales", func(s *Set) string {
		var out []string
		for _, x := range s.Scales {
			out = append(out, x.ID+": "+strings.Join(x.Words, " < ")+marked(" (verified)", x.Verified))
		}
		return joined(out)
	}},
	{FieldSources, func(s *Set) string {
		var out []string
		for _, x := range s.Sources {
			out = append(out, fmt.Sprintf("%s: %s (%s) %s", x.ID, x.Title, x.Ref, twoTexts(x.UsedFor, x.UsedForEN)))
		}
		return joined(out)
	}},
	{FieldNote, func(s *Set) string {
		var out []string
		for k := range s.Notes {
			out = append(out, twoTexts(s.Notes[k], s.NotesEN[k]))
		}
		return joined(out)
	}},
	{"groups", func(s *Set) string {
		var out []string
		for _, g := range s.Groups {
			var ids []string
			for _, c := range g.Criteria {
				ids = append(ids, c.ID)
			}
			out = append(out, g.ID+": "+twoTexts(g.TitleVI, g.TitleEN)+" ("+strings.Join(ids, ", ")+")")
		}
		return joined(out)
	}},
	{"order", func(s *Set) string { // of the indicators, where it is not that of their ids
		ids := indicatorIDs(s.indicators)
		if slices.IsSortedFunc(ids, CompareIDs) {
			return ""
		}
		return strings.Join(ids, ", ")
	}},
}

func (d *differ) set(old, new *Set) {
	if old.Code == "" { // a first version: its fields are not differences
		return
	}
	for _, f := range setFields {
		d.say(OfSet, "", f.field, f.text(old), f.text(new))
	}
}

func (d *differ) criterion(old, new *Criterion) {
	d.say(OfCriterion, new.ID, FieldTitle, twoTexts(old.TitleVI, old.TitleEN), twoTexts(new.TitleVI, new.TitleEN))
	d.say(OfCriterion, new.ID, FieldVerified, strconv.FormatBool(old.TitleVerified), strconv.FormatBool(new.TitleVerified))
	d.say(OfCriterion, new.ID, FieldLead, old.Lead, new.Lead)
}

func (d *differ) indicator(old, new *Indicator, keys []string) {
	say := func(f Field, a, b string) { d.say(OfIndicator, new.ID, f, a, b) }
	say(FieldText, twoTexts(old.TextVI, old.TitleEN), twoTexts(new.TextVI, new.TitleEN))
	say(FieldKind, string(old.Kind), string(new.Kind))
	say(FieldUnit, old.Unit, new.Unit)
	say(FieldCompare, string(old.Compare), string(new.Compare))
	say(FieldScale, old.Scale, new.Scale)
	d.threshold(old, new, keys)
	say(FieldProvincial, strconv.FormatBool(old.Provincial), strconv.FormatBool(new.Provincial))
	say(FieldLead, old.Lead, new.Lead)
	say(FieldSupplier, string(old.Supplier), string(new.Supplier))
	say(FieldEvidence, joined(old.Evidence), joined(new.Evidence))
	say(FieldSources, joined(old.Source), joined(new.Source))
	say(FieldPage, old.Page, new.Page)
	say(FieldVerified, checkedText(old), checkedText(new))
	say(FieldConfidence, old.Confidence, new.Confidence)
	say(FieldNote, twoTexts(old.Note, old.NoteEN), twoTexts(new.Note, new.NoteEN))
}

// threshold compares level by level: for all years first, then year by year, keys in the order of the sets.
func (d *differ) threshold(old, new *Indicator, keys []string) {
	years := []int{0}
	for _, t := range []Threshold{old.Threshold, new.Threshold} {
		for y := range t.ByYear {
			if !slices.Contains(years, y) {
				years = append(years, y)
			}
		}
	}
	slices.Sort(years)
	for _, y := range years {
		for _, key := range append([]string{""}, keys...) {
			a, b := old.Threshold.at(y, key), new.Threshold.at(y, key)
			if levelWords(a) != levelWords(b) {
				d.add(Change{Kind: Changed, Subject: OfIndicator, ID: new.ID, Field: FieldThreshold, Year: y, Key: key, Old: levelWords(a), New: levelWords(b), from: old, to: new, oldLevel: a, newLevel: b})
			}
		}
	}
}

// at returns the level as written for a year (0 = every year) and key ("" = every commune), nil when there is none.
func (t *Threshold) at(year int, key string) *Level {
	switch {
	case year != 0:
		return t.ByYear[year][key]
	case key != "":
		return t.ByKey[key]
	}
	return t.All
}

// Loss is an indicator or criterion whose recorded values a new version of its set could no longer judge.
type Loss struct {
	ID        string
	Criterion bool
	Reason    LossReason
}

// LossReason says why values could no longer be judged.
type LossReason string

const (
	LostRemoved LossReason = "removed" // it is no longer in the set
	LostKind    LossReason = "kind"    // its values are of another kind now
	LostID      LossReason = "id"      // an indicator took the id of the criterion
)

// Losses returns the indicators and criteria of old whose values, if there are any, new could not judge. It is for hooks of
// OnReplace, which know the values.
func Losses(old, new *Set) []Loss {
	var out []Loss
	for _, c := range old.Criteria() {
		switch {
		case new.Criterion(c.ID) == nil:
			out = append(out, Loss{c.ID, true, LostRemoved})
		case old.Indicator(c.ID) == nil && new.Indicator(c.ID) != nil:
			out = append(out, Loss{c.ID, true, LostID})
		}
		for _, i := range c.Indicators {
			switch now := new.Indicator(i.ID); {
			case now == nil:
				out = append(out, Loss{i.ID, false, LostRemoved})
			case family(now.Kind) != family(i.Kind):
				out = append(out, Loss{i.ID, false, LostKind})
			}
		}
	}
	return out
}

// family groups the kinds whose values are judged alike: whether a thing or its paper is there are both a word.
func family(k ValueKind) ValueKind {
	if k == Document {
		return Boolean
	}
	return k
}

func criterionIDs(s *Set) []string {
	var out []string
	for _, c := range s.criteria {
		out = append(out, c.ID)
	}
	return out
}

func indicatorIDs(list []*Indicator) []string {
	var out []string
	for _, i := range list {
		out = append(out, i.ID)
	}
	return out
}

func pickID(list []*Indicator, id string) *Indicator {
	for _, i := range list {
		if i.ID == id {
			return i
		}
	}
	return nil
}

// union returns the ids of both lists once each, in the order of CompareIDs.
func union(a, b []string) []string {
	out := both(a, b)
	slices.SortFunc(out, CompareIDs)
	return out
}

// both returns a, then what only b has.
func both(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// levelWords writes a level as the file does: "98", "Đạt"; "" for one that is not known.
func levelWords(l *Level) string {
	switch {
	case l == nil:
		return ""
	case l.Word != "":
		return l.Word
	}
	return l.Number.String()
}

func checkedText(i *Indicator) string {
	switch {
	case i.Verified && i.TextVerified:
		return "verified, text_verified"
	case i.Verified:
		return "verified"
	case i.TextVerified:
		return "text_verified"
	}
	return ""
}

func joined(list []string) string { return strings.Join(list, "; ") }

func twoTexts(vi, en string) string {
	if en == "" || en == vi {
		return vi
	}
	return vi + " / " + en
}

func keyTexts(keys []Key) string {
	var out []string
	for _, k := range keys {
		out = append(out, k.ID+": "+twoTexts(k.VI, k.EN)+" ("+strings.Join(k.Source, ", ")+")"+marked(" (verified)", k.Verified))
	}
	return joined(out)
}

func marked(text string, on bool) string {
	if on {
		return text
	}
	return ""
}
