package workbook

import (
	"regexp"
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
	codeWord   = `(?:tiêu chí|tieu chi|t/c|tchí|tc|chỉ tiêu|chi tieu|c/t|ct|criterion|criteria|crit|indicator|ind|mã chỉ tiêu|mã tiêu chí|mã ct|mã tc|mã số|mã)`
	codeGap    = `[\s.:#\-–]*(?:số\s*|(?:so|no|number)[\s.:#]+)?`
)

var (
	codeBare     = regexp.MustCompile(`^` + codeNumber + `[.,:)]?$`)
	codeBraced   = regexp.MustCompile(`^[(\[](\d{1,2}[.,]\d{1,2})[)\]]$`)
	codeNamed    = regexp.MustCompile(`^[(\[]?` + codeWord + codeGap + codeNumber + `(.*)$`)
	codeParts    = regexp.MustCompile(`^(\d{1,2}[.,]\d{1,2})\s*[.,:;)\-–/]*\s*([\pL("“'].*)$`)
	codeHeaded   = regexp.MustCompile(`^(\d{1,2})\s*[.:)\-–]\s*([\pL("“'].*)$`)
	codeGoesOn   = regexp.MustCompile(`^(?:[\d/%\pL]|[.,]\d)`)
	codeAtEnd    = regexp.MustCompile(`[(\[]\s*(?:` + codeWord + codeGap + codeNumber + `|(\d{1,2}[.,]\d{1,2}))\s*[)\]]$`)
	codeNamedEnd = regexp.MustCompile(`[\s(\-–:,]` + codeWord + codeGap + codeNumber + `$`)
)

// readCode reads the code that a heading, or the cell of a list, states. Cells with formulas state none.
func readCode(c *cell) code {
	if c.blank() || c.HasFormula || c.Kind != xlsx.Number && c.Kind != xlsx.Text {
		return code{}
	}
	return codeIn(strings.ToLower(c.text))
}

func codeIn(s string) code {
	if m := codeBare.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], bareWhole)
	}
	if m := codeBraced.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], bareParts)
	}
	if m := codeNamed.FindStringSubmatch(s); m != nil {
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
	if m := codeNamedEnd.FindStringSubmatch(s); m != nil {
		return codeOf(m[1], named)
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
