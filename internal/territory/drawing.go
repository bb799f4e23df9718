package territory

import (
	"context"

	"langso/internal/platform/clock"
)

// Detail says how exact a drawing is.
type Detail int

const (
	Phone Detail = iota // whole pixels, for narrow screens and slow lines
	Desk                // a tenth of a pixel
)

// Outline is the boundary of one unit as drawn: Path is an SVG path, X and Y a point inside it.
type Outline struct {
	Unit *Unit
	Path string
	X, Y float64
}

// Drawing is the map of one day.
type Drawing struct {
	Width, Height int
	Outlines      []Outline
	Parents       []Outline // units above those of Outlines, for stronger lines
	Source        string    // where the boundaries come from, with their date
}

// Drawing returns the map of day d; ok is false when no boundaries are known for it.
func (s *Service) Drawing(ctx context.Context, d clock.Date, detail Detail) (_ *Drawing, ok bool, err error) {
	return nil, false, nil
}
