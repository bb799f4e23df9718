package territory

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
)

// Period is a reporting period. Dates are inclusive.
type Period struct {
	ID   string     // "2023", "2024-06", "2026-Q3"
	From clock.Date // first day
	To   clock.Date // last day
	AsOf clock.Date // day on which units, names and denominators are taken: the last day
	// DatesFrom is the first day that a date written in a report of this period may have: for YYYY-06 and YYYY-12 the
	// half-year that ends there, because offices report so; else From.
	DatesFrom clock.Date
}

// Years in which a period may lie. They only keep slips of the keyboard out (0024, 20224).
const (
	firstYear = 1990
	lastYear  = 2100
)

// ParsePeriod reads "2023", "2024-06" or "2026-Q3"; such periods need no creation. Anything else is invalid
// territory.period_bad.
func ParsePeriod(id string) (Period, error) {
	bad := func() (Period, error) { return Period{}, fault.New(fault.Invalid, "territory.period_bad", id) }
	y, part, dashed := strings.Cut(id, "-")
	year, ok := digits(y, 4)
	if !ok || year < firstYear || year > lastYear {
		return bad()
	}
	if !dashed {
		return period(id, year, 1, 12, 1), nil
	}
	if q, isQuarter := strings.CutPrefix(part, "Q"); isQuarter {
		n, ok := digits(q, 1)
		if !ok || n < 1 || n > 4 {
			return bad()
		}
		return period(id, year, 3*n-2, 3*n, 3*n-2), nil
	}
	m, ok := digits(part, 2)
	if !ok || m < 1 || m > 12 {
		return bad()
	}
	datesFrom := m
	if m == 6 || m == 12 {
		datesFrom = m - 5
	}
	return period(id, year, m, m, datesFrom), nil
}

// digits reads exactly n decimal digits.
func digits(s string, n int) (int, bool) {
	if len(s) != n || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	v, err := strconv.Atoi(s)
	return v, err == nil
}

func period(id string, year, firstMonth, lastMonth, datesMonth int) Period {
	first := func(m int) clock.Date { return clock.Date(fmt.Sprintf("%04d-%02d-01", year+(m-1)/12, (m-1)%12+1)) }
	to := first(lastMonth + 1).AddDays(-1)
	return Period{ID: id, From: first(firstMonth), To: to, AsOf: to, DatesFrom: first(datesMonth)}
}

// NewestClosed returns the last quarter that ended before today.
func NewestClosed(today clock.Date) Period {
	year, month := today.Year(), int(today.Time().Month())
	q := (month - 1) / 3 // number of the quarter before this one; 0 = the last of the year before
	if q == 0 {
		year, q = year-1, 4
	}
	return period(fmt.Sprintf("%04d-Q%d", year, q), year, 3*q-2, 3*q, 3*q-2)
}

// Compare orders periods by their end, of those that end together the shorter first: -1, 0 or 1.
func (p Period) Compare(o Period) int {
	if c := strings.Compare(string(p.To), string(o.To)); c != 0 {
		return c
	}
	return strings.Compare(string(o.From), string(p.From))
}

// Title names the period in the language of ctx: "Quý III/2026", "tháng 06/2024", "năm 2023"; "Q3 2026", "June 2024", "2023".
func (p Period) Title(ctx context.Context) string {
	y, part, _ := strings.Cut(p.ID, "-")
	switch {
	case part == "":
		return i18n.T(ctx, "territory.period_year", y)
	case part[0] == 'Q':
		roman := map[string]string{"Q1": "I", "Q2": "II", "Q3": "III", "Q4": "IV"}[part]
		return i18n.T(ctx, "territory.period_quarter", roman, y, part[1:])
	}
	return i18n.T(ctx, "territory.period_month", part, y, p.To.Time().Month().String())
}
