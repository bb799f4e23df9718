package assessment

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
	"langso/internal/territory"
)

// house is the modules that results need, over one store.
type house struct {
	db      *db.DB
	units   *territory.Service
	sets    *criteria.Service
	results *Service
}

// today is fixed, so that "the newest closed period" does not move under the tests.
var today = time.Date(2026, 11, 24, 3, 0, 0, 0, time.UTC)

func build(d *db.DB) *house {
	kit := module.Kit{DB: d, Clock: d.Clock(), Log: slog.New(slog.DiscardHandler)}
	h := &house{db: d, units: territory.New(kit), sets: criteria.New(kit)}
	h.results = New(kit, h.units, h.sets)
	return h
}

// onBoth runs fn on both engines with the reference data installed and, when demo is true, the illustrative province.
func onBoth(t *testing.T, demo bool, fn func(t *testing.T, ctx context.Context, h *house)) {
	t.Helper()
	onEach(t, demo, func(t *testing.T, ctx context.Context, h *house) {
		fn(t, ctx, h)
		if t.Failed() {
			return
		}
		if bad, err := h.results.Check(ctx); err != nil || len(bad) > 0 {
			t.Errorf("after the test: %v %v", bad, err)
		}
	})
}

// onEach is onBoth for tests that leave the store out of order.
func onEach(t *testing.T, demo bool, fn func(t *testing.T, ctx context.Context, h *house)) {
	t.Helper()
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		t.Run(string(e), func(t *testing.T) {
			empty := build(new(db.DB))
			var migrations []db.Migrations
			for _, m := range []module.Module{empty.units.Module(), empty.sets.Module(), empty.results.Module()} {
				migrations = append(migrations, db.Migrations{Module: m.Name, FS: m.Migrations})
			}
			h := build(dbtest.Open(t, e, clock.Fixed(today), migrations))
			ctx := auth.With(context.Background(), auth.CLI())
			for _, m := range []module.Module{h.units.Module(), h.sets.Module()} {
				if err := m.Install(ctx); err != nil {
					t.Fatal(err)
				}
			}
			if demo {
				for _, m := range []module.Module{h.units.Module(), h.sets.Module(), h.results.Module()} {
					if err := m.Demo(ctx); err != nil {
						t.Fatal(err)
					}
				}
			}
			fn(t, ctx, h)
		})
	}
}

// count returns the public counts of one item.
func (h *house) count(t *testing.T, set, period, id string) Counts {
	t.Helper()
	b, err := h.results.Board(context.Background(), set, period)
	if err != nil {
		t.Fatal(err)
	}
	item, err := ItemNamed(b.Set, id)
	if err != nil {
		t.Fatal(err)
	}
	return b.Count(b.Rows, item)
}

// unit finds a commune by its code on a day.
func (h *house) unit(t *testing.T, code string, at clock.Date) *territory.Unit {
	t.Helper()
	reg, err := h.units.Register(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	u := reg.At(at).ByCode(code)
	if u == nil {
		t.Fatalf("no unit bears %s on %s", code, at)
	}
	return u
}

// The figures of the news report: 48 of 111 communes meet 8.4 (43.2 %), 50 of 111 meet 15.2 (45.0 %, printed 45.4).
func TestSnapshotOfTheReport(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		for id, want := range map[string]struct {
			met    int
			tenths int64
		}{"8.4": {48, 432}, "15.2": {50, 450}} {
			c := h.count(t, "xa-ntm-nang-cao-2021-2025", "2023", id)
			if got, _ := c.Tenths(); c.Met != want.met || c.NotMet != 111-want.met || c.Total != 111 || got != want.tenths {
				t.Errorf("%s: %+v %d, want %d of 111 = %d", id, c, got, want.met, want.tenths)
			}
		}
		p, err := h.results.DefaultPeriod(ctx, "xa-ntm-2026-2030")
		if err != nil || p.ID != "2026-Q3" {
			t.Errorf("default period %q, %v; want 2026-Q3", p.ID, err)
		}
		b, err := h.results.Board(context.Background(), "", "")
		if err != nil {
			t.Fatal(err)
		}
		if b.Set.Code != "xa-ntm-2026-2030" || len(b.Rows) != 103 {
			t.Errorf("opens on %s with %d communes, want xa-ntm-2026-2030 with 103", b.Set.Code, len(b.Rows))
		}
		list, err := h.results.Recognitions(ctx, mustBoard(t, h, "xa-ntm-nang-cao-2021-2025", "2023"))
		if err != nil || len(list) != 3 || list[0].Communes != 109 || list[1].Communes != 41 || list[2].Communes != 16 {
			t.Errorf("recognised %+v, %v; want 109, 41, 16", list, err)
		}
	})
}

func mustBoard(t *testing.T, h *house, set, period string) *Board {
	t.Helper()
	b, err := h.results.Board(context.Background(), set, period)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// One corrected commune moves the board at the next request: 47 of 111 is 42.3 %.
func TestCorrectionMovesTheBoard(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-nang-cao-2021-2025", "2023"
		u := h.unit(t, "24805", "2023-12-31") // Xuân Thọ met 8.4
		c := Correction{Unit: u.ID, Set: set, Period: period, Item: Item{ID: "8.4"}, Figure: Figure{Declared: workbook.VerdictNotMet}, Reason: "kiểm tra lại"}
		if err := h.results.Correct(ctx, c); !fault.Is(err, fault.Unconditional) {
			t.Fatalf("without a version: %v, want unconditional", err)
		}
		card, err := h.results.Scorecard(ctx, u.ID, set, period)
		if err != nil {
			t.Fatal(err)
		}
		c.IfMatch = card.Cell(c.Item).ETag()
		if err := h.results.Correct(ctx, c); err != nil {
			t.Fatal(err)
		}
		if got := h.count(t, set, period, "8.4"); got.Met != 47 || *got.Percent() != 42.3 {
			t.Errorf("after the correction %+v, want 47 and 42.3", got)
		}
		if err := h.results.Correct(ctx, c); !fault.Is(err, fault.Stale) {
			t.Errorf("the same version again: %v, want stale", err)
		}
		c.IfMatch, c.Reason = "x", "  "
		if err := h.results.Correct(ctx, c); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a reason: %v, want invalid", err)
		}
		log, err := h.results.History(ctx, u.ID, set, period, "8.4")
		if err != nil || len(log) != 2 || log[0].Version.Note != "kiểm tra lại" {
			t.Errorf("history %+v, %v; want two versions, the newest with its reason", log, err)
		}
	})
}

// A commune's value is a draft: the office and the commune see it, the public keeps the verified one.
func TestDraftStaysInside(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-2026-2030", "2026-Q3"
		u := h.unit(t, "24943", "2026-09-30")
		other := h.unit(t, "24848", "2026-09-30")
		officer := auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 7, Login: "can-bo-xa", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: int64(u.ID)}}})
		item := Item{ID: "7", Criterion: true}
		before := h.count(t, set, period, "7")
		card, err := h.results.Scorecard(officer, u.ID, set, period)
		if err != nil {
			t.Fatal(err)
		}
		was := card.Cell(item).Judged.Verdict
		draft := workbook.VerdictNA // differs from whatever the demo says
		c := Correction{Unit: u.ID, Set: set, Period: period, Item: item, Figure: Figure{Declared: draft}, Reason: "đang rà soát", IfMatch: card.Cell(item).ETag()}
		if err := h.results.Correct(officer, c); err != nil {
			t.Fatal(err)
		}
		if got := h.count(t, set, period, "7"); got != before {
			t.Errorf("public counts moved by a draft: %+v, were %+v", got, before)
		}
		seen := func(ctx context.Context) Verdict {
			card, err := h.results.Scorecard(ctx, u.ID, set, period)
			if err != nil {
				t.Fatal(err)
			}
			return card.Cell(item).Judged.Verdict
		}
		if v := seen(officer); v != NotApplicable {
			t.Errorf("the officer sees %s, want the draft", v)
		}
		if v := seen(ctx); v != NotApplicable {
			t.Errorf("the office sees %s, want the draft", v)
		}
		if v := seen(context.Background()); v != was {
			t.Errorf("a guest sees %s, want the verified %s", v, was)
		}
		stranger := auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 8, Login: "xa-khac", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: int64(other.ID)}}})
		if v := seen(stranger); v != was {
			t.Errorf("another commune sees %s, want the verified %s", v, was)
		}
		c.IfMatch = "0"
		if err := h.results.Correct(stranger, c); !fault.Is(err, fault.Forbidden) {
			t.Errorf("another commune writes: %v, want forbidden", err)
		}
		if err := h.results.Correct(context.Background(), c); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("a guest writes: %v, want unauthenticated", err)
		}
		// The office's own value ends the draft.
		card, _ = h.results.Scorecard(ctx, u.ID, set, period)
		c = Correction{Unit: u.ID, Set: set, Period: period, Item: item, Figure: Figure{Declared: workbook.VerdictNotMet}, Reason: "đã kiểm tra", IfMatch: card.Cell(item).ETag()}
		if err := h.results.Correct(ctx, c); err != nil {
			t.Fatal(err)
		}
		if a, b := seen(officer), seen(context.Background()); a != NotMet || b != NotMet {
			t.Errorf("officer sees %s, guest %s; both should see the office's value", a, b)
		}
	})
}

// Two writers leave a barrier together, 200 times: one wins, the other is told, nothing is lost.
func TestTwoWritersOneWins(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-2026-2030", "2026-Q3"
		u := h.unit(t, "24943", "2026-09-30")
		item := Item{ID: "7", Criterion: true}
		two := []workbook.Verdict{workbook.VerdictMet, workbook.VerdictNotMet}
		for round := range 200 {
			card, err := h.results.Scorecard(ctx, u.ID, set, period)
			if err != nil {
				t.Fatal(err)
			}
			etag := card.Cell(item).ETag()
			var barrier, done sync.WaitGroup
			barrier.Add(1)
			errs := make([]error, 2)
			for i := range 2 {
				done.Go(func() {
					barrier.Wait()
					// Verdicts alternate, so that neither writer ever repeats what stands.
					v := two[(i+round)%2]
					if i == 0 {
						v = workbook.VerdictNearly
					}
					errs[i] = h.results.Correct(ctx, Correction{Unit: u.ID, Set: set, Period: period, Item: item, Figure: Figure{Declared: v}, Reason: "lần thử", IfMatch: etag})
				})
			}
			barrier.Done()
			done.Wait()
			won, stale := 0, 0
			for _, err := range errs {
				switch {
				case err == nil:
					won++
				case fault.Is(err, fault.Stale):
					stale++
				default:
					t.Fatal(err)
				}
			}
			if won != 1 || stale != 1 {
				t.Fatalf("round %d: %d won, %d stale", round, won, stale)
			}
		}
	})
}

// Check must find what somebody changed behind the product's back: a standing that says something else, one that is
// missing, one without values.
func TestCheckFindsTampering(t *testing.T) {
	for _, tamper := range []string{
		"UPDATE standing SET criteria = '++++++++++' WHERE unit_id = (SELECT MIN(unit_id) FROM standing WHERE criteria LIKE '%-%') AND criteria <> '++++++++++'",
		"DELETE FROM standing WHERE unit_id = (SELECT MIN(unit_id) FROM standing)",
		"DELETE FROM value_version WHERE unit_id = (SELECT MIN(unit_id) FROM value_version)",
	} {
		onEach(t, true, func(t *testing.T, ctx context.Context, h *house) {
			if bad, err := h.results.Check(ctx); err != nil || len(bad) > 0 {
				t.Fatalf("before: %v %v", bad, err)
			}
			err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { _, err := tx.ExecContext(ctx, tamper); return err })
			if err != nil {
				t.Fatal(err)
			}
			if bad, err := h.results.Check(ctx); err != nil || len(bad) == 0 {
				t.Errorf("%s: found %v, %v", tamper, bad, err)
			}
		})
	}
}

// New attributes, overrides and sets move the verdicts in the transaction that brings them.
func TestThresholdsMoveVerdicts(t *testing.T) {
	onBoth(t, false, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-2021-2025", "2024-06"
		u := h.unit(t, "24805", "2024-06-30")
		put := func(id string, f Figure) {
			t.Helper()
			if err := h.results.Correct(ctx, Correction{Unit: u.ID, Set: set, Period: period, Item: Item{ID: id}, Figure: f, Reason: "thử", IfMatch: "0"}); err != nil {
				t.Fatal(err)
			}
		}
		// 14.2: 85 % in general, 70 % in the Central Highlands and in the column of specially difficult communes; 10.5 % poor is
		// above the 7 % of the Central Highlands (11) and below the 13 % of that column. 2.1 is left to the province.
		put("11", Figure{HasNumber: true, Num: 105, Scale: 1})
		put("2.1", Figure{HasNumber: true, Num: 90})
		of := func(id string) Verdict {
			t.Helper()
			card, err := h.results.Scorecard(context.Background(), u.ID, set, period)
			if err != nil {
				t.Fatal(err)
			}
			return card.Cell(Item{ID: id}).Judged.Verdict
		}
		stored := func(id string) Verdict {
			t.Helper()
			b := mustBoard(t, h, set, period)
			for _, r := range b.Rows {
				if r.Unit.ID == u.ID {
					return b.Verdict(r, Item{ID: id})
				}
			}
			t.Fatal("no row")
			return 0
		}
		if of("11") != NotMet || of("2.1") != NoThreshold {
			t.Fatalf("before: 11 %s, 2.1 %s; want not_met and no_threshold", of("11"), of("2.1"))
		}
		_, err := h.units.ImportAttributes(ctx, []byte("code,attribute,value,from,decision\n24805,special,dbkk,2022-01-01,01/QĐ-UBND\n"), territory.AttributeOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if of("11") != Met || stored("11") != Met {
			t.Errorf("specially difficult: 11 is %s, stored %s; want met by the column tdmnpb", of("11"), stored("11"))
		}
		_, err = h.sets.LoadOverrides(ctx, "ghi-de.yaml", []byte("set: xa-ntm-2021-2025\ndecision: 879/QĐ-UBND\ndecided_on: 2024-05-21\nvalid_from: 2024-01-01\nthresholds:\n  \"2.1\": 100\n"), false)
		if err != nil {
			t.Fatal(err)
		}
		if of("2.1") != NotMet || stored("2.1") != NotMet {
			t.Errorf("with an override of 100 %%: 2.1 is %s, stored %s; want not_met", of("2.1"), stored("2.1"))
		}
	})
}

// A threshold that comes while a workbook is being written is in the stored verdicts: the work starts again.
func TestThresholdDuringImport(t *testing.T) {
	onBoth(t, false, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-2021-2025", "2024-06"
		u := h.unit(t, "24805", "2024-06-30")
		f, err := h.results.Frame(ctx, set, period) // read before the override
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.sets.LoadOverrides(ctx, "ghi-de.yaml", []byte("set: xa-ntm-2021-2025\ndecision: 879/QĐ-UBND\ndecided_on: 2024-05-21\nvalid_from: 2024-01-01\nthresholds:\n  \"2.1\": 100\n"), false)
		if err != nil {
			t.Fatal(err)
		}
		list := []change{{Unit: u.ID, Item: Item{ID: "2.1"}, Figure: Figure{HasNumber: true, Num: 90}, State: Verified}}
		attempts := 0
		err = untilStanding(func() error {
			if attempts++; attempts > 1 {
				if f, err = h.results.Frame(ctx, set, period); err != nil {
					return err
				}
			}
			return h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				o, err := h.results.write(ctx, tx, f, list)
				if err != nil {
					return err
				}
				return audit.Record(ctx, tx, audit.Entry{Action: actionEdit, Key: "2.1", New: edited{Digest: digest(o.Versions)}})
			})
		})
		if err != nil || attempts != 2 {
			t.Fatalf("%d attempts, %v; want a second one", attempts, err)
		}
		if c := h.count(t, set, period, "2.1"); c.NotMet != 1 {
			t.Errorf("%+v, want one commune judged by the new threshold", c)
		}
	})
}

// A draft moves nothing that a stranger sees, not even a date.
func TestDraftLeavesNoTrace(t *testing.T) {
	onBoth(t, true, func(t *testing.T, ctx context.Context, h *house) {
		const set, period = "xa-ntm-2026-2030", "2026-Q3"
		u := h.unit(t, "24943", "2026-09-30")
		seen := func() string {
			b := mustBoard(t, h, set, period)
			return asJSON(t, b.Rows)
		}
		before := seen()
		exported, err := h.results.Export(ctx, set, period)
		if err != nil {
			t.Fatal(err)
		}
		officer := auth.With(context.Background(), auth.Actor{Kind: auth.Person, ID: 7, Login: "can-bo-xa", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: int64(u.ID)}}})
		item := Item{ID: "7", Criterion: true}
		card, err := h.results.Scorecard(officer, u.ID, set, period)
		if err != nil {
			t.Fatal(err)
		}
		h.db.Clock().Set(today.Add(time.Hour))
		err = h.results.Correct(officer, Correction{Unit: u.ID, Set: set, Period: period, Item: item, Figure: Figure{Declared: workbook.VerdictNA}, Reason: "nháp", IfMatch: card.Cell(item).ETag()})
		if err != nil {
			t.Fatal(err)
		}
		if after := seen(); after != before {
			t.Error("a guest's board moved with a draft")
		}
		again, err := h.results.Export(ctx, set, period)
		if err != nil || string(again) != string(exported) {
			t.Errorf("the office's export moved with a draft: %v", err)
		}
	})
}
