package territory_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"langso/internal/platform/clock"
	"langso/internal/territory"
	"langso/internal/testkit/reference"

	"golang.org/x/text/unicode/norm"
)

// expected is the part of a workbook's expected.json that concerns units.
type expected struct {
	AsOf  clock.Date `json:"as_of"`
	Units []struct {
		At       string `json:"at"`
		Code     string `json:"unit_code"`
		Written  string `json:"written"`
		District string `json:"district"`
	} `json:"units"`
	Errors []struct {
		Row        int    `json:"sheet_row"`
		Reason     string `json:"reason_code"`
		Raw        string `json:"raw"`
		Code       string `json:"unit_code"`
		Suggestion string `json:"suggestion"`
	} `json:"row_errors"`
}

// TestMatchWorkbooks matches every name of the three reference workbooks, found and refused ones.
func TestMatchWorkbooks(t *testing.T) {
	reg := register(t)
	// The district of refused rows is not in the expected files; it is read from the sheets.
	districts := map[string]string{"Liên Srônh": "Huyện Đam Rông", "Thị trấn Đinh Văn": "Huyện Lâm Hà", "Xã Lộc Hưng": "Huyện Bảo Lâm", "Lạc Lâm": "KHU VỰC LÂM ĐỒNG (CŨ)"}
	for _, name := range []string{"bieu-tong-hop-cap-tinh-2024-06", "so-yte-tieu-chi-15-2024-06", "xa-2026-q3-10-tieu-chi"} {
		b, err := os.ReadFile(reference.Path(t, "reference/workbooks/"+name+".expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		var want expected
		if err := json.Unmarshal(b, &want); err != nil {
			t.Fatal(err)
		}
		m := territory.NewMatcher(reg, want.AsOf)
		if len(want.Units) < 100 {
			t.Fatalf("%s: only %d units", name, len(want.Units))
		}
		for _, u := range want.Units {
			for _, written := range []string{u.Written, norm.NFD.String(u.Written), strings.ToUpper(u.Written)} {
				if r := m.Match(written, u.District, ""); r.Outcome != territory.MatchFound || r.Unit.Code != u.Code || r.District == nil {
					t.Errorf("%s %s: %q in %q → %s %v, want %s", name, u.At, written, u.District, r.Outcome, r.Unit, u.Code)
				}
			}
			// The code beside the name must not change anything, and is enough alone.
			if r := m.Match(u.Written, u.District, u.Code); r.Outcome != territory.MatchFound || r.Unit.Code != u.Code {
				t.Errorf("%s %s: %q with its code → %s", name, u.At, u.Written, r.Outcome)
			}
			if r := m.Match("", "", u.Code); r.Outcome != territory.MatchFound || r.Unit.Code != u.Code {
				t.Errorf("%s %s: code %s alone → %s", name, u.At, u.Code, r.Outcome)
			}
		}
		refused := 0
		for _, e := range want.Errors {
			outcome, isUnit := strings.CutPrefix(e.Reason, "unit_")
			if !isUnit {
				continue
			}
			refused++
			r := m.Match(e.Raw, districts[e.Raw], "")
			if string(r.Outcome) != outcome {
				t.Errorf("%s row %d: %q → %s, want %s", name, e.Row, e.Raw, r.Outcome, outcome)
			}
			if got := code(r.Suggestion); got != e.Suggestion {
				t.Errorf("%s row %d: %q suggests %q, want %q", name, e.Row, e.Raw, got, e.Suggestion)
			}
			if e.Code != "" && code(r.Unit) != e.Code {
				t.Errorf("%s row %d: %q is %q, want %q", name, e.Row, e.Raw, code(r.Unit), e.Code)
			}
		}
		if refused == 0 && name != "bieu-tong-hop-cap-tinh-2024-06" {
			t.Errorf("%s: no refused unit was tried", name)
		}
	}
}

// TestMatchRules has rows made from rule 3 of the workbook rules and from the register itself.
func TestMatchRules(t *testing.T) {
	reg := register(t)
	for _, c := range []struct {
		day                  clock.Date
		name, district, code string
		outcome              territory.MatchOutcome
		unit, suggestion     string // codes
	}{
		// Spelling.
		{"2024-06-30", "12. Xã Xuân Thọ (1)", "", "", territory.MatchFound, "24805", ""},
		{"2024-06-30", "- Xã Xuân Thọ *", "", "", territory.MatchFound, "24805", ""},
		{"2024-06-30", "X.Hiệp An", "", "", territory.MatchFound, "24961", ""},
		{"2024-06-30", "xuan tho", "", "", territory.MatchFound, "24805", ""},
		{"2024-06-30", "XA XUAN THO", "Da Lat", "", territory.MatchFound, "24805", ""},
		{"2024-06-30", "Đinh Trang Hòa", "Huyện Di Linh", "", territory.MatchFound, "25024", ""},
		{"2024-06-30", "Hòa\u00a0\nNinh", "H. Di Linh", "", territory.MatchFound, "25036", ""},
		{"2024-06-30", "N´Thôn Hạ", "", "", territory.MatchFound, "24973", ""},
		// Marks decide, and the district.
		{"2024-06-30", "Lộc Thanh", "TP. Bảo Lộc", "", territory.MatchFound, "24835", ""},
		{"2024-06-30", "Lộc Thành", "Huyện Bảo Lâm", "", territory.MatchFound, "25090", ""},
		{"2024-06-30", "Loc Thanh", "Huyện Bảo Lâm", "", territory.MatchFound, "25090", ""},
		{"2024-06-30", "Loc Thanh", "", "", territory.MatchAmbiguous, "", ""},
		{"2024-06-30", "Lộc Thanh", "Huyện Bảo Lâm", "", territory.MatchDistrictMismatch, "", "24835"},
		{"2024-06-30", "Tân Thanh", "Đức Trọng", "", territory.MatchDistrictMismatch, "", "24907"},
		{"2024-06-30", "Tân Thành", "III. Huyện Đức Trọng (14 xã)", "", territory.MatchFound, "24979", ""},
		{"2024-06-30", "Xuân Thọ", "Cộng khu vực", "", territory.MatchFound, "24805", ""}, // words that name no district state none
		{"2024-12-31", "Gia Viễn", "Huyện Cát Tiên", "", territory.MatchFound, "25168", ""},
		{"2024-12-31", "Gia Viễn", "Huyện Đạ Huoai", "", territory.MatchFound, "25168", ""},
		{"2024-06-30", "Gia Viễn", "Huyện Đạ Huoai", "", territory.MatchDistrictMismatch, "", "25168"},
		// The district in brackets.
		{today, "Tân Thành (Hàm Thuận Nam cũ)", "", "", territory.MatchFound, "23143", ""},
		{today, "Tân Thành (Đức Trọng)", "", "", territory.MatchNotValid, "24979", "24976"}, // merged into Tân Hội by khoản of 1671
		{today, "Tân Thành", "KHU VỰC BÌNH THUẬN (CŨ)", "", territory.MatchFound, "23143", ""},
		{today, "Tân Thành", "KHU VỰC LÂM ĐỒNG (CŨ)", "", territory.MatchDistrictMismatch, "", "23143"},
		{today, "Tân Thành", "Tỉnh Lâm Đồng", "", territory.MatchFound, "23143", ""}, // the province of today
		// Outside the programme.
		{"2024-06-30", "Thị trấn Lạc Dương", "Huyện Lạc Dương", "", territory.MatchNotInScope, "24846", ""},
		{"2024-06-30", "Lạc Dương", "Huyện Lạc Dương", "", territory.MatchNotInScope, "24846", ""},
		{"2024-06-30", "TT. Liên Nghĩa", "Đức Trọng", "", territory.MatchNotInScope, "24958", ""},
		{"2024-06-30", "Phường 7", "Đà Lạt", "", territory.MatchNotInScope, "24769", ""},
		{"2024-06-30", "P.7", "Đà Lạt", "", territory.MatchNotInScope, "24769", ""},
		{"2024-06-30", "Phường 99", "Đà Lạt", "", territory.MatchNotInScope, "", ""},
		{today, "Phường Xuân Hương - Đà Lạt", "", "", territory.MatchNotInScope, "24781", ""},
		{today, "Đặc khu Phú Quý", "", "", territory.MatchNotInScope, "23272", ""},
		// Another time.
		{today, "Lạc Lâm", "", "", territory.MatchNotValid, "24940", "24943"},
		{today, "Xã Xuân Thọ", "", "", territory.MatchNotValid, "24805", "24805"},
		{today, "Thị trấn Đinh Văn", "", "", territory.MatchNotValid, "24871", "24871"},
		{today, "Rô Men", "", "", territory.MatchNotValid, "24877", "24877"},
		{today, "Phong Phú", "", "", territory.MatchNotValid, "22978", "22978"}, // split: the part that keeps the code
		{"2024-06-30", "Xã Đam Rông 3", "", "", territory.MatchNotValid, "24875", "24875"},
		{"2024-12-31", "Đạ Tồn", "Huyện Đạ Huoai", "", territory.MatchNotValid, "25108", "25111"},
		{"2024-06-30", "Bà Gia", "", "", territory.MatchNotValid, "25114", "25114"},
		// Codes.
		{"2024-06-30", "Xuân Thọ", "", "24805.0", territory.MatchFound, "24805", ""},
		{"2024-06-30", "Xuân Thọ", "", "24808", territory.MatchCodeNameMismatch, "", "24808"},
		{"2024-06-30", "Xuân Tho", "", "24805", territory.MatchFound, "24805", ""},
		{"2024-06-30", "Lộc Thanh", "", "25090", territory.MatchCodeNameMismatch, "", "25090"}, // Lộc Thành
		{"2024-06-30", "Xuân Thọ", "", "99999", territory.MatchCodeNameMismatch, "", "24805"},
		{"2024-06-30", "Xuân Thọ", "Huyện Lạc Dương", "24805", territory.MatchDistrictMismatch, "", "24805"},
		{"2024-06-30", "", "", "24871", territory.MatchNotInScope, "24871", ""},
		{today, "", "", "24940", territory.MatchNotValid, "24940", "24943"},
		{today, "Rô Men", "", "24877", territory.MatchNotValid, "24877", "24877"},
		// Nothing, and nothing near.
		{"2024-06-30", " \u00a0 ", "Đà Lạt", "", territory.MatchMissing, "", ""},
		{"2024-06-30", "(*)", "Đà Lạt", "", territory.MatchMissing, "", ""},
		{"2024-06-30", "Xã", "", "", territory.MatchUnknown, "", ""},
		{"2024-06-30", "Liên Srônh", "Huyện Đam Rông", "", territory.MatchUnknown, "", "24874"},
		{"2024-06-30", "Liên Srônh", "Huyện Di Linh", "", territory.MatchUnknown, "", ""},
		{"2024-06-30", "Xuân Thõ", "", "", territory.MatchFound, "24805", ""}, // without marks exactly one
		{"2024-06-30", "Hiệp Anh", "Huyện Đức Trọng", "", territory.MatchUnknown, "", "24961"},
		{"2024-06-30", "Trà Giang", "", "", territory.MatchUnknown, "", ""},
	} {
		r := territory.NewMatcher(reg, c.day).Match(c.name, c.district, c.code)
		if r.Outcome != c.outcome || code(r.Unit) != c.unit || code(r.Suggestion) != c.suggestion {
			t.Errorf("%s %q in %q code %q → %s %q suggests %q, want %s %q %q", c.day, c.name, c.district, c.code,
				r.Outcome, code(r.Unit), code(r.Suggestion), c.outcome, c.unit, c.suggestion)
		}
	}
}

// TestMatchEveryUnit: each commune of each day is found by its own name in its own district, and by no other's.
func TestMatchEveryUnit(t *testing.T) {
	reg := register(t)
	for _, day := range []clock.Date{"2024-06-30", "2024-12-31", today} {
		m := territory.NewMatcher(reg, day)
		n := 0
		for _, g := range reg.At(day).Groups() {
			heading := g.Unit.FullName()
			if !g.Unit.ValidAt(day) {
				heading += " (cũ)"
			}
			for _, u := range g.Communes {
				for _, written := range append([]string{u.FullName(), u.Name, "X. " + u.Name + " (*)", strings.ReplaceAll(u.Name, " ", "")}, u.AltNames...) {
					n++
					if r := m.Match(written, heading, ""); r.Outcome != territory.MatchFound || r.Unit != u {
						t.Errorf("%s: %q in %s → %s %v", day, written, heading, r.Outcome, r.Unit)
					}
				}
			}
		}
		if n < 400 {
			t.Errorf("%s: only %d names tried", day, n)
		}
	}
}

func FuzzMatch(f *testing.F) {
	reg := register(f)
	m := territory.NewMatcher(reg, today)
	for _, s := range []string{"Xã Đạ R'Sal (*)", "X. Hiệp An", "xã ȺȺȺȺ", "P.2 Bảo Lộc", "((((", "(a)(b)", "\xff\xfe", "xã\u00a0"} {
		f.Add(s, "KHU VỰC LÂM ĐỒNG (CŨ)", "24805")
		f.Add(s, s, s)
	}
	f.Fuzz(func(t *testing.T, name, district, code string) {
		r := m.Match(name, district, code)
		if found := r.Outcome == territory.MatchFound; found && (r.Unit == nil || !r.Unit.InProgramme() || !r.Unit.ValidAt(today)) {
			t.Fatalf("%q %q %q found %v", name, district, code, r.Unit)
		}
	})
}

func code(u *territory.Unit) string {
	if u == nil {
		return ""
	}
	return u.Code
}
