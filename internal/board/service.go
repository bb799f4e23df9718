package board

import (
	"context"
	"time"

	"langso/internal/assessment"
	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
	"langso/internal/territory"
)

// Service answers the pages of this module. It holds nothing of its own.
type Service struct {
	db      *db.DB
	clock   *clock.Clock
	units   *territory.Service
	sets    *criteria.Service
	results *assessment.Service
	drawer  drawer
	drawing chan struct{} // one place per PNG being drawn
}

// drawnAtOnce is how many PNGs are drawn at the same time.
const drawnAtOnce = 2

// drawer knows the boundaries of units.
type drawer interface {
	Drawing(ctx context.Context, d clock.Date, detail territory.Detail) (*territory.Drawing, bool, error)
}

// New returns the Service.
func New(kit module.Kit, units *territory.Service, sets *criteria.Service, results *assessment.Service) *Service {
	return &Service{db: kit.DB, clock: kit.Clock, units: units, sets: sets, results: results, drawer: units, drawing: make(chan struct{}, drawnAtOnce)}
}

// reader is the ctx with which a page asks: its own on the desk, a guest's outside.
func reader(ctx context.Context, desk bool) (context.Context, error) {
	if !desk {
		return auth.AsGuest(ctx), nil
	}
	return ctx, auth.RequireAnywhere(ctx, auth.ReadResults)
}

// board reads the board of a choice: as it is known now, or as it was known at the end of the day "luc".
func (s *Service) board(ctx context.Context, c choice) (*assessment.Board, error) {
	if c.known == "" {
		return s.results.Board(ctx, c.set, c.period)
	}
	day, err := clock.ParseDate(c.known)
	if err != nil {
		return nil, fault.New(fault.Invalid, "board.bad_day", c.known).At("luc")
	}
	if day > s.clock.Today() {
		return nil, fault.New(fault.Invalid, "board.day_ahead", c.known).At("luc")
	}
	if day == s.clock.Today() {
		return s.results.Board(ctx, c.set, c.period)
	}
	return s.results.BoardAt(ctx, c.set, c.period, endOf(day))
}

// endOf is the last instant of a day in Vietnam.
func endOf(day clock.Date) time.Time {
	next := day.AddDays(1).Time()
	return time.Date(next.Year(), next.Month(), next.Day(), 0, 0, 0, 0, clock.Vietnam).Add(-time.Millisecond)
}
