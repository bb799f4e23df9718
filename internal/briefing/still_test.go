package briefing

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"testing"

	"langso/internal/assessment"
	"langso/internal/platform/account"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
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

// Whatever is written between two readings of a page, all that it shows was true at one time: it is the page of before or
// the page of after.
func TestPagesReadOneState(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		texts, err := i18n.Load(i18n.Base(), ui.Locales(), account.Locales(), h.units.Module().Locales, h.sets.Module().Locales, h.results.Module().Locales, h.brief.Module().Locales)
		if err != nil {
			t.Fatal(err)
		}
		mux := web.NewMux(slog.New(slog.DiscardHandler))
		h.brief.pages(mux)
		office := auth.Actor{Kind: auth.Person, ID: 7, Login: "vp", Grants: []auth.Grant{{Role: auth.ProvinceOffice}}}
		random := regexp.MustCompile(`"s-[A-Z2-7]+"`) // names of notes to come, new on every page
		get := func(t *testing.T, below context.Context, path string) string {
			t.Helper()
			r := httptest.NewRequest(http.MethodGet, path, nil)
			ctx := i18n.With(auth.With(below, office), texts, i18n.Vi)
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r.WithContext(ui.WithSite(ctx, ui.Site{Path: r.URL.Path, Query: r.URL.RawQuery, Actor: office})))
			if w.Code != http.StatusOK {
				t.Fatalf("%s: status %d\n%.600s", path, w.Code, w.Body)
			}
			return random.ReplaceAllString(w.Body.String(), `""`)
		}
		home, away := h.unit(t, homeCode), h.unit(t, awayCode)
		written := 0
		// write changes a verdict, closes the task that is open and makes a new one, all at once.
		write := func() {
			t.Helper()
			err := h.db.Write(ctx, func(ctx context.Context, _ *db.Tx) error {
				h.declare(t, ctx, home, "1.2", []string{"dat", "chua_dat"}[written%2])
				open, err := h.brief.Tasks(ctx, TaskOpen, home.ID)
				if err != nil {
					return err
				}
				for _, task := range open {
					if err := h.brief.MoveTask(ctx, task.ID, TaskDone); err != nil {
						return err
					}
				}
				_, err = h.brief.SendNotes(ctx, []Note{{ClientID: fmt.Sprintf("may-%04d", written), Unit: home.ID, Set: province.Set, Body: fmt.Sprintf("Việc %d.", written)}})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			written++
		}
		h.declare(t, ctx, away, "1.2", "chua_dat")
		write()
		plan, err := h.brief.MakePlan(ctx, Plan{Set: province.Set, Period: period, Name: "Một", Gaps: []Gap{{away.ID, assessment.Item{ID: "1.2"}, "2027-Q1", 5}}})
		if err != nil {
			t.Fatal(err)
		}
		meeting, err := h.brief.HoldMeeting(ctx, province.Set, period, "2026-11-24", "")
		if err != nil {
			t.Fatal(err)
		}
		const sheet = "?bo=" + province.Set + "&ky=" + period
		for name, path := range map[string]string{
			"meeting": meetingPath + sheet, "past meeting": fmt.Sprintf("%s/%d", meetingPath, meeting), "next": nextPath + sheet, "next of a commune": nextPath + sheet + "&xa=" + home.Slug(),
			"plans": plansPath + sheet, "plan": fmt.Sprintf("%s/%d", plansPath, plan), "visit": visitPath + "/" + home.Slug() + sheet, "tasks": tasksPath + sheet,
		} {
			t.Run(name, func(t *testing.T) {
				before := get(t, context.Background(), path)
				for at := 0; ; at++ {
					below := &dbtest.Disturbed{Context: context.Background(), Meanwhile: func(n int) {
						if n == at {
							write()
						}
					}}
					got := get(t, below, path)
					if below.Readings <= at { // every reading was disturbed once
						if at < 3 {
							t.Errorf("the page reads %d times only", at)
						}
						return
					}
					after := get(t, context.Background(), path)
					if before == after {
						t.Fatal("what was written is not seen")
					}
					if got != before && got != after {
						t.Errorf("written before reading %d of %d: a page that was never true", at+1, below.Readings)
					}
					before = after
				}
			})
		}
	})
}
