package assessment

import (
	"context"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// Fill invents a verified value for every indicator of every commune that has none yet in a period, for measuring at the
// scale of a country. The same period is always filled alike. Only an illustrative database takes it: elsewhere it is
// conflict assessment.fill_refused. It returns how many values were recorded.
func (s *Service) Fill(ctx context.Context, set, period string) (values int, err error) {
	defer fault.Wrap(&err, "assessment.Fill(%s, %s)", set, period)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return 0, err
	}
	if marked, err := s.db.Illustrative(ctx); err != nil || !marked {
		if err == nil {
			err = fault.New(fault.Conflict, "assessment.fill_refused")
		}
		return 0, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, err := s.Frame(ctx, set, period)
		if err != nil {
			return err
		}
		have := map[cellKey]bool{}
		if f.hasBook {
			err := currentVersions(ctx, tx, f.book.ID, nil, func(v Version, _ bool) error {
				have[cellKey{v.Unit, v.Item}] = true
				return nil
			})
			if err != nil {
				return err
			}
		}
		var changes []change
		for n, u := range f.Roster.Communes() {
			for k, i := range f.Set.Indicators() {
				if item := (Item{ID: i.ID}); !have[cellKey{u.ID, item}] {
					changes = append(changes, change{Unit: u.ID, Item: item, Figure: invented(i, n*31+k*17+f.Period.AsOf.Year()), State: Verified, Note: "số liệu minh họa"})
				}
			}
		}
		values = len(changes)
		return s.recordBatch(ctx, tx, f, period+".minh-hoa", hexSum([]byte(set+"/"+period)), changes)
	})
	return values, err
}

// invented is a figure that fits an indicator: of five communes four meet it.
func invented(i *criteria.Indicator, n int) Figure {
	if i.Kind == criteria.Percent {
		share := 800 + n%200 // tenths of a percent
		if i.Compare == criteria.AtMost {
			share = n % 200
		}
		return Figure{HasNumber: true, Num: int64(share), Scale: 1}.normal()
	}
	if n%5 == 0 {
		return Figure{Declared: workbook.VerdictNotMet}
	}
	return Figure{Declared: workbook.VerdictMet}
}
