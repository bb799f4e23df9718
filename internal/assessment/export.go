package assessment

import (
	"context"

	"langso/internal/assessment/workbook"
	"langso/internal/criteria"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/vntext"
	"langso/internal/territory"
)

// Export writes every verified value of a set and period as a workbook that brings no difference when it is handed in
// again. Drafts are left out: an office that imports the file would make them verified without having looked.
func (s *Service) Export(ctx context.Context, set, period string) (_ []byte, err error) {
	defer fault.Wrap(&err, "assessment.Export(%s, %s)", set, period)
	var f *Frame
	seen := map[cellKey]Version{}
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		if f, err = s.Frame(ctx, set, period); err != nil || !f.hasBook {
			return err
		}
		return currentVersions(ctx, s.db.Read(ctx), f.book.ID, nil, func(v Version, public bool) error {
			if public {
				seen[cellKey{v.Unit, v.Item}] = v
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	doc, err := s.document(ctx, f, "assessment.export.title")
	if err != nil {
		return nil, err
	}
	var rows []workbook.ResultRow
	for _, u := range f.Roster.Communes() {
		for _, item := range items(f.Set) {
			if v, ok := seen[cellKey{u.ID, item}]; ok {
				rows = append(rows, f.resultRow(u, v))
			}
		}
	}
	return workbook.WriteResults(f.Set, doc, rows)
}

// items lists everything of a set that can have a value: each criterion before its indicators.
func items(set *criteria.Set) []Item {
	var out []Item
	for _, c := range set.Criteria() {
		out = append(out, Item{ID: c.ID, Criterion: true})
		for _, i := range c.Indicators {
			out = append(out, Item{ID: i.ID})
		}
	}
	return out
}

func (f *Frame) resultRow(u *territory.Unit, v Version) workbook.ResultRow {
	r := workbook.ResultRow{UnitCode: u.Code, UnitName: u.Name, Indicator: v.Item.ID, IsCriterion: v.Item.Criterion, LevelWord: v.Figure.Word, Verdict: v.Figure.Declared}
	if p := f.Roster.Parent(territory.Administrative, u.ID); p != nil && p.Level == territory.District {
		r.District = p.FullName()
	}
	fig := v.Figure
	switch {
	case fig.Ratio():
		r.HasRatio = true
		r.Numerator, r.Denominator = criteria.Decimal{Num: fig.Num, Scale: fig.Scale}, criteria.Decimal{Num: fig.Den, Scale: fig.Scale}
	case fig.HasNumber:
		r.HasNumber, r.Number = true, criteria.Decimal{Num: fig.Num, Scale: fig.Scale}
	}
	return r
}

// document is the head of a workbook: what it is, set, period, day, and the mark of illustrative figures.
func (s *Service) document(ctx context.Context, f *Frame, titleKey string) (workbook.Document, error) {
	doc := workbook.Document{Sheet: f.Period.ID, Titles: []string{
		i18n.T(ctx, titleKey),
		f.Set.Title(ctx),
		i18n.T(ctx, "assessment.export.period", f.Period.Title(ctx), vntext.Date(f.Period.AsOf)),
	}}
	marked, err := s.db.Illustrative(ctx)
	if marked {
		doc.Titles = append(doc.Titles, i18n.T(ctx, "assessment.export.illustrative"))
	}
	return doc, err
}

// RefusalFile writes the refused values of an upload as the office wrote them, each with the reason beside, as a workbook
// that can be corrected and handed in again.
func (s *Service) RefusalFile(ctx context.Context, id int64) (_ []byte, err error) {
	defer fault.Wrap(&err, "assessment.RefusalFile(%d)", id)
	row, err := s.ownBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	file, err := batchFile(ctx, s.db.Read(ctx), id)
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nil, fault.New(fault.NotFound, "assessment.no_refusals")
	}
	r, err := s.readFile(ctx, row.Set, row.Period, file)
	if err != nil {
		return nil, err
	}
	doc, err := s.document(ctx, r.frame, "assessment.export.refusals")
	if err != nil {
		return nil, err
	}
	doc.Notes = []string{i18n.T(ctx, "assessment.export.refusals_hint")}
	var rows []workbook.RefusalRow
	for _, x := range r.read.Refused {
		out := workbook.RefusalRow{Refused: x, Reason: r.words(ctx, x.Problem)}
		if u := r.frame.Register.Unit(x.Problem.Suggestion); u != nil && x.Problem.Code != workbook.UnitNotValid {
			out.Suggestion = u.FullName() + " (" + u.Code + ")"
		}
		rows = append(rows, out)
	}
	for _, p := range r.problems {
		if p.Code == tooManyDigits {
			rows = append(rows, r.ownRefusal(ctx, p))
		}
	}
	return workbook.WriteRefusals(r.frame.Set, doc, rows)
}

// ownRefusal is the row of a value that the workbook gave, but that cannot be stored.
func (r *reading) ownRefusal(ctx context.Context, p workbook.Problem) workbook.RefusalRow {
	x := workbook.Refused{Problem: p, Sheet: p.Sheet, Row: p.Row, Col: p.Col, Indicator: p.Indicator, Value: p.Raw}
	if u := r.frame.Register.Unit(p.Unit); u != nil {
		x.UnitCode, x.UnitName = u.Code, u.Name
	}
	return workbook.RefusalRow{Refused: x, Reason: r.words(ctx, p)}
}
