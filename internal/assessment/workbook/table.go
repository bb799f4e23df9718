package workbook

import (
	"regexp"
	"strings"

	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// table is a part of a sheet that holds results: headings, and below them rows of communes.
type table struct {
	g           *grid
	list        bool // one row per commune and indicator; else a column per indicator
	left, right int  // columns
	head, body  int  // places in g.rows where the headings and the rows below them begin
	end         int  // place behind the last row

	unit, code, district, group, number int // columns, 0 = there is none

	columns []column     // matrix: the columns of values, by column
	context map[int]role // matrix: columns under a code that are not read, and why
	roles   map[int]role // list: columns by role
	doubt   *refusal     // list: why its values are not read, nil = they are
}

// column is a column of a matrix that stands for an indicator or a criterion.
type column struct {
	col  int
	code string // as understood
	head *cell  // where the code stands
	item item
	read bool // the column is read; else it was refused or only adds up
	adds bool // it only counts, by formulas, the indicators of the criterion that heads it
	// refused says why neither this column nor the others under its code are read; nil = they are.
	refused *refusal
	// parts are the columns of a code that heads several: "15.1" above numerator, denominator and percentage. nil = one.
	parts map[role]int
}

// finder looks for the tables of one sheet.
type finder struct {
	*reader
	g     *grid
	body  []bool       // rows that hold a commune
	names map[int]int  // column → weight of the commune names in it
	coded map[int]bool // columns that hold codes of communes
	// figures marks rows that stand below codes and hold other numbers: values, however much they look like codes.
	figures []bool
	// contextOnly says that a table was found which holds only plans, notes, earlier periods.
	contextOnly bool
	// lost says that below a table another one begins that could not be read.
	lost bool
}

// Bounds that no table of an office reaches; they keep hostile sheets from costing time.
const (
	maxHeadRows = 12
	maxColumns  = 400
	maxBeside   = 16 // tables side by side
)

// findUnits marks the rows that hold the name or the code of a commune.
func (f *finder) findUnits() {
	codes, other := map[int]int{}, map[int]int{}
	for i := range f.g.rows {
		for _, c := range f.g.rows[i].cells {
			if w := f.nameWeight(c); w > 0 {
				f.body[i] = true
				f.names[c.col] += w
			}
			if f.isUnitCode(c) {
				codes[c.col]++
			} else {
				other[c.col]++
			}
		}
	}
	for col, n := range codes {
		// Counts of people have five digits, too: a column of codes holds little else below its heading.
		if n >= 2 && n*2 > other[col] || f.saysUnitCode(col) {
			f.coded[col] = true
		}
	}
	for i := range f.g.rows {
		for _, c := range f.g.rows[i].cells {
			f.body[i] = f.body[i] || f.coded[c.col] && f.isUnitCode(c)
		}
		for _, c := range f.g.rows[i].covered {
			// A name that is merged downwards makes all its rows rows of the commune.
			f.body[i] = f.body[i] || !c.wide() && f.nameWeight(c) > 0
		}
	}
}

func (f *finder) saysUnitCode(col int) bool {
	for i := range f.g.rows {
		if c := f.g.rows[i].find(col); c != nil && roleOf(c) == unitCode && len(c.folded()) > 4 {
			return true
		}
	}
	return false
}

// nameWeight tells how much a cell looks like the name of a commune: 3 for one of the day, 1 for one of another day.
func (r *reader) nameWeight(c *cell) int {
	if c.Kind != xlsx.Text || len(c.text) > 120 {
		return 0
	}
	if c.weight == 0 {
		c.weight = 1 + r.known[unitKey(c.text)]
	}
	return int(c.weight - 1)
}

var leadingCount = regexp.MustCompile(`^\d+ ?[.)] ?`)

// unitKey reduces a written name to what names are looked up by, without kind, number, brackets and marks.
func unitKey(text string) string {
	s := leadingCount.ReplaceAllString(vntext.Fold(text), "")
	if i := strings.IndexAny(s, "(["); i > 0 {
		s = s[:i]
	}
	s = strings.Trim(s, " *.:;,")
	for _, kind := range []string{"xa ", "xa. ", "x. ", "x.", "phuong ", "p. ", "p.", "thi tran ", "tt. ", "tt.", "tt ", "dac khu "} {
		if rest, ok := strings.CutPrefix(s, kind); ok && rest != "" {
			return strings.ReplaceAll(rest, " ", "")
		}
	}
	return strings.ReplaceAll(s, " ", "")
}

// isUnitCode reports a cell that holds a code that some commune bears or bore.
func (r *reader) isUnitCode(c *cell) bool {
	if len(c.text) != 5 || c.HasFormula || strings.Trim(c.text, "0123456789") != "" {
		return false
	}
	for _, u := range r.register.ByCode(c.text) {
		if u.Level == territory.Commune {
			return true
		}
	}
	return false
}

// headingRow reports a row whose own cells state codes and nothing that could be data, and how good they are.
func (f *finder) headingRow(i int) (strong, weak int) {
	row := &f.g.rows[i]
	if len(row.cells) == 0 || f.figures[i] || totalReason(row.cells[0].folded()) != "" || f.namesRegion(row) {
		return 0, 0
	}
	for _, c := range row.cells {
		k := f.readCode(c)
		switch {
		case k.form == noCode:
			if c.Kind != xlsx.Text && !isYear(c.text) {
				return 0, 0
			}
			if _, word := readVerdictWord(strings.ToLower(c.text)); word && (len(c.text) > 2 || roleOf(c) == noRole) {
				return 0, 0
			}
		case k.form == bareWhole:
			weak++
		case itemOf(f.set, k.id).known():
			strong += 2
		default:
			strong++
		}
	}
	if strong == 1 {
		strong = 0 // a single code that the set does not know proves nothing
	}
	return strong, weak
}

// namesRegion reports a row that names a district or province among its first words, as headings between communes do.
func (f *finder) namesRegion(row *gridRow) bool {
	for _, c := range row.cells {
		if c.Kind == xlsx.Text && !romanNumber.MatchString(c.text) {
			return wordsRegion.MatchString(c.folded()) && f.region(c.text) != nil
		}
	}
	return false
}

func isYear(s string) bool {
	return len(s) == 4 && (strings.HasPrefix(s, "19") || strings.HasPrefix(s, "20")) && strings.Trim(s, "0123456789") == ""
}

// columnNumbers reports a row that only numbers the columns: (1) (2) (3)=(2)/(1), A B 1 2 3.
func columnNumbers(cells []*cell) bool {
	n, last, braces := 0, 0, 0
	for _, c := range cells {
		s := strings.ReplaceAll(c.shown(), " ", "")
		if i := strings.IndexByte(s, '='); i > 0 {
			s = s[:i]
		}
		if strings.HasPrefix(s, "(") {
			braces++
		}
		s = strings.Trim(s, "()[]")
		if len(s) == 1 && s[0] >= 'A' && s[0] <= 'E' || s == "a" || s == "b" || s == "c" {
			continue
		}
		if s == "" || len(s) > 3 || strings.Trim(s, "0123456789") != "" {
			return false
		}
		v := 0
		for _, d := range s {
			v = v*10 + int(d-'0')
		}
		if v != last+1 && n > 0 {
			return false
		}
		last = v
		n++
	}
	return n >= 3 || n >= 2 && braces == n
}

// matrices finds the tables whose headings lie in the rows first to last; two may stand side by side.
func (f *finder) matrices(first, last int) []*table {
	bottom, whole, counting := -1, -1, -1
	for i := first; i <= last; i++ {
		strong, weak := f.headingRow(i)
		if strong > 0 && !f.isTitleRow(i, last) {
			bottom = i
		}
		switch {
		case weak == 0 || f.bracedNumbers(i) || f.numbersNames(i) || weak < 3 && !f.namesColumns(i):
		case (first > 0 || bottom >= 0 || whole >= 0) && f.namesUnknown(i):
		case !columnNumbers(f.g.rows[i].cells):
			whole = i
		case counting < 0:
			counting = i
		}
	}
	if whole < 0 {
		whole = counting
	}
	if bottom < 0 {
		bottom = whole
	}
	if bottom < 0 {
		return nil
	}
	if whole > bottom && f.addsCodes(bottom, whole) {
		bottom = whole
	}
	head := f.top(first, bottom)
	body := bottom + 1
	limit := f.limit(last)
	columns := f.codeColumns(head, body, limit)
	for body <= last && f.belongsToHead(body, columns) {
		body++
	}
	columns = f.codeColumns(head, body, limit)
	if len(columns) == 0 {
		return nil
	}
	units := f.unitColumns(head, body, columns, limit)
	if len(units) == 0 {
		return nil
	}
	var out []*table
	for _, t := range f.cut(head, body, columns, units) {
		if f.settle(t, limit); len(t.columns) > 0 {
			out = append(out, t)
		} else {
			f.contextOnly = true
		}
	}
	return out
}

// isTitleRow reports a row in which a code stands alone while the columns of the communes are headed further down, behind
// an empty row: a title, and the code is what the whole table is about.
func (f *finder) isTitleRow(i, last int) bool {
	if len(f.g.rows[i].cells) != 1 {
		return false
	}
	for j := i + 1; j <= last; j++ {
		if f.namesColumns(j) {
			return f.g.rows[j].n-f.g.rows[i].n > j-i
		}
	}
	return false
}

func (f *finder) bracedNumbers(i int) bool {
	cells := f.g.rows[i].cells
	return strings.HasPrefix(cells[0].text, "(") && columnNumbers(cells)
}

// numbersNames reports a row that numbers the columns, that of the communes as well: its numbers are no codes.
func (f *finder) numbersNames(i int) bool {
	for _, c := range f.g.rows[i].cells {
		if f.names[c.col] > 0 {
			return columnNumbers(f.g.rows[i].cells)
		}
	}
	return false
}

// addsCodes tells a row of whole numbers that are the codes of columns from a row that numbers columns which have codes.
func (f *finder) addsCodes(bottom, row int) bool {
	have := f.codeColumns(f.top(0, bottom), bottom+1, bottom+1)
	for _, c := range f.g.rows[row].cells {
		if k := f.readCode(c); k.form == bareWhole {
			found := false
			for _, h := range have {
				found = found || h.col == c.col
			}
			if !found && !columnNumbers(f.g.rows[row].cells) {
				return true
			}
		}
	}
	return false
}

// limit returns the place of the next heading below, or the end of the sheet.
func (f *finder) limit(last int) int {
	for i := last + 1; i < len(f.g.rows); i++ {
		if f.body[i] {
			continue
		}
		if strong, _ := f.headingRow(i); strong > 2 {
			return i
		}
	}
	return len(f.g.rows)
}

// top goes up from a row of codes to the first row of the headings.
func (f *finder) top(first, row int) int {
	for end := row - maxHeadRows; row > first && row > end && row > 0; {
		above := &f.g.rows[row-1]
		if above.n != f.g.rows[row].n-1 || !f.isHeading(above) {
			break
		}
		row--
	}
	return row
}

// isHeading tells a row of headings above the codes from titles, the unit of measure and data.
func (f *finder) isHeading(row *gridRow) bool {
	words := 0
	joined := false
	for _, c := range row.cells {
		if c.Kind != xlsx.Text && !isYear(c.text) && f.readCode(c).form == noCode {
			return false
		}
		if wordsMeasure.MatchString(c.folded()) && len(row.cells) < 3 {
			return false
		}
		if wordsTitle.MatchString(c.folded()) {
			return false
		}
		joined = joined || c.row2 > c.row && c.col2-c.col < 3
		words++
	}
	if words == 0 {
		return false
	}
	// One text in the first columns is a title; a heading of a group stands above columns of values.
	return words >= 3 || joined || row.cells[0].col > f.g.left+1
}

// belongsToHead reports a row below the codes that still explains the columns: wording, units of measure, the parts of
// the values under a code.
func (f *finder) belongsToHead(i int, columns []column) bool {
	row := &f.g.rows[i]
	if row.n != f.g.rows[i-1].n+1 || len(row.cells) == 0 || columnNumbers(row.cells) || len(columns) == 0 || f.namesRegion(row) {
		return false
	}
	under := map[int]bool{} // columns that share a code
	for _, c := range columns {
		under[c.col] = c.head.wide()
	}
	inside, parts, taken := 0, 0, columnSet(columns)
	var doubtful []*cell
	for _, c := range row.cells {
		if under[c.col] && (c.Kind == xlsx.Text || c.Kind == xlsx.Number) {
			inside++
			if partOf(c) != noRole || yearOf(c.folded()) != 0 {
				parts++
				continue
			}
		}
		if c.Kind != xlsx.Text || valueLike(c) || strings.ContainsAny(c.text[:1], "<>=") || strings.HasPrefix(c.text, "≥") || strings.HasPrefix(c.text, "≤") {
			doubtful = append(doubtful, c)
			continue
		}
		if taken[c.col] {
			inside++
			continue
		}
		switch r := roleOf(c); {
		case c.wide() && c.col < columns[0].col:
			return false // a heading of a district
		case c.col < columns[0].col && r == noRole:
			return false // a label: required level, a commune with a misspelt name
		case c.col < columns[0].col || f.names[c.col] > 0:
			if wordsRequired.MatchString(c.folded()) || totalReason(c.folded()) == ReasonTotal || totalReason(c.folded()) == ReasonSubtotal {
				return false
			}
		}
	}
	for _, c := range doubtful {
		// "Tỷ lệ | Đạt": a word for a result is a heading beside the other parts of the value.
		if parts == 0 || !under[c.col] || c.Kind != xlsx.Text || c.HasFormula {
			return false
		}
	}
	return inside > 0
}

// unitColumns finds the columns of commune names (or of codes, where names are missing) that belong to the headings.
func (f *finder) unitColumns(head, body int, columns []column, limit int) []int {
	taken := columnSet(columns)
	weight := map[int]int{}
	for i := body; i < limit; i++ {
		for _, c := range f.g.rows[i].cells {
			if !taken[c.col] && !f.g.hidden[c.col] {
				if w := f.nameWeight(c); w > 0 {
					weight[c.col] += w
				}
			}
		}
	}
	said := map[int]role{}
	for i := head; i < body; i++ {
		for _, c := range f.g.rows[i].all() {
			if taken[c.col] || f.g.hidden[c.col] || c.wide() && c.col2-c.col > 3 {
				continue
			}
			switch r := roleOf(c); r {
			case unitName, unitCode, district, note, rowNumber:
				said[c.col] = r
			}
		}
	}
	best := 0
	for col, w := range weight {
		if said[col] == district || said[col] == note {
			w = 0
		}
		best = max(best, w)
	}
	var out []int
	right := columns[len(columns)-1].col
	for i := head; i < limit; i++ {
		for _, c := range f.g.rows[i].cells {
			right = max(right, c.col)
		}
	}
	for col := 1; col <= right; col++ {
		w := weight[col]
		switch {
		case taken[col], said[col] == district, said[col] == note:
		case w > 0 && w*5 >= best:
			out = append(out, col)
		case best == 0 && said[col] == unitName:
			out = append(out, col)
		}
	}
	out = f.apart(out, weight, said, columns)
	if len(out) == 0 {
		// No names at all: the codes of the communes, or a column of districts that holds communes after all.
		for col := 1; col <= right && len(out) == 0; col++ {
			if !taken[col] && (f.coded[col] || said[col] == unitCode && f.anyBelow(col, body, limit)) {
				out = append(out, col)
			}
		}
	}
	if len(out) == 0 {
		for col := 1; col <= right && len(out) == 0; col++ {
			if weight[col] > 0 && said[col] != note {
				out = append(out, col)
			}
		}
	}
	return out
}

func (f *finder) anyBelow(col, body, limit int) bool {
	for i := body; i < limit; i++ {
		if f.g.rows[i].find(col) != nil {
			return true
		}
	}
	return false
}

// apart keeps one column of names for every run of value columns: two tables side by side have two.
func (f *finder) apart(units []int, weight map[int]int, said map[int]role, columns []column) []int {
	better := func(a, b int) bool {
		if (said[a] == unitName) != (said[b] == unitName) {
			return said[a] == unitName
		}
		return weight[a] > weight[b]
	}
	var out []int
	for _, u := range units {
		if n := len(out) - 1; n >= 0 && n+1 < maxBeside {
			between, behind := false, false
			for _, c := range columns {
				between = between || out[n] < c.col && c.col < u
				behind = behind || c.col > u
			}
			if !between || !behind || said[u] != said[out[0]] {
				if better(u, out[n]) {
					out[n] = u
				}
				continue
			}
		}
		out = append(out, u)
	}
	return out
}

// cut makes a table for every column of communes; columns between two of them go to the one they stand by.
func (f *finder) cut(head, body int, columns []column, units []int) []*table {
	right := 0
	for i := range f.g.rows {
		for _, c := range f.g.rows[i].cells {
			right = max(right, c.col)
		}
	}
	var out []*table
	left := 1
	for i, u := range units {
		end := right
		if i+1 < len(units) {
			end = f.border(head, body, columns, units[i+1]) - 1
		}
		t := &table{g: f.g, head: head, body: body, end: len(f.g.rows), left: left, right: end}
		for _, c := range columns {
			if left <= c.col && c.col <= end {
				t.columns = append(t.columns, c)
			}
		}
		f.sideColumns(t, u)
		if len(t.columns) > 0 {
			out = append(out, t)
		}
		left = end + 1
	}
	return out
}

// border goes left from a column of communes over the columns that describe the communes: number, district, code.
func (f *finder) border(head, body int, columns []column, unit int) int {
	taken := columnSet(columns)
	for col := unit - 1; col > 0; col-- {
		if taken[col] {
			return col + 1
		}
		r := noRole
		for i := head; i < body; i++ {
			if c := f.g.rows[i].at(col); c != nil && roleOf(c) != noRole {
				r = roleOf(c)
			}
		}
		if r != rowNumber && r != district && r != unitCode && r != communeGroup {
			return col + 1
		}
	}
	return 1
}

// sideColumns finds what the columns without codes tell about the communes.
func (f *finder) sideColumns(t *table, unit int) {
	t.unit = unit
	taken := columnSet(t.columns)
	taken[unit] = true
	for col := t.left; col <= t.right; col++ {
		if taken[col] || f.g.hidden[col] {
			continue
		}
		switch r := t.headRole(col); {
		case f.coded[col] && t.code == 0 && (r == unitCode || r == noRole):
			t.code = col
		case r == unitCode && t.code == 0 && f.fewerThan(t, col):
			t.code = col
		case r == district && t.district == 0:
			t.district = col
		case r == communeGroup && t.group == 0:
			t.group = col
		case r == rowNumber && t.number == 0:
			t.number = col
		}
	}
	if f.coded[unit] && f.names[unit] == 0 || t.headRole(unit) == unitCode && f.names[unit] == 0 {
		t.unit, t.code = 0, unit
	}
	for col := t.left; t.number == 0 && col < unit; col++ {
		if !taken[col] && col != t.code && col != t.district && col != t.group && f.countsUp(t, col) {
			t.number = col
		}
	}
}

// fewerThan reports a column whose cells are no longer than a code: "Mã" may also head something else.
func (f *finder) fewerThan(t *table, col int) bool {
	n := 0
	for i := t.body; i < t.end; i++ {
		if c := f.g.rows[i].find(col); c != nil && f.body[i] {
			if len(c.text) > 7 || strings.Trim(c.text, "0123456789.'") != "" {
				return false
			}
			n++
		}
	}
	return n > 0
}

// countsUp reports a column of rising whole numbers.
func (f *finder) countsUp(t *table, col int) bool {
	n, last := 0, 0
	for i := t.body; i < t.end; i++ {
		c := f.g.rows[i].find(col)
		if c == nil || !f.body[i] {
			continue
		}
		v := 0
		for _, d := range c.text {
			if d < '0' || d > '9' || v > 1<<20 {
				return false
			}
			v = v*10 + int(d-'0')
		}
		if v != last+1 && v != 1 {
			return false
		}
		last = v
		n++
	}
	return n > 1
}

// headRole returns the role that the headings give to a column, the lowest that says something.
func (t *table) headRole(col int) role {
	for i := t.body - 1; i >= t.head; i-- {
		if c := t.g.rows[i].at(col); c != nil && (!c.wide() || c.col2-c.col < 2) {
			if r := roleOf(c); r != noRole {
				return r
			}
		}
	}
	return noRole
}

// headText joins the headings of a column from top to bottom.
func (t *table) headText(col int) string {
	var parts []string
	var last *cell
	for i := t.head; i < t.body; i++ {
		if c := t.g.rows[i].at(col); c != nil && c != last && (!c.wide() || c.col == col) {
			parts = append(parts, c.text)
			last = c
		}
	}
	return strings.Join(parts, " / ")
}
