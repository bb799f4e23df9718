package assessment

import (
	"context"
	"net/http"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
)

// draftsView is the list of the values that wait for confirmation.
type draftsView struct {
	*Frame
	rows   []DraftRow
	choice choice
	sheet  web.Sheet
}

func (s *Service) draftList(r *web.Request) error {
	ctx := r.Context()
	if err := auth.RequireAnywhere(ctx, auth.ReadResults); err != nil {
		return err
	}
	c := chosen(r)
	f, err := s.Frame(ctx, c.set, c.period)
	if err != nil {
		return err
	}
	v := &draftsView{Frame: f, choice: c}
	if v.rows, err = s.Drafts(ctx, f.Set.Code, f.Period.ID); err != nil {
		return err
	}
	v.sheet = r.Sheet(len(v.rows), listSize)
	m, err := s.menuFor(ctx, f)
	if err != nil {
		return err
	}
	if err := r.Introduce(v.writers()...); err != nil {
		return err
	}
	page := ui.Frame{Title: v.answer(ctx), Shell: ui.Desk, Active: navProvince, Crumbs: []ui.Crumb{{Text: v.Province(ctx), Href: c.href(ctx, provincePath)}, {Text: r.T("assessment.drafts")}}}
	page.Context = m.switches(ctx, f, c, here{path: draftsPath, keep: []string{"nhom", ""}})
	return r.Render(http.StatusOK, page, draftListBody(v))
}

// writers are the logins of those whose values the page lists.
func (v *draftsView) writers() (out []string) {
	for _, d := range v.rows[v.sheet.From:v.sheet.To] {
		out = append(out, d.Version.By)
	}
	return out
}

func (v *draftsView) answer(ctx context.Context) string { return waitingText(ctx, len(v.rows)) }

// lead says who confirms what there is: the reader where that is in the rights of the reader, else somebody else.
func (v *draftsView) lead(ctx context.Context) string {
	if len(v.rows) == 0 {
		return ""
	}
	if draftsOnly(ctx) {
		return i18n.T(ctx, "assessment.drafts_wait")
	}
	return i18n.T(ctx, "assessment.drafts_lead")
}

func (v *draftsView) heads(ctx context.Context) []ui.Column {
	return []ui.Column{{Label: i18n.T(ctx, "assessment.commune")}, {Label: itemLabel(ctx, v.Set)}, {Label: i18n.T(ctx, "assessment.waiting")}, {Label: i18n.T(ctx, "assessment.outside")},
		{Label: i18n.T(ctx, "assessment.who_when"), Narrow: true}, {Label: i18n.T(ctx, "assessment.lead")}}
}

func (v *draftsView) lines(ctx context.Context) []ui.Row {
	var out []ui.Row
	for k := range v.rows[v.sheet.From:v.sheet.To] {
		d := &v.rows[v.sheet.From+k]
		href := v.choice.href(ctx, scorecardsPath+"/"+d.Unit.Slug()+"/"+d.Item.ID, "nhom", "")
		outside := ""
		if d.Public != nil {
			outside = figureText(ctx, d.Indicator, d.Public.Figure)
		}
		out = append(out, ui.Row{Cells: []ui.Cell{
			{Text: unbroken(d.Unit.Name), Href: href},
			{Text: d.Item.ID + ". " + vntext.Clip(itemTitle(ctx, d.Indicator, d.Criterion), labelLetters)},
			{Text: figureText(ctx, d.Indicator, d.Version.Figure), Sub: d.Version.Note},
			{Text: ui.Dash(outside)},
			{Text: ui.DateTime(ctx, clock.Instant(d.Version.RecordedMS)), Sub: ui.Person(ctx, d.Version.By)},
			{Text: v.Frame.Lead(ctx, itemLead(d.Indicator, d.Criterion)), Sub: v.yours(ctx, d)},
		}})
	}
	return out
}

// yours marks a value that the reader may confirm, among others that wait for somebody else.
func (v *draftsView) yours(ctx context.Context, d *DraftRow) string {
	if d.MayVerify {
		return i18n.T(ctx, "assessment.drafts_yours")
	}
	return ""
}
