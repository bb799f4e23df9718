package board

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

// country adds communes to the demonstration until there are as many as in Vietnam, and fills two years of a set.
func (h *house) country(t *testing.T, set string) {
	t.Helper()
	ctx := h.cli()
	reg, err := h.units.Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("id,code,level,kind,name,parent,home,basis\n900000000,900,province,tinh,Minh họa,,yes,thử\n")
	for n := range 3321 - len(reg.At("2023-12-31").Communes()) {
		fmt.Fprintf(&b, "%d,%d,commune,xa,Xã thử %d,900000000,,thử\n", 910_000_000+n, 90_000+n, n)
	}
	src, err := territory.ReadUnits("units.csv", []byte(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(b.String()))
	if _, err := h.units.ImportUnits(ctx, src, hex.EncodeToString(sum[:])); err != nil {
		t.Fatal(err)
	}
	for _, year := range []string{"2022", "2023"} {
		if _, err := h.results.Fill(ctx, set, year); err != nil {
			t.Fatal(err)
		}
	}
}

// A guest's pages of a country are cut into pages of bounded size: 120 communes on each, the rest on the last.
func TestPagesOfACountryAreBounded(t *testing.T) {
	const set = "xa-ntm-2021-2025"
	onEach(t, false, func(t *testing.T, h *house) {
		h.country(t, set)
		reg, err := h.units.Register(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		then := len(reg.At("2023-12-31").Communes())
		if then != 3321 {
			t.Fatalf("%d communes", then)
		}
		present := map[territory.UnitID]bool{}
		for _, u := range reg.At("2023-12-31").Communes() {
			for _, next := range reg.SuccessorsAt(u.ID, "2026-11-24") {
				present[next.ID] = true
			}
		}
		for _, c := range []struct {
			path  string
			table string // the list for phones, or the only one
			rows  int
			most  int // bytes of a page; whole they would have 20 MB and more
		}{
			{"/so-sanh?bo=" + set + "&ky=2023&voi=" + set + "/2022&doi=tat-ca", "theo-xa", then, 3 << 19},
			{"/ma-tran?bo=" + set + "&ky=2023&don-vi-nay=1&cot=chi-tieu", "don-vi-nay-ds", len(present), 1 << 20},
			{"/ma-tran?bo=" + set + "&ky=2023&cot=chi-tieu", "ma-tran-ds", then, 2 << 20},
		} {
			last := (c.rows + 119) / 120
			seen := map[string]bool{}
			for _, page := range []int{1, 2, last} {
				a := h.get(nobody, i18n.Vi, c.path+fmt.Sprintf("&trang=%d", page))
				if a.status != http.StatusOK {
					t.Fatalf("%s: status %d", c.path, a.status)
				}
				if len(a.body) > c.most {
					t.Errorf("%s: page %d has %d kB", c.path, page, len(a.body)>>10)
				}
				at := strings.Index(a.body, `id="`+c.table+`"`)
				if at < 0 {
					t.Fatalf("%s: page %d has no table %s", c.path, page, c.table)
				}
				want := 120
				if page == last {
					want = c.rows - 120*(last-1)
				}
				hrefs := communeHref.FindAllString(a.body[at:at+strings.Index(a.body[at:], "</table>")], -1)
				if len(hrefs) != want {
					t.Errorf("%s: %d communes on page %d, want %d", c.path, len(hrefs), page, want)
				}
				for _, x := range hrefs {
					if seen[x] {
						t.Errorf("%s: %s stands on two pages", c.path, x)
					}
					seen[x] = true
				}
			}
		}
		if a := h.get(nobody, i18n.Vi, "/so-sanh?bo="+set+"&ky=2023&voi="+set+"/2022&xa=xa+thu+7"); a.status != http.StatusOK || !strings.Contains(a.body, "Xã thử 7") {
			t.Errorf("a commune by its typed name: status %d", a.status)
		}
	})
}

var communeHref = regexp.MustCompile(`href="/xa/[^"?]*`)
