package geo

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Grid is the raster that simplified shapes lie on: 1e-5 degrees, about a metre. Neighbours whose common line was written
// with different roundings meet again on it.
const Grid = 100

// Simplify leaves out points of shapes so that no line moves by more than tolerance (in units of a Point, measured north
// and south; east and west shrink by the cosine of the latitude). The line that two shapes share stays the same in both:
// rings are cut where three lines meet, and each piece is thinned out in one direction, whichever ring it belongs to.
// A ring that shrinks to nothing is left out; of each shape at least one stays.
func Simplify(shapes []Shape, tolerance float64) []Shape {
	t := &thinning{tolerance: tolerance, nodes: map[Point]node{}, squeeze: squeeze(shapes)}
	snapped := make([]Shape, len(shapes))
	for i, s := range shapes {
		for _, p := range s {
			var q Polygon
			for j, r := range p {
				if r = r.snap(); len(r) >= 3 {
					q = append(q, r)
				} else if j == 0 {
					break // without its outer ring a polygon has no holes either
				}
			}
			if len(q) > 0 {
				snapped[i] = append(snapped[i], q)
			}
		}
		for _, p := range snapped[i] {
			for _, r := range p {
				t.note(r)
			}
		}
	}
	out := make([]Shape, len(shapes))
	for i, s := range snapped {
		for _, p := range s {
			var q Polygon
			for j, r := range p {
				if r = t.thin(r); len(r) >= 3 {
					q = append(q, r)
				} else if j == 0 {
					break
				}
			}
			if len(q) > 0 {
				out[i] = append(out[i], q)
			}
		}
		if len(out[i]) == 0 {
			out[i] = smallest(s, shapes[i])
		}
	}
	return out
}

// smallest is what is left of a shape that is smaller than the tolerance: its largest ring as it was.
func smallest(snapped, whole Shape) Shape {
	if len(snapped) == 0 {
		snapped = whole
	}
	var best Ring
	for _, p := range snapped {
		if best == nil || p[0].area() > best.area() {
			best = p[0]
		}
	}
	if best == nil {
		return nil
	}
	return Shape{{best}}
}

// squeeze is the cosine of the middle latitude of all shapes.
func squeeze(shapes []Shape) float64 {
	low, high := int32(math.MaxInt32), int32(math.MinInt32)
	for _, s := range shapes {
		for _, p := range s {
			for _, q := range p[0] {
				low, high = min(low, q.Y), max(high, q.Y)
			}
		}
	}
	return math.Cos((float64(low) + float64(high)) / 2 / Degree * math.Pi / 180)
}

// snap moves the points onto the grid and drops those that fall together.
func (r Ring) snap() Ring {
	out := make(Ring, 0, len(r))
	for _, p := range r {
		p = Point{onGrid(p.X), onGrid(p.Y)}
		if len(out) == 0 || out[len(out)-1] != p {
			out = append(out, p)
		}
	}
	for len(out) > 1 && out[len(out)-1] == out[0] {
		out = out[:len(out)-1]
	}
	return out
}

func onGrid(v int32) int32 {
	return int32(math.Round(float64(v)/Grid)) * Grid
}

// node remembers the points beside a point: with a third one it is a junction, which always stays.
type node struct {
	a, b Point
	n    int
}

type thinning struct {
	tolerance, squeeze float64
	nodes              map[Point]node
	tests              int // distances measured so far
}

// maxDistanceTests bounds the work of thinning out all outlines of a file: what is left then keeps all its points. Surveyed
// outlines of a country need a tenth.
const maxDistanceTests = 200_000_000

func (t *thinning) note(r Ring) {
	for i, p := range r {
		n := t.nodes[p]
		for _, q := range []Point{r[(i+len(r)-1)%len(r)], r[(i+1)%len(r)]} {
			switch {
			case n.n > 0 && n.a == q || n.n > 1 && n.b == q:
			case n.n == 0:
				n.a, n.n = q, 1
			case n.n == 1:
				n.b, n.n = q, 2
			default:
				n.n = 3
			}
		}
		t.nodes[p] = n
	}
}

// thin leaves out points of one ring.
func (t *thinning) thin(r Ring) Ring {
	start := slices.IndexFunc(r, func(p Point) bool { return t.nodes[p].n > 2 })
	if start < 0 { // an island, or a shape and the hole it lies in
		start = 0
		for i, p := range r {
			if p.compare(r[start]) < 0 {
				start = i
			}
		}
	}
	line := append(append(slices.Clone(r[start:]), r[:start]...), r[start])
	var out Ring
	from := 0
	for i := 1; i < len(line); i++ {
		if i == len(line)-1 || t.nodes[line[i]].n > 2 {
			piece := t.piece(line[from : i+1])
			out = append(out, piece[:len(piece)-1]...)
			from = i
		}
	}
	return out
}

// piece thins out the line between two points that stay, in the direction that does not depend on the ring.
func (t *thinning) piece(line Ring) Ring {
	n := len(line)
	order := line[0].compare(line[n-1])
	if order == 0 {
		order = line[1].compare(line[n-2])
	}
	backwards := order > 0
	work := slices.Clone(line)
	if backwards {
		slices.Reverse(work)
	}
	keep := make([]bool, n)
	keep[0], keep[n-1] = true, true
	if work[0] == work[n-1] { // a loop has no direction to measure from: its farthest point stays, too
		far, at := -1.0, 0
		for i, p := range work {
			if d := t.distance(p, work[0], work[0]); d > far {
				far, at = d, i
			}
		}
		keep[at] = true
		t.mark(work, keep, 0, at)
		t.mark(work, keep, at, n-1)
	} else {
		t.mark(work, keep, 0, n-1)
	}
	out := work[:0]
	for i, k := range keep {
		if k {
			out = append(out, work[i])
		}
	}
	if backwards {
		slices.Reverse(out)
	}
	return out
}

// mark keeps the points between two kept ones that the line between those would miss (Douglas and Peucker).
func (t *thinning) mark(line Ring, keep []bool, from, to int) {
	open := [][2]int{{from, to}}
	for len(open) > 0 {
		from, to := open[len(open)-1][0], open[len(open)-1][1]
		open = open[:len(open)-1]
		if t.tests += to - from; t.tests > maxDistanceTests {
			for i := from; i < to; i++ {
				keep[i] = true
			}
			continue
		}
		far, at := t.tolerance, 0
		for i := from + 1; i < to; i++ {
			if d := t.distance(line[i], line[from], line[to]); d > far {
				far, at = d, i
			}
		}
		if at > 0 {
			keep[at] = true
			open = append(open, [2]int{from, at}, [2]int{at, to})
		}
	}
}

// distance is how far p lies from the line between a and b.
func (t *thinning) distance(p, a, b Point) float64 {
	px, py := float64(p.X-a.X)*t.squeeze, float64(p.Y-a.Y)
	bx, by := float64(b.X-a.X)*t.squeeze, float64(b.Y-a.Y)
	if length := bx*bx + by*by; length > 0 {
		along := min(1, max(0, (px*bx+py*by)/length))
		px, py = px-along*bx, py-along*by
	}
	return math.Hypot(px, py)
}

// Pack writes a shape that lies on the grid as short text: steps between points in grid units, ";" between rings, "|"
// between polygons.
func (s Shape) Pack() string {
	var b []byte
	for i, p := range s {
		if i > 0 {
			b = append(b, '|')
		}
		for j, r := range p {
			if j > 0 {
				b = append(b, ';')
			}
			var last Point
			for k, q := range r {
				if k > 0 {
					b = append(b, ' ')
				}
				b = strconv.AppendInt(b, int64((q.X-last.X)/Grid), 10)
				b = append(b, ' ')
				b = strconv.AppendInt(b, int64((q.Y-last.Y)/Grid), 10)
				last = q
			}
		}
	}
	return string(b)
}

// Unpack reads what Pack wrote.
func Unpack(text string) (Shape, error) {
	var s Shape
	for p := range strings.SplitSeq(text, "|") {
		var polygon Polygon
		for r := range strings.SplitSeq(p, ";") {
			numbers := strings.Fields(r)
			if len(numbers) < 6 || len(numbers)%2 != 0 {
				return nil, fmt.Errorf("geo: %d numbers are no packed ring", len(numbers))
			}
			ring := make(Ring, 0, len(numbers)/2)
			var last Point
			for i := 0; i < len(numbers); i += 2 {
				x, err1 := strconv.ParseInt(numbers[i], 10, 32)
				y, err2 := strconv.ParseInt(numbers[i+1], 10, 32)
				if err1 != nil || err2 != nil {
					return nil, fmt.Errorf("geo: %q %q are no packed point", numbers[i], numbers[i+1])
				}
				last = Point{last.X + int32(x)*Grid, last.Y + int32(y)*Grid}
				ring = append(ring, last)
			}
			polygon = append(polygon, ring)
		}
		s = append(s, polygon)
	}
	return s, nil
}
