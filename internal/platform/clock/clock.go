// Package clock is the source of time and of calendar dates.
//
// Instants are milliseconds since 1970 UTC (columns end in _ms). Calendar dates are days in Vietnam (UTC+7, no
// daylight saving), because a due date or a merger happens on a day there, wherever the server stands.
package clock

import (
	"sync"
	"time"
)

// Vietnam is the zone in which days begin and end.
var Vietnam = time.FixedZone("+07", 7*60*60)

// Clock tells the time. The zero value tells the real one.
type Clock struct {
	mu   sync.Mutex
	stop time.Time // when set, time stands still here (tests, "as of")
}

// Fixed returns a Clock that stands at t.
func Fixed(t time.Time) *Clock { return &Clock{stop: t} }

// Now returns the present instant in UTC.
func (c *Clock) Now() time.Time {
	if c == nil {
		return time.Now().UTC()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stop.IsZero() {
		return c.stop.UTC()
	}
	return time.Now().UTC()
}

// Set moves a fixed clock; the next Now returns t.
func (c *Clock) Set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop = t
}

// NowMS returns Now in milliseconds since 1970.
func (c *Clock) NowMS() int64 { return c.Now().UnixMilli() }

// Today returns the present day in Vietnam.
func (c *Clock) Today() Date { return DateOf(c.Now()) }

// Date is a calendar day "2006-01-02" in Vietnam. Dates compare as strings. The empty Date means "no limit".
type Date string

// Forever is later than every real date; storage writes it where a validity has no end.
const Forever Date = "9999-12-31"

// DateOf returns the day in Vietnam on which t falls.
func DateOf(t time.Time) Date { return Date(t.In(Vietnam).Format("2006-01-02")) }

// Instant turns stored milliseconds into a time; the zero time for 0, which stands where nothing happened yet.
func Instant(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// DayOf returns the day in Vietnam of stored milliseconds, the empty Date for 0.
func DayOf(ms int64) Date {
	if ms == 0 {
		return ""
	}
	return DateOf(Instant(ms))
}

// ParseDate reads "2006-01-02" and refuses days that do not exist.
func ParseDate(s string) (Date, error) {
	if _, err := time.Parse("2006-01-02", s); err != nil {
		return "", err
	}
	return Date(s), nil
}

// Time returns midnight in Vietnam at the start of d; the zero time for the empty Date.
func (d Date) Time() time.Time {
	t, err := time.ParseInLocation("2006-01-02", string(d), Vietnam)
	if err != nil {
		return time.Time{}
	}
	return t
}

// AddDays returns the day n days after d (before it for negative n).
func (d Date) AddDays(n int) Date { return Date(d.Time().AddDate(0, 0, n).Format("2006-01-02")) }

// Year returns the calendar year of d, 0 for the empty Date.
func (d Date) Year() int {
	t := d.Time()
	if t.IsZero() {
		return 0
	}
	return t.Year()
}
