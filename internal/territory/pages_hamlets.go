package territory

import (
	"context"
	"net/http"
	"slices"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/web"
	"langso/internal/std/xlsx"
)

// Fields of the form about hamlets that the file does not name.
const (
	fieldEnd    = "ket-thuc"
	fieldEndDay = "tu-ngay"
)

// hamletsView is the page of hamlets: of one commune, or of all that the asker holds.
type hamletsView struct {
	today   clock.Date
	mine    []*Unit // commune-level units that the asker holds
	unit    *Unit   // that is shown; nil = all
	hamlets []Hamlet
	counts  map[UnitID]hamletCount
	errors  []ui.FieldError
	report  *HamletReport
	file    *filled
	etag    string       // of the hamlets as the page shows them
	stale   *fault.Error // somebody wrote meanwhile, or the form did not say what was seen
}

// hamletUnits are the commune-level units of a day over which the asker may change hamlets, in Vietnamese order.
func hamletUnits(ctx context.Context, roster *Roster) []*Unit {
	var out []*Unit
	for _, u := range roster.Units() {
		if u.Level == Commune && roster.home(u) && auth.Of(ctx).May(auth.ChangeHamlets, auth.Scope{Units: roster.reg.Scope(u.ID, roster.Date())}) {
			out = append(out, u)
		}
	}
	return out
}

// hamletsView finds out what the asker may see; a unit that the address names must be theirs.
func (s *Service) hamletsView(r *web.Request) (*hamletsView, error) {
	ctx := r.Context()
	roster, err := s.Today(ctx)
	if err != nil {
		return nil, err
	}
	v := &hamletsView{today: roster.Date(), mine: hamletUnits(ctx, roster)}
	if len(v.mine) == 0 {
		err := auth.Require(ctx, auth.ChangeHamlets, auth.Scope{})
		if fault.Is(err, fault.Forbidden) || err == nil {
			err = fault.New(fault.Forbidden, "territory.who_may_hamlets")
		}
		return nil, err
	}
	switch slug := r.URL.Query().Get("xa"); {
	case slug != "":
		i := slices.IndexFunc(roster.Units(), func(u *Unit) bool { return u.Level == Commune && u.Slug() == slug })
		if i < 0 {
			return nil, fault.New(fault.NotFound, "territory.no_such_unit", cut(slug, 40))
		}
		if v.unit = roster.Units()[i]; !slices.Contains(v.mine, v.unit) {
			return nil, fault.New(fault.Forbidden, "territory.who_may_hamlets")
		}
	case len(v.mine) == 1:
		v.unit = v.mine[0]
	}
	v.etag, err = s.HamletsETag(ctx) // before anything of it is read: what somebody writes in between is refused then, never lost
	return v, err
}

func (s *Service) hamletsPage(r *web.Request) error {
	v, err := s.hamletsView(r)
	if err != nil {
		return err
	}
	if r.URL.Query().Get("dinh-dang") == "xlsx" {
		units, name := v.mine, "thon.xlsx"
		if v.unit != nil {
			units, name = []*Unit{v.unit}, "thon-"+v.unit.Code+".xlsx"
		}
		b, err := s.HamletWorkbook(r.Context(), units, v.today)
		if err != nil {
			return err
		}
		return r.SendFile(web.XLSX, name, b)
	}
	return s.showHamlets(r, http.StatusOK, v)
}

func (s *Service) showHamlets(r *web.Request, status int, v *hamletsView) (err error) {
	ctx := r.Context()
	if v.counts, err = countHamlets(ctx, s.db.Read(ctx), v.today); err != nil {
		return err
	}
	if v.unit != nil {
		if v.hamlets, err = s.Hamlets(ctx, v.unit.ID, v.today); err != nil {
			return err
		}
	}
	r.W.Header().Set("ETag", `"`+v.etag+`"`)
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navHamlets, Crumbs: []ui.Crumb{{Text: r.T("territory.hamlets")}}, Errors: v.errors}
	if v.unit != nil && len(v.mine) > 1 {
		f.Crumbs = []ui.Crumb{{Text: r.T("territory.hamlets"), Href: r.Href(hamletsPath)}, {Text: v.unit.Title(ctx)}}
	}
	return r.Render(status, f, hamletsBody(v))
}

// changeHamlets takes a workbook: first it is looked at, then written.
func (s *Service) changeHamlets(r *web.Request) error {
	ctx := r.Context()
	v, err := s.hamletsView(r)
	if err != nil {
		return err
	}
	f, err := readForm(r, maxParked)
	var rep *HamletReport
	if err == nil {
		v.file = f
		rep, err = s.sentHamlets(ctx, f, f.get(fieldDo) != doWrite, f.seen(r))
	}
	wrong, again := shownAgain(r, err)
	if again && outdated(wrong) {
		v.stale = wrong
		if v.report, err = s.sentHamlets(ctx, f, true, ""); err != nil {
			return err
		}
		return s.showHamlets(r, web.Status(wrong.Code), v)
	}
	if again {
		v.errors = fieldErrors(ctx, wrong, fieldFile)
		return s.showHamlets(r, web.Status(wrong.Code), v)
	}
	if err != nil {
		return err
	}
	if f.get(fieldDo) == doWrite && rep.Refused == 0 {
		r.Flash("ok", rep.sum(ctx, false))
		return r.See(v.path())
	}
	v.report = rep
	status := http.StatusOK
	if rep.Refused > 0 {
		status = http.StatusUnprocessableEntity
	}
	return s.showHamlets(r, status, v)
}

// sentHamlets looks at the workbook of a form, or writes it.
func (s *Service) sentHamlets(ctx context.Context, f *filled, trial bool, ifMatch string) (*HamletReport, error) {
	if err := f.need(); err != nil {
		return nil, err
	}
	h := HamletFile{Bytes: f.file, DryRun: trial}
	if f.get(fieldEnd) != "" {
		d, err := s.day(f.get(fieldEndDay))
		if err != nil {
			return nil, fault.As(err).At(fieldEndDay)
		}
		h.Ending = d
	}
	return s.ChangeHamlets(ctx, h, ifMatch)
}

// path is the address of the page as it is shown.
func (v *hamletsView) path() string {
	if v.unit != nil && len(v.mine) > 1 {
		return hamletsPath + "?xa=" + v.unit.Slug()
	}
	return hamletsPath
}

// fileHref is the address of the workbook of what is shown.
func (v *hamletsView) fileHref(ctx context.Context) string {
	sep := "?"
	if v.path() != hamletsPath {
		sep = "&"
	}
	return ui.Href(ctx, v.path()+sep+"dinh-dang=xlsx")
}

// fileText names the workbook: a template while nothing is there.
func (v *hamletsView) fileText(ctx context.Context) string {
	if n, _ := v.shown(); n.hamlets == 0 {
		return i18n.T(ctx, "territory.hamlets_template")
	}
	return i18n.T(ctx, "territory.hamlets_file")
}

// shown are the counts of what is shown.
func (v *hamletsView) shown() (n hamletCount, with int) {
	for _, u := range v.mine {
		c := v.counts[u.ID]
		if v.unit != nil && u != v.unit || c.hamlets == 0 {
			continue
		}
		n.hamlets, n.households, with = n.hamlets+c.hamlets, n.households+c.households, with+1
	}
	return n, with
}

// answer is the h1.
func (v *hamletsView) answer(ctx context.Context) string {
	n, with := v.shown()
	switch {
	case v.unit != nil && n.hamlets == 0:
		return i18n.T(ctx, "territory.hamlets_none", v.unit.Title(ctx))
	case v.unit != nil:
		return i18n.T(ctx, "territory.hamlets_of", v.unit.Title(ctx), ui.Count(ctx, n.hamlets), ui.Count(ctx, n.households))
	}
	return i18n.T(ctx, "territory.hamlets_answer", ui.Count(ctx, with), ui.Count(ctx, len(v.mine)))
}

func (v *hamletsView) columns(ctx context.Context) []ui.Column {
	if v.unit == nil {
		return []ui.Column{{Label: i18n.T(ctx, "territory.name")}, {Label: i18n.T(ctx, "territory.hamlets"), Num: true}, {Label: i18n.T(ctx, "territory.hamlet_column.households"), Num: true}}
	}
	return []ui.Column{{Label: i18n.T(ctx, "territory.hamlet_column.name")}, {Label: i18n.T(ctx, "territory.hamlet_column.kind")}, {Label: i18n.T(ctx, "territory.hamlet_column.households"), Num: true},
		{Label: i18n.T(ctx, "territory.hamlet_column.population"), Num: true}, {Label: i18n.T(ctx, "territory.hamlet_column.from"), Narrow: true}}
}

func (v *hamletsView) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	count := func(n int, known bool) string {
		if !known {
			return "–"
		}
		return ui.Count(ctx, n)
	}
	if v.unit == nil {
		for _, u := range v.mine {
			n := v.counts[u.ID]
			out = append(out, ui.Row{Cells: []ui.Cell{{Text: u.Title(ctx), Href: ui.Href(ctx, hamletsPath+"?xa="+u.Slug()), Sub: u.Code}, {Text: count(n.hamlets, n.hamlets > 0)}, {Text: count(n.households, n.hamlets > 0)}}})
		}
		return out
	}
	for _, h := range v.hamlets {
		from := ui.Date(ctx, h.From)
		if from == "" {
			from = "–"
		}
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: h.Name}, {Text: i18n.T(ctx, "territory.hamlet_kind."+h.Kind)}, {Text: optionalCount(ctx, h.Households)}, {Text: optionalCount(ctx, h.Population)}, {Text: from}}})
	}
	return out
}

func (v *hamletsView) problems(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, e := range v.report.Errors[:min(len(v.report.Errors), maxShown)] {
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: e.place(ctx)}, {Text: e.Message}}})
	}
	return out
}

func (v *hamletsView) changeColumns(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "territory.hamlet_column.name")}, {Label: i18n.T(ctx, "territory.hamlet_column.commune")}, {Label: i18n.T(ctx, "territory.hamlet_column.kind")},
		{Label: i18n.T(ctx, "territory.hamlet_column.households"), Num: true}, {Label: i18n.T(ctx, "territory.hamlet_column.population"), Num: true}, {Label: i18n.T(ctx, "territory.change"), Narrow: true}}
}

// changes are the hamlets that the file makes, changes and ends.
func (v *hamletsView) changes(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, h := range v.report.changes[:min(len(v.report.changes), maxShown)] {
		commune := ""
		for _, u := range v.mine {
			if u.ID == h.Unit {
				commune = u.Title(ctx)
			}
		}
		var when []any // an end has a day
		if h.what == "ended" {
			when = []any{ui.Date(ctx, h.To)}
		}
		what := i18n.T(ctx, "territory.hamlet_change."+h.what, when...)
		out = append(out, ui.Row{Cells: []ui.Cell{{Text: h.Name}, {Text: commune}, {Text: i18n.T(ctx, "territory.hamlet_kind."+h.Kind)}, {Text: optionalCount(ctx, h.Households)}, {Text: optionalCount(ctx, h.Population)}, {Text: what}}})
	}
	return out
}

func optionalCount(ctx context.Context, p *int) string {
	if p == nil {
		return "–"
	}
	return ui.Count(ctx, *p)
}

// missing says what becomes of the hamlets that the file does not name.
func (v *hamletsView) missing(ctx context.Context) string {
	if len(v.report.Missing) == 0 {
		return ""
	}
	key := "territory.hamlets_stay"
	if v.file.get(fieldEnd) != "" {
		key = "territory.hamlets_end"
	}
	return i18n.T(ctx, key, ui.Count(ctx, len(v.report.Missing)))
}

// endDay is the day that the form proposes for what the file does not name.
func (v *hamletsView) endDay() string {
	if v.file != nil && v.file.get(fieldEndDay) != "" {
		return v.file.get(fieldEndDay)
	}
	return string(v.today)
}

func (v *hamletsView) endOptions(ctx context.Context) []ui.Option {
	return []ui.Option{{Value: "1", Text: i18n.T(ctx, "territory.end_missing"), Selected: v.file != nil && v.file.get(fieldEnd) != ""}}
}

// writes reports whether the file that was looked at would change something.
func (v *hamletsView) writes() bool {
	return v.report.Refused == 0 && v.report.Created+v.report.Updated+v.report.Ended > 0
}

// maxWorkbook is the largest workbook that the page takes, for its hint.
const maxWorkbook = min(maxParked, xlsx.MaxBytes)
