package ui

import (
	"context"
	"strings"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/vntext"
)

// Number writes num/10^scale as readers of the page's language do: 12345, 1 → "1.234,5" (vi), "1,234.5" (en).
func Number(ctx context.Context, num int64, scale int) string {
	return separators(ctx, vntext.Number(num, scale))
}

// Count writes a whole number: 6152 → "6.152" (vi), "6,152" (en).
func Count(ctx context.Context, n int) string { return separators(ctx, vntext.Count(n)) }

// Percent writes tenths of a percent with one decimal: 432 → "43,2 %" (vi), "43.2%" (en).
func Percent(ctx context.Context, tenths int64) string {
	s := separators(ctx, vntext.Percent(tenths))
	if i18n.Of(ctx) == i18n.En {
		return strings.ReplaceAll(s, "\u00a0", "")
	}
	return s
}

// Date writes a day: "05/01/2026" (vi), "5 Jan 2026" (en); the empty Date as "".
func Date(ctx context.Context, d clock.Date) string {
	if t := d.Time(); i18n.Of(ctx) == i18n.En && !t.IsZero() {
		return t.Format("2 Jan 2006")
	}
	return vntext.Date(d)
}

// DateTime writes an instant in Vietnam time: "14:05 05/01/2026" (vi), "14:05, 5 Jan 2026" (en); the zero time as "".
func DateTime(ctx context.Context, t time.Time) string {
	if t.IsZero() {
		return ""
	}
	if i18n.Of(ctx) == i18n.En {
		return t.In(clock.Vietnam).Format("15:04, 2 Jan 2006")
	}
	return vntext.DateTime(t)
}

// Person is what a page calls who did something: an account that the page was introduced to (auth.Introduce) by its name,
// the command line in words, anybody else by login.
func Person(ctx context.Context, login string) string {
	if login == auth.CLI().Login {
		return T(ctx, "by_command_line")
	}
	if name := auth.NameOf(ctx, login); name != "" {
		return name
	}
	return login
}

// Dash is s, or a dash where there is nothing.
func Dash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// separators turns the Vietnamese separators of s into those of the page's language.
func separators(ctx context.Context, s string) string {
	if i18n.Of(ctx) != i18n.En {
		return s
	}
	return strings.NewReplacer(".", ",", ",", ".").Replace(s)
}
