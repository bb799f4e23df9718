package board

import (
	"context"
	"strings"
	"testing"

	"langso/internal/assessment"
	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/testkit/htmlcheck"
)

// report writes one declared criterion of the present set.
func (h *house) report(t *testing.T, code, period, criterion string, f assessment.Figure) {
	t.Helper()
	reg, err := h.units.Register(h.cli())
	if err != nil {
		t.Fatal(err)
	}
	err = h.results.Correct(auth.With(h.cli(), office), assessment.Correction{Unit: reg.At("2026-09-30").ByCode(code).ID, Set: present, Period: period,
		Item: assessment.Item{ID: criterion, Criterion: true}, Figure: f, Reason: "báo cáo quý", IfMatch: "0"})
	if err != nil {
		t.Fatal(err)
	}
}

// Two periods side by side: what changed, which way, for whom; by default nothing else. In the demo's file of 2026-Q3
// 22969 has not met criterion 3 and 22972 meets 1. The quarter before is written here.
func TestComparePeriods(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		_, figures := demoBoard(t)
		if figures["22969"][2] != "chua_dat" || figures["22972"][0] != "dat" || figures["22969"][0] != "dat" {
			t.Fatal("the demo's file has changed")
		}
		h.report(t, "22969", "2026-Q2", "3", assessment.Figure{Declared: "dat"})      // worse now
		h.report(t, "22972", "2026-Q2", "1", assessment.Figure{Declared: "chua_dat"}) // better now
		h.report(t, "22969", "2026-Q2", "1", assessment.Figure{Declared: "dat"})      // the same
		a := h.page(t, office, desk+comparePath)
		rows := communes(byID(t, a, "theo-xa"))
		var worse, better string
		for _, r := range rows {
			switch codeOf(t, r) {
			case "22969":
				worse = strings.Join(r.cells, " | ")
			case "22972":
				better = strings.Join(r.cells, " | ")
			}
		}
		if !strings.Contains(worse, "3 đạt thành chưa đạt") || strings.Contains(worse, "1 đạt thành") {
			t.Errorf("22969: %q", worse)
		}
		if !strings.Contains(better, "1 chưa đạt thành đạt") {
			t.Errorf("22972: %q", better)
		}
		title := htmlcheck.TextOf(elements(a, "h1")[0])
		if !strings.Contains(title, "1 tốt hơn, 1 kém hơn") {
			t.Errorf("h1 %q", title)
		}
		// Of criterion 3 one commune was known to meet it before; of 103 today 61 do, or as many as the file has.
		n := 0
		for _, f := range figures {
			if f[2] == "dat" {
				n++
			}
		}
		for _, r := range communes(byID(t, a, "theo-muc")) {
			if strings.HasPrefix(r.cells[0], "Tiêu chí 3") {
				want := minus(i18n.With(context.Background(), h.texts, i18n.Vi), n-1)
				if r.cells[1] != "1 trên 103" || r.cells[3] != want {
					t.Errorf("criterion 3: %v, want %s", r.cells, want)
				}
			}
		}

		// The other way round the differences have the other sign, with the minus of U+2212.
		back := h.page(t, office, desk+comparePath+"?ky=2026-Q2&voi="+present+"/2026-Q3")
		for _, r := range communes(byID(t, back, "tom-tat")) {
			if r.cells[0] == "Xã đạt đủ mọi tiêu chí" && r.cells[3] != "\u221211" || strings.Contains(r.cells[3], "-") {
				t.Errorf("%v: eleven communes had everything in the file and none before", r.cells)
			}
		}
	})
}

// Communes are paired by what they are, not by their code: 24805 was xã Xuân Thọ and is phường Xuân Trường - Đà Lạt. Across the
// reform only units that lived on are pairs, the rest is named, and nothing is said about a unit that was not there.
func TestCompareAcrossTheReform(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		doc := h.page(t, office, desk+comparePath+"?voi="+advanced+"/2023")
		text := strings.Join(strings.Fields(htmlcheck.TextOf(doc)), " ")
		for _, want := range []string{"Hai bộ tiêu chí khác nhau", "Có xã chỉ ở một bên", "Xem theo đơn vị hiện nay"} {
			if !strings.Contains(text, want) {
				t.Errorf("the page does not say %q", want)
			}
		}
		reg, err := h.units.Register(h.cli())
		if err != nil {
			t.Fatal(err)
		}
		// Units that lived through both reforms, from the register of lineage: there on both days.
		old, now := reg.At("2023-12-31"), reg.At("2026-09-30")
		both := map[string]bool{}
		for _, u := range old.Communes() {
			if u.ValidAt(now.Date()) && u.InProgramme() {
				both[u.Code] = true
			}
		}
		for n := range doc.Descendants() {
			if attr(n, "id") != "theo-xa" {
				continue
			}
			for _, r := range communes(n) {
				if !both[codeOf(t, r)] {
					t.Errorf("%s was compared with another unit", r.cells[0])
				}
			}
		}
		if len(both) == 0 || len(both) > 10 {
			t.Errorf("%d units lived through both reforms", len(both))
		}
	})
}

// One commune against another, and against itself a quarter before.
func TestCompareCommunes(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		_, figures := demoBoard(t)
		met := func(code string) (n int) {
			for _, w := range figures[code] {
				if w == "dat" {
					n++
				}
			}
			return n
		}
		doc := h.page(t, office, desk+comparePath+"?xa=24943-ka-do&voi-xa=24931-don-duong&doi=tat-ca")
		table := communes(byID(t, doc, "hai-bang-diem"))
		if len(table) < 9 {
			t.Fatalf("%d criteria are compared", len(table))
		}
		for _, r := range table {
			id := strings.Fields(r.cells[0])[2]
			for i, x := range []string{"24931", "24943"} {
				for k, w := range figures[x] {
					if id == []string{"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"}[k] && !strings.HasPrefix(r.cells[1+i], said[w]) {
						t.Errorf("criterion %s of %s: %q, the file says %q", id, x, r.cells[1+i], said[w])
					}
				}
			}
		}
		summary := communes(byID(t, doc, "tom-tat"))[0]
		if want := minus(i18n.With(context.Background(), h.texts, i18n.Vi), met("24943")-met("24931")); summary.cells[3] != want {
			t.Errorf("the summary says %v, want %s", summary.cells, want)
		}
		for path, status := range map[string]int{"?xa=1-khong-co": 404, "?voi=x/2023": 404, "?voi=" + present + "/x": 422, "?luc-voi=x": 422, "?dinh-dang=svg&voi=" + advanced + "/2023": 422} {
			if a := h.get(office, i18n.Vi, desk+comparePath+path); a.status != status {
				t.Errorf("%s: status %d, want %d", path, a.status, status)
			}
		}
	})
}

// A name that several communes bear is refused with what tells them apart: three were called Tân Hà until 2025.
func TestNameOfSeveralCommunes(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		ctx := i18n.With(t.Context(), h.texts, i18n.Vi)
		reg, err := h.units.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		then := reg.At("2024-06-01")
		b := &assessment.Board{Frame: &assessment.Frame{Roster: then}}
		for _, code := range []string{"23221", "23257", "24916", "24985"} {
			b.Rows = append(b.Rows, assessment.Row{Unit: then.ByCode(code)})
		}
		for name, code := range map[string]string{"ninh gia": "24985", "23257": "23257", b.Rows[2].Unit.Slug(): "24916"} {
			if u, err := unitNamed(ctx, b, "xa", name); err != nil || u.Code != code {
				t.Errorf("%s: %v, %v; want %s", name, u, err, code)
			}
		}
		_, err = unitNamed(ctx, b, "voi-xa", "Tân Hà")
		if f := fault.As(err); err == nil || f.Code != fault.Invalid || f.Field != "voi-xa" || i18n.T(ctx, f.Key, f.Args...) != "Tên “Tân Hà” có ở 3 xã. Hãy nhập mã thay cho tên: "+
			"Xã Tân Hà, Huyện Đức Linh: mã 23221; Xã Tân Hà, Huyện Hàm Tân: mã 23257; Xã Tân Hà, Huyện Lâm Hà: mã 24916." {
			t.Errorf("%v", err)
		}
		if _, err := unitNamed(ctx, b, "xa", "Tân Hà Nội"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a name that nobody bears: %v", err)
		}
	})
}

// A verdict is better or worse only between met, basically met and not met.
func TestDirections(t *testing.T) {
	for _, c := range []struct {
		before, after assessment.Verdict
		want          direction
	}{
		{assessment.NotMet, assessment.Met, better}, {assessment.NotMet, assessment.Nearly, better}, {assessment.Nearly, assessment.Met, better},
		{assessment.Met, assessment.NotMet, worse}, {assessment.Met, assessment.Nearly, worse}, {assessment.Nearly, assessment.NotMet, worse},
		{assessment.Missing, assessment.Met, unclear}, {assessment.Met, assessment.Missing, unclear}, {assessment.NoThreshold, assessment.NotMet, unclear}, {assessment.NotApplicable, assessment.Met, unclear},
		{assessment.Met, assessment.Met, same}, {assessment.Missing, assessment.Missing, same},
	} {
		if got := directionOf(c.before, c.after); got != c.want {
			t.Errorf("%v → %v: %v, want %v", c.before, c.after, got, c.want)
		}
	}
}

// Differences bear their sign, the minus as U+2212; shares are written in points with one decimal.
func TestDifferences(t *testing.T) {
	onEach(t, false, func(t *testing.T, h *house) {
		ctx := i18n.With(context.Background(), h.texts, i18n.Vi)
		for n, want := range map[int]string{3: "+3", 0: "0", -4: "\u22124", -1200: "\u22121.200"} {
			if got := minus(ctx, n); got != want {
				t.Errorf("%d: %q", n, got)
			}
		}
		// 48 of 111 are 43,2 %, 50 of 111 45,0 %: 1,8 points.
		for n, want := range map[int64]string{450 - 432: "+1,8\u00a0điểm\u00a0%", -40: "\u22124,0\u00a0điểm\u00a0%", 0: "0,0\u00a0điểm\u00a0%"} {
			if got := strings.ReplaceAll(points(ctx, n), " ", "\u00a0"); got != want {
				t.Errorf("%d: %q", n, got)
			}
		}
	})
}
