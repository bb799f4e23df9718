package workbook

import (
	"math"
	"strconv"
	"strings"

	"langso/internal/criteria"
	"langso/internal/std/xlsx"
)

// maxPlaces is the number of decimals kept: more are noise of binary arithmetic in spreadsheet programs.
const maxPlaces = 9

// display returns a cell as people see it, as far as it matters for codes and names: numbers by their format.
func display(c *xlsx.Cell) string {
	if c.Kind != xlsx.Number {
		return c.Text
	}
	d, ok := literal(c.Text)
	if !ok {
		return c.Text
	}
	if s, ok := formatted(d, c.Format); ok {
		return s
	}
	// General shows at most eleven significant digits; ten hide the noise of the last.
	f, err := strconv.ParseFloat(c.Text, 64)
	if err != nil || math.Abs(f) >= 1e15 {
		return c.Text
	}
	if s := strconv.FormatFloat(f, 'g', 10, 64); !strings.ContainsAny(s, "eE") {
		return s
	}
	return decimalText(d)
}

// formatted writes d by a number format such as 0, 0.00, #,##0, 0.0%, "TC "0, 00000. ok is false for General, dates and
// formats whose meaning it does not know.
func formatted(d criteria.Decimal, format string) (text string, ok bool) {
	section, _, _ := strings.Cut(format, ";")
	if section == "" || section == "@" {
		return "", false
	}
	var before, after strings.Builder
	whole, places, percent, seen, point := 0, 0, 0, false, false
	literalRune := func(r rune) {
		if seen {
			after.WriteRune(r)
		} else {
			before.WriteRune(r)
		}
	}
	runes := []rune(section)
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '"':
			for i++; i < len(runes) && runes[i] != '"'; i++ {
				literalRune(runes[i])
			}
		case '\\':
			if i++; i < len(runes) {
				literalRune(runes[i])
			}
		case '_', '*':
			i++ // room as wide as the next character, or filled with it
		case '[':
			for i < len(runes) && runes[i] != ']' {
				i++
			}
		case '0', '#', '?':
			if after.Len() > 0 {
				return "", false
			}
			seen = true
			switch {
			case point && r == '0':
				places++
			case point:
				return "", false // optional decimals
			case r == '0':
				whole++
			}
		case '.':
			if point {
				return "", false
			}
			point, seen = true, true
		case ',':
		case '%':
			percent += 2
			literalRune('%')
		case ' ', '-', '(', ')', '+', ':', '$', '\u00a0':
			literalRune(r)
		default:
			return "", false
		}
	}
	if !seen || places > maxPlaces {
		return "", false
	}
	d.Scale -= percent
	for d.Scale < 0 {
		d.Num, d.Scale = d.Num*10, d.Scale+1
	}
	d, ok = roundTo(d, places)
	if !ok {
		return "", false
	}
	sign, n := "", d.Num
	if n < 0 {
		sign, n = "-", -n
	}
	digits := strconv.FormatInt(n, 10)
	for len(digits) < places+max(whole, 1) {
		digits = "0" + digits
	}
	text = digits[:len(digits)-places]
	if places > 0 {
		text += "." + digits[len(digits)-places:]
	}
	return sign + before.String() + text + after.String(), true
}

// isPercent reports a number format that shows hundredths: a % that is not quoted.
func isPercent(format string) bool {
	section, _, _ := strings.Cut(format, ";")
	for i := 0; i < len(section); i++ {
		switch section[i] {
		case '\\', '_', '*':
			i++
		case '"', '[':
			end := byte('"')
			if section[i] == '[' {
				end = ']'
			}
			for i++; i < len(section) && section[i] != end; i++ {
			}
		case '%':
			return true
		}
	}
	return false
}

// isDate reports a number format that shows a date.
func isDate(format string) bool {
	section, _, _ := strings.Cut(strings.ToLower(format), ";")
	day := false
	for i := 0; i < len(section); i++ {
		switch section[i] {
		case '\\', '_', '*':
			i++
		case '"', '[':
			end := byte('"')
			if section[i] == '[' {
				end = ']'
			}
			for i++; i < len(section) && section[i] != end; i++ {
			}
		case 'd', 'y':
			day = true
		case '0', '#', '?':
			return false
		}
	}
	return day
}

// literal reads a stored number ("0.804", "1E-3", "98.199999999999989") as a decimal of at most maxPlaces places.
func literal(s string) (criteria.Decimal, bool) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		e, err := strconv.Atoi(s[i+1:])
		if err != nil || e > 18 || e < -300 {
			return criteria.Decimal{}, false
		}
		mantissa, exponent = s[:i], e
	}
	neg := strings.HasPrefix(mantissa, "-")
	mantissa = strings.TrimLeft(mantissa, "+-")
	whole, fraction, _ := strings.Cut(mantissa, ".")
	if whole+fraction == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return criteria.Decimal{}, false
	}
	digits, scale := whole+fraction, len(fraction)-exponent
	if scale < 0 {
		digits, scale = digits+strings.Repeat("0", -scale), 0
	}
	return rounded(digits, scale, neg)
}

// rounded makes a decimal of digits with the given number of places, rounded half up to maxPlaces, trailing zeros off.
func rounded(digits string, scale int, neg bool) (criteria.Decimal, bool) {
	up := false
	for scale > maxPlaces && digits != "" {
		up = digits[len(digits)-1] >= '5'
		digits, scale = digits[:len(digits)-1], scale-1
	}
	if digits == "" {
		return criteria.Decimal{}, true
	}
	for scale > 0 && !up && strings.HasSuffix(digits, "0") {
		digits, scale = digits[:len(digits)-1], scale-1
	}
	digits = strings.TrimLeft(digits, "0")
	if len(digits) > 17 {
		return criteria.Decimal{}, false
	}
	n := int64(0)
	if digits != "" {
		n, _ = strconv.ParseInt(digits, 10, 64)
	}
	if up {
		n++
	}
	for scale > 0 && n%10 == 0 {
		n, scale = n/10, scale-1
	}
	if neg {
		n = -n
	}
	return criteria.Decimal{Num: n, Scale: scale}, true
}

// roundTo rounds d half away from zero to exactly the given number of places.
func roundTo(d criteria.Decimal, places int) (criteria.Decimal, bool) {
	for d.Scale < places {
		if d.Num > math.MaxInt64/10 || d.Num < math.MinInt64/10 {
			return d, false
		}
		d.Num, d.Scale = d.Num*10, d.Scale+1
	}
	last := int64(0)
	for d.Scale > places {
		last = d.Num % 10
		d.Num, d.Scale = d.Num/10, d.Scale-1
	}
	if last >= 5 {
		d.Num++
	} else if last <= -5 {
		d.Num--
	}
	return d, true
}

// timesHundred turns a share into points.
func timesHundred(d criteria.Decimal) criteria.Decimal {
	for range 2 {
		if d.Scale > 0 {
			d.Scale--
		} else {
			d.Num *= 10
		}
	}
	return d
}

// decimalText writes d with a decimal point: 982, 1 → "98.2".
func decimalText(d criteria.Decimal) string {
	sign, n := "", d.Num
	if n < 0 {
		sign, n = "-", -n
	}
	s := strconv.FormatInt(n, 10)
	for len(s) <= d.Scale {
		s = "0" + s
	}
	if d.Scale == 0 {
		return sign + s
	}
	frac := strings.TrimRight(s[len(s)-d.Scale:], "0")
	if frac == "" {
		return sign + s[:len(s)-d.Scale]
	}
	return sign + s[:len(s)-d.Scale] + "." + frac
}

// sign returns -1, 0 or 1.
func sign(d criteria.Decimal) int {
	switch {
	case d.Num < 0:
		return -1
	case d.Num > 0:
		return 1
	}
	return 0
}

// less compares two decimals.
func less(a, b criteria.Decimal) bool { return float(a) < float(b) && !equal(a, b) }

func float(d criteria.Decimal) float64 { return float64(d.Num) / math.Pow10(d.Scale) }

// equal compares the quantities, so that 98.20 equals 98.2.
func equal(a, b criteria.Decimal) bool { return decimalText(a) == decimalText(b) }

// typedNumber reads a number that was typed as text, with decimal comma or point and nothing else: "98,2", "-3".
func typedNumber(s string) (criteria.Decimal, bool) {
	neg := false
	for _, minus := range []string{"-", "−"} {
		if rest, ok := strings.CutPrefix(s, minus); ok {
			neg, s = true, strings.TrimSpace(rest)
			break
		}
	}
	i := strings.IndexAny(s, ".,")
	whole, fraction := s, ""
	if i >= 0 {
		whole, fraction = s[:i], s[i+1:]
		if fraction == "" {
			return criteria.Decimal{}, false
		}
	}
	if whole == "" || strings.Trim(whole+fraction, "0123456789") != "" {
		return criteria.Decimal{}, false
	}
	return rounded(whole+fraction, len(fraction), neg)
}

// typedPercent reads a percentage typed as text: "98,2", "98.2", "98,2%", "98,2 %".
func typedPercent(s string) (criteria.Decimal, bool) {
	s = strings.TrimSpace(strings.TrimSuffix(s, "%"))
	return typedNumber(s)
}

// typedCount reads a count typed as text, in which a point, comma or space before exactly three digits is a thousands
// mark: "4.512", "4 512", "1.204.512"; other decimals stay decimals: "12,5".
func typedCount(s string) (criteria.Decimal, bool) {
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '.' || r == ',' || r == ' ' })
	if len(parts) < 2 || len(parts[0]) > 3 || strings.Trim(parts[0], "0123456789") != "" {
		return typedNumber(s)
	}
	groups := parts[1:]
	// The last mark may be a decimal mark when it differs from the thousands marks: "1.204,5".
	fraction := ""
	if last := groups[len(groups)-1]; len(last) != 3 {
		if len(groups) == 1 || strings.LastIndexAny(s, " ") > strings.LastIndexAny(s, ".,") {
			return typedNumber(s)
		}
		mark := s[len(s)-len(last)-1]
		if strings.IndexByte(s, mark) != len(s)-len(last)-1 {
			return criteria.Decimal{}, false
		}
		fraction, groups = last, groups[:len(groups)-1]
	}
	// The marks between must be single: "4..512" is a slip.
	if marks := len(s) - len(strings.Join(parts, "")); marks != len(parts)-1 {
		return criteria.Decimal{}, false
	}
	digits := parts[0]
	for _, g := range groups {
		if len(g) != 3 || strings.Trim(g, "0123456789") != "" {
			return criteria.Decimal{}, false
		}
		digits += g
	}
	if strings.Trim(fraction, "0123456789") != "" {
		return criteria.Decimal{}, false
	}
	return rounded(digits+fraction, len(fraction), false)
}
