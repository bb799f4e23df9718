package board

import (
	"math"
	"strconv"
	"strings"
)

// point is a place on a drawing, in pixels from the upper left.
type point struct{ x, y float64 }

// ringsOf reads the rings of an SVG path of straight lines: M, L, H, V and Z, large or small. ok is false for anything
// else, so that a picture never shows half a boundary.
func ringsOf(d string) (rings [][]point, ok bool) {
	var at point
	var ring []point
	command := byte(0)
	rest := d
	number := func() (float64, bool) {
		rest = strings.TrimLeft(rest, " ,\t\r\n")
		end, dots := 0, 0
		for end < len(rest) {
			c := rest[end]
			if c == '.' {
				if dots++; dots > 1 {
					break
				}
			} else if (c < '0' || c > '9') && !(end == 0 && (c == '-' || c == '+')) {
				break
			}
			end++
		}
		v, err := strconv.ParseFloat(rest[:end], 64)
		rest = rest[end:]
		return v, err == nil
	}
	flush := func() {
		if len(ring) > 2 {
			rings = append(rings, ring)
		}
		ring = nil
	}
	for {
		if rest = strings.TrimLeft(rest, " ,\t\r\n"); rest == "" {
			break
		}
		if c := rest[0]; c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			command, rest = c, rest[1:]
			if command == 'Z' || command == 'z' {
				if len(ring) > 0 {
					at = ring[0]
				}
				flush()
				continue
			}
		}
		relative := command >= 'a'
		base := point{}
		if relative {
			base = at
		}
		switch command {
		case 'M', 'm', 'L', 'l':
			x, okX := number()
			y, okY := number()
			if !okX || !okY {
				return nil, false
			}
			at = point{base.x + x, base.y + y}
			if command == 'M' || command == 'm' {
				flush()
				command = map[bool]byte{true: 'l', false: 'L'}[relative] // further pairs are lines
			}
		case 'H', 'h':
			x, okX := number()
			if !okX {
				return nil, false
			}
			at.x = base.x + x
		case 'V', 'v':
			y, okY := number()
			if !okY {
				return nil, false
			}
			at.y = base.y + y
		default:
			return nil, false
		}
		ring = append(ring, at)
	}
	flush()
	return rings, len(rings) > 0
}

// band of a line as a polygon: a line from a to b, w wide, with square ends.
func stroke(a, b point, w float64) []point {
	dx, dy := b.x-a.x, b.y-a.y
	n := math.Hypot(dx, dy)
	if n == 0 {
		return nil
	}
	dx, dy = dx/n*w/2, dy/n*w/2
	return []point{{a.x - dx - dy, a.y - dy + dx}, {b.x + dx - dy, b.y + dy + dx}, {b.x + dx + dy, b.y + dy - dx}, {a.x - dx + dy, a.y - dy - dx}}
}

// arc returns points of a circle from angle a to b, in degrees, clockwise from the right.
func arc(center point, r, a, b float64) []point {
	var out []point
	n := max(int(math.Abs(b-a)/12), 2)
	for i := range n + 1 {
		t := (a + (b-a)*float64(i)/float64(n)) * math.Pi / 180
		out = append(out, point{center.x + r*math.Cos(t), center.y + r*math.Sin(t)})
	}
	return out
}

// ring returns the band of a circle between two radii over an angle, as one polygon.
func ring(center point, inner, outer, a, b float64) []point {
	out := arc(center, outer, a, b)
	return append(out, arc(center, inner, b, a)...)
}

// polyline returns the bands of a line through points.
func polyline(w float64, points ...point) [][]point {
	var out [][]point
	for i := 1; i < len(points); i++ {
		out = append(out, stroke(points[i-1], points[i], w))
	}
	return out
}
