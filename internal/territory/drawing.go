package territory

import (
	"context"
	"slices"
	"strings"
	"sync"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/geo"
	"langso/internal/platform/i18n"
)

// Detail is how finely a map is drawn.
type Detail string

const (
	Desk  Detail = "desk"  // tenths of a pixel
	Phone Detail = "phone" // whole pixels, for a first view over a slow line
)

// pictureWidth is the width of every drawing in pixels.
const pictureWidth = 720

// tolerance is how far a line may move, in pixels.
func (d Detail) tolerance() float64 {
	if d == Phone {
		return 1.3
	}
	return 0.75
}

// steps is how many steps a pixel has.
func (d Detail) steps() int {
	if d == Phone {
		return 1
	}
	return 10
}

// Outline is one unit drawn in the frame of a Drawing: SVG path data with absolute integer or one-decimal coordinates.
type Outline struct {
	Unit *Unit
	Path string
	X, Y float64 // label point inside
}

// Drawing is every commune-level unit of a day, drawn to scale (north up, equirectangular at the province's latitude).
// It is shared and not to be changed.
type Drawing struct {
	Width, Height int
	Outlines      []Outline // in Vietnamese order of name
	Parents       []Outline // districts or former provinces, for heavier lines; may be empty
	Source        string    // where the outlines come from, with the mark of what is illustrative
}

// drawings keeps what was drawn at one revision of the territory.
type drawings struct {
	mu   sync.Mutex
	rev  int64
	kept map[drawingKey]*Drawing // nil = cannot be drawn
}

type drawingKey struct {
	level  Level
	since  clock.Date // first day of the interval without changes
	detail Detail
	lang   i18n.Lang // the mark of illustrative outlines is a word
}

// Drawing returns the map of day d, ok=false when fewer than all of the commune-level units of the provinces that report
// here have an outline on that day (callers then draw schematic cells labelled "sơ đồ"). Parents are drawn from the
// outlines of their communes, so that both lines lie on each other.
func (s *Service) Drawing(ctx context.Context, d clock.Date, detail Detail) (_ *Drawing, ok bool, err error) {
	return s.LevelDrawing(ctx, Commune, d, detail)
}

// LevelDrawing is Drawing for the units of any level: districts until 30/06/2025, provinces.
func (s *Service) LevelDrawing(ctx context.Context, level Level, d clock.Date, detail Detail) (_ *Drawing, ok bool, err error) {
	defer fault.Wrap(&err, "territory.Drawing(%s, %s, %s)", level, d, detail)
	reg, err := s.Register(ctx)
	if err != nil {
		return nil, false, err
	}
	roster := reg.At(d)
	key := drawingKey{level, reg.changes[reg.interval(d)], detail, i18n.Of(ctx)}
	if db.InWrite(ctx) { // what a transaction sees may be undone
		drawing, err := s.draw(ctx, roster, level, detail)
		return drawing, drawing != nil, err
	}
	if kept, known := s.drawn.get(reg.rev, key); known {
		return kept, kept != nil, nil
	}
	drawing, err := s.draw(ctx, roster, level, detail)
	if err != nil {
		return nil, false, err
	}
	s.drawn.put(reg.rev, key, drawing)
	return drawing, drawing != nil, nil
}

// get returns what is kept for a revision; a newer one than all before empties the rest.
func (d *drawings) get(rev int64, key drawingKey) (drawing *Drawing, known bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.kept == nil || d.rev < rev {
		d.rev, d.kept = rev, map[drawingKey]*Drawing{}
	}
	if d.rev != rev {
		return nil, false
	}
	drawing, known = d.kept[key]
	return drawing, known
}

func (d *drawings) put(rev int64, key drawingKey, drawing *Drawing) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rev == rev {
		d.kept[key] = drawing
	}
}

// draw makes a drawing, nil when outlines are missing.
func (s *Service) draw(ctx context.Context, roster *Roster, level Level, detail Detail) (*Drawing, error) {
	var rows []drawnRow
	var sources map[int64]OutlineSource
	err := s.db.Snapshot(ctx, func(ctx context.Context) (err error) {
		if rows, err = loadDrawn(ctx, s.db.Read(ctx), level, roster.Date(), detail); err == nil && len(rows) > 0 {
			sources, err = loadOutlineSources(ctx, s.db.Read(ctx))
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	packed := make(map[UnitID]drawnRow, len(rows))
	for _, r := range rows {
		packed[r.unit] = r
	}
	var units []*Unit
	var shapes []geo.Shape
	var from []string
	for _, u := range roster.Units() {
		if u.Level != level || !roster.home(u) {
			continue
		}
		r, ok := packed[u.ID]
		if !ok {
			return nil, nil
		}
		shape, err := geo.Unpack(r.packed)
		if err != nil {
			return nil, fault.New(fault.Internal, "fault.internal").Because(err)
		}
		units, shapes = append(units, u), append(shapes, shape)
		if t := sources[r.source].title(ctx); !slices.Contains(from, t) {
			from = append(from, t)
		}
	}
	frame, ok := geo.NewFrame(shapes, pictureWidth, detail.steps())
	if !ok {
		return nil, nil
	}
	d := &Drawing{Width: frame.Width, Height: frame.Height, Source: strings.Join(from, "; ")}
	within := map[*Unit][]geo.Drawn{}
	for i, u := range units {
		drawn := frame.Draw(shapes[i])
		d.Outlines = append(d.Outlines, outline(u, drawn))
		if p := roster.groupOf(u); p != nil {
			within[p] = append(within[p], drawn)
		}
	}
	for p, list := range within {
		d.Parents = append(d.Parents, outline(p, frame.Union(list)))
	}
	slices.SortFunc(d.Parents, func(a, b Outline) int { return roster.reg.order[a.Unit.ID] - roster.reg.order[b.Unit.ID] })
	return d, nil
}

func outline(u *Unit, drawn geo.Drawn) Outline {
	x, y := drawn.Label()
	return Outline{Unit: u, Path: drawn.Path(), X: x, Y: y}
}
