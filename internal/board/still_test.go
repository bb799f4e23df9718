package board

import (
	"context"
	"fmt"
	"net/http"
	"testing"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

// meddler writes while a page is being read.
type meddler struct {
	meanwhile func(ctx context.Context)
}

func (m meddler) Drawing(ctx context.Context, _ clock.Date, _ territory.Detail) (*territory.Drawing, bool, error) {
	m.meanwhile(ctx)
	return nil, false, nil
}

// A picture and the figures beside it are of one state of the database, also where somebody writes between their readings.
func TestPictureIsOfOneState(t *testing.T) {
	const set = "xa-ntm-2021-2025"
	onEach(t, false, func(t *testing.T, h *house) {
		values := func(ctx context.Context) int {
			b, err := h.results.Board(ctx, set, "2022")
			if err != nil {
				t.Fatal(err)
			}
			return b.WithData()
		}
		before, inside := values(h.cli()), -1
		h.board.drawer = meddler{func(ctx context.Context) {
			if _, err := h.results.Fill(h.cli(), set, "2022"); err != nil {
				t.Fatal(err)
			}
			inside = values(ctx)
		}}
		if a := h.get(nobody, i18n.Vi, "/ban-do?bo="+set+"&ky=2023"); a.status != http.StatusOK {
			t.Fatalf("status %d", a.status)
		}
		if inside != before {
			t.Errorf("%d communes with values while the page was read, %d before", inside, before)
		}
		if after := values(h.cli()); after <= before {
			t.Errorf("%d communes with values afterwards, %d before: nothing was written", after, before)
		}
	})
}

// Whatever is written between two readings of a page, all that it shows was true at one time: it is the page of before or
// the page of after.
func TestPageReadsOneState(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		declared := []assessment.Figure{{Declared: "dat"}, {Declared: "chua_dat"}}
		written := 0
		// write changes what stands on both sides of a comparison and the periods that a menu offers, all at once.
		write := func() {
			t.Helper()
			periods := []string{"2022", "2023"}
			if year := 2021 + written/12; year < 2025 { // a month is new to the menu only once; a matrix comes first
				periods = append(periods, fmt.Sprintf("%d-%02d", year, 1+written%12))
			}
			err := h.board.db.Write(h.cli(), func(ctx context.Context, _ *db.Tx) error {
				reg, err := h.units.Register(ctx)
				if err != nil {
					return err
				}
				unit := reg.At("2023-12-31").ByCode("24943").ID
				for _, period := range periods {
					item := assessment.Item{ID: "1", Criterion: true}
					card, err := h.results.Scorecard(ctx, unit, advanced, period)
					if err != nil {
						return err
					}
					c := assessment.Correction{Unit: unit, Set: advanced, Period: period, Item: item, Figure: declared[written%2], Reason: "thử", IfMatch: card.Cell(item).ETag()}
					if err := h.results.Correct(auth.With(ctx, office), c); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			written++
		}
		write()
		const sides = "?bo=" + advanced + "&ky=2023&voi=" + advanced + "/2022&doi=tat-ca"
		for _, c := range []struct{ name, path string }{
			{"matrix", matrixPath + "?bo=" + advanced + "&ky=2023"},
			{"units now", matrixPath + "?bo=" + advanced + "&ky=2023&don-vi-nay=1"},
			{"comparison", comparePath + sides},
			{"cards", comparePath + sides + "&xa=24943"},
		} {
			t.Run(c.name, func(t *testing.T) {
				before := h.get(office, i18n.Vi, desk+c.path)
				for at := 0; ; at++ {
					ctx := &dbtest.Disturbed{Context: context.Background(), Meanwhile: func(n int) {
						if n == at {
							write()
						}
					}}
					got := h.getIn(ctx, office, i18n.Vi, desk+c.path)
					if ctx.Readings <= at { // every reading was disturbed once
						if at < 3 {
							t.Errorf("the page reads %d times only", at)
						}
						return
					}
					after := h.get(office, i18n.Vi, desk+c.path)
					if before.status != http.StatusOK || before.body == after.body {
						t.Fatalf("status %d: what was written is not seen", before.status)
					}
					if got.body != before.body && got.body != after.body {
						t.Errorf("written before reading %d of %d: a page that was never true", at+1, ctx.Readings)
					}
					before = after
				}
			})
		}
	})
}
