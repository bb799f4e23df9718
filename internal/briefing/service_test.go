package briefing

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
	"langso/internal/territory"
	"langso/internal/testkit/province"
)

// house is the modules that the briefing needs, over one store.
type house struct {
	db      *db.DB
	units   *territory.Service
	sets    *criteria.Service
	results *assessment.Service
	brief   *Service
}

var today = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func build(d *db.DB) *house {
	kit := module.Kit{DB: d, Clock: d.Clock(), Log: slog.New(slog.DiscardHandler)}
	h := &house{db: d, units: territory.New(kit), sets: criteria.New(kit)}
	h.results = assessment.New(kit, h.units, h.sets)
	h.brief = New(kit, h.units, h.sets, h.results)
	h.brief.isPage = func(path string) bool {
		return path == "/" || path == "/lam-viec/tinh" || path == "/lam-viec/bang-diem"
	}
	return h
}

const period = "2026-Q3"

// onBoth runs fn on both engines with the shipped units and the set of the fictional province. ctx is the command line.
func onBoth(t *testing.T, fn func(t *testing.T, ctx context.Context, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			empty := build(new(db.DB))
			var migrations []db.Migrations
			for _, m := range []module.Module{empty.units.Module(), empty.sets.Module(), empty.results.Module(), empty.brief.Module()} {
				migrations = append(migrations, db.Migrations{Module: m.Name, FS: m.Migrations})
			}
			h := build(dbtest.Open(t, e, clock.Fixed(today), migrations))
			ctx := auth.With(context.Background(), auth.CLI())
			for _, m := range []module.Module{h.units.Module(), h.sets.Module()} {
				if err := m.Install(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := h.sets.LoadSet(ctx, "xa-thu.yaml", province.SetYAML(), false); err != nil {
				t.Fatal(err)
			}
			fn(t, ctx, h)
		})
	}
}

// unit finds a commune of today by its code.
func (h *house) unit(t *testing.T, code string) *territory.Unit {
	t.Helper()
	r, err := h.units.Today(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	u := r.ByCode(code)
	if u == nil {
		t.Fatalf("no unit bears %s today", code)
	}
	return u
}

// as is somebody with one grant.
func as(login string, g auth.Grant) context.Context {
	return auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 7, Login: login, Grants: []auth.Grant{g}})
}

// declare writes a declared verdict as verified.
func (h *house) declare(t *testing.T, ctx context.Context, u *territory.Unit, id, verdict string) {
	t.Helper()
	figure, err := assessment.ParseFigure("", "", "", "", verdict)
	if err != nil {
		t.Fatal(err)
	}
	card, err := h.results.Scorecard(ctx, u.ID, province.Set, period)
	if err != nil {
		t.Fatal(err)
	}
	item := assessment.Item{ID: id}
	if err := h.results.Correct(ctx, assessment.Correction{Unit: u.ID, Set: province.Set, Period: period, Item: item, Figure: figure, Reason: "thử", IfMatch: card.Cell(item).ETag()}); err != nil {
		t.Fatal(err)
	}
}

// audited counts the audit entries of an action.
func (h *house) audited(t *testing.T, action string) (n int) {
	t.Helper()
	if err := h.db.Read(context.Background()).QueryRowContext(context.Background(), "SELECT COUNT(*) FROM audit WHERE action = $1", action).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const (
	homeCode = "24943" // xã Ka Đô
	awayCode = "24931" // xã Đơn Dương
)

// A note that is sent twice is one task; written on meanwhile, it changes its task. Each change is audited once.
func TestNoteSentTwiceIsOneTask(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home, away := h.unit(t, homeCode), h.unit(t, awayCode)
		note := Note{ClientID: "may-0001", Unit: home.ID, Set: province.Set, Item: assessment.Item{ID: "1.2"}, Body: "Xem lại danh sách."}
		for k, want := range []Sent{{Created: 1}, {Again: 1}, {Again: 1}} {
			if got, err := h.brief.SendNotes(ctx, []Note{note}); err != nil || got != want {
				t.Errorf("%d: %+v, %v; want %+v", k, got, err, want)
			}
		}
		note.Body = "Xem lại danh sách hộ."
		if got, err := h.brief.SendNotes(ctx, []Note{note}); err != nil || got != (Sent{Changed: 1}) {
			t.Errorf("%+v, %v", got, err)
		}
		list, err := h.brief.Tasks(ctx, TaskOpen, home.ID)
		if err != nil || len(list) != 1 || list[0].Body != note.Body || list[0].Item.ID != "1.2" {
			t.Fatalf("%+v, %v", list, err)
		}
		if made, changed := h.audited(t, "briefing.task.make"), h.audited(t, "briefing.task.rewrite"); made != 1 || changed != 1 {
			t.Errorf("audited %d and %d", made, changed)
		}
		// The same id from another account is another note; about another commune it is a mistake.
		other := as("can-bo", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(home.ID)})
		if got, err := h.brief.SendNotes(other, []Note{note}); err != nil || got.Created != 1 {
			t.Errorf("%+v, %v", got, err)
		}
		note.Unit = away.ID
		if _, err := h.brief.SendNotes(ctx, []Note{note}); !fault.Is(err, fault.Conflict) {
			t.Errorf("%v, want conflict", err)
		}
		// All or none.
		fresh := Note{ClientID: "may-0002", Unit: home.ID, Set: province.Set, Body: "Ghi chung."}
		if _, err := h.brief.SendNotes(ctx, []Note{fresh, {ClientID: "x", Unit: home.ID, Set: province.Set, Body: "a"}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v, want invalid", err)
		}
		if list, _ := h.brief.Tasks(ctx, TaskOpen, home.ID); len(list) != 2 {
			t.Errorf("%d tasks, want 2", len(list))
		}
	})
}

// The same notes from a device that sends twice at once are still one task each.
func TestNotesSentAtOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home := h.unit(t, homeCode)
		for round := range 20 {
			notes := []Note{{ClientID: fmt.Sprintf("may-%04d", round), Unit: home.ID, Set: province.Set, Body: "Một."}, {ClientID: fmt.Sprintf("moc-%04d", round), Unit: home.ID, Set: province.Set, Body: "Hai."}}
			var wg sync.WaitGroup
			sent := make([]Sent, 2)
			for k := range sent {
				wg.Go(func() {
					var err error
					if sent[k], err = h.brief.SendNotes(ctx, notes); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
			if sent[0].Created+sent[1].Created != 2 || sent[0].Again+sent[1].Again != 2 {
				t.Fatalf("%+v", sent)
			}
		}
		if list, err := h.brief.Tasks(ctx, TaskOpen, home.ID); err != nil || len(list) != 40 {
			t.Errorf("%d tasks, %v; want 40", len(list), err)
		}
	})
}

// Tasks and plans are seen and changed within one's communes only.
func TestScope(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home, away := h.unit(t, homeCode), h.unit(t, awayCode)
		officer := as("can-bo", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(home.ID)})
		viewer := as("nguoi-xem", auth.Grant{Role: auth.Viewer, Unit: int64(home.ID)})
		department := as("so", auth.Grant{Role: auth.Department, Departments: []string{"noi_vu"}})
		note := func(u *territory.Unit, id string) []Note {
			return []Note{{ClientID: id, Unit: u.ID, Set: province.Set, Item: assessment.Item{ID: "1.2"}, Body: id}}
		}
		for _, c := range []struct {
			who  string
			ctx  context.Context
			unit *territory.Unit
			want fault.Code // "" = allowed
		}{{"officer", officer, home, ""}, {"officer", officer, away, fault.Forbidden}, {"viewer", viewer, home, fault.Forbidden}, {"guest", context.Background(), home, fault.Unauthenticated},
			{"department, an item of another one", department, away, ""}} {
			_, err := h.brief.SendNotes(c.ctx, note(c.unit, "ghi-"+c.unit.Code+fmt.Sprint(len(c.who))))
			if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
				t.Errorf("%s in %s: %v, want %q", c.who, c.unit.Name, err, c.want)
			}
			_, err = h.brief.MakePlan(c.ctx, Plan{Set: province.Set, Period: period, Name: "K", Gaps: []Gap{{c.unit.ID, assessment.Item{ID: "1.2"}, "2027-Q1", 0}}})
			if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
				t.Errorf("%s plans in %s: %v, want %q", c.who, c.unit.Name, err, c.want)
			}
		}
		open := func(ctx context.Context) (out []territory.UnitID) {
			list, err := h.brief.Tasks(ctx, TaskOpen, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range list {
				out = append(out, x.Unit)
			}
			return out
		}
		if got := open(officer); !slices.Equal(got, []territory.UnitID{home.ID}) {
			t.Errorf("the officer sees tasks of %v", got)
		}
		if got := open(viewer); !slices.Equal(got, []territory.UnitID{home.ID}) {
			t.Errorf("the viewer sees tasks of %v", got)
		}
		if got := open(department); len(got) != 2 {
			t.Errorf("the department sees tasks of %v", got)
		}
		list, err := h.brief.Tasks(ctx, TaskOpen, away.ID)
		if err != nil || len(list) != 1 {
			t.Fatal(list, err)
		}
		if err := h.brief.MoveTask(officer, list[0].ID, TaskDone); !fault.Is(err, fault.NotFound) {
			t.Errorf("closing a foreign task: %v, want not found", err)
		}
		if err := h.brief.MoveTask(department, list[0].ID, TaskDone); err != nil {
			t.Error(err)
		}
		if err := h.brief.MoveTask(department, list[0].ID, TaskOpen); err != nil {
			t.Error(err)
		}
		if n := h.audited(t, "briefing.task.move"); n != 2 {
			t.Errorf("%d moves audited", n)
		}
		// A plan over both communes is shown to nobody who reads only one of them.
		both, err := h.brief.MakePlan(ctx, Plan{Set: province.Set, Period: period, Name: "Cả hai", Gaps: []Gap{{home.ID, assessment.Item{ID: "1.2"}, "2027-Q1", 0}, {away.ID, assessment.Item{ID: "1.2"}, "2027-Q1", 0}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.brief.Plan(officer, both); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v, want not found", err)
		}
		if list, err := h.brief.Plans(officer); err != nil || len(list) != 1 || list[0].Author != "can-bo" {
			t.Errorf("the officer sees %+v, %v", list, err)
		}
	})
}

// Of two edits of one version one wins; an edit without a version is refused.
func TestStalePlan(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home := h.unit(t, homeCode)
		p := Plan{Set: province.Set, Period: period, Name: "Một", Gaps: []Gap{{home.ID, assessment.Item{ID: "1.2"}, "2027-Q1", 5}}}
		var err error
		if p.ID, err = h.brief.MakePlan(ctx, p); err != nil {
			t.Fatal(err)
		}
		seen, err := h.brief.Plan(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		p.Name = "Hai"
		if err := h.brief.ChangePlan(ctx, p, ""); !fault.Is(err, fault.Unconditional) {
			t.Errorf("%v, want unconditional", err)
		}
		if err := h.brief.ChangePlan(ctx, p, seen.ETag()); err != nil {
			t.Fatal(err)
		}
		p.Name = "Ba"
		if err := h.brief.ChangePlan(ctx, p, seen.ETag()); !fault.Is(err, fault.Stale) {
			t.Errorf("%v, want stale", err)
		}
		for round := range 20 {
			now, err := h.brief.Plan(ctx, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			var wg sync.WaitGroup
			out := make([]error, 2)
			for k := range out {
				wg.Go(func() {
					q := p
					q.Name = fmt.Sprintf("%d-%d", round, k)
					out[k] = h.brief.ChangePlan(ctx, q, now.ETag())
				})
			}
			wg.Wait()
			if (out[0] == nil) == (out[1] == nil) || out[0] != nil && !fault.Is(out[0], fault.Stale) || out[1] != nil && !fault.Is(out[1], fault.Stale) {
				t.Fatalf("%v", out)
			}
		}
		for name, bad := range map[string]Plan{
			"no gap": {Name: "x"}, "no name": {Gaps: p.Gaps}, "twice": {Name: "x", Gaps: append(slices.Clone(p.Gaps), p.Gaps...)},
			"unknown item": {Name: "x", Gaps: []Gap{{home.ID, assessment.Item{ID: "99"}, "2027-Q1", 0}}}, "no quarter": {Name: "x", Gaps: []Gap{{home.ID, assessment.Item{ID: "1.2"}, "2027", 0}}},
			"negative": {Name: "x", Gaps: []Gap{{home.ID, assessment.Item{ID: "1.2"}, "2027-Q1", -1}}}, "unknown commune": {Name: "x", Gaps: []Gap{{5, assessment.Item{ID: "1.2"}, "2027-Q1", 0}}},
		} {
			bad.Set, bad.Period = province.Set, period
			if _, err := h.brief.MakePlan(ctx, bad); !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: %v, want invalid", name, err)
			}
		}
	})
}

// A meeting keeps what counted on its day, whatever is corrected later, and says what has changed since.
func TestMeetingKeepsItsFigures(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		home, away := h.unit(t, homeCode), h.unit(t, awayCode)
		for _, id := range []string{"1.2", "2.1"} {
			h.declare(t, ctx, home, id, "chua_dat")
			h.declare(t, ctx, away, id, "dat")
		}
		id, err := h.brief.HoldMeeting(ctx, province.Set, period, "2026-10-14", "Kết luận.")
		if err != nil {
			t.Fatal(err)
		}
		h.declare(t, ctx, home, "1.2", "dat")
		h.declare(t, ctx, away, "2.1", "chua_dat")
		m, then, err := h.brief.Meeting(ctx, id)
		if err != nil || m.Note != "Kết luận." || m.HeldOn != "2026-10-14" {
			t.Fatalf("%+v, %v", m, err)
		}
		for _, r := range then.Rows {
			want := map[territory.UnitID]string{home.ID: "?--?", away.ID: "?++?"}[r.Unit.ID]
			if r.Cells != want {
				t.Errorf("%s stood at %q, want %q", r.Unit.Name, r.Cells, want)
			}
		}
		now, err := h.results.Board(context.Background(), province.Set, period)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range Changes(then, now) {
			got = append(got, fmt.Sprintf("%s %s %c>%c", c.Unit.Code, c.Item.ID, c.Was, c.Now))
		}
		if want := []string{homeCode + " 1.2 ->+", awayCode + " 2.1 +>-"}; !slices.Equal(got, want) {
			t.Errorf("changed %v, want %v", got, want)
		}
		officer := as("can-bo", auth.Grant{Role: auth.CommuneOfficer, Unit: int64(home.ID)})
		if m, _, err := h.brief.Meeting(officer, id); err != nil || m.Note != "" {
			t.Errorf("the officer reads %+v, %v", m, err)
		}
		if _, err := h.brief.HoldMeeting(officer, province.Set, period, "2026-10-14", ""); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%v, want forbidden", err)
		}
		if _, err := h.brief.HoldMeeting(ctx, province.Set, period, "2026-11-25", ""); !fault.Is(err, fault.Invalid) {
			t.Errorf("a meeting of tomorrow: %v, want invalid", err)
		}
		if n := h.audited(t, "briefing.meet"); n != 1 {
			t.Errorf("%d meetings audited", n)
		}
	})
}

// Only addresses of our own pages are kept, and only for their owner.
func TestSavedViews(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		for text, want := range map[string]string{
			"/lam-viec/tinh?ky=2026-Q3&bo=a": "/lam-viec/tinh?bo=a&ky=2026-Q3", "/en/lam-viec/tinh": "/lam-viec/tinh", "/en": "/", " /lam-viec/tinh ": "/lam-viec/tinh",
			"http://here.example/lam-viec/tinh?ky=1": "/lam-viec/tinh?ky=1", "https://here.example/en/lam-viec/bang-diem": "/lam-viec/bang-diem", "/lam-viec/tinh#a": "/lam-viec/tinh",
		} {
			if got, err := h.brief.ownAddress(text, "here.example"); err != nil || got != want {
				t.Errorf("%q: %q, %v; want %q", text, got, err, want)
			}
		}
		for _, text := range []string{"", "lam-viec/tinh", "//evil.example/lam-viec/tinh", "https://evil.example/lam-viec/tinh", "javascript:alert(1)", `/\evil.example`, "/lam-viec/khong-co", "/lam-viec/../lam-viec/tinh",
			"http://u@here.example/lam-viec/tinh", "ftp://here.example/lam-viec/tinh", "mailto:a@b.c", "/en//evil.example", "/%2F/evil.example"} {
			if got, err := h.brief.ownAddress(text, "here.example"); !fault.Is(err, fault.Invalid) {
				t.Errorf("%q was taken as %q, %v", text, got, err)
			}
		}
		one := as("mot", auth.Grant{Role: auth.Department, Departments: []string{"noi_vu"}})
		two := as("hai", auth.Grant{Role: auth.ProvinceOffice})
		id, err := h.brief.SaveView(one, " Giao  ban ", "/lam-viec/tinh", "")
		if err != nil {
			t.Fatal(err)
		}
		if list, err := h.brief.Views(one); err != nil || len(list) != 1 || list[0].Name != "Giao ban" {
			t.Errorf("%+v, %v", list, err)
		}
		if list, err := h.brief.Views(two); err != nil || len(list) != 0 {
			t.Errorf("%+v, %v", list, err)
		}
		if err := h.brief.DeleteView(two, id); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v, want not found", err)
		}
		if err := h.brief.RenameView(two, id, "x"); !fault.Is(err, fault.NotFound) {
			t.Errorf("%v, want not found", err)
		}
		if err := h.brief.RenameView(one, id, "Tên mới"); err != nil {
			t.Error(err)
		}
		if err := h.brief.DeleteView(one, id); err != nil {
			t.Error(err)
		}
		if list, _ := h.brief.Views(one); len(list) != 0 {
			t.Errorf("%+v is left", list)
		}
		for _, action := range []string{"save", "rename", "delete"} {
			if n := h.audited(t, "briefing.view."+action); n != 1 {
				t.Errorf("%s: %d audited", action, n)
			}
		}
	})
}

// The demo has one meeting, one plan and tasks in both states.
func TestDemo(t *testing.T) {
	onBoth(t, func(t *testing.T, ctx context.Context, h *house) {
		for _, m := range []module.Module{h.units.Module(), h.sets.Module(), h.results.Module(), h.brief.Module()} {
			if m.Demo == nil {
				continue
			}
			if err := m.Demo(ctx); err != nil {
				t.Fatal(err)
			}
		}
		a, err := h.brief.Public(ctx, "", "")
		if err != nil {
			t.Fatal(err)
		}
		past, err := h.brief.Meetings(ctx, a.Frame, 5)
		if err != nil || len(past) != 1 {
			t.Errorf("%+v, %v", past, err)
		}
		list, err := h.brief.Plans(ctx)
		if err != nil || len(list) != 1 || len(Gains(a.Board, list[0].Gaps).Gains) == 0 {
			t.Errorf("%+v, %v", list, err)
		}
		open, _ := h.brief.Tasks(ctx, TaskOpen, 0)
		done, _ := h.brief.Tasks(ctx, TaskDone, 0)
		if len(open) != 3 || len(done) != 1 {
			t.Errorf("%d open, %d done", len(open), len(done))
		}
	})
}
