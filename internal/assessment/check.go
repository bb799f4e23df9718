package assessment

import (
	"context"
	"encoding/json"
	"fmt"

	"langso/internal/platform/audit"
	"langso/internal/territory"
)

// Check verifies what is stored and returns one line per difference: a standing that is missing, left over or does not
// follow from the current value versions; a batch or a correction whose versions are not those that were audited.
func (s *Service) Check(ctx context.Context) (failures []string, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		standings, err := s.checkStandings(ctx)
		if err != nil {
			return err
		}
		versions, err := s.checkVersions(ctx)
		failures = append(standings, versions...)
		return err
	})
	return failures, err
}

// checkVersions compares the value versions with the digests that the audit keeps of them.
func (s *Service) checkVersions(ctx context.Context) (failures []string, err error) {
	batches := map[int64][]Version{}
	byHand := map[string]int{} // digest → how many corrections have it
	err = allVersions(ctx, s.db.Read(ctx), func(_ int64, v Version) error {
		if v.Batch != 0 {
			batches[v.Batch] = append(batches[v.Batch], v)
		} else {
			byHand[digest([]Version{v})]++
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = audit.Each(ctx, s.db, actionImport, func(key string, body []byte) error {
		var e imported
		if err := json.Unmarshal(body, &e); err != nil {
			return err
		}
		if digest(batches[e.Batch]) != e.Digest {
			failures = append(failures, fmt.Sprintf("batch %d (%s): the value versions are not those that were imported", e.Batch, key))
		}
		delete(batches, e.Batch)
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = audit.Each(ctx, s.db, actionEdit, func(key string, body []byte) error {
		var e edited
		if err := json.Unmarshal(body, &e); err != nil {
			return err
		}
		if byHand[e.Digest]--; byHand[e.Digest] < 0 {
			failures = append(failures, fmt.Sprintf("correction %s: its value version is missing or was changed", key))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for id, list := range batches {
		failures = append(failures, fmt.Sprintf("batch %d: %d value versions that nobody imported", id, len(list)))
	}
	extra := 0
	for _, n := range byHand {
		extra += max(n, 0)
	}
	if extra > 0 {
		failures = append(failures, fmt.Sprintf("%d value versions that no correction made", extra))
	}
	return failures, nil
}

// checkStandings recomputes every standing from the current value versions.
func (s *Service) checkStandings(ctx context.Context) (failures []string, err error) {
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
