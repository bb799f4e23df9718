package territory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/std/xlsx"
)

// Hamlet is a thôn, buôn, tổ dân phố or the like below a commune-level unit. It is no administrative tier: its commune
// answers for it, and it belongs to the unit, not to the code.
type Hamlet struct {
	ID         int64
	Unit       UnitID
	Name       string // as people write it, with the kind: "Thôn 1", "Tổ dân phố Lâm Tuyền"
	Kind       string // one of hamletKinds
	Households *int   // hộ; nil = nobody said
	Population *int   // nhân khẩu
	From       clock.Date
	To         clock.Date // last day, inclusive; "" = still there

	rev int64 // revision of the hamlets at which the row was written
}

// hamletKinds are what the smallest communities are called; each has a text "territory.hamlet_kind.…".
var hamletKinds = []string{"thon", "buon", "bon", "ban", "lang", "ap", "xom", "soc", "to_dan_pho", "khu_pho", "khom", "tieu_khu"}

// Limits of a file of hamlets.
const (
	maxHamletRows   = 50_000
	maxHamletFaults = 200 // refused rows that a report names
	maxHeadRows     = 20  // rows above and with the headings
	maxHouseholds   = 100_000
)

// hamletColumns are the headings that are understood, folded, by what stands below them.
var hamletColumns = map[string][]string{
	"code":       {"maxa", "madonvi", "code", "communecode"},
	"commune":    {"xa", "tenxa", "xaphuong", "donvi", "commune"},
	"name":       {"tenthon", "thon", "tenthonbuontodanpho", "thonbuontodanpho", "ten", "hamlet", "name"},
	"kind":       {"loai", "loaihinh", "kind"},
	"households": {"soho", "ho", "tongsoho", "households"},
	"population": {"nhankhau", "sonhankhau", "danso", "sodan", "population"},
	"from":       {"tungay", "tu", "from"},
}

// HamletFile is a workbook of hamlets.
type HamletFile struct {
	Bytes  []byte
	At     clock.Date // day whose communes are meant; "" = today
	Ending clock.Date // hamlets of the communes in the file that it does not name are gone from this day on; "" = they stay
	DryRun bool
}

// HamletReport says what a workbook of hamlets did, or would do.
type HamletReport struct {
	Written   bool            `json:"written"`
	Rows      int             `json:"rows"`
	Communes  int             `json:"communes"`
	Created   int             `json:"created"`
	Updated   int             `json:"updated"`
	Unchanged int             `json:"unchanged"`
	Ended     int             `json:"ended"`
	Missing   []string        `json:"missing"` // hamlets that the file does not name and that stay or end, with their commune
	Errors    []HamletProblem `json:"errors"`  // at most 200
	Refused   int             `json:"refused"` // all

	changes []hamletChange // what is written, in the order of the file
}

// hamletChange is a hamlet as it will be, and what happens to it: "new" | "changed" | "ended".
type hamletChange struct {
	Hamlet
	what string
}

// HamletProblem is one refused cell, or with row 0 the whole file.
type HamletProblem struct {
	Row     int    `json:"row"`
	Column  string `json:"column"` // letters; "" = the row
	Code    string `json:"code"`   // message key
	Message string `json:"message"`
}

// hamletRow is one understood row.
type hamletRow struct {
	Hamlet
	row  int
	unit *Unit
	fold string
}

func (r *HamletReport) add(ctx context.Context, row int, column, key string, args ...any) {
	r.Refused++
	if len(r.Errors) < maxHamletFaults {
		r.Errors = append(r.Errors, HamletProblem{row, column, key, i18n.T(ctx, key, args...)})
	}
}

// Hamlets returns the hamlets of a unit on a day, in Vietnamese order of name. Names and numbers of households are public.
func (s *Service) Hamlets(ctx context.Context, unit UnitID, d clock.Date) (_ []Hamlet, err error) {
	defer fault.Wrap(&err, "territory.Hamlets(%d)", unit)
	list, err := loadHamlets(ctx, s.db.Read(ctx), []UnitID{unit})
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(h Hamlet) bool { return d < h.From || h.To != "" && h.To < d }), nil
}

// ImportHamlets stores the hamlets of communes from a workbook: columns commune (code or name), hamlet, kind, households,
// population and first day (the last two may be empty). A hamlet is known by its commune and its name without marks; what
// is there is corrected, what is not is made, what the file does not name stays unless Ending says that it is gone. Anything
// wrong refuses the whole file, and each row is named. It writes whatever stands there, for the command line. Needs
// auth.ChangeHamlets over every commune of the file.
func (s *Service) ImportHamlets(ctx context.Context, f HamletFile) (*HamletReport, error) {
	return s.takeHamlets(ctx, f, precondition{})
}

// ChangeHamlets is ImportHamlets by somebody who looked before: ifMatch is the HamletsETag that they saw. A trial needs
// none. Codes: unconditional without it; stale when a hamlet of a commune in the file was written since.
func (s *Service) ChangeHamlets(ctx context.Context, f HamletFile, ifMatch string) (*HamletReport, error) {
	return s.takeHamlets(ctx, f, precondition{!f.DryRun, ifMatch})
}

func (s *Service) takeHamlets(ctx context.Context, f HamletFile, p precondition) (_ *HamletReport, err error) {
	defer fault.Wrap(&err, "territory.ImportHamlets")
	if err := auth.RequireAnywhere(ctx, auth.ChangeHamlets); err != nil {
		return nil, err
	}
	if err := p.need(); err != nil {
		return nil, err
	}
	if f.At == "" {
		f.At = s.clock.Today()
	}
	book, err := xlsx.Read(bytes.NewReader(f.Bytes), int64(len(f.Bytes)))
	if err != nil {
		return nil, workbookFault(err)
	}
	var rep *HamletReport
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		rep = &HamletReport{Missing: []string{}, Errors: []HamletProblem{}}
		return s.importHamlets(ctx, tx, f, p, book, rep)
	})
	if err != nil {
		return nil, err
	}
	return rep, nil
}

func workbookFault(err error) error {
	switch {
	case errors.Is(err, xlsx.ErrTooLarge):
		return fault.New(fault.TooLarge, "territory.file_too_large", xlsx.MaxBytes>>20).Because(err)
	case errors.Is(err, xlsx.ErrUnsafe):
		return fault.New(fault.Invalid, "territory.workbook_unsafe").Because(err)
	}
	return fault.New(fault.Invalid, "territory.workbook_unreadable").Because(err)
}

func (s *Service) importHamlets(ctx context.Context, tx *db.Tx, f HamletFile, p precondition, book *xlsx.Workbook, rep *HamletReport) error {
	reg, err := s.Register(ctx)
	if err != nil {
		return err
	}
	sheet, head, columns := hamletSheet(book)
	if sheet == nil {
		rep.add(ctx, 0, "", "territory.hamlet_no_head")
		return nil
	}
	r := &hamletReader{ctx: ctx, reg: reg, at: f.At, matcher: NewMatcher(reg, f.At), columns: columns, date1904: book.Date1904, rep: rep, first: map[string]int{}}
	var rows []hamletRow
	for _, row := range sheet.Rows {
		if row.Index <= head || blank(row) {
			continue
		}
		if rep.Rows++; rep.Rows > maxHamletRows {
			rep.add(ctx, row.Index, "", "territory.hamlet_too_many", maxHamletRows)
			return nil
		}
		if h, ok := r.read(row); ok {
			rows = append(rows, h)
		}
		if rep.Refused >= maxHamletFaults {
			return nil // more faults would not be told
		}
	}
	if rep.Rows == 0 {
		rep.add(ctx, 0, "", "territory.hamlet_no_rows")
	}
	if rep.Refused > 0 {
		return nil
	}
	changed, have, err := s.mergeHamlets(ctx, tx, f, reg, rows, rep)
	if err != nil || rep.Refused > 0 || f.DryRun || len(changed) == 0 {
		return err
	}
	if err := s.staleHamlets(ctx, reg, p, have); err != nil {
		return err
	}
	rev, err := s.bump(ctx, tx, hamletsRevision)
	if err != nil {
		return err
	}
	if err := saveHamlets(ctx, tx, rev, changed); err != nil {
		return err
	}
	sum := sha256.Sum256(f.Bytes)
	entry := audit.Entry{Action: "territory.hamlets", Key: hex.EncodeToString(sum[:]), New: map[string]any{
		"at": f.At, "rows": rep.Rows, "communes": rep.Communes, "created": rep.Created, "updated": rep.Updated, "unchanged": rep.Unchanged, "ended": rep.Ended}}
	rep.Written = true
	return audit.Record(ctx, tx, entry)
}

// hamletSheet finds the sheet that has the headings, the row they stand in and the columns.
func hamletSheet(book *xlsx.Workbook) (sheet *xlsx.Sheet, head int, columns map[string]int) {
	for _, sheet := range book.Sheets {
		for i, row := range sheet.Rows {
			if i == maxHeadRows || sheet.Hidden {
				break
			}
			columns := map[string]int{}
			for _, c := range row.Cells {
				if len(c.Text) > maxHamletCell {
					continue // no heading
				}
				key := headKey(c.Text)
				for column, names := range hamletColumns {
					if _, twice := columns[column]; !twice && slices.Contains(names, key) {
						columns[column] = c.Col
					}
				}
			}
			_, code := columns["code"]
			_, commune := columns["commune"]
			_, name := columns["name"]
			_, households := columns["households"]
			if (code || commune) && name && households {
				return sheet, row.Index, columns
			}
		}
	}
	return nil, 0, nil
}

// headKey folds a heading and leaves out what stands in brackets behind it.
func headKey(s string) string {
	s, _, _ = strings.Cut(s, "(")
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, vntext.FoldTight(s))
}

func blank(row xlsx.Row) bool {
	return !slices.ContainsFunc(row.Cells, func(c xlsx.Cell) bool { return strings.TrimSpace(c.Text) != "" || c.HasFormula })
}

// hamletReader reads the rows of a sheet.
type hamletReader struct {
	ctx      context.Context
	reg      *Register
	at       clock.Date
	matcher  *Matcher
	columns  map[string]int
	date1904 bool
	rep      *HamletReport
	first    map[string]int // commune and name → row
	ok       bool           // of the row being read
	row      xlsx.Row
}

func (r *hamletReader) refuse(column, key string, args ...any) {
	letters := ""
	if col, there := r.columns[column]; there {
		letters = xlsx.ColumnName(col)
	}
	r.rep.add(r.ctx, r.row.Index, letters, key, args...)
	r.ok = false
}

// maxHamletCell is how many bytes of a cell are read.
const maxHamletCell = 600

// cell returns the cell of a column; one that holds no value is the zero Cell. A formula without a result is refused.
func (r *hamletReader) cell(column string) xlsx.Cell {
	col, there := r.columns[column]
	if !there {
		return xlsx.Cell{}
	}
	for _, c := range r.row.Cells {
		if c.Col == col {
			if c.Kind == xlsx.Error || c.Kind == xlsx.Empty && c.HasFormula {
				r.refuse(column, "territory.hamlet_formula")
				return xlsx.Cell{}
			}
			// Nothing that a list of hamlets says is longer; composing letters costs by their number, and nothing is written meanwhile.
			if len(c.Text) > maxHamletCell {
				c.Text = strings.ToValidUTF8(c.Text[:maxHamletCell], "")
			}
			c.Text = vntext.NFC(vntext.Squeeze(c.Text))
			return c
		}
	}
	return xlsx.Cell{}
}

func (r *hamletReader) read(row xlsx.Row) (h hamletRow, ok bool) {
	r.row, r.ok = row, true
	h.row = row.Index
	h.unit = r.unit()
	h.Name = r.cell("name").Text
	switch {
	case h.Name == "":
		r.refuse("name", "territory.hamlet_no_name")
	case utf8.RuneCountInString(h.Name) > 100 || turnsText(h.Name) || !strings.ContainsFunc(h.Name, wordRune):
		r.refuse("name", "territory.hamlet_bad_name", cut(h.Name, 40))
	}
	h.fold = vntext.FoldTight(h.Name)
	h.Kind = r.kind(h.Name)
	h.Households = r.count("households")
	if h.Households == nil && r.ok {
		r.refuse("households", "territory.hamlet_no_households")
	}
	h.Population = r.count("population")
	h.From = r.day()
	if r.ok {
		h.Unit = h.unit.ID
		key := strconv.FormatInt(int64(h.Unit), 10) + " " + h.fold
		if r.first[key] > 0 {
			r.refuse("name", "territory.hamlet_twice", h.Name, r.first[key])
		}
		r.first[key] = row.Index
	}
	return h, r.ok
}

func wordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// unit is the commune of the row, which the asker must hold.
func (r *hamletReader) unit() *Unit {
	code, name := r.cell("code").Text, r.cell("commune").Text
	if code == "" && strings.Trim(name, "0123456789") == "" {
		code, name = name, "" // the column holds either
	}
	m := r.matcher.Match(name, "", code)
	u := m.Unit
	switch {
	case m.Outcome == MatchFound:
	case m.Outcome == MatchNotInScope && u != nil && u.Level == Commune && u.ValidAt(r.at) && r.matcher.roster.home(u): // a ward or township
	default:
		column := "commune"
		if _, there := r.columns[column]; !there {
			column = "code"
		}
		written := strings.TrimSpace(code + " " + name)
		if m.Suggestion != nil && m.Outcome == MatchUnknown {
			r.refuse(column, "territory.hamlet_commune_near", cut(written, 60), m.Suggestion.Title(r.ctx), m.Suggestion.Code)
		} else {
			r.refuse(column, "territory.hamlet_commune_"+string(m.Outcome), cut(written, 60), ui.Date(r.ctx, r.at))
		}
		return nil
	}
	if err := auth.Require(r.ctx, auth.ChangeHamlets, auth.Scope{Units: r.reg.Scope(u.ID, r.at)}); err != nil {
		r.refuse("commune", "territory.hamlet_no_right", u.InText(r.ctx))
	}
	return u
}

// kind reads the kind of a hamlet; an empty cell is read from the name, else it is a thôn.
func (r *hamletReader) kind(name string) string {
	text := r.cell("kind").Text
	key := vntext.FoldTight(text)
	best := ""
	for _, k := range hamletKinds {
		word := i18n.T(r.ctx, "territory.hamlet_kind."+k)
		if key != "" && key == vntext.FoldTight(word) {
			return k
		}
		if key == "" && strings.HasPrefix(strings.ToLower(name), word+" ") { // with its marks: Lang Biang is no làng
			best = k
		}
	}
	if key != "" {
		r.refuse("kind", "territory.hamlet_bad_kind", cut(text, 40), r.kinds())
	}
	if best == "" {
		best = hamletKinds[0]
	}
	return best
}

func (r *hamletReader) kinds() string {
	words := make([]string, len(hamletKinds))
	for i, k := range hamletKinds {
		words[i] = i18n.T(r.ctx, "territory.hamlet_kind."+k)
	}
	return strings.Join(words, ", ")
}

// count reads a whole number: "120", "1.234"; nil for an empty cell.
func (r *hamletReader) count(column string) *int {
	c := r.cell(column)
	if c.Text == "" {
		return nil
	}
	text := c.Text
	if c.Kind != xlsx.Number {
		if groups := strings.Split(text, "."); len(groups) > 1 && !slices.ContainsFunc(groups[1:], func(g string) bool { return len(g) != 3 }) {
			text = strings.Join(groups, "")
		}
	}
	n, err := strconv.Atoi(strings.TrimSuffix(text, ".0"))
	if err != nil || n < 0 || n > maxHouseholds {
		r.refuse(column, "territory.hamlet_bad_count", cut(c.Text, 40))
		return nil
	}
	return &n
}

// day reads the first day: a date of the spreadsheet program, "2025-07-01" or "01/07/2025"; "" for an empty cell.
func (r *hamletReader) day() clock.Date {
	c := r.cell("from")
	if c.Text == "" {
		return ""
	}
	if n, err := strconv.Atoi(c.Text); c.Kind == xlsx.Number && err == nil && n > 0 && n < 100_000 {
		start := clock.Date("1899-12-30")
		if r.date1904 {
			start = "1904-01-01"
		}
		if d, ok := dayOf(string(start.AddDays(n))); ok {
			return d
		}
	}
	d, ok := dayOf(c.Text)
	if !ok || d > r.at {
		r.refuse("from", "territory.hamlet_bad_day", cut(c.Text, 40))
	}
	return d
}

// mergeHamlets puts the rows into what is there and returns what is to be written, new hamlets without an id, and what is
// there of the same communes.
func (s *Service) mergeHamlets(ctx context.Context, tx *db.Tx, f HamletFile, reg *Register, rows []hamletRow, rep *HamletReport) (changed, have []Hamlet, err error) {
	var units []UnitID
	named := map[UnitID]map[string]bool{}
	for _, h := range rows {
		if named[h.Unit] == nil {
			named[h.Unit] = map[string]bool{}
			units = append(units, h.Unit)
		}
		named[h.Unit][h.fold] = true
	}
	rep.Communes = len(units)
	if have, err = loadHamlets(ctx, tx, units); err != nil {
		return nil, nil, err
	}
	type key struct {
		unit UnitID
		fold string
	}
	open, ended := map[key]Hamlet{}, map[key]clock.Date{} // ended: last day of the newest that is gone
	for _, h := range have {
		k := key{h.Unit, vntext.FoldTight(h.Name)}
		if h.To == "" {
			open[k] = h
		} else {
			ended[k] = max(ended[k], h.To)
		}
	}
	for _, h := range rows {
		k := key{h.Unit, h.fold}
		old, there := open[k]
		next := h.Hamlet
		if there {
			next.ID = old.ID
			if next.From == "" {
				next.From = old.From
			}
			if next.Population == nil {
				next.Population = old.Population
			}
		}
		if last := ended[k]; last != "" && next.From <= last {
			rep.add(ctx, h.row, "", "territory.hamlet_ended", h.Name, ui.Date(ctx, last))
			continue
		}
		switch {
		case !there:
			rep.Created++
			rep.changes = append(rep.changes, hamletChange{next, "new"})
		case same(old, next):
			rep.Unchanged++
			continue
		default:
			rep.Updated++
			rep.changes = append(rep.changes, hamletChange{next, "changed"})
		}
		changed = append(changed, next)
	}
	for _, h := range have {
		if h.To != "" || named[h.Unit][vntext.FoldTight(h.Name)] {
			continue
		}
		rep.Missing = append(rep.Missing, h.Name+", "+reg.Unit(h.Unit).Title(ctx))
		if f.Ending == "" {
			continue
		}
		if f.Ending <= h.From {
			rep.add(ctx, 0, "", "territory.hamlet_ends_before", h.Name, ui.Date(ctx, h.From))
			continue
		}
		h.To = f.Ending.AddDays(-1)
		rep.Ended++
		rep.changes = append(rep.changes, hamletChange{h, "ended"})
		changed = append(changed, h)
	}
	return changed, have, nil
}

// same reports whether two states of a hamlet say the same.
func same(a, b Hamlet) bool {
	number := func(p *int) int {
		if p == nil {
			return -1
		}
		return *p
	}
	return a.Name == b.Name && a.Kind == b.Kind && a.From == b.From && a.To == b.To && number(a.Households) == number(b.Households) && number(a.Population) == number(b.Population)
}

// HamletWorkbook writes the hamlets of units on a day in the form that ImportHamlets reads; of a unit without any one row
// stands there to be filled in.
func (s *Service) HamletWorkbook(ctx context.Context, units []*Unit, d clock.Date) (_ []byte, err error) {
	defer fault.Wrap(&err, "territory.HamletWorkbook")
	ids := make([]UnitID, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	list, err := loadHamlets(ctx, s.db.Read(ctx), ids)
	if err != nil {
		return nil, err
	}
	of := map[UnitID][]Hamlet{}
	for _, h := range list {
		if h.From <= d && (h.To == "" || d <= h.To) {
			of[h.Unit] = append(of[h.Unit], h)
		}
	}
	w := xlsx.NewWriter()
	sheet := w.Sheet(i18n.T(ctx, "territory.hamlets"), xlsx.Layout{Widths: []float64{10, 24, 30, 16, 10, 12, 14}, Frozen: 1})
	var heads []string
	for _, h := range []string{"code", "commune", "name", "kind", "households", "population", "from"} {
		heads = append(heads, i18n.T(ctx, "territory.hamlet_column."+h))
	}
	sheet.Header(heads...)
	number := func(p *int) xlsx.Out {
		if p == nil {
			return xlsx.Out{}
		}
		return xlsx.Int(*p)
	}
	for _, u := range units {
		if len(of[u.ID]) == 0 {
			sheet.Cells(xlsx.Str(u.Code), xlsx.Str(u.FullName()), xlsx.Out{}, xlsx.Out{}, xlsx.Out{}, xlsx.Out{}, xlsx.Out{})
		}
		for _, h := range of[u.ID] {
			sheet.Cells(xlsx.Str(u.Code), xlsx.Str(u.FullName()), xlsx.Str(h.Name), xlsx.Str(i18n.T(ctx, "territory.hamlet_kind."+h.Kind)), number(h.Households), number(h.Population), xlsx.Str(vntext.Date(h.From)))
		}
	}
	return w.Bytes()
}
