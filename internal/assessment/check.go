package assessment

import (
	"context"
	"fmt"

	"langso/internal/territory"
)

// Check recomputes every standing from the current value versions and returns one line per difference: a standing that
// is missing, left over, or says something else.
func (s *Service) Check(ctx context.Context) (failures []string, err error) {
	list, err := books(ctx, s.db.Read(ctx), "")
	if err != nil {
		return nil, err
	}
	for _, b := range list {
		f, err := s.Frame(ctx, b.Set, b.Period)
		if err != nil {
			return nil, err
		}
		want, err := s.judgeBook(ctx, s.db.Read(ctx), f, b, nil)
		if err != nil {
			return nil, err
		}
		have := map[view]map[territory.UnitID]standing{}
		for _, v := range []view{viewPublic, viewInternal} {
			if have[v], err = readStandings(ctx, s.db.Read(ctx), b.ID, v); err != nil {
				return nil, err
			}
		}
		for _, w := range want {
			h, ok := have[w.View][w.Unit]
			delete(have[w.View], w.Unit)
			switch {
			case !ok:
				failures = append(failures, fmt.Sprintf("standing %s/%s unit %d %s: missing", b.Set, b.Period, w.Unit, w.View))
			case h.Cells != w.Cells || h.Criteria != w.Criteria:
				failures = append(failures, fmt.Sprintf("standing %s/%s unit %d %s: does not match the value versions", b.Set, b.Period, w.Unit, w.View))
			}
		}
		for v, left := range have {
			for u := range left {
				failures = append(failures, fmt.Sprintf("standing %s/%s unit %d %s: no value version behind it", b.Set, b.Period, u, v))
			}
		}
	}
	return failures, nil
}
