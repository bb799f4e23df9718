package briefing

import (
	"context"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// planForm bounds a posted plan: MaxGaps rows with a quarter and a cost.
const planForm = 1 << 20

// maxRows bounds the gaps that one form offers.
const maxRows = 120

// pickRow is a gap that the form offers.
type pickRow struct {
	unit    *territory.Unit
	lack    Lack
	gap     Gap
	ticked  bool
	cost    string // as typed
	settled bool   // in the plan, but met meanwhile
}

// typedPlan is what somebody wrote into the form, kept as written.
type typedPlan struct {
	name, note, due string
	ticked          map[string]bool
	own             map[string]string // due of a row, "" = the common one
	cost            map[string]string
}

// planView is the list of plans with the form, or one plan.
type planView struct {
	*Analysis
	choice  choice
	most    int // communes that lack at most so many things are offered
	rows    []pickRow
	more    int // rows that were not offered
	form    typedPlan
	wrong   *fault.Error
	outcome *Outcome // of what is ticked, or of the plan
	mayWork bool

	list     []planLine
	plan     *Plan
	followed *Followed
	now      *assessment.Board // what happened; of one plan
	today    clock.Date
}

// planLine is one plan of the list with what it comes to.
type planLine struct {
	plan     Plan
	outcome  Outcome
	followed Followed
}

// gapKey names a gap in a form: "1234:8.4", "1234:#8".
func gapKey(u territory.UnitID, i assessment.Item) string {
	return strconv.FormatInt(int64(u), 10) + ":" + itemKey(i)
}

func (s *Service) plansPage(r *web.Request) error {
	ctx := r.Context()
	c := chosen(r)
	v, err := s.planView(ctx, c, r.URL.Query().Get("con-thieu"))
	if err != nil {
		return err
	}
	v.form = typedPlan{due: quartersFrom(v.today, 2)[1], ticked: map[string]bool{}}
	for _, key := range r.URL.Query()[fieldGap] { // a link may name gaps
		v.form.ticked[key] = true
	}
	v.offer()
	return s.showPlans(r, http.StatusOK, v)
}

func (s *Service) showPlans(r *web.Request, status int, v *planView) error {
	var authors []string
	for _, l := range v.list {
		authors = append(authors, l.plan.Author)
	}
	if v.plan != nil {
		authors = append(authors, v.plan.Author)
	}
	if err := r.Introduce(authors...); err != nil {
		return err
	}
	ctx := r.Context()
	o := ui.Frame{Title: v.answer(ctx), Active: navPlans, Crumbs: []ui.Crumb{{Text: r.T("briefing.nav.plans")}}, Errors: errorsOf(ctx, v.wrong)}
	path := plansPath
	if v.plan != nil {
		o.Crumbs = []ui.Crumb{{Text: r.T("briefing.nav.plans"), Href: v.choice.href(ctx, plansPath)}, {Text: v.plan.Name}}
		path = plansPath + "/" + idText(v.plan.ID)
		r.W.Header().Set("ETag", `"`+v.plan.ETag()+`"`)
	}
	return s.page(r, status, v.Frame, o, path, planBody(v))
}

// planView reads the board and the plans that the reader may see.
func (s *Service) planView(ctx context.Context, c choice, most string) (*planView, error) {
	return still(ctx, s.db, func(ctx context.Context) (*planView, error) { return s.readPlans(ctx, c, most) })
}

func (s *Service) readPlans(ctx context.Context, c choice, most string) (*planView, error) {
	a, err := s.Analysis(ctx, c.set, c.period)
	if err != nil {
		return nil, err
	}
	v := &planView{Analysis: a, choice: c, most: 2, today: s.clock.Today(), mayWork: auth.Of(ctx).MayAnywhere(auth.WorkTasks)}
	if n, err := strconv.Atoi(most); err == nil && n >= 1 && n <= 5 {
		v.most = n
	}
	list, err := s.Plans(ctx)
	if err != nil {
		return nil, err
	}
	boards := map[choice]*assessment.Board{}
	read := func(set, period string) (*assessment.Board, error) {
		key := choice{set, period}
		if boards[key] == nil {
			b, err := s.results.Board(ctx, set, period)
			if err != nil {
				return nil, err
			}
			boards[key] = b
		}
		return boards[key], nil
	}
	for _, p := range list {
		then, err := read(p.Set, p.Period)
		if err != nil {
			return nil, err
		}
		now, err := read(p.Set, "")
		if err != nil {
			return nil, err
		}
		v.list = append(v.list, planLine{p, Gains(then, p.Gaps), Follow(now, p.Gaps, now.Period.To)})
	}
	v.rowsOf(ctx, s, nil)
	return v, nil
}

// rowsOf collects the gaps that the form offers: those of the plan, and those of the communes nearest the standard in which
// the reader may work.
func (v *planView) rowsOf(ctx context.Context, s *Service, of *Plan) {
	seen := map[string]bool{}
	byUnit := map[territory.UnitID]Standing{}
	for _, x := range v.Rows {
		byUnit[x.Row.Unit.ID] = x
	}
	if of != nil {
		for _, g := range of.Gaps {
			row := pickRow{unit: communeOf(v.Frame, g.Unit), gap: g, lack: Lack{g.Item, assessment.Missing}, ticked: true}
			if x, ok := byUnit[g.Unit]; ok && v.Board.Knows(g.Item) { // a later version of the set may have dropped the item
				row.lack.Verdict = v.Verdict(x.Row, g.Item)
				row.settled = row.lack.Verdict == assessment.Met || row.lack.Verdict == assessment.NotApplicable
			}
			seen[gapKey(g.Unit, g.Item)] = true
			v.rows = append(v.rows, row)
		}
	}
	for _, x := range v.Nearest(-1) {
		if len(x.Lacks) > v.most {
			break
		}
		if !auth.Of(ctx).May(auth.WorkTasks, s.in(v.Register, x.Row.Unit.ID)) {
			continue
		}
		for _, l := range x.Lacks {
			key := gapKey(x.Row.Unit.ID, l.Item)
			if seen[key] {
				continue
			}
			if len(v.rows) >= maxRows {
				v.more++
				continue
			}
			v.rows = append(v.rows, pickRow{unit: x.Row.Unit, lack: l, gap: Gap{Unit: x.Row.Unit.ID, Item: l.Item}})
		}
	}
}

// offer fills the rows with what was typed. What was ticked and is not offered any more, because the board has moved, gets
// a row too: nothing typed is lost.
func (v *planView) offer() {
	seen := map[string]bool{}
	for _, row := range v.rows {
		seen[gapKey(row.gap.Unit, row.gap.Item)] = true
	}
	for _, key := range slices.Sorted(maps.Keys(v.form.ticked)) {
		g, ok := gapOf(key)
		if u := communeOf(v.Frame, g.Unit); ok && !seen[key] && u != nil && v.Board.Knows(g.Item) && len(v.rows) < MaxGaps {
			row := pickRow{unit: u, gap: g, lack: Lack{g.Item, assessment.Missing}}
			for _, x := range v.Rows {
				if x.Row.Unit == u {
					row.lack.Verdict = v.Verdict(x.Row, g.Item)
				}
			}
			v.rows = append(v.rows, row)
		}
	}
	for k := range v.rows {
		row := &v.rows[k]
		key := gapKey(row.gap.Unit, row.gap.Item)
		row.ticked = v.form.ticked[key]
		row.gap.Due = v.form.own[key]
		row.cost = v.form.cost[key]
	}
}

// gapOf reads what gapKey wrote.
func gapOf(key string) (g Gap, ok bool) {
	unit, item, cut := strings.Cut(key, ":")
	id, err := strconv.ParseInt(unit, 10, 64)
	return Gap{Unit: territory.UnitID(id), Item: itemOf(item)}, cut && err == nil && item != "" && gapKey(territory.UnitID(id), itemOf(item)) == key
}

// readPlan reads the posted form. A gap that the form did not offer is taken too: the board may have moved since.
func readPlan(f url.Values) (form typedPlan, list []Gap, err error) {
	form = typedPlan{name: f.Get(fieldName), note: f.Get(fieldNote), due: f.Get(fieldDue), ticked: map[string]bool{}, own: map[string]string{}, cost: map[string]string{}}
	for name, values := range f {
		if key, ok := strings.CutPrefix(name, fieldDue+"-"); ok {
			form.own[key] = values[0]
		}
		if key, ok := strings.CutPrefix(name, fieldCost+"-"); ok {
			form.cost[key] = values[0]
		}
	}
	for _, key := range f[fieldGap] {
		g, ok := gapOf(key)
		if !ok || len(list) > MaxGaps {
			err = fault.New(fault.Invalid, "briefing.unknown_gap", vntext.Clip(key, 40)).At(fieldGap)
			continue
		}
		if form.ticked[key] {
			continue
		}
		form.ticked[key] = true
		if g.Due = form.own[key]; g.Due == "" {
			g.Due = form.due
		}
		cost, wrong := ParseMoney(form.cost[key])
		if wrong != nil && err == nil {
			err = fault.As(wrong).At(fieldCost)
		}
		g.CostVND = cost
		list = append(list, g)
	}
	return form, list, err
}

func (s *Service) makePlan(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	if err := readForm(r, planForm); err != nil {
		return err
	}
	f := r.PostForm
	c := choice{f.Get("bo"), f.Get("ky")}
	form, list, err := readPlan(f)
	saves := f.Get(fieldDo) != "xem"
	if err == nil && saves {
		var id int64
		if id, err = s.MakePlan(ctx, Plan{Set: c.set, Period: c.period, Name: form.name, Note: form.note, Gaps: list}); err == nil {
			r.Flash("ok", r.T("briefing.plan.saved"))
			return r.See(plansPath + "/" + idText(id))
		}
	}
	w, again := refused(r, err)
	if err != nil && !again {
		return err
	}
	v, err := s.planView(ctx, c, f.Get("con-thieu"))
	if err != nil {
		return err
	}
	v.form, v.wrong = form, w
	v.offer()
	status := http.StatusOK
	if w != nil {
		status = statusOf(w)
	} else {
		o := Gains(v.Board, list)
		v.outcome = &o
	}
	return s.showPlans(r, status, v)
}

func (s *Service) planPage(r *web.Request) error {
	v, err := s.onePlan(r)
	if err != nil {
		return err
	}
	v.form = typedFromPlan(v.plan)
	v.offer()
	return s.showPlans(r, http.StatusOK, v)
}

func typedFromPlan(p *Plan) typedPlan {
	form := typedPlan{name: p.Name, note: p.Note, ticked: map[string]bool{}, own: map[string]string{}, cost: map[string]string{}}
	for _, g := range p.Gaps {
		key := gapKey(g.Unit, g.Item)
		form.ticked[key], form.own[key] = true, g.Due
		if g.CostVND > 0 {
			form.cost[key] = strconv.FormatInt(g.CostVND, 10)
		}
	}
	if len(p.Gaps) > 0 {
		form.due = p.Gaps[0].Due
	}
	return form
}

// onePlan reads the plan that the address names, what it comes to and what happened since.
func (s *Service) onePlan(r *web.Request) (*planView, error) {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	id, err := number(r, "so", "plan")
	if err != nil {
		return nil, err
	}
	now := r.URL.Query().Get("ky")
	return still(ctx, s.db, func(ctx context.Context) (*planView, error) { return s.readPlan(ctx, id, now) })
}

// readPlan reads a plan and holds it against the board of a period, "" = the present one.
func (s *Service) readPlan(ctx context.Context, id int64, now string) (*planView, error) {
	p, err := s.Plan(ctx, id)
	if err != nil {
		return nil, err
	}
	a, err := s.Analysis(ctx, p.Set, p.Period)
	if err != nil {
		return nil, err
	}
	v := &planView{Analysis: a, plan: &p, most: 2, today: s.clock.Today(), mayWork: s.MayChange(ctx, a.Register, p)}
	if v.now, err = s.results.Board(ctx, p.Set, now); err != nil {
		return nil, err
	}
	v.choice = choice{p.Set, v.now.Period.ID}
	followed := Follow(v.now, p.Gaps, v.now.Period.To)
	v.followed = &followed
	o := Gains(a.Board, p.Gaps)
	v.outcome = &o
	v.rowsOf(ctx, s, &p)
	return v, nil
}

func (s *Service) changePlan(r *web.Request) error {
	v, err := s.onePlan(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	if err := readForm(r, planForm); err != nil {
		return err
	}
	seen := r.PostForm.Get(fieldVersion)
	if h := r.Header.Get("If-Match"); h != "" {
		seen = strings.Trim(h, `" `)
	}
	form, list, err := readPlan(r.PostForm)
	if err == nil || seen == "" {
		err = s.ChangePlan(ctx, Plan{ID: v.plan.ID, Name: form.name, Note: form.note, Gaps: list}, seen)
	}
	if err == nil {
		r.Flash("ok", r.T("briefing.plan.saved"))
		return r.See(plansPath + "/" + idText(v.plan.ID))
	}
	w, again := refused(r, err)
	if !again {
		return err
	}
	if v, err = s.onePlan(r); err != nil { // what stands now
		return err
	}
	v.form, v.wrong = form, w
	v.offer()
	return s.showPlans(r, statusOf(w), v)
}

func (v *planView) answer(ctx context.Context) string {
	switch {
	case v.plan != nil:
		return i18n.T(ctx, "briefing.plan.title", v.plan.Name, v.outcomeText(ctx))
	case v.outcome != nil:
		return vntext.Capital(v.outcomeText(ctx))
	case v.WithData() == 0:
		return i18n.T(ctx, "briefing.no_results", v.Period.Title(ctx))
	}
	return i18n.T(ctx, "briefing.plan.answer")
}

// outcomeText is what a plan comes to in one sentence.
func (v *planView) outcomeText(ctx context.Context) string {
	o := v.outcome
	if len(o.Gains) == 0 {
		return i18n.T(ctx, "briefing.plan.no_gain", ui.Count(ctx, o.Gaps), money(ctx, o.CostVND))
	}
	return i18n.T(ctx, "briefing.plan.gain", ui.Count(ctx, o.Gaps), ui.Count(ctx, len(o.Gains)), quarterName(ctx, o.Gains[len(o.Gains)-1].By), money(ctx, o.CostVND))
}

func (v *planView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), AsOf: v.Basis(ctx), Actions: keepAction(ctx)}
	if v.plan != nil {
		o.Over = i18n.T(ctx, "briefing.plan.by", ui.Person(ctx, v.plan.Author), ui.Date(ctx, clock.DayOf(v.plan.ChangedMS)))
		o.Lead = v.plan.Note
		o.Origin = ui.WorkedOut(ctx)
	} else if v.outcome == nil {
		o.Lead = i18n.T(ctx, "briefing.plan.lead")
	}
	return o
}

func (v *planView) plansTable(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "cac-kich-ban", Caption: i18n.T(ctx, "briefing.plan.list"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.plan.name")}, {Label: i18n.T(ctx, "briefing.plan.gaps"), Num: true},
		{Label: i18n.T(ctx, "briefing.plan.gained"), Num: true}, {Label: i18n.T(ctx, "briefing.plan.cost"), Num: true}, {Label: i18n.T(ctx, "briefing.plan.so_far")}}}
	for _, l := range v.list {
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: l.plan.Name, Href: ui.Href(ctx, plansPath+"/"+idText(l.plan.ID)), Sub: i18n.T(ctx, "briefing.plan.by", ui.Person(ctx, l.plan.Author), ui.Date(ctx, clock.DayOf(l.plan.ChangedMS)))},
			{Text: ui.Count(ctx, len(l.plan.Gaps))}, {Text: ui.Count(ctx, len(l.outcome.Gains))}, {Text: money(ctx, l.outcome.CostVND)},
			{Text: i18n.T(ctx, "briefing.plan.counts", ui.Count(ctx, l.followed.Closed), ui.Count(ctx, l.followed.Late), ui.Count(ctx, l.followed.Open))}}})
	}
	return o
}

func (v *planView) quarters(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "theo-quy", Caption: i18n.T(ctx, "briefing.plan.by_quarter"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.plan.quarter")}, {Label: i18n.T(ctx, "briefing.plan.gaps"), Num: true},
		{Label: i18n.T(ctx, "briefing.plan.gained"), Num: true}, {Label: i18n.T(ctx, "briefing.plan.total"), Num: true}, {Label: i18n.T(ctx, "briefing.plan.cost"), Num: true}}}
	for _, q := range v.outcome.Quarters {
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: vntext.Capital(quarterName(ctx, q.Due))}, {Text: ui.Count(ctx, q.Gaps)}, {Text: ui.Count(ctx, q.Communes)}, {Text: ui.Count(ctx, q.Total)}, {Text: money(ctx, q.CostVND)}}})
	}
	o.Foot = []ui.Row{{Cells: []ui.Cell{{Text: i18n.T(ctx, "briefing.plan.sum")}, {Text: ui.Count(ctx, v.outcome.Gaps)}, {Text: ui.Count(ctx, len(v.outcome.Gains))}, {Text: ""}, {Text: money(ctx, v.outcome.CostVND)}}}}
	return o
}

// gainText names the communes that are gained and those that still lack something.
func (v *planView) gainText(ctx context.Context) []ui.Definition {
	var out []ui.Definition
	var names []string
	for _, g := range v.outcome.Gains {
		names = append(names, g.Unit.Name+" ("+quarterName(ctx, g.By)+")")
	}
	if len(names) > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "briefing.plan.gained"), Text: strings.Join(names, ", ")})
	}
	names = nil
	for _, r := range v.outcome.Rests {
		names = append(names, i18n.T(ctx, "briefing.plan.rest", r.Unit.Name, ids(ctx, r.Left, 5)))
	}
	if len(names) > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "briefing.plan.still"), Text: strings.Join(names, "; ")})
	}
	if v.outcome.Settled > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "briefing.plan.settled"), Text: i18n.T(ctx, "briefing.plan.settled_n", ui.Count(ctx, v.outcome.Settled))})
	}
	return out
}

// followTable holds each planned gap against the present board.
func (v *planView) followTable(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "doi-chieu", Caption: i18n.T(ctx, "briefing.plan.follow"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.commune")}, {Label: i18n.T(ctx, "briefing.item")},
		{Label: i18n.T(ctx, "briefing.plan.due"), Narrow: true}, {Label: i18n.T(ctx, "briefing.plan.cost"), Num: true}, {Label: i18n.T(ctx, "briefing.plan.now")}}}
	rows := map[territory.UnitID]assessment.Row{}
	for _, r := range v.now.Rows {
		rows[r.Unit.ID] = r
	}
	for k, g := range v.plan.Gaps {
		u := communeOf(v.Frame, g.Unit)
		if u == nil {
			continue // a unit is never removed from the register
		}
		now := ui.Cell{Text: i18n.T(ctx, "briefing.plan.state."+string(v.followed.States[k]))}
		if r, ok := rows[g.Unit]; ok && v.now.Knows(g.Item) {
			now = ui.Cell{Status: assessment.Status(v.now.Verdict(r, g.Item)), Sub: i18n.T(ctx, "briefing.plan.state."+string(v.followed.States[k]))}
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: u.Name, Href: valueHref(ctx, v.choice, u, g.Item)}, {Text: vntext.Capital(assessment.ItemWords(ctx, g.Item)), Sub: vntext.Clip(v.ItemTitle(ctx, g.Item), 60)},
			{Text: quarterName(ctx, g.Due)}, {Text: money(ctx, g.CostVND)}, now}})
	}
	return o
}

// followText is what became of the plan in one sentence.
func (v *planView) followText(ctx context.Context) string {
	f := v.followed
	return i18n.T(ctx, "briefing.plan.followed", v.now.Period.Title(ctx), ui.Count(ctx, f.Closed), ui.Count(ctx, len(f.States)), ui.Count(ctx, f.Late), ui.Count(ctx, f.Open))
}

// dueOptions are the quarters of a gap; the first entry of a row is the common one.
func (v *planView) dueOptions(ctx context.Context, chosen string, row bool) []ui.Option {
	var out []ui.Option
	if row {
		out = append(out, ui.Option{Text: i18n.T(ctx, "briefing.plan.common"), Selected: chosen == ""})
	}
	list := quartersFrom(v.today, 8)
	if chosen != "" && validQuarter(chosen) && !slices.Contains(list, chosen) {
		list = append([]string{chosen}, list...)
	}
	for _, id := range list {
		out = append(out, ui.Option{Value: id, Text: vntext.Capital(quarterName(ctx, id)), Selected: id == chosen})
	}
	return out
}

func (v *planView) pickTable(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: ui.FieldID(fieldGap), Caption: i18n.T(ctx, "briefing.plan.pick"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.plan.gap")}, {Label: i18n.T(ctx, "briefing.result")},
		{Label: i18n.T(ctx, "briefing.plan.due")}, {Label: i18n.T(ctx, "briefing.plan.cost")}}}
	for k := range v.rows {
		row := &v.rows[k]
		if row.unit == nil {
			continue
		}
		result := ui.Cell{Status: assessment.Status(row.lack.Verdict)}
		if row.settled {
			result.Sub = i18n.T(ctx, "briefing.plan.state.closed")
		}
		o.Rows = append(o.Rows, ui.Row{Selected: row.ticked, Cells: []ui.Cell{{Body: pickTick(v, row)}, result, {Body: pickDue(v, row)}, {Body: pickCost(v, row)}}})
	}
	return o
}

// mostTabs choose how near to the standard the offered communes are.
func (v *planView) mostTabs(ctx context.Context) ui.TabsOptions {
	o := ui.TabsOptions{Label: i18n.T(ctx, "briefing.plan.offer")}
	for n := 1; n <= 5; n++ {
		o.Tabs = append(o.Tabs, ui.Tab{Text: i18n.T(ctx, "briefing.plan.most", ui.Count(ctx, n)), Href: v.choice.href(ctx, plansPath, "con-thieu", strconv.Itoa(n)), Selected: v.most == n})
	}
	return o
}

// action is where the form goes, and what it carries along.
func (v *planView) action(ctx context.Context) (string, []ui.Hidden) {
	if v.plan != nil {
		return ui.Href(ctx, plansPath+"/"+idText(v.plan.ID)), []ui.Hidden{{Name: fieldVersion, Value: v.plan.ETag()}}
	}
	return ui.Href(ctx, plansPath), []ui.Hidden{{Name: "bo", Value: v.Set.Code}, {Name: "ky", Value: v.Period.ID}, {Name: "con-thieu", Value: strconv.Itoa(v.most)}}
}

func (v *planView) formAction(ctx context.Context) string {
	to, _ := v.action(ctx)
	return to
}

func (v *planView) formHidden(ctx context.Context) []ui.Hidden {
	_, h := v.action(ctx)
	return h
}

func (v *planView) formTitle(ctx context.Context) string {
	if v.plan != nil {
		return i18n.T(ctx, "briefing.plan.edit")
	}
	return i18n.T(ctx, "briefing.plan.new")
}
