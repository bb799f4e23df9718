package assessment

import (
	"context"
	"fmt"
	"testing"
	"time"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/module"
)

// province fills a store with what a province has after five years: every xã of the day, both sets of 2021-2025 (132
// indicators), five years. It returns the number of values.
func province(b *testing.B, ctx context.Context, h *house) (values int) {
	b.Helper()
	for _, set := range []string{"xa-ntm-2021-2025", "xa-ntm-nang-cao-2021-2025"} {
		for year := 2020; year < 2025; year++ {
			f, err := h.results.Frame(ctx, set, fmt.Sprint(year))
			if err != nil {
				b.Fatal(err)
			}
			var list []change
			for n, u := range f.Roster.Communes() {
				for k, i := range f.Set.Indicators() {
					c := change{Unit: u.ID, Item: Item{ID: i.ID}, State: Verified, Figure: Figure{Declared: workbook.VerdictMet}}
					if i.Kind == criteria.Percent {
						c.Figure = Figure{HasNumber: true, Num: int64((n*37+k*11+year)%1000 + 1), Scale: 1}
					}
					list = append(list, c)
				}
			}
			values += len(list)
			if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { _, err := h.results.write(ctx, tx, f, list); return err }); err != nil {
				b.Fatal(err)
			}
		}
	}
	return values
}

func benchHouse(b *testing.B, e db.Engine) (*house, context.Context) {
	b.Helper()
	empty := build(new(db.DB))
	var migrations []db.Migrations
	for _, m := range []module.Module{empty.units.Module(), empty.sets.Module(), empty.results.Module()} {
		migrations = append(migrations, db.Migrations{Module: m.Name, FS: m.Migrations})
	}
	h := build(dbtest.Open(b, e, clock.Fixed(today), migrations))
	ctx := auth.With(context.Background(), auth.CLI())
	for _, m := range []module.Module{h.units.Module(), h.sets.Module()} {
		if err := m.Install(ctx); err != nil {
			b.Fatal(err)
		}
	}
	return h, ctx
}

// BenchmarkJudge compares judging every value from its versions and storing the standings with only reading the same
// rows, in turn, in one run: bar ratio ≤ 1.5 (design §11).
func BenchmarkJudge(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			h, ctx := benchHouse(b, e)
			judgeAgain(b, ctx, h, province(b, ctx, h))
		})
	}
}

// BenchmarkJudgeNation is BenchmarkJudge for 3,321 communes, 132 indicators and five years.
func BenchmarkJudgeNation(b *testing.B) {
	for _, e := range []db.Engine{db.SQLite, db.Postgres} {
		b.Run(string(e), func(b *testing.B) {
			h, ctx := benchHouse(b, e)
			if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", "demo") }); err != nil {
				b.Fatal(err)
			}
			rep, err := h.results.MakeNation(ctx, nationCommunes)
			if err != nil {
				b.Fatal(err)
			}
			judgeAgain(b, ctx, h, rep.Values)
		})
	}
}

func judgeAgain(b *testing.B, ctx context.Context, h *house, values int) {
	list, err := books(ctx, h.db.Read(ctx), "")
	if err != nil {
		b.Fatal(err)
	}
	var reading, judging time.Duration
	for b.Loop() {
		start, rows := time.Now(), 0
		for _, k := range list {
			err := currentVersions(ctx, h.db.Read(ctx), k.ID, nil, func(Version, bool) error { rows++; return nil })
			if err != nil {
				b.Fatal(err)
			}
		}
		if rows != values {
			b.Fatalf("read %d rows of %d", rows, values)
		}
		reading += time.Since(start)
		// Without the old standings every row is stored anew.
		if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM standing")
			return err
		}); err != nil {
			b.Fatal(err)
		}
		start = time.Now()
		if err := h.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return h.results.rejudgeAll(ctx, tx, "") }); err != nil {
			b.Fatal(err)
		}
		judging += time.Since(start)
	}
	b.ReportMetric(float64(values), "values")
	b.ReportMetric(judging.Seconds()/reading.Seconds(), "judge/read")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkCorrection is one corrected value until its board says so, on a second handle of the same store.
func BenchmarkCorrection(b *testing.B) {
	h, ctx := benchHouse(b, db.SQLite)
	province(b, ctx, h)
	f, err := h.results.Frame(ctx, "xa-ntm-2021-2025", "2024")
	if err != nil {
		b.Fatal(err)
	}
	u := f.Roster.Communes()[0]
	item := Item{ID: "8.4"}
	two := []workbook.Verdict{workbook.VerdictMet, workbook.VerdictNotMet}
	n := 0
	for b.Loop() {
		card, err := h.results.Scorecard(ctx, u.ID, "xa-ntm-2021-2025", "2024")
		if err != nil {
			b.Fatal(err)
		}
		c := Correction{Unit: u.ID, Set: "xa-ntm-2021-2025", Period: "2024", Item: item, Figure: Figure{Declared: two[n%2]}, Reason: "đo", IfMatch: card.Cell(item).ETag()}
		if err := h.results.Correct(ctx, c); err != nil {
			b.Fatal(err)
		}
		if _, err := h.results.Board(ctx, "xa-ntm-2021-2025", "2024"); err != nil {
			b.Fatal(err)
		}
		n++
	}
}

// BenchmarkEvaluate is the pure judgement of one commune with 75 indicators.
func BenchmarkEvaluate(b *testing.B) {
	h, ctx := benchHouse(b, db.SQLite)
	f, err := h.results.Frame(ctx, "xa-ntm-nang-cao-2021-2025", "2024")
	if err != nil {
		b.Fatal(err)
	}
	v := NewValues(f.Set)
	for i := range v.Indicators {
		v.Indicators[i] = &Figure{HasNumber: true, Num: int64(i * 13), Scale: 1}
	}
	p := f.place(f.Roster.Communes()[0].ID)
	for b.Loop() {
		Evaluate(f.Set, p, v)
	}
}
