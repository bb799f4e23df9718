package territory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
)

// ParsePeriodWords reads a period as offices write it: "Quý III/2026", "quý 3 năm 2026", "06/2024", "tháng 6/2024",
// "6 tháng đầu năm 2024" (2024-06), "6 tháng cuối năm 2024" (2024-12), "năm 2023"; in English "Q3 2026", "June 2024"; and
// whatever ParsePeriod reads. Anything else is invalid territory.period_bad with the text as it was written.
func ParsePeriodWords(text string) (Period, error) {
	if p, err := ParsePeriod(strings.ToUpper(strings.TrimSpace(text))); err == nil {
		return p, nil
	}
	bad := fault.New(fault.Invalid, "territory.period_bad", text)
	words := periodWords(text)
	year := slices.IndexFunc(words, func(w string) bool { _, ok := digits(w, 4); return ok })
	if year < 0 {
		return Period{}, bad
	}
	part, ok := partOfYear(strings.Join(slices.Delete(slices.Clone(words), year, year+1), " "))
	if !ok {
		return Period{}, bad
	}
	p, err := ParsePeriod(words[year] + part)
	if err != nil {
		return Period{}, bad
	}
	return p, nil
}

// periodWords splits a text into its words and numbers, folded, without the words that only introduce a year or a period.
func periodWords(text string) []string {
	var words []string
	last := ""
	for _, r := range vntext.Fold(strings.NewReplacer("-", " ", "–", " ").Replace(text)) {
		kind := ""
		switch {
		case unicode.IsDigit(r):
			kind = "digit"
		case unicode.IsLetter(r):
			kind = "letter"
		}
		switch {
		case kind == "":
		case kind == last:
			words[len(words)-1] += string(r)
		default:
			words = append(words, string(r))
		}
		last = kind
	}
	return slices.DeleteFunc(words, func(w string) bool { return w == "nam" || w == "ky" || w == "year" })
}

// partOfYear turns what stands beside the year into what follows it in the id of a period: "quy iii" → "-Q3", "thang 6"
// → "-06", "" → "".
func partOfYear(words string) (string, bool) {
	switch words {
	case "", "ca":
		return "", true
	case "6 thang dau", "sau thang dau":
		return "-06", true
	case "6 thang cuoi", "sau thang cuoi":
		return "-12", true
	}
	for _, word := range []string{"quy ", "q ", "quarter "} {
		if n, ok := strings.CutPrefix(words, word); ok {
			if i := slices.Index([]string{"i", "ii", "iii", "iv"}, n); i >= 0 {
				n = strconv.Itoa(i + 1)
			}
			return "-Q" + n, true // ParsePeriod refuses what is no quarter
		}
	}
	for m := time.January; m <= time.December; m++ {
		if words == strings.ToLower(m.String()) {
			return fmt.Sprintf("-%02d", m), true
		}
	}
	n, err := strconv.Atoi(strings.TrimPrefix(words, "thang "))
	return fmt.Sprintf("-%02d", n), err == nil
}
