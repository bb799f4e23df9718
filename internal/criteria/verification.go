package criteria

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
)

// Verification is the record that somebody held an indicator, its wording and its level, against the source. It stands
// beside the versions of a set, whose files are never changed, and counts for every version in which the indicator says
// the same.
type Verification struct {
	ID        int64
	Indicator string
	Source    string // document, annex and page that were read
	By        string // login of who read it
	AtMS      int64
}

// content is a digest of everything about an indicator that a verification vouches for.
func (s *Set) content(i *Indicator) string {
	type level struct {
		Year  int
		Key   string
		Level string
	}
	var levels []level
	for _, key := range append([]string{""}, s.ThresholdKeys...) {
		if l := i.Threshold.at(0, key); l != nil {
			levels = append(levels, level{0, key, levelWords(l)})
		}
		for y := range i.Threshold.ByYear {
			if l := i.Threshold.at(y, key); l != nil {
				levels = append(levels, level{y, key, levelWords(l)})
			}
		}
	}
	slices.SortStableFunc(levels, func(a, b level) int { return a.Year - b.Year })
	b, err := json.Marshal([]any{i.ID, i.TextVI, i.Kind, i.Unit, i.Compare, s.scaleWords(i.Scale), levels, i.Provincial})
	if err != nil {
		panic(err) // plain values
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// verifications returns the verifications that count for set, by indicator, from the records of its code, the oldest first.
func (s *Set) verifications(rows []verificationRow) map[string]*Verification {
	out := map[string]*Verification{}
	for _, row := range rows {
		i := s.Indicator(row.indicator)
		if row.set != s.Code || i == nil || row.content != s.content(i) {
			continue
		}
		if row.withdrawn {
			delete(out, row.indicator)
			continue
		}
		out[row.indicator] = &Verification{ID: row.id, Indicator: row.indicator, Source: row.source, By: row.actor, AtMS: row.recordedMS}
	}
	return out
}
