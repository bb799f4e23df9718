package assessment

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
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
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// Fields of the upload form.
const (
	fieldSet    = "bo"
	fieldPeriod = "ky"
	fieldFile   = "tep"
)

// recentUploads is how many uploads the list shows.
const recentUploads = 20

// problemsSize is how many refused values and remarks stand on a page.
const problemsSize = 50

// uploadView is the upload form with the uploads before it.
type uploadView struct {
	sets   []ui.Option
	period string
	likely []territory.Period
	recent []*Batch
	names  map[string]string // set code → short name
	wrong  *fault.Error
}

// mustImport refuses who brings in results nowhere, and says who does.
func mustImport(ctx context.Context) error {
	err := auth.RequireAnywhere(ctx, auth.ImportResults)
	if fault.Is(err, fault.Forbidden) {
		return fault.New(fault.Forbidden, "assessment.who_may_import")
	}
	return err
}

func (s *Service) uploadPage(r *web.Request) error {
	if err := mustImport(r.Context()); err != nil {
		return err
	}
	return s.showUpload(r, http.StatusOK, chosen(r), nil)
}

func (s *Service) showUpload(r *web.Request, status int, c choice, wrong *fault.Error) error {
	ctx := r.Context()
	v, err := s.uploadView(ctx, c)
	if err != nil {
		return err
	}
	v.wrong = wrong
	var senders []string
	for _, b := range v.recent {
		senders = append(senders, b.Actor)
	}
	if err := r.Introduce(senders...); err != nil {
		return err
	}
	title := r.T("assessment.upload_title")
	f := ui.Frame{Title: title, Shell: ui.Desk, Active: navImport, Crumbs: []ui.Crumb{{Text: title}}}
	if wrong != nil {
		f.Errors = []ui.FieldError{{Field: v.wrongField(), Text: i18n.T(ctx, wrong.Key, wrong.Args...)}}
	}
	return r.Render(status, f, uploadBody(v))
}

func (s *Service) uploadView(ctx context.Context, c choice) (*uploadView, error) {
	v := &uploadView{names: map[string]string{}}
	var err error
	if v.recent, err = s.Batches(ctx, recentUploads); err != nil {
		return nil, err
	}
	if c.set == "" && c.period == "" { // what this person brought in last comes next, too
		who := auth.Of(ctx).Login
		if i := slices.IndexFunc(v.recent, func(b *Batch) bool { return b.Actor == who }); i >= 0 {
			c.set, c.period = v.recent[i].Set, v.recent[i].Period.ID
		}
	}
	v.period = c.period
	if c.set == "" {
		code, err := s.DefaultSet(ctx)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		c.set = code
	}
	sets, err := s.sets.Sets(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range sets {
		v.names[x.Code] = vntext.Capital(setName(ctx, x))
		v.sets = append(v.sets, ui.Option{Value: x.Code, Text: v.names[x.Code], Selected: x.Code == c.set})
	}
	v.likely = likelyPeriods(territory.NewestClosed(s.clock.Today()))
	if v.period == "" {
		v.period = v.likely[0].ID
	}
	return v, nil
}

// likelyPeriods are the periods that offices report now: the newest closed quarter, the one before it, the last half-year
// by its month, the last year.
func likelyPeriods(newest territory.Period) []territory.Period {
	out := []territory.Period{newest}
	year := newest.AsOf.Year()
	ids := []string{territory.NewestClosed(newest.From).ID, fmt.Sprintf("%04d-06", year), strconv.Itoa(year - 1)}
	if string(newest.AsOf[5:7]) < "06" {
		ids[1] = fmt.Sprintf("%04d-12", year-1)
	}
	for _, id := range ids {
		if p, err := territory.ParsePeriod(id); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// upload reads the form and the file part by part, so that nothing of a file that is too large is kept anywhere.
func (s *Service) upload(r *web.Request) error {
	if err := mustImport(r.Context()); err != nil {
		return err
	}
	q, err := readUpload(r)
	if err == nil {
		var id int64
		if id, err = s.Preview(r.Context(), q); err == nil {
			return r.See(importPath + "/" + strconv.FormatInt(id, 10))
		}
	}
	f := fault.As(err)
	switch f.Code {
	case fault.Invalid, fault.TooLarge, fault.NotFound:
	default:
		return err
	}
	if web.WantsJSON(r.Request) {
		return err
	}
	status := web.Status(f.Code)
	if f.Code == fault.NotFound { // a set or period that is not there is a wrong field, not a wrong address
		status = http.StatusUnprocessableEntity
	}
	return s.showUpload(r, status, choice{set: q.Set, period: q.Period}, f)
}

// readUpload reads the parts of the form. A file beyond the limit is read no further than one byte above it.
func readUpload(r *web.Request) (q ImportRequest, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return q, fault.New(fault.Invalid, "assessment.form_unreadable").Because(err)
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err == nil {
			err = q.take(part)
		}
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return q, fault.New(fault.TooLarge, "assessment.problem.file_too_large").At(fieldFile)
		}
		if err != nil {
			if f := fault.As(err); f.Code != fault.Internal {
				return q, f
			}
			return q, fault.New(fault.Invalid, "assessment.form_unreadable").Because(err)
		}
	}
	switch {
	case q.FileName == "" && len(q.File) == 0:
		return q, fault.New(fault.Invalid, "assessment.choose_file").At(fieldFile)
	case q.Period == "":
		return q, fault.New(fault.Invalid, "assessment.choose_period").At(fieldPeriod)
	}
	p, err := territory.ParsePeriodWords(q.Period)
	if err != nil {
		return q, fault.As(err).At(fieldPeriod)
	}
	q.Period = p.ID
	return q, nil
}

// take reads one part of the form into the request.
func (q *ImportRequest) take(p *multipart.Part) error {
	switch p.FormName() {
	case fieldSet, fieldPeriod:
		b, err := io.ReadAll(io.LimitReader(p, 200))
		if err != nil {
			return err
		}
		if p.FormName() == fieldSet {
			q.Set = strings.TrimSpace(string(b))
		} else {
			q.Period = strings.TrimSpace(string(b))
		}
	case fieldFile:
		q.FileName = web.FileName(p.FileName())
		b, err := io.ReadAll(io.LimitReader(p, xlsx.MaxBytes+1))
		if err != nil {
			return err
		}
		if len(b) > xlsx.MaxBytes {
			return fault.New(fault.TooLarge, "assessment.problem.file_too_large").At(fieldFile)
		}
		q.File = b
	}
	return nil
}

func (v *uploadView) wrongField() string {
	if v.wrong.Field != "" {
		return v.wrong.Field
	}
	if v.wrong.Code == fault.NotFound {
		return fieldSet
	}
	return fieldFile
}

// errorOf is the refusal of one field, "" when it is fine.
func (v *uploadView) errorOf(ctx context.Context, name string) string {
	if v.wrong == nil || v.wrongField() != name {
		return ""
	}
	return i18n.T(ctx, v.wrong.Key, v.wrong.Args...)
}

// suggestions are the likely periods, for the list below the field.
func (v *uploadView) suggestions(ctx context.Context) string {
	var ids []string
	for _, p := range v.likely {
		ids = append(ids, p.ID+" ("+p.Title(ctx)+")")
	}
	return strings.Join(ids, ", ")
}

func (v *uploadView) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, b := range v.recent {
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: nameOr(ctx, b.FileName), Href: ui.Href(ctx, importPath+"/"+strconv.FormatInt(b.ID, 10)), Sub: v.names[b.Set]},
			{Text: PeriodName(ctx, b.Period)},
			{Text: i18n.T(ctx, "assessment.batch."+b.State)},
			{Text: ui.Count(ctx, b.Report.Rows)}, {Text: ui.Count(ctx, len(b.Report.Errors))},
			{Text: ui.DateTime(ctx, clock.Instant(b.AtMS)), Sub: ui.Person(ctx, b.Actor)},
		}})
	}
	return out
}

func (v *uploadView) heads(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "assessment.file")}, {Label: i18n.T(ctx, "assessment.period")}, {Label: i18n.T(ctx, "assessment.state")},
		{Label: i18n.T(ctx, "assessment.values"), Num: true}, {Label: i18n.T(ctx, "assessment.refused"), Num: true}, {Label: i18n.T(ctx, "assessment.when"), Narrow: true}}
}

func nameOr(ctx context.Context, s string) string {
	if s == "" {
		return i18n.T(ctx, "assessment.file_without_name")
	}
	return s
}

// batchView is an upload between preview and decision, or afterwards.
type batchView struct {
	*Batch
	set   *criteria.Set
	lines []problemLine
	only  string // "tu-choi" | "canh-bao" | ""
	sheet web.Sheet
}

// problemLine is a refused place or a remark.
type problemLine struct {
	ReportLine
	refused bool
}

func batchID(r *web.Request) (int64, error) {
	id, err := strconv.ParseInt(r.PathValue("lo"), 10, 64)
	if err != nil {
		return 0, fault.New(fault.NotFound, "web.not_found")
	}
	return id, nil
}

func batchPath(id int64) string { return importPath + "/" + strconv.FormatInt(id, 10) }

func (s *Service) batchPage(r *web.Request) error {
	ctx := r.Context()
	if err := mustImport(ctx); err != nil {
		return err
	}
	id, err := batchID(r)
	if err != nil {
		return err
	}
	b, err := s.Batch(ctx, id)
	if err != nil {
		return err
	}
	set, err := s.sets.Current(ctx, b.Set)
	if err != nil {
		return err
	}
	v := newBatchView(b, r.URL.Query().Get("loai"))
	v.set = set
	v.sheet = r.Sheet(len(v.lines), problemsSize)
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navImport, Crumbs: []ui.Crumb{{Text: r.T("assessment.upload_title"), Href: r.Href(importPath)}, {Text: nameOr(ctx, b.FileName)}}}
	return r.Render(http.StatusOK, f, batchBody(v))
}

// newBatchView lists the refused places of an upload, then the remarks.
func newBatchView(b *Batch, only string) *batchView {
	v := &batchView{Batch: b, only: only}
	if only != "canh-bao" {
		for _, l := range b.Report.Errors {
			v.lines = append(v.lines, problemLine{l, true})
		}
	}
	if only != "tu-choi" {
		for _, l := range b.Report.Warnings {
			v.lines = append(v.lines, problemLine{l, false})
		}
	}
	return v
}

// commitBatch writes what can be written. The button of an upload with refusals says how many values it writes and sends
// "mot-phan"; without it a refusal that was not on the page writes nothing.
func (s *Service) commitBatch(r *web.Request) error {
	ctx := r.Context()
	if err := mustImport(ctx); err != nil {
		return err
	}
	id, err := batchID(r)
	if err != nil {
		return err
	}
	if err := readForm(r); err != nil {
		return err
	}
	rep, err := s.Commit(ctx, id, r.PostForm.Get("mot-phan") == "1")
	if f := fault.As(err); err != nil && f.Code == fault.Invalid && !web.WantsJSON(r.Request) {
		r.Flash("error", i18n.T(ctx, f.Key, f.Args...))
		return r.See(batchPath(id))
	}
	if err != nil {
		return err
	}
	r.Flash("ok", r.T("assessment.batch_done", ui.Count(ctx, rep.Created+rep.Updated)))
	return r.See(batchPath(id))
}

func (s *Service) dropBatch(r *web.Request) error {
	ctx := r.Context()
	if err := mustImport(ctx); err != nil {
		return err
	}
	id, err := batchID(r)
	if err != nil {
		return err
	}
	if err := s.Drop(ctx, id); err != nil {
		return err
	}
	r.Flash("ok", r.T("assessment.batch_dropped"))
	return r.See(importPath)
}

func (s *Service) refusedValues(r *web.Request) error {
	ctx := r.Context()
	if err := mustImport(ctx); err != nil {
		return err
	}
	id, err := batchID(r)
	if err != nil {
		return err
	}
	b, err := s.Batch(ctx, id)
	if err != nil {
		return err
	}
	body, err := s.RefusalFile(ctx, id)
	if err != nil {
		return err
	}
	return r.SendFile(web.XLSX, r.T("assessment.refusal_file", strings.TrimSuffix(nameOr(ctx, b.FileName), ".xlsx"))+".xlsx", body)
}

func (v *batchView) pending() bool { return v.State == "pending" }

// answer is the h1: what can be written, or was.
func (v *batchView) answer(ctx context.Context) string {
	n, bad := ui.Count(ctx, v.Report.Rows), len(v.Report.Errors)
	switch {
	case v.State == "dropped":
		return i18n.T(ctx, "assessment.answer.batch_dropped")
	case v.State == "written":
		return i18n.T(ctx, "assessment.answer.batch_written", ui.Count(ctx, v.Report.Created+v.Report.Updated))
	case bad > 0:
		return i18n.T(ctx, "assessment.answer.batch_refused", n, ui.Count(ctx, bad))
	}
	return i18n.T(ctx, "assessment.answer.batch", n)
}

func (v *batchView) head(ctx context.Context) ui.PageHeadOptions {
	o := ui.PageHeadOptions{Title: v.answer(ctx), Over: i18n.T(ctx, "assessment.over.batch", nameOr(ctx, v.FileName)), AsOf: vntext.Capital(setName(ctx, v.set)) + " · " + v.Period.Title(ctx)}
	if v.pending() {
		o.Lead = i18n.T(ctx, "assessment.nothing_written")
	}
	return o
}

func (v *batchView) steps(ctx context.Context) []ui.Step {
	preview, write := ui.StepCurrent, ui.StepTodo
	if v.State == "written" {
		preview, write = ui.StepDone, ui.StepDone
	}
	return []ui.Step{{Text: i18n.T(ctx, "assessment.step.upload"), State: ui.StepDone, Href: ui.Href(ctx, importPath)}, {Text: i18n.T(ctx, "assessment.step.preview"), State: preview}, {Text: i18n.T(ctx, "assessment.step.write"), State: write}}
}

// counts are everything that was found in the file.
func (v *batchView) counts(ctx context.Context) []ui.FigureOptions {
	r := &v.Report
	fig := func(key string, n int) ui.FigureOptions {
		return ui.FigureOptions{Label: i18n.T(ctx, "assessment.count."+key), N: n}
	}
	values := fig("values", r.Rows)
	values.Change = i18n.T(ctx, "assessment.count.changes", ui.Count(ctx, r.Created), ui.Count(ctx, r.Updated), ui.Count(ctx, r.Unchanged))
	if v.State == "written" {
		values = fig("written", r.Created+r.Updated)
		values.Change = i18n.T(ctx, "assessment.count.unchanged", ui.Count(ctx, r.Unchanged))
	}
	refused := fig("refused", len(r.Errors))
	warned := fig("warned", len(r.Warnings))
	blank := fig("blank", r.Blank)
	blank.Change = i18n.T(ctx, "assessment.count.blank_means")
	dash := fig("dash", r.NotApplicable)
	dash.Change = i18n.T(ctx, "assessment.count.dash_means")
	return []ui.FigureOptions{values, refused, warned, blank, dash}
}

// ignored says what of the file was understood as context, "" for nothing.
func (v *batchView) ignored(ctx context.Context) string {
	i := v.Report.Ignored
	var parts []string
	for _, p := range []struct {
		key string
		n   int
	}{{"rows", i.Rows}, {"columns", i.Columns}, {"sheets", i.Sheets}} {
		if p.n > 0 {
			parts = append(parts, i18n.T(ctx, "assessment.count.ignored_"+p.key, ui.Count(ctx, p.n)))
		}
	}
	if len(parts) == 0 {
		return ""
	}
	return i18n.T(ctx, "assessment.count.ignored", strings.Join(parts, ", "))
}

func (v *batchView) hidden() []ui.Hidden {
	if len(v.Report.Errors) > 0 {
		return []ui.Hidden{{Name: "mot-phan", Value: "1"}}
	}
	return nil
}

func (v *batchView) href(ctx context.Context, rest string) string {
	return ui.Href(ctx, batchPath(v.ID)+rest)
}

func (v *batchView) tabs(ctx context.Context) ui.TabsOptions {
	tab := func(key, only string, n int) ui.Tab {
		to := v.href(ctx, "")
		if only != "" {
			to += "?loai=" + only
		}
		return ui.Tab{Text: i18n.T(ctx, key), Count: ui.Count(ctx, n), Href: to + "#vuong-mac", Selected: v.only == only}
	}
	bad, warned := len(v.Report.Errors), len(v.Report.Warnings)
	return ui.TabsOptions{Label: i18n.T(ctx, "assessment.filter"), Tabs: []ui.Tab{
		tab("assessment.all", "", bad+warned), tab("assessment.refused", "tu-choi", bad), tab("assessment.warned", "canh-bao", warned)}}
}

func (v *batchView) heads(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "assessment.place")}, {Label: i18n.T(ctx, "assessment.commune")}, {Label: itemLabel(ctx, v.set), Narrow: true},
		{Label: i18n.T(ctx, "assessment.in_file")}, {Label: i18n.T(ctx, "assessment.problem")}}
}

func (v *batchView) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, l := range v.lines[v.sheet.From:v.sheet.To] {
		raw := ""
		if l.Raw != "" {
			raw = "“" + l.Raw + "”"
		}
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: l.placeText(ctx), Sub: l.Sheet}, {Text: ui.Dash(unbroken(l.Unit))}, {Text: ui.Dash(v.itemText(ctx, l.Indicator))}, {Text: ui.Dash(raw)}, {Body: problemText(l)},
		}})
	}
	return out
}

// itemText is the item of a place: a criterion by word and number, so that it is not read as an indicator.
func (v *batchView) itemText(ctx context.Context, id string) string {
	if item, err := ItemNamed(v.set, id); err == nil && item.Criterion {
		return ItemWords(ctx, item)
	}
	return id
}

// placeText is where in the sheet: "ô D12", "dòng 12", "cả tệp".
func (l problemLine) placeText(ctx context.Context) string {
	switch {
	case l.Row == 0:
		return i18n.T(ctx, "assessment.whole_file")
	case l.Column == "":
		return i18n.T(ctx, "assessment.row_n", l.Row)
	}
	return i18n.T(ctx, "assessment.cell_n", l.Column+strconv.Itoa(l.Row))
}

func (v *batchView) pager(ctx context.Context) *ui.PagerOptions {
	return v.sheet.Pager(i18n.T(ctx, "assessment.problems_noun"), func(page string) string {
		to := v.href(ctx, "") + "?trang=" + page
		if v.only != "" {
			to += "&loai=" + v.only
		}
		return to + "#vuong-mac"
	})
}

// boardHref leads to the province with the set and period of the upload, for who sees it.
func (v *batchView) boardHref(ctx context.Context) string {
	return choice{set: v.Set, period: v.Period.ID}.href(ctx, provincePath)
}

// againHref leads to the form for a file of the same set and period.
func (v *batchView) againHref(ctx context.Context) string {
	return choice{set: v.Set, period: v.Period.ID}.href(ctx, importPath)
}

// draftsOnly reports whether what this reader writes waits for somebody's confirmation.
func draftsOnly(ctx context.Context) bool { return !auth.Of(ctx).MayAnywhere(auth.VerifyResults) }
