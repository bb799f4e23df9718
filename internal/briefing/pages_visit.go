package briefing

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"net/http"
	"net/url"
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

// visitView is the sheet for a visit to one commune.
type visitView struct {
	card   *assessment.Scorecard
	choice choice
	near   []Near
	tasks  []Task
	may    bool // the reader may send notes
	boxes  []box
	due    string
	wrong  *fault.Error
	owner  string // whose notes the device keeps apart
}

// box is one place to write on: below a gap, or for the commune as a whole.
type box struct {
	near   *Near
	key    string // of the item, "" = the commune as a whole
	client string
	text   string
}

// boxesShown bounds the gaps of one sheet; the rest is named in one line.
const boxesShown = 60

func (s *Service) visitPage(r *web.Request) error {
	v, err := s.visitView(r, r.URL.Query())
	if err != nil {
		return err
	}
	return s.showVisit(r, http.StatusOK, v)
}

func (s *Service) showVisit(r *web.Request, status int, v *visitView) error {
	if err := r.Introduce(v.card.Writers()...); err != nil {
		return err
	}
	ctx := r.Context()
	o := ui.Frame{Title: i18n.T(ctx, "briefing.visit.title", v.card.Unit.Title(ctx)), Active: navNext, Errors: errorsOf(ctx, v.wrong), Crumbs: []ui.Crumb{
		{Text: r.T("briefing.nav.next"), Href: v.choice.href(ctx, nextPath)}, {Text: v.card.Unit.Title(ctx), Href: unitHref(ctx, v.choice, v.card.Unit)}, {Text: r.T("briefing.visit.short")}}}
	return s.page(r, status, v.card.Frame, o, visitPath+"/"+v.card.Unit.Slug(), visitBody(v))
}

// visitView reads the commune that the address names. Without a chosen period it is the default one.
func (s *Service) visitView(r *web.Request, q url.Values) (*visitView, error) {
	return still(r.Context(), s.db, func(ctx context.Context) (*visitView, error) { return s.readVisit(ctx, r.PathValue("xa"), q) })
}

func (s *Service) readVisit(ctx context.Context, slug string, q url.Values) (*visitView, error) {
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	u, candidates, err := s.units.Resolve(ctx, slug)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, fault.New(fault.NotFound, "briefing.no_commune_called", candidates[0].Code)
	}
	v := &visitView{choice: choice{q.Get("bo"), q.Get("ky")}, owner: strconv.FormatInt(auth.Of(ctx).ID, 10)}
	if v.card, err = s.results.Scorecard(ctx, u.ID, v.choice.set, v.choice.period); err != nil {
		return nil, err
	}
	if v.tasks, err = s.Tasks(ctx, TaskOpen, u.ID); err != nil {
		return nil, err
	}
	v.may = auth.Of(ctx).May(auth.WorkTasks, s.in(v.card.Register, u.ID))
	v.near = ByNearness(nearOf(v.card))
	for k := range v.near[:min(len(v.near), boxesShown)] {
		v.boxes = append(v.boxes, box{near: &v.near[k], key: itemKey(v.near[k].Cell.Item)})
	}
	v.boxes = append(v.boxes, box{})
	for k := range v.boxes {
		v.boxes[k].client = newClient()
	}
	return v, nil
}

// newClient is an id for a note of a page that no script helps.
func newClient() string { return "s-" + rand.Text() }

// Fields of the sheet, one of each per box.
const (
	fieldItem   = "muc"
	fieldClient = "ma"
)

// sendVisit turns what was written into tasks. Programs, and the script of the sheet, get a count back.
func (s *Service) sendVisit(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	if err := readForm(r, planForm); err != nil {
		return err
	}
	f := r.PostForm
	v, err := s.visitView(r, f)
	if err != nil {
		return err
	}
	var notes []Note
	items, clients, texts := f[fieldItem], f[fieldClient], f[fieldNote]
	if len(items) != len(texts) || len(clients) != len(texts) {
		return fault.New(fault.Invalid, "briefing.form_unreadable")
	}
	for k, text := range texts {
		if strings.TrimSpace(text) != "" {
			notes = append(notes, Note{ClientID: clients[k], Unit: v.card.Unit.ID, Set: v.card.Set.Code, Item: itemOf(items[k]), Body: text, Due: clock.Date(f.Get(fieldDay))})
		}
	}
	if len(notes) == 0 {
		err = fault.New(fault.Invalid, "briefing.visit.no_note").At(fieldNote)
	}
	var sent Sent
	if err == nil {
		sent, err = s.SendNotes(ctx, notes)
	}
	if w, again := refused(r, err); again {
		v.wrong, v.due = w, f.Get(fieldDay)
		for k := range v.boxes {
			for i, key := range items {
				if key == v.boxes[k].key {
					v.boxes[k].text, v.boxes[k].client = texts[i], clients[i]
				}
			}
		}
		return s.showVisit(r, statusOf(w), v)
	}
	if err != nil {
		return err
	}
	if web.WantsJSON(r.Request) {
		r.W.Header().Set("Content-Type", "application/json")
		r.W.Header().Set("Cache-Control", "no-store")
		return json.NewEncoder(r.W).Encode(map[string]int{"created": sent.Created, "changed": sent.Changed, "again": sent.Again})
	}
	r.Flash("ok", r.T("briefing.visit.sent", sent.Created+sent.Changed+sent.Again))
	return r.See(v.choice.path(visitPath + "/" + v.card.Unit.Slug()))
}

func (v *visitView) head(ctx context.Context) ui.PageHeadOptions {
	u := v.card.Unit
	title := i18n.T(ctx, "briefing.visit.answer", u.Title(ctx), ui.Count(ctx, len(v.near)))
	if len(v.near) == 0 {
		title = i18n.T(ctx, "briefing.next.unit_none", u.Title(ctx))
	}
	return ui.PageHeadOptions{Over: i18n.T(ctx, "briefing.visit.short"), Title: title, AsOf: v.card.Basis(ctx), Origin: ui.WorkedOut(ctx),
		Actions: []ui.LinkButtonOptions{{Text: i18n.T(ctx, "briefing.scorecard"), Href: v.choice.href(ctx, scorecardsPath+"/"+u.Slug()), Kind: ui.Quiet}}}
}

func (v *visitView) rest(ctx context.Context) string {
	if len(v.near) <= boxesShown {
		return ""
	}
	return i18n.T(ctx, "briefing.visit.rest", ui.Count(ctx, len(v.near)-boxesShown))
}

// facts are value, level, distance and source of a gap.
func (b *box) facts(ctx context.Context, f *assessment.Frame) []ui.Definition {
	w := b.near.Cell.Words(ctx)
	var out []ui.Definition
	add := func(key, text string) {
		if text != "" {
			out = append(out, ui.Definition{Term: i18n.T(ctx, key), Text: text})
		}
	}
	value := ui.Dash(w.Value)
	if w.State != "" {
		value += " (" + w.State + ")"
	}
	add("briefing.value", value)
	needs := w.Needs
	if w.Mark != "" && needs != "" {
		needs += " (" + w.Mark + ")"
	}
	add("briefing.needs", needs)
	if w.Distance != "" {
		add("briefing.distance", w.Distance)
	} else {
		add("briefing.why", w.Why)
	}
	add("briefing.source", w.Recorded)
	add("briefing.lead", f.Lead(ctx, leadOf(f.Set, b.near.Cell.Item)))
	return out
}

// itemTitle heads a box.
func (b *box) itemTitle(ctx context.Context, f *assessment.Frame) string {
	return vntext.Capital(assessment.ItemWords(ctx, b.near.Cell.Item)) + ". " + f.ItemTitle(ctx, b.near.Cell.Item)
}

// tasksView is the list of tasks.
type tasksView struct {
	reg    *territory.Register
	choice choice
	state  TaskState
	list   []Task
	sheet  web.Sheet
	other  int // tasks in the other state
}

func (s *Service) tasksPage(r *web.Request) error {
	ctx := r.Context()
	v := &tasksView{choice: chosen(r), state: TaskOpen}
	other := TaskDone
	if r.URL.Query().Get("trang-thai") == "xong" {
		v.state, other = TaskDone, TaskOpen
	}
	f, err := still(ctx, s.db, func(ctx context.Context) (f *assessment.Frame, err error) {
		if v.list, err = s.Tasks(ctx, v.state, 0); err != nil {
			return nil, err
		}
		rest, err := s.Tasks(ctx, other, 0)
		if err != nil {
			return nil, err
		}
		v.other = len(rest)
		return s.results.Frame(ctx, v.choice.set, v.choice.period)
	})
	if err != nil {
		return err
	}
	v.sheet = r.Sheet(len(v.list), pageSize)
	v.reg = f.Register
	if err := r.Introduce(v.people()...); err != nil {
		return err
	}
	o := ui.Frame{Title: v.answer(ctx), Active: navTasks, Crumbs: []ui.Crumb{{Text: r.T("briefing.nav.tasks")}}}
	return s.page(r, http.StatusOK, f, o, tasksPath, tasksBody(v))
}

// people are the logins of those who noted or closed the tasks that the page lists.
func (v *tasksView) people() (out []string) {
	for _, t := range v.list[v.sheet.From:v.sheet.To] {
		out = append(out, t.Author, t.ClosedBy)
	}
	return out
}

func (s *Service) moveTaskPage(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.WorkTasks); err != nil {
		return err
	}
	id, err := number(r, "so", "task")
	if err != nil {
		return err
	}
	if err := readForm(r, smallForm); err != nil {
		return err
	}
	to, done := TaskDone, "briefing.task.closed"
	if r.PostForm.Get(fieldDo) == "mo-lai" {
		to, done = TaskOpen, "briefing.task.reopened"
	}
	if err := s.MoveTask(ctx, id, to); err != nil {
		return err
	}
	r.Flash("ok", r.T(done))
	return r.See(tasksPath)
}

func (v *tasksView) answer(ctx context.Context) string {
	if v.state == TaskDone {
		return i18n.T(ctx, "briefing.task.done_answer", ui.Count(ctx, len(v.list)))
	}
	if len(v.list) == 0 {
		return i18n.T(ctx, "briefing.task.none")
	}
	return i18n.T(ctx, "briefing.task.answer", ui.Count(ctx, len(v.list)))
}

func (v *tasksView) tabs(ctx context.Context) ui.TabsOptions {
	open, done := len(v.list), v.other
	if v.state == TaskDone {
		open, done = done, open
	}
	return ui.TabsOptions{Label: i18n.T(ctx, "briefing.task.filter"), Tabs: []ui.Tab{
		{Text: i18n.T(ctx, "briefing.task.open"), Count: ui.Count(ctx, open), Href: v.choice.href(ctx, tasksPath), Selected: v.state == TaskOpen},
		{Text: i18n.T(ctx, "briefing.task.done"), Count: ui.Count(ctx, done), Href: v.choice.href(ctx, tasksPath, "trang-thai", "xong"), Selected: v.state == TaskDone}}}
}

func (v *tasksView) table(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "cac-viec", Caption: i18n.T(ctx, "briefing.nav.tasks"), CaptionHidden: true, Columns: []ui.Column{{Label: i18n.T(ctx, "briefing.commune")}, {Label: i18n.T(ctx, "briefing.task.what")}, {Label: i18n.T(ctx, "briefing.task.who"), Narrow: true},
		{Label: i18n.T(ctx, "briefing.task.due"), Narrow: true}, {Label: i18n.T(ctx, "briefing.task.state")}}}
	for k := range v.list[v.sheet.From:v.sheet.To] {
		t := &v.list[v.sheet.From+k]
		u := v.reg.Unit(t.Unit)
		name := ui.Cell{Text: u.Name, Href: ui.Href(ctx, visitPath+"/"+u.Slug())}
		what := ui.Cell{Text: t.Body}
		if t.Item.ID != "" {
			what.Sub = vntext.Capital(assessment.ItemWords(ctx, t.Item))
		}
		who := ui.Cell{Text: ui.Date(ctx, clock.DayOf(t.CreatedMS)), Sub: ui.Person(ctx, t.Author)}
		due := ui.Cell{Text: ui.Dash(ui.Date(ctx, t.Due))}
		if t.State == TaskDone {
			due = ui.Cell{Text: ui.Date(ctx, clock.DayOf(t.ClosedMS)), Sub: ui.Person(ctx, t.ClosedBy)}
		}
		o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{name, what, who, due, {Body: taskButton(t)}}})
	}
	if v.state == TaskDone {
		o.Columns[3].Label = i18n.T(ctx, "briefing.task.closed_on")
	}
	return o
}

func (v *tasksView) pagerHref(ctx context.Context) func(string) string {
	return func(page string) string {
		state := ""
		if v.state == TaskDone {
			state = "xong"
		}
		return v.choice.href(ctx, tasksPath, "trang-thai", state, "trang", page)
	}
}

// taskSource says what a task is about and when it was noted.
func taskSource(ctx context.Context, t Task) string {
	day := ui.Date(ctx, clock.DayOf(t.CreatedMS))
	if t.Item.ID == "" {
		return day
	}
	return assessment.ItemWords(ctx, t.Item) + " · " + day
}
