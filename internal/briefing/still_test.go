package briefing

import (
	"context"
	"testing"

	"langso/internal/assessment"
	"langso/internal/testkit/province"
)

// What a page reads is of one state of the database, also where somebody writes between two of its readings.
func TestPageIsOfOneState(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home := h.unit(t, homeCode)
		verdict := func(ctx context.Context) assessment.Verdict {
			a, err := h.brief.Analysis(ctx, province.Set, period)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range a.Board.Rows {
				if r.Unit.ID == home.ID {
					return a.Verdict(r, assessment.Item{ID: "1.2"})
				}
			}
			t.Fatal("the commune is not on the board")
			return 0
		}
		h.declare(t, ctx, home, "1.2", "chua_dat")
		type page struct {
			before, after assessment.Verdict
			tasks         int
		}
		got, err := still(ctx, h.db, func(inside context.Context) (p page, err error) {
			p.before = verdict(inside)
			h.declare(t, ctx, home, "1.2", "dat") // somebody else, meanwhile
			if _, err := h.brief.SendNotes(ctx, []Note{{ClientID: "may-0001", Unit: home.ID, Set: province.Set, Body: "Một."}}); err != nil {
				return p, err
			}
			p.after = verdict(inside)
			list, err := h.brief.Tasks(inside, TaskOpen, home.ID)
			p.tasks = len(list)
			return p, err
		})
		if want := (page{assessment.NotMet, assessment.NotMet, 0}); err != nil || got != want {
			t.Errorf("%+v, %v; want %+v", got, err, want)
		}
		if v := verdict(ctx); v != assessment.Met {
			t.Errorf("the next page says %s", v)
		}
	})
}
