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
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// communeView is what the page of a commune shows. card is nil when the unit was no commune on the day of the period.
type communeView struct {
	unit   *territory.Unit
	frame  *Frame
	card   *Scorecard
	choice choice
	menu   menu
	today  clock.Date
	desk   bool
}

func (s *Service) publicCommune(r *web.Request) error {
	ctx := auth.AsGuest(r.Context())
	u, candidates, err := s.units.Resolve(ctx, r.PathValue("maTen"))
	if err != nil {
		return err
	}
	crumbs := []ui.Crumb{{Text: r.T("assessment.nav.communes"), Href: r.Href("/xa")}}
	if u == nil {
		title := r.T("assessment.candidates", candidates[0].Code)
		return r.Render(http.StatusOK, ui.Frame{Title: title, Shell: ui.Public, Active: navCommunes, Crumbs: append(crumbs, ui.Crumb{Text: title})}, candidatesBody(title, candidates))
	}
	if u.Level != territory.Commune {
		http.Redirect(r.W, r.Request, u.Href(r.Context()), http.StatusSeeOther)
		return nil
	}
	v, err := s.communeView(ctx, chosen(r), u)
	if err != nil {
		return err
	}
	f := ui.Frame{Title: v.answer(r.Context()), Shell: ui.Public, Active: navCommunes, Wide: true, Crumbs: append(crumbs, ui.Crumb{Text: u.Title(r.Context())})}
	return r.Render(http.StatusOK, f, communeBody(v))
}

func (s *Service) deskScorecard(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	u, candidates, err := s.units.Resolve(ctx, r.PathValue("xa"))
	if err != nil {
		return err
	}
	if u == nil || u.Level != territory.Commune {
		if u == nil {
			u = candidates[0]
		}
		return fault.New(fault.NotFound, "assessment.no_commune", u.FullName())
	}
	v, err := s.communeView(ctx, chosen(r), u)
	if err != nil {
		return err
	}
	v.desk = true
	if v.card != nil {
		if err := r.Introduce(v.card.Writers()...); err != nil {
			return err
		}
	}
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navScorecards, Crumbs: v.crumbs(ctx)}
	f.Context = v.switches(ctx)
	return r.Render(http.StatusOK, f, communeBody(v))
}

// communeView reads the results of a unit; a unit without results in the chosen period is no error.
func (s *Service) communeView(ctx context.Context, c choice, u *territory.Unit) (*communeView, error) {
	c, err := s.pick(ctx, c, u)
	if err != nil {
		return nil, err
	}
	v := &communeView{unit: u, choice: c, today: s.clock.Today()}
	v.card, err = s.Scorecard(ctx, u.ID, c.set, c.period)
	switch f := fault.As(err); {
	case err == nil:
		v.frame = v.card.Frame
	case f.Key == "assessment.unit_not_then", f.Key == "assessment.unit_not_in_programme":
		if v.frame, err = s.Frame(ctx, c.set, c.period); err != nil {
			return nil, err
		}
	default:
		return nil, err
	}
	v.menu, err = s.menuFor(ctx, v.frame)
	return v, err
}

// path is the page of the unit in its shell.
func (v *communeView) path() string {
	if v.desk {
		return scorecardsPath + "/" + v.unit.Slug()
	}
	return "/xa/" + v.unit.Slug()
}

func (v *communeView) switches(ctx context.Context) []ui.Switch {
	return v.menu.switches(ctx, v.frame, v.choice, here{path: v.path()})
}

// machinesPath is where programs read the same results.
func (v *communeView) machinesPath() string {
	return "/api/v1/units/" + v.unit.Code + "/scorecard?set=" + v.frame.Set.Code + "&period=" + v.frame.Period.ID
}

// empty says that a commune was there, but nothing was reported.
func (v *communeView) empty(ctx context.Context) ui.EmptyOptions {
	return emptyOptions(ctx, v.frame, v.choice)
}

// crumbs lead from the province to the commune, with the district that there was on the day.
func (v *communeView) crumbs(ctx context.Context) []ui.Crumb {
	out := []ui.Crumb{{Text: v.frame.Province(ctx), Href: v.choice.href(ctx, provincePath, "nhom", "")}}
	if p := v.frame.Roster.Parent(territory.Administrative, v.unit.ID); p != nil && p.Level == territory.District {
		out = append(out, ui.Crumb{Text: p.Title(ctx)})
	}
	return append(out, ui.Crumb{Text: v.unit.Title(ctx)})
}

// answer is the h1: how far the commune has come.
func (v *communeView) answer(ctx context.Context) string {
	name := v.unit.Title(ctx)
	switch {
	case !v.unit.InProgramme():
		return i18n.T(ctx, "assessment.answer.outside", name)
	case v.card == nil:
		return name
	}
	k, i := v.card.Criteria, v.card.Indicators
	switch {
	case !v.card.hasResults():
		return i18n.T(ctx, "assessment.answer.commune_no_data", name)
	case v.card.partial():
		return i18n.T(ctx, "assessment.answer.commune_partial", name, ui.Count(ctx, i.Met), ui.Count(ctx, i.Total-i.Missing))
	case i.Total == 0:
		return i18n.T(ctx, "assessment.answer.commune_criteria", name, ui.Count(ctx, k.Met), ui.Count(ctx, k.applicable()))
	}
	return i18n.T(ctx, "assessment.answer.commune", name, ui.Count(ctx, k.Met), ui.Count(ctx, k.applicable()), ui.Count(ctx, i.Met), ui.Count(ctx, i.applicable()))
}

// lead is the sentence below: what is missing, by the reason why it counts as missing.
func (v *communeView) lead(ctx context.Context) string {
	if v.card == nil || !v.card.hasResults() {
		return ""
	}
	ids := map[Verdict][]string{}
	for _, c := range v.every() {
		ids[c.Judged.Verdict] = append(ids[c.Judged.Verdict], c.Item.ID)
	}
	var parts []string
	for _, x := range []Verdict{NotMet, Nearly, Missing, NoThreshold} {
		if len(ids[x]) == 0 || x == Missing && v.card.partial() { // the heading says of how few a partial card speaks
			continue
		}
		parts = append(parts, i18n.T(ctx, "assessment.lacking_ids", vntext.Capital(ui.StatusWord(ctx, Status(x))), idList(ctx, ids[x], 12)))
	}
	if len(parts) > 0 {
		return strings.Join(parts, " ")
	}
	if v.card.Criteria.Met == v.card.Criteria.applicable() {
		return i18n.T(ctx, "assessment.lacking_none")
	}
	return ""
}

func (v *communeView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), Lead: v.lead(ctx), Tags: v.tags(ctx)}
	if !v.desk {
		o.Over = i18n.T(ctx, "assessment.code_over", v.unit.Code)
	}
	if v.card != nil {
		o.AsOf, o.Origin = v.frame.Basis(ctx), ui.WorkedOut(ctx)
		if slices.ContainsFunc(v.every(), func(c Cell) bool { return c.Version != nil && !c.Version.State.Public() }) {
			o.Tags = append(o.Tags, i18n.T(ctx, "assessment.with_drafts"))
		}
	}
	return o
}

// tags are what the reader must know of the unit: what it is today, its group, a special rule.
func (v *communeView) tags(ctx context.Context) []string {
	var out []string
	if !v.unit.ValidAt(v.today) {
		var names []string
		for _, u := range v.frame.Register.SuccessorsAt(v.unit.ID, v.today) {
			names = append(names, u.InText(ctx))
		}
		if len(names) > 0 {
			out = append(out, i18n.T(ctx, "assessment.now_part_of", strings.Join(names, ", ")))
		}
	}
	if v.card == nil {
		return out
	}
	if p := v.frame.Roster.Parent(territory.FormerProvince, v.unit.ID); p != nil {
		out = append(out, i18n.T(ctx, "assessment.former", p.Title(ctx)))
	}
	if v.frame.Set.ByCommuneGroup || len(v.frame.Set.CommuneGroups) > 0 {
		if g := v.frame.Roster.Attribute(v.unit.ID, territory.CommuneGroup); g != "" {
			out = append(out, groupWord(ctx, g))
		}
	}
	if v.frame.Roster.Attribute(v.unit.ID, territory.Special) != "" {
		out = append(out, i18n.T(ctx, "assessment.special"))
	}
	return out
}

// hasResults reports whether anything of the commune is known.
func (c *Scorecard) hasResults() bool {
	return c.Criteria.Missing < c.Criteria.Total || c.Indicators.Missing < c.Indicators.Total
}

// partial reports whether indicators tell more of the commune than criteria: some have a result, most have not, and no
// criterion was declared at once, which only a count of criteria can tell.
func (c *Scorecard) partial() bool {
	cover := c.Coverage()
	return c.Indicators.Missing < c.Indicators.Total && len(cover.Whole) == 0 && cover.Partial()
}

// bare reports whether nothing of a criterion is known.
func (r ScoreRow) bare() bool {
	if r.Cell.Judged.Verdict != Missing {
		return false
	}
	for _, i := range r.Indicators {
		if i.Judged.Verdict != Missing {
			return false
		}
	}
	return true
}

// updated is what was recorded last in the row, nil when nothing was.
func (r ScoreRow) updated() (last *Version) {
	for _, c := range append([]Cell{r.Cell}, r.Indicators...) {
		if v := c.Version; v != nil && (last == nil || v.RecordedMS > last.RecordedMS) {
			last = v
		}
	}
	return last
}

// href is the page of a value: on the desk the value itself, outside the item.
func (v *communeView) href(ctx context.Context, id string) string {
	if v.desk {
		return v.choice.href(ctx, scorecardsPath+"/"+v.unit.Slug()+"/"+id, "nhom", "")
	}
	return itemHref(ctx, false, v.choice, v.frame.Set.Code, id, "nhom", "")
}

// grid is the scorecard; of a partial one the criteria without results stand apart.
func (v *communeView) grid(ctx context.Context, bare bool) ui.ScorecardOptions {
	o := ui.ScorecardOptions{ID: "bang-diem", Caption: i18n.T(ctx, "assessment.section.scorecard")}
	if bare {
		o.ID = "chua-co-so-lieu"
	}
	for _, r := range v.card.Rows {
		if v.card.partial() && r.bare() != bare {
			continue
		}
		c := r.Cell.Criterion
		row := ui.ScorecardRow{ID: c.ID, Title: c.Title(ctx), Status: Status(r.Cell.Judged.Verdict), Href: v.href(ctx, c.ID), Note: v.rowNote(ctx, r)}
		row.Lead = v.frame.Lead(ctx, c.Lead)
		if len(r.Indicators) > 0 {
			row.Counts = i18n.T(ctx, "assessment.row_counts", ui.Count(ctx, r.Met()), ui.Count(ctx, len(r.Indicators)))
		}
		if last := r.updated(); last != nil {
			row.Updated = ui.Date(ctx, clock.DayOf(last.RecordedMS))
			if last.By != auth.CLI().Login { // who brought in whole files from the server is on the page of the value
				row.UpdatedBy = ui.Person(ctx, last.By)
			}
		}
		for k := range r.Indicators {
			i := &r.Indicators[k]
			row.Cells = append(row.Cells, ui.ScorecardCell{ID: i.Item.ID, Title: i.Indicator.Text(ctx), Status: Status(i.Judged.Verdict), Value: i.shortText(ctx), Threshold: i.shortNeeds(ctx), Href: v.href(ctx, i.Item.ID)})
		}
		o.Rows = append(o.Rows, row)
	}
	return o
}

// rowNote gives the reason of a criterion where the cells beside it do not tell it.
func (v *communeView) rowNote(ctx context.Context, r ScoreRow) string {
	if len(r.Indicators) == 0 || r.Cell.Judged.Reason == ByDeclaration {
		note := ""
		if r.Cell.Judged.Verdict != Met { // what is fine stays quiet
			note = reasonText(ctx, r.Cell.Judged) + " "
		}
		if tag := r.Cell.Version.stateTag(ctx); tag != "" {
			note += vntext.Capital(tag) + "."
		}
		return strings.TrimSpace(note)
	}
	return ""
}

// bareCount is how many criteria stand apart because nothing of them is known.
func (v *communeView) bareCount() (n int) {
	if !v.card.partial() {
		return 0
	}
	for _, r := range v.card.Rows {
		if r.bare() {
			n++
		}
	}
	return n
}

// detail is the table twin of the grid: every item with value, level, result, distance and origin. gaps leaves only what
// is still missing.
func (v *communeView) detail(ctx context.Context, cells []Cell) ui.TableOptions {
	o := ui.TableOptions{CaptionHidden: true, Columns: []ui.Column{
		{Label: i18n.T(ctx, "assessment.item"), Narrow: true}, {Label: i18n.T(ctx, "assessment.wording")}, {Label: i18n.T(ctx, "assessment.value")}, {Label: i18n.T(ctx, "assessment.needs")},
		{Label: i18n.T(ctx, "assessment.result")}, {Label: i18n.T(ctx, "assessment.origin")}}}
	for k := range cells {
		o.Rows = append(o.Rows, v.detailRow(ctx, &cells[k]))
	}
	return o
}

func (v *communeView) detailRow(ctx context.Context, c *Cell) ui.Row {
	links := ""
	if v.desk {
		links = v.href(ctx, c.Item.ID)
	}
	return ui.Row{Cells: []ui.Cell{
		{Text: c.Item.ID, Href: v.href(ctx, c.Item.ID)}, {Text: itemTitle(ctx, c.Indicator, c.Criterion)},
		{Text: ui.Dash(c.text(ctx)), Sub: c.Version.stateTag(ctx)},
		{Text: ui.Dash(c.needs(ctx)), Sub: c.mark(ctx)},
		{Status: Status(c.Judged.Verdict), Sub: c.because(ctx)},
		{Body: cellOrigin(c, links)},
	}}
}

// every lists all cells of the scorecard, criteria that have no indicators among them.
func (v *communeView) every() []Cell {
	var out []Cell
	for _, r := range v.card.Rows {
		if len(r.Indicators) == 0 {
			out = append(out, r.Cell)
		}
		out = append(out, r.Indicators...)
	}
	return out
}

// latest leads to the page of the unit as it opens by itself: on its newest results.
func (v *communeView) latest(ctx context.Context) ui.EmptyOptions {
	key := "assessment.gone_then"
	if v.unit.From > v.frame.Period.AsOf {
		key = "assessment.not_yet_then"
	}
	day := ui.Date(ctx, v.frame.Period.AsOf)
	return ui.EmptyOptions{Title: i18n.T(ctx, key, v.unit.Title(ctx), day), Text: i18n.T(ctx, "assessment.life_of", v.unit.Life(ctx)),
		Action: &ui.LinkButtonOptions{Text: i18n.T(ctx, "assessment.newest_results"), Href: choice{}.href(ctx, v.path()), Icon: "next"}}
}

// past reports whether the unit is gone today.
func (v *communeView) past() bool { return v.unit.To != "" && v.unit.To < v.today }

// pastText says what became of a unit that is gone: when, into what, by which act.
func (v *communeView) pastText(ctx context.Context) string {
	name, day := v.unit.Title(ctx), ui.Date(ctx, v.unit.To.AddDays(1))
	var parts, acts []string
	for _, e := range v.frame.Register.Successors(v.unit.ID) {
		key := "assessment.past.part"
		switch {
		case e.Whole && e.Kind == "rename":
			key = "assessment.past.rename"
		case e.Whole:
			key = "assessment.past.whole"
		}
		parts = append(parts, i18n.T(ctx, key, v.frame.Register.Unit(e.To).InText(ctx)))
		if e.Basis != "" && !slices.Contains(acts, e.Basis) {
			acts = append(acts, e.Basis)
		}
	}
	if len(parts) == 0 {
		return i18n.T(ctx, "assessment.past.gone", name, day)
	}
	into := strings.Join(parts, ", ")
	if len(acts) > 0 {
		into += " (" + strings.Join(acts, "; ") + ")"
	}
	return i18n.T(ctx, "assessment.past.into", name, day, into)
}

// successorLinks are the units in the place of one that is gone, as links to their own results.
func (v *communeView) successorLinks(ctx context.Context) []ui.LinkButtonOptions {
	var out []ui.LinkButtonOptions
	for _, u := range v.frame.Register.SuccessorsAt(v.unit.ID, v.today) {
		if u.Level == territory.Commune {
			out = append(out, ui.LinkButtonOptions{Text: i18n.T(ctx, "assessment.past.see", u.InText(ctx)), Href: communeHref(ctx, v.desk, choice{}, u), Icon: "next"})
		}
	}
	return out
}

// then are the units that were in this place on the day of the period, when the unit itself was not, with the same choice.
func (v *communeView) then(ctx context.Context) []ui.LinkButtonOptions {
	at := v.frame.Period.AsOf
	list := v.frame.Register.SuccessorsAt(v.unit.ID, at)
	if v.unit.From > at {
		list = v.frame.Register.PredecessorsAt(v.unit.ID, at)
	}
	var out []ui.LinkButtonOptions
	for _, u := range list {
		if u.Level == territory.Commune && u.ID != v.unit.ID {
			out = append(out, ui.LinkButtonOptions{Text: u.Title(ctx), Href: communeHref(ctx, v.desk, v.choice, u)})
		}
	}
	return out
}

// otherPeriods lead from a commune without results to the periods of the set in which it was there.
func (v *communeView) otherPeriods(ctx context.Context) []ui.LinkButtonOptions {
	var out []ui.LinkButtonOptions
	for _, p := range v.menu.periods {
		if p.ID != v.frame.Period.ID && v.unit.ValidAt(p.AsOf) {
			c := v.choice
			c.period = p.ID
			out = append(out, ui.LinkButtonOptions{Text: PeriodName(ctx, p), Href: c.href(ctx, v.path())})
		}
	}
	return out
}

// listView is the list of communes on the desk.
type listView struct {
	*boardView
	rows  []Row
	sheet web.Sheet
	order string
	name  string // part of a name that was asked for
	band  string // id of a band that was asked for
}

// listSize is how many communes stand on a page: those of a province fit on one.
const listSize = 120

func (s *Service) scorecardList(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	c := chosen(r)
	b, err := s.deskView(ctx, c)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := &listView{boardView: b, order: q.Get("xep"), name: strings.TrimSpace(q.Get("q")), band: q.Get("khoang")}
	v.filter()
	v.sheet = r.Sheet(len(v.rows), listSize)
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navScorecards, Crumbs: []ui.Crumb{{Text: v.Province(ctx), Href: c.href(ctx, provincePath)}, {Text: r.T("assessment.nav.scorecards")}}}
	f.Context = v.menu.switches(ctx, v.Frame, c, here{path: scorecardsPath, by: v.by, all: v.groupings(), keep: v.kept()})
	return r.Render(http.StatusOK, f, scorecardListBody(v))
}

// kept are the filters that links carry along.
func (v *listView) kept() []string { return []string{"xep", v.order, "q", v.name, "khoang", v.band} }

func (v *listView) href(ctx context.Context, pairs ...string) string {
	return v.choice.href(ctx, scorecardsPath, append(v.kept(), pairs...)...)
}

// filter selects and orders the rows.
func (v *listView) filter() {
	band := slices.IndexFunc(v.Set.Bands, func(b criteria.Band) bool { return b.ID == v.band })
	for _, r := range v.Rows {
		if v.name != "" && !named(r.Unit, v.name) {
			continue
		}
		if band >= 0 && (r.CriteriaMet < v.Set.Bands[band].From || r.CriteriaMet > v.Set.Bands[band].To) {
			continue
		}
		v.rows = append(v.rows, r)
	}
	met := func(r Row) int { n, _ := v.met(r); return n }
	switch v.order {
	case "dat":
		sort.SliceStable(v.rows, func(i, j int) bool { return met(v.rows[i]) < met(v.rows[j]) })
	case "dat-giam":
		sort.SliceStable(v.rows, func(i, j int) bool { return met(v.rows[i]) > met(v.rows[j]) })
	case "cap-nhat":
		sort.SliceStable(v.rows, func(i, j int) bool { return v.rows[i].ChangedMS > v.rows[j].ChangedMS })
	default:
		v.order = ""
	}
}

// columnsOf are the heads of the list with the ways of sorting.
func (v *listView) heads(ctx context.Context) []ui.Column {
	byMet := ui.Column{Label: v.metLabel(ctx), Num: true, SortHref: v.href(ctx, "xep", "dat-giam", "trang", "")}
	switch v.order {
	case "dat-giam":
		byMet.Sorted, byMet.SortHref = ui.Falling, v.href(ctx, "xep", "dat", "trang", "")
	case "dat":
		byMet.Sorted = ui.Rising
	}
	byName := ui.Column{Label: i18n.T(ctx, "assessment.commune"), SortHref: v.href(ctx, "xep", "", "trang", "")}
	if v.order == "" {
		byName.Sorted = ui.Rising
	}
	byChange := ui.Column{Label: i18n.T(ctx, "assessment.updated"), Narrow: true, SortHref: v.href(ctx, "xep", "cap-nhat", "trang", "")}
	if v.order == "cap-nhat" {
		byChange.Sorted = ui.Falling
	}
	out := []ui.Column{byName, byMet}
	if n := len(v.Set.Indicators()); n > 0 && !v.partial {
		out = append(out, ui.Column{Label: i18n.T(ctx, "assessment.indicators_met"), Num: true})
	}
	return append(out, ui.Column{Label: i18n.T(ctx, "assessment.lacking")}, ui.Column{Label: groupingName(ctx, v.by)}, byChange)
}

func (v *listView) lines(ctx context.Context) []ui.Row {
	names := map[territory.UnitID]string{}
	for _, g := range v.groups {
		for _, r := range g.Rows {
			names[r.Unit.ID] = v.GroupTitle(ctx, g)
		}
	}
	var out []ui.Row
	for _, r := range v.rows[v.sheet.From:v.sheet.To] {
		n, gaps := v.met(r)
		cells := []ui.Cell{
			{Text: r.Unit.Name, Href: communeHref(ctx, true, v.choice, r.Unit)}, {Text: ui.Count(ctx, n) + "/" + ui.Count(ctx, len(v.columns))},
		}
		if len(v.Set.Indicators()) > 0 && !v.partial {
			cells = append(cells, ui.Cell{Text: ui.Count(ctx, countByte(r.Cells, byte(Met))) + "/" + ui.Count(ctx, len(v.Set.Indicators()))})
		}
		cells = append(cells, ui.Cell{Text: v.gapText(ctx, r, gaps)}, ui.Cell{Text: names[r.Unit.ID]}, ui.Cell{Text: ui.Dash(ui.Date(ctx, clock.DayOf(r.ChangedMS)))})
		out = append(out, ui.Row{Cells: cells})
	}
	return out
}

// bandOptions are the choices of the filter by band.
func (v *listView) bandOptions(ctx context.Context) []ui.Option {
	out := []ui.Option{{Text: i18n.T(ctx, "assessment.all_bands")}}
	for _, b := range v.Bands() {
		out = append(out, ui.Option{Value: b.Band.ID, Text: bandName(ctx, b.Band) + " (" + strconv.Itoa(b.Communes) + ")", Selected: b.Band.ID == v.band})
	}
	return out
}

// hidden are the choices that the filter form carries along.
func (v *listView) hidden() []ui.Hidden {
	var out []ui.Hidden
	for _, p := range [][2]string{{"bo", v.choice.set}, {"ky", v.choice.period}, {"nhom", v.choice.group}, {"xep", v.order}} {
		if p[1] != "" {
			out = append(out, ui.Hidden{Name: p[0], Value: p[1]})
		}
	}
	return out
}
