package briefing

import (
	"context"
	"fmt"
	"testing"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// A note that arrives after its task was closed leaves it as it was closed and stands beside it; whatever a device sends
// again, nothing typed is lost and nothing comes twice.
func TestLateNoteStandsBesideClosedTask(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home := h.unit(t, homeCode)
		note := func(body, item string) Note {
			return Note{ClientID: "may-0001", Unit: home.ID, Set: province.Set, Item: assessment.Item{ID: item}, Body: body, Due: "2026-12-31"}
		}
		send := func(n Note, want Sent) {
			t.Helper()
			if got, err := h.brief.SendNotes(ctx, []Note{n}); err != nil || got != want {
				t.Fatalf("%+v, %v; want %+v", got, err, want)
			}
		}
		bodies := func(state TaskState) string {
			t.Helper()
			list, err := h.brief.Tasks(ctx, state, home.ID)
			if err != nil {
				t.Fatal(err)
			}
			text := ""
			for _, x := range list {
				text += x.Item.ID + " " + x.Body + " " + string(x.Due) + "; "
			}
			return text
		}
		closeNewest := func() {
			t.Helper()
			list, err := h.brief.Tasks(ctx, TaskOpen, home.ID)
			if err != nil || len(list) == 0 {
				t.Fatalf("%v, %v", list, err)
			}
			if err := h.brief.MoveTask(ctx, list[0].ID, TaskDone); err != nil {
				t.Fatal(err)
			}
		}
		send(note("Một.", "1.1"), Sent{Created: 1})
		send(note("Một.", "1.2"), Sent{Changed: 1}) // only the item is another one
		if got, want := bodies(TaskOpen), "1.2 Một. 2026-12-31; "; got != want {
			t.Errorf("open: %q, want %q", got, want)
		}
		closeNewest()
		closed := bodies(TaskDone)
		send(note("Một.", "1.2"), Sent{Again: 1})
		send(note("Hai.", "1.2"), Sent{Created: 1})
		send(note("Hai.", "1.2"), Sent{Again: 1})
		send(note("Hai rưỡi.", "1.2"), Sent{Changed: 1})
		if got := bodies(TaskDone); got != closed {
			t.Errorf("the closed task became %q, was %q", got, closed)
		}
		if got, want := bodies(TaskOpen), "1.2 Hai rưỡi. 2026-12-31; "; got != want {
			t.Errorf("open: %q, want %q", got, want)
		}
		closeNewest()
		send(note("Ba.", "1.2"), Sent{Created: 1})
		// Back at the first text, which a closed task bears too: the open one says what stands on the device.
		send(note("Một.", "1.2"), Sent{Changed: 1})
		send(note("Một.", "1.2"), Sent{Again: 1})
		if got, want := bodies(TaskDone)+bodies(TaskOpen), "1.2 Hai rưỡi. 2026-12-31; 1.2 Một. 2026-12-31; 1.2 Một. 2026-12-31; "; got != want {
			t.Errorf("%q, want %q", got, want)
		}
		if n := h.audited(t, "briefing.task.rewrite"); n != 3 {
			t.Errorf("%d changes audited, want 3", n)
		}
	})
}

// Whoever reads one commune sees all of his tasks and plans, however many newer ones others have.
func TestForeignRowsNeverPushOutOnesOwn(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home, away := h.unit(t, homeCode), h.unit(t, awayCode)
		err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			var list, made, gaps []any
			for n := range maxTasks + 3 {
				unit := away.ID
				if n < 3 {
					unit = home.ID // the oldest
				}
				list = append(list, int64(n+1), int64(unit), province.Set, "", "x", "ai", fmt.Sprintf("may-%06d", n), int64(n), "", "open", "")
			}
			for n := range maxPlans + 3 {
				unit := away.ID
				if n < 3 {
					unit = home.ID
				}
				made = append(made, int64(n+1), province.Set, period, "K", "", "ai", int64(n), int64(n), int64(1))
				gaps = append(gaps, int64(n+1), int64(unit), "1.2", "2027-Q1", int64(0))
				if n == 2 { // half of it lies elsewhere
					gaps = append(gaps, int64(n+1), int64(away.ID), "1.2", "2027-Q1", int64(0))
				}
			}
			if err := db.InsertMany(ctx, tx, "INSERT INTO visit_task (id, unit_id, set_code, item, body, author, client_id, created_ms, due, state, closed_by) VALUES ", 11, list, ""); err != nil {
				return err
			}
			if err := db.InsertMany(ctx, tx, "INSERT INTO briefing_plan (id, set_code, period, name, note, author, created_ms, changed_ms, rev) VALUES ", 9, made, ""); err != nil {
				return err
			}
			return db.InsertMany(ctx, tx, "INSERT INTO briefing_gap (plan_id, unit_id, item, due, cost_vnd) VALUES ", 5, gaps, "")
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			who          string
			ctx          context.Context
			tasks, plans int
		}{
			{"viewer of one commune", as("nguoi-xem", auth.Grant{Role: auth.Viewer, Unit: int64(home.ID)}), 3, 2},
			{"officer of one commune", as("can-bo", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(home.ID)}), 3, 2},
			{"command line", ctx, maxTasks, maxPlans},
		} {
			list, err := h.brief.Tasks(c.ctx, TaskOpen, 0)
			if err != nil || len(list) != c.tasks {
				t.Errorf("%s: %d tasks, %v; want %d", c.who, len(list), err, c.tasks)
			}
			plans, err := h.brief.Plans(c.ctx)
			if err != nil || len(plans) != c.plans {
				t.Errorf("%s: %d plans, %v; want %d", c.who, len(plans), err, c.plans)
			}
		}
		// Of more units than one query names, the newest come first whichever part of the list their unit stands in.
		many := []territory.UnitID{home.ID}
		for n := range 2 * unitsAtOnce {
			many = append(many, territory.UnitID(1<<40+n))
		}
		list, err := tasksIn(ctx, h.db.Read(ctx), TaskOpen, append(many, away.ID), maxTasks+2)
		if err != nil || len(list) != maxTasks+2 || list[0].ID != maxTasks+3 || list[maxTasks].ID != 3 || list[maxTasks+1].ID != 2 {
			t.Errorf("%d tasks, %v; want the newest of both communes in order", len(list), err)
		}
	})
}
