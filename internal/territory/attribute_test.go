package territory_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

func attribute(t *testing.T, ctx context.Context, s *territory.Service, day clock.Date, code string, a territory.Attribute) string {
	t.Helper()
	r, err := s.Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return r.At(day).Attribute(r.At(day).ByCode(code).ID, a)
}

func TestRegionIsShipped(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		// Regions of QĐ 318/QĐ-TTg: Lâm Đồng and Đắk Nông Tây Nguyên, Bình Thuận Duyên hải Nam Trung Bộ.
		for _, c := range []struct {
			day          clock.Date
			code, region string
		}{
			{"2024-05-01", "24805", "tn"}, {"2025-06-30", "23143", "dhntb"}, {"2025-06-30", "24736", "tn"},
			{today, "24943", "tn"}, {today, "23143", "dhntb"}, {today, "24736", "tn"}, {today, "24985", "tn"}, {today, "68", ""},
		} {
			if got := attribute(t, ctx, s, c.day, c.code, territory.Region); got != c.region {
				t.Errorf("region of %s on %s is %q, want %q", c.code, c.day, got, c.region)
			}
		}
	})
}

func TestImportAttributes(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		changes := 0
		s.OnChange(func(ctx context.Context, _ *db.Tx) error {
			changes++
			r, err := s.Register(ctx) // a hook sees the change it is told of
			if err == nil && r.At(today).Attribute(r.At(today).ByCode("24943").ID, territory.CommuneGroup) == "" {
				err = errors.New("the hook does not see the change")
			}
			return err
		})
		imp := func(text string, o territory.AttributeOptions) *territory.AttributeReport {
			t.Helper()
			rep, err := s.ImportAttributes(ctx, []byte(text), o)
			if err != nil {
				t.Fatal(err)
			}
			return rep
		}
		check := func(rep *territory.AttributeReport, written bool, created, updated, unchanged int) {
			t.Helper()
			if rep.Written != written || rep.Created != created || rep.Updated != updated || rep.Unchanged != unchanged || len(rep.Errors) > 0 {
				t.Errorf("report %+v, want written %v, %d new, %d changed, %d unchanged", *rep, written, created, updated, unchanged)
			}
		}
		group := func(day clock.Date) string { return attribute(t, ctx, s, day, "24943", territory.CommuneGroup) }

		first := "code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,12/QĐ-UBND\n24943,special,dbkk,2025-07-01,13/QĐ-UBND\n"
		check(imp(first, territory.AttributeOptions{DryRun: true}), false, 2, 0, 0)
		if group(today) != "" || changes != 0 {
			t.Error("a dry run wrote")
		}
		check(imp(first, territory.AttributeOptions{}), true, 2, 0, 0)
		check(imp(first, territory.AttributeOptions{}), false, 0, 0, 2)
		if group(today) != "nhom2" || group("2025-07-01") != "nhom2" || changes != 1 {
			t.Errorf("after the first file: %q, %d changes", group(today), changes)
		}
		// Vietnamese headings, semicolons, names instead of ids, day first; a new value closes the former the day before.
		check(imp("\ufeffMã;Thuộc tính;Giá trị;Từ ngày;Quyết định\r\n24943;Nhóm xã;Nhóm 3;01/03/2026;45/QĐ-UBND\r\n", territory.AttributeOptions{}), true, 1, 0, 0)
		if group("2026-02-28") != "nhom2" || group("2026-03-01") != "nhom3" {
			t.Errorf("28/2 %q, 1/3 %q", group("2026-02-28"), group("2026-03-01"))
		}
		// A value between two others, a correction, and an end.
		check(imp("code,attribute,value,from,decision\n24943,commune_group,nhom1,2026-01-01,44/QĐ-UBND\n24943,commune_group,nhom2,2026-03-01,45a/QĐ-UBND\n24943,special,-,2026-06-01,46/QĐ-UBND\n", territory.AttributeOptions{}), true, 2, 1, 0)
		if got := group("2025-12-31") + group("2026-01-01") + group("2026-02-28") + group("2026-03-01"); got != "nhom2nhom1nhom1nhom2" {
			t.Errorf("groups over time: %s", got)
		}
		if a, b := attribute(t, ctx, s, "2026-05-31", "24943", territory.Special), attribute(t, ctx, s, "2026-06-01", "24943", territory.Special); a != "dbkk" || b != "" {
			t.Errorf("special until 31/5 %q, from 1/6 %q", a, b)
		}
		r, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		id := r.At(today).ByCode("24943").ID
		if v, ok := r.At(today).AttributeValue(id, territory.CommuneGroup); !ok || v.Decision != "45a/QĐ-UBND" || v.Illustrative || v.From != "2026-03-01" || v.To != "" {
			t.Errorf("value %+v %v", v, ok)
		}
		if n := len(r.Attributes(id, territory.CommuneGroup)); n != 3 {
			t.Errorf("%d values over time, want 3", n)
		}
		// A value of a province holds for communes without their own.
		check(imp("code,attribute,value,from,decision\n68,commune_group,nhom1,2026-01-01,44/QĐ-UBND\n", territory.AttributeOptions{Illustrative: true}), true, 1, 0, 0)
		if group("2026-03-01") != "nhom2" || attribute(t, ctx, s, today, "24955", territory.CommuneGroup) != "nhom1" {
			t.Error("a value of the province does not hold below, or over a commune's own")
		}
		if fails, err := s.Check(ctx); err != nil || len(fails) > 0 {
			t.Errorf("check: %v %v", fails, err)
		}
		if fails, err := audit.Check(ctx, d); err != nil || len(fails) > 0 {
			t.Errorf("audit: %v %v", fails, err)
		}
		var rows int
		if err := d.Read(ctx).QueryRowContext(ctx, "SELECT count(*) FROM audit WHERE action = $1 AND actor = $2", "territory.attributes", "system:cli").Scan(&rows); err != nil || rows != 4 {
			t.Errorf("%d audit rows for 4 files that changed something (%v)", rows, err)
		}
	})
}

func TestImportAttributesRefuses(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		for _, c := range []struct {
			text string
			want string // "line key" of each refusal
		}{
			{"code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n99999,commune_group,nhom2,2025-07-01,1/QĐ\n",
				"[3 territory.no_such_unit]"},
			{"code,attribute,value,from,decision\n24940,commune_group,nhom2,2025-07-01,1/QĐ\n24940,commune_group,nhom2,2025-06-30,1/QĐ\n", // Lạc Lâm until 30/6
				"[2 territory.code_unknown_at]"},
			{"code,attribute,value,from,decision\n24943,colour,red,2025-07-01,1/QĐ\n24943,commune_group,nhom4,2025-07-01,1/QĐ\n24943,special,,2025-07-01,1/QĐ\n",
				"[2 territory.attribute_unknown 3 territory.attribute_value_unknown 4 territory.attribute_value_unknown]"},
			{"code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-02-30,1/QĐ\n\n24943,commune_group,nhom2,,1/QĐ\n24943,commune_group,nhom2,31/06/2026,1/QĐ\n24943,commune_group,nhom2,2025-07-01,\n,commune_group,nhom2,2025-07-01,1/QĐ\n",
				"[2 territory.bad_date 4 territory.bad_date 5 territory.bad_date 6 territory.attribute_no_decision 7 territory.attribute_no_code]"},
			{"code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n24943,commune_group,nhom1,2025-07-01,1/QĐ\n",
				"[4 territory.attribute_twice]"},
			{"mã,giá trị\n24943,nhom2\n", "[1 territory.file_no_column 1 territory.file_no_column 1 territory.file_no_column]"},
			{"code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,\"1/QĐ\n", "[2 territory.file_bad_csv]"},
		} {
			rep, err := s.ImportAttributes(ctx, []byte(c.text), territory.AttributeOptions{})
			if err != nil {
				t.Errorf("%q: %v", c.text, err)
				continue
			}
			var got []string
			for _, p := range rep.Errors {
				got = append(got, fmt.Sprint(p.Line, " ", p.Code))
				if p.Message == "" || strings.Contains(p.Message, "⟦") || strings.Contains(p.Message, "%!") {
					t.Errorf("message of %s: %q", p.Code, p.Message)
				}
			}
			if fmt.Sprint(got) != c.want || rep.Written {
				t.Errorf("%q: %v, want %s", c.text, got, c.want)
			}
		}
		for _, text := range []string{"", "\xff\xfe\x00", strings.Repeat("x", 20<<20+1)} {
			if _, err := s.ImportAttributes(ctx, []byte(text), territory.AttributeOptions{}); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
				t.Errorf("a file of %d bytes: %v", len(text), err)
			}
		}
		if got := attribute(t, ctx, s, today, "24943", territory.CommuneGroup); got != "" {
			t.Errorf("a refused file wrote %q", got)
		}
		// A hook that fails undoes the file, and nobody sees what it held.
		s.OnChange(func(ctx context.Context, _ *db.Tx) error {
			if _, err := s.Register(ctx); err != nil {
				return err
			}
			return fault.New(fault.Conflict, "territory.bad_date", "")
		})
		good := []byte("code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n")
		if _, err := s.ImportAttributes(ctx, good, territory.AttributeOptions{}); !fault.Is(err, fault.Conflict) {
			t.Errorf("a failing hook: %v", err)
		}
		if got := attribute(t, ctx, s, today, "24943", territory.CommuneGroup); got != "" {
			t.Errorf("an undone file is seen: %q", got)
		}
	})
}

func TestImportAttributesNeedsTheRight(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		text := []byte("code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n")
		for _, c := range []struct {
			grants []auth.Grant
			want   fault.Code
		}{
			{nil, fault.Unauthenticated},
			{[]auth.Grant{{Role: auth.CommuneOfficer, Unit: 32494302}}, fault.Forbidden},
			{[]auth.Grant{{Role: auth.ProvinceOffice, Unit: 32494302}}, fault.Forbidden}, // the file concerns the whole territory
			{[]auth.Grant{{Role: auth.ProvinceOffice}}, ""},
		} {
			a := auth.Actor{Kind: auth.Guest}
			if c.grants != nil {
				a = auth.Actor{Kind: auth.Person, Login: "p", Grants: c.grants}
			}
			_, err := s.ImportAttributes(auth.With(ctx, a), text, territory.AttributeOptions{})
			if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
				t.Errorf("%v: %v, want %q", c.grants, err, c.want)
			}
			src, err := territory.ReadUnits("u.csv", []byte("id,code,level,kind,name\n99,99,province,tinh,Thử\n"))
			if err != nil {
				t.Fatal(err)
			}
			_, err = s.ImportUnits(auth.With(ctx, a), src, "x")
			if c.want == "" && err != nil || c.want != "" && !fault.Is(err, c.want) {
				t.Errorf("units, %v: %v, want %q", c.grants, err, c.want)
			}
		}
	})
}

func TestImportAttributesCommand(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		commands := s.Module().Commands
		run := func(text string, args ...string) (string, error) {
			t.Helper()
			file := filepath.Join(t.TempDir(), "a.csv")
			if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			c, rest := cli.Find(commands, append(strings.Fields("import attributes"), append(args, file)...))
			if c == nil {
				t.Fatal("no such command")
			}
			fs := flag.NewFlagSet("x", flag.ContinueOnError)
			do := c.Setup(fs)
			pos, err := cli.Parse(fs, rest)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			err = do(ctx, cli.Input{Args: pos, Out: &out, AsJSON: true})
			return out.String(), err
		}
		out, err := run("code,attribute,value,from,decision\n24943,commune_group,nhom9,2025-07-01,1/QĐ\n")
		if !errors.Is(err, cli.ErrRefused) || !strings.Contains(out, `"line": 2`) || !strings.Contains(out, `"written": false`) {
			t.Errorf("refused: %v %s", err, out)
		}
		out, err = run("code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n", "--illustrative")
		if err != nil || !strings.Contains(out, `"written": true`) || !strings.Contains(out, `"errors": []`) {
			t.Errorf("good: %v %s", err, out)
		}
		r, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := r.At(today).AttributeValue(r.At(today).ByCode("24943").ID, territory.CommuneGroup); !v.Illustrative {
			t.Error("--illustrative left no mark")
		}
	})
}

// TestDemo: every commune of today has a group, all marked as illustrative.
func TestDemo(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, _ *db.DB, s *territory.Service) {
		if err := s.Demo(ctx); err != nil {
			t.Fatal(err)
		}
		r, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		now, special := r.At(today), 0
		for _, u := range now.Communes() {
			v, ok := now.AttributeValue(u.ID, territory.CommuneGroup)
			if !ok || !v.Illustrative || v.Decision != "SỐ LIỆU MINH HỌA" || !strings.HasPrefix(v.Value, "nhom") {
				t.Errorf("%s: %+v %v", u.Name, v, ok)
			}
			if now.Attribute(u.ID, territory.Special) == "dbkk" {
				special++
			}
		}
		if len(now.Communes()) != 103 || special == 0 {
			t.Errorf("%d communes, %d of them specially difficult", len(now.Communes()), special)
		}
		if _, name := s.AttributeWords(ctx, territory.CommuneGroup, "nhom2"); name != "Nhóm 2" {
			t.Errorf("words: %q", name)
		}
	})
}

// TestDemoDatabase: in a demo database every attribute is illustrative, whatever the command says.
func TestDemoDatabase(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return tx.SetMeta(ctx, "kind", "demo") }); err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportAttributes(ctx, []byte("code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n"), territory.AttributeOptions{}); err != nil {
			t.Fatal(err)
		}
		r, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if v, _ := r.At(today).AttributeValue(r.At(today).ByCode("24943").ID, territory.CommuneGroup); !v.Illustrative {
			t.Error("no mark in a demo database")
		}
	})
}
