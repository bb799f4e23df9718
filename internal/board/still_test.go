package board

import (
	"context"
	"net/http"
	"testing"

	"langso/internal/platform/clock"
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
