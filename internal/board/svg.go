package board

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"strings"

	"langso/internal/platform/ui"
)

// escaped is a text inside an SVG: marked up, and without characters that XML forbids.
func escaped(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a Buffer takes every write
	return b.String()
}

// svg writes the picture as one file that needs nothing else: colours stand in it, letters are those of the reader.
func (c *canvas) svg() []byte {
	var b bytes.Buffer
	size := decimal(c.width) + " " + decimal(c.height)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %s" width="%s" height="%s" role="img" aria-labelledby="t d" font-family="Be Vietnam Pro, Roboto, Arial, sans-serif">`, size, decimal(c.width), decimal(c.height))
	fmt.Fprintf(&b, "\n<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n<defs>\n", escaped(c.title), escaped(c.about))
	for _, p := range patterns {
		fmt.Fprintf(&b, `<pattern id="p-%s" width="6" height="6" patternUnits="userSpaceOnUse"><rect width="6" height="6" fill="%s"/><path d="%s" fill="none" stroke="%s" stroke-width="%s"/></pattern>`+"\n", p.status, colours[p.ground()], p.path, colours[p.colour()], decimal(p.width))
	}
	b.WriteString("</defs>\n")
	fmt.Fprintf(&b, `<rect width="%s" height="%s" fill="%s"/>`+"\n", decimal(c.width), decimal(c.height), colours["surface"])
	for _, a := range c.areas {
		fill := colours[a.finish.ground]
		if a.finish.pattern != "" {
			fill = "url(#p-" + string(a.finish.status) + ")"
		}
		fmt.Fprintf(&b, `<path d="%s" transform="translate(%s %s)" fill="%s" stroke="%s" stroke-width="1">`, escaped(a.path), decimal(a.dx), decimal(a.dy), fill, colours[a.edge()])
		if a.title != "" {
			fmt.Fprintf(&b, "<title>%s</title>", escaped(a.title))
		}
		b.WriteString("</path>\n")
	}
	for _, l := range c.lines {
		fmt.Fprintf(&b, `<path d="%s" transform="translate(%s %s)" fill="none" stroke="%s" stroke-width="1.25"/>`+"\n", escaped(l.path), decimal(l.dx), decimal(l.dy), colours["ink-2"])
	}
	for _, m := range c.signs {
		fmt.Fprintf(&b, `<path d="%s" fill="%s"/>`+"\n", pathOf(m.polygons()), colours[m.colour])
	}
	for _, t := range c.texts {
		fmt.Fprintf(&b, `<text x="%s" y="%s" font-size="%s" fill="%s"`, decimal(t.x), decimal(t.y), decimal(t.size), colours[t.colour])
		if t.bold {
			b.WriteString(` font-weight="600"`)
		}
		if t.middle {
			b.WriteString(` text-anchor="middle"`)
		}
		if t.halo != "" {
			fmt.Fprintf(&b, ` stroke="%s" stroke-width="3" paint-order="stroke"`, colours[t.halo])
		}
		fmt.Fprintf(&b, ">%s</text>\n", escaped(t.text))
	}
	b.WriteString("</svg>\n")
	return b.Bytes()
}

// edge is the colour around an area: paper between coloured ones, a line around empty ones.
func (a area) edge() string {
	if a.finish.ground == "surface" {
		return "line-strong"
	}
	return "bg"
}

// polygons are those of the sign at its place and size.
func (m mark) polygons() [][]point {
	list := signOf(m.status)
	out := make([][]point, len(list))
	for i, ring := range list {
		out[i] = make([]point, len(ring))
		for k, p := range ring {
			out[i][k] = point{m.x + p.x*m.size/16, m.y + p.y*m.size/16}
		}
	}
	return out
}

func pathOf(rings [][]point) string {
	var b strings.Builder
	for _, ring := range rings {
		for i, p := range ring {
			b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
			fmt.Fprintf(&b, "%.2f %.2f", p.x, p.y)
		}
		b.WriteByte('Z')
	}
	return b.String()
}

// hatch is the pattern of lines of a status in a tile of six pixels.
type hatch struct {
	status ui.Status
	path   string
	width  float64
	on     func(x, y int) bool // whether a pixel of the tile belongs to a line
}

func (h hatch) ground() string { return paint{status: h.status}.finish().ground }
func (h hatch) colour() string { return paint{status: h.status}.finish().pattern }

// patterns are those of the pages: sparse dots, diagonals, horizontals, a cross-hatch.
var patterns = []hatch{
	{ui.Nearly, "M2.1 3h1.8", 1.8, func(x, y int) bool { return (x == 2 || x == 3) && (y == 2 || y == 3) }},
	{ui.NotMet, "M-1 1l2-2M0 6l6-6M5 7l2-2", .6, func(x, y int) bool { return x+y == 5 }},
	{ui.NoThreshold, "M0 3h6", 1, func(_, y int) bool { return y == 3 }},
	{ui.Missing, "M0 0l6 6M0 6l6-6", .6, func(x, y int) bool { return x == y || x+y == 5 }},
}
