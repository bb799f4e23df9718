package territory_test

import (
	"context"
	"strings"
	"testing"

	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// One commune is set by form, the file of all values comes back unchanged, marks included.
func TestGroupsComeBack(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		set := func(code, value, from, decision string, illustrative bool) *territory.AttributeReport {
			t.Helper()
			etag, err := s.AttributesETag(ctx)
			if err != nil {
				t.Fatal(err)
			}
			rep, err := s.SetAttribute(ctx, code, territory.CommuneGroup, value, from, decision, territory.AttributeOptions{Illustrative: illustrative}, etag)
			if err != nil {
				t.Fatal(err)
			}
			return rep
		}
		for _, c := range []struct{ code, value, from, decision, want string }{
			{"24943", "nhom4", "2026-01-05", "1/QĐ", "territory.attribute_value_unknown"},
			{"24943", "nhom2", "2026-01-32", "1/QĐ", "territory.bad_date"},
			{"24943", "nhom2", "2026-01-05", "", "territory.attribute_no_decision"},
			{"24943", "nhom2", "2026-01-05", "1\u202e/QĐ", "territory.attribute_bad_decision"},
			{"99999", "nhom2", "2026-01-05", "1/QĐ", "territory.no_such_unit"},
			{"", "nhom2", "2026-01-05", "1/QĐ", "territory.attribute_no_code"},
		} {
			if rep := set(c.code, c.value, c.from, c.decision, false); rep.Written || len(rep.Errors) != 1 || rep.Errors[0].Code != c.want {
				t.Errorf("%+v: %+v", c, rep)
			}
		}
		for _, rep := range []*territory.AttributeReport{
			set("24943", "nhom2", "2026-01-05", "=12/QĐ-UBND, \"sửa\"", false),
			set("24943", "-", "2026-06-01", "13/QĐ-UBND", false),
			set("24931", "nhom1", "2025-07-01", "minh họa", true),
			set("24805", "nhom1", "2024-01-01", "9/QĐ", false), // of xã Xuân Thọ, which bore the code then
		} {
			if !rep.Written || rep.Created != 1 {
				t.Errorf("%+v", rep)
			}
		}
		file, err := s.AttributesFile(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if n := strings.Count(string(file), "\n"); n != 5 || !strings.Contains(string(file), "'=12/QĐ-UBND") {
			t.Errorf("%s", file)
		}
		rep, err := s.ImportAttributes(ctx, file, territory.AttributeOptions{})
		if err != nil || rep.Written || rep.Unchanged != 4 || len(rep.Errors) > 0 {
			t.Errorf("%+v, %v", rep, err)
		}
		reg, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		home := reg.At("2026-03-01").ByCode("24943")
		if v, ok := reg.At("2026-03-01").AttributeValue(home.ID, territory.CommuneGroup); !ok || v.Value != "nhom2" || v.Decision != "=12/QĐ-UBND, \"sửa\"" || v.To != "2026-05-31" {
			t.Errorf("%+v", v)
		}
		if _, err := s.SetAttribute(guest(t), "24943", territory.CommuneGroup, "nhom1", "2026-01-05", "x", territory.AttributeOptions{}, "0"); !fault.Is(err, fault.Unauthenticated) {
			t.Error(err)
		}
	})
}
