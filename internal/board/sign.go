package board

import "langso/internal/platform/ui"

// signOf draws the shape of a status in a box of 16 units as polygons: the same shapes as on the pages, for files that
// cannot use the symbols of a page.
func signOf(s ui.Status) [][]point {
	c := point{8, 8}
	switch s {
	case ui.Met:
		return [][]point{arc(c, 6, 0, 360)}
	case ui.Nearly:
		return [][]point{ring(c, 4.5, 6, 0, 360), arc(c, 5.5, 90, 270)}
	case ui.NotMet:
		return append(polyline(2.5, point{3.5, 3.5}, point{12.5, 12.5}), polyline(2.5, point{12.5, 3.5}, point{3.5, 12.5})...)
	case ui.NoThreshold:
		return polyline(1.6, point{8, 2.7}, point{14, 13.2}, point{2, 13.2}, point{8, 2.7})
	case ui.NotApplicable:
		return polyline(1.75, point{4, 8}, point{12, 8})
	}
	var out [][]point
	for a := 0.0; a < 360; a += 30 { // a dashed ring
		out = append(out, ring(c, 6.1, 7.4, a, a+17))
	}
	out = append(out, polyline(1.4, append(arc(point{8, 6.4}, 1.9, 180, 400), point{8.3, 8.3}, point{8, 9.3})...)...)
	return append(out, arc(point{8, 11.4}, .95, 0, 360))
}
