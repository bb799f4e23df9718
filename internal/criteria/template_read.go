package criteria

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"

	"go.yaml.in/yaml/v3"
)

// incoming is a set as somebody handed it in, checked in itself.
type incoming struct {
	file   string
	set    *Set
	body   []byte // the set file that is stored
	places []spot // of a workbook: where line n of the set stands, at n-1
	base   string // of a workbook: digest of the version that it was made from; "" = none
}

// spot is a place in a workbook.
type spot struct {
	sheet    string
	row, col int // 0 = the whole row or sheet
}

// isWorkbook reports whether the bytes are those of a workbook.
func isWorkbook(b []byte) bool { return bytes.HasPrefix(b, []byte("PK\x03\x04")) }

// readIncoming reads a set from a set file or from a workbook of WriteTemplate. What is wrong comes as Problems.
func readIncoming(name string, b []byte) (*incoming, error) {
	if isWorkbook(b) {
		return readTemplate(name, b)
	}
	set, err := Parse(name, b)
	if err != nil {
		return nil, err
	}
	return &incoming{file: name, set: set, body: b}, nil
}

// readTemplate reads a workbook: its cells become the nodes of a set file, each with its place, so that one parser checks
// both; the file that is stored is written from the same nodes.
func readTemplate(name string, b []byte) (*incoming, error) {
	t := &templateReader{file: name}
	book, err := xlsx.Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		key := "criteria.book_unreadable"
		switch {
		case errors.Is(err, xlsx.ErrTooLarge):
			key = "criteria.book_too_large"
		case errors.Is(err, xlsx.ErrUnsafe):
			key = "criteria.book_unsafe"
		}
		return nil, Problems{{File: name, Key: key}}
	}
	root := t.root(book)
	if root == nil {
		return nil, t.problems.sortedByPlace()
	}
	p := &parser{reader: reader{file: name}}
	if p.safe(root, 1) {
		p.set(root)
	}
	in := &incoming{file: name, set: p.s, places: t.places, base: t.base}
	if found := t.merged(in.placed(p.problems)); len(found) > 0 {
		return nil, found.sortedByPlace()
	}
	dropBlank(root)
	if in.body, err = yaml.Marshal(root); err != nil {
		return nil, fmt.Errorf("write the set of a workbook: %w", err)
	}
	if in.set, err = Parse(name, in.body); err != nil {
		return nil, err
	}
	return in, nil
}

// placed turns the lines of problems of this set into places of the workbook they come from.
func (in *incoming) placed(list Problems) Problems {
	if in.places == nil {
		return list
	}
	out := slices.Clone(list)
	for k, p := range out {
		if p.File != in.file || p.Line < 1 || p.Line > len(in.places) {
			continue
		}
		if key, ok := templateKeys[p.Key]; ok {
			out[k].Key = key
		}
		for n, a := range p.Args {
			line, isLine := a.(int)
			if isLine && (p.Key == "criteria.id_twice_at" || p.Key == "criteria.field_twice") && line >= 1 && line <= len(in.places) {
				out[k].Args = slices.Clone(p.Args)
				out[k].Args[n] = in.places[line-1].row
			}
		}
		out[k] = out[k].in(in.places[p.Line-1])
	}
	return out
}

// templateKeys are the messages that a workbook needs in other words than a set file.
var templateKeys = map[string]string{
	"criteria.count_indicators": "criteria.book_count_indicators",
	"criteria.count_criteria":   "criteria.book_count_criteria",
	"criteria.field_missing":    "criteria.book_cell_missing",
	"criteria.threshold_empty":  "criteria.book_level_missing",
	"criteria.id_shape":         "criteria.book_id_shape",
}

func (p Problem) in(s spot) Problem {
	p.Sheet, p.Line, p.Column = s.sheet, s.row, ""
	if s.col > 0 {
		p.Column = xlsx.ColumnName(s.col)
	}
	return p
}

// templateReader turns the cells of a workbook into the nodes of a set file. The line of a node is its number in places.
type templateReader struct {
	file     string
	places   []spot
	problems Problems
	base     string
}

func (t *templateReader) at(s spot) int {
	t.places = append(t.places, s)
	return len(t.places)
}

func (t *templateReader) fail(s spot, key string, args ...any) {
	if len(t.problems) >= maxProblems {
		return
	}
	for i, a := range args {
		if text, ok := a.(string); ok {
			args[i] = clip(text)
		}
	}
	t.problems = append(t.problems, Problem{File: t.file, Key: key, Args: args}.in(s))
}

// merged returns the problems of cells, then those of the set that stand at no cell with a problem already.
func (t *templateReader) merged(more Problems) Problems {
	out := t.problems
	for _, p := range more {
		if len(out) < maxProblems && !slices.ContainsFunc(t.problems, func(q Problem) bool {
			return q.Sheet == p.Sheet && q.Line == p.Line && (q.Column == p.Column || p.Column == "")
		}) {
			out = append(out, p)
		}
	}
	return out
}

// sortedByPlace returns p by sheet in order of first mention, then by row.
func (p Problems) sortedByPlace() Problems {
	var sheets []string
	for _, x := range p {
		if !slices.Contains(sheets, x.Sheet) {
			sheets = append(sheets, x.Sheet)
		}
	}
	slices.SortStableFunc(p, func(a, b Problem) int {
		if a.Sheet != b.Sheet {
			return slices.Index(sheets, a.Sheet) - slices.Index(sheets, b.Sheet)
		}
		return a.Line - b.Line
	})
	return p
}

// field is what a cell says: its text, and whether it is a number, of a percent format as percent points.
type field struct {
	text   string
	number bool
	spot   spot
}

// record is one row of a sheet by the names of its columns.
type record struct {
	spot spot
	of   map[string]field
}

func (r record) get(name string) field {
	if f, ok := r.of[name]; ok {
		return f
	}
	return field{spot: r.spot}
}

// cell reads one cell: of a formula its last result, never its text.
func (t *templateReader) cell(sheet string, row int, c xlsx.Cell) field {
	f := field{spot: spot{sheet, row, c.Col}}
	switch {
	case c.Kind == xlsx.Error:
		t.fail(f.spot, "criteria.book_cell_error", c.Text)
	case c.Kind == xlsx.Empty && c.HasFormula:
		t.fail(f.spot, "criteria.book_cell_formula")
	case c.Kind == xlsx.Bool:
		f.text = yesNo(c.Text == "TRUE")
	case c.Kind == xlsx.Number:
		f.text, f.number = plainNumber(c.Text, strings.Contains(c.Format, "%")), true
	case c.Kind == xlsx.Text:
		f.text = vntext.Squeeze(vntext.NFC(c.Text))
	}
	return f
}

// plainNumber writes a stored number without exponent and without the dust of binary fractions: "98.2" for
// 98.200000000000003; hundredfold for a cell that is shown as a percentage.
func plainNumber(stored string, percent bool) string {
	v, err := strconv.ParseFloat(stored, 64)
	if err != nil {
		return stored
	}
	if exact, err := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64); err == nil {
		v = exact
	}
	text := strconv.FormatFloat(v, 'f', -1, 64)
	if !percent {
		return text
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		return text
	}
	text = r.Mul(r, big.NewRat(100, 1)).FloatString(9)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// table finds the headings of a sheet and returns the rows below. columns are the fields by heading; a heading that is not
// among them is a mistake, a column without a heading is not looked at. nil means that the sheet cannot be used.
func (t *templateReader) table(book *xlsx.Workbook, name string, columns []column, must bool) []record {
	sheet := sheetNamed(book, name)
	if sheet == nil {
		if must {
			t.fail(spot{sheet: name}, "criteria.book_sheet_missing", name)
		}
		return nil
	}
	known := map[string]column{}
	for _, c := range columns {
		known[vntext.Fold(c.head)] = c
	}
	for k, row := range sheet.Rows {
		heads := map[int]column{}
		for _, c := range row.Cells {
			if col, ok := known[vntext.Fold(c.Text)]; ok && c.Kind == xlsx.Text {
				heads[c.Col] = col
			}
		}
		if !hasAll(heads, columns) {
			continue
		}
		seen := map[string]bool{}
		for _, c := range row.Cells {
			head := vntext.Squeeze(c.Text)
			if _, ok := heads[c.Col]; !ok && head != "" {
				t.fail(spot{name, row.Index, c.Col}, "criteria.book_column_unknown", head)
			}
			if seen[heads[c.Col].head] && head != "" {
				t.fail(spot{name, row.Index, c.Col}, "criteria.book_column_twice", head)
			}
			seen[heads[c.Col].head] = true
		}
		return t.records(name, sheet.Rows[k+1:], heads)
	}
	var missing []string
	for _, c := range columns {
		if c.needed {
			missing = append(missing, c.head)
		}
	}
	t.fail(spot{sheet: name}, "criteria.book_heads_missing", strings.Join(missing, "; "))
	return nil
}

func hasAll(heads map[int]column, columns []column) bool {
	for _, c := range columns {
		if !c.needed {
			continue
		}
		found := false
		for _, h := range heads {
			found = found || h.head == c.head
		}
		if !found {
			return false
		}
	}
	return true
}

func sheetNamed(book *xlsx.Workbook, name string) *xlsx.Sheet {
	for _, s := range book.Sheets {
		if vntext.Fold(s.Name) == vntext.Fold(name) {
			return s
		}
	}
	return nil
}

// records reads the rows below the headings; rows without any text are left out.
func (t *templateReader) records(sheet string, rows []xlsx.Row, heads map[int]column) []record {
	var out []record
	for _, row := range rows {
		r := record{spot: spot{sheet: sheet, row: row.Index}, of: map[string]field{}}
		filled := false
		for _, c := range row.Cells {
			col, ok := heads[c.Col]
			if !ok {
				if c.Kind != xlsx.Empty && strings.TrimSpace(c.Text) != "" {
					t.fail(spot{sheet, row.Index, c.Col}, "criteria.book_cell_astray")
				}
				continue
			}
			f := t.cell(sheet, row.Index, c)
			filled = filled || f.text != "" || c.HasFormula
			r.of[nameOf(col)] = t.choose(f, col)
		}
		for c, col := range heads { // blank cells have a place too
			if _, ok := r.of[nameOf(col)]; !ok {
				r.of[nameOf(col)] = field{spot: spot{sheet, row.Index, c}}
			}
		}
		if !filled {
			continue
		}
		if len(out) == maxItems {
			t.fail(r.spot, "criteria.file_long", maxItems)
			break
		}
		out = append(out, r)
	}
	return out
}

func nameOf(c column) string {
	if c.field != "" {
		return c.field
	}
	return c.head
}

// choose turns a word of a column with a list into its id.
func (t *templateReader) choose(f field, c column) field {
	if c.list == nil || f.text == "" {
		return f
	}
	id, ok := c.list.id(f.text)
	if !ok {
		t.fail(f.spot, "criteria.book_choice", f.text, c.head, strings.Join(c.list.words, "; "))
	}
	f.text = id
	return f
}

// dropBlank takes out the fields that stand for blank cells. A level that is not known is no blank cell.
func dropBlank(n *yaml.Node) {
	if n.Kind != yaml.MappingNode {
		for _, c := range n.Content {
			dropBlank(c)
		}
		return
	}
	var kept []*yaml.Node
	for k := 0; k+1 < len(n.Content); k += 2 {
		key, value := n.Content[k], n.Content[k+1]
		switch {
		case key.Value == "threshold":
		case value.ShortTag() == "!!null":
			continue
		default:
			dropBlank(value)
		}
		kept = append(kept, key, value)
	}
	n.Content = kept
}

// object is a mapping of a set file being built.
type object struct {
	t    *templateReader
	node *yaml.Node
}

func (t *templateReader) object(s spot) object {
	return object{t, &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map", Line: t.at(s)}}
}

func (t *templateReader) list(s spot) *yaml.Node {
	return &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Line: t.at(s)}
}

func (t *templateReader) str(s spot, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle, Line: t.at(s)}
}

func (t *templateReader) plain(s spot, tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text, Line: t.at(s)}
}

func (o object) put(name string, n *yaml.Node) {
	o.node.Content = append(o.node.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: name, Line: n.Line}, n)
}

// text puts a text; a blank cell is a field that is not there, at its place.
func (o object) text(name string, f field) {
	if f.text == "" {
		o.put(name, o.t.plain(f.spot, "!!null", "null"))
		return
	}
	o.put(name, o.t.str(f.spot, f.text))
}

// both puts a text in two languages; without an English one it is the Vietnamese one.
func (o object) both(name string, vi, en field) {
	if vi.text == "" && en.text == "" {
		o.text(name, vi)
		return
	}
	e := o.t.object(vi.spot)
	e.text("vi", vi)
	e.text("en", orElse(en, vi))
	o.put(name, e.node)
}

func (o object) flag(name string, f field) {
	if f.text == "true" || f.text == "false" {
		o.put(name, o.t.plain(f.spot, "!!bool", f.text))
	}
}

func (o object) count(name string, f field) {
	if f.text == "" {
		o.text(name, f)
		return
	}
	n, err := strconv.Atoi(f.text)
	if err != nil {
		o.t.fail(f.spot, "criteria.not_count", f.text)
		return
	}
	o.put(name, o.t.plain(f.spot, "!!int", strconv.Itoa(n)))
}

// ids puts a list of ids separated by semicolons; with words each may be written as its word.
func (o object) ids(name string, f field, words *wordList) {
	if f.text == "" {
		return
	}
	list := o.t.list(f.spot)
	list.Style = yaml.FlowStyle
	for _, part := range strings.Split(f.text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if words != nil {
			id, ok := words.id(part)
			if !ok {
				o.t.fail(f.spot, "criteria.book_choice", part, "Loại minh chứng", listed(words))
				continue
			}
			part = id
		}
		list.Content = append(list.Content, o.t.str(f.spot, part))
	}
	o.put(name, list)
}
