package territory

import (
	"context"
	"sort"
	"strings"

	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"
)

// Hit is one unit found by name or code.
type Hit struct {
	Unit       *Unit
	Spelling   string  // other spelling that was found; "" = the name itself or the code
	Current    bool    // the unit is there on the day that was asked about
	Successors []*Unit // of a former unit: what it is on that day, in Vietnamese order
}

// minInside is the shortest query that is looked for in the middle of names: two letters would find nearly everything.
const minInside = 3

// kindPrefixes are the folded words that people write before a name; what follows alone is compared.
var kindPrefixes = []string{"thi tran ", "thanh pho ", "phuong ", "dac khu ", "thi xa ", "huyen ", "quan ", "tinh ", "xa "}

// closeness says how well a name answers a query.
type closeness int

const (
	partly    closeness = iota // a part of the name
	sameTight                  // the name, but for marks, spaces, apostrophes
	sameWords                  // the name, but for marks and apostrophes
	sameMarks                  // the name with its marks
)

// Search finds units of any time by name, other spelling or code; marks, apostrophes, spaces, case and Unicode form do not
// matter. Exact names come first, of them the nearer spelling, then Vietnamese order; of equal names those that are there
// on day at come first, then the newer. At most limit hits; an empty query finds nothing.
func (s *Service) Search(ctx context.Context, q string, at clock.Date, limit int) ([]Hit, error) {
	r, err := s.Register(ctx)
	if err != nil {
		return nil, err
	}
	return r.Search(q, at, limit), nil
}

// Search is the pure part of Service.Search.
func (r *Register) Search(q string, at clock.Date, limit int) []Hit {
	queries := []string{vntext.Squeeze(q)}
	for _, p := range kindPrefixes {
		if fold := vntext.Fold(q); strings.HasPrefix(fold, p) {
			words := strings.Fields(queries[0])
			if n := len(strings.Fields(p)); len(words) > n {
				queries = append(queries, strings.Join(words[n:], " "))
			}
		}
	}
	if vntext.FoldTight(queries[0]) == "" || limit <= 0 {
		return nil
	}
	type found struct {
		near closeness
		alt  string
	}
	hits := map[*Unit]found{}
	note := func(u *Unit, f found) {
		if old, ok := hits[u]; !ok || f.near > old.near {
			hits[u] = f
		}
	}
	for _, q := range queries {
		fold, tight, key := vntext.Fold(q), vntext.FoldTight(q), nameKey(q)
		for i := range r.names {
			n := &r.names[i]
			switch {
			case n.tight != tight:
				if strings.HasPrefix(n.tight, tight) || len(tight) >= minInside && strings.Contains(n.tight, tight) {
					note(n.unit, found{partly, n.alt})
				}
			case n.key == key:
				note(n.unit, found{sameMarks, n.alt})
			case n.fold == fold:
				note(n.unit, found{sameWords, n.alt})
			default:
				note(n.unit, found{sameTight, n.alt})
			}
		}
		if strings.Trim(tight, "0123456789") == "" {
			for code, list := range r.byCode {
				for _, u := range list {
					if code == tight {
						note(u, found{sameMarks, ""})
					} else if len(tight) >= minInside && strings.HasPrefix(code, tight) {
						note(u, found{partly, ""})
					}
				}
			}
		}
	}
	out := make([]Hit, 0, len(hits))
	for u, f := range hits {
		out = append(out, Hit{Unit: u, Spelling: f.alt, Current: u.ValidAt(at)})
	}
	sort.Slice(out, func(i, j int) bool {
		a, b := out[i], out[j]
		if x, y := hits[a.Unit].near, hits[b.Unit].near; x != y {
			return x > y
		}
		if a.Unit.sort != b.Unit.sort {
			return a.Unit.sort < b.Unit.sort
		}
		if a.Current != b.Current {
			return a.Current
		}
		if a.Unit.From != b.Unit.From {
			return a.Unit.From > b.Unit.From
		}
		return a.Unit.ID < b.Unit.ID
	})
	out = out[:min(limit, len(out))]
	for i := range out {
		if h := &out[i]; !h.Current {
			h.Successors = r.SuccessorsAt(h.Unit.ID, at)
		}
	}
	return out
}
