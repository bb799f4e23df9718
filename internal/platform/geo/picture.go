package geo

import (
	"math"
	"slices"
	"strconv"
)

// Frame is the picture that shapes are drawn into: north up, equirectangular at the middle latitude.
type Frame struct {
	Width, Height int // pixels
	steps         int // steps per pixel: 1 = whole pixels, 10 = tenths
	west, north   float64
	xScale        float64 // pixels per unit of a Point
	yScale        float64
}

// NewFrame returns the frame of the given width that holds all shapes, with coordinates in whole pixels (steps 1) or
// tenths of them (steps 10). ok is false when there is nothing to draw.
func NewFrame(shapes []Shape, width, steps int) (f Frame, ok bool) {
	west, east, south, north := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, s := range shapes {
		for _, p := range s {
			for _, q := range p[0] {
				west, east = min(west, float64(q.X)), max(east, float64(q.X))
				south, north = min(south, float64(q.Y)), max(north, float64(q.Y))
			}
		}
	}
	if !(west < east && south < north) {
		return f, false
	}
	f = Frame{Width: width, steps: steps, west: west, north: north}
	f.xScale = float64(width) / (east - west)
	f.yScale = f.xScale / squeeze(shapes)
	f.Height = int(math.Ceil((north - south) * f.yScale))
	return f, true
}

// Unit is how long a pixel is, in units of a Point from north to south.
func (f Frame) Unit() float64 { return 1 / f.yScale }

// spot is a point of the picture in steps.
type spot struct{ x, y int }

// Drawn is a shape in the picture.
type Drawn struct {
	frame Frame
	rings [][]spot
}

// Draw puts a shape into the frame. Rings smaller than a step are left out; a shape of which nothing would be left becomes
// a small square, because an island that is there must be seen.
func (f Frame) Draw(s Shape) Drawn {
	d := Drawn{frame: f}
	for _, p := range s {
		for _, r := range p {
			if line := f.line(r); len(line) >= 3 {
				d.rings = append(d.rings, line)
			}
		}
	}
	if len(d.rings) == 0 && len(s) > 0 {
		at, half := f.spot(s[0][0][0]), max(1, f.steps)
		d.rings = [][]spot{{{at.x - half, at.y - half}, {at.x - half, at.y + half}, {at.x + half, at.y + half}, {at.x + half, at.y - half}}}
	}
	return d
}

func (f Frame) spot(p Point) spot {
	steps := float64(f.steps)
	return spot{int(math.Round((float64(p.X) - f.west) * f.xScale * steps)), int(math.Round((f.north - float64(p.Y)) * f.yScale * steps))}
}

// line is a ring in steps, without points that fall together or lie on the way there and back.
func (f Frame) line(r Ring) []spot {
	var out []spot
	for _, p := range r {
		s := f.spot(p)
		if n := len(out); n > 0 && out[n-1] == s {
			continue
		}
		out = append(out, s)
	}
	for len(out) > 1 && out[len(out)-1] == out[0] {
		out = out[:len(out)-1]
	}
	return out
}

// Union is the outline of several drawn shapes together: lines that two of them share are left out.
func (f Frame) Union(shapes []Drawn) Drawn {
	type edge struct{ a, b spot }
	open := map[edge]int{}
	var order []edge
	for _, d := range shapes {
		for _, r := range d.rings {
			for i, a := range r {
				e := edge{a, r[(i+1)%len(r)]}
				if back := (edge{e.b, e.a}); open[back] > 0 {
					open[back]--
					continue
				}
				open[e]++
				order = append(order, e)
			}
		}
	}
	next := map[spot][]spot{}
	for _, e := range order {
		if open[e] > 0 {
			open[e]--
			next[e.a] = append(next[e.a], e.b)
		}
	}
	out := Drawn{frame: f}
	for _, e := range order {
		var r []spot
		for at := e.a; len(next[at]) > 0; {
			list := next[at]
			r = append(r, at)
			next[at], at = list[:len(list)-1], list[len(list)-1]
		}
		if len(r) >= 3 {
			out.rings = append(out.rings, r)
		}
	}
	return out
}

// Path is the drawn shape as SVG path data with absolute coordinates.
func (d Drawn) Path() string {
	var b []byte
	for _, r := range d.rings {
		for i, s := range r {
			switch i {
			case 0:
				b = append(b, 'M')
			default:
				b = append(b, ' ')
			}
			b = append(d.number(b, s.x), ',')
			b = d.number(b, s.y)
		}
		b = append(b, 'z')
	}
	return string(b)
}

func (d Drawn) number(b []byte, v int) []byte {
	return strconv.AppendFloat(b, float64(v)/float64(d.frame.steps), 'f', -1, 64)
}

// labelRows is on how many heights a place for a label is looked for.
const labelRows = 24

// Label returns a point inside the drawn shape, in pixels, with as much room around it as a few cuts can find.
func (d Drawn) Label() (x, y float64) {
	top, bottom := math.MaxInt, math.MinInt
	for _, r := range d.rings {
		for _, s := range r {
			top, bottom = min(top, s.y), max(bottom, s.y)
		}
	}
	best := -1.0
	for i := range labelRows {
		// Between the steps, where no corner lies.
		at := math.Floor(float64(top)+float64(bottom-top)*(float64(i)+0.5)/labelRows) + 0.5
		across := d.cuts(at, func(s spot) (int, int) { return s.y, s.x })
		for j := 0; j+1 < len(across); j += 2 {
			middle := (across[j] + across[j+1]) / 2
			if middle == math.Floor(middle) {
				middle += 0.25
			}
			up := d.cuts(middle, func(s spot) (int, int) { return s.x, s.y })
			for k := 0; k+1 < len(up); k += 2 {
				if up[k] < at && at < up[k+1] {
					if room := min(across[j+1]-across[j], 2*(at-up[k]), 2*(up[k+1]-at)); room > best {
						best, x, y = room, middle, at
					}
				}
			}
		}
	}
	return math.Round(100*x/float64(d.frame.steps)) / 100, math.Round(100*y/float64(d.frame.steps)) / 100
}

// cuts are the places at which a line across the shape enters and leaves it, in order. axes gives the coordinate that the
// line holds and the other one.
func (d Drawn) cuts(at float64, axes func(spot) (int, int)) []float64 {
	var out []float64
	for _, r := range d.rings {
		for i := range r {
			a, along := axes(r[i])
			b, far := axes(r[(i+1)%len(r)])
			if (float64(a) < at) != (float64(b) < at) {
				out = append(out, float64(along)+(at-float64(a))/float64(b-a)*float64(far-along))
			}
		}
	}
	slices.Sort(out)
	return out
}
