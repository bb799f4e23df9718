package geo

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"

	"langso/internal/testkit/reference"
)

// world holds the places of the tests.
var world = Box{100, 0, 120, 30}

// feature is a collection of one feature with this geometry.
func feature(geometry string) []byte {
	return []byte(`{"type":"FeatureCollection","features":[{"type":"Feature","id":7,"properties":{"code":"24805","n":5,"x":null,"y":[1]},"geometry":` + geometry + `}]}`)
}

func polygon(rings string) string { return `{"type":"Polygon","coordinates":` + rings + `}` }

const square = "[[[105,10],[106,10],[106,11],[105,11],[105,10]]]"

func TestRead(t *testing.T) {
	c, err := Read(feature(polygon(square)), world)
	if err != nil {
		t.Fatal(err)
	}
	f := c.Features[0]
	if f.N != 1 || f.ID != "7" || fmt.Sprint(f.Properties) != "map[code:24805 n:5]" || f.Problem != "" || f.Shape.Points() != 4 || !c.WGS84() {
		t.Errorf("%+v", f)
	}
	// Clockwise as it comes, counter-clockwise as it is kept; the third number of a position is a height.
	c, err = Read(feature(polygon("[[[105,10,3],[105,11,3],[106,11,3],[106,10,3],[105,10,3]],[[105.2,10.2],[105.4,10.2],[105.4,10.4],[105.2,10.4],[105.2,10.2]]]")), world)
	if err != nil {
		t.Fatal(err)
	}
	p := c.Features[0].Shape[0]
	if p[0].area() <= 0 || p[1].area() >= 0 {
		t.Error("rings do not run as RFC 7946 has them")
	}
	var back struct {
		Type        string
		Coordinates [][][][2]float64
	}
	if err := json.Unmarshal([]byte(c.Features[0].Shape.GeoJSON()), &back); err != nil || back.Type != "MultiPolygon" || fmt.Sprint(back.Coordinates) != "[[[[106 10] [106 11] [105 11] [105 10] [106 10]] [[105.2 10.4] [105.4 10.4] [105.4 10.2] [105.2 10.2] [105.2 10.4]]]]" {
		t.Errorf("%v %v", back, err)
	}
}

func TestProblems(t *testing.T) {
	for _, c := range []struct {
		geometry string
		want     Problem
	}{
		{"null", NoGeometry},
		{polygon("[]"), NoGeometry},
		{`{"type":"Point","coordinates":[105,10]}`, NotAnArea},
		{`{"type":"GeometryCollection","geometries":[]}`, NotAnArea},
		{polygon(`[[["a",10],[106,10],[106,11],[105,10]]]`), BadPosition},
		{polygon("[[[105],[106],[106],[105]]]"), BadPosition},
		{polygon("[[[105,10],[106,10],[105,10]]]"), TooShort},
		{polygon("[[[105,10],[106,10],[106,11],[105,11]]]"), Unclosed},
		{polygon("[[[105,10],[106,10],[107,10],[105,10]]]"), NoArea},
		{polygon("[[[105,10],[106,11],[106,10],[105,11],[105,10]]]"), Crossing}, // a bow tie
		{polygon("[[[105,10],[106,10],[106,11],[105,11],[105,10]],[[105.5,10.5],[107,10.5],[107,10.6],[105.5,10.6],[105.5,10.5]]]"), Crossing}, // a hole that leaves its area
		{polygon("[[[10,105],[10,106],[11,106],[11,105],[10,105]]]"), Swapped},
		{polygon("[[[587000,1320000],[588000,1320000],[588000,1321000],[587000,1320000]]]"), Metres},
		{polygon("[[[2,48],[3,48],[3,49],[2,48]]]"), Outside},
		{polygon("[[[105,10],[106,10],[106,11],[99,11],[105,10]]]"), Outside}, // one corner is enough
	} {
		got, err := Read(feature(c.geometry), world)
		if err != nil {
			t.Fatalf("%s: %v", c.geometry, err)
		}
		if f := got.Features[0]; f.Problem != c.want || f.Shape != nil {
			t.Errorf("%s: %q, want %q", c.geometry, f.Problem, c.want)
		}
	}
}

func TestRefusedFiles(t *testing.T) {
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"empty":         {"", ErrNotGeoJSON},
		"a table":       {"code,name\n1,2\n", ErrNotGeoJSON},
		"a geometry":    {polygon(square), ErrNotGeoJSON},
		"cut off":       {string(feature(polygon(square))[:90]), ErrNotGeoJSON},
		"not a feature": {`{"type":"FeatureCollection","features":[{"type":"Topology"}]}`, ErrNotGeoJSON},
		"not UTF-8":     {"{\"type\":\"FeatureCollection\",\"name\":\"\xff\",\"features\":[]}", ErrNotGeoJSON},
		"a pit":         {strings.Repeat("[", 1_000_000), ErrTooDeep},
		"deep geometry": {string(feature(polygon(strings.Repeat("[", 40) + strings.Repeat("]", 40)))), ErrTooDeep},
		"many features": {`{"type":"FeatureCollection","features":[` + strings.Repeat(`{"type":"Feature"},`, maxFeatures) + `{"type":"Feature"}]}`, ErrTooMany},
	} {
		if _, err := Read([]byte(c.file), world); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if c, err := Read([]byte(`{"type":"FeatureCollection","name":"[[[[\"[[[[","features":[]}`), world); err != nil || len(c.Features) != 0 {
		t.Errorf("brackets in a text: %v %v", c, err)
	}
}

func TestCRS(t *testing.T) {
	for name, want := range map[string]bool{"urn:ogc:def:crs:OGC:1.3:CRS84": true, "urn:ogc:def:crs:EPSG::4326": true, "EPSG:4326": true, "": true,
		"urn:ogc:def:crs:EPSG::3405": false, "EPSG:9210": false, "VN-2000": false} {
		if c := (Collection{CRS: name}); c.WGS84() != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}

// shapes are those of a file of the reference data.
func shapes(t testing.TB, name string) []Shape {
	t.Helper()
	b, err := os.ReadFile(reference.Path(t, "reference/territory/boundaries/"+name))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Read(b, world)
	if err != nil {
		t.Fatal(err)
	}
	var out []Shape
	for _, f := range c.Features {
		if f.Problem != "" {
			t.Fatalf("%s: feature %d: %s", name, f.N, f.Problem)
		}
		out = append(out, f.Shape)
	}
	if len(out) == 0 {
		t.Fatalf("%s is empty", name)
	}
	return out
}

// Neighbours still touch after points were left out: together they are the province and its islands, without a gap.
func TestNeighboursStillTouch(t *testing.T) {
	rings := 0 // of the province, counted in a file of its own
	for _, s := range shapes(t, "province-2025.geojson") {
		for _, p := range s {
			rings += len(p)
		}
	}
	communes := shapes(t, "communes-2025.geojson")
	for _, tolerance := range []float64{5_000, 15_000, 40_000} { // 50 m, 160 m, 440 m
		thin := Simplify(communes, tolerance)
		points, before := 0, 0
		for i := range thin {
			points, before = points+thin[i].Points(), before+communes[i].Points()
		}
		if points*2 > before {
			t.Errorf("tolerance %v leaves %d of %d points", tolerance, points, before)
		}
		f, ok := NewFrame(thin, 4000, 1)
		if !ok {
			t.Fatal("nothing to draw")
		}
		var drawn []Drawn
		for _, s := range thin {
			drawn = append(drawn, f.Draw(s))
		}
		whole := len(f.Union(drawn).rings)
		if whole > rings {
			t.Errorf("tolerance %v: together they have %d rings, the province has %d: there are gaps", tolerance, whole, rings)
		}
		// Against a check that cannot fail: with one commune thinned out on its own there are gaps.
		drawn[60] = f.Draw(Simplify(communes[60:61], tolerance/4)[0])
		if n := len(f.Union(drawn).rings); n <= whole {
			t.Errorf("tolerance %v: a commune that does not fit was not noticed", tolerance)
		}
	}
}

// No point of the original lies farther from the simplified line than the tolerance (and the grid) allows.
func TestToleranceIsKept(t *testing.T) {
	const tolerance = 10_000
	communes := shapes(t, "communes-2025.geojson")
	thin := Simplify(communes, tolerance)
	cos := math.Cos(11.9 * math.Pi / 180)
	checked := 0
	for i, s := range communes {
		if len(s) != len(thin[i]) || len(s) != 1 {
			continue // an island was left out
		}
		r, q := s[0][0], thin[i][0][0]
		for k := 0; k < len(r); k += 7 {
			best := math.Inf(1)
			for j, a := range q {
				b := q[(j+1)%len(q)]
				ux, uy := float64(b.X-a.X)*cos, float64(b.Y-a.Y)
				vx, vy := float64(r[k].X-a.X)*cos, float64(r[k].Y-a.Y)
				along := min(1, max(0, (ux*vx+uy*vy)/(ux*ux+uy*uy)))
				best = min(best, math.Hypot(vx-along*ux, vy-along*uy))
			}
			if best > tolerance*1.02+Grid {
				t.Fatalf("shape %d: a point lies %.0f away", i, best)
			}
			checked++
		}
	}
	if checked < 1000 {
		t.Errorf("%d points checked", checked)
	}
}

func TestPack(t *testing.T) {
	for i, s := range Simplify(shapes(t, "communes-2025-overview.geojson"), 2000) {
		back, err := Unpack(s.Pack())
		if err != nil || fmt.Sprint(back) != fmt.Sprint(s) {
			t.Fatalf("shape %d: %v", i, err)
		}
	}
	for _, bad := range []string{"", "1 2 3 4", "1 2 3 4 5 x", "1 2 3 4 5 6 7", "1 2 3 4 5 6|"} {
		if _, err := Unpack(bad); err == nil {
			t.Errorf("%q was understood", bad)
		}
	}
}

// A label stands inside its area, also where the middle is not.
func TestLabel(t *testing.T) {
	horseshoe, err := Read(feature(polygon("[[[105,10],[108,10],[108,13],[107,13],[107,10.5],[106,10.5],[106,13],[105,13],[105,10]]]")), world)
	if err != nil {
		t.Fatal(err)
	}
	list := append(shapes(t, "communes-2025-overview.geojson"), horseshoe.Features[0].Shape)
	for _, steps := range []int{1, 10} {
		f, _ := NewFrame(list, 720, steps)
		for i, s := range list {
			d := f.Draw(s)
			x, y := d.Label()
			inside := false // the ray to the east crosses the outline an odd number of times
			for _, r := range d.rings {
				for k, a := range r {
					b := r[(k+1)%len(r)]
					ax, ay, bx, by := float64(a.x)/float64(steps), float64(a.y)/float64(steps), float64(b.x)/float64(steps), float64(b.y)/float64(steps)
					if (ay > y) != (by > y) && x < (bx-ax)*(y-ay)/(by-ay)+ax {
						inside = !inside
					}
				}
			}
			if !inside {
				t.Errorf("steps %d: the label of shape %d at %v, %v lies outside", steps, i, x, y)
			}
		}
	}
}

// An island smaller than a pixel is still there.
func TestSmallIslandIsSeen(t *testing.T) {
	list := []Shape{{{{{1050000000, 100000000}, {1060000000, 100000000}, {1060000000, 110000000}}}}, {{{{1055000000, 105000000}, {1055000900, 105000000}, {1055000900, 105000900}}}}}
	thin := Simplify(list, 100_000)
	f, _ := NewFrame(thin, 300, 1)
	if got := f.Draw(thin[1]).Path(); !strings.HasPrefix(got, "M149,") || strings.Count(got, ",") != 4 {
		t.Errorf("%q", got)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(feature(polygon(square)))
	f.Add(feature(`{"type":"MultiPolygon","coordinates":[` + square + `]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := Read(b, world)
		if err != nil {
			return
		}
		var list []Shape
		for _, x := range c.Features {
			if (x.Problem == "") != (len(x.Shape) > 0) {
				t.Fatalf("%+v", x)
			}
			if x.Problem == "" {
				list = append(list, x.Shape)
			}
		}
		thin := Simplify(list, 1000)
		if frame, ok := NewFrame(thin, 100, 1); ok {
			for _, s := range thin {
				frame.Draw(s).Path()
			}
		}
	})
}
