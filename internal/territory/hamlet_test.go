package territory_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/std/xlsx"
	"langso/internal/territory"
)

// hamletBook is a workbook of hamlets with a title above the headings; cells are separated by "|", numbers begin with "#".
func hamletBook(t testing.TB, heads string, rows ...string) []byte {
	t.Helper()
	w := xlsx.NewWriter()
	s := w.Sheet("Thôn", xlsx.Layout{})
	s.Title("DANH SÁCH THÔN, BUÔN, TỔ DÂN PHỐ")
	s.Header(strings.Split(heads, "|")...)
	for _, r := range rows {
		var cells []xlsx.Out
		for _, c := range strings.Split(r, "|") {
			if n, ok := strings.CutPrefix(c, "#"); ok {
				cells = append(cells, xlsx.Num(n))
			} else {
				cells = append(cells, xlsx.Str(c))
			}
		}
		s.Cells(cells...)
	}
	b, err := w.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

const hamletHeads = "STT|Xã|Tên thôn|Loại|Số hộ|Nhân khẩu (người)|Từ ngày"

func TestHamlets(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		load := func(f territory.HamletFile) *territory.HamletReport {
			t.Helper()
			rep, err := s.ImportHamlets(ctx, f)
			if err != nil || rep.Refused > 0 {
				t.Fatalf("%+v, %v", rep, err)
			}
			return rep
		}
		counts := func(r *territory.HamletReport) string {
			return fmt.Sprint(r.Written, r.Rows, r.Created, r.Updated, r.Unchanged, r.Ended, len(r.Missing))
		}
		// By name, by code, a ward by its code; kinds stated or read from the name; a date of the spreadsheet program.
		first := hamletBook(t, hamletHeads, "1|Ka Đô|Thôn Ka Đô 1||#120|480|#45839", "2|24943|Buôn Ta Hoét|buôn|1.024||01/07/2025", "3|24943|Lang Biang|Thôn|#0|#0|", "4|24805|Tổ dân phố 3||#95||2025-07-01")
		if got := counts(load(territory.HamletFile{Bytes: first, DryRun: true})); got != "false 4 4 0 0 0 0" {
			t.Errorf("dry run: %s", got)
		}
		if got := counts(load(territory.HamletFile{Bytes: first})); got != "true 4 4 0 0 0 0" {
			t.Errorf("first: %s", got)
		}
		if got := counts(load(territory.HamletFile{Bytes: first})); got != "false 4 0 0 4 0 0" {
			t.Errorf("again: %s", got)
		}
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		commune, ward := reg.At(today).ByCode("24943"), reg.At(today).ByCode("24805")
		list := func(u *territory.Unit, day clock.Date) (out []string) {
			hamlets, err := s.Hamlets(ctx, u.ID, day)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range hamlets {
				people := "-"
				if h.Population != nil {
					people = fmt.Sprint(*h.Population)
				}
				out = append(out, fmt.Sprintf("%s %s %d %s %s..%s", h.Kind, h.Name, *h.Households, people, h.From, h.To))
			}
			return out
		}
		want := "[buon Buôn Ta Hoét 1024 - 2025-07-01.. thon Lang Biang 0 0 .. thon Thôn Ka Đô 1 120 480 2025-07-01..]"
		if got := fmt.Sprint(list(commune, today)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
		if got := fmt.Sprint(list(ward, today)); got != "[to_dan_pho Tổ dân phố 3 95 - 2025-07-01..]" {
			t.Error(got)
		}
		if got := fmt.Sprint(list(commune, "2025-06-30")); got != "[thon Lang Biang 0 0 ..]" {
			t.Errorf("before they began: %s", got)
		}
		// The export comes back unchanged.
		export, err := s.HamletWorkbook(ctx, []*territory.Unit{commune, ward}, today)
		if err != nil {
			t.Fatal(err)
		}
		if got := counts(load(territory.HamletFile{Bytes: export, Ending: today})); got != "false 4 0 0 4 0 0" {
			t.Errorf("the export: %s", got)
		}
		// Without its mark it is the same hamlet; what is not stated stays; who is not named stays …
		second := hamletBook(t, "Mã xã|Tên thôn|Số hộ", "24943|thôn Ka Do 1|#121")
		if got := counts(load(territory.HamletFile{Bytes: second})); got != "true 1 0 1 0 0 2" {
			t.Errorf("second: %s", got)
		}
		if got := list(commune, today); len(got) != 3 || got[2] != "thon thôn Ka Do 1 121 480 2025-07-01.." {
			t.Errorf("%q", got)
		}
		// … unless the file is said to be whole; other communes are not touched.
		if got := counts(load(territory.HamletFile{Bytes: second, Ending: "2026-10-01"})); got != "true 1 0 0 1 2 2" {
			t.Errorf("ending: %s", got)
		}
		if a, b := list(commune, "2026-09-30"), list(commune, "2026-10-01"); len(a) != 3 || len(b) != 1 || len(list(ward, today)) != 1 {
			t.Errorf("%q, %q", a, b)
		}
		// A hamlet of the same name may begin anew, after that.
		for day, key := range map[string]string{"30/09/2026": "territory.hamlet_ended", "": "territory.hamlet_ended", "01/10/2026": ""} {
			rep, err := s.ImportHamlets(ctx, territory.HamletFile{Bytes: hamletBook(t, hamletHeads, "1|24943|Buôn Ta Hoét||#900||"+day), DryRun: true})
			if err != nil || (key == "") != (rep.Refused == 0) || key != "" && rep.Errors[0].Code != key {
				t.Errorf("%q: %+v, %v", day, rep, err)
			}
		}
		written := 0
		if err := audit.Each(ctx, d, "territory.hamlets", func(string, []byte) error { written++; return nil }); err != nil || written != 3 {
			t.Errorf("%d audit entries, %v", written, err)
		}
	})
}

// A whole province at once: every hamlet is there, each with an id of its own.
func TestManyHamlets(t *testing.T) {
	const each124 = 20
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		var rows []string
		var units []*territory.Unit
		for _, u := range reg.At(today).Units() {
			if u.Level == territory.Commune {
				units = append(units, u)
				for i := range each124 {
					rows = append(rows, fmt.Sprintf("%d|%s|Thôn %d||#%d||", len(rows)+1, u.Code, i+1, 100+i))
				}
			}
		}
		rep, err := s.ImportHamlets(ctx, territory.HamletFile{Bytes: hamletBook(t, hamletHeads, rows...)})
		if err != nil || !rep.Written || rep.Created != 124*each124 || rep.Communes != 124 {
			t.Fatalf("%+v, %v", rep, err)
		}
		ids := map[int64]bool{}
		for _, u := range units {
			list, err := s.Hamlets(ctx, u.ID, today)
			if err != nil || len(list) != each124 {
				t.Fatalf("%s has %d hamlets, %v", u.Name, len(list), err)
			}
			for _, h := range list {
				ids[h.ID] = true
			}
		}
		if len(ids) != 124*each124 {
			t.Errorf("%d ids", len(ids))
		}
		export, err := s.HamletWorkbook(ctx, units, today)
		if err != nil {
			t.Fatal(err)
		}
		if rep, err = s.ImportHamlets(ctx, territory.HamletFile{Bytes: export}); err != nil || rep.Written || rep.Unchanged != 124*each124 {
			t.Errorf("the export: %+v, %v", rep, err)
		}
	})
}

// Every wrong cell is named, and nothing of the file is written.
func TestBadHamlets(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		good := "1|24943|Thôn 1|thôn|#10||"
		for name, c := range map[string]struct{ row, want string }{
			"unknown commune":    {"2|Ka Đố Xa|Thôn 2||#10||", "4 B territory.hamlet_commune_unknown"},
			"near commune":       {"2|Ka Đôo|Thôn 2||#10||", "4 B territory.hamlet_commune_near"},
			"former commune":     {"2|xã Lạc Lâm|Thôn 2||#10||", "4 B territory.hamlet_commune_not_valid_in_period"},
			"no commune":         {"2||Thôn 2||#10||", "4 B territory.hamlet_commune_missing"},
			"a province":         {"2|68|Thôn 2||#10||", "4 B territory.hamlet_commune_unknown"},
			"no name":            {"2|24943|||#10||", "4 C territory.hamlet_no_name"},
			"a name of signs":    {"2|24943|***||#10||", "4 C territory.hamlet_bad_name"},
			"a turned name":      {"2|24943|Thôn \u202e2||#10||", "4 C territory.hamlet_bad_name"},
			"twice":              {"2|Ka Đô|THON 1||#10||", "4 C territory.hamlet_twice"},
			"unknown kind":       {"2|24943|Thôn 2|huyện|#10||", "4 D territory.hamlet_bad_kind"},
			"no households":      {"2|24943|Thôn 2||||", "4 E territory.hamlet_no_households"},
			"half a household":   {"2|24943|Thôn 2||#10.5||", "4 E territory.hamlet_bad_count"},
			"fewer than none":    {"2|24943|Thôn 2||#-1||", "4 E territory.hamlet_bad_count"},
			"words for a number": {"2|24943|Thôn 2||#10|đông|", "4 F territory.hamlet_bad_count"},
			"no such day":        {"2|24943|Thôn 2||#10||31/02/2025", "4 G territory.hamlet_bad_day"},
			"not yet":            {"2|24943|Thôn 2||#10||01/01/2027", "4 G territory.hamlet_bad_day"},
		} {
			rep, err := s.ImportHamlets(ctx, territory.HamletFile{Bytes: hamletBook(t, hamletHeads, good, c.row)})
			if err != nil {
				t.Fatal(name, err)
			}
			got := ""
			for _, e := range rep.Errors {
				got += fmt.Sprintf("; %d %s %s", e.Row, e.Column, e.Code)
			}
			if got = strings.TrimPrefix(got, "; "); got != c.want || rep.Written {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		for name, c := range map[string]struct {
			file []byte
			want string
		}{
			"no headings": {hamletBook(t, "a|b", "1|2"), "territory.hamlet_no_head"},
			"no rows":     {hamletBook(t, hamletHeads), "territory.hamlet_no_rows"},
			"no workbook": {[]byte("a,b\n"), "territory.workbook_unreadable"},
		} {
			rep, err := s.ImportHamlets(ctx, territory.HamletFile{Bytes: c.file})
			if err != nil && fault.As(err).Key != c.want || err == nil && rep.Errors[0].Code != c.want {
				t.Errorf("%s: %+v, %v", name, rep, err)
			}
		}
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		home := reg.At(today).ByCode("24943")
		if list, err := s.Hamlets(ctx, home.ID, today); err != nil || len(list) > 0 {
			t.Errorf("something was written: %v, %v", list, err)
		}
		// A commune officer loads the own commune, and nothing of another one.
		officer := auth.With(ctx, auth.Actor{Kind: auth.Person, Login: "x", Grants: []auth.Grant{{Role: auth.CommuneOfficer, Unit: int64(home.ID)}}})
		rep, err := s.ImportHamlets(officer, territory.HamletFile{Bytes: hamletBook(t, hamletHeads, good, "2|24931|Thôn 1||#10||")})
		if err != nil || len(rep.Errors) != 1 || rep.Errors[0].Code != "territory.hamlet_no_right" || rep.Errors[0].Row != 4 {
			t.Errorf("a foreign commune: %+v, %v", rep, err)
		}
		if rep, err = s.ImportHamlets(officer, territory.HamletFile{Bytes: hamletBook(t, hamletHeads, good)}); err != nil || !rep.Written {
			t.Errorf("the own commune: %+v, %v", rep, err)
		}
		viewer := auth.With(ctx, auth.Actor{Kind: auth.Person, Login: "x", Grants: []auth.Grant{{Role: auth.Viewer, Unit: int64(home.ID)}}})
		if _, err := s.ImportHamlets(viewer, territory.HamletFile{Bytes: hamletBook(t, hamletHeads, good)}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a viewer: %v", err)
		}
	})
}
