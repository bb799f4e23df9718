package assessment

import (
	"context"
	"net/url"

	"langso/internal/platform/fault"
	"langso/internal/platform/ui"
	"langso/internal/territory"
)

// MaxScorecards bounds how many communes one call of Scorecards judges.
const MaxScorecards = 50

// Scorecards judges several communes in one state of the database, in the order given; for pages that show a few communes
// with values and distances, where the standings of Board do not tell enough. Errors as Scorecard.
func (s *Service) Scorecards(ctx context.Context, units []territory.UnitID, set, period string) (out []*Scorecard, err error) {
	defer fault.Wrap(&err, "assessment.Scorecards(%d, %s, %s)", len(units), set, period)
	if len(units) > MaxScorecards {
		return nil, fault.New(fault.TooLarge, "assessment.too_many_scorecards", MaxScorecards)
	}
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		for _, u := range units {
			c, err := s.Scorecard(ctx, u, set, period)
			if err != nil {
				return err
			}
			out = append(out, c)
		}
		return nil
	})
	return out, err
}

// Words is a cell as readers see it. A part that does not exist is "".
type Words struct {
	Value    string // "76 %", "107 ÷ 111 = 96,4 %", "Mức độ 2"
	Needs    string // required level: "≥ 80 %"
	Distance string // to the required level: "còn thiếu 4,0 điểm %"
	Why      string // reason of the result
	Mark     string // how far the required level was checked
	Recorded string // who recorded the value and when
	State    string // remark on a value that does not count outside yet
}

// Words writes the cell in the language of ctx.
func (c *Cell) Words(ctx context.Context) Words {
	return Words{Value: c.text(ctx), Needs: c.needs(ctx), Distance: c.distance(ctx), Why: reasonText(ctx, c.Judged), Mark: c.mark(ctx), Recorded: c.Version.recorded(ctx), State: c.Version.stateTag(ctx)}
}

// SetName is the short name of the frame's set: "NTM nâng cao 2021–2025".
func (f *Frame) SetName(ctx context.Context) string { return ShortSetName(ctx, f.Set) }

// Switches are the choices of set and period around a frame, each leading to path with the given filters kept.
func (s *Service) Switches(ctx context.Context, f *Frame, path string, kept url.Values) ([]ui.Switch, error) {
	m, err := s.menuFor(ctx, f)
	if err != nil {
		return nil, err
	}
	var keep []string
	for name := range kept {
		if name != "bo" && name != "ky" {
			keep = append(keep, name, kept.Get(name))
		}
	}
	c := choice{set: kept.Get("bo"), period: kept.Get("ky")}
	return m.switches(ctx, f, c, here{path: path, keep: keep}), nil
}

// ItemTitle is the wording of an item of the frame's set, "" for an item that the set does not know.
func (f *Frame) ItemTitle(ctx context.Context, i Item) string {
	switch {
	case i.Criterion && f.Set.Criterion(i.ID) != nil:
		return f.Set.Criterion(i.ID).Title(ctx)
	case !i.Criterion && f.Set.Indicator(i.ID) != nil:
		return f.Set.Indicator(i.ID).Text(ctx)
	}
	return ""
}

// VerdictWord is the word of a verdict in the language of ctx: "chưa đạt".
func VerdictWord(ctx context.Context, v Verdict) string { return ui.StatusWord(ctx, Status(v)) }
