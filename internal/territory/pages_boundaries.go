package territory

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
)

// Fields of the form for boundaries.
const (
	fieldSource   = "nguon"
	fieldProperty = "thuoc-tinh"
)

// maxBoundaryUpload is the largest file of boundaries that a request can carry; larger ones come by command line.
const maxBoundaryUpload = 21 << 20

// boundariesView is the page of boundaries.
type boundariesView struct {
	today   clock.Date
	all     int // commune-level units of today
	drawing *Drawing
	sources []OutlineSource
	errors  []ui.FieldError
	file    *filled
	report  *BoundaryReport
	etag    string       // of the files in use as the page shows them
	stale   *fault.Error // somebody wrote meanwhile, or the form did not say what was seen
}

func (s *Service) boundariesPage(r *web.Request) error {
	if err := mustChange(r.Context()); err != nil {
		return err
	}
	return s.showBoundaries(r, http.StatusOK, &boundariesView{})
}

func (s *Service) showBoundaries(r *web.Request, status int, v *boundariesView) (err error) {
	ctx := r.Context()
	if err := v.look(ctx, s); err != nil {
		return err
	}
	r.W.Header().Set("ETag", `"`+v.etag+`"`)
	roster, err := s.Today(ctx)
	if err != nil {
		return err
	}
	v.today = roster.Date()
	for _, u := range roster.Units() {
		if u.Level == Commune && roster.home(u) {
			v.all++
		}
	}
	if v.drawing, _, err = s.Drawing(ctx, v.today, Desk); err != nil {
		return err
	}
	if v.sources, err = s.OutlineSources(ctx); err != nil {
		return err
	}
	var people []string
	for _, o := range v.sources {
		people = append(people, o.Actor)
	}
	if err := r.Introduce(people...); err != nil {
		return err
	}
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navBoundaries, Crumbs: []ui.Crumb{{Text: r.T("territory.nav.boundaries")}}, Errors: v.errors, Illustrative: v.illustrative()}
	return r.Render(status, f, boundariesBody(v))
}

// look notes which state the page shows, before anything of it is read: what somebody writes in between is refused then,
// never lost.
func (v *boundariesView) look(ctx context.Context, s *Service) (err error) {
	if v.etag == "" {
		v.etag, err = s.BoundariesETag(ctx)
	}
	return err
}

// changeBoundaries looks at a file, or stores it.
func (s *Service) changeBoundaries(r *web.Request) error {
	ctx := r.Context()
	if err := mustChange(ctx); err != nil {
		return err
	}
	v := &boundariesView{}
	if err := v.look(ctx, s); err != nil {
		return err
	}
	f, err := readForm(r, maxBoundaryUpload)
	if err == nil {
		v.file = f
		v.report, err = s.sentBoundaries(ctx, f, f.get(fieldDo) != doWrite, f.seen(r))
	}
	wrong, again := shownAgain(r, err)
	if again && outdated(wrong) {
		v.stale = wrong
		if v.report, err = s.sentBoundaries(ctx, f, true, ""); err != nil {
			return err
		}
		return s.showBoundaries(r, web.Status(wrong.Code), v)
	}
	if again {
		field := map[string]string{"source": fieldSource, "at": fieldDay, "code-property": fieldProperty}[wrong.Field]
		v.errors = fieldErrors(ctx, wrong.At(field), fieldFile)
		return s.showBoundaries(r, web.Status(wrong.Code), v)
	}
	if err != nil {
		return err
	}
	status := http.StatusOK
	switch {
	case len(v.report.Errors) > 0:
		status = http.StatusUnprocessableEntity
	case f.get(fieldDo) == doWrite:
		r.Flash("ok", v.report.sum(ctx, false))
		return r.See(boundariesPath)
	}
	return s.showBoundaries(r, status, v)
}

// sentBoundaries looks at the file of a form, or stores it.
func (s *Service) sentBoundaries(ctx context.Context, f *filled, trial bool, ifMatch string) (*BoundaryReport, error) {
	if err := f.need(); err != nil {
		return nil, err
	}
	day, err := s.day(f.get(fieldDay))
	if err != nil {
		return nil, err
	}
	return s.ChangeBoundaries(ctx, BoundaryFile{Name: f.name, Bytes: f.file, At: day, CodeProperty: f.get(fieldProperty), Source: f.get(fieldSource),
		Illustrative: f.get(fieldIllustrative) != "", DryRun: trial}, ifMatch)
}

func (v *boundariesView) illustrative() bool {
	for _, o := range v.sources {
		if o.Illustrative {
			return true
		}
	}
	return false
}

// answer is the h1.
func (v *boundariesView) answer(ctx context.Context) string {
	if v.drawing == nil {
		return i18n.T(ctx, "territory.boundaries_none", ui.Count(ctx, v.all))
	}
	return i18n.T(ctx, "territory.boundaries_answer", ui.Count(ctx, len(v.drawing.Outlines)), ui.Count(ctx, v.all))
}

// viewBox is the frame of the picture.
func (v *boundariesView) viewBox() string {
	return fmt.Sprintf("0 0 %d %d", v.drawing.Width, v.drawing.Height)
}

func (v *boundariesView) sourceColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "territory.boundary_source")}, {Label: i18n.T(ctx, "territory.level")}, {Label: i18n.T(ctx, "territory.day"), Narrow: true},
		{Label: i18n.T(ctx, "territory.units"), Num: true}, {Label: i18n.T(ctx, "territory.loaded")}}
}

func (v *boundariesView) sourceRows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, o := range v.sources {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: o.title(ctx), Sub: o.File}, {Text: i18n.T(ctx, "territory.level."+string(o.Level))}, {Text: ui.Date(ctx, o.On)}, {Text: ui.Count(ctx, o.Units)},
			{Text: ui.DateTime(ctx, time.UnixMilli(o.AtMS)), Sub: ui.Person(ctx, o.Actor)}}})
	}
	return out
}

// lines are the places of a report: what is refused, what should be looked at, what loses its outline, what has none.
func (v *boundariesView) lines(ctx context.Context) []ui.Row {
	var out []ui.Row
	add := func(place, text string) {
		if len(out) < maxShown {
			out = append(out, ui.Row{Cells: []ui.Cell{{Text: place}, {Text: text}}})
		}
	}
	for _, p := range v.report.Errors {
		add(p.place(ctx), p.Message)
	}
	for _, p := range v.report.Renamed {
		add(p.place(ctx), p.Message)
	}
	for _, u := range v.report.Removed {
		add("–", i18n.T(ctx, "territory.boundary_removed", u.FullName, u.Code))
	}
	for _, u := range v.report.Without {
		add("–", i18n.T(ctx, "territory.boundary_without", u.FullName, u.Code))
	}
	return out
}

// sent is what a field of the form held; day proposes today.
func (v *boundariesView) sent(name string) string {
	switch {
	case v.file != nil:
		return v.file.get(name)
	case name == fieldDay:
		return string(v.today)
	}
	return ""
}
