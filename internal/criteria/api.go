package criteria

import (
	"context"
	"net/http"
	"strconv"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/web"

	"github.com/danielgtaylor/huma/v2"
)

// TextBody is a text in both languages.
type TextBody struct {
	VI string `json:"vi"`
	EN string `json:"en"`
}

// CountBody holds what the law counts against what is loaded.
type CountBody struct {
	Official int `json:"official" doc:"number in the decision"`
	Loaded   int `json:"loaded" doc:"number that this system knows"`
}

// SetBody is a set in a list.
type SetBody struct {
	Code          string     `json:"code" example:"xa-ntm-2021-2025"`
	Title         TextBody   `json:"title"`
	Level         string     `json:"level" enum:"ntm,nang-cao,kieu-mau,hien-dai"`
	Programme     string     `json:"programme" example:"2021-2025"`
	EffectiveFrom clock.Date `json:"effective_from" doc:"first day on which the set counts"`
	Version       int64      `json:"version"`
	SHA256        string     `json:"sha256" doc:"digest of the file of this version"`
	LegalBasis    []string   `json:"legal_basis"`
	RequiresSet   string     `json:"requires_set,omitempty"`
	StructureOnly bool       `json:"structure_only" doc:"the indicators are not loaded: judged per criterion by declaration"`
	Criteria      CountBody  `json:"criteria"`
	Indicators    CountBody  `json:"indicators"`
	WithoutLevel  int        `json:"without_threshold" doc:"loaded indicators of which no required level is known"`
	Illustrative  bool       `json:"illustrative" doc:"some thresholds are illustrative, not official"`
}

// FullSetBody is a set with everything in it.
type FullSetBody struct {
	SetBody
	At              clock.Date     `json:"at" doc:"day for which provincial decisions were worked in"`
	ProvincialBasis []string       `json:"provincial_basis"`
	ThresholdKeys   []KeyBody      `json:"threshold_keys"`
	KeyedBy         string         `json:"keyed_by" enum:"region,commune_group,none"`
	SpecialKey      string         `json:"special_key,omitempty" doc:"key that counts for specially difficult communes"`
	Bands           []BandBody     `json:"bands"`
	Scales          []ScaleBody    `json:"scales"`
	Sources         []SourceBody   `json:"sources"`
	Notes           []TextBody     `json:"notes"`
	Decisions       []DecisionBody `json:"decisions"`
	Groups          []GroupBody    `json:"groups"`
}

// KeyBody is a region or commune group.
type KeyBody struct {
	ID       string   `json:"id"`
	Name     TextBody `json:"name"`
	Sources  []string `json:"sources"`
	Verified bool     `json:"verified"`
}

// BandBody is one row of the distribution by criteria met.
type BandBody struct {
	ID        string `json:"id"`
	From      int    `json:"from"`
	To        int    `json:"to"`
	OwnChoice bool   `json:"own_choice" doc:"division of this system, not of the law"`
}

// ScaleBody is an ordered list of level words.
type ScaleBody struct {
	ID       string   `json:"id"`
	Words    []string `json:"words" doc:"the lowest first"`
	Verified bool     `json:"verified"`
}

// SourceBody is a document behind the set.
type SourceBody struct {
	ID      string   `json:"id"`
	Title   string   `json:"title"`
	Ref     string   `json:"ref,omitempty"`
	UsedFor TextBody `json:"used_for"`
}

// DecisionBody is a provincial decision that set thresholds.
type DecisionBody struct {
	Decision     string     `json:"decision"`
	DecidedOn    clock.Date `json:"decided_on"`
	ValidFrom    clock.Date `json:"valid_from"`
	Note         string     `json:"note,omitempty"`
	Illustrative bool       `json:"illustrative"`
}

// GroupBody is a heading with its criteria.
type GroupBody struct {
	ID       string          `json:"id"`
	Title    TextBody        `json:"title"`
	Criteria []CriterionBody `json:"criteria"`
}

// CriterionBody is a criterion with its indicators.
type CriterionBody struct {
	ID            string          `json:"id"`
	Title         TextBody        `json:"title"`
	TitleVerified bool            `json:"title_verified"`
	Lead          string          `json:"lead,omitempty" doc:"department that leads all its indicators"`
	Indicators    []IndicatorBody `json:"indicators"`
}

// IndicatorBody is one indicator.
type IndicatorBody struct {
	ID           string        `json:"id"`
	Text         TextBody      `json:"text"`
	Kind         ValueKind     `json:"kind" enum:"percent,number,boolean,document,level"`
	Unit         string        `json:"unit,omitempty"`
	Compare      Compare       `json:"compare" enum:">=,<=,=="`
	Threshold    ThresholdBody `json:"threshold"`
	Provincial   bool          `json:"provincial" doc:"the law leaves the level to the province"`
	Scale        string        `json:"scale,omitempty"`
	Lead         string        `json:"lead"`
	Supplier     Supplier      `json:"supplier" enum:"department,commune,hamlet_sum,fact"`
	Evidence     []string      `json:"evidence"`
	Sources      []string      `json:"sources"`
	Page         string        `json:"page,omitempty" doc:"where in the source"`
	Verified     bool          `json:"verified" doc:"wording and level were checked against the source"`
	VerifiedIn   string        `json:"verified_source,omitempty" doc:"document, annex and page they were held against after the set was loaded"`
	VerifiedOn   clock.Date    `json:"verified_on,omitempty"`
	TextVerified bool          `json:"text_verified"`
	Confidence   string        `json:"confidence" enum:"high,medium,low"`
	Note         *TextBody     `json:"note,omitempty"`
}

// LevelBody is a required level: a number or a word.
type LevelBody struct {
	Number *float64 `json:"number,omitempty"`
	Word   string   `json:"word,omitempty"`
}

// ThresholdBody is the required level for all, per key or per year and key. null and missing keys are not known.
type ThresholdBody struct {
	Known        bool                             `json:"known"`
	All          *LevelBody                       `json:"all,omitempty"`
	ByKey        map[string]*LevelBody            `json:"by_key,omitempty"`
	ByYear       map[string]map[string]*LevelBody `json:"by_year,omitempty" doc:"year, then key; key all = every place"`
	Decision     string                           `json:"decision,omitempty" doc:"provincial decision that set this level"`
	Illustrative bool                             `json:"illustrative"`
}

type listInput struct{}

type listOutput struct {
	Body struct {
		Sets []SetBody `json:"sets"`
	}
}

type oneInput struct {
	Set string `path:"set" doc:"code of the set" example:"xa-ntm-2021-2025"`
	At  string `query:"at" doc:"day for which provincial decisions are worked in, default today" example:"2024-06-30"`
}

type oneOutput struct{ Body FullSetBody }

func (s *Service) api(api huma.API) {
	huma.Register(api, huma.Operation{OperationID: "list-criteria-sets", Method: http.MethodGet, Path: "/api/v1/criteria",
		Summary: "Criteria sets, newest version of each", Tags: []string{"criteria"}, Errors: []int{401}}, func(ctx context.Context, _ *listInput) (*listOutput, error) {
		out, err := s.listBody(ctx)
		if err != nil {
			return nil, web.APIError(ctx, err)
		}
		return out, nil
	})
	huma.Register(api, huma.Operation{OperationID: "get-criteria-set", Method: http.MethodGet, Path: "/api/v1/criteria/{set}",
		Summary: "One criteria set with its thresholds", Tags: []string{"criteria"}, Errors: []int{401, 404, 422}}, func(ctx context.Context, in *oneInput) (*oneOutput, error) {
		body, err := s.oneBody(ctx, in)
		if err != nil {
			return nil, web.APIError(ctx, err)
		}
		return &oneOutput{*body}, nil
	})
}

func (s *Service) listBody(ctx context.Context) (*listOutput, error) {
	sets, err := s.Sets(ctx)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Sets = []SetBody{}
	for _, set := range sets {
		if set, err = s.Effective(ctx, set, ""); err != nil {
			return nil, err
		}
		out.Body.Sets = append(out.Body.Sets, setBody(set))
	}
	return out, nil
}

func (s *Service) oneBody(ctx context.Context, in *oneInput) (*FullSetBody, error) {
	at, err := s.day(in.At)
	if err != nil {
		return nil, err
	}
	set, err := s.Current(ctx, in.Set)
	if err != nil {
		return nil, err
	}
	if set, err = s.Effective(ctx, set, at); err != nil {
		return nil, err
	}
	return fullBody(set, at), nil
}

// day reads a day of the address; "" is today.
func (s *Service) day(text string) (clock.Date, error) {
	if text == "" {
		return s.clock.Today(), nil
	}
	d, err := clock.ParseDate(text)
	if err != nil {
		return "", fault.New(fault.Invalid, "criteria.bad_day", clip(text)).At("at")
	}
	return d, nil
}

func setBody(s *Set) SetBody {
	b := SetBody{Code: s.Code, Title: TextBody{s.TitleVI, s.TitleEN}, Level: s.Level, Programme: s.Programme, EffectiveFrom: s.From(), Version: s.Version,
		SHA256: s.SHA256, LegalBasis: list(s.LegalBasis), RequiresSet: s.RequiresSet, StructureOnly: s.StructureOnly,
		Criteria:   CountBody{s.OfficialCriteria, len(s.Criteria())},
		Indicators: CountBody{s.OfficialIndicators, len(s.Indicators())}}
	for _, i := range s.Indicators() {
		if !i.Threshold.Known() {
			b.WithoutLevel++
		}
		b.Illustrative = b.Illustrative || i.Threshold.Illustrative
	}
	return b
}

func fullBody(s *Set, at clock.Date) *FullSetBody {
	b := &FullSetBody{SetBody: setBody(s), At: at, ProvincialBasis: list(s.ProvincialBasis), SpecialKey: s.SpecialRuleKey, KeyedBy: "none",
		ThresholdKeys: []KeyBody{}, Bands: []BandBody{}, Scales: []ScaleBody{}, Sources: []SourceBody{}, Notes: []TextBody{}, Decisions: []DecisionBody{}, Groups: []GroupBody{}}
	switch {
	case s.ByCommuneGroup:
		b.KeyedBy = "commune_group"
	case len(s.Regions) > 0:
		b.KeyedBy = "region"
	}
	for _, keys := range [][]Key{s.Regions, s.CommuneGroups} {
		for _, k := range keys {
			b.ThresholdKeys = append(b.ThresholdKeys, KeyBody{k.ID, TextBody{k.VI, k.EN}, list(k.Source), k.Verified})
		}
	}
	for _, x := range s.Bands {
		b.Bands = append(b.Bands, BandBody(x))
	}
	for _, x := range s.Scales {
		b.Scales = append(b.Scales, ScaleBody{x.ID, list(x.Words), x.Verified})
	}
	for _, x := range s.Sources {
		b.Sources = append(b.Sources, SourceBody{x.ID, x.Title, x.Ref, TextBody{x.UsedFor, x.UsedForEN}})
	}
	for k, vi := range s.Notes {
		b.Notes = append(b.Notes, TextBody{vi, s.NotesEN[k]})
	}
	for _, o := range s.Overrides {
		b.Decisions = append(b.Decisions, DecisionBody{o.Decision, o.DecidedOn, o.ValidFrom, o.Note, o.Illustrative})
	}
	for _, g := range s.Groups {
		group := GroupBody{ID: g.ID, Title: TextBody{g.TitleVI, g.TitleEN}, Criteria: []CriterionBody{}}
		for _, c := range g.Criteria {
			criterion := CriterionBody{ID: c.ID, Title: TextBody{c.TitleVI, c.TitleEN}, TitleVerified: c.TitleVerified, Lead: c.Lead, Indicators: []IndicatorBody{}}
			for _, i := range c.Indicators {
				criterion.Indicators = append(criterion.Indicators, indicatorBody(i))
			}
			group.Criteria = append(group.Criteria, criterion)
		}
		b.Groups = append(b.Groups, group)
	}
	return b
}

func indicatorBody(i *Indicator) IndicatorBody {
	b := IndicatorBody{ID: i.ID, Text: TextBody{i.TextVI, i.TitleEN}, Kind: i.Kind, Unit: i.Unit, Compare: i.Compare, Provincial: i.Provincial, Scale: i.Scale,
		Lead: i.Lead, Supplier: i.Supplier, Evidence: list(i.Evidence), Sources: list(i.Source), Verified: i.Verified, TextVerified: i.TextVerified, Confidence: i.Confidence,
		Threshold: ThresholdBody{Known: i.Threshold.Known(), All: levelBody(i.Threshold.All), ByKey: levelBodies(i.Threshold.ByKey), Decision: i.Threshold.Decision, Illustrative: i.Threshold.Illustrative}}
	b.Page = i.Page
	if i.Mark != nil {
		b.VerifiedIn, b.VerifiedOn = i.Mark.Source, clock.DayOf(i.Mark.AtMS)
	}
	if i.Note != "" {
		b.Note = &TextBody{i.Note, i.NoteEN}
	}
	if i.Threshold.ByYear != nil {
		b.Threshold.ByYear = map[string]map[string]*LevelBody{}
		for year, levels := range i.Threshold.ByYear {
			b.Threshold.ByYear[strconv.Itoa(year)] = levelBodies(levels)
		}
	}
	return b
}

func levelBodies(levels map[string]*Level) map[string]*LevelBody {
	if levels == nil {
		return nil
	}
	out := map[string]*LevelBody{}
	for key, l := range levels {
		if key == "" {
			key = "all"
		}
		out[key] = levelBody(l)
	}
	return out
}

func levelBody(l *Level) *LevelBody {
	switch {
	case l == nil:
		return nil
	case l.Word != "":
		return &LevelBody{Word: l.Word}
	}
	v, err := strconv.ParseFloat(l.Number.String(), 64)
	if err != nil {
		return nil // String writes a plain decimal
	}
	return &LevelBody{Number: &v}
}

// list returns v, never nil, so that JSON writes [] and not null.
func list(v []string) []string {
	if v == nil {
		return []string{}
	}
	return v
}
