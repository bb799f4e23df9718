package ui_test

import (
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"

	"github.com/a-h/templ"
	"golang.org/x/net/html"
)

// hostile is a name that tries to break out of every place it may be written to.
const hostile = "<script>alert(1)</script>\" onload='x' =1+1 {{.}}\r\n\u202eđảo"

// hostileRead is hostile as a browser reads it back (HTML standard, 13.2.3.5: CR LF becomes LF).
var hostileRead = strings.ReplaceAll(hostile, "\r\n", "\n")

func texts(t *testing.T) *i18n.Catalog {
	t.Helper()
	c, err := i18n.Load(i18n.Base(), ui.Locales())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var nav = []ui.NavItem{
	{Shell: ui.Public, ID: "xa", Href: "/xa", Text: "ui.home"},
	{Shell: ui.Public, ID: "ban-do", Href: "/ban-do", Text: "ui.menu"},
	{Shell: ui.Desk, Group: "ui.nav_desk", ID: "tinh", Href: "/lam-viec/tinh", Text: "ui.desk"},
	{Shell: ui.Desk, Group: "ui.nav_desk", ID: "ma-tran", Href: "/lam-viec/ma-tran", Text: "ui.menu"},
	{Shell: ui.Desk, Group: "ui.nav_foot", ID: "khac", Href: "/lam-viec/khac", Text: "ui.home"},
	{Shell: ui.Foot, ID: "tiep-can", Href: "/tiep-can", Text: "ui.nav_foot"},
}

func site() ui.Site {
	return ui.Site{
		Path: "/xa/24853-da-rsal", Query: "ky=2023&bo=xa-ntm-2021-2025", Nav: nav, Owner: hostile, Now: time.Date(2026, 10, 1, 2, 3, 0, 0, time.UTC),
		Actor: auth.Actor{Kind: auth.Person, ID: 7, Login: "diem", Name: hostile, Grants: []auth.Grant{{Role: auth.ProvinceOffice}, {Role: auth.Viewer}}},
	}
}

func render(t *testing.T, lang i18n.Lang, s ui.Site, c templ.Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ui.WithSite(i18n.With(context.Background(), texts(t), lang), s), &b); err != nil {
		t.Fatal(err)
	}
	if at := strings.Index(b.String(), "⟦"); at >= 0 {
		t.Errorf("%s: a text is missing: %.60s", lang, b.String()[at:])
	}
	doc, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

// children gives c what stands between its tags.
func children(c templ.Component, inside ...templ.Component) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		return c.Render(templ.WithChildren(ctx, templ.Join(inside...)), w)
	})
}

// components are all components of the library, filled with hostile text, by the name of their function.
func components() map[string]templ.Component {
	h := hostile
	link := &ui.LinkButtonOptions{Text: h, Href: h, Kind: ui.Quiet, Icon: "download", Download: true, Note: h}
	options := []ui.Option{{Value: h, Text: h, Selected: true}, {Value: "2", Text: "2"}}
	fields := func(kind ui.FieldKind) templ.Component {
		return ui.Field(ui.FieldOptions{Kind: kind, Name: "q " + string(kind), Label: h, Hint: h, Error: h, Value: h, Optional: true, Options: options, Unit: h, Echo: h, Accept: h, Autocomplete: h, Width: ui.Short})
	}
	figure := ui.FigureOptions{Label: h, N: 48, Of: 111, Noun: h, Percent: h, AsOf: h, Change: h, Origin: ui.Declared, OriginNote: h, Href: h, Status: ui.Missing}
	var counts []ui.StatusCount
	var cells []ui.ScorecardCell
	var row []ui.MatrixCell
	var columns []ui.MatrixColumn
	for i, s := range ui.Statuses {
		counts = append(counts, ui.StatusCount{Status: s, N: i * 9, Href: h})
		cells = append(cells, ui.ScorecardCell{ID: h, Title: h, Status: s, Value: h, Threshold: h, Evidence: i, Href: h, Origin: ui.Linked})
		row = append(row, ui.MatrixCell{Status: s, Href: []string{"", h}[i%2]})
		columns = append(columns, ui.MatrixColumn{ID: h, Title: h, Href: []string{h, ""}[i%2]})
	}
	heat := ui.HeatOptions{ID: "hm1", Caption: h, RowLabel: h, RowSort: h, RowSorted: ui.Rising, TotalLabel: h, Keys: h, Foot: &ui.HeatRow{Name: h, Total: h}}
	heat.Rows = []ui.HeatRow{{Name: h, Sub: h, Group: true, Total: h}, {Name: h, Href: h, Total: h}}
	keys := []ui.KeyEntry{{Step: 3, Text: h, N: 4, Noun: h}}
	picture := ui.PictureOptions{ID: "pic1", Title: h, Source: h}
	panel := ui.PicturePanel{Label: h, Note: h, Width: 100, Height: 50, Lines: []string{h}, Shapes: []ui.PictureShape{{Path: h, Step: 9, Mark: h, Figure: h, Title: h, Href: h}}}
	for i, s := range ui.Statuses {
		heat.Columns = append(heat.Columns, ui.HeatColumn{ID: h, Title: h, Short: h, SortHref: []string{h, ""}[i%2], Sorted: []ui.Sorted{ui.Falling, ui.Unsorted}[i%2]})
		heat.Rows[0].Cells = append(heat.Rows[0].Cells, ui.HeatCell{Text: h, Said: []string{h, ""}[i%2]})
		heat.Rows[1].Cells = append(heat.Rows[1].Cells, ui.HeatCell{Status: s, Href: []string{"", h}[i%2]})
		keys = append(keys, ui.KeyEntry{Status: s, N: i, Href: h})
		panel.Shapes = append(panel.Shapes, ui.PictureShape{Path: h, Status: s, Sign: true, Mark: []string{h, ""}[i%2], Title: h, Href: []string{h, ""}[i%2]})
	}
	picture.Panels, picture.Keys = []ui.PicturePanel{panel, {Shapes: panel.Shapes}}, keys
	note := ui.Tag(h)
	return map[string]templ.Component{
		"Icon":           ui.Icon("check"),
		"Island":         ui.Island("theme"),
		"Button":         ui.Button(ui.ButtonOptions{Text: h, Kind: ui.Danger, Icon: "upload", Name: h, Value: h, ID: "b1"}),
		"LinkButton":     ui.LinkButton(*link),
		"Chip":           templ.Join(ui.Chip(ui.Met), ui.Chip(ui.Status(h))),
		"Mark":           ui.Mark(ui.NotMet),
		"Tag":            note,
		"Origin":         templ.Join(ui.Origin(ui.OriginOptions{Kind: ui.Computed, Note: h}), ui.Origin(ui.OriginOptions{Kind: ui.OriginKind(h), Compact: true})),
		"StackBar":       ui.StackBar(ui.StackBarOptions{Label: h, Noun: h, Counts: counts}),
		"Field":          templ.Join(fields(ui.TextField), fields(ui.NumberField), fields(ui.PasswordField), fields(ui.SearchField), fields(ui.TextArea), fields(ui.SelectField), fields(ui.DateField), fields(ui.FileField), fields(ui.RadioField), fields(ui.CheckField)),
		"Form":           children(ui.Form(ui.FormOptions{Action: h, Method: "get", Multipart: true, Label: h, ID: "form", Hidden: []ui.Hidden{{Name: h, Value: h}}, Row: true}), note),
		"Actions":        children(ui.Actions(), note),
		"ErrorSummary":   ui.ErrorSummary([]ui.FieldError{{Field: "q text", Text: h}, {Text: h}}),
		"NoticeBox":      children(ui.NoticeBox(ui.NoticeOptions{Kind: ui.NoticeWarn, Title: h, Text: h}), note),
		"EmptyState":     ui.EmptyState(ui.EmptyOptions{Title: h, Text: h, Action: link}),
		"FigureCard":     ui.FigureCard(figure),
		"StatCards":      ui.StatCards([]ui.FigureOptions{figure, {Label: h, Text: h}, {Label: h, N: 3, Noun: h}}),
		"TargetBar":      ui.TargetBar(ui.TargetBarOptions{Label: h, Href: h, Value: 432, Target: 970, Text: h, Gap: h, Origin: ui.Example}),
		"BarList":        ui.BarList(ui.BarListOptions{Label: h, Noun: h, Tone: ui.ToneGap, Bars: []ui.Bar{{Label: h, Sub: h, Href: h, N: 3}, {Label: h, Text: h, N: 9}}}),
		"Table":          ui.Table(ui.TableOptions{ID: "t1", Caption: h, Columns: []ui.Column{{Label: h, SortHref: h, Sorted: ui.Falling}, {Label: h, Num: true}, {Label: h, Narrow: true}, {Label: h}}, Rows: []ui.Row{{Heading: h}, {ID: "r1", Selected: true, Cells: []ui.Cell{{Text: h, Href: h}, {Text: h, Sub: h}, {Status: ui.Nearly, Text: h}, {Body: note}}}}, Foot: []ui.Row{{Cells: []ui.Cell{{Text: h}}}}, Scroll: true}),
		"Pager":          ui.Pager(ui.PagerOptions{From: 51, To: 100, Total: 1103, Noun: h, PrevHref: h, NextHref: h}),
		"ScorecardGrid":  ui.ScorecardGrid(ui.ScorecardOptions{ID: "s1", Caption: h, Rows: []ui.ScorecardRow{{ID: h, Title: h, Href: h, Status: ui.NotMet, Counts: h, Lead: h, Updated: h, UpdatedBy: h, Note: h, Cells: cells}, {ID: "2", Title: h, Status: ui.Met}}}),
		"Matrix":         ui.Matrix(ui.MatrixOptions{ID: "m1", Caption: h, RowLabel: h, TotalLabel: h, Columns: columns, Rows: []ui.MatrixRow{{Heading: h}, {Name: h, Href: h, Cells: row, Total: h}}}),
		"HeatMatrix":     ui.HeatMatrix(heat),
		"CountLegend":    ui.CountLegend(h, keys),
		"Picture":        ui.Picture(picture),
		"PageHead":       children(ui.PageHead(ui.PageHeadOptions{Title: h, Over: h, Lead: h, AsOf: h, Origin: ui.Computed, Note: h, Tags: []string{h}, Actions: []ui.LinkButtonOptions{*link}}), note),
		"Section":        children(ui.Section(ui.SectionOptions{ID: "p1", Title: h, Lead: h, Card: true, Action: link}), children(ui.Section(ui.SectionOptions{Title: h, Level: 3}), note)),
		"Columns":        children(ui.Columns(), note),
		"Crumbs":         ui.Crumbs([]ui.Crumb{{Text: h, Href: h}, {Text: h}, {Text: h}}),
		"Tabs":           ui.Tabs(ui.TabsOptions{Label: h, Tabs: []ui.Tab{{Text: h, Href: h, Count: h, Status: ui.Met, Selected: true}, {Text: h, Href: h}}}),
		"Steps":          ui.Steps([]ui.Step{{Text: h, State: ui.StepDone, Href: h}, {Text: h, State: ui.StepCurrent}, {Text: h}}),
		"DefinitionList": ui.DefinitionList([]ui.Definition{{Term: h, Text: h, Href: h}, {Term: h, Body: note}, {Term: h, Text: h}}),
		"Details":        children(ui.Details(ui.DetailsOptions{Summary: h, Open: true}), note),
		"Timeline":       ui.Timeline([]ui.TimelineItem{{When: h, ISO: h, Who: h, What: h, Note: h, Href: h, Status: ui.Pending}, {When: h, What: h}}),
		"Strip":          ui.Strip([]ui.StripCell{{ID: h, Title: h, Status: ui.NotMet}}),
		"Legend":         ui.Legend(ui.Statuses),
		"Switches":       ui.Switches([]ui.Switch{{Label: h, Options: []ui.Option{{Text: h, Href: h, Selected: true}, {Text: h, Href: h}}}}),
		"ErrorBody":      ui.ErrorBody(404, h),
		"ErrorPage":      ui.ErrorPage(ui.ErrorOptions{Status: 401, Text: h, Return: h}),
	}
}

// wordless are components that write no text but their own.
var wordless = map[string]bool{"Icon": true, "Island": true, "Mark": true, "Chip": true, "Legend": true}

// notAlone are exported functions that return a component but no part of a page.
var notAlone = map[string]bool{"Page": true}

func TestEveryComponentIsInTheTable(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	have, found := components(), 0
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range f.Decls {
			fn, ok := d.(*ast.FuncDecl)
			if !ok || fn.Recv != nil || !fn.Name.IsExported() || fn.Type.Results == nil || len(fn.Type.Results.List) != 1 {
				continue
			}
			sel, ok := fn.Type.Results.List[0].Type.(*ast.SelectorExpr)
			if !ok || sel.Sel.Name != "Component" || notAlone[fn.Name.Name] {
				continue
			}
			found++
			if have[fn.Name.Name] == nil {
				t.Errorf("%s is in no test", fn.Name.Name)
			}
		}
	}
	if found == 0 {
		t.Fatal("no component found")
	}
}

func TestComponentsHoldHostileText(t *testing.T) {
	table := components()
	if len(table) == 0 {
		t.Fatal("no components")
	}
	for name, c := range table {
		for _, lang := range i18n.Langs {
			t.Run(name+"/"+string(lang), func(t *testing.T) {
				// Error pages and PageHead bring the h1 of the page; the others stand under one.
				body := c
				if name != "ErrorBody" && name != "ErrorPage" && name != "PageHead" {
					body = templ.Join(ui.PageHead(ui.PageHeadOptions{Title: "T"}), c)
				}
				if name == "ErrorSummary" {
					body = templ.Join(body, ui.Field(ui.FieldOptions{Name: "q text", Label: "Q"}))
				}
				doc := render(t, lang, site(), ui.Page(ui.Frame{Title: hostile, Shell: ui.Desk, Active: "tinh"}, body))
				complain(t, doc)
				if !wordless[name] && !strings.Contains(text(find(doc, "main")[0]), hostileRead) {
					t.Error("the hostile text is not there as text")
				}
			})
		}
	}
}

func TestShells(t *testing.T) {
	for _, shell := range []ui.Shell{ui.Public, ui.Desk, ui.Plain} {
		for _, lang := range i18n.Langs {
			for _, guest := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/%s/guest=%t", shell, lang, guest), func(t *testing.T) {
					s := site()
					if guest {
						s.Actor = auth.Actor{Kind: auth.Guest}
					}
					f := ui.Frame{
						Title: hostile, Shell: shell, Active: "xa", Illustrative: true, Wide: true,
						Crumbs:  []ui.Crumb{{Text: hostile, Href: "/"}, {Text: hostile}},
						Context: []ui.Switch{{Label: hostile, Name: "ky", Options: []ui.Option{{Text: hostile, Href: hostile, Selected: true}, {Text: hostile, Href: "?ky=2023"}}}},
						Flash:   &ui.Flash{Kind: "ok", Text: hostile},
						Errors:  []ui.FieldError{{Field: "ten", Text: hostile}},
					}
					doc := render(t, lang, s, ui.Page(f, templ.Join(ui.PageHead(ui.PageHeadOptions{Title: hostile}), ui.Field(ui.FieldOptions{Name: "ten", Label: hostile, Error: hostile}))))
					complain(t, doc)
					if got := attr(find(doc, "html")[0], "lang"); got != string(lang) {
						t.Errorf("lang = %q", got)
					}
				})
			}
		}
	}
}

func TestErrorsComeFirst(t *testing.T) {
	doc := render(t, i18n.Vi, site(), ui.Page(ui.Frame{Title: "Nhập số liệu", Shell: ui.Desk, Flash: &ui.Flash{Kind: "warn", Text: "x"}, Errors: []ui.FieldError{{Field: "tep", Text: "Tệp phải là .xlsx"}, {Text: "y"}}},
		templ.Join(ui.PageHead(ui.PageHeadOptions{Title: "T"}), ui.Field(ui.FieldOptions{Kind: ui.FileField, Name: "tep", Label: "Tệp", Error: "Tệp phải là .xlsx"}))))
	if got := text(find(doc, "title")[0]); got != "Lỗi: Nhập số liệu – Làng Số" {
		t.Errorf("title = %q", got)
	}
	var order []string
	for _, n := range all(doc) {
		if n.Data == "h1" || attr(n, "id") == "ls-summary" {
			order = append(order, n.Data)
		}
	}
	if got := strings.Join(order, " "); got != "div h1" {
		t.Errorf("order on the page: %s; the summary stands above the h1", got)
	}
	if !strings.Contains(text(find(doc, "main")[0]), "Có 2 chỗ cần sửa") {
		t.Error("the summary does not say how many")
	}
	focus := 0
	for _, n := range all(doc) {
		if has(n, "autofocus") {
			focus++
			if attr(n, "id") != "ls-summary" {
				t.Errorf("focus goes to <%s id=%q>", n.Data, attr(n, "id"))
			}
		}
	}
	if focus != 1 {
		t.Errorf("%d elements want the focus", focus)
	}
}

func TestLanguageLinksKeepPathAndQuery(t *testing.T) {
	want := map[string]string{"vi": "/xa/24853-da-rsal?ky=2023&bo=xa-ntm-2021-2025", "en": "/en/xa/24853-da-rsal?ky=2023&bo=xa-ntm-2021-2025"}
	for _, lang := range i18n.Langs {
		doc := render(t, lang, site(), ui.Page(ui.Frame{Shell: ui.Public}, ui.PageHead(ui.PageHeadOptions{Title: "T"})))
		got := map[string]string{}
		for _, a := range find(doc, "a") {
			if l := attr(a, "hreflang"); l != "" {
				got[l] = attr(a, "href")
				if current := has(a, "aria-current"); current != (l == string(lang)) {
					t.Errorf("%s page: %s is marked %t", lang, l, current)
				}
			}
		}
		for l, href := range want {
			if got[l] != href {
				t.Errorf("%s page: link to %s = %q, want %q", lang, l, got[l], href)
			}
		}
	}
}

func TestSignOutIsAPost(t *testing.T) {
	doc := render(t, i18n.En, site(), ui.Page(ui.Frame{Shell: ui.Desk}, ui.PageHead(ui.PageHeadOptions{Title: "T"})))
	for _, f := range find(doc, "form") {
		if attr(f, "action") == "/en/dang-xuat" {
			if attr(f, "method") != "post" {
				t.Error("signing out must not be a GET")
			}
			return
		}
	}
	t.Error("nobody can sign out")
}

func TestSearchOnlyWhereItLeadsSomewhere(t *testing.T) {
	for _, with := range []bool{true, false} {
		s := site()
		if !with {
			s.Nav = s.Nav[1:]
		}
		doc := render(t, i18n.Vi, s, ui.Page(ui.Frame{Shell: ui.Public}, ui.PageHead(ui.PageHeadOptions{Title: "T"})))
		found := false
		for _, f := range find(doc, "form") {
			found = found || attr(f, "role") == "search"
		}
		if found != with {
			t.Errorf("page /xa exists: %t, search field: %t", with, found)
		}
	}
}

func TestSaveDataSendsNoFonts(t *testing.T) {
	for _, less := range []bool{true, false} {
		s := site()
		s.SaveData = less
		doc := render(t, i18n.Vi, s, ui.Page(ui.Frame{Shell: ui.Public}, ui.PageHead(ui.PageHeadOptions{Title: "T"})))
		for _, l := range find(doc, "link") {
			switch attr(l, "rel") {
			case "preload":
				if less {
					t.Errorf("preload of %s", attr(l, "href"))
				}
			case "stylesheet":
				if lite := strings.Contains(attr(l, "href"), "style-lite"); lite != less {
					t.Errorf("Save-Data %t: style sheet %s", less, attr(l, "href"))
				}
			}
		}
	}
}

func TestIllustrativeIsSaid(t *testing.T) {
	const banner = "SỐ LIỆU MINH HỌA – không phải số liệu chính thức" // ui.md, words
	for _, c := range []struct{ demo, page, want bool }{{true, false, true}, {false, true, true}, {false, false, false}} {
		s := site()
		s.Demo = c.demo
		doc := render(t, i18n.Vi, s, ui.Page(ui.Frame{Shell: ui.Public, Illustrative: c.page}, ui.PageHead(ui.PageHeadOptions{Title: "T"})))
		if got := strings.Contains(text(doc), banner); got != c.want {
			t.Errorf("demo %t, page %t: banner %t", c.demo, c.page, got)
		}
	}
}

// TestStackBar checks the drawn widths against shares worked out by hand: 48, 63 and 0 of 111.
func TestStackBar(t *testing.T) {
	doc := render(t, i18n.Vi, ui.Site{}, ui.StackBar(ui.StackBarOptions{Label: "8.4", Noun: "xã", Counts: []ui.StatusCount{{Status: ui.Met, N: 48}, {Status: ui.NotMet, N: 63}, {Status: ui.Missing}}}))
	var got []string
	for _, r := range find(doc, "rect") {
		got = append(got, attr(r, "x")+"+"+attr(r, "width"))
	}
	if s := strings.Join(got, " "); s != "0.0%+43.2% 43.2%+56.8%" {
		t.Errorf("bar = %s", s)
	}
	if legend := strings.Join(strings.Fields(text(find(doc, "ul")[0])), " "); legend != "đạt 48 xã chưa đạt 63 xã chưa có số liệu 0 xã" {
		t.Errorf("legend = %q", legend)
	}
}

func TestFormats(t *testing.T) {
	vi := i18n.With(context.Background(), texts(t), i18n.Vi)
	en := i18n.With(context.Background(), texts(t), i18n.En)
	for _, c := range []struct{ got, want string }{
		{ui.Count(vi, 6152), "6.152"},
		{ui.Count(en, 6152), "6,152"},
		{ui.Number(vi, 12345, 1), "1.234,5"},
		{ui.Number(en, 12345, 1), "1,234.5"},
		{ui.Percent(vi, 432), "43,2\u00a0%"},
		{ui.Percent(en, 432), "43.2%"},
		{ui.Date(vi, "2026-01-05"), "05/01/2026"},
		{ui.Date(en, "2026-01-05"), "5 Jan 2026"},
		{ui.Date(en, ""), ""},
		{ui.DateTime(vi, time.Date(2024, 6, 14, 7, 5, 0, 0, time.UTC)), "14:05 14/06/2024"},
		{ui.DateTime(en, time.Date(2024, 6, 14, 7, 5, 0, 0, time.UTC)), "14:05, 14 Jun 2024"},
		{ui.DateTime(vi, time.Time{}), ""},
		{ui.StatusWord(vi, ui.Nearly), "cơ bản đạt"},
		{ui.StatusWord(vi, "no such status"), "chưa có số liệu"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

// TestClassesAreStyled finds classes that a template spells and no style sheet knows.
func TestClassesAreStyled(t *testing.T) {
	sheets, err := filepath.Glob("../../../web/style/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("no style sheets: %v", err)
	}
	styled := map[string]bool{}
	class := regexp.MustCompile(`\.(ls-[A-Za-z0-9_-]+)`)
	for _, s := range sheets {
		b, err := os.ReadFile(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range class.FindAllStringSubmatch(string(b), -1) {
			styled[m[1]] = true
		}
	}
	seen := 0
	for name, c := range components() {
		for _, shell := range []ui.Shell{ui.Public, ui.Desk, ui.Plain} {
			doc := render(t, i18n.Vi, site(), ui.Page(ui.Frame{Shell: shell, Illustrative: true}, c))
			for _, n := range all(doc) {
				for _, k := range strings.Fields(attr(n, "class")) {
					seen++
					// A modifier may have no rule of its own where the plain class says all.
					if block, _, modified := strings.Cut(k, "--"); !styled[k] && !(modified && styled[block]) {
						t.Errorf("%s: class %s has no style", name, k)
					}
				}
			}
		}
	}
	if seen == 0 {
		t.Fatal("no classes found")
	}
}
