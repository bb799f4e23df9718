package board

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/xml"
	"errors"
	"image"
	"image/png"
	"io"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
	"langso/internal/testkit/htmlcheck"
	fictional "langso/internal/testkit/province"

	"golang.org/x/image/font"
	"golang.org/x/net/html"
)

// shapesOf are the titles of the shapes of a picture by their class.
func shapesOf(t *testing.T, doc *html.Node) map[string][]string {
	t.Helper()
	out := map[string][]string{}
	for n := range byID(t, doc, "hinh").Descendants() {
		if class := attr(n, "class"); n.Type == html.ElementNode && strings.HasPrefix(class, "ls-pic__unit ") {
			title := elements(n, "title")
			if len(title) != 1 {
				t.Fatalf("a shape with %d titles", len(title))
			}
			out[strings.TrimPrefix(class, "ls-pic__unit ls-pic__unit--")] = append(out[strings.TrimPrefix(class, "ls-pic__unit ls-pic__unit--")], htmlcheck.TextOf(title[0]))
		}
	}
	return out
}

// One hexagon per commune, coloured by its result, with the result in words; the legend counts the same, and so does the
// table below.
func TestHexagons(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		doc := h.page(t, office, desk+hexPath+"?bo="+advanced+"&ky=2023&muc=8.4")
		shapes := shapesOf(t, doc)
		if met, not := len(shapes["met"]), len(shapes["not_met"]); met != 48 || not != 63 || len(shapes) != 2 {
			t.Errorf("%d met and %d not met of %d kinds; the report says 48 of 111", met, not, len(shapes))
		}
		for status, word := range map[string]string{"met": ": đạt", "not_met": ": chưa đạt"} {
			for _, title := range shapes[status] {
				if !strings.HasSuffix(title, word) {
					t.Errorf("a shape of %s says %q", status, title)
				}
			}
		}
		if clusters := len(elements(byID(t, doc, "hinh"), "svg")) - len(elements(byID(t, doc, "hinh"), "li")); clusters != 12 {
			t.Errorf("%d clusters, there were 12 districts", clusters)
		}
		chips := map[string]int{}
		for n := range byID(t, doc, "hinh-bang").Descendants() {
			if class := attr(n, "class"); strings.HasPrefix(class, "ls-chip ") {
				chips[class]++
			}
		}
		if chips["ls-chip ls-chip--met"] != 48 || chips["ls-chip ls-chip--not_met"] != 63 {
			t.Errorf("the table counts %v", chips)
		}
		if text := htmlcheck.TextOf(byID(t, doc, "hinh")); !strings.Contains(strings.Join(strings.Fields(text), " "), "đạt 48 xã") {
			t.Errorf("the legend does not count 48 communes: %.300s", text)
		}

		// Of the present quarter: how many criteria, in the bands of the set (10, 8–9, 5–7, 0–4), counted in the file.
		_, figures := demoBoard(t)
		want := map[string]int{}
		for _, f := range figures {
			n := 0
			for _, w := range f {
				if w == "dat" {
					n++
				}
			}
			switch {
			case n == 10:
				want["step-5"]++
			case n >= 8:
				want["step-4"]++
			case n >= 5:
				want["step-3"]++
			default:
				want["step-2"]++
			}
		}
		got := shapesOf(t, h.page(t, nobody, hexPath))
		for step, n := range want {
			if len(got[step]) != n {
				t.Errorf("%s: %d communes, the file has %d", step, len(got[step]), n)
			}
		}
	})
}

// Without boundaries the map says that it is none.
func TestMapWithoutBoundariesIsSchematic(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		h.board.drawer = noBoundaries{}
		doc := h.page(t, nobody, mapPath)
		if !strings.Contains(htmlcheck.TextOf(doc), "Sơ đồ, không phải bản đồ địa giới") {
			t.Error("the page does not say that it is a schematic drawing")
		}
		n := 0
		for _, titles := range shapesOf(t, doc) {
			n += len(titles)
		}
		if n != 103 {
			t.Errorf("%d shapes", n)
		}
		if svg := h.get(nobody, i18n.Vi, mapPath+"?dinh-dang=svg").body; !strings.Contains(svg, "Sơ đồ, không phải bản đồ địa giới") {
			t.Error("the file does not say that it is a schematic drawing")
		}
	})
}

type noBoundaries struct{}

func (noBoundaries) Drawing(context.Context, clock.Date, territory.Detail) (*territory.Drawing, bool, error) {
	return nil, false, nil
}

// someBoundaries draws two communes and a ward, or a district.
type someBoundaries struct{ outlines []territory.Outline }

func (s someBoundaries) Drawing(context.Context, clock.Date, territory.Detail) (*territory.Drawing, bool, error) {
	return &territory.Drawing{Width: 200, Height: 100, Outlines: s.outlines, Parents: []territory.Outline{{Path: "M0 0H200V100H0Z"}}, Source: "Bản vẽ thử, 01/07/2025"}, true, nil
}

// With boundaries communes have the colour of their result, others say why they have none; districts show the share of their
// communes, and the source is named.
func TestMapWithBoundaries(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		reg, err := h.units.Register(h.cli())
		if err != nil {
			t.Fatal(err)
		}
		now := reg.At("2026-09-30")
		var ward *territory.Unit
		for _, u := range now.Units() {
			if u.Kind == territory.KindPhuong {
				ward = u
			}
		}
		commune := now.ByCode("24943") // xã Ka Đô
		h.board.drawer = someBoundaries{[]territory.Outline{{Unit: commune, Path: "M10 10h40v40h-40z", X: 30, Y: 30}, {Unit: ward, Path: "m60 10 40 0 0 40-40 0z", X: 80, Y: 30}}}
		doc := h.page(t, nobody, mapPath)
		shapes := shapesOf(t, doc)
		if titles := shapes["not_applicable"]; len(titles) != 1 || !strings.HasSuffix(titles[0], "không thuộc diện xét nông thôn mới") {
			t.Errorf("the ward: %v", shapes)
		}
		if text := htmlcheck.TextOf(doc); strings.Contains(text, "Sơ đồ, không phải") || !strings.Contains(text, "Bản vẽ thử, 01/07/2025") {
			t.Error("the page does not name the source of its boundaries")
		}
		for _, format := range []string{"svg", "png"} {
			if a := h.get(nobody, i18n.Vi, mapPath+"?dinh-dang="+format); a.status != 200 {
				t.Errorf("%s: status %d", format, a.status)
			}
		}
		// Đà Lạt had 4 xã at the end of 2023, of which 3 met 8.4 in the demo's file.
		city := reg.At("2023-12-31").Parent(territory.Administrative, reg.At("2023-12-31").ByCode("24805").ID)
		h.board.drawer = someBoundaries{[]territory.Outline{{Unit: city, Path: "M10 10h40v40h-40z", X: 30, Y: 30}}}
		shapes = shapesOf(t, h.page(t, nobody, mapPath+"?bo="+advanced+"&ky=2023&muc=8.4"))
		if titles := shapes["step-4"]; len(titles) != 1 || titles[0] != "Thành phố Đà Lạt: 3 trên 4 xã đạt" {
			t.Errorf("the district: %v, want 3 of 4 in the fourth of five steps", shapes)
		}
	})
}

// The SVG of a picture needs nothing else: one well-formed document with title and description, no script, no style sheet,
// no address.
func TestSVGStandsAlone(t *testing.T) {
	onEach(t, true, func(t *testing.T, h *house) {
		for _, query := range []string{"?bo=" + advanced + "&ky=2023&muc=8.4", "?bo=" + fictional.Set + "&ky=2026-Q3&muc=1.1", ""} {
			a := h.get(nobody, i18n.Vi, hexPath+query+map[bool]string{true: "?", false: "&"}[query == ""]+"dinh-dang=svg")
			if a.status != 200 || a.header.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(a.header.Get("Content-Disposition"), "attachment") || !strings.Contains(a.header.Get("Content-Security-Policy"), "sandbox") {
				t.Fatalf("%s: %d %v", query, a.status, a.header)
			}
			texts, elements := "", map[string]int{}
			d := xml.NewDecoder(strings.NewReader(a.body))
			for {
				tok, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", query, err)
				}
				switch x := tok.(type) {
				case xml.StartElement:
					elements[x.Name.Local]++
					for _, at := range x.Attr {
						if strings.Contains(at.Value, "http") && at.Name.Local != "xmlns" || at.Name.Local == "href" || strings.HasPrefix(at.Name.Local, "on") || at.Name.Local == "style" {
							t.Errorf("<%s %s=%q>", x.Name.Local, at.Name.Local, at.Value)
						}
					}
				case xml.CharData:
					texts += string(x) + "\n"
				}
			}
			if elements["desc"] != 1 || elements["script"]+elements["style"]+elements["image"]+elements["foreignObject"] > 0 || elements["text"] < 10 {
				t.Errorf("%s: elements %v", query, elements)
			}
			for _, want := range []string{"SỐ LIỆU MINH HỌA – không phải số liệu chính thức", "Đơn vị: ", "Bộ tiêu chí: ", "Kỳ: ", "Văn phòng Điều phối · Lập lúc 10:00 15/11/2026"} {
				if !strings.Contains(texts, want) {
					t.Errorf("%s: the picture does not say %q", query, want)
				}
			}
		}
	})
}

// The PNG has the size of the drawing, its colours and its letters; marks above letters are drawn, which the fonts of the
// build must have.
func TestPNG(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		a := h.get(nobody, i18n.Vi, hexPath+"?bo="+advanced+"&ky=2023&muc=8.4&dinh-dang=png")
		if a.status != 200 || a.header.Get("Content-Type") != "image/png" {
			t.Fatalf("%d %v", a.status, a.header)
		}
		img, err := png.Decode(strings.NewReader(a.body))
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		b := img.Bounds()
		for y := b.Min.Y; y < b.Max.Y; y++ {
			for x := b.Min.X; x < b.Max.X; x++ {
				for _, name := range []string{"cell-met", "cell-met-on", "not_met", "danger", "ink"} {
					if img.At(x, y) == colour(name) {
						count[name]++
					}
				}
			}
		}
		if b.Dx() != 2000 || count["cell-met"] < 48*500 || count["not_met"] < 63*500 || count["danger"] < 500 || count["ink"] < 500 {
			t.Errorf("%v: pixels by colour %v", b, count)
		}
	})
}

// Every letter of Vietnamese has a glyph of its own in the fonts that pictures are drawn with, and letters with other marks
// look different.
func TestVietnameseLettersAreDrawn(t *testing.T) {
	faces, err := typefaces()
	if err != nil {
		t.Fatal(err)
	}
	letters := "aàáảãạăằắẳẵặâầấẩẫậeèéẻẽẹêềếểễệiìíỉĩịoòóỏõọôồốổỗộơờớởỡợuùúủũụưừứửữựyỳýỷỹỵđ"
	letters += strings.ToUpper(letters) + "0123456789 –·…%÷−"
	for bold := range faces {
		drawn := map[string]rune{}
		p := &pen{faces: faces, open: map[faceKey]font.Face{}}
		for _, r := range letters {
			if r == ' ' {
				continue
			}
			img := p.sample(t, text{size: 24, bold: bold, colour: "ink", text: string(r), x: 10, y: 40})
			if other, twice := drawn[img]; twice {
				t.Errorf("bold %v: %q and %q look the same", bold, r, other)
			}
			drawn[img] = r
		}
		if len(drawn) < 140 {
			t.Errorf("bold %v: %d letters", bold, len(drawn))
		}
	}
}

// sample is a text as pixels.
func (p *pen) sample(t *testing.T, x text) string {
	t.Helper()
	p.img = image.NewRGBA(image.Rect(0, 0, 100, 120))
	if err := p.write(x); err != nil {
		t.Fatal(err)
	}
	return string(p.img.Pix)
}

// The colours of the files are those of the pages.
func TestColoursAreThoseOfThePages(t *testing.T) {
	b, err := os.ReadFile("../../web/style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	light, _, _ := strings.Cut(string(b), "@media")
	for name, value := range colours {
		m := regexp.MustCompile(`--ls-` + regexp.QuoteMeta(name) + `: (#[0-9A-F]{6});`).FindStringSubmatch(light)
		if m == nil || m[1] != value {
			t.Errorf("%s is %s in files and %v on pages", name, value, m)
		}
	}
}

// CSV and XLSX of the matrix say that they are reports and what they show; no text of them is a formula.
func TestReports(t *testing.T) {
	onEach(t, true, func(t *testing.T, h *house) {
		a := h.get(office, i18n.Vi, desk+matrixPath+"?bo="+fictional.Set+"&ky=2026-Q3&cot=chi-tieu&nhom=khong&dinh-dang=csv")
		if a.status != 200 || !strings.HasPrefix(a.body, "\ufeff") {
			t.Fatalf("status %d", a.status)
		}
		rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(a.body, "\ufeff"))).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		formula := 0
		for _, row := range rows {
			for _, cell := range row {
				if cell != "" && strings.ContainsRune("=+-@\t\r", rune(cell[0])) {
					t.Errorf("the cell %q is a formula", cell)
				}
				if cell == "'"+fictional.FormulaName {
					formula++
				}
			}
		}
		if formula != 1 {
			t.Errorf("the commune that is named like a formula stands %d times, with one apostrophe before it", formula)
		}
		for i, want := range []string{"BÁO CÁO MA TRẬN KẾT QUẢ NÔNG THÔN MỚI", "Đây là báo cáo kết quả để xem, không phải tệp số liệu để nhập lại.", "SỐ LIỆU MINH HỌA – không phải số liệu chính thức", "Đơn vị: ", "Bộ tiêu chí: ", "Kỳ: Quý III/2026, danh sách xã chốt ngày 30/09/2026"} {
			if !strings.HasPrefix(rows[i][0], want) {
				t.Errorf("line %d is %q, want %q", i+1, rows[i][0], want)
			}
		}

		x := h.get(office, i18n.Vi, desk+matrixPath+"?dinh-dang=xlsx")
		book, err := xlsx.Read(bytes.NewReader([]byte(x.body)), int64(len(x.body)))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		for _, row := range book.Sheets[0].Rows {
			for _, c := range row.Cells {
				if slices.Contains([]string{"đạt", "chưa đạt", "cơ bản đạt", "chưa có số liệu"}, c.Text) {
					found++
				}
			}
		}
		if found < 1030 {
			t.Errorf("%d results in the workbook, want 1030", found)
		}
	})
}

// Paths of boundaries are read as SVG 2 says (9.3): further pairs after M are lines, small letters go from where the last one
// ended, Z goes back to the start.
func TestRings(t *testing.T) {
	for d, want := range map[string][][]point{
		"M10 10h40v40h-40z":             {{{10, 10}, {50, 10}, {50, 50}, {10, 50}}},
		"m60 10 40 0 0 40-40 0z":        {{{60, 10}, {100, 10}, {100, 50}, {60, 50}}},
		"M1,2L3,4 5.5.5Z m1 1 2 0 0 2z": {{{1, 2}, {3, 4}, {5.5, 0.5}}, {{2, 3}, {4, 3}, {4, 5}}},
		"M0 0H10V10H0ZM2 2H4V4H2Z":      {{{0, 0}, {10, 0}, {10, 10}, {0, 10}}, {{2, 2}, {4, 2}, {4, 4}, {2, 4}}},
		"M-1.5-2.5L-3 4L5-6z":           {{{-1.5, -2.5}, {-3, 4}, {5, -6}}},
		"  M 0 0 L 1 0 \n L 1 1 Z  ":    {{{0, 0}, {1, 0}, {1, 1}}},
	} {
		got, ok := ringsOf(d)
		if !ok || !slices.EqualFunc(got, want, slices.Equal[[]point]) {
			t.Errorf("%q: %v (%v), want %v", d, got, ok, want)
		}
	}
	for _, d := range []string{"", "M1", "M1 2 C 1 2 3 4 5 6", "10 10", "M0 0L1 x", "M0 0 A 1 1 0 0 1 2 2z"} {
		if got, ok := ringsOf(d); ok {
			t.Errorf("%q was read as %v", d, got)
		}
	}
}

// Every status has a shape of its own in files, too.
func TestSigns(t *testing.T) {
	seen := map[string]ui.Status{}
	for _, s := range ui.Statuses {
		if s == ui.Pending {
			continue // no verdict: it never stands in a picture
		}
		path := pathOf(signOf(s))
		if other, twice := seen[path]; twice || len(signOf(s)) == 0 {
			t.Errorf("%s and %s have one shape", s, other)
		}
		seen[path] = s
		for _, ring := range signOf(s) {
			for _, p := range ring {
				if p.x < -1 || p.y < -1 || p.x > 17 || p.y > 17 {
					t.Errorf("%s leaves its box at %v", s, p)
				}
			}
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d shapes", len(seen))
	}
}

// Rows of hexagons are as equal as they can be and fit a phone of 360 pixels with its margins.
func TestClusterWidth(t *testing.T) {
	for n := 1; n <= 200; n++ {
		wide := clusterWidth(n)
		if w := hexGap + float64(wide)*(hexWidth+hexGap) + hexWidth/2; w > 328 || wide < 1 {
			t.Errorf("%d hexagons: %d a row, %s pixels", n, wide, strconv.FormatFloat(w, 'f', 0, 64))
		}
	}
}
