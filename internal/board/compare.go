package board

import (
	"cmp"
	"context"
	"math/big"
	"net/http"
	"slices"
	"strings"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// other is the second side of a comparison as the address says it.
type other struct {
	with   string // voi: "bo/ky" of the other side; "" = the period before
	known  string // luc-voi: as known at the end of that day
	unit   string // xa: code and name of a commune; "" = all communes
	second string // voi-xa: the commune that it is compared with; "" = itself
	all    string // doi: "tat-ca" = also what did not change
}

func otherOf(r *web.Request) other {
	q := r.URL.Query()
	return other{with: q.Get("voi"), known: q.Get("luc-voi"), unit: q.Get("xa"), second: q.Get("voi-xa"), all: q.Get("doi")}
}

func (o other) pairs() []string {
	return []string{"voi", o.with, "luc-voi", o.known, "xa", o.unit, "voi-xa", o.second, "doi", o.all}
}

// direction is what a change of a verdict means.
type direction int

const (
	same    direction = iota
	better            // nearer to met
	worse             // farther from met
	unclear           // from or to a result that is not known or does not apply
)

// order of the verdicts that can be compared.
var ladder = map[assessment.Verdict]int{assessment.NotMet: 0, assessment.Nearly: 1, assessment.Met: 2}

func directionOf(before, after assessment.Verdict) direction {
	a, okA := ladder[before]
	b, okB := ladder[after]
	switch {
	case before == after:
		return same
	case !okA || !okB:
		return unclear
	case b > a:
		return better
	}
	return worse
}

// change is one result that is not the same on both sides.
type change struct {
	item          assessment.Item
	before, after assessment.Verdict
}

// pair is one commune that is on both sides.
type pair struct {
	before, after assessment.Row
	changes       []change // of items that both sets have; only between boards of one set
}

// comparison is two boards side by side: before on the left, after (what the address shows elsewhere) on the right.
type comparison struct {
	*view      // after
	before     *assessment.Board
	other      other
	sameSet    bool
	items      []assessment.Item // that both sides have
	pairs      []pair            // communes on both sides, in Vietnamese order
	onlyBefore []*territory.Unit
	onlyAfter  []*territory.Unit
	listed     []pair    // those that the list of communes holds, over all its pages
	sheet      web.Sheet // of them on this page
	cards      *cards
	choices    []ui.Option // what the right side can be compared with
	empty      bool        // there is nothing to compare with
}

// cards are two communes, or one commune twice, side by side.
type cards struct{ before, after *assessment.Scorecard }

func (s *Service) comparePage(r *web.Request, inside bool) error {
	ctx, err := reader(r.Context(), inside)
	if err != nil {
		return err
	}
	c := chosen(r)
	c.columns, c.sort, c.verdict, c.department, c.today, c.item = "", "", "", "", "", ""
	v := &comparison{other: otherOf(r)}
	err = s.db.Snapshot(ctx, func(ctx context.Context) (err error) { // both sides and the cards are of one state
		if v.view, err = s.view(ctx, c, inside, comparePath); err != nil {
			return err
		}
		return s.compare(ctx, r.Context(), v)
	})
	if err != nil {
		return err
	}
	if format := r.URL.Query().Get("dinh-dang"); format != "" {
		return s.compareFile(r, v, format)
	}
	v.listed = v.list()
	v.sheet = r.Sheet(len(v.listed), fitting(len(v.listed), comparedRows))
	said := r.Context()
	title := v.title(said)
	return r.Render(http.StatusOK, v.frame(said, title, i18n.T(said, "board.nav.compare"), navCompare), compareBody(v))
}

// compare finds the other side and puts both together. said is the ctx of the reader's language.
func (s *Service) compare(ctx, said context.Context, v *comparison) error {
	with := choice{known: v.other.known, group: v.choice.group, commune: v.choice.commune, place: v.choice.place}
	with.set, with.period, _ = strings.Cut(v.other.with, "/")
	if v.other.with == "" {
		with.set = v.Set.Code
		with.period = v.earlier()
		if v.other.known != "" || v.other.second != "" {
			with.period = v.Period.ID
		}
	}
	v.choices = v.sides(said, with)
	var err error
	if with.period == "" {
		v.empty = true
		if v.other.unit != "" {
			_, err = unitNamed(ctx, v.Board, "xa", v.other.unit)
		}
		return err
	}
	if v.before, err = s.board(ctx, with); err != nil {
		return err
	}
	v.sameSet = v.before.Set.Code == v.Set.Code
	if v.other.unit != "" {
		return s.compareCards(ctx, v, with)
	}
	if v.before.DefaultGrouping() != v.Board.DefaultGrouping() {
		with.place = "" // a district means nothing where there are former provinces
	}
	rows, err := filtered(v.before, choice{commune: with.commune, place: with.place}, nil)
	if err != nil {
		return err
	}
	v.match(rows)
	v.before = v.before.Part(rows) // both sides are counted over the communes that were asked for
	return nil
}

// earlier is the newest period before the shown one that has values in the set, "" when there is none.
func (v *comparison) earlier() string {
	list := v.menu.periods[v.Set.Code] // the newest first
	for _, p := range list {
		if p.Compare(v.Period) < 0 {
			return p.ID
		}
	}
	return ""
}

// sides are all sets and periods that have values.
func (v *comparison) sides(ctx context.Context, with choice) []ui.Option {
	var out []ui.Option
	for _, set := range v.menu.sets {
		for _, p := range v.menu.periods[set.Code] {
			out = append(out, ui.Option{Value: set.Code + "/" + p.ID, Text: assessment.ShortSetName(ctx, set) + " · " + p.Title(ctx), Selected: set.Code == with.set && p.ID == with.period})
		}
	}
	return out
}

// match pairs the communes of both sides by their identity: a code that another unit bears now is another commune.
func (v *comparison) match(before []assessment.Row) {
	if v.sameSet {
		for _, c := range v.Set.Criteria() {
			if v.before.Set.Criterion(c.ID) != nil {
				v.items = append(v.items, assessment.Item{ID: c.ID, Criterion: true})
			}
			for _, i := range c.Indicators {
				if v.before.Set.Indicator(i.ID) != nil {
					v.items = append(v.items, assessment.Item{ID: i.ID})
				}
			}
		}
	}
	left := map[territory.UnitID]assessment.Row{}
	for _, r := range before {
		left[r.Unit.ID] = r
	}
	both := map[territory.UnitID]bool{}
	for _, after := range v.rows {
		r, ok := left[after.Unit.ID]
		if !ok {
			v.onlyAfter = append(v.onlyAfter, after.Unit)
			continue
		}
		both[after.Unit.ID] = true
		p := pair{before: r, after: after}
		for _, item := range v.items {
			if a, b := v.before.Verdict(r, item), v.Verdict(after, item); a != b {
				p.changes = append(p.changes, change{item, a, b})
			}
		}
		v.pairs = append(v.pairs, p)
	}
	for _, r := range before {
		if !both[r.Unit.ID] {
			v.onlyBefore = append(v.onlyBefore, r.Unit)
		}
	}
}

// compareCards reads the scorecards of a commune and of another, or of itself on the other side.
func (s *Service) compareCards(ctx context.Context, v *comparison, with choice) error {
	if v.choice.known != "" || v.other.known != "" {
		return fault.New(fault.Invalid, "board.cards_now").At("luc")
	}
	after, err := unitNamed(ctx, v.Board, "xa", v.other.unit)
	if err != nil {
		return err
	}
	// The same commune is the same unit: a code or a name may have passed to another one.
	second := cmp.Or(v.other.second, after.Slug())
	before, err := unitNamed(ctx, v.before, "voi-xa", second)
	if err != nil {
		return err
	}
	v.cards = &cards{}
	if v.cards.before, err = s.results.Scorecard(ctx, before.ID, with.set, with.period); err != nil {
		return err
	}
	v.cards.after, err = s.results.Scorecard(ctx, after.ID, v.Set.Code, v.Period.ID)
	return err
}

// tally counts changes by direction.
func (v *comparison) tally() (n [unclear + 1]int, communes int) {
	for _, p := range v.pairs {
		if len(p.changes) > 0 {
			communes++
		}
		for _, c := range p.changes {
			n[directionOf(c.before, c.after)]++
		}
	}
	return n, communes
}

// title is the answer of the comparison.
func (v *comparison) title(ctx context.Context) string {
	switch {
	case v.empty:
		return i18n.T(ctx, "board.compare.nothing")
	case v.cards != nil:
		n, m := metCriteria(v.cards.before), metCriteria(v.cards.after)
		return i18n.T(ctx, "board.compare.cards", v.cards.after.Unit.Title(ctx), ui.Count(ctx, m), v.cards.before.Unit.Title(ctx), ui.Count(ctx, n))
	case !v.sameSet:
		return i18n.T(ctx, "board.compare.sets", assessment.ShortSetName(ctx, v.Set), ui.Count(ctx, v.Part(v.rows).Complete()), ui.Count(ctx, len(v.rows)), assessment.ShortSetName(ctx, v.before.Set), ui.Count(ctx, v.before.Complete()), ui.Count(ctx, len(v.before.Rows)))
	case len(v.pairs) == 0:
		return i18n.T(ctx, "board.compare.no_pair")
	}
	n, communes := v.tally()
	if n[better]+n[worse]+n[unclear] == 0 {
		return i18n.T(ctx, "board.compare.same", ui.Count(ctx, len(v.pairs)))
	}
	return i18n.T(ctx, "board.compare.changes", ui.Count(ctx, n[better]+n[worse]+n[unclear]), ui.Count(ctx, communes), ui.Count(ctx, n[better]), ui.Count(ctx, n[worse]))
}

func metCriteria(c *assessment.Scorecard) int { return c.Criteria.Met }

// sideName names a side: set, period, and when it was known.
func (v *comparison) sideName(ctx context.Context, b *assessment.Board, known string) string {
	text := assessment.PeriodName(ctx, b.Period)
	if !v.sameSet {
		text = assessment.ShortSetName(ctx, b.Set) + " · " + b.Period.Title(ctx)
	}
	if known != "" {
		text += " · " + i18n.T(ctx, "board.known_at", ui.Date(ctx, clock.Date(known)))
	}
	return text
}

func (v *comparison) names(ctx context.Context) (before, after string) {
	if v.cards != nil && v.cards.before.Unit != v.cards.after.Unit {
		before, after = v.cards.before.Unit.Title(ctx), v.cards.after.Unit.Title(ctx)
		if v.before.Period != v.Period || !v.sameSet {
			before, after = before+" · "+v.sideName(ctx, v.before, ""), after+" · "+v.sideName(ctx, v.Board, "")
		}
		return before, after
	}
	return v.sideName(ctx, v.before, v.other.known), v.sideName(ctx, v.Board, v.choice.known)
}

// minus writes a difference with its sign: "+3", "−4" (U+2212), "0".
func minus(ctx context.Context, n int) string {
	switch {
	case n > 0:
		return "+" + ui.Count(ctx, n)
	case n < 0:
		return "\u2212" + ui.Count(ctx, -n)
	}
	return "0"
}

// points writes a difference of shares in tenths of a percent: "+3,0 điểm %", "−4,0 điểm %".
func points(ctx context.Context, tenths int64) string {
	sign := ""
	switch {
	case tenths > 0:
		sign = "+"
	case tenths < 0:
		sign, tenths = "\u2212", -tenths
	}
	return sign + oneDecimal(ctx, tenths) + "\u00a0" + i18n.T(ctx, "assessment.points")
}

// oneDecimal writes tenths with their decimal, also where it is zero: "4,0".
func oneDecimal(ctx context.Context, tenths int64) string {
	return strings.TrimRight(ui.Percent(ctx, tenths), "%\u00a0")
}

// share is a count as a share of a whole in tenths of a percent, half up.
func share(n, of int) (int64, bool) { return assessment.Counts{Met: n, Total: of}.Tenths() }

// summary puts the counts of both sides side by side.
func (v *comparison) summary(ctx context.Context) ui.TableOptions {
	before, after := v.names(ctx)
	o := ui.TableOptions{ID: "tom-tat", Caption: i18n.T(ctx, "board.compare.summary"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "board.compare.what")}, {Label: before, Num: true}, {Label: after, Num: true}, {Label: i18n.T(ctx, "board.compare.difference"), Num: true}}}
	row := func(label, a, b, d string) {
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: label}, {Text: a}, {Text: b}, {Text: d}}})
	}
	count := func(label string, a, b int) { row(label, ui.Count(ctx, a), ui.Count(ctx, b), minus(ctx, b-a)) }
	left, right := v.before, v.Part(v.rows)
	count(i18n.T(ctx, "assessment.communes_total"), len(left.Rows), len(right.Rows))
	count(i18n.T(ctx, "board.compare.with_data"), left.WithData(), right.WithData())
	count(i18n.T(ctx, "board.compare.complete"), left.Complete(), right.Complete())
	a, okA := share(left.Complete(), len(left.Rows))
	b, okB := share(right.Complete(), len(right.Rows))
	if okA && okB {
		row(i18n.T(ctx, "board.compare.complete_share"), ui.Percent(ctx, a), ui.Percent(ctx, b), points(ctx, b-a))
	}
	return o
}

// itemRows compare the counts of every item that both sides have.
func (v *comparison) itemRows(ctx context.Context) ui.TableOptions {
	before, after := v.names(ctx)
	o := ui.TableOptions{ID: "theo-muc", Caption: i18n.T(ctx, "board.compare.items"), CaptionHidden: true, Compact: false, Columns: []ui.Column{{Label: i18n.T(ctx, "assessment.section.items")}, {Label: before, Num: true}, {Label: after, Num: true},
		{Label: i18n.T(ctx, "board.compare.communes"), Num: true}, {Label: i18n.T(ctx, "board.compare.points"), Num: true}}}
	for _, item := range v.items {
		a, b := v.before.Count(v.before.Rows, item), v.Count(v.rows, item)
		if a.Missing == a.Total && b.Missing == b.Total || v.other.all == "" && a == b {
			continue
		}
		difference := "–"
		if x, ok := a.Tenths(); ok {
			if y, ok := b.Tenths(); ok {
				difference = points(ctx, y-x)
			}
		}
		of := func(c assessment.Counts) string {
			return i18n.T(ctx, "assessment.n_of", ui.Count(ctx, c.Met), ui.Count(ctx, c.Total-c.NotApplicable))
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: vntext.Capital(assessment.ItemWords(ctx, item)), Sub: vntext.Clip(columnOf(v.Set, item).title(ctx), 72)}, {Text: of(a)}, {Text: of(b)}, {Text: minus(ctx, b.Met-a.Met)}, {Text: difference}}})
	}
	return o
}

// comparedRows is how many communes stand on one page of a long list.
const comparedRows = 120

// list returns the communes to be listed: those in which something changed, all of them on demand.
func (v *comparison) list() []pair {
	if v.other.all != "" || v.before == nil {
		return v.pairs
	}
	left, right := columnsOf(v.before.Set, choice{}), columnsOf(v.Set, choice{})
	return slices.DeleteFunc(slices.Clone(v.pairs), func(p pair) bool {
		a, _ := met(v.before, p.before, left)
		b, _ := met(v.Board, p.after, right)
		return len(p.changes) == 0 && (v.sameSet || a == b)
	})
}

// communeRows are the listed communes of this page with what changed.
func (v *comparison) communeRows(ctx context.Context) ui.TableOptions {
	before, after := v.names(ctx)
	o := ui.TableOptions{ID: "theo-xa", Caption: i18n.T(ctx, "board.compare.by_commune"), CaptionHidden: true, Compact: true,
		Columns: []ui.Column{{Label: i18n.T(ctx, "assessment.commune")}, {Label: before, Num: true}, {Label: after, Num: true}, {Label: i18n.T(ctx, "board.compare.difference"), Num: true}}}
	if v.sameSet {
		o.Columns = append(o.Columns, ui.Column{Label: i18n.T(ctx, "board.compare.changed")})
	}
	left, right := columnsOf(v.before.Set, choice{}), columnsOf(v.Set, choice{})
	for _, p := range v.listed[v.sheet.From:v.sheet.To] {
		a, ofA := met(v.before, p.before, left)
		b, ofB := met(v.Board, p.after, right)
		cells := []ui.Cell{{Text: p.after.Unit.Name, Href: v.communeHref(ctx, p.after.Unit)}, {Text: ui.Count(ctx, a) + "/" + ui.Count(ctx, ofA)}, {Text: ui.Count(ctx, b) + "/" + ui.Count(ctx, ofB)}, {Text: minus(ctx, b-a)}}
		if v.sameSet {
			cells = append(cells, ui.Cell{Body: changeList(v, p.changes)})
		}
		o.Rows = append(o.Rows, ui.Row{Cells: cells})
	}
	return o
}

// cardRows compare two scorecards item by item.
func (v *comparison) cardRows(ctx context.Context) ui.TableOptions {
	before, after := v.names(ctx)
	o := ui.TableOptions{ID: "hai-bang-diem", Caption: i18n.T(ctx, "board.compare.cards_table"), CaptionHidden: true,
		Columns: []ui.Column{{Label: i18n.T(ctx, "assessment.section.items")}, {Label: before}, {Label: after}, {Label: i18n.T(ctx, "board.compare.difference"), Num: true}}}
	left := map[assessment.Item]assessment.Cell{}
	for _, r := range v.cards.before.Rows {
		left[r.Cell.Item] = r.Cell
		for _, i := range r.Indicators {
			left[i.Item] = i
		}
	}
	add := func(c assessment.Cell) {
		was, ok := left[c.Item]
		if !v.sameSet || !ok || was.Judged.Verdict == assessment.Missing && c.Judged.Verdict == assessment.Missing {
			return
		}
		if v.other.all == "" && was.Judged.Verdict == c.Judged.Verdict && figure(ctx, was) == figure(ctx, c) {
			return
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: vntext.Capital(assessment.ItemWords(ctx, c.Item)), Sub: vntext.Clip(columnOf(v.Set, c.Item).title(ctx), 72)},
			{Status: assessment.Status(was.Judged.Verdict), Sub: figure(ctx, was)}, {Status: assessment.Status(c.Judged.Verdict), Sub: figure(ctx, c)}, {Text: gap(ctx, was, c)}}})
	}
	for _, r := range v.cards.after.Rows {
		add(r.Cell)
		for _, i := range r.Indicators {
			add(i)
		}
	}
	return o
}

// amount is the number of a cell in the unit of its indicator, nil when there is none.
func amount(c assessment.Cell) *big.Rat {
	if c.Version == nil || c.Indicator == nil || !c.Version.Figure.HasNumber {
		return nil
	}
	f := c.Version.Figure
	if f.Ratio() {
		r := big.NewRat(f.Num, f.Den)
		if c.Indicator.Kind == criteria.Percent {
			r.Mul(r, big.NewRat(100, 1))
		}
		return r
	}
	return criteria.Decimal{Num: f.Num, Scale: f.Scale}.Rat()
}

// figure is the value behind a cell in a few words, "" when there is none beside the verdict.
func figure(ctx context.Context, c assessment.Cell) string {
	if r := amount(c); r != nil {
		return written(ctx, r, 2) + unitOf(c.Indicator)
	}
	if c.Version != nil {
		return c.Version.Figure.Word
	}
	return ""
}

// gap is the difference of two values in the unit of their indicator, points for percentages; "" where there is none.
func gap(ctx context.Context, before, after assessment.Cell) string {
	a, b := amount(before), amount(after)
	if a == nil || b == nil {
		return ""
	}
	d := new(big.Rat).Sub(b, a)
	sign := ""
	switch d.Sign() {
	case 1:
		sign = "+"
	case -1:
		sign = "\u2212"
		d.Neg(d)
	}
	if after.Indicator.Kind == criteria.Percent {
		return sign + written(ctx, d, 1) + "\u00a0" + i18n.T(ctx, "assessment.points")
	}
	return sign + written(ctx, d, 2) + unitOf(after.Indicator)
}

// written writes a number with the given decimals, half up: one stays, of two the zeros at the end go.
func written(ctx context.Context, r *big.Rat, places int) string {
	text := r.FloatString(places)
	whole, part, _ := strings.Cut(text, ".")
	n, ok := new(big.Int).SetString(whole+part, 10)
	switch {
	case !ok || !n.IsInt64():
		return text
	case places == 1:
		return oneDecimal(ctx, n.Int64())
	}
	return ui.Number(ctx, n.Int64(), places)
}

func unitOf(i *criteria.Indicator) string {
	if u := i.UnitText(); u != "" {
		return "\u00a0" + u
	}
	return ""
}

// unmatched names communes that are on one side only, "" for none.
func unmatched(ctx context.Context, key string, list []*territory.Unit, side string) string {
	if len(list) == 0 {
		return ""
	}
	names := make([]string, 0, 8)
	for _, u := range list[:min(len(list), 8)] {
		names = append(names, u.Name)
	}
	text := strings.Join(names, ", ")
	if n := len(list) - len(names); n > 0 {
		text = i18n.T(ctx, "board.compare.and_more", text, ui.Count(ctx, n))
	}
	return i18n.T(ctx, key, ui.Count(ctx, len(list)), side, text)
}

// compareFile answers with the comparison as a report.
func (s *Service) compareFile(r *web.Request, v *comparison, format string) error {
	ctx := r.Context()
	if v.empty {
		return fault.New(fault.NotFound, "board.compare.nothing")
	}
	before, after := v.names(ctx)
	rep := report{name: v.fileName(), notes: append([]string{v.title(ctx), i18n.T(ctx, "board.file.no_values")}, v.facts(ctx, s)...)}
	rep.notes = append(rep.notes, i18n.T(ctx, "board.compare.sides", after, before))
	tables := []ui.TableOptions{v.summary(ctx), v.communeRows(ctx)}
	if v.cards != nil {
		tables = []ui.TableOptions{v.cardRows(ctx)}
	}
	last := tables[len(tables)-1]
	for _, c := range last.Columns {
		rep.columns = append(rep.columns, c.Label)
	}
	if v.cards != nil {
		for _, row := range last.Rows {
			rep.rows = append(rep.rows, words(row.Cells[0].Text, strings.TrimSpace(ui.StatusWord(ctx, row.Cells[1].Status)+" "+row.Cells[1].Sub), strings.TrimSpace(ui.StatusWord(ctx, row.Cells[2].Status)+" "+row.Cells[2].Sub), row.Cells[3].Text))
		}
		return s.sendReport(r, rep, format)
	}
	for _, t := range tables[:1] {
		for _, row := range t.Rows {
			line := words(row.Cells[0].Text, row.Cells[1].Text, row.Cells[2].Text, row.Cells[3].Text)
			rep.rows = append(rep.rows, padded(line, len(rep.columns)))
		}
	}
	left, right := columnsOf(v.before.Set, choice{}), columnsOf(v.Set, choice{})
	for _, p := range v.pairs {
		if v.other.all == "" && v.sameSet && len(p.changes) == 0 {
			continue
		}
		a, ofA := met(v.before, p.before, left)
		b, ofB := met(v.Board, p.after, right)
		var said []string
		for _, c := range p.changes {
			said = append(said, v.changeText(ctx, c))
		}
		line := words(p.after.Unit.Name, i18n.T(ctx, "board.met_of", ui.Count(ctx, a), ui.Count(ctx, ofA)), i18n.T(ctx, "board.met_of", ui.Count(ctx, b), ui.Count(ctx, ofB)), minus(ctx, b-a))
		if v.sameSet {
			line = append(line, entry{text: strings.Join(said, "; ")})
		}
		rep.rows = append(rep.rows, line)
	}
	return s.sendReport(r, rep, format)
}

func padded(line []entry, n int) []entry {
	for len(line) < n {
		line = append(line, entry{})
	}
	return line
}

// changeText is a change in words: "tiêu chí 8: chưa đạt → đạt".
func (v *comparison) changeText(ctx context.Context, c change) string {
	return i18n.T(ctx, "board.compare.change", assessment.ItemWords(ctx, c.item), ui.StatusWord(ctx, assessment.Status(c.before)), ui.StatusWord(ctx, assessment.Status(c.after)))
}

// sortedChanges puts what became worse first: it needs somebody.
func sortedChanges(list []change) []change {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b change) int {
		weight := func(c change) int {
			return map[direction]int{worse: 0, better: 1, unclear: 2}[directionOf(c.before, c.after)]
		}
		return weight(a) - weight(b)
	})
	return out
}

// compareHead is the head of the page; its files keep both sides.
func (v *comparison) compareHead(ctx context.Context) ui.PageHeadOptions {
	if v.empty {
		return ui.PageHeadOptions{Title: v.title(ctx), AsOf: v.basis(ctx)}
	}
	before, after := v.names(ctx)
	o := ui.PageHeadOptions{Title: v.title(ctx), Lead: i18n.T(ctx, "board.compare.sides", after, before), AsOf: v.basis(ctx), Origin: ui.WorkedOut(ctx)}
	for _, f := range []string{"xlsx", "csv"} {
		o.Actions = append(o.Actions, ui.LinkButtonOptions{Text: i18n.T(ctx, "board.download."+f), Href: v.here(ctx, append(v.other.pairs(), "dinh-dang", f)...), Icon: "download", Download: true})
	}
	return o
}

// oneSidedTexts say how many communes are on one side only, and which.
func (v *comparison) oneSidedTexts(ctx context.Context) []string {
	before, after := v.names(ctx)
	var out []string
	for _, text := range []string{unmatched(ctx, "board.compare.only", v.onlyBefore, before), unmatched(ctx, "board.compare.only", v.onlyAfter, after)} {
		if text != "" {
			out = append(out, text)
		}
	}
	return out
}

// todayHref is the older side counted on the units of today.
func (v *comparison) todayHref(ctx context.Context) string {
	c := choice{set: v.before.Set.Code, period: v.before.Period.ID, known: v.other.known, today: "1"}
	if v.Period.Compare(v.before.Period) < 0 {
		c = choice{set: v.Set.Code, period: v.Period.ID, known: v.choice.known, today: "1"}
	}
	return c.href(ctx, v.path(matrixPath))
}

// cardCounts are the counts of two scorecards side by side.
func (v *comparison) cardCounts(ctx context.Context) ui.TableOptions {
	before, after := v.names(ctx)
	o := ui.TableOptions{ID: "tom-tat", Caption: i18n.T(ctx, "board.compare.summary"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "board.compare.what")}, {Label: before, Num: true}, {Label: after, Num: true}, {Label: i18n.T(ctx, "board.compare.difference"), Num: true}}}
	row := func(label string, a, b assessment.Counts) {
		of := func(c assessment.Counts) string {
			return ui.Count(ctx, c.Met) + "/" + ui.Count(ctx, c.Total-c.NotApplicable)
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: label}, {Text: of(a)}, {Text: of(b)}, {Text: minus(ctx, b.Met-a.Met)}}})
	}
	row(i18n.T(ctx, "board.compare.criteria_met"), v.cards.before.Criteria, v.cards.after.Criteria)
	if v.cards.before.Indicators.Total > 0 || v.cards.after.Indicators.Total > 0 {
		row(i18n.T(ctx, "board.compare.indicators_met"), v.cards.before.Indicators, v.cards.after.Indicators)
	}
	return o
}
