package workbook

import (
	"regexp"
	"slices"
	"strings"

	"langso/internal/criteria"
	"langso/internal/std/xlsx"
)

// codeForm is the manner in which a code is written. The less a form says, the more the place must confirm it.
type codeForm uint8

const (
	noCode    codeForm = iota
	bareWhole          // "5", also the number of a column or a count
	bareParts          // "8.4"
	named              // "Tiêu chí 5: …", "TC 9", "CT 8,4", "… (TC7)"
	leading            // "8.4. …", "1. Quy hoạch"
)

// code is the code of an indicator or criterion as written in a cell, with a point: "17.10".
type code struct {
	id   string
	form codeForm
}

const (
	codeNumber = `(\d{1,2}(?:[.,]\d{1,2})?)`
	codeWord   = `(?:tiêu chí|tieu chi|t/c|tchí|tc|t\.\s?c|chỉ tiêu|chi tieu|c/t|ct|c\.\s?t|criterion|criteria|crit|indicator|ind|mã chỉ tiêu|mã tiêu chí|mã ct|mã tc|mã số|mã)`
	codeGap    = `[\s.:#\-–]*(?:(?:thành phần|thanh phan|thứ|thu)[\s:]+)?(?:số[\s.:#]*|(?:so|no|number)[\s.:#]+)?`
	// codeLoose are words that number other things as well, so they need a full code behind them.
	codeLoose = `(?:chỉ số|chi so|mục|muc|nội dung|noi dung)`
	codeJoin  = `(?:[,;+&\-–]|và|va|and|đến|den|to|hoặc|hoac)`
)

var (
	codeBare     = regexp.MustCompile(`^` + codeNumber + `[.,:)]?$`)
	codeApart    = regexp.MustCompile(`^(\d{1,2})\s*\.\s*(\d{1,2})[.:)]?$`)
	codeBraced   = regexp.MustCompile(`^[(\[](\d{1,2}[.,]\d{1,2})[)\]]$`)
	codeNamed    = regexp.MustCompile(`^[(\[]?` + codeWord + codeGap + codeNumber + `(.*)$`)
	codeOther    = regexp.MustCompile(`^` + codeLoose + codeGap + `(\d{1,2}[.,]\d{1,2})(.*)$`)
	codeParts    = regexp.MustCompile(`^(\d{1,2}[.,]\d{1,2})\s*[.,:;)\-–/]*\s*([\pL("“'].*)$`)
	codeHeaded   = regexp.MustCompile(`^(\d{1,2})\s*[.:)\-–]\s*([\pL("“'].*)$`)
	codeGoesOn   = regexp.MustCompile(`^(?:[\d/%\pL]|[.,]\d)`)
	codeSplit    = regexp.MustCompile(`^\s*\.\s*(\d{1,2})($|\D)`) // "CT 8. 4": the part stands apart
	splitByWords = regexp.MustCompile(`^\s*\.\s*\d{1,2}\s*\pL`)
	codeAtEnd    = regexp.MustCompile(`[(\[]\s*(?:` + codeWord + codeGap + codeNumber + `|(\d{1,2}[.,]\d{1,2}))\s*[)\]]$`)
	codeNamedEnd = regexp.MustCompile(`[\s(\-–:,]` + codeWord + codeGap + codeNumber + `$`)
	codeMarked   = regexp.MustCompile(`^["“‘'(\[]*(\d{1,2}[.,]\d{1,2})[\s.,:;)\]*†%"”’']+$|^["“‘']+(\d{1,2}[.,]\d{1,2})$`)
	countBefore  = regexp.MustCompile(`(?:^|\s)(?:tổng|tong|số|so)$`) // "Tổng số tiêu chí: 10" counts

	anyParts    = regexp.MustCompile(`\d{1,2}[.,]\d{1,2}`)
	anyNamed    = regexp.MustCompile(`(?:^|[^\pL])` + codeWord + codeGap + `(\d{1,2})(?:$|[^\d.,/%]|[.,](?:\D|$))`)
	nextInRow   = regexp.MustCompile(`^\s*` + codeJoin + `\s*(?:` + codeWord + codeGap + `)?(\d{1,2}(?:[.,]\d{1,2})?)\s*(?:$|[),;:.+&\-–]|và|va|and)`)
	measureUnit = regexp.MustCompile(`^\s*(?:%|‰|ha\b|km|m2|m²|m\b|triệu|tr\b|tỷ|đồng|điểm|lần|người|hộ\b)`)
	limitWords  = regexp.MustCompile(`(?:[≥≤<>=~]|từ|trên|dưới|khoảng|tối thiểu|hơn|đạt)$`)
	// What makes digits a part of a longer number, of a date or of a fraction.
	partBefore = regexp.MustCompile(`[\d.,]$|(?:^|[^.,\d])\d*/$`)
	partBehind = regexp.MustCompile(`^(?:[\d\pL]|[.,]\d|/(?:\d{3}|\d{1,2}(?:$|[^.,\d])))`)
)

// longestHeading is the number of bytes of a heading that are searched for further codes.
const longestHeading = 400

// stated is what a cell says about codes, as far as the set knows them.
type stated struct {
	code      code   // the one code that the cell states
	several   bool   // it states more than one, so that nobody can say which is meant
	mentioned string // the one code that stands somewhere among other words
	marked    bool   // there are only signs around what is mentioned: "15.1 %", "8.4*"
}

// readCode reads the code that a heading, or the cell of a list, states. A formula states what its result says, as far as
// that is a text; numbers that are computed are data.
func (r *reader) readCode(c *cell) code { return r.stated(c).code }

func (r *reader) stated(c *cell) stated {
	if c.blank() {
		return stated{}
	}
	if c.Kind != xlsx.Text && (c.Kind != xlsx.Number || c.HasFormula) || !strings.ContainsAny(c.text, "0123456789") {
		return stated{}
	}
	if c.says == nil {
		s, ok := r.texts[c.text]
		if !ok {
			x := r.statedIn(strings.ToLower(c.text))
			s = &x
			r.texts[c.text] = s
		}
		c.says = s
	}
	return *c.says
}

func (r *reader) statedIn(s string) stated {
	k := codeIn(s)
	if m := codeNamed.FindStringSubmatch(s); m != nil && splitByWords.MatchString(m[2]) {
		return stated{several: true} // "CT 8. 4 trạm": indicator 8.4, or four of criterion 8?
	}
	if k.form == bareWhole || k.form == bareParts || len(s) > longestHeading {
		return stated{code: k}
	}
	if k.form == noCode {
		if m := codeOther.FindStringSubmatch(s); m != nil && !codeGoesOn.MatchString(m[2]) && itemOf(r.set, codeOf(m[1], named).id).known() {
			k = codeOf(m[1], named)
		}
	}
	others := r.codesIn(s, k)
	if k.form == noCode {
		switch len(others) {
		case 0:
			return stated{}
		case 1:
			return stated{mentioned: others[0], marked: codeMarked.MatchString(s)}
		}
		return stated{several: true}
	}
	switch {
	case len(others) == 0:
	case len(others) == 1 && strings.HasPrefix(others[0], k.id+"."):
		k.id = others[0] // "Tiêu chí 8: 8.1" is about the indicator
	default:
		return stated{several: true}
	}
	return stated{code: k}
}

// codesIn lists the codes of the set that stand in a text, without first and the criterion of first. Numbers with a unit
// of measure behind them or a limit before them are no codes.
func (r *reader) codesIn(s string, first code) []string {
	var out []string
	add := func(number string) {
		id := codeOf(number, named).id
		if id == "" || id == first.id || strings.HasPrefix(first.id, id+".") || slices.Contains(out, id) || !itemOf(r.set, id).known() {
			return
		}
		out = append(out, id)
	}
	marked := codeMarked.MatchString(s)
	for _, at := range anyParts.FindAllStringIndex(s, -1) {
		before, behind := s[:at[0]], s[at[1]:]
		if marked || !partBefore.MatchString(before) && !partBehind.MatchString(behind) && !measureUnit.MatchString(behind) &&
			!limitWords.MatchString(strings.TrimRight(before, " ")) {
			add(s[at[0]:at[1]])
		}
	}
	for _, m := range anyNamed.FindAllStringSubmatchIndex(s, -1) {
		if !countBefore.MatchString(strings.TrimRight(s[:m[0]+1], " (:")) {
			add(s[m[2]:m[3]])
		}
	}
	if first.form != noCode {
		// "TC 5, 6", "8.1 - 8.4": the second number needs no word.
		if m := codeNamed.FindStringSubmatch(s); m != nil {
			if n := nextInRow.FindStringSubmatch(m[2]); n != nil {
				add(n[1])
			}
		}
	}
	if len(out) > 1 && first.form == noCode {
		// A criterion beside its one indicator says no more than the indicator.
		out = slices.DeleteFunc(out, func(id string) bool {
			return slices.ContainsFunc(out, func(o string) bool { return strings.HasPrefix(o, id+".") })
		})
	}
	return out
}

func codeIn(s string) code {
	if m := codeBare.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], bareWhole)
	}
	if m := codeApart.FindStringSubmatch(s); m != nil {
		return codeOf(m[1]+"."+m[2], bareParts)
	}
	if m := codeBraced.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], bareParts)
	}
	if m := codeNamed.FindStringSubmatch(s); m != nil {
		if p := codeSplit.FindStringSubmatch(m[2]); p != nil && !strings.ContainsAny(m[1], ".,") {
			return codeOf(m[1]+"."+p[1], named)
		}
		if codeGoesOn.MatchString(m[2]) {
			return code{} // "CT 30a", "TC 19/19", "chỉ tiêu 135"
		}
		return codeOf(m[1], named)
	}
	if m := codeParts.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], leading)
	}
	if m := codeHeaded.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], leading)
	}
	if m := codeAtEnd.FindStringSubmatch(s); m != nil {
		return codeOf(m[1]+m[2], named)
	}
	if m := codeNamedEnd.FindStringSubmatchIndex(s); m != nil && !countBefore.MatchString(strings.TrimRight(s[:m[0]], " ")) {
		return codeOf(s[m[2]:m[3]], named)
	}
	return code{}
}

func codeOf(number string, form codeForm) code {
	whole, part, parts := strings.Cut(strings.ReplaceAll(number, ",", "."), ".")
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		return code{}
	}
	if !parts {
		return code{whole, form}
	}
	if form == bareWhole {
		form = bareParts
	}
	return code{whole + "." + part, form}
}

// item is what a column or a list row is about: an indicator, or a whole criterion by declaration.
type item struct {
	id        string
	indicator *criteria.Indicator // nil for a whole criterion
}

func (i item) known() bool { return i.id != "" }

// itemOf finds a code in the set. A criterion with one indicator of the same number is that indicator.
func itemOf(s *criteria.Set, id string) item {
	if ind := s.Indicator(id); ind != nil {
		return item{id, ind}
	}
	if s.Criterion(id) != nil {
		return item{id: id}
	}
	return item{}
}
