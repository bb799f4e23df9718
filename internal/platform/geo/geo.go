// Package geo holds areas on the earth as plain geometry: reading and writing GeoJSON (RFC 7946), finding what is wrong
// with an outline, drawing many outlines at a smaller scale so that neighbours still touch.
//
// Coordinates are WGS 84 longitude and latitude as whole numbers of 1e-7 degrees, about a centimetre, so that comparing
// points and asking on which side of a line one lies is exact. Nothing here knows what an outline belongs to.
package geo

import (
	"cmp"
	"slices"
)

// Degree is one degree in the unit of a Point.
const Degree = 10_000_000

// Point is a place: X is the longitude, Y the latitude.
type Point struct{ X, Y int32 }

// Ring is a closed line. The first point is not repeated at the end.
type Ring []Point

// Polygon is one area: its outer ring, counter-clockwise, then its holes, clockwise.
type Polygon []Ring

// Shape is an area of one or several polygons.
type Shape []Polygon

// Box is a range of longitude and latitude in degrees.
type Box struct{ West, South, East, North float64 }

// Holds reports whether a position in degrees lies in the box.
func (b Box) Holds(lon, lat float64) bool {
	return b.West <= lon && lon <= b.East && b.South <= lat && lat <= b.North
}

// Points counts the points of all rings.
func (s Shape) Points() int {
	n := 0
	for _, p := range s {
		for _, r := range p {
			n += len(r)
		}
	}
	return n
}

// compare orders points from west to east, then from south to north.
func (p Point) compare(o Point) int {
	return cmp.Or(cmp.Compare(p.X, o.X), cmp.Compare(p.Y, o.Y))
}

// area is twice the signed area of a ring in square units, positive when it runs counter-clockwise.
func (r Ring) area() float64 {
	sum := 0.0
	for i, p := range r {
		q := r[(i+1)%len(r)]
		sum += float64(p.X-r[0].X)*float64(q.Y-r[0].Y) - float64(q.X-r[0].X)*float64(p.Y-r[0].Y)
	}
	return sum
}

// turn gives the rings of a polygon their direction.
func (p Polygon) turn() {
	for i, r := range p {
		if (r.area() < 0) == (i == 0) {
			slices.Reverse(r)
		}
	}
}

// maxCrossingTests bounds the work of looking for crossings in one polygon. An outline that a survey made needs a few
// tests per point; one that was made to keep a computer busy needs the square of its points.
const maxCrossingTests = 50_000_000

// side tells on which side of the line from a to b the point c lies: 1 left, -1 right, 0 on it.
func side(a, b, c Point) int {
	ux, uy := int64(b.X)-int64(a.X), int64(b.Y)-int64(a.Y)
	vx, vy := int64(c.X)-int64(a.X), int64(c.Y)-int64(a.Y)
	return cmp.Compare(ux*vy, uy*vx)
}

type segment struct{ a, b Point }

// crosses reports whether two lines of the polygon cross each other. Lines that only touch do not cross. known = false
// when that would take too much work to find out.
func (p Polygon) crosses() (crosses, known bool) {
	var all []segment
	for _, r := range p {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			if a.compare(b) > 0 {
				a, b = b, a
			}
			all = append(all, segment{a, b})
		}
	}
	slices.SortFunc(all, func(s, t segment) int { return s.a.compare(t.a) })
	tests := 0
	for i, s := range all {
		low, high := min(s.a.Y, s.b.Y), max(s.a.Y, s.b.Y)
		for _, t := range all[i+1:] {
			if t.a.X > s.b.X {
				break
			}
			if tests++; tests > maxCrossingTests {
				return false, false
			}
			if max(t.a.Y, t.b.Y) < low || min(t.a.Y, t.b.Y) > high {
				continue
			}
			if side(s.a, s.b, t.a)*side(s.a, s.b, t.b) < 0 && side(t.a, t.b, s.a)*side(t.a, t.b, s.b) < 0 {
				return true, true
			}
		}
	}
	return false, true
}
