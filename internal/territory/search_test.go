package territory_test

import (
	"context"
	"fmt"
	"testing"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/territory"

	"golang.org/x/text/unicode/norm"
)

// TestSearch asks as people type; codes and dates of the answers are those of the reference catalogues.
func TestSearch(t *testing.T) {
	reg := register(t)
	for _, c := range []struct {
		q     string
		at    clock.Date
		first string // code, name and last day of the first hit
		now   string // what it is on the day, of a former unit
	}{
		{"da rsal", "2024-05-01", "24875 Đạ Rsal 2025-06-30", "[]"},
		{"da rsal", today, "24875 Đạ Rsal 2025-06-30", "[Đam Rông 3]"},
		{"Đạ R’sal", today, "24875 Đạ Rsal 2025-06-30", "[Đam Rông 3]"},
		{"xã Đạ R'Sal", today, "24875 Đạ Rsal 2025-06-30", "[Đam Rông 3]"},
		{"DARSAL", today, "24875 Đạ Rsal 2025-06-30", "[Đam Rông 3]"},
		{"lac lam", today, "24940 Lạc Lâm 2025-06-30", "[Ka Đô]"},
		{norm.NFD.String("Lạc Lâm"), today, "24940 Lạc Lâm 2025-06-30", "[Ka Đô]"},
		{"phong phu", today, "22978 Phong Phú 2025-06-30", "[Phan Rí Cửa Tuy Phong]"},
		{"da te", today, "25126 Đạ Tẻh ", "[]"},
		{"dambri", "2024-05-01", "24832 Đạm Bri 2025-06-30", "[]"},
		{"buon choah", "2024-05-01", "24694 Buôn Choah 2025-06-30", "[]"},
		{"dak n drung", "2024-05-01", "24727 Đắk N'Dung 2025-06-30", "[]"},
		{"huyện cát tiên", today, "25159 Cát Tiên ", "[]"},
		{"24805", "2024-05-01", "24805 Xuân Thọ 2025-06-30", "[]"},
		{"24805", today, "24805 Xuân Thọ 2025-06-30", "[Xuân Trường - Đà Lạt]"}, // Vietnamese order: Thọ before Trường
		{"tân thành", today, "23143 Tân Thành ", "[]"},
	} {
		hits := reg.Search(c.q, c.at, 20)
		if len(hits) == 0 {
			t.Errorf("%q on %s finds nothing", c.q, c.at)
			continue
		}
		h := hits[0]
		var now []string
		for _, u := range h.Successors {
			now = append(now, u.Name)
		}
		if got := fmt.Sprint(h.Unit.Code, " ", h.Unit.Name, " ", h.Unit.To); got != c.first || fmt.Sprint(now) != c.now {
			t.Errorf("%q on %s: %s %v, want %s %s", c.q, c.at, got, now, c.first, c.now)
		}
		if h.Current != (c.now == "[]") {
			t.Errorf("%q on %s: current %v", c.q, c.at, h.Current)
		}
	}
	for _, q := range []string{"", "  ", "'", "không có xã này"} {
		if hits := reg.Search(q, today, 20); len(hits) != 0 {
			t.Errorf("%q finds %d units", q, len(hits))
		}
	}
	if n := len(reg.Search("lam", today, 3)); n != 3 {
		t.Errorf("limit 3 gives %d hits", n)
	}
}

// TestSearchOrder: exact names first, then Vietnamese order.
func TestSearchOrder(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		hits, err := s.Search(ctx, "dam rong", today, 20)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range hits {
			got = append(got, h.Unit.FullName())
		}
		want := "[Huyện Đam Rông Xã Đạ M' Rong Xã Đam Rông 1 Xã Đam Rông 2 Xã Đam Rông 3 Xã Đam Rông 4]"
		if fmt.Sprint(got) != want {
			t.Errorf("%v, want %s", got, want)
		}
	})
}
