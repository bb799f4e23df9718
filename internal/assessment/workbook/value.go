package workbook

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"langso/internal/criteria"
	"langso/internal/platform/clock"
	"langso/internal/std/xlsx"
)

// figure is the substance of one cell.
type figure struct {
	hasNumber bool
	number    criteria.Decimal
	level     string
	verdict   Verdict
}

// cellProblem says why a cell that should hold a value cannot be read at all; "" = it can.
func cellProblem(c *cell) Code {
	switch {
	case c == nil:
		return ""
	case c.lost():
		return FormulaWithoutValue
	case c.Kind == xlsx.Error:
		return CellError
	}
	return ""
}

// readValue reads a filled cell as a value of an indicator, or as the declared result of a criterion.
func (r *reader) readValue(c *cell, it item) (figure, Code) {
	if p := cellProblem(c); p != "" {
		return figure{}, p
	}
	kind, wants := criteria.ValueKind(""), "Đạt"
	if it.indicator != nil {
		kind, wants = it.indicator.Kind, wantedWord(it.indicator)
	}
	switch c.Kind {
	case xlsx.Bool:
		if c.Text == "TRUE" {
			return figure{verdict: VerdictMet}, ""
		}
		return figure{verdict: VerdictNotMet}, ""
	case xlsx.Number:
		if isDate(c.Format) {
			return figure{}, UnrecognisedValue
		}
		d, ok := literal(c.Text)
		if !ok {
			return figure{}, outOfReach(kind)
		}
		if isPercent(c.Format) {
			if kind == criteria.Number {
				return figure{}, UnrecognisedValue
			}
			d = timesHundred(d)
		}
		return numberFor(kind, d)
	}
	if isDash(c.text) {
		return figure{verdict: VerdictNA}, ""
	}
	lower := strings.ToLower(c.text)
	if w, ok := readVerdictWord(lower); ok {
		return wordFor(w, lower, wants)
	}
	if kind == criteria.LevelOf {
		if word, ok := levelWord(r.set, c.text); ok {
			return figure{level: word}, ""
		}
	}
	switch kind {
	case criteria.Percent:
		if d, ok := typedPercent(c.text); ok {
			return numberFor(kind, d)
		}
	case criteria.Number:
		if d, ok := typedNumber(c.text); ok {
			return numberFor(kind, d)
		}
		if strings.Contains(c.text, " ") {
			if d, ok := typedCount(c.text); ok {
				return numberFor(kind, d)
			}
		}
	}
	return figure{}, UnrecognisedValue
}

// wantedWord is the word that an indicator asks for; a yes-or-no indicator whose level is not known asks for "Đạt".
func wantedWord(i *criteria.Indicator) string {
	if w := i.WantsWord(); w != "" {
		return w
	}
	if !i.Threshold.Known() && (i.Kind == criteria.Boolean || i.Kind == criteria.Document) {
		return "Đạt"
	}
	return ""
}

// wordFor turns a word into a verdict. "Có" and "Không" answer a question, so they need to know which answer is wanted.
func wordFor(w verdictWord, lower, wants string) (figure, Code) {
	switch {
	case wants == "Không" && w.no:
		return figure{verdict: VerdictMet}, ""
	case wants == "Không" && w.yes:
		return figure{verdict: VerdictNotMet}, ""
	case wants == "Không" && lower == "k":
		return figure{}, UnrecognisedValue // Không (met) or không đạt (not met)?
	case (lower == "có" || lower == "không") && wants != "Đạt":
		return figure{}, UnrecognisedValue
	}
	return figure{verdict: w.verdict}, ""
}

// numberFor puts a number to an indicator of a kind.
func numberFor(kind criteria.ValueKind, d criteria.Decimal) (figure, Code) {
	switch kind {
	case criteria.Percent:
		if sign(d) < 0 || less(criteria.Decimal{Num: 100}, d) {
			return figure{}, OutOfRange
		}
	case criteria.Number:
		if sign(d) < 0 {
			return figure{}, OutOfRange
		}
	default:
		return figure{}, UnrecognisedValue
	}
	return figure{hasNumber: true, number: d}, ""
}

// outOfReach is the reason for a number that has more digits than any figure of a commune.
func outOfReach(kind criteria.ValueKind) Code {
	if kind == criteria.Percent || kind == criteria.Number {
		return OutOfRange
	}
	return UnrecognisedValue
}

// readCount reads a filled cell of a column of counts.
func readCount(c *cell) (criteria.Decimal, Code) {
	if p := cellProblem(c); p != "" {
		return criteria.Decimal{}, p
	}
	var d criteria.Decimal
	ok := false
	switch c.Kind {
	case xlsx.Number:
		d, ok = literal(c.Text)
		ok = ok && !isDate(c.Format)
	case xlsx.Text:
		d, ok = typedCount(c.text)
	}
	switch {
	case !ok:
		return d, UnrecognisedValue
	case sign(d) < 0:
		return d, OutOfRange
	}
	return d, ""
}

// readPercent reads a filled cell of a column of percentages.
func readPercent(c *cell) (criteria.Decimal, Code) {
	if p := cellProblem(c); p != "" {
		return criteria.Decimal{}, p
	}
	var d criteria.Decimal
	ok := false
	switch c.Kind {
	case xlsx.Number:
		d, ok = literal(c.Text)
		ok = ok && !isDate(c.Format)
		if isPercent(c.Format) {
			d = timesHundred(d)
		}
	case xlsx.Text:
		d, ok = typedPercent(c.text)
	}
	if !ok {
		return d, UnrecognisedValue
	}
	return d, ""
}

// printedTolerance is how far a printed percentage may be from the computed one: half a unit of the last place that is
// printed, and for figures with decimals a tenth, because offices cut as well as round.
func printedTolerance(c *cell) float64 {
	text := strings.TrimSpace(strings.TrimSuffix(c.text, "%"))
	if strings.ContainsAny(text, ".,") {
		return 0.1
	}
	return 0.5 + 1e-9
}

var (
	datePattern = regexp.MustCompile(`^(\d{1,2})\s?[/.\-]\s?(\d{1,2})\s?[/.\-]\s?(\d{4})$`)
	isoPattern  = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ][\d:.]*Z?)?$`)
)

func looksLikeDate(s string) bool { return datePattern.MatchString(s) || isoPattern.MatchString(s) }

// readDate reads a filled cell of a column of dates: a true date, an ISO text, or day/month/year. Day and month are
// never swapped.
func readDate(c *cell) (clock.Date, Code) {
	if p := cellProblem(c); p != "" {
		return "", p
	}
	switch c.Kind {
	case xlsx.Number:
		d, ok := literal(c.Text)
		if !ok || sign(d) <= 0 {
			return "", BadDate
		}
		return serialDate(d, c.date1904)
	case xlsx.Text:
		if m := isoPattern.FindStringSubmatch(c.text); m != nil {
			return calendarDate(m[1], m[2], m[3])
		}
		if m := datePattern.FindStringSubmatch(c.text); m != nil {
			return calendarDate(m[3], m[2], m[1])
		}
	}
	return "", BadDate
}

// serialDate turns days since the epoch of the workbook into a date. In the 1900 system day 60 is 29/02/1900, which never
// was, so the count is right only behind it.
func serialDate(d criteria.Decimal, date1904 bool) (clock.Date, Code) {
	days := d.Num
	for range d.Scale {
		days /= 10
	}
	epoch := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)
	if date1904 {
		epoch = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	if days < 61 || days > 2_958_465 { // 31/12/9999
		return "", BadDate
	}
	return clock.Date(epoch.AddDate(0, 0, int(days)).Format("2006-01-02")), ""
}

func calendarDate(year, month, day string) (clock.Date, Code) {
	y, _ := strconv.Atoi(year)
	m, _ := strconv.Atoi(month)
	d, _ := strconv.Atoi(day)
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if t.Year() != y || int(t.Month()) != m || t.Day() != d {
		return "", BadDate
	}
	return clock.Date(t.Format("2006-01-02")), ""
}
