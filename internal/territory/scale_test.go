package territory_test

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/db/dbtest"
	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// The size of the country: units-2024-national.csv and units-2025-national.csv have 10,595 communes in 705 districts of
// 63 provinces, then 3,321 in 34.
const (
	provincesNow, communesNow = 34, 3321
	districtsOnce, perOnce    = 705, 15
)

var syllables = strings.Fields("An Bình Đạ Đắk Đông Hòa Khánh Lạc Liêng Lộc Mỹ Nam Phú Quảng Rô Sơn Tân Thạnh Trường Xuân Vĩnh Yên K'Nàng M'rông Ta Hoét")

// country is a made-up territory of the size of the country, with the change of 2025: three or four old communes go into
// each of today's.
func country() fs.FS {
	var units, lineage bytes.Buffer
	units.WriteString("id,code,level,kind,name,from,to,parent,home\n")
	lineage.WriteString("from,to,on,whole,kind,basis\n")
	name := func(i int) string {
		return syllables[i%len(syllables)] + " " + syllables[i/len(syllables)%len(syllables)] + fmt.Sprintf(" %d", i%7+1)
	}
	for p := range provincesNow {
		fmt.Fprintf(&units, "%d,%02d,province,tinh,%s,,,,yes\n", 1+p, 1+p, name(p*31))
	}
	for d := range districtsOnce {
		fmt.Fprintf(&units, "%d,%03d,district,huyen,%s,,2025-06-30,%d,\n", 1000+d, 100+d, name(d*17), 1+d%provincesNow)
	}
	for c := range communesNow {
		fmt.Fprintf(&units, "%d,%05d,commune,xa,%s,2025-07-01,,%d,\n", 10_000+c, 10_000+c, name(c*13), 1+c%districtsOnce%provincesNow)
	}
	for c := range districtsOnce * perOnce {
		d := c % districtsOnce
		fmt.Fprintf(&units, "%d,%05d,commune,xa,%s,,2025-06-30,%d,\n", 20_000+c, 10_000+c, name(c*7), 1000+d)
		fmt.Fprintf(&lineage, "%d,%d,2025-07-01,yes,merge,1671/NQ-UBTVQH15\n", 20_000+c, 10_000+c%communesNow)
	}
	return fstest.MapFS{"units.csv": {Data: units.Bytes()}, "lineage.csv": {Data: lineage.Bytes()}}
}

// nation is a service over a store that holds the made-up country.
func nation(t testing.TB) (context.Context, *territory.Service) {
	t.Helper()
	ctx := office(t)
	s := service(dbtest.Open(t, db.SQLite, nil, migrations))
	rep, err := s.LoadUnits(ctx, country())
	if err != nil {
		t.Fatal(err)
	}
	if want := provincesNow + districtsOnce + communesNow + districtsOnce*perOnce; rep.Units != want || rep.Edges != districtsOnce*perOnce {
		t.Fatalf("%+v, want %d units", rep, want)
	}
	return ctx, s
}

// A country is loaded from a folder by who may, and is whole.
func TestLoadUnits(t *testing.T) {
	ctx, s := nation(t)
	reg, err := s.Register(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(reg.At("2026-01-01").Communes()); n != communesNow {
		t.Errorf("%d communes today, want %d", n, communesNow)
	}
	if n := len(reg.At("2024-05-01").Communes()); n != districtsOnce*perOnce {
		t.Errorf("%d communes once, want %d", n, districtsOnce*perOnce)
	}
	if failures, err := s.Check(ctx); err != nil || len(failures) > 0 {
		t.Errorf("%v %v", failures, err)
	}
	clerk := auth.With(ctx, auth.Actor{Kind: auth.Person, Grants: []auth.Grant{{Role: auth.CommuneOfficer}}})
	if _, err := s.LoadUnits(clerk, country()); !fault.Is(err, fault.Forbidden) {
		t.Error(err)
	}
	if _, err := s.LoadUnits(ctx, fstest.MapFS{}); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
}

// No name of a unit turns the letters around it: it would read as another name.
func TestTurnedNamesAreRefused(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		for _, r := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" {
			for _, row := range []string{"901,90,province,tinh,T%sử,Thu,,2026-01-01,,,,,\n", "901,90,province,tinh,Thử,T%shu,,2026-01-01,,,,,\n", "901,90,province,tinh,Thử,Thu,a|T%s,2026-01-01,,,,,\n"} {
				_, err := s.LoadUnits(ctx, fstest.MapFS{"units.csv": {Data: []byte(unitsHead + fmt.Sprintf(row, string(r)))}})
				if f := fault.As(err); f == nil || f.Key != "territory.file_name_turns" || f.Field != "units.csv:2" {
					t.Errorf("%U: %v", r, err)
				}
			}
		}
		if _, err := s.LoadUnits(ctx, fstest.MapFS{"units.csv": {Data: []byte(unitsHead + "901,90,province,tinh,Thử,Thu,,2026-01-01,,,,,\n")}}); err != nil {
			t.Error(err)
		}
	})
}

func BenchmarkNation(b *testing.B) {
	ctx, s := nation(b)
	reg, err := s.Register(ctx)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("register", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			// A service of its own has nothing kept.
			if _, err := territory.Fresh(s).Register(ctx); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("at", func(b *testing.B) {
		days := []clock.Date{"2024-05-01", "2026-01-01"}
		for i := 0; b.Loop(); i++ {
			if len(reg.At(days[i%2]).Communes()) == 0 {
				b.Fatal("no communes")
			}
		}
	})
	b.Run("search", func(b *testing.B) {
		words := []string{"dak", "xã Liêng Phú 3", "10500", "khong co dau"}
		for i := 0; b.Loop(); i++ {
			reg.Search(words[i%len(words)], "2026-01-01", 20)
		}
	})
	b.Run("under", func(b *testing.B) {
		roster := reg.At("2026-01-01")
		for b.Loop() {
			if len(roster.Under(territory.Administrative, 5, territory.Commune)) == 0 {
				b.Fatal("no communes")
			}
		}
	})
	b.Run("scopes", func(b *testing.B) {
		roster := reg.At("2026-01-01")
		for b.Loop() {
			for _, u := range roster.Communes() {
				reg.Scope(u.ID, roster.Date())
			}
		}
	})
	b.Run("matcher", func(b *testing.B) {
		for b.Loop() {
			territory.NewMatcher(reg, "2026-01-01")
		}
	})
}
