package board

import (
	"context"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"langso/internal/assessment"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
	"langso/internal/territory"
)

// pictureView is a cartogram or a map: every commune as one shape.
type pictureView struct {
	*view
	item      *assessment.Item // what the colours say; nil = how many criteria are met
	schematic bool             // a map without boundaries
	drawing   *territory.Drawing
	panels    []panel
	bands     []band
}

// panel is a cluster of shapes, or a whole map.
type panel struct {
	label, note   string
	width, height float64
	shapes        []shape
	lines         []string // SVG paths of stronger boundaries
}

// shape is one unit as drawn.
type shape struct {
	path   string
	x, y   float64
	mark   string
	figure string
	sign   bool
	paint  paint
	title  string
	href   string
}

// paint is what fills a shape: a status, or a step of the sequential colours.
type paint struct {
	status ui.Status // "" = step
	step   int       // 1 to 5
}

// band is a step of the sequential colours with the counts that belong to it, inclusive.
type band struct {
	from, to int
	step     int
}

// steps is how many sequential colours there are.
const steps = 5

// bandsOf divides the numbers of criteria that can be met into at most five steps: as the set does, else into equal parts.
func bandsOf(b *assessment.Board) []band {
	n := len(b.Set.Criteria())
	if len(b.Set.Bands) > 1 && len(b.Set.Bands) <= steps {
		out := make([]band, len(b.Set.Bands))
		for i, x := range b.Set.Bands {
			out[i] = band{from: x.From, to: x.To}
		}
		slices.SortFunc(out, func(a, b band) int { return a.from - b.from })
		if whole(out, n) {
			for i := range out {
				out[i].step = steps - len(out) + 1 + i
			}
			return out
		}
	}
	var out []band
	for i := range steps {
		from, to := i*(n+1)/steps, (i+1)*(n+1)/steps-1
		if from <= to {
			out = append(out, band{from, to, i + 1})
		}
	}
	return out
}

// whole reports whether bands cover 0 to n without gaps or overlaps.
func whole(list []band, n int) bool {
	next := 0
	for _, x := range list {
		if x.from != next || x.to < x.from {
			return false
		}
		next = x.to + 1
	}
	return next == n+1
}

func (s *Service) hexPage(r *web.Request, inside bool) error {
	return s.picturePage(r, inside, hexPath)
}

func (s *Service) mapPage(r *web.Request, inside bool) error {
	return s.picturePage(r, inside, mapPath)
}

func (s *Service) picturePage(r *web.Request, inside bool, place string) error {
	ctx, err := reader(r.Context(), inside)
	if err != nil {
		return err
	}
	c := chosen(r)
	c.columns, c.sort, c.verdict, c.department, c.today = "", "", "", "", ""
	format := r.URL.Query().Get("dinh-dang")
	v := &pictureView{}
	err = s.db.Snapshot(ctx, func(ctx context.Context) (err error) {
		if v.view, err = s.view(ctx, c, inside, place); err != nil || place != mapPath {
			return err
		}
		detail := territory.Phone
		if inside || format != "" {
			detail = territory.Desk
		}
		drawing, ok, err := s.drawer.Drawing(ctx, v.Period.AsOf, detail)
		if ok {
			v.drawing = drawing
		}
		v.schematic = !ok
		return err
	})
	if err != nil {
		return err
	}
	v.bands = bandsOf(v.Board)
	if c.item != "" {
		item, err := itemNamed(v.Set, c.item)
		if err != nil {
			return err
		}
		v.item = &item
	} else if item, ok := v.onlyItem(); ok {
		v.item = &item
	}
	words := r.Context()
	if v.drawing != nil {
		v.panels = []panel{v.mapped(words)}
	} else {
		v.panels = v.clusters(words)
	}
	if format != "" {
		return s.pictureFile(words, r, v, format)
	}
	active := navMap
	if place == hexPath {
		active = navMatrix
	}
	title := v.title(words)
	return r.Render(http.StatusOK, v.frame(words, title, i18n.T(words, "board.tab."+map[string]string{hexPath: "hexagons", mapPath: "map"}[place]), active), pictureBody(v))
}

// onlyItem finds what to colour by when no criterion has a result of its own: the indicator that the most communes have one
// for. A report on a few indicators so does not open as a picture of nothing.
func (v *pictureView) onlyItem() (assessment.Item, bool) {
	best, most := assessment.Item{}, 0
	covered := 0
	for _, c := range v.Set.Criteria() {
		if n := v.Count(v.Board.Rows, assessment.Item{ID: c.ID, Criterion: true}); n.Met+n.NotMet+n.Nearly > 0 {
			covered++
		}
	}
	for _, i := range v.Set.Indicators() {
		item := assessment.Item{ID: i.ID}
		if n := v.Count(v.Board.Rows, item); n.Total-n.Missing > most {
			best, most = item, n.Total-n.Missing
		}
	}
	return best, most > 0 && 2*covered < len(v.Set.Criteria())
}

// paintOf is the colour of a commune.
func (v *pictureView) paintOf(r assessment.Row) paint {
	switch {
	case v.item != nil:
		return paint{status: assessment.Status(v.Verdict(r, *v.item))}
	case r.Criteria == "":
		return paint{status: ui.Missing}
	}
	for _, b := range v.bands {
		if b.from <= r.CriteriaMet && r.CriteriaMet <= b.to {
			return paint{step: b.step}
		}
	}
	return paint{status: ui.Missing}
}

// said is the result of a commune in words, as it stands on its shape and in the table.
func (v *pictureView) said(ctx context.Context, r assessment.Row) string {
	switch {
	case v.item != nil:
		return ui.StatusWord(ctx, assessment.Status(v.Verdict(r, *v.item)))
	case r.Criteria == "":
		return ui.StatusWord(ctx, ui.Missing)
	}
	n, of := met(v.Board, r, columnsOf(v.Set, choice{}))
	return i18n.T(ctx, "board.met_of", ui.Count(ctx, n), ui.Count(ctx, of))
}

// figure is the number inside a shape, "" where its status says it.
func (v *pictureView) figure(ctx context.Context, r assessment.Row) string {
	if v.item != nil || r.Criteria == "" {
		return ""
	}
	return ui.Count(ctx, r.CriteriaMet)
}

func (v *pictureView) shapeOf(ctx context.Context, r assessment.Row) shape {
	s := shape{paint: v.paintOf(r), title: r.Unit.Name + ": " + v.said(ctx, r), href: v.communeHref(ctx, r.Unit), figure: v.figure(ctx, r)}
	if v.item != nil {
		s.href = v.cellHref(ctx, r.Unit, *v.item)
	}
	s.sign = s.paint.status != ""
	return s
}

// Measures of a hexagon with a point on top, in pixels. Both are wide enough for a thumb.
const (
	hexWidth  = 38.0
	hexSide   = hexWidth / 1.7320508075688772 // ÷ √3
	hexGap    = 2.0
	hexRowGap = hexSide * 1.5
)

// clusters lays the communes of each group out as hexagons in rows, in Vietnamese order: a schematic drawing in which every
// commune weighs the same.
func (v *pictureView) clusters(ctx context.Context) []panel {
	var out []panel
	for _, g := range v.groups {
		wide := clusterWidth(len(g.Rows))
		p := panel{label: g.name, note: v.groupNote(ctx, g)}
		for i, r := range g.Rows {
			row, column := i/wide, i%wide
			x := hexWidth/2 + hexGap + float64(column)*(hexWidth+hexGap)
			if row%2 == 1 {
				x += (hexWidth + hexGap) / 2
			}
			y := hexSide + hexGap + float64(row)*(hexRowGap+hexGap)
			s := v.shapeOf(ctx, r)
			s.path, s.x, s.y, s.mark = hexagon(x, y), x, y, initials(r.Unit.Name)
			p.shapes = append(p.shapes, s)
			p.width, p.height = math.Max(p.width, x+hexWidth/2+hexGap), math.Max(p.height, y+hexSide+hexGap)
		}
		out = append(out, p)
	}
	return out
}

// clusterWidth is how many hexagons stand in a row of n: somewhat wider than high, never wider than a phone, and with rows
// as equal as they can be.
func clusterWidth(n int) int {
	wide := min(max(int(math.Ceil(math.Sqrt(float64(n)*1.2))), 1), 7)
	rows := (n + wide - 1) / wide
	return max((n+rows-1)/max(rows, 1), 1)
}

// hexagon is the path of one hexagon around a point.
func hexagon(x, y float64) string {
	half := hexWidth / 2
	var b strings.Builder
	for i, p := range [][2]float64{{x, y - hexSide}, {x + half, y - hexSide/2}, {x + half, y + hexSide/2}, {x, y + hexSide}, {x - half, y + hexSide/2}, {x - half, y - hexSide/2}} {
		b.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
		b.WriteString(decimal(p[0]) + " " + decimal(p[1]))
	}
	return b.String() + "Z"
}

// decimal writes a coordinate with one decimal.
func decimal(v float64) string { return strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64) }

// initials are the first letters of the words of a name, at most three: "Đạ R'sal" → "ĐR".
func initials(name string) string {
	var out []rune
	for _, word := range strings.Fields(name) {
		for _, r := range word {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToUpper(r))
				break
			}
		}
	}
	return string(out[:min(len(out), 3)])
}

// groupNote is the answer of a group in one line.
func (v *pictureView) groupNote(ctx context.Context, g group) string {
	text := i18n.T(ctx, "assessment.n_communes", ui.Count(ctx, len(g.Rows)))
	if v.item != nil {
		return text + " · " + i18n.T(ctx, "assessment.n_met_item", ui.Count(ctx, v.Count(g.Rows, *v.item).Met), assessment.ItemWords(ctx, *v.item))
	}
	return text + " · " + i18n.T(ctx, "assessment.n_complete", ui.Count(ctx, v.Part(g.Rows).Complete()))
}

// mapped draws the boundaries of the day. Where they are those of districts, each is coloured by the share of its communes.
func (v *pictureView) mapped(ctx context.Context) panel {
	d := v.drawing
	p := panel{width: float64(d.Width), height: float64(d.Height)}
	rows := map[territory.UnitID]assessment.Row{}
	for _, r := range v.rows {
		rows[r.Unit.ID] = r
	}
	for _, o := range d.Outlines {
		s := shape{path: o.Path, x: o.X, y: o.Y}
		if o.Unit.Level == territory.Commune {
			if r, ok := rows[o.Unit.ID]; ok {
				s = v.shapeOf(ctx, r)
				s.path, s.x, s.y = o.Path, o.X, o.Y
				s.figure = ""
			} else {
				s.paint, s.title = paint{status: ui.NotApplicable}, o.Unit.Title(ctx)+": "+v.outsideWord(ctx, o.Unit)
			}
		} else {
			s.paint, s.title = v.shareOf(ctx, o.Unit)
		}
		p.shapes = append(p.shapes, s)
	}
	for _, o := range d.Parents {
		p.lines = append(p.lines, o.Path)
	}
	return p
}

// outsideWord says why a unit of the map has no colour.
func (v *pictureView) outsideWord(ctx context.Context, u *territory.Unit) string {
	if u.InProgramme() {
		return i18n.T(ctx, "board.filtered_out")
	}
	return i18n.T(ctx, "board.outside")
}

// shareOf colours a unit above communes by the share of its communes that have met the item, or everything.
func (v *pictureView) shareOf(ctx context.Context, u *territory.Unit) (paint, string) {
	var rows []assessment.Row
	for _, r := range v.rows {
		for _, a := range v.Roster.Ancestors(r.Unit.ID) {
			if a.ID == u.ID {
				rows = append(rows, r)
			}
		}
	}
	n := v.Part(rows).Complete()
	if v.item != nil {
		n = v.Count(rows, *v.item).Met
	}
	title := u.Title(ctx) + ": " + i18n.T(ctx, "board.n_met", ui.Count(ctx, n), ui.Count(ctx, len(rows)))
	if len(rows) == 0 {
		return paint{status: ui.NotApplicable}, title
	}
	return paint{step: min(n*steps/len(rows)+1, steps)}, title
}

// byShare reports whether the map shows shares of units above communes.
func (v *pictureView) byShare() bool {
	return v.drawing != nil && len(v.drawing.Outlines) > 0 && v.drawing.Outlines[0].Unit.Level != territory.Commune
}

// title is the answer of the picture.
func (v *pictureView) title(ctx context.Context) string {
	if v.WithData() == 0 {
		return i18n.T(ctx, "assessment.answer.no_data", v.Period.Title(ctx))
	}
	total := ui.Count(ctx, len(v.rows))
	if v.item != nil {
		return i18n.T(ctx, "assessment.answer.item", ui.Count(ctx, v.Count(v.rows, *v.item).Met), total, assessment.ItemWords(ctx, *v.item))
	}
	return i18n.T(ctx, "assessment.answer.complete", ui.Count(ctx, v.Part(v.rows).Complete()), total, ui.Count(ctx, len(v.Set.Criteria())))
}

// subtitle says what the colours mean.
func (v *pictureView) subtitle(ctx context.Context) string {
	key := "board.picture.hexagons"
	switch {
	case v.drawing != nil:
		key = "board.picture.map"
	case v.schematic:
		key = "board.picture.schematic"
	}
	what := i18n.T(ctx, "board.picture.count")
	if v.item != nil {
		k := columnOf(v.Set, *v.item)
		what = vntext.Capital(assessment.ItemWords(ctx, *v.item)) + ": " + vntext.Clip(k.title(ctx), 90)
	}
	return i18n.T(ctx, key) + " · " + what
}

// keysOf are the entries of the legend, with the number of communes of each.
func (v *pictureView) keysOf(ctx context.Context) []ui.KeyEntry {
	noun := i18n.T(ctx, "assessment.communes")
	var out []ui.KeyEntry
	switch {
	case v.byShare():
		count := [steps + 1]int{}
		for _, s := range v.panels[0].shapes {
			count[s.paint.step]++
		}
		for i := 1; i <= steps; i++ {
			from, to := (i-1)*100/steps, i*100/steps
			out = append(out, ui.KeyEntry{Step: i, Text: i18n.T(ctx, "board.key.share", from, to), N: count[i], Noun: i18n.T(ctx, "board.units")})
		}
		return out
	case v.item != nil:
		c := v.Count(v.rows, *v.item)
		for _, w := range assessment.Verdicts {
			out = append(out, ui.KeyEntry{Status: assessment.Status(w), N: c.Of(w), Noun: noun})
		}
		return out
	}
	count := map[paint]int{}
	for _, r := range v.rows {
		count[v.paintOf(r)]++
	}
	for i := len(v.bands) - 1; i >= 0; i-- {
		b := v.bands[i]
		text := i18n.T(ctx, "board.key.count", ui.Count(ctx, b.from)+"–"+ui.Count(ctx, b.to))
		if b.from == b.to {
			text = i18n.T(ctx, "board.key.count", ui.Count(ctx, b.from))
		}
		out = append(out, ui.KeyEntry{Step: b.step, Text: text, N: count[paint{step: b.step}], Noun: noun})
	}
	return append(out, ui.KeyEntry{Status: ui.Missing, N: count[paint{status: ui.Missing}], Noun: noun})
}

// source says where shapes and figures come from.
func (v *pictureView) source(ctx context.Context) string {
	if v.drawing != nil && v.drawing.Source != "" {
		return i18n.T(ctx, "board.source.map", v.drawing.Source, v.basis(ctx))
	}
	return i18n.T(ctx, "board.source.schematic", v.basis(ctx))
}

// picture is the drawing as the page shows it.
func (v *pictureView) picture(ctx context.Context) ui.PictureOptions {
	o := ui.PictureOptions{ID: "hinh", Title: v.subtitle(ctx), Keys: v.keysOf(ctx), Source: v.source(ctx), Map: v.drawing != nil}
	for _, p := range v.panels {
		x := ui.PicturePanel{Label: p.label, Note: p.note, Width: p.width, Height: p.height, Lines: p.lines}
		for _, s := range p.shapes {
			x.Shapes = append(x.Shapes, ui.PictureShape{Path: s.path, X: s.x, Y: s.y, Status: s.paint.status, Step: s.paint.step, Mark: s.mark, Figure: s.figure, Sign: s.sign, Title: s.title, Href: s.href})
		}
		o.Panels = append(o.Panels, x)
	}
	return o
}

// table says the same as the picture, in words.
func (v *pictureView) table(ctx context.Context) ui.TableOptions {
	o := ui.TableOptions{ID: "hinh-bang", Caption: v.subtitle(ctx), CaptionHidden: true, Compact: true, Columns: []ui.Column{{Label: i18n.T(ctx, "assessment.commune")}, {Label: i18n.T(ctx, "assessment.section.results")}}}
	for _, g := range v.groups {
		if v.by != undivided {
			o.Rows = append(o.Rows, ui.Row{Heading: g.name + " · " + v.groupNote(ctx, g)})
		}
		for _, r := range g.Rows {
			s := v.shapeOf(ctx, r)
			cell := ui.Cell{Text: v.said(ctx, r)}
			if s.paint.status != "" {
				cell = ui.Cell{Status: s.paint.status}
			}
			o.Rows = append(o.Rows, ui.Row{Cells: []ui.Cell{{Text: r.Unit.Name, Href: s.href}, cell}})
		}
	}
	return o
}

// itemField asks what the colours say.
func (v *pictureView) itemField(ctx context.Context) ui.FieldOptions {
	f := ui.FieldOptions{Kind: ui.SelectField, Name: "muc", Label: i18n.T(ctx, "board.colour_by"), Width: ui.Medium}
	f.Options = append(f.Options, ui.Option{Text: i18n.T(ctx, "board.picture.count"), Selected: v.item == nil})
	for _, c := range v.Set.Criteria() {
		item := assessment.Item{ID: c.ID, Criterion: true}
		f.Options = append(f.Options, ui.Option{Value: itemKey(v.Set, item), Text: vntext.Capital(assessment.ItemWords(ctx, item)) + ". " + vntext.Clip(c.Title(ctx), 40), Selected: v.item != nil && *v.item == item})
		for _, i := range c.Indicators {
			item := assessment.Item{ID: i.ID}
			f.Options = append(f.Options, ui.Option{Value: itemKey(v.Set, item), Text: i.ID + ". " + vntext.Clip(i.Text(ctx), 48), Selected: v.item != nil && *v.item == item})
		}
	}
	return f
}
