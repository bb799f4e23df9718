package criteria

import (
	"crypto/sha256"
	"encoding/hex"

	"langso/internal/platform/clock"

	"go.yaml.in/yaml/v3"
)

// Override is a provincial decision that sets thresholds of one set. Each threshold it names replaces the one of the
// set as a whole, from ValidFrom on.
type Override struct {
	ID           int64  // row in the store; 0 while it is only a file
	Set          string // code of the set
	Decision     string // number of the decision, "879/QĐ-UBND"
	DecidedOn    clock.Date
	ValidFrom    clock.Date
	Note         string
	Illustrative bool
	Thresholds   map[string]Threshold // indicator id → what the decision requires
	SHA256       string
}

// ParseOverride reads a file of overrides against the set it names, one of sets. It reports everything wrong at once
// as Problems (fault invalid): no decision number, unknown set, indicator or key, a level of another kind.
func ParseOverride(name string, b []byte, sets []*Set) (*Override, error) {
	o, err := readOverride(&reader{file: name}, b, sets)
	if err != nil {
		return nil, err
	}
	return o, nil
}

// readOverride is ParseOverride that also returns what could be used when something is wrong: a decision loaded years
// ago may name an indicator that a later version of the set no longer has.
func readOverride(r *reader, b []byte, sets []*Set) (*Override, error) {
	o := &Override{Thresholds: map[string]Threshold{}}
	if root := r.open(b); root != nil {
		f := r.fields(root, "set", "decision", "decided_on", "valid_from", "note", "illustrative", "thresholds")
		o.Set, o.Decision = f.id("set", codeShape), f.text("decision")
		o.DecidedOn, o.ValidFrom = f.date("decided_on", true), f.date("valid_from", true)
		o.Note, o.Illustrative = f.optText("note"), f.flag("illustrative")
		list := f.need("thresholds")
		set := find(sets, o.Set)
		switch {
		case set == nil && o.Set != "":
			r.fail(f.lineOf("set"), "criteria.set_unknown", o.Set)
		case set != nil && list != nil:
			o.Thresholds = r.overrides(list, set)
		}
	}
	sum := sha256.Sum256(b)
	o.SHA256 = hex.EncodeToString(sum[:])
	o.mark(o.Illustrative)
	return o, r.err()
}

// mark writes the decision beside every threshold that comes from it.
func (o *Override) mark(illustrative bool) {
	o.Illustrative = illustrative
	for id, t := range o.Thresholds {
		t.Decision, t.Illustrative = o.Decision, illustrative
		o.Thresholds[id] = t
	}
}

func find(sets []*Set, code string) *Set {
	for _, s := range sets {
		if s.Code == code {
			return s
		}
	}
	return nil
}

// overrides reads indicator id → threshold.
func (r *reader) overrides(n *yaml.Node, set *Set) map[string]Threshold {
	out := map[string]Threshold{}
	for _, e := range r.pairs(n) {
		i := set.Indicator(e.key)
		if i == nil {
			r.fail(e.line, "criteria.indicator_unknown", e.key, set.Code)
			continue
		}
		before := len(r.problems)
		t := r.threshold(e.value, set.ThresholdKeys, i, set.scaleWords(i.Scale))
		if len(r.problems) == before && !t.Known() {
			r.fail(e.line, "criteria.threshold_empty", e.key)
		}
		if len(r.problems) == before {
			out[e.key] = t
		}
	}
	if len(n.Content) == 0 {
		r.fail(n.Line, "criteria.field_missing", "thresholds")
	}
	return out
}

func (s *Set) scaleWords(id string) []string {
	for _, sc := range s.Scales {
		if sc.ID == id {
			return sc.Words
		}
	}
	return nil
}

// with returns s with the overrides worked in, later ones over earlier ones, and the verifications noted. Groups, criteria and indicators are new
// values, so that pointers and indexes belong together; the rest is shared.
func (s *Set) with(overrides []*Override, marks map[string]*Verification) *Set {
	out := *s
	out.worked = true
	out.Groups = make([]Group, len(s.Groups))
	for g, group := range s.Groups {
		out.Groups[g] = group
		out.Groups[g].Criteria = make([]*Criterion, len(group.Criteria))
		for c, criterion := range group.Criteria {
			nc := *criterion
			nc.Indicators = make([]*Indicator, len(criterion.Indicators))
			for i, indicator := range criterion.Indicators {
				ni := *indicator
				if m := marks[ni.ID]; m != nil {
					ni.Verified, ni.TextVerified, ni.Mark = true, true, m
				}
				for _, o := range overrides {
					if t, ok := o.Thresholds[ni.ID]; ok {
						ni.Threshold = t
						ni.Verified = ni.Verified && !t.Illustrative
					}
				}
				nc.Indicators[i] = &ni
			}
			out.Groups[g].Criteria[c] = &nc
		}
	}
	out.Overrides = nil
	for _, o := range overrides {
		out.Overrides = append(out.Overrides, *o)
	}
	out.index()
	return &out
}
