package workbook

import (
	"sort"
	"strings"
)

// codeColumns reads the headings in the rows head to body-1, column by column.
func (f *finder) codeColumns(head, body int) []column {
	var out []column
	right := 0
	for i := head; i < body; i++ {
		for _, c := range f.g.rows[i].all() {
			right = max(right, c.col)
		}
	}
	for col := 1; col <= right; col++ {
		if k, at := f.codeOf(head, body, col); k.form != noCode {
			out = append(out, column{col: col, code: k.id, head: at, item: itemOf(f.set, k.id)})
		}
	}
	out = append(out, f.partedColumns(head, body, out)...)
	sort.SliceStable(out, func(i, j int) bool { return out[i].col < out[j].col })
	if out = f.plausible(out); len(out) > maxColumns {
		out = out[:maxColumns]
	}
	return out
}

// partedColumns finds codes that head several columns, each with a heading that says which part of the value it holds.
func (f *finder) partedColumns(head, body int, single []column) []column {
	taken := columnSet(single)
	var out []column
	for i := head; i < body-1; i++ {
		for _, c := range f.g.rows[i].cells {
			k := readCode(c)
			if !c.wide() || c.col2-c.col > len(valueRoles)+1 || k.form == noCode || !itemOf(f.set, k.id).known() {
				continue
			}
			parts, first := map[role]int{}, 0
			for col := c.col; col <= c.col2 && parts != nil; col++ {
				if taken[col] {
					parts = nil
					break
				}
				r := f.partRole(i+1, body, col)
				if r != noRole && parts[r] == 0 {
					parts[r] = col
					if first == 0 {
						first = col
					}
				}
			}
			if len(parts) > 0 && (parts[numerator] > 0) == (parts[denominator] > 0) {
				out = append(out, column{col: first, code: k.id, head: c, item: itemOf(f.set, k.id), parts: parts})
			}
		}
	}
	return out
}

// partRole returns which part of a value the headings below a code give to a column.
func (f *finder) partRole(from, body, col int) role {
	for i := body - 1; i >= from; i-- {
		if c := f.g.rows[i].at(col); c != nil && !c.wide() {
			for _, r := range valueRoles {
				if roleOf(c) == r {
					return r
				}
			}
		}
	}
	return noRole
}

// columnSet returns the columns of values, all parts included.
func columnSet(columns []column) map[int]bool {
	m := make(map[int]bool, len(columns))
	for _, c := range columns {
		m[c.col] = true
		for _, col := range c.parts {
			m[col] = true
		}
	}
	return m
}

// codeOf returns the code that the headings give to a column: the lowest one. A cell above several columns gives none to
// those that have a heading of their own.
func (f *finder) codeOf(head, body, col int) (code, *cell) {
	lowest := true
	var seen *cell
	for i := body - 1; i >= head; i-- {
		c := f.g.rows[i].at(col)
		if c == nil || c == seen || c.blank() {
			continue
		}
		seen = c
		if c.wide() && (!lowest || c.col != col) {
			return code{}, nil
		}
		if k := readCode(c); k.form != noCode {
			if k.form == bareWhole && columnNumbers(f.g.rows[i].cells) && f.hasCodeAbove(head, i, col) {
				continue // the row numbers the columns
			}
			return k, c
		}
		lowest = false
	}
	return code{}, nil
}

func (f *finder) hasCodeAbove(head, row, col int) bool {
	for i := head; i < row; i++ {
		if c := f.g.rows[i].at(col); c != nil && readCode(c).form > bareWhole {
			return true
		}
	}
	return false
}

// plausible drops codes that are only numbers beside real ones: "4. Ghi chú", a count in the headings.
func (f *finder) plausible(columns []column) []column {
	known := 0
	for _, c := range columns {
		if c.item.known() {
			known++
		}
	}
	out := columns[:0]
	for _, c := range columns {
		k := readCode(c.head)
		whole := !strings.Contains(c.code, ".")
		switch {
		case c.item.known():
		case whole && k.form == leading, whole && k.form == bareWhole && known == 0:
			continue
		}
		out = append(out, c)
	}
	return out
}
