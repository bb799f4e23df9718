package territory_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

const unitsHead = "id,code,level,kind,name,name_en,alt_names,from,to,parent,former_province,home,basis\n"

// TestRefusedFiles: every fault is named with its file and line, and nothing is written.
func TestRefusedFiles(t *testing.T) {
	texts := texts(t)
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		before, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		good := "901,90,province,tinh,Thử,Thu,,2026-01-01,,,,,\n902,90001,commune,xa,Một,Mot,,2026-01-01,,901,,,\n"
		for _, c := range []struct{ name, units, lineage, attributes, want string }{
			{"unknown parent", good + "903,90002,commune,xa,Hai,Hai,,2026-01-01,,999,,,\n", "", "", "[units.csv:4 territory.file_unknown_parent]"},
			{"two parents in one day", "901,90,province,tinh,Thử,Thu,,2026-01-01,,,,,\n902,90001,commune,xa,Một,Mot,,2026-01-01,,901@..2026-05-31|901@2026-05-31..,,,\n", "", "", "[units.csv:3 territory.file_parent_twice]"},
			{"no parent for a while", "901,90,province,tinh,Thử,Thu,,2026-01-01,,,,,\n902,90001,commune,xa,Một,Mot,,2026-01-01,,901@2026-01-01..2026-05-31|901@2026-06-02..,,,\n", "", "", "[units.csv:3 territory.file_parent_gap]"},
			{"no parent at all", "902,90001,commune,xa,Một,Mot,,2026-01-01,,,,,\n", "", "", "[units.csv:2 territory.file_parent_gap]"},
			{"parent ends too early", "901,90,province,tinh,Thử,Thu,,2026-01-01,2026-06-30,,,,\n902,90001,commune,xa,Một,Mot,,2026-01-01,,901,,,\n", "", "", "[units.csv:3 territory.file_parent_dates]"},
			{"parent below", "901,90,province,tinh,Thử,Thu,,2026-01-01,,,,,\n902,90001,commune,xa,Một,Mot,,2026-01-01,,901,,,\n903,903,district,huyen,Ba,Ba,,2026-01-01,,902,,,\n", "", "", "[units.csv:4 territory.file_parent_level]"},
			{"code twice in one day", good + "903,90001,commune,xa,Hai,Hai,,2026-05-01,,901,,,\n", "", "", "[units.csv:4 territory.file_code_twice]"},
			{"code of a unit that is there", "901,68,province,tinh,Thử,Thu,,2026-01-01,,,,,\n", "", "", "[units.csv:2 territory.file_code_twice]"},
			{"id twice", good + "902,90002,commune,xa,Hai,Hai,,2026-01-01,,901,,,\n", "", "", "[units.csv:4 territory.file_id_twice]"},
			{"bad dates", "901,90,province,tinh,Thử,Thu,,2026-02-29,,,,,\n902,91,province,tinh,Thử,Thu,,2026-02-01,2026-01-31,,,,\n903,92,province,tinh,Thử,Thu,,1/1/2026,,,,,\n", "", "", "[units.csv:2 territory.bad_date units.csv:3 territory.file_dates_swapped units.csv:4 territory.bad_date]"},
			{"unknown kind and level", "901,90,province,bang,Thử,Thu,,,,,,,\n902,91,planet,tinh,Thử,Thu,,,,,,,\n903,92,commune,tinh,Thử,Thu,,,,,,,\n", "", "", "[units.csv:2 territory.file_unknown_kind units.csv:3 territory.file_unknown_level units.csv:4 territory.file_kind_level]"},
			{"bad id, code, name, flag", "x,90,province,tinh,Thử,Thu,,,,,,,\n902,9a,province,tinh,Thử,Thu,,,,,,,\n903,92,province,tinh,,Thu,,,,,,,\n904,93,province,tinh,Thử,Thu,,,,,,maybe,\n", "", "", "[units.csv:2 territory.file_bad_id units.csv:3 territory.file_bad_code units.csv:4 territory.file_bad_name units.csv:5 territory.file_bad_flag]"},
			{"cycle", "903,903,district,huyen,Ba,Ba,,2026-01-01,,904,,,\n904,904,district,huyen,Bốn,Bon,,2026-01-01,,903,,,\n", "", "", "[units.csv:2 territory.file_cycle units.csv:3 territory.file_cycle]"},
			{"itself above", "903,903,district,huyen,Ba,Ba,,2026-01-01,,903,,,\n", "", "", "[units.csv:2 territory.file_cycle]"},
			{"bad parent", "902,90001,commune,xa,Một,Mot,,2026-01-01,,901@2026-01-01,,,\n", "", "", "[units.csv:2 territory.file_bad_parent]"},
			{"lineage", good, "from,to,on,whole,kind,basis\n901,999,2026-01-01,yes,merge,x\n902,902,2026-01-01,yes,merge,x\n901,902,2026-01-01,yes,merge,x\n", "", "[lineage.csv:2 territory.file_unknown_unit lineage.csv:3 territory.file_cycle lineage.csv:4 territory.file_edge_dates]"},
			{"lineage words", good, "from,to,on,whole,kind,basis\n901,902,2026-13-01,maybe,eaten,x\n", "", "[lineage.csv:2 territory.bad_date lineage.csv:2 territory.file_bad_flag lineage.csv:2 territory.file_unknown_change]"},
			{"attributes", good, "", "unit,attribute,value,from,decision\n999,region,tn,,x\n901,region,mars,,x\n", "[attributes.csv:2 territory.file_unknown_unit attributes.csv:3 territory.attribute_value_unknown]"},
			{"no column", "", "", "", "[units.csv:1 territory.file_no_column units.csv:1 territory.file_no_column]"},
			{"broken quotes", good + "903,90002,commune,\"xa,Hai\n", "", "", "[units.csv:4 territory.file_bad_csv]"},
		} {
			folder := fstest.MapFS{"units.csv": {Data: []byte(unitsHead + c.units)}}
			if c.name == "no column" {
				folder["units.csv"] = &fstest.MapFile{Data: []byte("id,code,level\n1,2,3\n")}
			}
			if c.lineage != "" {
				folder["lineage.csv"] = &fstest.MapFile{Data: []byte(c.lineage)}
			}
			if c.attributes != "" {
				folder["attributes.csv"] = &fstest.MapFile{Data: []byte(c.attributes)}
			}
			src, err := territory.ReadSource(folder)
			if err == nil {
				_, err = s.ImportUnits(ctx, src, "test")
			}
			var bad territory.Refusals
			if !errors.As(err, &bad) {
				t.Errorf("%s: %v is no list of refusals", c.name, err)
				continue
			}
			var got []string
			for _, f := range bad {
				place, _, _ := strings.Cut(f.Field, " ")
				got = append(got, place+" "+f.Key)
				if text := texts.Text(i18n.Vi, f.Key, f.Args...); strings.Contains(text, "⟦") || strings.Contains(text, "%!") {
					t.Errorf("%s: message %q", c.name, text)
				}
			}
			if fmt.Sprint(got) != c.want {
				t.Errorf("%s: %v, want %s", c.name, got, c.want)
			}
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%s: not invalid: %v", c.name, err)
			}
		}
		after, err := s.Register(ctx)
		if err != nil || after != before {
			t.Errorf("a refused file changed the register (%v)", err)
		}

		// The good lines alone are taken.
		src, err := territory.ReadUnits("thu.csv", []byte(unitsHead+good))
		if err != nil {
			t.Fatal(err)
		}
		if rep, err := s.ImportUnits(ctx, src, "test"); err != nil || rep.Units != 2 {
			t.Fatalf("%+v %v", rep, err)
		}
		reg, err := s.Register(ctx)
		if err != nil || reg.At(today).ByCode("90001") == nil || reg.At(today).ByCode("24943") == nil {
			t.Errorf("after a good file: %v", err)
		}
		if n := len(reg.At(today).Communes()); n != 103 {
			t.Errorf("a province that does not report here counts: %d communes", n)
		}
		if fails, err := audit.Check(ctx, d); err != nil || len(fails) > 0 {
			t.Errorf("audit: %v %v", fails, err)
		}
	})
}

// TestInstallTwice: the second start does nothing, on one node or many.
func TestInstallTwice(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		rev, err := d.Revision(ctx, "territory")
		if err != nil || rev != 1 {
			t.Fatalf("revision %d after the first start (%v)", rev, err)
		}
		if err := service(d).Install(ctx); err != nil {
			t.Fatal(err)
		}
		if again, _ := d.Revision(ctx, "territory"); again != rev {
			t.Errorf("the second start moved the revision to %d", again)
		}
		if fails, err := s.Check(ctx); err != nil || len(fails) > 0 {
			t.Errorf("check: %v %v", fails, err)
		}
	})
}

// TestCheckFindsDamage: what Check promises to find, it finds.
func TestCheckFindsDamage(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		for _, damage := range []string{
			"DELETE FROM unit_parent WHERE unit_id = 32494302",
			"UPDATE unit SET code = '24805' WHERE id = 32494302",
			"UPDATE unit_lineage SET on_date = '2025-07-02' WHERE to_id = 32494302",
			"UPDATE unit_attribute SET valid_until = '2020-01-01' WHERE unit_id = 10006801",
		} {
			err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
				if _, err := tx.ExecContext(ctx, damage); err != nil {
					return err
				}
				if strings.Contains(damage, "attribute") {
					if _, err := tx.ExecContext(ctx, "INSERT INTO unit_attribute (unit_id, attribute, value, valid_from, valid_until, decision, illustrative) VALUES ($1, $2, $3, $4, $5, $6, $7)",
						10006801, "region", "tn", "2021-01-01", "9999-12-31", "x", false); err != nil {
						return err
					}
				}
				fails, err := s.Check(ctx)
				if err != nil {
					return err
				}
				if len(fails) == 0 {
					t.Errorf("%s: nothing found", damage)
				}
				return errRollback
			})
			if !errors.Is(err, errRollback) {
				t.Fatal(err)
			}
		}
		if fails, err := s.Check(ctx); err != nil || len(fails) > 0 {
			t.Errorf("without damage: %v %v", fails, err)
		}
	})
}

var errRollback = errors.New("rolled back")

// TestOtherNodesSeeChanges: a second service over the same store is right at its next question.
func TestOtherNodesSeeChanges(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		other := service(d)
		first, err := other.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if again, _ := other.Register(ctx); again != first {
			t.Error("an unchanged register was built twice")
		}
		if _, err := s.ImportAttributes(ctx, []byte("code,attribute,value,from,decision\n24943,commune_group,nhom2,2025-07-01,1/QĐ\n"), territory.AttributeOptions{}); err != nil {
			t.Fatal(err)
		}
		if got := attribute(t, ctx, other, today, "24943", territory.CommuneGroup); got != "nhom2" {
			t.Errorf("the other node sees %q", got)
		}
	})
}

// TestNationalScale loads the country's catalogue of May 2024: 11,363 units.
func TestNationalScale(t *testing.T) {
	var b strings.Builder
	b.WriteString("id,code,level,kind,name,name_en,parent,to\n")
	n := 0
	for _, row := range facts(t, "units-2024-national.csv") {
		parent := row["parent_code"]
		if parent != "" {
			parent = "5" + parent
		}
		fmt.Fprintf(&b, "5%s,%s,%s,%s,%q,%s,%s,2025-06-30\n", row["code"], row["code"], row["level"], row["kind"], row["name"], row["name_en"], parent)
		n++
	}
	dbtest.Each(t, migrations, func(t *testing.T, d *db.DB) {
		ctx := office(t)
		s := service(d)
		start := time.Now()
		src, err := territory.ReadUnits("cả nước.csv", []byte(b.String()))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ImportUnits(ctx, src, "national"); err != nil {
			t.Fatal(err)
		}
		loaded := time.Now()
		r, err := s.Register(ctx)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%d units loaded in %v, register built in %v", n, loaded.Sub(start), time.Since(loaded))
		roster := r.At("2024-05-01")
		if src.Units() != n || len(roster.Units()) != n {
			t.Errorf("%d units of %d", len(roster.Units()), n)
		}
		if c := roster.Under(territory.Administrative, roster.ByCode("68").ID, territory.Commune); len(c) != 142 {
			t.Errorf("%d units in province 68, want 142", len(c))
		}
	})
}

func FuzzReadUnits(f *testing.F) {
	f.Add([]byte(unitsHead + "901,90,province,tinh,Thử,Thu,,2026-01-01,,,,yes,x\n902,90001,commune,xa,Một,Mot,a|b,2026-01-01,,901@..2026-05-31|901@2026-06-01..,,,\n"))
	f.Add([]byte("id;code;level;kind;name\n1;2;province;tinh;x\n"))
	f.Add([]byte("\ufeffid,code,level,kind,name\n\"1"))
	f.Fuzz(func(t *testing.T, b []byte) {
		src, err := territory.ReadUnits("f", b)
		if (err == nil) == (src == nil) {
			t.Fatal("neither a file nor an error")
		}
		if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.TooLarge) {
			t.Fatal(err)
		}
	})
}

func BenchmarkRegister(b *testing.B) {
	d := dbtest.Open(b, db.SQLite, nil, migrations)
	ctx := office(b)
	if err := service(d).Install(ctx); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r, err := service(d).Register(ctx)
		if err != nil {
			b.Fatal(err)
		}
		if len(r.At(today).Communes()) != 103 {
			b.Fatal("communes")
		}
	}
}

func BenchmarkInstall(b *testing.B) {
	ctx := office(b)
	for b.Loop() {
		b.StopTimer()
		d := dbtest.Open(b, db.SQLite, nil, migrations)
		b.StartTimer()
		if err := service(d).Install(ctx); err != nil {
			b.Fatal(err)
		}
	}
}
