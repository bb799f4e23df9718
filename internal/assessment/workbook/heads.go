package workbook

import (
	"regexp"
	"strings"

	"langso/internal/std/xlsx"
)

// findFigures marks the rows that state no headings though they hold codes, or numbers that look like codes: those of a list,
// and those below codes they do not belong to, as "8.4" stands below "15.1" where a commune is not named or misspelt.
// Headings that begin anew name the column of the communes first.
func (f *finder) findFigures() {
	f.figures = make([]bool, len(f.g.rows))
	listed := f.listedCodes()
	above := map[int]string{} // the code that heads a column; in a list no code does
	for i := range f.g.rows {
		if f.body[i] {
			continue
		}
		named := f.namesColumns(i) && !(len(above) > 0 && f.namesUnknown(i))
		if named {
			above = map[int]string{} // not cleared: that costs the room of the widest row for each row of headings
		}
		cells := f.g.rows[i].cells
		alone := f.codesAlone(i)
		for _, c := range cells {
			k := f.readCode(c)
			head, headed := above[c.col]
			if headed && !alone && (k.form == bareWhole || k.form == bareParts || head == "" && k.form != noCode) && k.id != head && !strings.HasPrefix(k.id, head+".") {
				f.figures[i] = true
			}
		}
		strong, weak := f.headingRow(i)
		for _, c := range cells {
			k := f.readCode(c)
			switch {
			case c.wide():
			case (strong > 0 || named && weak > 0) && itemOf(f.set, k.id).known():
				above[c.col] = k.id
			case named && listed[c.col] && f.headsCodes(c):
				above[c.col] = ""
			}
		}
	}
}

// codesAlone reports a row of nothing but codes of indicators, at least two, written as text: headings that go on where a new
// page begins. A row of figures has a running number or a name, or a figure that is no code; numbers may be either and are
// refused, for communes below them must not be read under figures.
func (f *finder) codesAlone(i int) bool {
	n := 0
	for _, c := range f.g.rows[i].cells {
		k := f.readCode(c)
		if k.form == noCode && c.folded() == "" {
			continue
		}
		if c.Kind != xlsx.Text || k.form != bareParts || !itemOf(f.set, k.id).known() {
			return false
		}
		n++
	}
	return n >= 2
}

// listedCodes finds the columns in which most rows of communes hold the code of an indicator.
func (f *finder) listedCodes() map[int]bool {
	filled, coded := map[int]int{}, map[int]int{}
	for i := range f.g.rows {
		if !f.body[i] {
			continue
		}
		for _, c := range f.g.rows[i].cells {
			filled[c.col]++
			if itemOf(f.set, f.readCode(c).id).known() {
				coded[c.col]++
			}
		}
	}
	out := map[int]bool{}
	for col, n := range coded {
		out[col] = n*10 >= filled[col]*6
	}
	return out
}

// namesColumns reports a row, merged headings from above included, in which a column of communes or of numbers is headed.
func (f *finder) namesColumns(i int) bool {
	for _, c := range f.g.rows[i].all() {
		if r := roleOf(c); (r == unitName || r == unitCode || r == rowNumber) && !f.forgotName(i, c) {
			return true
		}
	}
	return false
}

// forgotName reports the word "Xã" that stands, behind a running number, where communes are named: somebody forgot the name.
func (f *finder) forgotName(i int, c *cell) bool {
	if f.names[c.col] == 0 || c.row != f.g.rows[i].n || strings.Trim(c.folded(), " .:") != "xa" {
		return false
	}
	for _, x := range f.g.rows[i].cells {
		if x.col < c.col && f.readCode(x).form == bareWhole {
			return true
		}
	}
	return false
}

// namesUnknown reports a row below headings that gives, where communes are named, a name that no commune bears: its whole
// numbers are values and not codes of columns.
func (f *finder) namesUnknown(i int) bool {
	for _, c := range f.g.rows[i].cells {
		if f.names[c.col] == 0 || c.Kind != xlsx.Text || f.readCode(c).form != noCode {
			continue
		}
		if r := roleOf(c); r == noRole || r == unitName && unitWithName.MatchString(c.folded()) && !unitHeading.MatchString(c.folded()) {
			return true
		}
	}
	return false
}

// unitWithName is a kind of unit with a name behind it, unlike the headings "Xã", "Xã, phường" and "Xã thuộc huyện".
var unitWithName = regexp.MustCompile(`^(xa|x\.) ?[a-z]`)

var unitHeading = regexp.MustCompile(`^(xa|x\.) ?(phuong|thi tran|thuoc|trong|cua|duoc|tren)\b`)
