package assessment

import (
	"context"
	"net/http"
	"strings"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/web"
	"langso/internal/territory"

	"github.com/danielgtaylor/huma/v2"
)

type summaryInput struct {
	Set       string `path:"set" doc:"Code of the criteria set" example:"xa-ntm-nang-cao-2021-2025"`
	Indicator string `path:"indicator" doc:"Id of an indicator, or of a criterion" example:"8.4"`
	Period    string `query:"period" doc:"YYYY, YYYY-MM or YYYY-Qn; default: the newest closed period with verified values" example:"2023"`
	GroupBy   string `query:"group_by" enum:"district,commune_group,former_province" doc:"Also count per group"`
}

// SummaryBody is the count of communes by verdict on one indicator or criterion.
type SummaryBody struct {
	Set       string     `json:"set"`
	Indicator string     `json:"indicator"`
	Level     string     `json:"level" enum:"indicator,criterion"`
	Period    string     `json:"period"`
	AsOf      clock.Date `json:"as_of" doc:"Day on which the communes are counted"`
	Counts
	Illustrative bool           `json:"illustrative,omitempty" doc:"The figures are invented for demonstration"`
	Percent      *float64       `json:"percent" doc:"met / (total - not_applicable) in percent, one decimal, half up; null when nothing is applicable"`
	Groups       []SummaryGroup `json:"groups,omitempty"`
}

// SummaryGroup is the same count for a part of the communes.
type SummaryGroup struct {
	Code string `json:"code" doc:"Statistics code of the district or former province, or id of the commune group; empty = no decision names it"`
	Name string `json:"name"`
	Counts
	Percent *float64 `json:"percent"`
}

type scorecardInput struct {
	Code   string `path:"code" doc:"Statistics code of the commune on the last day of the period" example:"24943"`
	Set    string `query:"set" doc:"Default: the set in force today"`
	Period string `query:"period" doc:"Default: the newest closed period with verified values"`
}

// ScorecardBody is one commune judged by one set.
type ScorecardBody struct {
	Unit         territory.UnitBody `json:"unit"`
	Set          string             `json:"set"`
	Period       string             `json:"period"`
	AsOf         clock.Date         `json:"as_of"`
	Illustrative bool               `json:"illustrative,omitempty" doc:"The figures are invented for demonstration"`
	Counts       ScorecardCounts    `json:"counts"`
	Criteria     []CriterionResult  `json:"criteria"`
}

// ScorecardCounts holds the two sums of a scorecard.
type ScorecardCounts struct {
	Criteria   Counts `json:"criteria"`
	Indicators Counts `json:"indicators"`
}

// CriterionResult is one criterion of a scorecard.
type CriterionResult struct {
	ID         string            `json:"id"`
	Title      string            `json:"title"`
	Verdict    string            `json:"verdict" enum:"met,nearly,not_met,missing,no_threshold,not_applicable"`
	Reason     Reason            `json:"reason"`
	ReasonText string            `json:"reason_text"`
	Indicators []IndicatorResult `json:"indicators"`
}

// IndicatorResult is one indicator of a scorecard.
type IndicatorResult struct {
	ID          string   `json:"id"`
	Value       any      `json:"value" doc:"Number in the indicator's unit (percent in points), level word, declared verdict, or null"`
	Numerator   *float64 `json:"numerator,omitempty"`
	Denominator *float64 `json:"denominator,omitempty"`
	Declared    string   `json:"declared,omitempty" enum:"dat,co_ban_dat,chua_dat,khong_ap_dung,khong_danh_gia" doc:"Result as the office declared it"`
	Verdict     string   `json:"verdict" enum:"met,nearly,not_met,missing,no_threshold,not_applicable"`
	Reason      Reason   `json:"reason"`
	ReasonText  string   `json:"reason_text"`
	Margin      *float64 `json:"margin" doc:"Distance beyond the required level in the indicator's unit, negative = still missing"`
	Threshold   any      `json:"threshold" doc:"Required level here: number, word, or null when it is not known"`
	Verified    bool     `json:"verified" doc:"Wording and level of the indicator were checked against the legal source"`
}

func (s *Service) api(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "indicator-summary", Method: http.MethodGet, Path: "/api/v1/indicators/{set}/{indicator}/summary",
		Summary: "Communes by verdict on one indicator or criterion", Description: "Counts verified values only.", Tags: []string{"results"}, Errors: []int{401, 404, 422}}, s.apiSummary)
	huma.Register(api, huma.Operation{OperationID: "unit-scorecard", Method: http.MethodGet, Path: "/api/v1/units/{code}/scorecard",
		Summary: "One commune judged by one set", Description: "Shows verified values only.", Tags: []string{"results"}, Errors: []int{401, 404, 422}}, s.apiScorecard)
	huma.Register(api, huma.Operation{OperationID: "correct-value", Method: http.MethodPut, Path: "/api/v1/units/{code}/results/{set}/{period}/{item}",
		Summary:     "Correct one value",
		Description: "Records a new version of one value. Send If-Match with the ETag of the value you saw (GET the same address), \"0\" when there was none. Needs a token with the right to write.",
		Tags:        []string{"results"}, DefaultStatus: 200, Errors: []int{400, 401, 403, 404, 412, 413, 415, 422, 428}}, s.apiCorrect)
	huma.Register(api, huma.Operation{OperationID: "read-value", Method: http.MethodGet, Path: "/api/v1/units/{code}/results/{set}/{period}/{item}",
		Summary: "One value with its ETag", Description: "Shows the value as the asker may see it.", Tags: []string{"results"}, Errors: []int{401, 404, 422}}, s.apiValue)
}

func (s *Service) apiSummary(ctx context.Context, in *summaryInput) (*struct{ Body SummaryBody }, error) {
	ctx = auth.AsGuest(ctx)
	b, err := s.Board(ctx, in.Set, in.Period)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	item, err := ItemNamed(b.Set, in.Indicator)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	out := SummaryBody{Set: b.Set.Code, Indicator: item.ID, Level: "indicator", Period: b.Period.ID, AsOf: b.Period.AsOf, Counts: b.Count(b.Rows, item)}
	if item.Criterion {
		out.Level = "criterion"
	}
	out.Percent = out.Counts.Percent()
	if out.Illustrative, err = s.db.Illustrative(ctx); err != nil {
		return nil, web.APIError(ctx, err)
	}
	if in.GroupBy != "" {
		groups, err := b.Groups(Grouping(in.GroupBy))
		if err != nil {
			return nil, web.APIError(ctx, err)
		}
		for _, g := range groups {
			c := b.Count(g.Rows, item)
			out.Groups = append(out.Groups, SummaryGroup{Code: g.ID, Name: s.GroupName(ctx, g), Counts: c, Percent: c.Percent()})
		}
	}
	return &struct{ Body SummaryBody }{out}, nil
}

// unitAt resolves a statistics code on the last day of the asked (or default) period.
func (s *Service) unitAt(ctx context.Context, code, set, period string) (*Frame, *territory.Unit, error) {
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return nil, nil, err
	}
	u := f.Roster.ByCode(code)
	if u == nil {
		return nil, nil, fault.New(fault.NotFound, "assessment.no_unit", code)
	}
	return f, u, nil
}

func (s *Service) apiScorecard(ctx context.Context, in *scorecardInput) (*struct{ Body ScorecardBody }, error) {
	ctx = auth.AsGuest(ctx)
	f, u, err := s.unitAt(ctx, in.Code, in.Set, in.Period)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	c, err := s.Scorecard(ctx, u.ID, f.Set.Code, f.Period.ID)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	out := ScorecardBody{Unit: territory.BodyOf(f.Roster, u), Set: c.Set.Code, Period: c.Period.ID, AsOf: c.Period.AsOf, Counts: ScorecardCounts{c.Criteria, c.Indicators}}
	if out.Illustrative, err = s.db.Illustrative(ctx); err != nil {
		return nil, web.APIError(ctx, err)
	}
	for _, r := range c.Rows {
		k := CriterionResult{ID: r.Cell.Criterion.ID, Title: title(ctx, r.Cell.Criterion), Verdict: r.Cell.Judged.Verdict.String(), Reason: r.Cell.Judged.Reason,
			ReasonText: reasonText(ctx, r.Cell.Judged), Indicators: []IndicatorResult{}}
		for _, i := range r.Indicators {
			k.Indicators = append(k.Indicators, indicatorResult(ctx, i))
		}
		out.Criteria = append(out.Criteria, k)
	}
	return &struct{ Body ScorecardBody }{out}, nil
}

func indicatorResult(ctx context.Context, c Cell) IndicatorResult {
	out := IndicatorResult{ID: c.Item.ID, Verdict: c.Judged.Verdict.String(), Reason: c.Judged.Reason, ReasonText: reasonText(ctx, c.Judged)}
	if c.Indicator != nil {
		out.Verified = c.Indicator.Verified
	}
	if c.Required != nil {
		if c.Required.Word != "" {
			out.Threshold = c.Required.Word
		} else {
			out.Threshold = float(c.Required.Number)
		}
	}
	if c.HasMargin {
		m := float(c.Margin)
		out.Margin = &m
	}
	if c.Version == nil {
		return out
	}
	f := c.Version.Figure
	out.Declared = string(f.Declared)
	switch {
	case f.Ratio():
		n, d := float(criteria.Decimal{Num: f.Num, Scale: f.Scale}), float(criteria.Decimal{Num: f.Den, Scale: f.Scale})
		out.Numerator, out.Denominator = &n, &d
		out.Value = float(round(f.rat(c.kind()), 4))
	case f.HasNumber:
		out.Value = float(criteria.Decimal{Num: f.Num, Scale: f.Scale})
	case f.Word != "":
		out.Value = f.Word
	case f.Declared != "":
		out.Value = string(f.Declared)
	}
	return out
}

// float is the nearest JSON number: decimals of up to 15 digits print as they were written.
func float(d criteria.Decimal) float64 {
	f, _ := d.Rat().Float64()
	return f
}

// kind is the kind of value of the cell's indicator; a criterion has only declared verdicts.
func (c *Cell) kind() criteria.ValueKind {
	if c.Indicator == nil {
		return criteria.Boolean
	}
	return c.Indicator.Kind
}

func title(ctx context.Context, c *criteria.Criterion) string {
	if i18n.Of(ctx) == i18n.En && c.TitleEN != "" {
		return c.TitleEN
	}
	return c.TitleVI
}

func reasonText(ctx context.Context, j Judged) string {
	text := i18n.T(ctx, "assessment.reason."+string(j.Reason))
	if j.Differs {
		text += " " + i18n.T(ctx, "assessment.reason.differs")
	}
	return text
}

// ValueInput names one value. It is exported because huma fills only exported embedded fields.
type ValueInput struct {
	Code   string `path:"code" doc:"Statistics code of the commune on the last day of the period"`
	Set    string `path:"set"`
	Period string `path:"period"`
	Item   string `path:"item" doc:"Id of an indicator, or of a criterion"`
}

type valueOutput struct {
	ETag string `header:"ETag"`
	Body IndicatorResult
}

func (s *Service) apiValue(ctx context.Context, in *ValueInput) (*valueOutput, error) {
	out, err := s.value(ctx, in)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	return out, nil
}

func (s *Service) value(ctx context.Context, in *ValueInput) (*valueOutput, error) {
	f, u, err := s.unitAt(ctx, in.Code, in.Set, in.Period)
	if err != nil {
		return nil, err
	}
	item, err := ItemNamed(f.Set, in.Item)
	if err != nil {
		return nil, err
	}
	card, err := s.Scorecard(ctx, u.ID, f.Set.Code, f.Period.ID)
	if err != nil {
		return nil, err
	}
	c := card.Cell(item)
	return &valueOutput{ETag: `"` + c.ETag() + `"`, Body: indicatorResult(ctx, *c)}, nil
}

// Cell returns the cell of one item of the scorecard, nil when the set has no such item.
func (c *Scorecard) Cell(item Item) *Cell {
	for r := range c.Rows {
		if c.Rows[r].Cell.Item == item {
			return &c.Rows[r].Cell
		}
		for i := range c.Rows[r].Indicators {
			if c.Rows[r].Indicators[i].Item == item {
				return &c.Rows[r].Indicators[i]
			}
		}
	}
	return nil
}

type correctInput struct {
	ValueInput
	IfMatch string `header:"If-Match" doc:"ETag of the version you saw; \"0\" when there was no value"`
	Body    struct {
		Value       string `json:"value,omitempty" doc:"Number as people write it: 98,2 or 98.2 or 1.234,5"`
		Numerator   string `json:"numerator,omitempty"`
		Denominator string `json:"denominator,omitempty"`
		Level       string `json:"level,omitempty" doc:"Level word: Mức độ 2"`
		Verdict     string `json:"verdict,omitempty" enum:"dat,co_ban_dat,chua_dat,khong_ap_dung,khong_danh_gia"`
		Reason      string `json:"reason" doc:"Why the value is corrected"`
	}
}

func (s *Service) apiCorrect(ctx context.Context, in *correctInput) (*valueOutput, error) {
	out, err := s.correctFromAPI(ctx, in)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	return out, nil
}

func (s *Service) correctFromAPI(ctx context.Context, in *correctInput) (*valueOutput, error) {
	f, u, err := s.unitAt(ctx, in.Code, in.Set, in.Period)
	if err != nil {
		return nil, err
	}
	item, err := ItemNamed(f.Set, in.Item)
	if err != nil {
		return nil, err
	}
	fig, err := ParseFigure(in.Body.Value, in.Body.Numerator, in.Body.Denominator, in.Body.Level, in.Body.Verdict)
	if err != nil {
		return nil, err
	}
	err = s.Correct(ctx, Correction{Unit: u.ID, Set: f.Set.Code, Period: f.Period.ID, Item: item, Figure: fig, Reason: in.Body.Reason,
		IfMatch: strings.Trim(in.IfMatch, `" `)})
	if err != nil {
		return nil, err
	}
	return s.value(ctx, &in.ValueInput)
}
