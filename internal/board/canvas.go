package board

import (
	"context"
	"math"
	"strconv"
	"strings"

	"langso/internal/platform/ui"
)

// colours of the light theme, as in web/style/tokens.css: files are looked at on white.
var colours = map[string]string{
	"bg": "#F7F5EF", "surface": "#FFFFFF", "ink": "#1F2A24", "ink-2": "#4A564E", "ink-3": "#5F6A62", "line-strong": "#7D857C", "danger": "#A3271F",
	"cell-met": "#CFE6DF", "cell-met-on": "#17695F", "nearly": "#E0AE3A", "nearly-on": "#1F2A24", "nearly-line": "#8A6A12", "not_met": "#BF4A2B", "not_met-on": "#FFFFFF", "not_met-soft": "#FBE4DB",
	"no_threshold": "#5E5485", "no_threshold-text": "#443A6B", "no_threshold-soft": "#E8E4F3", "cell-missing": "#F4F2EB", "missing-text": "#4A564E", "not_applicable-text": "#5F6A62",
	"step-1": "#E6EBCB", "step-2": "#AFCFA5", "step-3": "#6FAE95", "step-4": "#2F7D72", "step-5": "#0C4038",
	"step-1-on": "#1F2A24", "step-2-on": "#1F2A24", "step-3-on": "#1F2A24", "step-4-on": "#FFFFFF", "step-5-on": "#FFFFFF",
}

// look of a filled shape: ground, pattern of lines on it, and what is written on it.
type finish struct {
	ground, pattern, on string // names of colours; pattern "" = plain
	status              ui.Status
}

func (p paint) finish() finish {
	f := finish{status: p.status}
	switch p.status {
	case "":
		step := "step-" + strconv.Itoa(min(max(p.step, 1), steps))
		f.ground, f.on = step, step+"-on"
	case ui.Met:
		f.ground, f.on = "cell-met", "cell-met-on"
	case ui.Nearly:
		f.ground, f.pattern, f.on = "nearly", "nearly-line", "nearly-on"
	case ui.NotMet:
		f.ground, f.pattern, f.on = "not_met", "not_met-soft", "not_met-on"
	case ui.NoThreshold:
		f.ground, f.pattern, f.on = "no_threshold-soft", "no_threshold", "no_threshold-text"
	case ui.NotApplicable:
		f.ground, f.on = "surface", "not_applicable-text"
	default:
		f.ground, f.pattern, f.on = "cell-missing", "line-strong", "missing-text"
	}
	return f
}

// canvas is a picture as a file: everything that is drawn, from the back to the front. SVG and PNG are written from it.
type canvas struct {
	width, height float64
	title, about  string // what the picture shows, for readers that cannot see it
	areas         []area
	lines         []line
	signs         []mark
	texts         []text
}

// area is a filled shape, moved by dx and dy.
type area struct {
	path   string
	dx, dy float64
	finish finish
	title  string
}

// line is a stroked path without filling.
type line struct {
	path   string
	dx, dy float64
}

// mark is the shape of a status.
type mark struct {
	status ui.Status
	x, y   float64 // upper left
	size   float64
	colour string
}

// text is one line of writing; y is its base line.
type text struct {
	x, y, size float64
	bold       bool
	middle     bool
	colour     string
	halo       string // colour around the letters where they stand on a pattern; "" = none
	text       string
}

const margin = 32

// compose lays out a picture: title, what the colours mean, legend, panels, and below where it comes from.
func compose(title string, subtitle string, warning string, panels []panel, keys []keyLine, foot []string, about string) *canvas {
	c := &canvas{width: 1000, title: title, about: about}
	for _, p := range panels {
		c.width = math.Max(c.width, p.width+2*margin)
	}
	y := float64(margin)
	paragraph := func(s string, size float64, bold bool, colour string) {
		for _, l := range wrapped(s, size, bold, c.width-2*margin) {
			y += size * 1.4
			c.texts = append(c.texts, text{x: margin, y: y - size*.35, size: size, bold: bold, colour: colour, text: l})
		}
	}
	if warning != "" {
		paragraph(warning, 14, true, "danger")
	}
	paragraph(title, 22, true, "ink")
	paragraph(subtitle, 14, false, "ink-2")
	y += 12
	x := float64(margin)
	for _, k := range keys {
		wide := 24 + measure(k.text, 13, false) + 24
		if x+wide > c.width-margin && x > margin {
			x, y = margin, y+26
		}
		f := k.paint.finish()
		c.areas = append(c.areas, area{path: "M0 0H18V18H0Z", dx: x, dy: y, finish: f})
		if f.status != "" {
			c.signs = append(c.signs, mark{f.status, x + 3.5, y + 3.5, 11, f.on})
		}
		c.texts = append(c.texts, text{x: x + 26, y: y + 13.5, size: 13, colour: "ink", text: k.text})
		x += wide
	}
	y += 18 + 20
	x = margin
	row := 0.0
	for _, p := range panels {
		head := 0.0
		if p.label != "" {
			head = 40
		}
		wide := math.Max(p.width, math.Max(measure(p.label, 14, true), measure(p.note, 12, false)))
		if x+wide > c.width-margin && x > margin {
			x, y, row = margin, y+row+24, 0
		}
		if p.label != "" {
			c.texts = append(c.texts, text{x: x, y: y + 14, size: 14, bold: true, colour: "ink", text: p.label}, text{x: x, y: y + 31, size: 12, colour: "ink-3", text: p.note})
		}
		c.draw(p, x, y+head)
		x, row = x+wide+28, math.Max(row, head+p.height)
	}
	y += row + 16
	for _, f := range foot {
		paragraph(f, 12, false, "ink-3")
	}
	c.height = math.Ceil(y + margin)
	return c
}

// draw puts a panel at a place.
func (c *canvas) draw(p panel, dx, dy float64) {
	for _, s := range p.shapes {
		f := s.paint.finish()
		c.areas = append(c.areas, area{path: s.path, dx: dx, dy: dy, finish: f, title: s.title})
		halo := ""
		if f.pattern != "" {
			halo = f.ground
		}
		x, y := dx+s.x, dy+s.y
		if s.mark != "" {
			c.texts = append(c.texts, text{x: x, y: y - 4, size: 10.5, middle: true, colour: f.on, halo: halo, text: s.mark})
		}
		switch {
		case s.sign && s.mark != "":
			c.signs = append(c.signs, mark{s.paint.status, x - 5.5, y, 11, f.on})
		case s.sign:
			c.signs = append(c.signs, mark{s.paint.status, x - 5.5, y - 5.5, 11, f.on})
		case s.figure != "":
			c.texts = append(c.texts, text{x: x, y: y + 10, size: 13, bold: true, middle: true, colour: f.on, halo: halo, text: s.figure})
		}
	}
	for _, l := range p.lines {
		c.lines = append(c.lines, line{l, dx, dy})
	}
}

// keyLine is an entry of the legend of a file.
type keyLine struct {
	paint paint
	text  string
}

func keyLines(ctx context.Context, keys []ui.KeyEntry) []keyLine {
	var out []keyLine
	for _, k := range keys {
		if k.Status != "" && k.N == 0 {
			continue
		}
		name := k.Text
		if name == "" {
			name = ui.StatusWord(ctx, k.Status)
		}
		out = append(out, keyLine{paint{k.Status, k.Step}, name + ": " + ui.Count(ctx, k.N) + " " + k.Noun})
	}
	return out
}

// measure is about how wide a line is: files are drawn where the font may be another.
func measure(s string, size float64, bold bool) float64 {
	w := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune("il.,:;'|!ịỉìíĩ·", r):
			w += .3
		case strings.ContainsRune("mwMW", r):
			w += .85
		case r >= 'A' && r <= 'Z' || r == 'Đ':
			w += .68
		case r == ' ' || r == '\u00a0':
			w += .27
		default:
			w += .57
		}
	}
	if bold {
		w *= 1.06
	}
	return w * size
}

// wrapped breaks a text into lines of a width.
func wrapped(s string, size float64, bold bool, width float64) []string {
	var out []string
	line := ""
	for _, word := range strings.Split(s, " ") {
		next := word
		if line != "" {
			next = line + " " + word
		}
		if line != "" && measure(next, size, bold) > width {
			out, next = append(out, line), word
		}
		line = next
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}
