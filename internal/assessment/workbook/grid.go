package workbook

import (
	"sort"
	"strings"

	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"
)

// maxCovered bounds the places that merged areas are looked up for: more than any sheet that people lay out.
const maxCovered = 4_000_000

// cell is a filled place of a sheet. A merged area is one cell, found from every place that it covers.
type cell struct {
	*xlsx.Cell
	row, col   int // where it stands: the first place of a merged area
	row2, col2 int // the last place of the merged area, the same place when there is none
	text       string
	fold       string  // text without marks, lower case; filled by folded
	weight     int8    // what nameWeight found, plus one
	said       role    // what roleOf found, plus one
	says       *stated // what stated found
	date1904   bool
}

// blank reports that nothing can be read here: no cell, only white space, or a formula whose result is an empty text.
func (c *cell) blank() bool { return c == nil || c.text == "" && !c.lost() }

// lost reports a formula that came without its result.
func (c *cell) lost() bool { return c.HasFormula && c.Kind == xlsx.Empty }

func (c *cell) folded() string {
	if c == nil {
		return ""
	}
	if c.fold == "" && c.text != "" {
		c.fold = vntext.Fold(c.text)
	}
	return c.fold
}

// wide reports that the cell spans several columns.
func (c *cell) wide() bool { return c.col2 > c.col }

// shown returns the text of a cell as displayed, "" for a blank one.
func (c *cell) shown() string {
	if c == nil {
		return ""
	}
	return c.text
}

// raw returns what is stored, for reports and for the workbook of refusals.
func (c *cell) raw() string {
	if c == nil {
		return ""
	}
	return c.Text
}

// grid is a sheet that can be asked for any place.
type grid struct {
	name   string
	rows   []gridRow
	left   int         // the first column with a cell
	right  int         // the last one
	index  map[int]int // row number → place in rows
	hidden map[int]bool
}

type gridRow struct {
	n       int
	cells   []*cell // filled cells that begin in this row, by column
	covered []*cell // cells of merged areas that cover a part of this row, by column
}

func newGrid(s *xlsx.Sheet, date1904 bool) *grid {
	g := &grid{name: s.Name, index: make(map[int]int, len(s.Rows)), hidden: map[int]bool{}}
	for _, span := range s.HiddenCols {
		for c := span.From; c <= span.To; c++ {
			g.hidden[c] = true
		}
	}
	total := 0
	for _, r := range s.Rows {
		total += len(r.Cells)
	}
	store := make([]cell, 0, total)
	for _, r := range s.Rows {
		row := gridRow{n: r.Index, cells: make([]*cell, 0, len(r.Cells))}
		for i := range r.Cells {
			c := cell{Cell: &r.Cells[i], row: r.Index, col: r.Cells[i].Col, row2: r.Index, col2: r.Cells[i].Col, date1904: date1904}
			c.text = tidy(display(c.Cell))
			if !c.blank() {
				store = append(store, c)
				g.right = max(g.right, c.col)
				if g.left == 0 || c.col < g.left {
					g.left = c.col
				}
				row.cells = append(row.cells, &store[len(store)-1])
			}
		}
		g.index[r.Index] = len(g.rows)
		g.rows = append(g.rows, row)
	}
	g.merge(s.Merges)
	return g
}

// between returns the columns from left to right as a grid of their own. A merged area belongs to it where it begins there,
// or reaches into it from the left.
func (g *grid) between(left, right int) *grid {
	out := &grid{name: g.name, left: max(left, g.left), right: min(right, g.right), index: map[int]int{}, hidden: g.hidden}
	for i := range g.rows {
		row := gridRow{n: g.rows[i].n, cells: g.rows[i].own(left, right)}
		if len(row.cells) == 0 {
			continue
		}
		for _, c := range g.rows[i].covered {
			if c.col <= right && c.col2 >= left {
				row.covered = append(row.covered, c)
			}
		}
		out.index[row.n] = len(out.rows)
		out.rows = append(out.rows, row)
	}
	return out
}

// merge makes every merged area one cell. Rows that hold no cell of their own are not covered: nothing is read there.
func (g *grid) merge(areas []xlsx.Range) {
	left := maxCovered
	for _, m := range areas {
		i, ok := g.index[m.Row1]
		if !ok {
			continue
		}
		c := g.rows[i].find(m.Col1)
		if c == nil {
			continue
		}
		c.row2, c.col2 = m.Row2, m.Col2
		for ; i < len(g.rows) && g.rows[i].n <= m.Row2; i++ {
			if left--; left < 0 {
				return
			}
			g.rows[i].covered = append(g.rows[i].covered, c)
		}
	}
	for i := range g.rows {
		covered := g.rows[i].covered
		sort.Slice(covered, func(a, b int) bool { return covered[a].col < covered[b].col })
	}
}

func (r *gridRow) find(col int) *cell {
	i := sort.Search(len(r.cells), func(i int) bool { return r.cells[i].col >= col })
	if i < len(r.cells) && r.cells[i].col == col {
		return r.cells[i]
	}
	return nil
}

// at returns the cell that speaks for a column of this row, nil when it is blank.
func (r *gridRow) at(col int) *cell {
	if i := sort.Search(len(r.covered), func(i int) bool { return r.covered[i].col > col }); i > 0 {
		if c := r.covered[i-1]; c.col2 >= col {
			return c
		}
	}
	return r.find(col)
}

// all returns the cells that speak for this row, merged ones of rows above included, by column.
func (r *gridRow) all() []*cell {
	if len(r.covered) == 0 {
		return r.cells
	}
	out := append([]*cell(nil), r.cells...)
	for _, c := range r.covered {
		if c.row != r.n {
			out = append(out, c)
		}
	}
	sort.Slice(out, func(a, b int) bool { return out[a].col < out[b].col })
	return out
}

// own returns the filled cells that begin in this row between two columns.
func (r *gridRow) own(left, right int) []*cell {
	i := sort.Search(len(r.cells), func(i int) bool { return r.cells[i].col >= left })
	j := sort.Search(len(r.cells), func(i int) bool { return r.cells[i].col > right })
	return r.cells[i:j]
}

// tidy composes the letters of s, drops invisible characters, makes one of the two capital letters that look like Đ, and
// squeezes white space.
func tidy(s string) string {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c >= 0x80 || c <= ' ' {
			plain = false
			break
		}
	}
	if plain {
		return s
	}
	return vntext.Squeeze(lookalikes.Replace(vntext.NFC(s)))
}

// lookalikes: Ð (eth) is what some keyboards give for Đ; the rest is invisible.
var lookalikes = strings.NewReplacer("Ð", "Đ", "ð", "đ", "\u200b", "", "\u200c", "", "\u200d", "", "\u2060", "", "\ufeff", "", "\u00ad", "")
