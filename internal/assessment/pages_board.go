package assessment

import (
	"context"
	"net/http"
	"slices"
	"sort"
	"strconv"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// boardView is a board with everything its page shows.
type boardView struct {
	*Board
	lens
	choice     choice
	menu       menu
	by         Grouping
	groups     []BoardGroup
	recognised []Recognition
	desk       bool
	sheet      web.Sheet // communes of this page
	drafts     int       // values that wait for confirmation, as far as the reader sees inside
}

// lens is what a board is looked at by: its criteria, or, where the board is partial and they fit side by side, the
// indicators that have results.
type lens struct {
	columns []boardColumn
	partial bool
	bare    []string // ids of the criteria without any result
}

// boardColumn is one item of the lens with its count over the whole board.
type boardColumn struct {
	item   Item
	title  func(context.Context) string
	lead   string
	counts Counts
}

// maxColumns is how many indicators a lens may show side by side.
const maxColumns = 24

func newLens(b *Board) lens {
	column := func(item Item, ind *criteria.Indicator, c *criteria.Criterion) boardColumn {
		return boardColumn{item: item, title: func(ctx context.Context) string { return itemTitle(ctx, ind, c) }, lead: itemLead(ind, c), counts: b.Count(b.Rows, item)}
	}
	var l lens
	cover := b.Coverage()
	for _, x := range cover.Bare {
		l.bare = append(l.bare, x.ID)
	}
	if cover.Partial() {
		for _, x := range cover.Reported {
			if x.Criterion {
				continue
			}
			i := b.Set.Indicator(x.ID)
			if c := column(x, i, i.Criterion); c.counts.Missing < c.counts.Total { // an indicator of a criterion declared at once has nothing to show
				l.columns = append(l.columns, c)
			}
		}
		if l.partial = len(l.columns) > 0 && len(l.columns) <= maxColumns; l.partial {
			return l
		}
	}
	l.columns = nil
	for _, c := range b.Set.Criteria() {
		l.columns = append(l.columns, column(Item{ID: c.ID, Criterion: true}, nil, c))
	}
	return l
}

// lacking is how many of the communes that an item applies to have not met it: not met, basically met, without data or
// without a threshold.
func (c Counts) lacking() int { return c.applicable() - c.Met }

// met counts the columns that a commune has met, gaps lists those that it has not, of those that apply to it.
func (v *boardView) met(r Row) (n int, gaps []string) {
	for _, c := range v.columns {
		switch v.Verdict(r, c.item) {
		case Met:
			n++
		case NotApplicable:
		default:
			gaps = append(gaps, c.item.ID)
		}
	}
	return n, gaps
}

func (s *Service) publicBoard(r *web.Request) error {
	ctx := auth.AsGuest(r.Context())
	c := chosen(r)
	if done, err := s.exported(ctx, r, c); done {
		return err
	}
	v, err := s.boardView(ctx, c)
	if err != nil {
		return err
	}
	v.sheet = r.Sheet(len(v.Rows), listSize)
	f := ui.Frame{Title: v.answer(r.Context()), Shell: ui.Public, Active: navBoard, Wide: true}
	return r.Render(http.StatusOK, f, publicBoardBody(v))
}

func (s *Service) deskBoard(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	c := chosen(r)
	if done, err := s.exported(ctx, r, c); done {
		return err
	}
	v, err := s.deskView(ctx, c)
	if err != nil {
		return err
	}
	v.sheet = r.Sheet(len(v.Rows), listSize)
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navProvince, Crumbs: []ui.Crumb{{Text: v.Province(ctx)}, {Text: r.T("assessment.board")}}}
	f.Context = v.switches(ctx)
	return r.Render(http.StatusOK, f, deskBoardBody(v))
}

// boardView reads a board and what stands around it.
func (s *Service) boardView(ctx context.Context, c choice) (*boardView, error) {
	b, err := s.Board(ctx, c.set, c.period)
	if err != nil {
		return nil, err
	}
	v := &boardView{Board: b, lens: newLens(b), choice: c, by: c.grouping(b)}
	if v.menu, err = s.menuFor(ctx, b.Frame); err != nil {
		return nil, err
	}
	if v.groups, err = b.Groups(v.by); err != nil {
		return nil, err
	}
	all, err := s.Recognitions(ctx, b)
	if err != nil {
		return nil, err
	}
	for _, x := range all {
		if within(b.Set.Programme, clock.Date(x.AsOf)) { // a decision of one programme says nothing about the next
			v.recognised = append(v.recognised, x)
		}
	}
	return v, nil
}

// deskView is a board on the desk, where it may hold drafts.
func (s *Service) deskView(ctx context.Context, c choice) (*boardView, error) {
	v, err := s.boardView(ctx, c)
	if err != nil {
		return nil, err
	}
	v.desk = true
	waiting, err := s.Drafts(ctx, v.Set.Code, v.Period.ID)
	v.drafts = len(waiting)
	return v, err
}

// tags are what the reader must know of the figures as a whole.
func (v *boardView) tags(ctx context.Context) []string {
	if v.drafts == 0 {
		return nil
	}
	return []string{i18n.T(ctx, "assessment.with_drafts")}
}

// within reports whether a day lies in the years of a programme, "2021-2025".
func within(programme string, d clock.Date) bool {
	from, to, _ := strings.Cut(programme, "-")
	year := strconv.Itoa(d.Year())
	return from <= year && year <= to
}

// answer is the h1: how many communes are where the programme wants them.
func (v *boardView) answer(ctx context.Context) string {
	total := ui.Count(ctx, len(v.Rows))
	switch {
	case v.WithData() == 0:
		return i18n.T(ctx, "assessment.answer.no_data", v.Period.Title(ctx))
	case v.partial && len(v.columns) <= 2:
		var parts []string
		for _, c := range v.columns {
			parts = append(parts, i18n.T(ctx, "assessment.answer.item", ui.Count(ctx, c.counts.Met), total, ItemWords(ctx, c.item)))
		}
		return strings.Join(parts, "; ")
	case v.partial:
		return i18n.T(ctx, "assessment.answer.partial", ui.Count(ctx, len(v.columns)), ui.Count(ctx, len(v.Set.Indicators())))
	}
	text := i18n.T(ctx, "assessment.answer.complete", ui.Count(ctx, v.Complete()), total, ui.Count(ctx, len(v.Set.Criteria())))
	if n := len(v.closest(1)); n > 0 {
		text += "; " + i18n.T(ctx, "assessment.answer.one_short", ui.Count(ctx, n))
	}
	return text
}

// nearRow is a commune with the number of columns that it lacks.
type nearRow struct {
	Row
	gaps int
}

// closest returns the communes that lack from 1 to most of the columns, the fewest first, in Vietnamese order.
func (v *boardView) closest(most int) []nearRow {
	all := once(v.sums, func(s *sums) map[bool][]nearRow { return s.near }, v.partial, v.nearness)
	n := sort.Search(len(all), func(i int) bool { return all[i].gaps > most })
	return all[:n]
}

// nearness orders the communes with results that lack anything.
func (v *boardView) nearness() []nearRow {
	var out []nearRow
	for _, r := range v.Rows {
		if _, g := v.met(r); r.Criteria != "" && len(g) > 0 {
			out = append(out, nearRow{r, len(g)})
		}
	}
	sort.SliceStable(out, func(i, j int) bool { return out[i].gaps < out[j].gaps })
	return out
}

// head is the head of the page.
func (v *boardView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), AsOf: v.Basis(ctx), Origin: ui.WorkedOut(ctx), Tags: v.tags(ctx)}
	if home := v.home(); home != nil && !v.desk {
		o.Over = i18n.T(ctx, "assessment.over.board", home.InText(ctx))
	}
	if v.WithData() == 0 {
		o.Origin = ""
		return o
	}
	o.Actions = []ui.LinkButtonOptions{{Text: i18n.T(ctx, "assessment.download_xlsx"), Href: v.choice.href(ctx, v.path(), "dinh-dang", "xlsx", "nhom", ""), Icon: "download", Download: true, Note: "XLSX"}}
	return o
}

func (v *boardView) path() string {
	if v.desk {
		return provincePath
	}
	return "/"
}

func (v *boardView) switches(ctx context.Context) []ui.Switch {
	return v.menu.switches(ctx, v.Frame, v.choice, here{path: v.path(), by: v.by, all: v.groupings()})
}

// itemHref is the page of an item in the shell of the board.
func (v *boardView) itemHref(ctx context.Context, item Item) string {
	return itemHref(ctx, v.desk, v.choice, v.Set.Code, item.ID)
}

// itemHref is the address of an item's page; the public one carries the set in its path.
func itemHref(ctx context.Context, desk bool, c choice, set, id string, pairs ...string) string {
	if desk {
		return c.href(ctx, indicatorsPath+"/"+id, pairs...)
	}
	return c.href(ctx, "/tieu-chi/"+set+"/"+id, append(pairs, "bo", "")...)
}

// communeHref is the address of a commune's results in the shell of the page, with the set and period shown.
func communeHref(ctx context.Context, desk bool, c choice, u *territory.Unit) string {
	if desk {
		return c.href(ctx, scorecardsPath+"/"+u.Slug(), "nhom", "")
	}
	return c.href(ctx, "/xa/"+u.Slug(), "nhom", "")
}

// cards are the figures under the head.
func (v *boardView) cards(ctx context.Context) []ui.FigureOptions {
	total, day := len(v.Rows), i18n.T(ctx, "assessment.on_day", ui.Date(ctx, v.Period.AsOf))
	noun := i18n.T(ctx, "assessment.communes")
	card := func(label string, n int) ui.FigureOptions {
		return ui.FigureOptions{Label: label, N: n, Of: total, Noun: noun, Percent: Counts{Met: n, Total: total}.percent(ctx), AsOf: day, Origin: ui.WorkedOut(ctx)}
	}
	var out []ui.FigureOptions
	if v.partial {
		for _, c := range v.columns[:min(len(v.columns), 4)] {
			f := card(i18n.T(ctx, "assessment.card.item", ItemWords(ctx, c.item)), c.counts.Met)
			f.Of, f.Percent, f.Href = c.counts.applicable(), c.counts.percent(ctx), v.itemHref(ctx, c.item)
			out = append(out, f)
		}
	} else {
		n := len(v.Set.Criteria())
		out = append(out, card(i18n.T(ctx, "assessment.card.complete", ui.Count(ctx, n)), v.Complete()))
		if t, ok := v.AverageCriteria(); ok {
			out = append(out, ui.FigureOptions{Label: i18n.T(ctx, "assessment.card.average"), Text: tenths(ctx, t), Noun: noun, Change: i18n.T(ctx, "assessment.card.average_of", ui.Count(ctx, n), ui.Count(ctx, total)), AsOf: day, Origin: ui.WorkedOut(ctx)})
		}
	}
	return append(out, card(i18n.T(ctx, "assessment.card.with_data"), v.WithData()))
}

// recognitionCards are the communes recognised by decision, each level counted among the communes of its own day.
func (v *boardView) recognitionCards(ctx context.Context) []ui.FigureOptions {
	var out []ui.FigureOptions
	for _, x := range v.recognised {
		of := len(v.Register.At(clock.Date(x.AsOf)).Communes())
		f := ui.FigureOptions{Label: i18n.T(ctx, "assessment.card.recognised."+x.Level), N: x.Communes, Of: of, Noun: i18n.T(ctx, "assessment.communes"), Percent: Counts{Met: x.Communes, Total: of}.percent(ctx),
			AsOf: i18n.T(ctx, "assessment.on_day", ui.Date(ctx, clock.Date(x.AsOf))), Origin: ui.Declared}
		if x.Illustrative {
			f.Origin = ui.Example
		}
		out = append(out, f)
	}
	return out
}

// bars show for every column how many communes have met it.
func (v *boardView) bars(ctx context.Context) ui.BarListOptions {
	o := ui.BarListOptions{Label: v.barsTitle(ctx), Noun: i18n.T(ctx, "assessment.communes"), Max: len(v.Rows)}
	for _, c := range v.columns {
		text := i18n.T(ctx, "assessment.n_of", ui.Count(ctx, c.counts.Met), ui.Count(ctx, c.counts.applicable()))
		if p := c.counts.percent(ctx); p != "" {
			text += " · " + p
		}
		o.Bars = append(o.Bars, ui.Bar{Label: c.item.ID + ". " + vntext.Clip(c.title(ctx), labelLetters), Href: v.itemHref(ctx, c.item), N: c.counts.Met, Text: text})
	}
	return o
}

func (v *boardView) barsTitle(ctx context.Context) string {
	if v.partial {
		return i18n.T(ctx, "assessment.section.with_results")
	}
	return i18n.T(ctx, "assessment.section.by_criterion")
}

// hardest shows the columns that the most communes still lack.
func (v *boardView) hardest(ctx context.Context) ui.BarListOptions {
	list := slices.DeleteFunc(slices.Clone(v.columns), func(c boardColumn) bool { return c.counts.Missing == c.counts.Total })
	if !v.partial && !v.Set.StructureOnly { // of a set with indicators the indicators tell more than the criteria
		if ind := v.indicatorColumns(); len(ind) > 0 {
			list = ind
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].counts.lacking() > list[j].counts.lacking() })
	o := ui.BarListOptions{Label: v.hardestTitle(ctx), Noun: i18n.T(ctx, "assessment.communes"), Max: len(v.Rows), Tone: ui.ToneGap}
	for _, c := range list[:min(len(list), 10)] {
		n := c.counts.lacking()
		if n == 0 {
			break
		}
		o.Bars = append(o.Bars, ui.Bar{Label: c.item.ID + ". " + vntext.Clip(c.title(ctx), labelLetters), Sub: v.shortLead(ctx, c.lead), Href: v.itemHref(ctx, c.item), N: n,
			Text: i18n.T(ctx, "assessment.n_of_communes", ui.Count(ctx, n), ui.Count(ctx, c.counts.applicable()))})
	}
	return o
}

func (v *boardView) hardestTitle(ctx context.Context) string {
	if v.Set.StructureOnly {
		return i18n.T(ctx, "assessment.section.hardest_criteria")
	}
	return i18n.T(ctx, "assessment.section.hardest_indicators")
}

// indicatorColumns are the indicators that have results.
func (v *boardView) indicatorColumns() []boardColumn {
	var out []boardColumn
	for _, i := range v.Set.Indicators() {
		item := Item{ID: i.ID}
		if c := v.Count(v.Rows, item); c.Missing < c.Total {
			out = append(out, boardColumn{item: item, title: i.Text, lead: itemLead(i, i.Criterion), counts: c})
		}
	}
	return out
}

// bands show how many communes have how many criteria.
func (v *boardView) bands(ctx context.Context) ui.BarListOptions {
	o := ui.BarListOptions{Label: i18n.T(ctx, "assessment.section.bands"), Noun: i18n.T(ctx, "assessment.communes"), Max: len(v.Rows), Tone: ui.ToneCalm}
	for _, b := range v.Bands() {
		o.Bars = append(o.Bars, ui.Bar{Label: bandName(ctx, b.Band), N: b.Communes, Text: i18n.T(ctx, "assessment.n_of_communes", ui.Count(ctx, b.Communes), ui.Count(ctx, len(v.Rows)))})
	}
	return o
}

// bandsNote says whose division the bands are.
func (v *boardView) bandsNote(ctx context.Context) string {
	for _, b := range v.Set.Bands {
		if b.OwnChoice {
			return i18n.T(ctx, "assessment.bands_own")
		}
	}
	return ""
}

// column heads of the list of communes.
func (v *boardView) listColumns(ctx context.Context) []ui.Column {
	out := []ui.Column{{Label: i18n.T(ctx, "assessment.commune")}, {Label: v.metLabel(ctx), Num: true, Narrow: true}, {Label: v.stripLabel(ctx)}, {Label: i18n.T(ctx, "assessment.lacking")}}
	if v.showsGroup() {
		out = append(out, ui.Column{Label: i18n.T(ctx, "assessment.grouping.commune_group"), Narrow: true})
	}
	return out
}

// showsGroup reports whether the list names the group of each commune: where groups count and do not divide it already.
func (v *boardView) showsGroup() bool {
	return v.by != ByCommuneGroup && len(v.Set.CommuneGroups) > 0
}

func (v *boardView) metLabel(ctx context.Context) string {
	if v.partial {
		return i18n.T(ctx, "assessment.indicators_met")
	}
	return i18n.T(ctx, "assessment.criteria_met")
}

func (v *boardView) stripLabel(ctx context.Context) string {
	if v.partial {
		return i18n.T(ctx, "assessment.each_indicator")
	}
	return i18n.T(ctx, "assessment.each_criterion")
}

// shownGroup is a group with those of its communes that stand on this page of the board.
type shownGroup struct {
	BoardGroup
	rows []Row
}

// shown are the groups of this page. A province stands on one page; a country does not.
func (v *boardView) shown() []shownGroup {
	var out []shownGroup
	at := 0
	for _, g := range v.groups {
		from, to := max(v.sheet.From-at, 0), min(v.sheet.To-at, len(g.Rows))
		if from < to {
			out = append(out, shownGroup{g, g.Rows[from:to]})
		}
		at += len(g.Rows)
	}
	return out
}

// pager leads to the other communes of the board, nil where all stand on this page.
func (v *boardView) pager(ctx context.Context) *ui.PagerOptions {
	path, section := "/", "#cac-xa"
	if v.desk {
		path, section = provincePath, "#ma-tran-xa"
	}
	return v.sheet.Pager(i18n.T(ctx, "assessment.communes"), func(page string) string { return v.choice.href(ctx, path, "trang", page) + section })
}

// listRows are the communes of this page under the names of their groups.
func (v *boardView) listRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, g := range v.shown() {
		if len(v.groups) > 1 {
			out = append(out, ui.Row{Heading: v.groupHeading(ctx, g.BoardGroup)})
		}
		for _, r := range g.rows {
			n, gaps := v.met(r)
			cells := []ui.Cell{{Text: r.Unit.Name, Href: communeHref(ctx, v.desk, v.choice, r.Unit)}, {Text: ui.Count(ctx, n) + "/" + ui.Count(ctx, len(v.columns))},
				{Body: ui.Strip(v.strip(ctx, r))}, {Text: v.gapText(ctx, r, gaps)}}
			if v.showsGroup() {
				cells = append(cells, ui.Cell{Text: ui.Dash(groupWord(ctx, v.Roster.Attribute(r.Unit.ID, territory.CommuneGroup)))})
			}
			out = append(out, ui.Row{Cells: cells})
		}
	}
	return out
}

func (v *boardView) gapText(ctx context.Context, r Row, gaps []string) string {
	switch {
	case r.Criteria == "":
		return ui.StatusWord(ctx, ui.Missing)
	case len(gaps) == 0:
		return i18n.T(ctx, "assessment.nothing")
	}
	return idList(ctx, gaps, 8)
}

func (v *boardView) strip(ctx context.Context, r Row) []ui.StripCell {
	out := make([]ui.StripCell, 0, len(v.columns))
	for _, c := range v.columns {
		out = append(out, ui.StripCell{ID: c.item.ID, Title: c.title(ctx), Status: Status(v.Verdict(r, c.item))})
	}
	return out
}

// groupHeading names a group with its size and its answer.
func (v *boardView) groupHeading(ctx context.Context, g BoardGroup) string {
	text := v.GroupTitle(ctx, g) + " · " + i18n.T(ctx, "assessment.n_communes", ui.Count(ctx, len(g.Rows)))
	if v.partial {
		for _, c := range v.columns[:min(len(v.columns), 2)] {
			text += " · " + i18n.T(ctx, "assessment.n_met_item", ui.Count(ctx, v.Count(g.Rows, c.item).Met), ItemWords(ctx, c.item))
		}
		return text
	}
	return text + " · " + i18n.T(ctx, "assessment.n_complete", ui.Count(ctx, v.Part(g.Rows).Complete()))
}

// groupColumns and groupRows compare the groups; the last row is the whole.
func (v *boardView) groupColumns(ctx context.Context) []ui.Column {
	out := []ui.Column{{Label: groupingName(ctx, v.by)}, {Label: i18n.T(ctx, "assessment.communes_total"), Num: true}, {Label: i18n.T(ctx, "assessment.card.with_data"), Num: true}}
	if v.partial {
		for _, c := range v.columns[:min(len(v.columns), 4)] {
			out = append(out, ui.Column{Label: i18n.T(ctx, "assessment.met_item", c.item.ID), Num: true}, ui.Column{Label: i18n.T(ctx, "assessment.share"), Num: true})
		}
		return out
	}
	return append(out, ui.Column{Label: i18n.T(ctx, "assessment.card.complete", ui.Count(ctx, len(v.Set.Criteria()))), Num: true},
		ui.Column{Label: i18n.T(ctx, "assessment.share"), Num: true}, ui.Column{Label: i18n.T(ctx, "assessment.card.average"), Num: true})
}

func (v *boardView) groupRow(ctx context.Context, name string, rows []Row) ui.Row {
	b := v.Part(rows)
	cells := []ui.Cell{{Text: name}, {Text: ui.Count(ctx, len(rows))}, {Text: ui.Count(ctx, b.WithData())}}
	if v.partial {
		for _, c := range v.columns[:min(len(v.columns), 4)] {
			n := v.Count(rows, c.item)
			cells = append(cells, ui.Cell{Text: ui.Count(ctx, n.Met)}, ui.Cell{Text: n.percent(ctx)})
		}
		return ui.Row{Cells: cells}
	}
	average := ""
	if t, ok := b.AverageCriteria(); ok {
		average = tenths(ctx, t)
	}
	done := b.Complete()
	return ui.Row{Cells: append(cells, ui.Cell{Text: ui.Count(ctx, done)}, ui.Cell{Text: Counts{Met: done, Total: len(rows)}.percent(ctx)}, ui.Cell{Text: average})}
}

func (v *boardView) groupRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, g := range v.groups {
		out = append(out, v.groupRow(ctx, v.GroupTitle(ctx, g), g.Rows))
	}
	return out
}

// closestRows are the communes that lack the fewest columns.
func (v *boardView) closestRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	list := v.closest(len(v.columns))
	for _, r := range list[:min(len(list), 10)] {
		n, gaps := v.met(r.Row)
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: r.Unit.Name, Href: communeHref(ctx, v.desk, v.choice, r.Unit)},
			{Text: ui.Count(ctx, n) + "/" + ui.Count(ctx, len(v.columns))},
			{Text: idList(ctx, gaps, 6)},
		}})
	}
	return out
}

func (v *boardView) closestColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "assessment.commune")}, {Label: v.metLabel(ctx), Num: true, Narrow: true}, {Label: i18n.T(ctx, "assessment.lacking")}}
}

// sideBySide is how many columns a matrix may have for two of them to stand beside each other.
const sideBySide = 12

// matrices are communes × columns: one matrix under the names of the groups, or where they are narrow one for each group.
func (v *boardView) matrices(ctx context.Context) []ui.MatrixOptions {
	groups := v.shown()
	if len(v.columns) > sideBySide {
		return []ui.MatrixOptions{v.matrix(ctx, "ma-tran", groups)}
	}
	var out []ui.MatrixOptions
	for k := range groups {
		out = append(out, v.matrix(ctx, "ma-tran-"+strconv.Itoa(k+1), groups[k:k+1]))
	}
	return out
}

func (v *boardView) matrix(ctx context.Context, id string, groups []shownGroup) ui.MatrixOptions {
	o := ui.MatrixOptions{ID: id, Caption: i18n.T(ctx, "assessment.section.matrix"), RowLabel: i18n.T(ctx, "assessment.commune"), TotalLabel: i18n.T(ctx, "assessment.met_short")}
	if len(groups) == 1 {
		o.Caption += ": " + v.GroupTitle(ctx, groups[0].BoardGroup)
	}
	for _, c := range v.columns {
		o.Columns = append(o.Columns, ui.MatrixColumn{ID: c.item.ID, Title: c.title(ctx), Href: v.itemHref(ctx, c.item)})
	}
	for _, g := range groups {
		if len(v.groups) > 1 {
			o.Rows = append(o.Rows, ui.MatrixRow{Heading: v.groupHeading(ctx, g.BoardGroup)})
		}
		for _, r := range g.rows {
			n, _ := v.met(r)
			row := ui.MatrixRow{Name: r.Unit.Name, Href: communeHref(ctx, v.desk, v.choice, r.Unit), Total: ui.Count(ctx, n)}
			path, query, chosen := strings.Cut(v.choice.href(ctx, scorecardsPath+"/"+r.Unit.Slug(), "nhom", ""), "?")
			if chosen {
				query = "?" + query
			}
			for _, c := range v.columns {
				row.Cells = append(row.Cells, ui.MatrixCell{Status: Status(v.Verdict(r, c.item)), Href: path + "/" + c.item.ID + query})
			}
			o.Rows = append(o.Rows, row)
		}
	}
	return o
}

// bareText names the criteria without any result, "" when there are none or when the lens shows indicators.
func (v *boardView) bareText(ctx context.Context) string {
	if v.partial {
		return i18n.T(ctx, "assessment.partial_text", ui.Count(ctx, len(v.columns)), ui.Count(ctx, len(v.Set.Indicators())), ui.Count(ctx, len(v.Set.Criteria())))
	}
	if len(v.bare) == 0 || v.WithData() == 0 {
		return ""
	}
	return i18n.T(ctx, "assessment.bare_text", idList(ctx, v.bare, 20))
}

// otherPeriods lead from an empty board to the periods that have results.
func (v *boardView) otherPeriods(ctx context.Context) []ui.LinkButtonOptions {
	var out []ui.LinkButtonOptions
	for _, p := range v.menu.periods {
		if p.ID != v.Period.ID {
			c := v.choice
			c.period = p.ID
			out = append(out, ui.LinkButtonOptions{Text: PeriodName(ctx, p), Href: c.href(ctx, v.path())})
		}
	}
	return out
}
