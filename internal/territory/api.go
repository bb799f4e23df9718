package territory

import (
	"context"
	"net/http"
	"strconv"

	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/web"

	"github.com/danielgtaylor/huma/v2"
)

// UnitBody is one administrative unit in answers of the API.
type UnitBody struct {
	ID             string  `json:"id" doc:"Identity of the unit for ever. The code is re-used by other units, the id is not" example:"32480501"`
	Code           string  `json:"code" doc:"Statistics code that the unit bore" example:"24805"`
	Level          Level   `json:"level" enum:"province,district,commune" doc:"Tier. Districts exist until 2025-06-30"`
	Kind           Kind    `json:"kind" enum:"xa,phuong,thi_tran,dac_khu,huyen,thi_xa,thanh_pho,quan,tinh,thanh_pho_tw" doc:"Legal kind. Only xa take part in the programme"`
	Name           string  `json:"name" doc:"Name without the kind, unless the rest is only a number" example:"Xuân Thọ"`
	FullName       string  `json:"full_name" doc:"Name with the kind" example:"Xã Xuân Thọ"`
	NameEN         string  `json:"name_en" doc:"Name without Vietnamese marks" example:"Xuan Tho"`
	Parent         *string `json:"parent" doc:"Code of the administrative parent on the day; null at the top. Of a unit that is not there on the day: on its last day"`
	FormerProvince *string `json:"former_province" doc:"Code of the province that the commune came from in 2025; null where none applies"`
	ValidFrom      *string `json:"valid_from" doc:"First day; null = before this data begins" example:"2025-07-01"`
	ValidTo        *string `json:"valid_to" doc:"Last day, inclusive; null = still there" example:"2025-06-30"`
}

// RelatedBody is a unit that another came from or went into.
type RelatedBody struct {
	ID        string  `json:"id"`
	Code      string  `json:"code"`
	Name      string  `json:"name"`
	Kind      Kind    `json:"kind"`
	ValidFrom *string `json:"valid_from"`
	ValidTo   *string `json:"valid_to"`
	On        string  `json:"on" doc:"Day of the change"`
	Whole     bool    `json:"whole" doc:"The former unit went over as a whole; false = a part of it"`
	Change    string  `json:"change" enum:"merge,split,rename,unchanged,move"`
	Basis     string  `json:"basis" doc:"Legal act with clause"`
}

// UnitDetailBody is one unit with what it came from and what became of it.
type UnitDetailBody struct {
	UnitBody
	Predecessors []RelatedBody `json:"predecessors" doc:"Units that this one was made of"`
	Successors   []RelatedBody `json:"successors" doc:"Units that this one went into"`
}

// HitBody is one unit found by name or code.
type HitBody struct {
	UnitBody
	Current    bool       `json:"current" doc:"The unit is there on the day"`
	Spelling   string     `json:"spelling,omitempty" doc:"Other spelling of the name that was found"`
	Successors []UnitBody `json:"successors" doc:"Of a unit that is no longer there: what it is on the day"`
}

type unitsInput struct {
	Level  string `query:"level" enum:"province,district,commune" doc:"Only this tier"`
	Kind   string `query:"kind" enum:"xa,phuong,thi_tran,dac_khu,huyen,thi_xa,thanh_pho,quan,tinh,thanh_pho_tw" doc:"Only this legal kind"`
	Parent string `query:"parent" doc:"Only units below the one that bears this code on the day, at any depth" example:"68"`
	At     string `query:"at" doc:"Day, YYYY-MM-DD; default today in Vietnam" example:"2024-05-01"`
}

type unitInput struct {
	Code string `path:"code" doc:"Statistics code on the day" example:"24805"`
	At   string `query:"at" doc:"Day, YYYY-MM-DD; default today in Vietnam" example:"2024-05-01"`
}

type searchInput struct {
	Q     string `query:"q" required:"true" maxLength:"200" doc:"Name, former name or code; marks, case, apostrophes and spaces do not matter" example:"da rsal"`
	At    string `query:"at" doc:"Day, YYYY-MM-DD; default today in Vietnam"`
	Limit int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"At most so many units"`
}

type unitsOutput struct {
	Body struct {
		Units []UnitBody `json:"units"`
	}
}

type searchOutput struct {
	Body struct {
		Units []HitBody `json:"units"`
	}
}

func (s *Service) api(api huma.API) {
	tags := []string{"units"}
	huma.Register(api, huma.Operation{OperationID: "list-units", Method: http.MethodGet, Path: "/api/v1/units", Tags: tags, Errors: []int{401, 404, 422},
		Summary: "Administrative units of one day", Description: "In Vietnamese order of name."}, s.apiUnits)
	huma.Register(api, huma.Operation{OperationID: "search-units", Method: http.MethodGet, Path: "/api/v1/units/search", Tags: tags, Errors: []int{401, 422},
		Summary:     "Find units by name or code",
		Description: "Former units are found, too, with what they are on the day. Exact names come first, then Vietnamese order."}, s.apiSearch)
	huma.Register(api, huma.Operation{OperationID: "get-unit", Method: http.MethodGet, Path: "/api/v1/units/{code}", Tags: tags, Errors: []int{401, 404, 422},
		Summary:     "The unit that bears a code on one day",
		Description: "When the code means nothing on that day, the answer is 404 and names the days on which it does."}, s.apiUnit)
}

// day reads a day as addresses state it; "" is today.
func (s *Service) day(text string) (clock.Date, error) {
	if text == "" {
		return s.clock.Today(), nil
	}
	d, err := clock.ParseDate(text)
	if err != nil {
		return "", fault.New(fault.Invalid, "territory.bad_date", text).At("at")
	}
	return d, nil
}

// registerOn returns the register and the roster of the day that text states.
func (s *Service) registerOn(ctx context.Context, text string) (*Register, *Roster, error) {
	d, err := s.day(text)
	if err != nil {
		return nil, nil, err
	}
	r, err := s.Register(ctx)
	if err != nil {
		return nil, nil, err
	}
	return r, r.At(d), nil
}

func (s *Service) apiUnits(ctx context.Context, in *unitsInput) (*unitsOutput, error) {
	reg, roster, err := s.registerOn(ctx, in.At)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	var parent *Unit
	if in.Parent != "" {
		if parent, err = s.Bearer(ctx, reg, in.Parent, roster.Date()); err != nil {
			return nil, web.APIError(ctx, err)
		}
	}
	out := &unitsOutput{}
	out.Body.Units = []UnitBody{}
	for _, u := range roster.Units() {
		if in.Level != "" && u.Level != Level(in.Level) || in.Kind != "" && u.Kind != Kind(in.Kind) ||
			parent != nil && !roster.below(Administrative, u, parent.ID) {
			continue
		}
		out.Body.Units = append(out.Body.Units, BodyOf(roster, u))
	}
	return out, nil
}

func (s *Service) apiUnit(ctx context.Context, in *unitInput) (*struct{ Body UnitDetailBody }, error) {
	reg, roster, err := s.registerOn(ctx, in.At)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	u, err := s.Bearer(ctx, reg, in.Code, roster.Date())
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	b := UnitDetailBody{UnitBody: BodyOf(roster, u), Predecessors: []RelatedBody{}, Successors: []RelatedBody{}}
	for _, e := range reg.Predecessors(u.ID) {
		b.Predecessors = append(b.Predecessors, relatedBody(reg.Unit(e.From), e))
	}
	for _, e := range reg.Successors(u.ID) {
		b.Successors = append(b.Successors, relatedBody(reg.Unit(e.To), e))
	}
	return &struct{ Body UnitDetailBody }{b}, nil
}

func (s *Service) apiSearch(ctx context.Context, in *searchInput) (*searchOutput, error) {
	reg, roster, err := s.registerOn(ctx, in.At)
	if err != nil {
		return nil, web.APIError(ctx, err)
	}
	out := &searchOutput{}
	out.Body.Units = []HitBody{}
	for _, h := range reg.Search(in.Q, roster.Date(), in.Limit) {
		b := HitBody{UnitBody: BodyOf(roster, h.Unit), Current: h.Current, Spelling: h.Spelling, Successors: []UnitBody{}}
		for _, v := range h.Successors {
			b.Successors = append(b.Successors, BodyOf(roster, v))
		}
		out.Body.Units = append(out.Body.Units, b)
	}
	return out, nil
}

// BodyOf describes u on the day of the roster, or on its own last day when it is not there.
func BodyOf(r *Roster, u *Unit) UnitBody {
	if !u.ValidAt(r.Date()) {
		r = r.Register().onLastDay(u)
	}
	return UnitBody{
		ID: strconv.FormatInt(int64(u.ID), 10), Code: u.Code, Level: u.Level, Kind: u.Kind, Name: u.Name, FullName: u.FullName(), NameEN: u.NameEN,
		Parent: codeOf(r.Parent(Administrative, u.ID)), FormerProvince: codeOf(r.Parent(FormerProvince, u.ID)),
		ValidFrom: dateOrNull(u.From), ValidTo: dateOrNull(u.To),
	}
}

func relatedBody(u *Unit, e Edge) RelatedBody {
	return RelatedBody{ID: strconv.FormatInt(int64(u.ID), 10), Code: u.Code, Name: u.Name, Kind: u.Kind, ValidFrom: dateOrNull(u.From), ValidTo: dateOrNull(u.To),
		On: string(e.On), Whole: e.Whole, Change: e.Kind, Basis: e.Basis}
}

func codeOf(u *Unit) *string {
	if u == nil {
		return nil
	}
	return &u.Code
}

func dateOrNull(d clock.Date) *string {
	if d == "" {
		return nil
	}
	s := string(d)
	return &s
}
