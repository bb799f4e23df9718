package htmlcheck

import (
	"strings"
	"testing"
)

const page = `<!doctype html><html lang="vi"><head><title>Xã</title><style>.a{}</style></head><body>
<main id="main"><h1>  Bảng
 tổng hợp </h1>
<table class="ls-table wide"><tbody><tr><th>8.4</th><td>48</td></tr><tr><th>15.2</th><td>50</td></tr></tbody></table>
<p><a href="/xa/24805?ky=2023" class="ls-link">Đạ R'sal</a></p><div><p>sâu</p></div>
<script>let hidden = "Bí mật";</script></main></body></html>`

func TestFind(t *testing.T) {
	doc, err := Parse([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	for sel, want := range map[string]int{
		"tr": 2, "table tr": 2, "table > tr": 0, "tbody > tr": 2, ".ls-table": 1, ".wide.ls-table": 1, "table.wide td": 2, ".ls": 0, "#main": 1, "main#main > h1": 1,
		"[href]": 1, "a[href^=\"/xa/\"]": 1, "a[href^=/huyen/]": 0, "html[lang=vi]": 1, "html[lang=en]": 0, "th, td": 4, "h1, h2": 1, "main > p": 1, "main p": 2, "p:not(main)": 2,
		"a:not([class])": 0, "*[class]": 2, "script:not([src])": 1,
	} {
		got, err := Find(doc, sel)
		if err != nil || len(got) != want {
			t.Errorf("%s: %d, %v; want %d", sel, len(got), err, want)
		}
	}
	for _, bad := range []string{"", "a >", "a:hover", "a[", "a:not(b", "a, ,&"} {
		if _, err := Find(doc, bad); err == nil {
			t.Errorf("%q is understood", bad)
		}
	}
}

func TestCheckers(t *testing.T) {
	doc, err := Parse([]byte(page))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		check Checker
		want  string // part of the error, "" = none
	}{
		{"text", In("main h1", Text("Bảng tổng hợp")), ""},
		{"other text", In("main h1", Text("Bảng")), `main h1: text "Bảng tổng hợp", want "Bảng"`},
		{"has", In("body", Has("Đạ R'sal")), ""},
		{"has not", In("body", Has("Xuân Thọ")), "does not contain"},
		{"scripts are no text", In("body", Lacks("Bí mật")), ""},
		{"lacks", In("body", Lacks("15.2")), "contains"},
		{"nothing found", In("h2", Text("x")), "h2: not there"},
		{"each", Each("tr th", Attr("class", "x")), "tr th (1 of 2): no attribute class"},
		{"each of none", Each("h2"), "h2: not there"},
		{"count", Count("tr", 2), ""},
		{"other count", Count("tr", 3), "found 2, want 3"},
		{"none", None("h2"), ""},
		{"not none", None("tr"), "found 2, want 0"},
		{"href", In("a", Href("/xa/24805?ky=2023")), ""},
		{"other href", In("a", Href("/xa/24805")), "does not match"},
	} {
		err := c.check(doc)
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
}
