package board

import (
	"regexp"
	"strings"
	"testing"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/i18n"
	"langso/internal/testkit/htmlcheck"
	fictional "langso/internal/testkit/province"

	"golang.org/x/net/html"
)

// untranslated is what a page shows where a text is missing or has the wrong values.
var untranslated = regexp.MustCompile(`⟦[^⟧]*⟧|%!?\((?:EXTRA|MISSING|BADINDEX)|%![a-z]\(`)

// Every page, in both languages and shells, with figures, without, with hostile names: one h1, every id once, every field
// with a label, no script but our own, no style inside, a scope on every head of a table.
func TestEveryPageIsSound(t *testing.T) {
	onEach(t, true, func(t *testing.T, h *house) {
		ctx := auth.With(h.cli(), office)
		for i, c := range fictional.Communes() {
			for _, item := range []string{"1.1", "2.2"} {
				if err := h.results.Correct(ctx, assessment.Correction{Unit: c.ID, Set: fictional.Set, Period: "2026-Q3", Item: assessment.Item{ID: item}, Figure: assessment.Figure{HasNumber: true, Num: int64(3 + 40*i)}, Reason: "thử", IfMatch: "0"}); err != nil {
					t.Fatal(err)
				}
			}
		}
		seen := 0
		for _, place := range []string{matrixPath, hexPath, mapPath, comparePath} {
			for _, query := range []string{"", "?bo=" + advanced + "&ky=2023", "?bo=" + advanced + "&ky=2023&cot=chi-tieu&sap=gan-dat", "?ky=2025-Q1", "?bo=" + fictional.Set, "?nhom=nhom-xa", "?nhom=khong&noi=68", "?noi=khong-co",
				"?bo=" + advanced + "&muc=8.4", "?don-vi-nay=1&bo=" + advanced, "?voi=" + advanced + "/2023", "?xa=24943-ka-do&voi=" + present + "/2026-Q3&voi-xa=24931-don-duong&doi=tat-ca"} {
				for _, lang := range i18n.Langs {
					for _, inside := range []bool{true, false} {
						who, path := office, desk+place+query
						if !inside {
							who, path = nobody, place+query
						}
						a := h.get(who, lang, path)
						if a.status != 200 {
							t.Errorf("%s %s: status %d", lang, path, a.status)
							continue
						}
						seen++
						sound(t, string(lang)+" "+path, a.body)
					}
				}
			}
		}
		if seen < 150 {
			t.Errorf("%d pages looked at", seen)
		}
		for _, place := range []string{matrixPath, hexPath, mapPath} {
			text := htmlcheck.TextOf(h.page(t, office, desk+place+"?bo="+fictional.Set))
			for _, c := range fictional.Communes() {
				if !strings.Contains(strings.Join(strings.Fields(text), " "), strings.Join(strings.Fields(c.Name), " ")) {
					t.Errorf("%s does not show %q", place, c.Name)
				}
			}
		}
	})
}

func sound(t *testing.T, where, body string) {
	t.Helper()
	if m := untranslated.FindString(body); m != "" {
		t.Errorf("%s holds %q", where, m)
	}
	doc, err := htmlcheck.Parse([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	ids, labels := map[string]int{}, map[string]bool{}
	h1, level := 0, 0
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		if id := attr(n, "id"); id != "" {
			ids[id]++
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") {
				t.Errorf("%s: <%s %s>", where, n.Data, a.Key)
			}
		}
		switch n.Data {
		case "h1", "h2", "h3":
			now := int(n.Data[1] - '0')
			if now == 1 {
				h1++
			}
			if now > level+1 {
				t.Errorf("%s: %s after h%d", where, n.Data, level)
			}
			level = now
		case "th":
			if attr(n, "scope") == "" {
				t.Errorf("%s: a head without scope: %q", where, htmlcheck.TextOf(n))
			}
		case "label":
			labels[attr(n, "for")] = true
		case "script":
			if !strings.HasPrefix(attr(n, "src"), "/assets/") || n.FirstChild != nil {
				t.Errorf("%s: a script of its own", where)
			}
		}
	}
	for _, n := range elements(doc, "select") {
		if !labels[attr(n, "id")] {
			t.Errorf("%s: %s has no label", where, attr(n, "id"))
		}
	}
	if h1 != 1 {
		t.Errorf("%s: %d h1", where, h1)
	}
	for id, n := range ids {
		if n > 1 {
			t.Errorf("%s: id %s stands %d times", where, id, n)
		}
	}
}
