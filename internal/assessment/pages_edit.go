package assessment

import (
	"context"
	"net/http"
	"strings"
	"time"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
)

// Fields of the correction form. ParseFigure and Correct name them in their refusals.
const (
	fieldVersion     = "phien-ban"
	fieldValue       = "gia-tri"
	fieldNumerator   = "tu-so"
	fieldDenominator = "mau-so"
	fieldLevel       = "muc"
	fieldVerdict     = "ket-qua"
	fieldReason      = "ly-do"
	fieldConfirm     = "xac-nhan" // "1" = the value that stands is confirmed as it is
)

// typed is what somebody wrote into the correction form, kept as written.
type typed struct {
	Value, Numerator, Denominator, Level, Verdict, Reason string
}

// figure reads what was typed. A number beside numerator and denominator is refused: one of the two would be lost.
func (t typed) figure() (Figure, error) {
	if strings.TrimSpace(t.Value) != "" && strings.TrimSpace(t.Numerator+t.Denominator) != "" {
		return Figure{}, fault.New(fault.Invalid, "assessment.two_figures").At(fieldValue)
	}
	return ParseFigure(t.Value, t.Numerator, t.Denominator, t.Level, t.Verdict)
}

// valueView is one value of one commune: what stands, how it came to be, and the form to correct it.
type valueView struct {
	card    *Scorecard
	cell    *Cell
	history []HistoryEntry
	choice  choice
	menu    menu
	form    typed
	wrong   *fault.Error // why the form was refused; nil = it was not sent
}

func (s *Service) valuePage(r *web.Request) error {
	v, err := s.valueView(r)
	if err != nil {
		return err
	}
	v.form = typedFrom(v.cell)
	return s.showValue(r, http.StatusOK, v)
}

func (s *Service) showValue(r *web.Request, status int, v *valueView) error {
	var writers []string
	for _, h := range v.history {
		writers = append(writers, h.Version.By)
	}
	if err := r.Introduce(writers...); err != nil {
		return err
	}
	ctx := r.Context()
	u, c := v.card.Unit, v.choice
	f := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navScorecards, Crumbs: []ui.Crumb{
		{Text: v.card.Province(ctx), Href: c.href(ctx, provincePath)},
		{Text: u.Title(ctx), Href: c.href(ctx, scorecardsPath+"/"+u.Slug())},
		{Text: vntext.Capital(ItemWords(ctx, v.cell.Item))},
	}}
	f.Context = v.menu.switches(ctx, v.card.Frame, c, here{path: scorecardsPath + "/" + u.Slug(), keep: []string{"nhom", ""}})
	if v.wrong != nil {
		f.Errors = []ui.FieldError{{Field: v.wrongField(), Text: v.wrongText(ctx)}}
	}
	r.W.Header().Set("ETag", `"`+v.cell.ETag()+`"`)
	return r.Render(status, f, valueBody(v))
}

// valueView reads the value that the address names.
func (s *Service) valueView(r *web.Request) (*valueView, error) {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return nil, err
	}
	u, candidates, err := s.units.Resolve(ctx, r.PathValue("xa"))
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, fault.New(fault.NotFound, "assessment.no_commune", candidates[0].Code)
	}
	c, err := s.pick(ctx, chosen(r), u)
	if err != nil {
		return nil, err
	}
	v := &valueView{choice: c}
	if v.card, err = s.Scorecard(ctx, u.ID, c.set, c.period); err != nil {
		return nil, err
	}
	item, err := ItemNamed(v.card.Set, r.PathValue("chiTieu"))
	if err != nil {
		return nil, s.inWords(ctx, err)
	}
	v.cell = v.card.Cell(item)
	if v.history, err = s.History(ctx, u.ID, v.card.Set.Code, v.card.Period.ID, item.ID); err != nil {
		return nil, err
	}
	v.menu, err = s.menuFor(ctx, v.card.Frame)
	return v, err
}

// correctValue records what the form holds, or confirms the value that stands. A refusal shows the form again with
// everything that was typed: wrong input, a value that somebody else wrote meanwhile, a form without the version it was
// made against.
func (s *Service) correctValue(r *web.Request) error {
	v, err := s.valueView(r)
	if err != nil {
		return err
	}
	ctx := r.Context()
	if !v.cell.MayEdit {
		return fault.New(fault.Forbidden, "assessment.who_may_correct", v.leadBody(ctx))
	}
	if err := readForm(r); err != nil {
		return err
	}
	f := r.PostForm
	v.form = typed{f.Get(fieldValue), f.Get(fieldNumerator), f.Get(fieldDenominator), f.Get(fieldLevel), f.Get(fieldVerdict), f.Get(fieldReason)}
	seen := f.Get(fieldVersion)
	if h := r.Header.Get("If-Match"); h != "" {
		seen = strings.Trim(h, `" `)
	}
	done := "assessment.corrected"
	if v.savesDraft(ctx) {
		done = "assessment.draft_saved"
	}
	confirms := f.Get(fieldConfirm) == "1" && v.confirmable(ctx)
	if confirms {
		done = "assessment.confirmed"
		v.form = typedFrom(v.cell)
		v.form.Reason = r.T("assessment.confirm_reason")
	}
	c := Correction{Unit: v.card.Unit.ID, Set: v.card.Set.Code, Period: v.card.Period.ID, Item: v.cell.Item, Reason: v.form.Reason, IfMatch: seen}
	switch {
	case seen == "": // without a version nothing else matters
	case confirms: // the figure itself, which may be finer than a form can write; it is the one that was seen, or IfMatch is stale
		c.Figure = v.cell.Version.Figure
	default:
		c.Figure, err = v.form.figure()
	}
	if err == nil {
		err = s.Correct(ctx, c)
	}
	if err == nil {
		r.Flash("ok", r.T(done, ItemWords(ctx, v.cell.Item), v.card.Unit.InText(ctx)))
		return r.See(v.choice.path(scorecardsPath+"/"+v.card.Unit.Slug()+"/"+v.cell.Item.ID, "nhom", ""))
	}
	w := fault.As(err)
	switch w.Code {
	case fault.Invalid, fault.TooLarge, fault.Stale, fault.Unconditional:
	default:
		return err
	}
	if web.WantsJSON(r.Request) {
		return err
	}
	form := v.form
	if v, err = s.valueView(r); err != nil { // what stands now
		return err
	}
	v.form, v.wrong = form, w
	status := web.Status(w.Code)
	if w.Code == fault.TooLarge {
		status = http.StatusUnprocessableEntity // a field is too long, not the request
	}
	return s.showValue(r, status, v)
}

// typedFrom fills the form with the value that stands, so that only what changes must be written.
func typedFrom(c *Cell) typed {
	if c.Version == nil {
		return typed{}
	}
	f := c.Version.Figure
	t := typed{Level: f.Word, Verdict: string(f.Declared)}
	plain := func(n int64) string {
		return strings.Replace(string(number(criteria.Decimal{Num: n, Scale: f.Scale})), ".", ",", 1)
	}
	switch {
	case f.Ratio():
		t.Numerator, t.Denominator = plain(f.Num), plain(f.Den)
	case f.HasNumber:
		t.Value = plain(f.Num)
	}
	return t
}

// savesDraft reports whether what the reader writes here waits for somebody's confirmation.
func (v *valueView) savesDraft(ctx context.Context) bool {
	return v.cell.MayEdit && v.card.stateFor(ctx, v.card.Unit.ID, v.cell.Item) == Draft
}

// confirmable reports whether the value waits for a confirmation that the reader may give.
func (v *valueView) confirmable(ctx context.Context) bool {
	return v.cell.MayEdit && !v.savesDraft(ctx) && v.cell.Version != nil && !v.cell.Version.State.Public()
}

// leadBody is the body that leads the item.
func (v *valueView) leadBody(ctx context.Context) string {
	return v.card.Lead(ctx, itemLead(v.cell.Indicator, v.cell.Criterion))
}

// draftText says what becomes of a value that the reader saves.
func (v *valueView) draftText(ctx context.Context) string {
	id := itemLead(v.cell.Indicator, v.cell.Criterion)
	if id == "" {
		return i18n.T(ctx, "assessment.form.draft", i18n.T(ctx, "assessment.lead_body"))
	}
	return i18n.T(ctx, "assessment.form.draft", v.card.Lead(ctx, id))
}

func (v *valueView) answer(ctx context.Context) string {
	return i18n.T(ctx, "assessment.answer.value", v.card.Unit.Title(ctx), ui.StatusWord(ctx, Status(v.cell.Judged.Verdict)), ItemWords(ctx, v.cell.Item))
}

func (v *valueView) head(ctx context.Context) ui.PageHeadOptions {
	return ui.PageHeadOptions{Title: v.answer(ctx), Lead: itemTitle(ctx, v.cell.Indicator, v.cell.Criterion), AsOf: v.card.Basis(ctx),
		Actions: []ui.LinkButtonOptions{{Text: i18n.T(ctx, "assessment.item_everywhere", vntext.Capital(ItemWords(ctx, v.cell.Item))), Href: itemHref(ctx, true, v.choice, v.card.Set.Code, v.cell.Item.ID, "nhom", ""), Kind: ui.Quiet, Icon: "next"}}}
}

// facts are what stands and why it was judged so.
func (v *valueView) facts(ctx context.Context) []ui.Definition {
	c := v.cell
	value := ui.Dash(c.text(ctx))
	if tag := c.Version.stateTag(ctx); tag != "" {
		value += " (" + tag + ")"
	}
	out := []ui.Definition{
		{Term: i18n.T(ctx, "assessment.value"), Text: value},
		{Term: i18n.T(ctx, "assessment.result"), Body: resultWithReason(c)},
	}
	if c.Indicator != nil {
		needs := c.needs(ctx)
		if needs == "" {
			needs = ui.StatusWord(ctx, ui.NoThreshold)
		}
		out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.needs"), Text: needs + " (" + c.mark(ctx) + ")"})
	}
	if d := c.distance(ctx); d != "" {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.distance"), Text: d})
	}
	out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.lead"), Text: v.leadBody(ctx)})
	if c.Version != nil {
		out = append(out, ui.Definition{Term: i18n.T(ctx, "assessment.origin"), Body: recordedBy(c.Version)})
	}
	return out
}

// timeline is every version, the newest first.
func (v *valueView) timeline(ctx context.Context) []ui.TimelineItem {
	var out []ui.TimelineItem
	for k := range v.history {
		x := &v.history[k].Version
		at := clock.Instant(x.RecordedMS)
		item := ui.TimelineItem{When: ui.DateTime(ctx, at), ISO: at.In(clock.Vietnam).Format(time.RFC3339), Who: ui.Person(ctx, x.By), What: figureText(ctx, v.cell.Indicator, x.Figure), Note: x.Note}
		if tag := x.stateTag(ctx); tag != "" {
			item.What += " (" + tag + ")"
		}
		if x.Batch != 0 && x.Note == "" {
			item.Note = i18n.T(ctx, "assessment.from_file")
		}
		out = append(out, item)
	}
	return out
}

// fields are the questions of the form that fit the item, with what was typed and what is wrong with it.
func (v *valueView) fields(ctx context.Context) []ui.FieldOptions {
	kind, unit := criteria.Boolean, ""
	if i := v.cell.Indicator; i != nil {
		kind, unit = i.Kind, i.UnitText()
	}
	var out []ui.FieldOptions
	numeric := kind == criteria.Percent || kind == criteria.Number
	if numeric {
		value := ui.FieldOptions{Kind: ui.NumberField, Name: fieldValue, Label: i18n.T(ctx, "assessment.form.value"), Hint: i18n.T(ctx, "assessment.form.value_hint"), Value: v.form.Value, Unit: unit, Width: ui.Medium, Optional: kind == criteria.Percent, Echo: v.echo(ctx, v.form.Value, unit)}
		out = append(out, value)
	}
	if kind == criteria.Percent || v.form.Numerator != "" || v.form.Denominator != "" {
		out = append(out,
			ui.FieldOptions{Kind: ui.NumberField, Name: fieldNumerator, Label: i18n.T(ctx, "assessment.form.numerator"), Hint: i18n.T(ctx, "assessment.form.numerator_hint"), Value: v.form.Numerator, Width: ui.Short, Optional: true, Echo: v.echo(ctx, v.form.Numerator, "")},
			ui.FieldOptions{Kind: ui.NumberField, Name: fieldDenominator, Label: i18n.T(ctx, "assessment.form.denominator"), Value: v.form.Denominator, Width: ui.Short, Optional: true, Echo: v.echoRatio(ctx)})
	}
	if kind == criteria.LevelOf {
		out = append(out, v.levelField(ctx))
	}
	verdict := ui.FieldOptions{Kind: ui.SelectField, Name: fieldVerdict, Label: i18n.T(ctx, "assessment.form.verdict"), Width: ui.Medium, Options: []ui.Option{{Text: i18n.T(ctx, "assessment.form.verdict_none")}}}
	if numeric || kind == criteria.LevelOf {
		verdict.Optional, verdict.Hint = true, i18n.T(ctx, "assessment.form.verdict_hint")
	} else {
		verdict.Kind, verdict.Options = ui.RadioField, nil
	}
	for _, x := range verdicts {
		verdict.Options = append(verdict.Options, ui.Option{Value: string(x), Text: vntext.Capital(verdictWord(ctx, x)), Selected: workbook.Verdict(v.form.Verdict) == x})
	}
	out = append(out, verdict, ui.FieldOptions{Kind: ui.TextArea, Name: fieldReason, Label: i18n.T(ctx, "assessment.form.reason"), Hint: i18n.T(ctx, "assessment.form.reason_hint"), Value: v.form.Reason, Rows: 3})
	for k := range out {
		if v.wrong != nil && out[k].Name == v.wrong.Field {
			out[k].Error = v.wrongText(ctx)
		}
	}
	if v.wrong != nil && v.wrong.Code == fault.Invalid && !hasField(out, v.wrong.Field) && len(out) > 0 {
		out[0].Error = v.wrongText(ctx) // a refusal that names a field this item does not have
	}
	return out
}

func hasField(list []ui.FieldOptions, name string) bool {
	for _, f := range list {
		if f.Name == name {
			return true
		}
	}
	return false
}

// levelField asks for a word of the indicator's scale; where the scale is not known, for the word itself.
func (v *valueView) levelField(ctx context.Context) ui.FieldOptions {
	f := ui.FieldOptions{Name: fieldLevel, Label: i18n.T(ctx, "assessment.form.level"), Value: v.form.Level, Width: ui.Medium}
	for _, scale := range v.card.Set.Scales {
		if scale.ID != v.cell.Indicator.Scale || scale.ID == "" {
			continue
		}
		f.Kind = ui.SelectField
		f.Options = []ui.Option{{Text: i18n.T(ctx, "assessment.form.level_none")}}
		known := v.form.Level == ""
		for _, word := range scale.Words {
			f.Options = append(f.Options, ui.Option{Value: word, Text: word, Selected: sameWord(word, v.form.Level)})
			known = known || sameWord(word, v.form.Level)
		}
		if !known { // a word off the scale is kept, not silently changed
			f.Options = append(f.Options, ui.Option{Value: v.form.Level, Text: v.form.Level, Selected: true})
		}
	}
	return f
}

// echo says how a typed number was understood.
func (v *valueView) echo(ctx context.Context, s, unit string) string {
	if s == "" {
		return ""
	}
	d, err := ParseNumber(s)
	if err != nil {
		return ""
	}
	return "= " + decimalText(ctx, d, unit)
}

// echoRatio says which share numerator and denominator give.
func (v *valueView) echoRatio(ctx context.Context) string {
	f, err := typed{Numerator: v.form.Numerator, Denominator: v.form.Denominator}.figure()
	if err != nil || !f.Ratio() {
		return ""
	}
	return figureText(ctx, v.cell.Indicator, f)
}

// wrongField is the field that the error summary leads to.
func (v *valueView) wrongField() string {
	if v.wrong.Field != "" {
		return v.wrong.Field
	}
	return fieldReason
}

func (v *valueView) wrongText(ctx context.Context) string {
	switch {
	case v.wrong.Code == fault.Unconditional:
		return i18n.T(ctx, "assessment.form.no_version")
	case v.wrong.Code == fault.Stale && v.cell.Version != nil:
		at := ui.DateTime(ctx, clock.Instant(v.cell.Version.RecordedMS))
		if v.cell.Version.By == auth.Of(ctx).Login {
			return i18n.T(ctx, "assessment.stale_own", at)
		}
		return i18n.T(ctx, "assessment.stale_at", at)
	}
	return i18n.T(ctx, v.wrong.Key, v.wrong.Args...)
}

// conflict reports whether somebody wrote while the form was filled in: both versions are then shown.
func (v *valueView) conflict() bool {
	return v.wrong != nil && (v.wrong.Code == fault.Stale || v.wrong.Code == fault.Unconditional)
}

// both are the two versions side by side: what stands now and what was typed.
func (v *valueView) both(ctx context.Context) []ui.Row {
	mine := ui.Dash("")
	if f, err := v.form.figure(); err == nil {
		mine = ui.Dash(figureText(ctx, v.cell.Indicator, f))
	}
	now, by, note := ui.Dash(v.cell.text(ctx)), ui.Dash(v.cell.Version.recorded(ctx)), ""
	if v.cell.Version != nil {
		note = v.cell.Version.Note
		if !v.cell.Version.State.Public() {
			now += " " + i18n.T(ctx, "assessment.draft_mark")
		}
	}
	return []ui.Row{
		{Cells: []ui.Cell{{Text: i18n.T(ctx, "assessment.version_now")}, {Text: now}, {Text: by}, {Text: ui.Dash(note)}}},
		{Cells: []ui.Cell{{Text: i18n.T(ctx, "assessment.version_mine")}, {Text: mine}, {Text: i18n.T(ctx, "assessment.not_saved")}, {Text: ui.Dash(v.form.Reason)}}},
	}
}

// saveKind makes saving the second choice where there is something to confirm.
func (v *valueView) saveKind(ctx context.Context) ui.ButtonKind {
	if v.confirmable(ctx) {
		return ui.Secondary
	}
	return ui.Primary
}

// action is where the form is sent, and where the value is looked at again: the same page, with the set and period shown.
func (v *valueView) action(ctx context.Context) string {
	c := v.choice
	c.set, c.period = v.card.Set.Code, v.card.Period.ID
	return c.href(ctx, scorecardsPath+"/"+v.card.Unit.Slug()+"/"+v.cell.Item.ID, "nhom", "")
}
