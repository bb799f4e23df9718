package territory_test

import (
	"context"
	"fmt"
	"sort"
	"testing"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

// TestPeriods has its dates from the calendar and the rule of design §4 (half-years).
func TestPeriods(t *testing.T) {
	ctx := i18n.With(context.Background(), texts(t), i18n.Vi)
	for _, c := range []struct{ id, from, to, datesFrom, title string }{
		{"2023", "2023-01-01", "2023-12-31", "2023-01-01", "năm 2023"},
		{"2024-02", "2024-02-01", "2024-02-29", "2024-02-01", "tháng 02/2024"},
		{"2023-02", "2023-02-01", "2023-02-28", "2023-02-01", "tháng 02/2023"},
		{"2024-06", "2024-06-01", "2024-06-30", "2024-01-01", "tháng 06/2024"},
		{"2024-12", "2024-12-01", "2024-12-31", "2024-07-01", "tháng 12/2024"},
		{"2026-Q1", "2026-01-01", "2026-03-31", "2026-01-01", "Quý I/2026"},
		{"2026-Q3", "2026-07-01", "2026-09-30", "2026-07-01", "Quý III/2026"},
		{"2026-Q4", "2026-10-01", "2026-12-31", "2026-10-01", "Quý IV/2026"},
	} {
		p, err := territory.ParsePeriod(c.id)
		if err != nil {
			t.Error(err)
			continue
		}
		got := fmt.Sprint(p.ID, p.From, p.To, p.AsOf, p.DatesFrom, p.Title(ctx))
		if want := fmt.Sprint(c.id, c.from, c.to, c.to, c.datesFrom, c.title); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	for _, id := range []string{"", "24", "2024-13", "2024-00", "2024-6", "2024-Q5", "2024-Q0", "2024-q1", "2024Q1", "2024-06-30", "0024", "+024", "2024-", "２０２４", " 2024"} {
		if p, err := territory.ParsePeriod(id); !fault.Is(err, fault.Invalid) {
			t.Errorf("%q was read as %+v (%v)", id, p, err)
		}
	}
	en := i18n.With(context.Background(), texts(t), i18n.En)
	if p, _ := territory.ParsePeriod("2026-Q3"); p.Title(en) != "Q3 2026" {
		t.Errorf("English: %s", p.Title(en))
	}
}

func TestNewestClosed(t *testing.T) {
	for day, want := range map[clock.Date]string{
		"2026-11-24": "2026-Q3", "2026-09-30": "2026-Q2", "2026-10-01": "2026-Q3", "2026-01-01": "2025-Q4", "2026-03-31": "2025-Q4",
	} {
		p := territory.NewestClosed(day)
		q, err := territory.ParsePeriod(want)
		if err != nil || p != q {
			t.Errorf("on %s: %+v, want %+v", day, p, q)
		}
	}
}

func TestPeriodOrder(t *testing.T) {
	var list []territory.Period
	for _, id := range []string{"2024", "2023", "2024-Q4", "2024-06", "2024-12", "2024-Q2"} {
		p, err := territory.ParsePeriod(id)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, p)
	}
	sort.Slice(list, func(i, j int) bool { return list[i].Compare(list[j]) < 0 })
	var got []string
	for _, p := range list {
		got = append(got, p.ID)
	}
	if fmt.Sprint(got) != "[2023 2024-06 2024-Q2 2024-12 2024-Q4 2024]" {
		t.Errorf("%v", got)
	}
}
