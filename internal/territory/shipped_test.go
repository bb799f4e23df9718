package territory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/territory"
)

// TestShippedUnits holds the shipped data against the statistics office's catalogues of four states of the territory.
func TestShippedUnits(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			file     string
			from, to clock.Date // the catalogue holds on both days
		}{
			{"units-2024.csv", "2023-04-10", "2024-11-30"},
			{"units-2024-12.csv", "2024-12-01", "2025-06-30"},
			{"units-2024-12-neighbours.csv", "2024-12-01", "2025-06-30"},
			{"units-2025.csv", "2025-07-01", today},
		} {
			for _, day := range []clock.Date{c.from, c.to} {
				roster := reg.At(day)
				for _, row := range facts(t, c.file) {
					u := roster.ByCode(row["code"])
					if u == nil {
						t.Errorf("%s on %s: nobody bears %s (%s)", c.file, day, row["code"], row["full_name"])
						continue
					}
					names := append([]string{u.Name}, u.AltNames...)
					if string(u.Kind) != row["kind"] || string(u.Level) != row["level"] || !contains(names, row["name"]) {
						t.Errorf("%s on %s: %s is %s %v, want %s %s", c.file, day, u.Code, u.Kind, names, row["kind"], row["name"])
					}
					if alt := row["alt_names"]; alt != "" && !contains(names, alt) {
						t.Errorf("%s: %s lacks the spelling %q", u.Code, u.Name, alt)
					}
					parent := ""
					if p := roster.Parent(territory.Administrative, u.ID); p != nil {
						parent = p.Code
					}
					if parent != row["parent_code"] {
						t.Errorf("%s on %s: %s lies in %q, want %q", c.file, day, u.Code, parent, row["parent_code"])
					}
					if f := row["former_province_code"]; f != "" {
						if p := roster.Parent(territory.FormerProvince, u.ID); p == nil || p.Code != f || p.To != "2025-06-30" {
							t.Errorf("%s came from %v, want province %s", u.Code, p, f)
						}
					}
				}
			}
		}
	})
}

// TestCounts are the numbers of units as the resolutions and the catalogue give them.
func TestCounts(t *testing.T) {
	reg := register(t)
	for _, c := range []struct {
		day                             clock.Date
		xa, phuong, thiTran, dacKhu, hu int
	}{
		{"2024-05-01", 111, 18, 13, 0, 12},
		{"2024-11-30", 111, 18, 13, 0, 12},
		{"2024-12-01", 106, 18, 13, 0, 10},
		{"2025-06-30", 106, 18, 13, 0, 10},
		{"2025-07-01", 103, 20, 0, 1, 0},
		{today, 103, 20, 0, 1, 0},
	} {
		roster := reg.At(c.day)
		province := roster.ByCode("68")
		n := map[territory.Kind]int{}
		for _, u := range roster.Under(territory.Administrative, province.ID, territory.Commune) {
			n[u.Kind]++
		}
		districts := len(roster.Under(territory.Administrative, province.ID, territory.District))
		got := fmt.Sprint(n[territory.KindXa], n[territory.KindPhuong], n[territory.KindThiTran], n[territory.KindDacKhu], districts)
		if want := fmt.Sprint(c.xa, c.phuong, c.thiTran, c.dacKhu, c.hu); got != want {
			t.Errorf("%s: %s, want %s", c.day, got, want)
		}
		if len(roster.Communes()) != c.xa {
			t.Errorf("%s: %d communes in the programme, want %d", c.day, len(roster.Communes()), c.xa)
		}
	}
	// Of today's communes by former province: design §4.
	got := map[string]int{}
	for _, g := range reg.At(today).Groups() {
		got[g.Unit.Code] = len(g.Communes)
	}
	if fmt.Sprint(got) != fmt.Sprint(map[string]int{"68": 42, "60": 36, "67": 25}) {
		t.Errorf("by former province: %v", got)
	}
	if n := len(reg.At("2024-05-01").Groups()); n != 12 {
		t.Errorf("%d districts hold communes in 2024, want 12", n)
	}
	neighbours := reg.At("2025-06-30")
	for code, want := range map[string]int{"60": 121, "67": 71} { // Bình Thuận, Đắk Nông
		if n := len(neighbours.Under(territory.Administrative, neighbours.ByCode(code).ID, territory.Commune)); n != want {
			t.Errorf("province %s has %d units, want %d", code, n, want)
		}
	}
}

// TestLineage finds every row of both lineage files in the register.
func TestLineage(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		check := func(row map[string]string, before, after clock.Date) {
			a, b := reg.At(before).ByCode(row["old_code"]), reg.At(after).ByCode(row["new_code"])
			if a == nil || b == nil || string(a.Kind) != row["old_kind"] || string(b.Kind) != row["new_kind"] || b.Name != row["new_name"] {
				t.Errorf("%s %s → %s %s: units are %v, %v", row["old_code"], row["old_name"], row["new_code"], row["new_name"], a, b)
				return
			}
			if row["extent"] == "unchanged" {
				if a != b {
					t.Errorf("%s %s did not change, but is two units", a.Code, a.Name)
				}
				return
			}
			if a == b {
				t.Errorf("%s %s changed, but is one unit", a.Code, a.Name)
			}
			for _, e := range reg.Successors(a.ID) {
				if e.To != b.ID {
					continue
				}
				clause := "khoản " + row["clause"]
				if e.On != after || e.Whole != (row["extent"] == "full") || row["clause"] != "" && !strings.HasSuffix(e.Basis, clause) || e.Basis == "" {
					t.Errorf("%s → %s: edge %+v, want %v", a.Name, b.Name, e, row)
				}
				return
			}
			t.Errorf("no edge %s %s → %s %s", a.Code, a.Name, b.Code, b.Name)
		}
		for _, row := range facts(t, "lineage-2024.csv") {
			check(row, "2024-11-30", "2024-12-01")
		}
		olds := map[string]bool{}
		for _, row := range facts(t, "lineage-2025.csv") {
			check(row, "2025-06-30", "2025-07-01")
			olds[row["old_code"]] = true
		}
		if len(olds) != 329 {
			t.Errorf("%d old units in the lineage of 2025, want 329", len(olds))
		}
		for _, row := range facts(t, "lineage-2024-to-2025-lamdong.csv") {
			u := reg.At("2024-05-01").ByCode(row["code_2024"])
			var got []string
			for _, v := range reg.SuccessorsAt(u.ID, today) {
				got = append(got, v.Code)
			}
			if !contains(got, row["code_2025"]) {
				t.Errorf("%s %s became %v, want %s", u.Code, u.Name, got, row["code_2025"])
			}
		}
		// Districts and provinces, by 1245/NQ-UBTVQH15 and 202/2025/QH15.
		if u := reg.At("2024-12-01").ByCode("682"); u.Name != "Đạ Huoai" || len(reg.Predecessors(u.ID)) != 3 {
			t.Errorf("district 682 of December 2024: %v", u)
		}
		if u := reg.At(today).ByCode("68"); len(reg.Predecessors(u.ID)) != 3 || reg.At("2025-06-30").ByCode("68") == u {
			t.Errorf("the merged province is not a unit of its own: %v", u)
		}
	})
}

// TestCodesAreReused checks codes that name other units over time (SOURCES, "Doubts and traps" 1).
func TestCodesAreReused(t *testing.T) {
	reg := register(t)
	for code, want := range map[string][]string{
		"24805": {"Phường Xuân Trường - Đà Lạt", "Xã Xuân Thọ"},
		"24877": {"Xã Đam Rông 2", "Xã Rô Men"},
		"24846": {"Phường Lang Biang - Đà Lạt", "Thị trấn Lạc Dương"},
		"24955": {"Xã Quảng Lập", "Xã Quảng Lập", "Xã Pró"},
		"25114": {"Xã Đạ Huoai 3", "Xã Bà Gia", "Xã Đạ Ploa"},
		"25105": {"Xã Đạ Huoai 2", "Xã Hà Lâm", "Xã Hà Lâm"},
		"24985": {"Xã Ninh Gia"},
		"24769": {"Phường 7"},
	} {
		var got []string
		for _, u := range reg.ByCode(code) {
			got = append(got, u.FullName())
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if u := reg.At("2024-05-01").ByCode("24805"); u.Slug() != "24805-xuan-tho" {
		t.Errorf("slug %q", u.Slug())
	}
	// Two units of one code and one name need two addresses.
	slugs := map[string]*territory.Unit{}
	for _, u := range reg.Units() {
		if o := slugs[u.Slug()]; o != nil {
			t.Errorf("%s names %v and %v", u.Slug(), o, u)
		}
		slugs[u.Slug()] = u
	}
	if u := slugs["25105-ha-lam-den-2024"]; u == nil || u.To != "2024-11-30" {
		t.Errorf("the former Hà Lâm has no address of its own: %v", u)
	}
}

func TestScopeAndAncestors(t *testing.T) {
	reg := register(t)
	codes := func(ids []int64) (out []string) {
		for _, id := range ids {
			u := reg.Unit(territory.UnitID(id))
			out = append(out, u.Code+" "+u.Name)
		}
		return out
	}
	for _, c := range []struct {
		day  clock.Date
		code string
		want string
	}{
		{"2024-05-01", "24805", "[24805 Xuân Thọ 672 Đà Lạt 68 Lâm Đồng]"},
		{"2024-05-01", "25168", "[25168 Gia Viễn 682 Đạ Huoai 68 Lâm Đồng]"}, // its district changed in December 2024
		{"2024-05-01", "24985", "[24985 Ninh Gia 68 Lâm Đồng]"},              // one unit until today
		{today, "24805", "[24805 Xuân Trường - Đà Lạt 68 Lâm Đồng]"},
	} {
		if got := fmt.Sprint(codes(reg.Scope(reg.At(c.day).ByCode(c.code).ID, "2026-11-24"))); got != c.want {
			t.Errorf("scope of %s on %s: %s, want %s", c.code, c.day, got, c.want)
		}
	}
	if got := reg.At("2024-05-01").Ancestors(reg.At("2024-05-01").ByCode("25168").ID); len(got) != 2 || got[0].Name != "Cát Tiên" {
		t.Errorf("ancestors of Gia Viễn in May 2024: %v", got)
	}
	if reg.Scope(1, "2026-11-24") != nil {
		t.Error("an unknown unit has a scope")
	}
}

func TestVietnameseOrder(t *testing.T) {
	reg := register(t)
	var got []string
	for _, u := range reg.At("2024-05-01").Under(territory.Administrative, reg.At("2024-05-01").ByCode("674").ID, territory.Commune) {
		got = append(got, u.Name)
	}
	// d before đ, e before ê; spaces and marks as x/text/collate for Vietnamese.
	want := "[Đạ K' Nàng Đạ Long Đạ M' Rong Đạ Rsal Đạ Tông Liêng Srônh Phi Liêng Rô Men]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %s", got, want)
	}
}

func contains(list []string, s string) bool {
	for _, e := range list {
		if e == s {
			return true
		}
	}
	return false
}
