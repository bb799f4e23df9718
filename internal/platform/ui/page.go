package ui

import (
	"context"
	"net/url"
	"strconv"
	"strings"

	"langso/internal/platform/auth"
	"langso/internal/platform/i18n"
	"langso/web"

	"github.com/a-h/templ"
)

// Page draws a whole document: shell, error summary, flash, body. The body brings the page's one h1.
func Page(f Frame, body templ.Component) templ.Component { return document(f, body) }

// Href returns path in the language of ctx.
func Href(ctx context.Context, path string) string { return hrefIn(i18n.Of(ctx), path) }

func hrefIn(l i18n.Lang, path string) string {
	if l == i18n.En {
		return "/en" + path
	}
	return path
}

// ErrorTitle is the title of an error page.
func ErrorTitle(ctx context.Context, status int) string {
	if key := "ui.fault." + strconv.Itoa(status); i18n.Has(ctx, key) {
		return i18n.T(ctx, key)
	}
	return T(ctx, "fault.500")
}

// ErrorBody is the body of an error page: title, what happened, where to go on.
func ErrorBody(status int, text string) templ.Component {
	return ErrorPage(ErrorOptions{Status: status, Text: text})
}

// ErrorOptions describes an error page.
type ErrorOptions struct {
	Status int
	Text   string // what happened and what to do
	Return string // path to come back to after signing in, for 401
}

// ErrorPage is the body of an error page. Who is signed in goes on at the desk, everybody else at the first page; a missing
// page offers the search of communes.
func ErrorPage(o ErrorOptions) templ.Component { return errorPage(o) }

// ErrorShell is the frame around an error page: who is signed in keeps the menu of the desk.
func ErrorShell(ctx context.Context) Shell {
	if SiteOf(ctx).Actor.Kind == auth.Person {
		return Desk
	}
	return Plain
}

// preloaded are the fonts that the first lines of every page need.
var preloaded = []string{"text-400-latin.woff2", "text-400-vietnamese.woff2"}

// PictureFonts returns the font of the pages as TrueType files, each with other letters, for pictures that the program draws
// itself. weight is 400 or 600; ok is false in a build without fonts.
func PictureFonts(weight string) (files [][]byte, ok bool) {
	for _, letters := range []string{"latin", "vietnamese"} {
		b, ok := web.File("picture-" + weight + "-" + letters + ".ttf")
		if !ok {
			return nil, false
		}
		files = append(files, b)
	}
	return files, true
}

// styleSheet is the style sheet of a request; who asks for less gets one without fonts.
func styleSheet(ctx context.Context) string {
	if SiteOf(ctx).SaveData {
		return "style-lite.css"
	}
	return "style.css"
}

func documentTitle(ctx context.Context, f Frame) string {
	title := "Làng Số"
	if f.Title != "" {
		title = f.Title + " – " + title
	}
	if len(f.Errors) > 0 {
		title = T(ctx, "error_prefix") + " " + title
	}
	return title
}

func shellClass(s Shell) string {
	switch s {
	case Desk, Plain:
		return "ls-page--" + string(s)
	}
	return "ls-page--public"
}

// navOf returns the menu entries of a shell, in order.
func navOf(ctx context.Context, s Shell) []NavItem {
	var out []NavItem
	for _, n := range SiteOf(ctx).Nav {
		if n.Shell == s {
			out = append(out, n)
		}
	}
	return out
}

type railGroup struct {
	id, title string
	items     []NavItem
}

// railGroups gathers the entries of the desk under their headings, groups in order of their first entry.
func railGroups(ctx context.Context) []railGroup {
	var out []railGroup
	at := map[string]int{}
	for _, n := range navOf(ctx, Desk) {
		i, ok := at[n.Group]
		if !ok {
			i = len(out)
			at[n.Group] = i
			out = append(out, railGroup{id: "ls-rail-" + strconv.Itoa(i+1), title: n.Group})
		}
		out[i].items = append(out[i].items, n)
	}
	return out
}

// hasUnitSearch reports whether the page that finds communes by name exists.
func hasUnitSearch(ctx context.Context) bool {
	for _, n := range navOf(ctx, Public) {
		if n.Href == "/xa" {
			return true
		}
	}
	return false
}

// languageNames are the languages in their own words.
var languageNames = map[i18n.Lang]string{i18n.Vi: "Tiếng Việt", i18n.En: "English"}

// inLanguage is the address of this page in l, with its query.
func inLanguage(ctx context.Context, l i18n.Lang) string {
	s := SiteOf(ctx)
	// The path comes from the reader: escaped, and with one slash before it, it cannot lead to another site.
	href := hrefIn(l, (&url.URL{Path: "/" + strings.TrimLeft(s.Path, "/")}).EscapedPath())
	if q := strings.TrimPrefix(s.Query, "?"); q != "" {
		href += "?" + q
	}
	return href
}

func chosen(s Switch) string {
	for _, o := range s.Options {
		if o.Selected {
			return o.Text
		}
	}
	return "–"
}

func personName(a auth.Actor) string {
	if a.Name != "" {
		return a.Name
	}
	return a.Login
}

// printFoot is what a paper copy says about itself: title, address within the site, time.
func printFoot(ctx context.Context, f Frame) string {
	s := SiteOf(ctx)
	parts := []string{"Làng Số"}
	if f.Title != "" {
		parts = append(parts, f.Title)
	}
	if s.Path != "" {
		parts = append(parts, inLanguage(ctx, i18n.Of(ctx)))
	}
	if !s.Now.IsZero() {
		parts = append(parts, T(ctx, "printed", DateTime(ctx, s.Now)))
	}
	return strings.Join(parts, " · ")
}

// plural returns the text of key for n things: key+"_one" for 1 where the language has it, else key+"_many".
func plural(ctx context.Context, key string, n int) string {
	if n == 1 {
		return T(ctx, key+"_one")
	}
	return T(ctx, key+"_many", Count(ctx, n))
}
