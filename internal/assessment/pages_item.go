package assessment

import (
	"context"
	"net/http"
	"slices"
	"sort"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// named reports whether a unit's name contains a text, whatever the marks and spaces.
func named(u *territory.Unit, text string) bool {
	return strings.Contains(vntext.FoldTight(u.Name), vntext.FoldTight(text))
}

// itemView is one indicator or criterion across the communes.
type itemView struct {
	*ItemBoard
	choice choice
	menu   menu
	by     Grouping
	groups []BoardGroup
	only   string // verdict that is filtered for, stillLacking for whoever has not met it, "" = all
	order  string // "" | "cach" | "cach-giam" | "ket-qua"
	rows   []ItemRow
	sheet  web.Sheet
	desk   bool
}

// stillLacking filters for the communes that have not met an item, whatever the reason.
const stillLacking = "con-thieu"

// shows reports whether the filter lets a verdict through.
func (v *itemView) shows(x Verdict) bool {
	switch v.only {
	case "":
		return true
	case stillLacking:
		return x != Met && x != NotApplicable
	}
	return x.String() == v.only
}

func (s *Service) publicItem(r *web.Request) error {
	c := chosen(r)
	c.set = r.PathValue("bo")
	v, err := s.itemView(auth.AsGuest(r.Context()), r, c, r.PathValue("chiTieu"))
	if err != nil {
		return err
	}
	ctx := r.Context()
	if done, err := s.exported(auth.AsGuest(ctx), r, c); done {
		return err
	}
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Public, Active: navCriteria, Wide: true, Crumbs: []ui.Crumb{
		{Text: r.T("assessment.nav.criteria"), Href: r.Href("/tieu-chi")}, {Text: vntext.Capital(setName(ctx, v.Set)), Href: r.Href("/tieu-chi/" + v.Set.Code)}, {Text: vntext.Capital(ItemWords(ctx, v.Item))}}}
	return r.Render(http.StatusOK, f, itemBody(v))
}

func (s *Service) deskItem(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	c := chosen(r)
	v, err := s.itemView(ctx, r, c, r.PathValue("ma"))
	if err != nil {
		return err
	}
	v.desk = true
	if err := r.Introduce(v.writers()...); err != nil {
		return err
	}
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navIndicators, Crumbs: []ui.Crumb{
		{Text: v.Province(ctx), Href: c.href(ctx, provincePath)}, {Text: r.T("assessment.nav.indicators"), Href: c.href(ctx, indicatorsPath)}, {Text: vntext.Capital(ItemWords(ctx, v.Item))}}}
	f.Context = v.switches(ctx)
	return r.Render(http.StatusOK, f, itemBody(v))
}

// writers are the logins of those whose values the page lists.
func (v *itemView) writers() (out []string) {
	for _, x := range v.rows[v.sheet.From:v.sheet.To] {
		if x.Cell.Version != nil {
			out = append(out, x.Cell.Version.By)
		}
	}
	return out
}

func (s *Service) itemView(ctx context.Context, r *web.Request, c choice, id string) (*itemView, error) {
	b, err := s.Item(ctx, c.set, c.period, id)
	if err != nil {
		return nil, s.inWords(ctx, err)
	}
	q := r.URL.Query()
	v := &itemView{ItemBoard: b, choice: c, by: c.grouping(b.Board), only: q.Get("ket-qua"), order: q.Get("xep")}
	if v.menu, err = s.menuFor(ctx, b.Frame); err != nil {
		return nil, err
	}
	if v.groups, err = b.Groups(v.by); err != nil {
		return nil, err
	}
	v.arrange()
	v.sheet = r.Sheet(len(v.rows), listSize)
	return v, nil
}

// arrange selects and orders the rows: by group and name, by result, or by distance to the required level. Rows without a
// distance come last either way.
func (v *itemView) arrange() {
	if v.only != stillLacking && !slices.ContainsFunc(Verdicts, func(x Verdict) bool { return x.String() == v.only }) {
		v.only = ""
	}
	byUnit := map[territory.UnitID]ItemRow{}
	for _, r := range v.Items {
		byUnit[r.Unit.ID] = r
	}
	for _, g := range v.groups {
		for _, r := range g.Rows {
			if x, ok := byUnit[r.Unit.ID]; ok && v.shows(x.Cell.Judged.Verdict) {
				v.rows = append(v.rows, x)
			}
		}
	}
	less := func(i, j ItemRow) bool { return i.Cell.Margin.Rat().Cmp(j.Cell.Margin.Rat()) < 0 }
	place := func(r ItemRow) int { return slices.Index(Verdicts, r.Cell.Judged.Verdict) }
	switch v.order {
	case "cach", "cach-giam":
		sort.SliceStable(v.rows, func(i, j int) bool {
			a, b := v.rows[i], v.rows[j]
			switch {
			case a.Cell.HasMargin != b.Cell.HasMargin:
				return a.Cell.HasMargin
			case !a.Cell.HasMargin:
				return false
			case v.order == "cach":
				return less(a, b)
			}
			return less(b, a)
		})
	case "ket-qua":
		sort.SliceStable(v.rows, func(i, j int) bool { return place(v.rows[i]) < place(v.rows[j]) })
	default:
		v.order = ""
	}
}

func (v *itemView) path() string {
	if v.desk {
		return indicatorsPath + "/" + v.Item.ID
	}
	return "/tieu-chi/" + v.Set.Code + "/" + v.Item.ID
}

// switches lead to the same id in another set; where that set has none, to the list of its items.
func (v *itemView) switches(ctx context.Context) []ui.Switch {
	h := here{path: v.path(), by: v.by, all: v.groupings(), keep: v.kept()}
	if !v.desk {
		h.keep = append(h.keep, "bo", "") // the path names the set
	}
	h.of = func(set *criteria.Set) string {
		path := indicatorsPath
		if !v.desk {
			path = "/tieu-chi/" + set.Code
		}
		if _, err := ItemNamed(set, v.Item.ID); err != nil {
			return path
		}
		return path + "/" + v.Item.ID
	}
	return v.menu.switches(ctx, v.Frame, v.choice, h)
}

// kept are the filters that links carry along.
func (v *itemView) kept() []string { return []string{"ket-qua", v.only, "xep", v.order} }

func (v *itemView) href(ctx context.Context, pairs ...string) string {
	pairs = append(v.kept(), pairs...)
	if !v.desk {
		pairs = append(pairs, "bo", "") // the path names the set
	}
	return v.choice.href(ctx, v.path(), pairs...)
}

func (v *itemView) answer(ctx context.Context) string {
	if v.Counts.Missing == v.Counts.Total {
		return i18n.T(ctx, "assessment.answer.item_no_data", ItemWords(ctx, v.Item), v.Period.Title(ctx))
	}
	return i18n.T(ctx, "assessment.answer.item", ui.Count(ctx, v.Counts.Met), ui.Count(ctx, v.Counts.applicable()), ItemWords(ctx, v.Item))
}

func (v *itemView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), Lead: itemTitle(ctx, v.Indicator, v.Criterion), AsOf: v.Basis(ctx)}
	if slices.ContainsFunc(v.Items, func(r ItemRow) bool { return r.Cell.Version != nil && !r.Cell.Version.State.Public() }) {
		o.Tags = []string{i18n.T(ctx, "assessment.with_drafts")}
	}
	if p := v.Counts.percent(ctx); p != "" && v.Counts.Missing < v.Counts.Total {
		o.Origin = ui.WorkedOut(ctx)
		o.Note = i18n.T(ctx, "assessment.worked_out", p, ui.Count(ctx, v.Counts.Met), ui.Count(ctx, v.Counts.applicable()))
	}
	o.Over = vntext.Capital(ItemWords(ctx, v.Item)) + " · " + vntext.Capital(setName(ctx, v.Set))
	file := provincePath
	if !v.desk {
		file = "/"
	}
	c := v.choice
	c.set = v.Set.Code
	o.Actions = []ui.LinkButtonOptions{{Text: i18n.T(ctx, "assessment.download_xlsx"), Href: c.href(ctx, file, "dinh-dang", "xlsx", "nhom", ""), Icon: "download", Download: true, Note: "XLSX"}}
	return o
}

// bar divides the communes by result; its parts lead to the rows.
func (v *itemView) bar(ctx context.Context) ui.StackBarOptions {
	return ui.StackBarOptions{
		Label: i18n.T(ctx, "assessment.by_result", ui.Count(ctx, v.Counts.Total), ItemWords(ctx, v.Item)), Noun: i18n.T(ctx, "assessment.communes"),
		Counts: v.Counts.statusCounts(func(x Verdict) string { return v.href(ctx, "ket-qua", x.String(), "trang", "") }),
	}
}

// facts are what the item requires, of whom, and how well that is known.
func (v *itemView) facts(ctx context.Context) []ui.Definition {
	var out []ui.Definition
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Definition{Term: i18n.T(ctx, key), Text: text})
		}
	}
	if v.Indicator != nil {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.criterion"), Text: v.Criterion.ID + ". " + v.Criterion.Title(ctx), Href: itemHref(ctx, v.desk, v.choice, v.Set.Code, v.Criterion.ID, "nhom", "")})
		add("assessment.needs", v.levels(ctx))
		add("assessment.needs_source", thresholdMark(ctx, v.Indicator))
		if i18n.Of(ctx) == i18n.Vi {
			add("assessment.note", v.Indicator.Note)
		} else {
			add("assessment.note", v.Indicator.NoteEN)
		}
	} else {
		add("assessment.rule", i18n.T(ctx, "assessment.rule_text"))
		if n := len(v.Criterion.Indicators); n > 0 {
			out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.indicators"), Body: indicatorLinks(v)})
		}
	}
	add("assessment.lead", v.Lead(ctx, itemLead(v.Indicator, v.Criterion)))
	if len(v.Set.LegalBasis) > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.legal_basis"), Text: v.Set.Basis(ctx)[0], Href: ui.Href(ctx, "/tieu-chi/"+v.Set.Code)})
	}
	return out
}

// levels names the required levels that count among the shown communes: one, or each with the number of its communes.
func (v *itemView) levels(ctx context.Context) string {
	same := map[*criteria.Level]int{} // a level is one thing for all communes that it holds for
	var levels []*Cell
	for i := range v.Items {
		c := &v.Items[i].Cell
		if same[c.Required]++; same[c.Required] == 1 {
			levels = append(levels, c)
		}
	}
	var order []string
	n := map[string]int{}
	for _, c := range levels {
		text := c.needs(ctx)
		if text == "" {
			text = ui.StatusWord(ctx, ui.NoThreshold)
		}
		if n[text] == 0 {
			order = append(order, text)
		}
		n[text] += same[c.Required]
	}
	if len(order) == 1 {
		return order[0]
	}
	var parts []string
	for _, text := range order {
		parts = append(parts, i18n.T(ctx, "assessment.level_for", text, ui.Count(ctx, n[text])))
	}
	return strings.Join(parts, "; ")
}

// tabs filter the rows by result.
func (v *itemView) tabs(ctx context.Context) ui.TabsOptions {
	o := ui.TabsOptions{Label: i18n.T(ctx, "assessment.filter_result"), Tabs: []ui.Tab{
		{Text: i18n.T(ctx, "assessment.all"), Href: v.href(ctx, "ket-qua", "", "trang", ""), Count: ui.Count(ctx, v.Counts.Total), Selected: v.only == ""},
		{Text: i18n.T(ctx, "assessment.lacking"), Href: v.href(ctx, "ket-qua", stillLacking, "trang", ""), Count: ui.Count(ctx, v.Counts.lacking()), Selected: v.only == stillLacking}}}
	for _, x := range Verdicts {
		if n := v.Counts.Of(x); n > 0 || x.String() == v.only {
			o.Tabs = append(o.Tabs, ui.Tab{Text: vntext.Capital(ui.StatusWord(ctx, Status(x))), Status: Status(x), Count: ui.Count(ctx, n), Href: v.href(ctx, "ket-qua", x.String(), "trang", ""), Selected: x.String() == v.only})
		}
	}
	return o
}

// numeric reports whether the item is held against a number, so that distances mean something.
func (v *itemView) numeric() bool {
	return slices.ContainsFunc(v.Items, func(r ItemRow) bool { return r.Cell.HasMargin })
}

// divided reports whether the item is a criterion with indicators of its own.
func (v *itemView) divided() bool { return v.Indicator == nil && len(v.Criterion.Indicators) > 0 }

// remark says why a criterion without indicators tells no more.
func (v *itemView) remark(ctx context.Context) string {
	if v.Indicator == nil && !v.divided() {
		return i18n.T(ctx, "assessment.undivided")
	}
	return ""
}

// lackingIndicators are the indicators of the criterion that a commune has not met.
func (v *itemView) lackingIndicators(ctx context.Context, r Row) string {
	var ids []string
	for _, i := range v.Criterion.Indicators {
		if x := v.Verdict(r, Item{ID: i.ID}); x != Met && x != NotApplicable {
			ids = append(ids, i.ID)
		}
	}
	return ui.Dash(idList(ctx, ids, len(ids)))
}

// valued reports whether anything but a declared result was reported.
func (v *itemView) valued() bool {
	return slices.ContainsFunc(v.Items, func(r ItemRow) bool {
		f := r.Cell.Version
		return f != nil && (f.Figure.HasNumber || f.Figure.Word != "")
	})
}

func (v *itemView) heads(ctx context.Context) []ui.Column {
	sorted := func(label, rising, falling string) ui.Column {
		c := ui.Column{Label: label, SortHref: v.href(ctx, "xep", rising, "trang", "")}
		switch v.order {
		case rising:
			c.Sorted = ui.Rising
			if falling != "" {
				c.SortHref = v.href(ctx, "xep", falling, "trang", "")
			}
		case falling:
			c.Sorted = ui.Falling
		}
		return c
	}
	name := ui.Column{Label: i18n.T(ctx, "assessment.commune"), SortHref: v.href(ctx, "xep", "", "trang", "")}
	if v.order == "" && len(v.groups) < 2 {
		name.Sorted = ui.Rising
	}
	result := ui.Column{Label: i18n.T(ctx, "assessment.result"), SortHref: v.href(ctx, "xep", "ket-qua", "trang", "")}
	if v.order == "ket-qua" {
		result.Sorted = ui.Rising
	}
	out := []ui.Column{name, result}
	if v.divided() {
		out = append(out, ui.Column{Label: i18n.T(ctx, "assessment.lacking_indicators")})
	}
	if v.valued() {
		out = append(out, ui.Column{Label: i18n.T(ctx, "assessment.value"), Num: v.numeric()})
	}
	if v.numeric() {
		margin := sorted(i18n.T(ctx, "assessment.distance"), "cach", "cach-giam")
		margin.Num = true
		out = append(out, ui.Column{Label: i18n.T(ctx, "assessment.needs")}, margin)
	}
	return append(out, ui.Column{Label: i18n.T(ctx, "assessment.origin")})
}

// lines are the rows of the table; in the order of groups each group has its heading with its count.
func (v *itemView) lines(ctx context.Context) []ui.Row {
	heading := map[territory.UnitID]string{}
	if v.order == "" && len(v.groups) > 1 {
		for _, g := range v.groups {
			text := v.groupHeading(ctx, g)
			for _, r := range g.Rows {
				heading[r.Unit.ID] = text
			}
		}
	}
	standing := map[territory.UnitID]Row{}
	if v.divided() {
		for _, r := range v.Rows {
			standing[r.Unit.ID] = r
		}
	}
	valued, numeric := v.valued(), v.numeric()
	var out []ui.Row
	last := ""
	for _, r := range v.rows[v.sheet.From:v.sheet.To] {
		if h := heading[r.Unit.ID]; h != last {
			out = append(out, ui.Row{Heading: h})
			last = h
		}
		c := r.Cell
		result := ui.Cell{Status: Status(c.Judged.Verdict), Text: v.why(ctx, c), Sub: c.Version.stateTag(ctx)}
		cells := []ui.Cell{{Text: r.Unit.Name, Href: v.rowHref(ctx, r.Unit)}, result}
		if v.divided() {
			cells = append(cells, ui.Cell{Text: v.lackingIndicators(ctx, standing[r.Unit.ID])})
		}
		if valued {
			cells = append(cells, ui.Cell{Text: ui.Dash(c.text(ctx))})
		}
		if numeric {
			cells = append(cells, ui.Cell{Text: ui.Dash(c.needs(ctx))}, ui.Cell{Text: ui.Dash(c.distance(ctx))})
		}
		out = append(out, ui.Row{Cells: append(cells, ui.Cell{Body: recordedBy(c.Version)})})
	}
	return out
}

// why is the reason of a result where the columns beside it do not tell it.
func (v *itemView) why(ctx context.Context, c Cell) string {
	switch {
	case c.Judged.Reason == "", c.Judged.Reason == ByNumber && !c.Judged.Differs, c.Judged.Reason == NoValue, c.Judged.Reason == ByDeclaration:
		return ""
	}
	return reasonText(ctx, c.Judged)
}

// rowHref leads to the value of a commune on the desk, to the commune outside.
func (v *itemView) rowHref(ctx context.Context, u *territory.Unit) string {
	if v.desk {
		return v.choice.href(ctx, scorecardsPath+"/"+u.Slug()+"/"+v.Item.ID, "nhom", "")
	}
	return communeHref(ctx, false, v.choice, u)
}

func (v *itemView) groupHeading(ctx context.Context, g BoardGroup) string {
	c := v.Count(g.Rows, v.Item)
	return v.GroupTitle(ctx, g) + " · " + i18n.T(ctx, "assessment.n_of_met", ui.Count(ctx, c.Met), ui.Count(ctx, c.applicable()), ui.Dash(c.percent(ctx)))
}

// groupColumns and groupRows compare the groups on the item.
func (v *itemView) groupColumns(ctx context.Context) []ui.Column {
	out := []ui.Column{{Label: groupingName(ctx, v.by)}}
	for _, x := range v.present() {
		out = append(out, ui.Column{Label: vntext.Capital(ui.StatusWord(ctx, Status(x))), Num: true})
	}
	return append(out, ui.Column{Label: i18n.T(ctx, "assessment.communes_total"), Num: true}, ui.Column{Label: i18n.T(ctx, "assessment.share"), Num: true})
}

// present are the verdicts that occur, met always among them.
func (v *itemView) present() []Verdict {
	var out []Verdict
	for _, x := range Verdicts {
		if x == Met || v.Counts.Of(x) > 0 {
			out = append(out, x)
		}
	}
	return out
}

func (v *itemView) groupRow(ctx context.Context, name string, c Counts) ui.Row {
	cells := []ui.Cell{{Text: name}}
	for _, x := range v.present() {
		cells = append(cells, ui.Cell{Text: ui.Count(ctx, c.Of(x))})
	}
	return ui.Row{Cells: append(cells, ui.Cell{Text: ui.Count(ctx, c.Total)}, ui.Cell{Text: ui.Dash(c.percent(ctx))})}
}

func (v *itemView) groupRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, g := range v.groups {
		out = append(out, v.groupRow(ctx, v.GroupTitle(ctx, g), v.Count(g.Rows, v.Item)))
	}
	return out
}

// indicatorsView is the list of all items of a set with their counts.
type indicatorsView struct {
	*boardView
	order string // "" = as in the set, "thieu" = what the most communes lack first
	body  string // department that is filtered for
	items []boardColumn
}

func (s *Service) indicatorList(r *web.Request) error {
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
	v := &indicatorsView{boardView: b, order: q.Get("xep"), body: q.Get("phu-trach")}
	v.arrange()
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navIndicators, Crumbs: []ui.Crumb{{Text: v.Province(ctx), Href: c.href(ctx, provincePath)}, {Text: r.T("assessment.nav.indicators")}}}
	f.Context = v.menu.switches(ctx, v.Frame, c, here{path: indicatorsPath, keep: v.kept()})
	return r.Render(http.StatusOK, f, indicatorListBody(v))
}

func (v *indicatorsView) kept() []string { return []string{"xep", v.order, "phu-trach", v.body} }

func (v *indicatorsView) href(ctx context.Context, pairs ...string) string {
	return v.choice.href(ctx, indicatorsPath, append(v.kept(), pairs...)...)
}

// all are the items of the set: its indicators, of a criterion without indicators the criterion.
func (v *indicatorsView) all() []boardColumn {
	var out []boardColumn
	add := func(item Item, ind *criteria.Indicator, c *criteria.Criterion) {
		out = append(out, boardColumn{item: item, title: func(ctx context.Context) string { return itemTitle(ctx, ind, c) }, lead: itemLead(ind, c), counts: v.Count(v.Rows, item)})
	}
	for _, c := range v.Set.Criteria() {
		if len(c.Indicators) == 0 {
			add(Item{ID: c.ID, Criterion: true}, nil, c)
		}
		for _, i := range c.Indicators {
			add(Item{ID: i.ID}, i, c)
		}
	}
	return out
}

func (v *indicatorsView) arrange() {
	for _, c := range v.all() {
		if v.body == "" || c.lead == v.body {
			v.items = append(v.items, c)
		}
	}
	if v.order != "thieu" {
		v.order = ""
		return
	}
	sort.SliceStable(v.items, func(i, j int) bool {
		return v.items[i].counts.lacking() > v.items[j].counts.lacking()
	})
}

// answer names the item that the most communes lack of those that have results.
func (v *indicatorsView) answer(ctx context.Context) string {
	var worst *boardColumn
	for k := range v.items {
		c := &v.items[k]
		if c.counts.Missing < c.counts.Total && (worst == nil || c.counts.lacking() > worst.counts.lacking()) {
			worst = c
		}
	}
	switch {
	case worst == nil:
		return i18n.T(ctx, "assessment.answer.no_data", v.Period.Title(ctx))
	case worst.counts.lacking() == 0:
		return i18n.T(ctx, "assessment.answer.none_lacking", ui.Count(ctx, len(v.items)))
	}
	return i18n.T(ctx, "assessment.answer.worst", vntext.Capital(ItemWords(ctx, worst.item)), ui.Count(ctx, worst.counts.lacking()), ui.Count(ctx, worst.counts.applicable()))
}

func (v *indicatorsView) heads(ctx context.Context) []ui.Column {
	id := ui.Column{Label: v.itemLabel(ctx), SortHref: v.href(ctx, "xep", ""), Narrow: true}
	lacking := ui.Column{Label: i18n.T(ctx, "assessment.still_lacking"), Num: true, SortHref: v.href(ctx, "xep", "thieu")}
	if v.order == "" {
		id.Sorted = ui.Rising
	} else {
		lacking.Sorted = ui.Falling
	}
	return []ui.Column{id, {Label: i18n.T(ctx, "assessment.wording")}, {Label: i18n.T(ctx, "assessment.lead")}, {Label: i18n.T(ctx, "assessment.met"), Num: true}, {Label: i18n.T(ctx, "assessment.share"), Num: true}, lacking,
		{Label: i18n.T(ctx, "assessment.of_these_missing"), Num: true}, {Label: i18n.T(ctx, "assessment.of_these_no_threshold"), Num: true}}
}

func (v *indicatorsView) lines(ctx context.Context) []ui.Row {
	var out []ui.Row
	last := ""
	for _, c := range v.items {
		if k := v.Set.Indicator(c.item.ID); v.order == "" && !c.item.Criterion && k.Criterion.ID != last {
			last = k.Criterion.ID
			out = append(out, ui.Row{Heading: i18n.T(ctx, "assessment.criterion_title", last, k.Criterion.Title(ctx))})
		}
		n := c.counts
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: c.item.ID, Href: v.itemHref(ctx, c.item)}, {Text: c.title(ctx)}, {Text: v.Lead(ctx, c.lead)},
			{Text: i18n.T(ctx, "assessment.n_of", ui.Count(ctx, n.Met), ui.Count(ctx, n.applicable()))}, {Text: ui.Dash(n.percent(ctx))},
			{Text: ui.Count(ctx, n.lacking())}, {Text: ui.Count(ctx, n.Missing)}, {Text: ui.Count(ctx, n.NoThreshold)},
		}})
	}
	return out
}

// bodies are the departments that lead something in the set.
func (v *indicatorsView) bodies(ctx context.Context) []ui.Option {
	out := []ui.Option{{Text: i18n.T(ctx, "assessment.all_departments")}}
	var ids []string
	for _, c := range v.all() {
		if c.lead != "" && !slices.Contains(ids, c.lead) {
			ids = append(ids, c.lead)
			out = append(out, ui.Option{Value: c.lead, Text: v.Lead(ctx, c.lead), Selected: c.lead == v.body})
		}
	}
	return out
}

func (v *indicatorsView) hidden() []ui.Hidden {
	var out []ui.Hidden
	for _, p := range [][2]string{{"bo", v.choice.set}, {"ky", v.choice.period}, {"xep", v.order}} {
		if p[1] != "" {
			out = append(out, ui.Hidden{Name: p[0], Value: p[1]})
		}
	}
	return out
}
