package geo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Why a file is refused as a whole.
var (
	ErrNotGeoJSON = errors.New("geo: not a GeoJSON feature collection")
	ErrTooDeep    = errors.New("geo: nested too deeply")
	ErrTooMany    = errors.New("geo: too many features or points")
)

// Limits of a file. A feature collection of areas is 9 levels deep; the outlines of all communes of the country in full
// detail have about two million points.
const (
	maxDepth    = 32
	maxFeatures = 20_000
	maxPoints   = 5_000_000
)

// Problem says what is wrong with the geometry of one feature.
type Problem string

const (
	NoGeometry  Problem = "no_geometry"  // null or missing
	NotAnArea   Problem = "not_an_area"  // a point, a line, a collection
	BadPosition Problem = "bad_position" // not two to four numbers
	TooShort    Problem = "too_short"    // a ring of fewer than four positions
	Unclosed    Problem = "unclosed"     // a ring whose last position is not its first
	NoArea      Problem = "no_area"      // a ring that encloses nothing
	Crossing    Problem = "crossing"     // lines of one polygon cross
	Tangled     Problem = "tangled"      // too complicated to find out whether lines cross
	Swapped     Problem = "swapped"      // outside the box, but inside it with latitude and longitude exchanged
	Metres      Problem = "metres"       // numbers that are no degrees
	Outside     Problem = "outside"      // degrees outside the box
)

// Feature is one feature of a file.
type Feature struct {
	N          int               // place in the file, from 1
	ID         string            // id of the feature, "" = none
	Properties map[string]string // those that are texts or numbers
	Shape      Shape             // nil when there is a Problem
	Problem    Problem           // "" = none
}

// Collection is a GeoJSON feature collection.
type Collection struct {
	CRS      string // name of a coordinate system as the format of 2008 states it; "" = none stated, WGS 84
	Features []Feature
}

// WGS84 reports whether the coordinates are stated to be longitude and latitude of WGS 84, or nothing is stated.
func (c *Collection) WGS84() bool {
	name := strings.ToUpper(c.CRS)
	return name == "" || strings.HasSuffix(name, ":CRS84") || strings.HasSuffix(name, ":4326")
}

// Read parses a feature collection whose shapes must lie in the box. Errors wrap ErrNotGeoJSON, ErrTooDeep or ErrTooMany;
// what is wrong with one feature is its Problem.
func Read(b []byte, box Box) (*Collection, error) {
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if !utf8.Valid(b) {
		return nil, fmt.Errorf("%w: not UTF-8", ErrNotGeoJSON)
	}
	if depth(b) > maxDepth {
		return nil, ErrTooDeep
	}
	var doc struct {
		Type string `json:"type"`
		CRS  struct {
			Properties struct {
				Name string `json:"name"`
			} `json:"properties"`
		} `json:"crs"`
		Features []json.RawMessage `json:"features"`
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNotGeoJSON, err)
	}
	if doc.Type != "FeatureCollection" {
		return nil, fmt.Errorf("%w: type %q", ErrNotGeoJSON, doc.Type)
	}
	if len(doc.Features) > maxFeatures {
		return nil, fmt.Errorf("%w: %d features", ErrTooMany, len(doc.Features))
	}
	c := &Collection{CRS: doc.CRS.Properties.Name}
	points := 0
	for i, raw := range doc.Features {
		f, err := readFeature(raw, box)
		if err != nil {
			return nil, fmt.Errorf("%w: feature %d: %v", ErrNotGeoJSON, i+1, err)
		}
		f.N = i + 1
		if points += f.Shape.Points(); points > maxPoints {
			return nil, fmt.Errorf("%w: more than %d points", ErrTooMany, maxPoints)
		}
		c.Features = append(c.Features, f)
	}
	return c, nil
}

// depth is how deeply brackets are nested. It needs no memory, unlike parsing what is too deep.
func depth(b []byte) int {
	deepest, now, text := 0, 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '[' || c == '{':
			now++
			deepest = max(deepest, now)
		case c == ']' || c == '}':
			now--
		}
	}
	return deepest
}

func readFeature(raw json.RawMessage, box Box) (f Feature, err error) {
	var doc struct {
		Type       string                     `json:"type"`
		ID         json.RawMessage            `json:"id"`
		Properties map[string]json.RawMessage `json:"properties"`
		Geometry   *struct {
			Type        string          `json:"type"`
			Coordinates json.RawMessage `json:"coordinates"`
		} `json:"geometry"`
	}
	if err := json.Unmarshal(raw, &doc); err != nil {
		return f, err
	}
	if doc.Type != "Feature" {
		return f, fmt.Errorf("type %q", doc.Type)
	}
	f.ID, _ = scalar(doc.ID)
	f.Properties = map[string]string{}
	for name, v := range doc.Properties {
		if text, ok := scalar(v); ok {
			f.Properties[name] = text
		}
	}
	if doc.Geometry == nil {
		f.Problem = NoGeometry
		return f, nil
	}
	var lists [][][][]float64
	switch doc.Geometry.Type {
	case "Polygon":
		lists = make([][][][]float64, 1)
		err = json.Unmarshal(doc.Geometry.Coordinates, &lists[0])
	case "MultiPolygon":
		err = json.Unmarshal(doc.Geometry.Coordinates, &lists)
	default:
		f.Problem = NotAnArea
		return f, nil
	}
	if err != nil {
		f.Problem = BadPosition
		return f, nil
	}
	f.Shape, f.Problem = shape(lists, box)
	return f, nil
}

// scalar returns a JSON text or number as text.
func scalar(raw json.RawMessage) (string, bool) {
	if len(raw) == 0 {
		return "", false
	}
	var s string
	if json.Unmarshal(raw, &s) == nil && raw[0] == '"' {
		return s, true
	}
	var n json.Number
	if json.Unmarshal(raw, &n) == nil && n != "" {
		return n.String(), true
	}
	return "", false
}

// shape makes a shape of positions in degrees, or says what is wrong with them.
func shape(lists [][][][]float64, box Box) (Shape, Problem) {
	if p := place(lists, box); p != "" {
		return nil, p
	}
	var s Shape
	for _, rings := range lists {
		var p Polygon
		for _, positions := range rings {
			r, problem := ring(positions)
			if problem != "" {
				return nil, problem
			}
			p = append(p, r)
		}
		if len(p) == 0 {
			return nil, NoGeometry
		}
		switch crosses, known := p.crosses(); {
		case !known:
			return nil, Tangled
		case crosses:
			return nil, Crossing
		case slices.ContainsFunc(p, func(r Ring) bool { return r.area() == 0 }):
			return nil, NoArea
		}
		p.turn()
		s = append(s, p)
	}
	if len(s) == 0 {
		return nil, NoGeometry
	}
	return s, ""
}

// place says what is wrong with where the positions lie.
func place(lists [][][][]float64, box Box) Problem {
	outside, exchanged, metres := false, true, false
	for _, rings := range lists {
		for _, positions := range rings {
			for _, c := range positions {
				if len(c) < 2 || len(c) > 4 {
					return BadPosition
				}
				outside = outside || !box.Holds(c[0], c[1])
				exchanged = exchanged && box.Holds(c[1], c[0])
				metres = metres || math.Abs(c[0]) > 180 || math.Abs(c[1]) > 180
			}
		}
	}
	switch {
	case !outside:
		return ""
	case exchanged:
		return Swapped
	case metres:
		return Metres
	}
	return Outside
}

// ring reads the positions of one ring.
func ring(positions [][]float64) (Ring, Problem) {
	if len(positions) < 4 {
		return nil, TooShort
	}
	last := len(positions) - 1
	if positions[0][0] != positions[last][0] || positions[0][1] != positions[last][1] {
		return nil, Unclosed
	}
	r := make(Ring, 0, last)
	for _, c := range positions[:last] {
		p := Point{int32(math.Round(c[0] * Degree)), int32(math.Round(c[1] * Degree))}
		if len(r) == 0 || r[len(r)-1] != p {
			r = append(r, p)
		}
	}
	for len(r) > 1 && r[len(r)-1] == r[0] {
		r = r[:len(r)-1]
	}
	if len(r) < 3 {
		return nil, NoArea
	}
	return slices.Clip(r), ""
}

// GeoJSON writes the shape as the geometry of a feature, with at most seven decimals.
func (s Shape) GeoJSON() string {
	b := []byte(`{"type":"MultiPolygon","coordinates":[`)
	for i, p := range s {
		b = comma(b, i)
		b = append(b, '[')
		for j, r := range p {
			b = comma(b, j)
			b = append(b, '[')
			for k := range len(r) + 1 {
				q := r[k%len(r)]
				b = comma(b, k)
				b = append(degrees(append(degrees(append(b, '['), q.X), ','), q.Y), ']')
			}
			b = append(b, ']')
		}
		b = append(b, ']')
	}
	return string(append(b, `]}`...))
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

func degrees(b []byte, v int32) []byte {
	return strconv.AppendFloat(b, float64(v)/Degree, 'f', -1, 64)
}
