package xlsx

import (
	"encoding/xml"
	"fmt"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Limits of a sheet.
const (
	maxRows   = 1_048_576
	maxCols   = 16_384
	maxCells  = 2_000_000 // of the whole workbook
	maxMerges = 200_000   // of one sheet
)

// sheetReader turns the tokens of one worksheet into cells.
type sheetReader struct {
	cols    int // column settings read so far
	t       *tokens
	shared  []string
	formats []string
	sheet   *Sheet
	cells   []Cell // of the present row
	arena   []Cell // where finished rows are kept, many to an allocation
	masters map[string]string
	budget  *int // cells that may still be read
	last    int  // index of the row read last
	ordered bool
}

func readSheet(a *archive, part string, s *Sheet, shared, formats []string, budget *int) error {
	rc, err := a.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	r := &sheetReader{t: newTokens(rc), shared: shared, formats: formats, sheet: s, masters: map[string]string{}, budget: budget, ordered: true}
	for {
		tok, err := r.t.next()
		if err != nil {
			if len(r.t.open) == 0 && r.t.closed {
				break
			}
			return midway(err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "row":
			err = r.row(e)
		case "col":
			err = r.column(e)
		case "mergeCell":
			err = r.merge(e)
		case "worksheet", "sheetData", "cols", "mergeCells":
		case "chartsheet", "dialogsheet":
			return nil
		default:
			err = r.t.skip()
		}
		if err != nil {
			return err
		}
	}
	r.tidy()
	return nil
}

func (r *sheetReader) column(e xml.StartElement) error {
	from, err1 := strconv.Atoi(attr(e, "min"))
	to, err2 := strconv.Atoi(attr(e, "max"))
	if err1 != nil || err2 != nil || from < 1 || to < from {
		return fmt.Errorf("%w: columns %q to %q", ErrUnreadable, attr(e, "min"), attr(e, "max"))
	}
	if r.cols++; r.cols > maxCols {
		return fmt.Errorf("%w: more than %d column settings", ErrUnsafe, maxCols)
	}
	if isTrue(attr(e, "hidden")) || attr(e, "width") == "0" {
		r.sheet.HiddenCols = append(r.sheet.HiddenCols, Span{from, min(to, maxCols)})
	}
	return nil
}

func (r *sheetReader) merge(e xml.StartElement) error {
	first, last, ok := strings.Cut(attr(e, "ref"), ":")
	if !ok {
		return nil // a merge of one cell
	}
	var m Range
	var ok1, ok2 bool
	m.Row1, m.Col1, ok1 = parseRef(first)
	m.Row2, m.Col2, ok2 = parseRef(last)
	if !ok1 || !ok2 {
		return fmt.Errorf("%w: merged area %q", ErrUnreadable, attr(e, "ref"))
	}
	if len(r.sheet.Merges) >= maxMerges {
		return fmt.Errorf("%w: more than %d merged areas", ErrTooLarge, maxMerges)
	}
	m.Row1, m.Row2 = min(m.Row1, m.Row2), max(m.Row1, m.Row2)
	m.Col1, m.Col2 = min(m.Col1, m.Col2), max(m.Col1, m.Col2)
	r.sheet.Merges = append(r.sheet.Merges, m)
	return nil
}

func (r *sheetReader) row(e xml.StartElement) error {
	rows := r.sheet.Rows
	row := Row{Index: r.last + 1}
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			n, err := strconv.Atoi(a.Value)
			if err != nil || n < 1 {
				return fmt.Errorf("%w: row %q", ErrUnreadable, a.Value)
			}
			row.Index = n
		case "hidden":
			row.Hidden = isTrue(a.Value)
		}
	}
	if row.Index > maxRows {
		return fmt.Errorf("%w: row %d", ErrTooLarge, row.Index)
	}
	if row.Index <= r.last {
		r.ordered = false
	}
	r.last = row.Index
	col := 0
	r.cells = r.cells[:0]
	for depth := len(r.t.open); ; {
		tok, err := r.t.next()
		if err != nil {
			return midway(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if tok.Name.Local != "c" {
				if err := r.t.skip(); err != nil {
					return err
				}
				continue
			}
			if col, err = r.cell(tok, row.Index, col+1); err != nil {
				return err
			}
		case xml.EndElement:
			if len(r.t.open) < depth {
				if len(r.cells) > 0 {
					row.Cells = r.keep()
					r.sheet.Rows = append(rows, row)
				}
				return nil
			}
		}
	}
}

// keep copies the cells of the present row to where they stay.
func (r *sheetReader) keep() []Cell {
	n := len(r.cells)
	if cap(r.arena)-len(r.arena) < n {
		r.arena = make([]Cell, 0, max(n, 4096))
	}
	start := len(r.arena)
	r.arena = append(r.arena, r.cells...)
	return r.arena[start : start+n : start+n]
}

// cell reads one cell, whose column is next unless it says otherwise, and returns its column.
func (r *sheetReader) cell(e xml.StartElement, row, next int) (int, error) {
	if *r.budget--; *r.budget < 0 {
		return 0, fmt.Errorf("%w: more than %d cells", ErrTooLarge, maxCells)
	}
	c := Cell{Col: next}
	kind := ""
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "r":
			_, col, ok := parseRef(a.Value)
			if !ok {
				return 0, fmt.Errorf("%w: cell %q", ErrUnreadable, a.Value)
			}
			c.Col = col
		case "t":
			kind = a.Value
		case "s":
			if n, err := strconv.Atoi(a.Value); err == nil && n >= 0 && n < len(r.formats) {
				c.Format = r.formats[n]
			}
		}
	}
	if c.Col > maxCols {
		return 0, fmt.Errorf("%w: column %d", ErrTooLarge, c.Col)
	}
	var value string
	hasValue := false
	for depth := len(r.t.open); len(r.t.open) >= depth; {
		tok, err := r.t.next()
		if err != nil {
			return 0, midway(err)
		}
		in, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		switch in.Name.Local {
		case "v":
			value, err = r.plain()
			hasValue = true
		case "f":
			err = r.formula(in, &c)
		case "is":
			value, err = readText(r.t)
			hasValue = true
		default:
			err = r.t.skip()
		}
		if err != nil {
			return 0, err
		}
	}
	if err := r.store(&c, kind, value, hasValue); err != nil {
		return 0, err
	}
	if c.Kind != Empty || c.HasFormula {
		r.cells = append(r.cells, c)
	}
	return c.Col, nil
}

// store gives the cell its value: kind is the type attribute, value the text of its v or is element.
func (r *sheetReader) store(c *Cell, kind, value string, hasValue bool) error {
	if !hasValue {
		return nil
	}
	switch kind {
	case "s":
		n, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || n < 0 || n >= len(r.shared) {
			return fmt.Errorf("%w: there is no shared string %q", ErrUnreadable, value)
		}
		c.Kind, c.Text = Text, r.shared[n]
	case "str":
		c.Kind, c.Text = Text, unescape(value)
	case "inlineStr", "d":
		c.Kind, c.Text = Text, value
	case "b":
		c.Kind, c.Text = Bool, "FALSE"
		if isTrue(strings.TrimSpace(value)) {
			c.Text = "TRUE"
		}
	case "e":
		c.Kind, c.Text = Error, strings.TrimSpace(value)
	case "", "n":
		value = strings.TrimSpace(value)
		if value == "" {
			return nil
		}
		if !isNumber(value) {
			return fmt.Errorf("%w: %q is stored as a number", ErrUnreadable, value)
		}
		c.Kind, c.Text = Number, value
	default:
		return fmt.Errorf("%w: cell of type %q", ErrUnreadable, kind)
	}
	return nil
}

// isNumber accepts the literals of xsd:double that a cell may hold.
func isNumber(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c >= '0' && c <= '9', c == '.', c == '-', c == '+', c == 'e', c == 'E':
		default:
			return false
		}
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

// formula reads an f element. A formula that is shared is written out once, in its first cell.
func (r *sheetReader) formula(e xml.StartElement, c *Cell) error {
	text, err := r.plain()
	if err != nil {
		return err
	}
	c.HasFormula, c.Formula = true, text
	if attr(e, "t") != "shared" {
		return nil
	}
	if si := attr(e, "si"); text != "" {
		r.masters[si] = text
	} else {
		c.Formula = r.masters[si]
	}
	return nil
}

// plain collects the text of the element that was opened last, to its end.
func (r *sheetReader) plain() (string, error) {
	var out strings.Builder
	size := 0
	for depth := len(r.t.open); ; {
		tok, err := r.t.next()
		if err != nil {
			return "", midway(err)
		}
		switch tok := tok.(type) {
		case xml.CharData:
			if size += utf8.RuneCount(tok); size > maxText {
				return "", errLongText()
			}
			out.Write(tok)
		case xml.EndElement:
			if len(r.t.open) < depth {
				return out.String(), nil
			}
		}
	}
}

// tidy puts a file in order that was not written so.
func (r *sheetReader) tidy() {
	rows := r.sheet.Rows
	if !r.ordered {
		sort.SliceStable(rows, func(i, j int) bool { return rows[i].Index < rows[j].Index })
	}
	kept := rows[:0]
	for _, row := range rows {
		if n := len(kept) - 1; n >= 0 && kept[n].Index == row.Index {
			kept[n].Cells = append(kept[n].Cells, row.Cells...)
			kept[n].Hidden = kept[n].Hidden || row.Hidden
			continue
		}
		kept = append(kept, row)
	}
	for i := range kept {
		cells := kept[i].Cells
		if !sort.SliceIsSorted(cells, func(a, b int) bool { return cells[a].Col < cells[b].Col }) {
			sort.SliceStable(cells, func(a, b int) bool { return cells[a].Col < cells[b].Col })
		}
		// A place that was written twice holds what was written last.
		n := 0
		for j := range cells {
			if n > 0 && cells[n-1].Col == cells[j].Col {
				n--
			}
			cells[n] = cells[j]
			n++
		}
		kept[i].Cells = cells[:n:n]
	}
	r.sheet.Rows = kept
}

// parseRef reads "AB12", also "$AB$12".
func parseRef(s string) (row, col int, ok bool) {
	i := 0
	for ; i < len(s); i++ {
		c := s[i] &^ 0x20
		if s[i] == '$' {
			continue
		}
		if c < 'A' || c > 'Z' {
			break
		}
		if col = col*26 + int(c-'A') + 1; col > 1<<20 {
			return 0, 0, false
		}
	}
	for ; i < len(s); i++ {
		if s[i] == '$' {
			continue
		}
		if s[i] < '0' || s[i] > '9' {
			return 0, 0, false
		}
		if row = row*10 + int(s[i]-'0'); row > 1<<30 {
			return 0, 0, false
		}
	}
	return row, col, row > 0 && col > 0
}
