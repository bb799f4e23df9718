package territory

import (
	"context"
	"net/http"
	"strings"

	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// Fields of the form that sets one commune.
const (
	fieldCommune      = "xa"
	fieldValue        = "gia-tri"
	fieldDecision     = "quyet-dinh"
	fieldIllustrative = "minh-hoa"
)

// groupsView is the page of commune groups and regions.
type groupsView struct {
	service *Service
	roster  *Roster
	errors  []ui.FieldError
	set     *filled          // the form that sets one commune, as sent; nil = not sent
	report  *AttributeReport // of a file that was looked at
	file    *filled
	etag    string       // of the values as the page shows them
	stale   *fault.Error // somebody wrote meanwhile, or the form did not say what was seen
}

func (s *Service) groupsPage(r *web.Request) error {
	if err := mustChange(r.Context()); err != nil {
		return err
	}
	if r.URL.Query().Get("dinh-dang") == "csv" {
		b, err := s.AttributesFile(r.Context())
		if err != nil {
			return err
		}
		return r.SendFile(web.CSV, "nhom-xa.csv", b)
	}
	return s.showGroups(r, http.StatusOK, &groupsView{})
}

func (s *Service) showGroups(r *web.Request, status int, v *groupsView) error {
	ctx := r.Context()
	if err := v.look(ctx, s); err != nil {
		return err
	}
	roster, err := s.Today(ctx)
	if err != nil {
		return err
	}
	v.roster = roster
	v.service = s
	r.W.Header().Set("ETag", `"`+v.etag+`"`)
	title := v.answer(ctx)
	f := ui.Frame{Title: title, Shell: ui.Desk, Active: navGroups, Crumbs: []ui.Crumb{{Text: r.T("territory.nav.groups")}}, Errors: v.errors, Illustrative: v.illustrative()}
	return r.Render(status, f, groupsBody(v))
}

// look notes which state the page shows, before anything of it is read: what somebody writes in between is refused then,
// never lost.
func (v *groupsView) look(ctx context.Context, s *Service) (err error) {
	if v.etag == "" {
		v.etag, err = s.AttributesETag(ctx)
	}
	return err
}

// changeGroups sets one commune, or takes a file: first it is looked at, then written.
func (s *Service) changeGroups(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	v := &groupsView{}
	if err := v.look(ctx, s); err != nil {
		return err
	}
	f, err := readForm(r, maxParked)
	if err == nil && f.get(fieldDo) == doSet {
		v.set = f
		return s.setGroup(r, v)
	}
	var rep *AttributeReport
	var o AttributeOptions
	if err == nil {
		o = AttributeOptions{DryRun: f.get(fieldDo) != doWrite, Illustrative: f.get(fieldIllustrative) != ""}
		v.file = f
		if err = f.need(); err == nil {
			rep, err = s.ChangeAttributes(ctx, f.file, o, f.seen(r))
		}
	}
	wrong, again := shownAgain(r, err)
	if again && outdated(wrong) {
		v.stale = wrong
		o.DryRun = true
		if v.report, err = s.ChangeAttributes(ctx, f.file, o, ""); err != nil {
			return err
		}
		return s.showGroups(r, web.Status(wrong.Code), v)
	}
	if again {
		v.errors = fieldErrors(ctx, wrong.At(fieldFile), fieldFile)
		v.file = nil
		return s.showGroups(r, web.Status(wrong.Code), v)
	}
	if err != nil {
		return err
	}
	if f.get(fieldDo) == doWrite && len(rep.Errors) == 0 {
		r.Flash("ok", rep.sum(ctx, false))
		return r.See(groupsPath)
	}
	v.report = rep
	status := http.StatusOK
	if len(rep.Errors) > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.showGroups(r, status, v)
}

func (s *Service) setGroup(r *web.Request, v *groupsView) error {
	ctx := r.Context()
	attribute, value, _ := strings.Cut(v.set.get(fieldValue), "=")
	rep, err := s.SetAttribute(ctx, v.set.get(fieldCommune), Attribute(attribute), value, v.set.get(fieldDay), v.set.get(fieldDecision), AttributeOptions{Illustrative: v.set.get(fieldIllustrative) != ""}, v.set.seen(r))
	if wrong, again := shownAgain(r, err); again && outdated(wrong) {
		v.stale = wrong
		return s.showGroups(r, web.Status(wrong.Code), v)
	}
	if err != nil {
		return err
	}
	if len(rep.Errors) == 0 {
		r.Flash("ok", rep.sum(ctx, false))
		return r.See(groupsPath)
	}
	for _, e := range rep.Errors {
		field := fieldCommune
		switch e.Code {
		case "territory.attribute_unknown", "territory.attribute_value_unknown":
			field = fieldValue
		case "territory.bad_date":
			field = fieldDay
		case "territory.attribute_no_decision", "territory.attribute_bad_decision":
			field = fieldDecision
		}
		v.errors = append(v.errors, ui.FieldError{Field: field, Text: e.Message})
	}
	return s.showGroups(r, web.Status(fault.Invalid), v)
}

// illustrative reports whether a value on the page is invented.
func (v *groupsView) illustrative() bool {
	for _, u := range v.roster.Communes() {
		for _, a := range v.service.words.attributes() {
			if x, ok := v.roster.AttributeValue(u.ID, a); ok && x.Illustrative {
				return true
			}
		}
	}
	return false
}

// answer is the h1: how many communes have a group.
func (v *groupsView) answer(ctx context.Context) string {
	n := 0
	for _, u := range v.roster.Communes() {
		if v.roster.Attribute(u.ID, CommuneGroup) != "" {
			n++
		}
	}
	return i18n.T(ctx, "territory.groups_answer", ui.Count(ctx, n), ui.Count(ctx, len(v.roster.Communes())))
}

// counts are how many communes have each value of the attribute.
func (v *groupsView) counts(ctx context.Context, a Attribute) []ui.Definition {
	n := map[string]int{}
	for _, u := range v.roster.Communes() {
		n[v.roster.Attribute(u.ID, a)]++
	}
	var out []ui.Definition
	for _, w := range v.service.words {
		if w.attribute == a && n[w.value] > 0 {
			_, name := v.service.AttributeWords(ctx, a, w.value)
			out = append(out, ui.Definition{Term: name, Text: i18n.T(ctx, "territory.communes_count", ui.Count(ctx, n[w.value]))})
		}
	}
	if n[""] > 0 {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "territory.no_value"), Text: i18n.T(ctx, "territory.communes_count", ui.Count(ctx, n[""]))})
	}
	return out
}

func (v *groupsView) columns(ctx context.Context) []ui.Column {
	out := []ui.Column{{Label: i18n.T(ctx, "territory.name")}}
	for _, a := range v.service.words.attributes() {
		title, _ := v.service.AttributeWords(ctx, a, "")
		out = append(out, ui.Column{Label: title})
	}
	return out
}

func (v *groupsView) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, g := range v.roster.Groups() {
		out = append(out, ui.Row{Heading: i18n.T(ctx, "territory.group_count", groupTitle(ctx, v.roster, g), ui.Count(ctx, len(g.Communes)))})
		for _, u := range g.Communes {
			cells := []ui.Cell{{Text: u.Title(ctx), Href: u.Href(ctx), Sub: u.Code}}
			for _, a := range v.service.words.attributes() {
				cells = append(cells, v.cell(ctx, u, a))
			}
			out = append(out, ui.Row{Cells: cells})
		}
	}
	return out
}

// cell is a value with its decision, its first day, whose it is and the mark of what is invented.
func (v *groupsView) cell(ctx context.Context, u *Unit, a Attribute) ui.Cell {
	x, ok := v.roster.AttributeValue(u.ID, a)
	if !ok || x.Value == "" {
		return ui.Cell{Text: "–"}
	}
	_, name := v.service.AttributeWords(ctx, a, x.Value)
	sub := x.Decision
	if x.From != "" {
		sub = i18n.T(ctx, "territory.decision_since", x.Decision, ui.Date(ctx, x.From))
	}
	if x.Unit != u.ID {
		sub = i18n.T(ctx, "territory.value_of", v.roster.reg.Unit(x.Unit).InText(ctx), sub)
	}
	if x.Illustrative {
		name = "◇ " + name
	}
	return ui.Cell{Text: name, Sub: sub}
}

// communes are the choices of the form that sets one.
func (v *groupsView) communes(ctx context.Context) []ui.Option {
	out := []ui.Option{{Text: i18n.T(ctx, "territory.choose")}}
	for _, u := range v.roster.Communes() {
		out = append(out, ui.Option{Value: u.Code, Text: u.Title(ctx) + " · " + u.Code, Selected: v.sent(fieldCommune) == u.Code})
	}
	return out
}

func (v *groupsView) values(ctx context.Context) []ui.Option {
	out := []ui.Option{{Text: i18n.T(ctx, "territory.choose")}}
	add := func(a Attribute, value, text string) {
		id := string(a) + "=" + value
		out = append(out, ui.Option{Value: id, Text: text, Selected: v.sent(fieldValue) == id})
	}
	for i, w := range v.service.words {
		title, name := v.service.AttributeWords(ctx, w.attribute, w.value)
		add(w.attribute, w.value, title+": "+name)
		if i+1 == len(v.service.words) || v.service.words[i+1].attribute != w.attribute {
			add(w.attribute, "-", title+": "+i18n.T(ctx, "territory.value_ends"))
		}
	}
	return out
}

// sent is what a field of the form held, "" when it was not sent.
func (v *groupsView) sent(name string) string {
	if v.set == nil {
		return ""
	}
	return v.set.get(name)
}

// day is the day that the form proposes.
func (v *groupsView) day() string {
	if v.set != nil {
		return v.set.get(fieldDay)
	}
	return string(v.roster.Date())
}

// marked are the choices of the box that says that values are invented.
func marked(ctx context.Context, f *filled) []ui.Option {
	return []ui.Option{{Value: "1", Text: i18n.T(ctx, "territory.not_official"), Selected: f != nil && f.get(fieldIllustrative) != ""}}
}

func (v *groupsView) problems(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, e := range v.report.Errors[:min(len(v.report.Errors), maxShown)] {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: i18n.T(ctx, "territory.row_n", e.Line)}, {Text: e.Message}}})
	}
	return out
}

// changes are the values that the file brings, those that end because another follows included.
func (v *groupsView) changes(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, x := range v.report.changed[:min(len(v.report.changed), maxShown)] {
		title, name := v.service.AttributeWords(ctx, x.Attribute, x.Value)
		if x.Value == "" {
			name = i18n.T(ctx, "territory.value_ends")
		}
		life := i18n.T(ctx, "territory.life_since", ui.Date(ctx, x.From))
		if x.To != "" {
			life = ui.Date(ctx, x.From) + "–" + ui.Date(ctx, x.To)
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: v.roster.reg.Unit(x.Unit).Title(ctx)}, {Text: title + ": " + name}, {Text: life}, {Text: x.Decision}}})
	}
	return out
}

func (v *groupsView) changeColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "territory.name")}, {Label: i18n.T(ctx, "territory.value")}, {Label: i18n.T(ctx, "territory.period_of_life"), Narrow: true}, {Label: i18n.T(ctx, "territory.decision")}}
}

func problemColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "territory.place"), Narrow: true}, {Label: i18n.T(ctx, "territory.problem")}}
}
