package board

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"langso/internal/platform/i18n"
	"langso/internal/territory"
	"langso/internal/testkit/htmlcheck"

	"golang.org/x/net/html"
)

// wider adds n communes with names of their own to the demonstration, "Đường Mới 0", "Đường Mới 1" …, and two that bear
// one name; two years of a set are filled with figures.
func (h *house) wider(t *testing.T, set string, n int) {
	t.Helper()
	var b strings.Builder
	b.WriteString("id,code,level,kind,name,parent,home,basis\n900000000,900,province,tinh,Minh họa,,yes,thử\n901000000,901,district,huyen,Thử,900000000,,thử\n")
	for i := range n {
		fmt.Fprintf(&b, "%d,%d,commune,xa,Đường Mới %d,901000000,,thử\n", 910_000_000+i, 90_000+i, i)
	}
	for i := range 2 {
		fmt.Fprintf(&b, "%d,%d,commune,xa,Trùng Tên,900000000,,thử\n", 920_000_000+i, 80_000+i)
	}
	src, err := territory.ReadUnits("units.csv", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(b.String()))
	if _, err := h.units.ImportUnits(h.cli(), src, hex.EncodeToString(sum[:])); err != nil {
		t.Fatal(err)
	}
	for _, year := range []string{"2022", "2023"} {
		if _, err := h.results.Fill(h.cli(), set, year); err != nil {
			t.Fatal(err)
		}
	}
}

// fieldNamed is the element of a form that bears a name.
func fieldNamed(t *testing.T, doc *html.Node, name string) *html.Node {
	t.Helper()
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && (n.Data == "input" || n.Data == "select") && attr(n, "name") == name {
			return n
		}
	}
	t.Fatalf("no field is named %s", name)
	return nil
}

// Of more communes than stand on one page one is typed: by its name with or without marks, with its kind, by its code or
// its part of the address. What no commune bears is refused with the words that were typed, what several bear with their codes.
func TestTypedCommunes(t *testing.T) {
	const set = "xa-ntm-2021-2025"
	onEach(t, false, func(t *testing.T, h *house) {
		const base = "/so-sanh?bo=" + set + "&ky=2023&voi=" + set + "/2022"
		// The demonstration has 111 communes (design §4): they are picked from a list.
		small := h.page(t, nobody, "/so-sanh?bo="+set+"&ky=2023&voi="+advanced+"/2023")
		for _, name := range []string{"xa", "voi-xa"} {
			if f := fieldNamed(t, small, name); f.Data != "select" || len(elements(f, "option")) != 1+111 {
				t.Errorf("%s of a province: %s with %d options", name, f.Data, len(elements(f, "option")))
			}
		}
		h.wider(t, set, 120) // 233 communes
		wide := h.page(t, nobody, base)
		for _, name := range []string{"xa", "voi-xa"} {
			if f := fieldNamed(t, wide, name); f.Data != "input" || attr(f, "type") != "text" || attr(f, "value") != "" {
				t.Errorf("%s of many: %s %v", name, f.Data, f.Attr)
			}
		}
		for what, typed := range map[string]string{
			"name": "Đường Mới 7", "name without marks": "duong moi 7", "name in capitals": "ĐƯỜNG  MỚI 7", "decomposed": "Đu\u031bo\u031b\u0300ng Mo\u031b\u0301i 7",
			"full name": "Xã Đường Mới 7", "full name without marks": "xa duong moi 7", "code": "90007", "address": "90007-duong-moi-7",
			"long, but not too long": "duong moi 7" + strings.Repeat("\u0301", 90), // 191 bytes, marks do not count
		} {
			for _, field := range []string{"xa", "voi-xa"} {
				path := base + "&" + field + "=" + url.QueryEscape(typed)
				if field == "voi-xa" {
					path += "&xa=90003"
				}
				doc := h.page(t, nobody, path)
				if title := htmlcheck.TextOf(elements(doc, "h1")[0]); !strings.Contains(title, "Xã Đường Mới 7") {
					t.Errorf("%s in %s: h1 %q", what, field, title)
				}
				if v := attr(fieldNamed(t, doc, field), "value"); v != typed {
					t.Errorf("%s in %s: the field holds %q", what, field, v)
				}
			}
		}
		for what, typed := range map[string]string{
			"unknown": "Không Có Đâu", "part of a name": "Đường Mới", "code of nobody": "99999", "name of two": "Trùng Tên", "markup": "<b>Đường</b>",
			"too long": "duong moi 7" + strings.Repeat("\u0301", 100), // 211 bytes
		} {
			for _, field := range []string{"xa", "voi-xa"} {
				path := base + "&" + field + "=" + url.QueryEscape(typed)
				if field == "voi-xa" {
					path += "&xa=90003"
				}
				a := h.get(nobody, i18n.Vi, path)
				period := map[string]string{"xa": "2023", "voi-xa": "2022"}[field]
				status, want := http.StatusNotFound, "Không có xã “"+html.EscapeString(typed)+"” trong danh sách xã của năm "+period
				if what == "name of two" {
					status, want = http.StatusUnprocessableEntity, "Tên “Trùng Tên” có ở 2 xã"
				}
				if a.status != status || !strings.Contains(a.body, want) {
					t.Errorf("%s in %s: status %d, %.300q; want %q", what, field, a.status, a.body, want)
				}
			}
		}
		if doc := h.page(t, nobody, base+"&xa=80001"); !strings.Contains(htmlcheck.TextOf(elements(doc, "h1")[0]), "Trùng Tên") {
			t.Error("one of two with a name is not found by its code")
		}
	})
}

// hrefsOf are the addresses of the links by which a page leads to the rows before and after.
func hrefsOf(doc *html.Node) (out []string) {
	for n := range doc.Descendants() {
		if n.Type == html.ElementNode && strings.Contains(" "+attr(n, "class")+" ", " ls-pager ") {
			for _, a := range elements(n, "a") {
				out = append(out, attr(a, "href"))
			}
		}
	}
	return out
}

// From every page of a list lead links to the pages before and after, with all that was chosen and nothing else.
func TestPagerKeepsTheChoice(t *testing.T) {
	const set = "xa-ntm-2021-2025"
	onEach(t, false, func(t *testing.T, h *house) {
		h.wider(t, set, 640) // in one district and in no group of communes: four pages of up to 200
		for what, address := range map[string]string{
			"matrix":     "/ma-tran?bo=" + set + "&co-quan=nong_nghiep&cot=chi-tieu&ket-qua=met&ky=2023&nhom=khong&nhom-xa=-&sap=gan-dat&trang=2",
			"place":      "/ma-tran?bo=" + set + "&ky=2023&noi=901&nhom=khong&sap=-1.1&cot=chi-tieu&trang=2",
			"units now":  "/ma-tran?bo=" + set + "&co-quan=nong_nghiep&cot=chi-tieu&don-vi-nay=1&ky=2023&nhom=khong&nhom-xa=-&trang=2",
			"comparison": "/so-sanh?bo=" + set + "&doi=tat-ca&ky=2023&nhom=khong&nhom-xa=-&trang=2&voi=" + url.QueryEscape(set+"/2022"),
			"known then": "/so-sanh?bo=" + set + "&doi=tat-ca&ky=2023&luc=2026-11-15&luc-voi=2026-11-15&trang=2&voi=" + url.QueryEscape(set+"/2022"),
		} {
			for _, shell := range []string{"", desk} {
				a, err := url.Parse(address)
				if err != nil {
					t.Fatal(err)
				}
				hrefs := hrefsOf(h.page(t, office, shell+address))
				if len(hrefs) != 2 {
					t.Errorf("%s%s: %q lead from the second page", shell, what, hrefs)
					continue
				}
				for i, page := range []string{"1", "3"} {
					want := a.Query()
					want.Set("trang", page)
					if got, err := url.Parse(hrefs[i]); err != nil || got.Path != shell+a.Path || got.Query().Encode() != want.Encode() {
						t.Errorf("%s%s: the link to page %s is %s, want %s?%s", shell, what, page, hrefs[i], shell+a.Path, want.Encode())
					}
				}
			}
		}
	})
}
