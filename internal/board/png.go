package board

import (
	"bytes"
	"errors"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"strconv"
	"sync"

	"langso/internal/platform/fault"
	"langso/internal/platform/ui"

	"golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// density is how many pixels of a PNG stand for one of the drawing, so that it prints well.
const density = 2

// maxPixels bounds a PNG: the memory of a request, and what anybody would print.
const maxPixels = 24_000_000

// typeface is the font of the pages in the two files that hold its letters.
type typeface struct {
	fonts []*opentype.Font // each with other letters
}

// typefaces reads the fonts of the build, 400 and 600. Without them letters could not be drawn, and a picture without
// words says nothing.
var typefaces = sync.OnceValues(func() (map[bool]*typeface, error) {
	out := map[bool]*typeface{}
	for bold, weight := range map[bool]string{false: "400", true: "600"} {
		t := &typeface{}
		files, ok := ui.PictureFonts(weight)
		if !ok {
			return nil, fault.New(fault.Unavailable, "board.no_font")
		}
		for _, b := range files {
			f, err := opentype.Parse(b)
			if err != nil {
				return nil, err
			}
			t.fonts = append(t.fonts, f)
		}
		out[bold] = t
	}
	return out, nil
})

// errPath is an area that is no polygon.
var errPath = errors.New("board: a path that is no polygon")

// pen draws a canvas into an image.
type pen struct {
	img   *image.RGBA
	faces map[bool]*typeface
	open  map[faceKey]font.Face
	ras   *vector.Rasterizer
}

type faceKey struct {
	font *opentype.Font
	size float64
}

// png writes the picture as pixels, from the same geometry as the SVG.
func (c *canvas) png() ([]byte, error) {
	faces, err := typefaces()
	if err != nil {
		return nil, err
	}
	w, h := int(c.width*density), int(c.height*density)
	if w*h > maxPixels {
		return nil, fault.New(fault.TooLarge, "board.png_too_large")
	}
	p := &pen{img: image.NewRGBA(image.Rect(0, 0, w, h)), faces: faces, open: map[faceKey]font.Face{}, ras: vector.NewRasterizer(w, h)}
	draw.Draw(p.img, p.img.Bounds(), image.NewUniform(colour("surface")), image.Point{}, draw.Src)
	for _, a := range c.areas {
		rings, ok := ringsOf(a.path)
		if !ok {
			return nil, errPath
		}
		rings = moved(rings, a.dx, a.dy)
		p.fill(rings, a.finish.image())
		for _, r := range rings {
			p.outline(r, 1, a.edge())
		}
	}
	for _, l := range c.lines {
		rings, ok := ringsOf(l.path)
		if !ok {
			return nil, errPath
		}
		for _, r := range moved(rings, l.dx, l.dy) {
			p.outline(r, 1.25, "ink-2")
		}
	}
	for _, m := range c.signs {
		for _, r := range m.polygons() { // one by one: where bands cross, both count
			p.fill([][]point{r}, image.NewUniform(colour(m.colour)))
		}
	}
	for _, t := range c.texts {
		if err := p.write(t); err != nil {
			return nil, err
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, p.img); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func moved(rings [][]point, dx, dy float64) [][]point {
	out := make([][]point, len(rings))
	for i, r := range rings {
		out[i] = make([]point, len(r))
		for k, q := range r {
			out[i][k] = point{q.x + dx, q.y + dy}
		}
	}
	return out
}

// colour is a colour of the light theme.
func colour(name string) color.RGBA {
	hex := colours[name]
	part := func(i int) uint8 {
		n, err := strconv.ParseUint(hex[i:i+2], 16, 8)
		if err != nil {
			panic(err) // the colours are constants of this package
		}
		return uint8(n)
	}
	return color.RGBA{part(1), part(3), part(5), 255}
}

// image is what a finish looks like everywhere: its ground with its pattern.
func (f finish) image() image.Image {
	for _, h := range patterns {
		if h.status == f.status && f.pattern != "" {
			tile := image.NewRGBA(image.Rect(0, 0, 6*density, 6*density))
			for y := range 6 * density {
				for x := range 6 * density {
					tile.SetRGBA(x, y, colour(f.ground))
					if h.on(x/density, y/density) {
						tile.SetRGBA(x, y, colour(f.pattern))
					}
				}
			}
			return &tiled{tile}
		}
	}
	return image.NewUniform(colour(f.ground))
}

// tiled repeats a tile without end.
type tiled struct{ tile *image.RGBA }

func (t *tiled) ColorModel() color.Model { return color.RGBAModel }
func (t *tiled) Bounds() image.Rectangle { return image.Rect(-1e9, -1e9, 1e9, 1e9) }
func (t *tiled) At(x, y int) color.Color {
	n := t.tile.Rect.Dx()
	return t.tile.RGBAAt((x%n+n)%n, (y%n+n)%n)
}

// fill fills polygons with an image. Only the pixels around them are touched.
func (p *pen) fill(rings [][]point, with image.Image) {
	box := image.Rectangle{}
	for _, r := range rings {
		for _, q := range r {
			x, y := int(q.x*density), int(q.y*density)
			box = box.Union(image.Rect(x-1, y-1, x+2, y+2))
		}
	}
	box = box.Intersect(p.img.Bounds())
	if box.Empty() {
		return
	}
	p.ras.Reset(box.Dx(), box.Dy())
	for _, r := range rings {
		for i, q := range r {
			x, y := float32(q.x*density)-float32(box.Min.X), float32(q.y*density)-float32(box.Min.Y)
			if i == 0 {
				p.ras.MoveTo(x, y)
			} else {
				p.ras.LineTo(x, y)
			}
		}
		p.ras.ClosePath()
	}
	p.ras.Draw(p.img, box, with, box.Min)
}

// outline draws the border of a ring.
func (p *pen) outline(r []point, w float64, name string) {
	for i := range r {
		if s := stroke(r[i], r[(i+1)%len(r)], w); s != nil {
			p.fill([][]point{s}, image.NewUniform(colour(name)))
		}
	}
}

// face opens a font in a size; the pen closes none, they are only memory.
func (p *pen) face(f *opentype.Font, size float64) (font.Face, error) {
	k := faceKey{f, size}
	if x, ok := p.open[k]; ok {
		return x, nil
	}
	x, err := opentype.NewFace(f, &opentype.FaceOptions{Size: size * density, DPI: 72, Hinting: font.HintingNone})
	p.open[k] = x
	return x, err
}

// runs splits a text into runs of one font. Letters that the font does not have are drawn as its empty box: a name is
// never shortened without a sign.
func (p *pen) runs(t text) ([]run, error) {
	fonts := p.faces[t.bold].fonts
	var out []run
	var buf sfnt.Buffer
	for _, r := range t.text {
		if r == '\u00a0' {
			r = ' '
		}
		use := fonts[0]
		for _, f := range fonts {
			if i, err := f.GlyphIndex(&buf, r); err == nil && i != 0 {
				use = f
				break
			}
		}
		if n := len(out); n > 0 && out[n-1].font == use {
			out[n-1].text += string(r)
			continue
		}
		out = append(out, run{font: use, text: string(r)})
	}
	for i := range out {
		face, err := p.face(out[i].font, t.size)
		if err != nil {
			return nil, err
		}
		out[i].face = face
		out[i].width = font.MeasureString(face, out[i].text)
	}
	return out, nil
}

type run struct {
	font  *opentype.Font
	face  font.Face
	text  string
	width fixed.Int26_6
}

// write draws one line of text.
func (p *pen) write(t text) error {
	runs, err := p.runs(t)
	if err != nil {
		return err
	}
	var width fixed.Int26_6
	for _, r := range runs {
		width += r.width
	}
	start := fixed.Point26_6{X: fixed.Int26_6(t.x * density * 64), Y: fixed.Int26_6(t.y * density * 64)}
	if t.middle {
		start.X -= width / 2
	}
	at := func(name string, dx, dy fixed.Int26_6) {
		d := font.Drawer{Dst: p.img, Src: image.NewUniform(colour(name)), Dot: start.Add(fixed.Point26_6{X: dx, Y: dy})}
		for _, r := range runs {
			d.Face = r.face
			d.DrawString(r.text)
		}
	}
	if t.halo != "" {
		for _, dx := range []fixed.Int26_6{-160, 0, 160} {
			for _, dy := range []fixed.Int26_6{-160, 0, 160} {
				at(t.halo, dx, dy)
			}
		}
	}
	at(t.colour, 0, 0)
	return nil
}
