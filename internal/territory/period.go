package territory

import "langso/internal/platform/clock"

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
