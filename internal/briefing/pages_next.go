package briefing

import (
	"context"
	"net/http"
	"net/url"
	"sort"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// nextView is the page "who needs what next" in one of its ways of looking.
type nextView struct {
	*Analysis
	choice choice
	by     string // "xa" | "nghen" | "co-quan"
	sheet  web.Sheet

	card  *assessment.Scorecard // of one commune; nil = not this way
	board *assessment.ItemBoard // of one item; nil = not this way
	near  []Near                // gaps of card or board
	queue *Queue                // of one department; nil = not this way
	rows  []queueRow
	list  []Standing
	marks []Bottleneck
}

// queueRow is one gap of a department's queue.
type queueRow struct {
	standing Standing
	lack     Lack
}

func (s *Service) nextPage(r *web.Request) error {
	ctx := r.Context()
	c, q := chosen(r), r.URL.Query()
	v, err := still(ctx, s.db, func(ctx context.Context) (*nextView, error) { return s.nextView(ctx, c, q) })
	if err != nil {
		return err
	}
	v.sheet = r.Sheet(v.length(), pageSize)
	o := ui.Frame{Active: navNext, Title: v.answer(ctx), Crumbs: []ui.Crumb{{Text: r.T("briefing.nav.next"), Href: c.href(ctx, nextPath)}}}
	if v.by == "" {
		o.Crumbs = append(o.Crumbs, ui.Crumb{Text: v.crumb(ctx)})
	}
	return s.page(r, http.StatusOK, v.Frame, o, nextPath, nextBody(v))
}

// nextView reads what communes need next, in the way that the address asks for.
func (s *Service) nextView(ctx context.Context, c choice, q url.Values) (*nextView, error) {
	a, err := s.Analysis(ctx, c.set, c.period)
	if err != nil {
		return nil, err
	}
	v := &nextView{Analysis: a, choice: c, by: q.Get("theo")}
	switch {
	case q.Get("xa") != "":
		err = s.nextOfUnit(ctx, v, q.Get("xa"))
	case q.Get("chi-tieu") != "":
		err = s.nextOfItem(ctx, v, q.Get("chi-tieu"))
	case q.Has("co-quan"):
		err = v.nextOfDepartment(q.Get("co-quan"))
	default:
		if v.by != "nghen" && v.by != "co-quan" {
			v.by = "xa"
		}
		v.list, v.marks = a.Nearest(-1), a.Bottlenecks()
	}
	return v, err
}

func (s *Service) nextOfUnit(ctx context.Context, v *nextView, slug string) error {
	u, candidates, err := s.units.Resolve(ctx, slug)
	if err != nil {
		return err
	}
	if u == nil {
		return fault.New(fault.NotFound, "briefing.no_commune_called", candidates[0].Code)
	}
	if v.card, err = s.results.Scorecard(ctx, u.ID, v.Set.Code, v.Period.ID); err != nil {
		return err
	}
	v.by = ""
	v.near = ByNearness(nearOf(v.card))
	return nil
}

// nearOf lists what a scorecard asks for, as Analyse does: a criterion declared as a whole stands for its indicators.
func nearOf(card *assessment.Scorecard) []Near {
	var out []Near
	for _, row := range card.Rows {
		whole := len(row.Indicators) == 0
		if !whole && row.Cell.Judged.Verdict != assessment.Missing {
			whole = true
			for _, c := range row.Indicators {
				whole = whole && c.Judged.Verdict == assessment.Missing
			}
		}
		if whole {
			out = append(out, Near{Unit: card.Unit, Cell: row.Cell})
			continue
		}
		for _, c := range row.Indicators {
			out = append(out, Near{Unit: card.Unit, Cell: c})
		}
	}
	return out
}

func (s *Service) nextOfItem(ctx context.Context, v *nextView, id string) (err error) {
	if v.board, err = s.results.Item(ctx, v.Set.Code, v.Period.ID, id); err != nil {
		return err
	}
	v.by = ""
	var all []Near
	for _, r := range v.board.Items {
		all = append(all, Near{Unit: r.Unit, Cell: r.Cell})
	}
	v.near = ByNearness(all)
	return nil
}

func (v *nextView) nextOfDepartment(id string) error {
	v.by = ""
	for _, q := range v.Queues() {
		if q.Department == id {
			v.queue = &q
		}
	}
	if v.queue == nil {
		return fault.New(fault.NotFound, "briefing.no_queue", id)
	}
	for _, s := range v.Rows {
		for _, l := range s.Lacks {
			if leadOf(v.Set, l.Item) == id {
				v.rows = append(v.rows, queueRow{s, l})
			}
		}
	}
	// What is the only lack of a commune comes first: closing it gains a commune.
	sort.SliceStable(v.rows, func(i, j int) bool {
		a, b := v.rows[i].standing, v.rows[j].standing
		if a.Known() != b.Known() {
			return a.Known()
		}
		return len(a.Lacks) < len(b.Lacks)
	})
	return nil
}

// length is how many rows the page has to show.
func (v *nextView) length() int {
	switch {
	case v.queue != nil:
		return len(v.rows)
	case v.by == "":
		return len(v.near)
	case v.by == "xa":
		return len(v.list)
	}
	return 0
}

// withOnly counts the communes that lack exactly n things.
func (v *nextView) withOnly(n int) (k int) {
	for _, s := range v.Rows {
		if s.Known() && len(s.Lacks) == n {
			k++
		}
	}
	return k
}

func (v *nextView) crumb(ctx context.Context) string {
	switch {
	case v.card != nil:
		return v.card.Unit.Title(ctx)
	case v.board != nil:
		return vntext.Capital(assessment.ItemWords(ctx, v.board.Item))
	}
	return vntext.Capital(v.Lead(ctx, v.queue.Department))
}

func (v *nextView) answer(ctx context.Context) string {
	switch {
	case v.card != nil && len(v.near) == 0:
		return i18n.T(ctx, "briefing.next.unit_none", v.card.Unit.Title(ctx))
	case v.card != nil:
		return i18n.T(ctx, "briefing.next.unit", v.card.Unit.Title(ctx), ui.Count(ctx, len(v.near)), assessment.ItemWords(ctx, v.near[0].Cell.Item))
	case v.board != nil && len(v.near) == 0:
		return i18n.T(ctx, "briefing.next.item_none", vntext.Capital(assessment.ItemWords(ctx, v.board.Item)))
	case v.board != nil:
		return i18n.T(ctx, "briefing.next.item", ui.Count(ctx, len(v.near)), assessment.ItemWords(ctx, v.board.Item), v.near[0].Unit.InText(ctx))
	case v.queue != nil:
		return i18n.T(ctx, "briefing.next.queue", vntext.Capital(v.Lead(ctx, v.queue.Department)), ui.Count(ctx, v.queue.Gaps), ui.Count(ctx, len(v.queue.Items)))
	case v.WithData() == 0:
		return i18n.T(ctx, "briefing.no_results", v.Period.Title(ctx))
	case v.by == "nghen" && len(v.marks) > 0 && v.marks[0].Only > 0:
		return i18n.T(ctx, "briefing.next.worst", vntext.Capital(assessment.ItemWords(ctx, v.marks[0].Item)), ui.Count(ctx, v.marks[0].Only))
	case v.by == "co-quan":
		q := v.Queues()
		if len(q) == 0 {
			return i18n.T(ctx, "briefing.next.nothing")
		}
		return i18n.T(ctx, "briefing.next.longest", vntext.Capital(v.Lead(ctx, q[0].Department)), ui.Count(ctx, q[0].Gaps))
	case len(v.list) == 0:
		return i18n.T(ctx, "briefing.next.nothing")
	}
	return i18n.T(ctx, "briefing.next.communes", ui.Count(ctx, v.withOnly(1)), ui.Count(ctx, v.withOnly(2)))
}

func (v *nextView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), AsOf: v.Basis(ctx), Origin: ui.WorkedOut(ctx), Actions: keepAction(ctx)}
	switch {
	case v.card != nil:
		o.Lead = i18n.T(ctx, "briefing.next.order")
		o.Actions = append([]ui.LinkButtonOptions{
			{Text: i18n.T(ctx, "briefing.visit.go"), Href: v.choice.href(ctx, visitPath+"/"+v.card.Unit.Slug()), Kind: ui.Primary},
			{Text: i18n.T(ctx, "briefing.scorecard"), Href: v.choice.href(ctx, scorecardsPath+"/"+v.card.Unit.Slug())}}, o.Actions...)
	case v.board != nil:
		o.Lead = v.ItemTitle(ctx, v.board.Item)
		o.Actions = append([]ui.LinkButtonOptions{{Text: i18n.T(ctx, "briefing.whole_item"), Href: v.choice.href(ctx, indicatorsPath+"/"+v.board.Item.ID)}}, o.Actions...)
	}
	return o
}

// partialText says what a board does not cover.
func (a *Analysis) partialText(ctx context.Context) string {
	if !a.Partial || a.WithData() == 0 {
		return ""
	}
	return i18n.T(ctx, "briefing.partial", ui.Count(ctx, len(a.Items)), ui.Count(ctx, len(a.Coverage().All)))
}

func (v *nextView) tabs(ctx context.Context) ui.TabsOptions {
	o := ui.TabsOptions{Label: i18n.T(ctx, "briefing.next.ways")}
	for _, t := range []struct{ by, text string }{{"xa", i18n.T(ctx, "briefing.next.by_commune")}, {"nghen", i18n.T(ctx, "briefing.next.bottlenecks")}, {"co-quan", i18n.T(ctx, "briefing.next.by_department")}} {
		o.Tabs = append(o.Tabs, ui.Tab{Text: t.text, Href: v.choice.href(ctx, nextPath, "theo", t.by), Selected: v.by == t.by})
	}
	return o
}

func (v *nextView) communes(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "theo-xa", Compact: true, Caption: i18n.T(ctx, "briefing.next.by_commune"), CaptionHidden: true, Columns: []ui.Column{
		{Label: i18n.T(ctx, "briefing.commune")}, {Label: i18n.T(ctx, "briefing.lacks"), Num: true}, {Label: i18n.T(ctx, "briefing.which")}, {Label: i18n.T(ctx, "briefing.visit.short"), Narrow: true}}}
	for _, s := range v.list[v.sheet.From:v.sheet.To] {
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: s.Row.Unit.Name, Href: unitHref(ctx, v.choice, s.Row.Unit)}, {Text: ui.Count(ctx, len(s.Lacks))}, {Text: lackWords(ctx, s.Lacks)},
			{Text: i18n.T(ctx, "briefing.visit.open"), Href: v.choice.href(ctx, visitPath+"/"+s.Row.Unit.Slug())}}})
	}
	return o
}

// lackWords groups lacks by result: "Chưa đạt: 3, 8. Chưa có số liệu: 10."
func lackWords(ctx context.Context, list []Lack) string {
	var parts []string
	for _, verdict := range assessment.Verdicts {
		var of []Lack
		for _, l := range list {
			if l.Verdict == verdict {
				of = append(of, l)
			}
		}
		if len(of) > 0 {
			parts = append(parts, i18n.T(ctx, "briefing.lack_ids", vntext.Capital(assessment.VerdictWord(ctx, verdict)), ids(ctx, of, 8)))
		}
	}
	return strings.Join(parts, " ")
}

func (v *nextView) bottlenecks(ctx context.Context, id string, list []Bottleneck) ui.TableOptions {
	o := ui.TableOptions{ID: id, Caption: i18n.T(ctx, "briefing.next.bottlenecks"), CaptionHidden: true, Columns: []ui.Column{
		{Label: i18n.T(ctx, "briefing.item")}, {Label: i18n.T(ctx, "briefing.lead")}, {Label: i18n.T(ctx, "briefing.only"), Num: true}, {Label: i18n.T(ctx, "briefing.pair"), Num: true}, {Label: i18n.T(ctx, "briefing.lacking"), Num: true}}}
	for _, b := range list {
		if b.Lacking == 0 {
			continue
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: b.Item.ID + ". " + vntext.Clip(v.ItemTitle(ctx, b.Item), 90), Href: itemHref(ctx, v.choice, b.Item)}, {Text: v.Lead(ctx, leadOf(v.Set, b.Item))},
			{Text: ui.Count(ctx, b.Only)}, {Text: ui.Count(ctx, b.Pair)}, {Text: ui.Count(ctx, b.Lacking)}}})
	}
	return o
}

func (v *nextView) departments(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "theo-co-quan", Caption: i18n.T(ctx, "briefing.next.by_department"), CaptionHidden: true, Columns: []ui.Column{
		{Label: i18n.T(ctx, "briefing.lead")}, {Label: i18n.T(ctx, "briefing.gaps"), Num: true}, {Label: i18n.T(ctx, "briefing.gaps_only"), Num: true}, {Label: i18n.T(ctx, "briefing.items")}}}
	for _, q := range v.Queues() {
		var items []Lack
		for _, b := range q.Items {
			items = append(items, Lack{Item: b.Item})
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: vntext.Capital(v.Lead(ctx, q.Department)), Href: v.queueHref(ctx, q.Department)}, {Text: ui.Count(ctx, q.Gaps)}, {Text: ui.Count(ctx, q.Only)}, {Text: ids(ctx, items, 12)}}})
	}
	return o
}

// queueHref names the queue also where it belongs to no single department.
func (v *nextView) queueHref(ctx context.Context, id string) string {
	h := v.choice.path(nextPath, "co-quan", id)
	if id == "" {
		h = v.choice.path(nextPath)
		if strings.Contains(h, "?") {
			h += "&co-quan="
		} else {
			h += "?co-quan="
		}
	}
	return ui.Href(ctx, h)
}

func (v *nextView) nearRows(ctx context.Context) ui.TableOptions {
	first, cap := i18n.T(ctx, "briefing.commune"), i18n.T(ctx, "briefing.next.nearest_communes")
	if v.card != nil {
		first, cap = i18n.T(ctx, "briefing.item"), i18n.T(ctx, "briefing.next.nearest_items")
	}
	o := ui.TableOptions{ID: "gan-nhat", Caption: cap, CaptionHidden: true, Columns: []ui.Column{{Label: first}, {Label: i18n.T(ctx, "briefing.result")}, {Label: i18n.T(ctx, "briefing.value")}, {Label: i18n.T(ctx, "briefing.needs")}, {Label: i18n.T(ctx, "briefing.distance")}}}
	if v.card != nil {
		o.Columns = append(o.Columns, ui.Column{Label: i18n.T(ctx, "briefing.lead")})
	}
	for _, n := range v.near[v.sheet.From:v.sheet.To] {
		w := n.Cell.Words(ctx)
		head := ui.Cell{Text: n.Unit.Name, Href: valueHref(ctx, v.choice, n.Unit, n.Cell.Item)}
		if v.card != nil {
			head.Text = n.Cell.Item.ID + ". " + vntext.Clip(v.ItemTitle(ctx, n.Cell.Item), 110)
		}
		why := w.Distance
		if why == "" {
			why = w.Why
		}
		cells := []ui.Cell{head, {Status: assessment.Status(n.Cell.Judged.Verdict), Sub: w.State}, {Text: ui.Dash(w.Value)}, {Text: ui.Dash(w.Needs), Sub: w.Mark}, {Text: why}}
		if v.card != nil {
			cells = append(cells, ui.Cell{Text: v.Lead(ctx, leadOf(v.Set, n.Cell.Item))})
		}
		o.Rows = append(o.Rows, ui.Row{Cells: cells})
	}
	return o
}

func (v *nextView) queueTable(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "hang-doi", Compact: true, Caption: i18n.T(ctx, "briefing.gaps"), CaptionHidden: true, Columns: []ui.Column{
		{Label: i18n.T(ctx, "briefing.commune")}, {Label: i18n.T(ctx, "briefing.item"), Narrow: true}, {Label: i18n.T(ctx, "briefing.result")}, {Label: i18n.T(ctx, "briefing.else")}}}
	for _, r := range v.rows[v.sheet.From:v.sheet.To] {
		u := r.standing.Row.Unit
		other := i18n.T(ctx, "briefing.else_many", ui.Count(ctx, len(r.standing.Lacks)-1))
		switch {
		case !r.standing.Known():
			other = i18n.T(ctx, "briefing.else_unknown")
		case len(r.standing.Lacks) == 1:
			other = i18n.T(ctx, "briefing.else_none")
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: u.Name, Href: unitHref(ctx, v.choice, u)}, {Text: r.lack.Item.ID, Href: valueHref(ctx, v.choice, u, r.lack.Item)}, {Status: assessment.Status(r.lack.Verdict)}, {Text: other}}})
	}
	return o
}

// pagerHref keeps the way of looking on the other pages of the list.
func (v *nextView) pagerHref(ctx context.Context) func(string) string {
	return func(page string) string {
		switch {
		case v.card != nil:
			return v.choice.href(ctx, nextPath, "xa", v.card.Unit.Slug(), "trang", page)
		case v.board != nil:
			return v.choice.href(ctx, nextPath, "chi-tieu", v.board.Item.ID, "trang", page)
		case v.queue != nil:
			h := v.queueHref(ctx, v.queue.Department)
			return h + "&trang=" + page
		}
		return v.choice.href(ctx, nextPath, "theo", v.by, "trang", page)
	}
}

// communeOf finds a commune of a frame by its id.
func communeOf(f *assessment.Frame, id territory.UnitID) *territory.Unit { return f.Register.Unit(id) }
