package assessment

import (
	"context"
	"strings"
	"unicode/utf8"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// verdicts are the declared results in the order of forms.
var verdicts = []workbook.Verdict{workbook.VerdictMet, workbook.VerdictNearly, workbook.VerdictNotMet, workbook.VerdictNA, workbook.VerdictNotDone}

func verdictWord(ctx context.Context, v workbook.Verdict) string {
	return i18n.T(ctx, "assessment.declared."+string(v))
}

// text is a figure as it was reported: "96,4 %", "107 ÷ 111 = 96,4 %", "Mức độ 2", "khai báo: đạt"; "" for no figure.
func (c *Cell) text(ctx context.Context) string {
	if c.Version == nil {
		return ""
	}
	return figureText(ctx, c.Indicator, c.Version.Figure)
}

func figureText(ctx context.Context, ind *criteria.Indicator, f Figure) string {
	kind, unit := criteria.Boolean, ""
	if ind != nil {
		kind, unit = ind.Kind, ind.UnitText()
	}
	var parts []string
	switch {
	case f.Ratio():
		value := withUnit(ui.Percent(ctx, round(f.rat(criteria.Percent), 1).Num), "")
		if kind != criteria.Percent {
			d := round(f.rat(kind), 2)
			value = withUnit(ui.Number(ctx, d.Num, d.Scale), unit)
		}
		parts = append(parts, ui.Number(ctx, f.Num, f.Scale)+" ÷ "+ui.Number(ctx, f.Den, f.Scale)+" = "+value)
	case f.HasNumber:
		parts = append(parts, decimalText(ctx, criteria.Decimal{Num: f.Num, Scale: f.Scale}, unit))
	}
	if f.Word != "" {
		parts = append(parts, f.Word)
	}
	switch {
	case f.Declared == "":
	case len(parts) == 0:
		return verdictWord(ctx, f.Declared)
	default:
		parts = append(parts, i18n.T(ctx, "assessment.declared_too", verdictWord(ctx, f.Declared)))
	}
	return strings.Join(parts, ", ")
}

// shortText is a figure where room is short: only the result of a ratio.
func (c *Cell) shortText(ctx context.Context) string {
	if c.Version == nil {
		return ""
	}
	f := c.Version.Figure
	f.Declared = ""
	if _, after, ok := strings.Cut(figureText(ctx, c.Indicator, f), " = "); ok {
		return after
	}
	return figureText(ctx, c.Indicator, f)
}

func decimalText(ctx context.Context, d criteria.Decimal, unit string) string {
	return withUnit(ui.Number(ctx, d.Num, d.Scale), unit)
}

// withUnit keeps a number and its unit on one line; a long unit may break after its strokes.
func withUnit(number, unit string) string {
	if unit == "" {
		return number
	}
	return number + "\u00a0" + strings.ReplaceAll(unit, "/", "/\u200b")
}

// needs is the required level in words, "" where none is known.
func (c *Cell) needs(ctx context.Context) string {
	if c.Indicator == nil || c.Required == nil {
		return ""
	}
	return c.Indicator.LevelText(ctx, c.Required)
}

// shortNeeds is the required level for a small cell; "Đạt" goes without saying.
func (c *Cell) shortNeeds(ctx context.Context) string {
	if c.Required == nil || c.Required.Word != "" && (c.Indicator.Kind != criteria.LevelOf || sameWord(c.Required.Word, "Đạt")) {
		return ""
	}
	return c.needs(ctx)
}

// mark says how far the required level was checked: by a decision, illustrative, verified or not.
func (c *Cell) mark(ctx context.Context) string {
	if c.Indicator == nil {
		return ""
	}
	return thresholdMark(ctx, c.Indicator)
}

func thresholdMark(ctx context.Context, i *criteria.Indicator) string {
	switch t := &i.Threshold; {
	case t.Illustrative:
		return i18n.T(ctx, "assessment.mark.illustrative")
	case t.Decision != "":
		return i18n.T(ctx, "assessment.mark.decision", t.Decision)
	case !t.Known() && i.Provincial:
		return i18n.T(ctx, "assessment.mark.provincial")
	case i.Verified:
		return i18n.T(ctx, "assessment.mark.verified")
	}
	return i18n.T(ctx, "assessment.mark.unverified")
}

// distance says how far the figure is from the required level: "còn thiếu 39,5 điểm %", "vượt 1,25 ha", "vừa đúng mức"; of
// a level that must not be passed "thấp hơn mức tối đa 2,0 điểm %". "" where nothing can be compared.
func (c *Cell) distance(ctx context.Context) string {
	if !c.HasMargin || c.Indicator == nil {
		return ""
	}
	d, side := c.Margin, "beyond"
	switch {
	case d.Num == 0:
		return i18n.T(ctx, "assessment.gap.none")
	case d.Num < 0:
		d.Num, side = -d.Num, "short"
	}
	if c.Indicator.Compare == criteria.AtMost {
		side += "_of_most"
	}
	if c.Indicator.Kind == criteria.Percent {
		return i18n.T(ctx, "assessment.gap."+side, points(ctx, d))
	}
	return i18n.T(ctx, "assessment.gap."+side, decimalText(ctx, d, c.Indicator.UnitText()))
}

// points writes a distance between percentages: with one decimal, with more where one would print a zero.
func points(ctx context.Context, d criteria.Decimal) string {
	n := ""
	switch one, two := round(d.Rat(), 1), round(d.Rat(), 2); {
	case one.Num != 0:
		n = tenths(ctx, one.Num)
	case two.Num != 0:
		n = ui.Number(ctx, two.Num, two.Scale)
	default:
		n = ui.Number(ctx, d.Num, d.Scale)
	}
	return n + "\u00a0" + i18n.T(ctx, "assessment.points")
}

// because is the reason of a result in few words: the distance to the required level where there is one.
func (c *Cell) because(ctx context.Context) string {
	d := c.distance(ctx)
	if d == "" || c.Judged.Reason != ByNumber {
		return reasonText(ctx, c.Judged)
	}
	if c.Judged.Differs {
		return d + ". " + i18n.T(ctx, "assessment.reason.differs")
	}
	return d
}

// recorded says who recorded a version and when; outside only the day is known.
func (v *Version) recorded(ctx context.Context) string {
	if v == nil {
		return ""
	}
	if v.By == "" {
		return ui.Date(ctx, clock.DayOf(v.RecordedMS))
	}
	return ui.Person(ctx, v.By) + ", " + ui.DateTime(ctx, clock.Instant(v.RecordedMS))
}

// stateTag is the remark on a value that does not count outside yet, "" on one that does.
func (v *Version) stateTag(ctx context.Context) string {
	if v == nil || v.State.Public() {
		return ""
	}
	return i18n.T(ctx, "assessment.state."+string(v.State))
}

// originOf is how a reported figure is marked.
func originOf(ctx context.Context, v *Version) ui.OriginKind {
	switch {
	case v == nil:
		return ""
	case ui.SiteOf(ctx).Demo:
		return ui.Example
	}
	return ui.Declared
}

// itemTitle is the wording of an item: of the indicator, else of the criterion.
func itemTitle(ctx context.Context, ind *criteria.Indicator, c *criteria.Criterion) string {
	if ind != nil {
		return ind.Text(ctx)
	}
	return c.Title(ctx)
}

// Lead is the department that leads an item, by its name on the day of the frame; of an item without one "nhiều cơ quan".
func (f *Frame) Lead(ctx context.Context, id string) string {
	if d := criteria.Departments().ByID(id); d != nil {
		return d.Name(i18n.Of(ctx), f.nameDay())
	}
	return i18n.T(ctx, "assessment.many_bodies")
}

// shortLead is lead where room is short: several bodies are not listed.
func (f *Frame) shortLead(ctx context.Context, id string) string {
	if name := f.Lead(ctx, id); !strings.Contains(name, ";") {
		return name
	}
	return i18n.T(ctx, "assessment.many_bodies")
}

// nameDay is the day whose names of bodies a page shows: that of the figures.
func (f *Frame) nameDay() clock.Date { return f.Period.AsOf }

func itemLead(ind *criteria.Indicator, c *criteria.Criterion) string {
	if ind != nil && ind.Lead != "" {
		return ind.Lead
	}
	return c.Lead
}

// readerMayImport reports whether the reader may bring in results somewhere, for links.
func readerMayImport(ctx context.Context) bool { return auth.Of(ctx).MayAnywhere(auth.ImportResults) }

// bandName is a band in words: "8–9 tiêu chí", "dưới 5 tiêu chí".
func bandName(ctx context.Context, b criteria.Band) string {
	if b.From == 0 && b.To > 0 {
		return i18n.T(ctx, "assessment.band_below", ui.Count(ctx, b.To+1))
	}
	return i18n.T(ctx, "assessment.band", b.Label())
}

// waitingText says how many values wait for confirmation.
func waitingText(ctx context.Context, n int) string {
	switch n {
	case 0:
		return i18n.T(ctx, "assessment.answer.no_drafts")
	case 1:
		return i18n.T(ctx, "assessment.answer.one_draft")
	}
	return i18n.T(ctx, "assessment.answer.drafts", ui.Count(ctx, n))
}

// unbroken keeps a short name on one line beside columns of long text.
func unbroken(name string) string {
	if utf8.RuneCountInString(name) > 20 {
		return name
	}
	return strings.ReplaceAll(name, " ", "\u00a0")
}

// labelLetters bounds the wording of an item in a label; the whole one stands on its page.
const labelLetters = 72

// idList joins ids for a sentence, "" for none; long lists end in a count of the rest.
func idList(ctx context.Context, ids []string, most int) string {
	if len(ids) <= most {
		return strings.Join(ids, ", ")
	}
	return i18n.T(ctx, "assessment.and_more", strings.Join(ids[:most], ", "), len(ids)-most)
}
