package territory_test

import (
	"bytes"
	"context"
	"html"
	"regexp"
	"strings"
	"testing"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

func guest(t testing.TB) context.Context {
	return auth.With(i18n.With(context.Background(), texts(t), i18n.Vi), auth.Actor{})
}

// The history of a unit goes through both changes of units, as the reference lineages have them, and names who else bore
// its code.
func TestUnitHistory(t *testing.T) {
	reg := register(t)
	spaces := regexp.MustCompile(`\s+`)
	tags := regexp.MustCompile(`<[^>]*>`)
	show := func(code, day string) string {
		u := reg.At(clock.Date(day)).ByCode(code)
		if u == nil {
			t.Fatalf("nobody bears %s on %s", code, day)
		}
		var b bytes.Buffer
		if err := territory.UnitHistory(u, reg).Render(guest(t), &b); err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(b.String(), " ")), " "))
	}
	// Every step of the joined lineage stands on the page of the former unit and of the new one.
	checked := 0
	for _, row := range facts(t, "lineage-2025.csv") {
		if row["extent"] == "unchanged" {
			continue // the same unit before and after
		}
		extent := "toàn bộ"
		if row["extent"] != "full" {
			extent = "một phần"
		}
		old, made := show(row["old_code"], "2025-06-30"), show(row["new_code"], "2025-07-01")
		if !strings.Contains(old, row["old_code"]+" "+extent) || !strings.Contains(old, row["new_name"]+" "+row["new_code"]) || !strings.Contains(made, row["old_code"]+" "+extent) || !strings.Contains(made, "khoản "+row["clause"]) {
			t.Errorf("%v is missing: %s; %s", row, old, made)
		}
		checked++
	}
	if checked < 300 {
		t.Errorf("%d rows checked", checked)
	}
	// Two steps, from xã Đạ Ploa of 2024 through xã Bà Gia to the commune of today, which keeps a code of its past.
	got := show("25114", "2024-05-01")
	for _, want := range []string{"Nay thuộc", "01/12/2024", "1245/NQ-UBTVQH15", "01/07/2025", "1671/NQ-UBTVQH15", "toàn bộ", "Xã Đạ Ploa", "Xã Bà Gia", "Mã 25114 còn là mã của"} {
		if !strings.Contains(got, want) {
			t.Errorf("the history of Đạ Ploa lacks %q: %s", want, got)
		}
	}
	// A unit that was split says so.
	if got := show("22978", "2025-06-30"); !strings.Contains(got, "một phần") {
		t.Error(got)
	}
	// Sister communes that another unit absorbed, too, are not in the line of the first.
	if got := show("24805", "2024-05-01"); strings.Contains(got, "Trạm Hành") {
		t.Error(got)
	}
}
