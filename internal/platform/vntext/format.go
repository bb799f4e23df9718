package vntext

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"langso/internal/platform/clock"
)

// nbsp keeps a figure and its sign on one line.
const nbsp = "\u00a0"

// Number writes num/10^scale with Vietnamese separators and no trailing zeros after the comma: 12345, 1 → "1.234,5".
func Number(num int64, scale int) string {
	neg := num < 0
	if neg {
		num = -num
	}
	s := strconv.FormatInt(num, 10)
	for len(s) <= scale {
		s = "0" + s
	}
	whole, frac := s[:len(s)-scale], strings.TrimRight(s[len(s)-scale:], "0")
	var b strings.Builder
	if neg {
		b.WriteString("−")
	}
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte('.')
		}
		b.WriteRune(d)
	}
	if frac != "" {
		b.WriteByte(',')
		b.WriteString(frac)
	}
	return b.String()
}

// Count writes a whole number: 6152 → "6.152".
func Count(n int) string { return Number(int64(n), 0) }

// Percent writes tenths of a percent with one decimal: 432 → "43,2 %".
func Percent(tenths int64) string {
	sign := ""
	if tenths < 0 {
		sign, tenths = "−", -tenths
	}
	return fmt.Sprintf("%s%s,%d%s%%", sign, Number(tenths/10, 0), tenths%10, nbsp)
}

// Date writes a day as "05/01/2026"; the empty Date as "".
func Date(d clock.Date) string {
	t := d.Time()
	if t.IsZero() {
		return ""
	}
	return t.Format("02/01/2006")
}

// DateTime writes an instant as "14:05 05/01/2026", Vietnam time.
func DateTime(t time.Time) string { return t.In(clock.Vietnam).Format("15:04 02/01/2006") }
