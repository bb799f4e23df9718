package territory_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/territory"
	"langso/internal/testkit/reference"
)

const ourSource = "Bản đồ của kiểm thử, giấy phép mở"

func boundaryFile(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(reference.Path(t, "reference/territory/boundaries/"+name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The reference boundaries belong to all units of their time: 124 of 124 communes, 12 of 12 districts (SOURCES.md).
func TestReferenceBoundariesJoin(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		for _, c := range []struct {
			file     string
			at       clock.Date
			level    territory.Level
			features int
		}{
			{"communes-2025.geojson", "2025-07-01", territory.Commune, 124},
			{"communes-2025-overview.geojson", "", territory.Commune, 124}, // today
			{"districts-2024.geojson", "2024-06-30", territory.District, 12},
		} {
			f := territory.BoundaryFile{Name: c.file, Bytes: boundaryFile(t, c.file), At: c.at, Source: ourSource}
			rep, err := s.ImportBoundaries(ctx, f)
			if err != nil {
				t.Fatal(c.file, err)
			}
			if !rep.Written || rep.Joined != c.features || rep.Features != c.features || rep.Level != c.level || rep.CodeProperty != "code" || len(rep.Errors)+len(rep.Without)+len(rep.Renamed)+len(rep.Removed) > 0 {
				t.Errorf("%s: %+v", c.file, rep)
			}
			// The same again changes nothing.
			if rep, err = s.ImportBoundaries(ctx, f); err != nil || rep.Written || rep.Unchanged != c.features {
				t.Errorf("%s again: %+v, %v", c.file, rep, err)
			}
		}
		list, err := s.OutlineSources(ctx)
		if err != nil || len(list) != 2 || list[0].Units+list[1].Units != 136 || list[0].Source != ourSource {
			t.Errorf("sources %+v, %v", list, err)
		}
		written := 0
		if err := audit.Each(ctx, d, "territory.boundaries", func(string, []byte) error { written++; return nil }); err != nil || written != 3 {
			t.Errorf("%d audit entries, %v", written, err)
		}
		// A month before, ten districts bear other codes: two of the twelve are unknown, so nothing is taken.
		rep, err := s.ImportBoundaries(ctx, territory.BoundaryFile{Bytes: boundaryFile(t, "districts-2024.geojson"), At: "2024-12-01", Source: ourSource})
		if err != nil || rep.Written || len(rep.Errors) != 2 || rep.Joined != 10 {
			t.Errorf("districts at another time: %+v, %v", rep, err)
		}
	})
}

// geojson is a file of squares side by side; each entry is a code, or what stands for it.
func squares(codes ...string) string {
	var list []string
	for i, c := range codes {
		x := 107 + float64(i)/10
		ring := fmt.Sprintf("[[%g,11],[%g,11],[%g,11.1],[%g,11.1],[%g,11]]", x, x+0.1, x+0.1, x, x)
		list = append(list, fmt.Sprintf(`{"type":"Feature","properties":{"code":%q},"geometry":{"type":"Polygon","coordinates":[%s]}}`, c, ring))
	}
	return `{"type":"FeatureCollection","features":[` + strings.Join(list, ",") + `]}`
}

// swapAxes exchanges longitude and latitude of every position.
func swapAxes(t testing.TB, b []byte) []byte {
	t.Helper()
	pair := regexp.MustCompile(`\[(-?[0-9.]+),(-?[0-9.]+)\]`)
	out := pair.ReplaceAll(b, []byte("[$2,$1]"))
	if bytes.Equal(out, b) {
		t.Fatal("nothing to exchange")
	}
	return out
}

// Bad boundaries: every place is named, nothing is written.
func TestBadBoundaries(t *testing.T) {
	swapped := swapAxes(t, boundaryFile(t, "communes-2025-overview.geojson"))
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		for name, c := range map[string]struct {
			file, property, want string
		}{
			"unknown codes":   {squares("24943", "99998", "24931", "99999"), "", "2 territory.no_such_unit 99998; 4 territory.no_such_unit 99999"},
			"code of a past":  {squares("24943", "672"), "", "2 territory.code_unknown_at 672"},
			"code twice":      {squares("24943", "24943"), "", "2 territory.boundary_code_twice 24943"},
			"no code":         {squares("24943", ""), "", "2 territory.boundary_code_missing "},
			"two levels":      {squares("24943", "68"), "", "2 territory.boundary_levels Lâm Đồng"},
			"swapped axes":    {string(swapped), "", "0 territory.boundary_swapped 124 trên 124"},
			"metres":          {strings.NewReplacer("[107,11]", "[587000,1220000]").Replace(squares("24943")), "", "0 territory.boundary_metres VN-2000"},
			"outside":         {strings.ReplaceAll(squares("24943"), "[107,11]", "[99,11]"), "", "1 territory.boundary.outside 24943"},
			"unclosed ring":   {strings.ReplaceAll(squares("24943", "24931"), "[107.1,11]]]", "[107.1,11.05]]]"), "", "2 territory.boundary.unclosed 24931"},
			"crossing itself": {strings.ReplaceAll(squares("24943"), "[107.1,11],[107.1,11.1]", "[107.1,11.1],[107.1,11]"), "", "1 territory.boundary.crossing 24943"},
			"a point":         {strings.ReplaceAll(squares("24943"), "Polygon", "Point"), "", "1 territory.boundary.not_an_area 24943"},
			"empty":           {squares(), "", "fault territory.boundary_empty"},
			"no GeoJSON":      {"PK\x03\x04", "", "fault territory.boundary_not_geojson"},
			"wrong CRS":       {strings.Replace(squares("24943"), `"features"`, `"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::9210"}},"features"`, 1), "", "fault territory.boundary_crs"},
			"property":        {squares("24943"), "MA_XA", "fault territory.boundary_no_property"},
			"no property":     {strings.ReplaceAll(squares("24943"), `"code"`, `"foo"`), "", "fault territory.boundary_no_code"},
			"too deep":        {strings.ReplaceAll(squares("24943"), "[[[107", strings.Repeat("[", 50)+"107"), "", "fault territory.boundary_too_deep"},
			"too large":       {squares("24943") + strings.Repeat(" ", 64<<20), "", "fault territory.file_too_large"},
		} {
			rep, err := s.ImportBoundaries(ctx, territory.BoundaryFile{Bytes: []byte(c.file), CodeProperty: c.property, Source: ourSource})
			got := ""
			if err != nil {
				var f *fault.Error
				if !errors.As(err, &f) {
					t.Fatal(name, err)
				}
				got = "fault " + f.Key
			} else {
				for i, w := range strings.Split(c.want, "; ") {
					place, rest, _ := strings.Cut(w, " ")
					key, words, _ := strings.Cut(rest, " ")
					if len(rep.Errors) <= i || strconv.Itoa(rep.Errors[i].Feature) != place || rep.Errors[i].Code != key || !strings.Contains(rep.Errors[i].Message, words) {
						t.Errorf("%s: %+v, want %s", name, rep.Errors, c.want)
					} else if got += "; " + w; len(rep.Errors) != strings.Count(c.want, "; ")+1 {
						t.Errorf("%s: %d refusals, want %s", name, len(rep.Errors), c.want)
					}
				}
				got = strings.TrimPrefix(got, "; ")
			}
			if got != c.want {
				t.Errorf("%s: %q, want %q", name, got, c.want)
			}
		}
		if list, err := s.OutlineSources(ctx); err != nil || len(list) > 0 {
			t.Errorf("something was written: %+v, %v", list, err)
		}
		// What is allowed: the code under another name, stated or likely, or as a number.
		for property, file := range map[string]string{"": strings.ReplaceAll(squares("24943"), `"code":"24943"`, `"Ma_Xa":24943`), "x": strings.ReplaceAll(squares("24943"), `"code"`, `"x"`)} {
			if rep, err := s.ImportBoundaries(ctx, territory.BoundaryFile{Bytes: []byte(file), CodeProperty: property, Source: ourSource, DryRun: true}); err != nil || rep.Joined != 1 || len(rep.Errors) > 0 || rep.Written || len(rep.Without) != 123 {
				t.Errorf("property %q: %+v, %v", property, rep, err)
			}
		}
	})
}

// A file replaces what the earlier file of the same units brought, and says which units lose their outline; a name that
// does not fit the code is shown.
func TestBoundariesAreReplacedWhole(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		if _, err := s.ImportBoundaries(ctx, territory.BoundaryFile{Bytes: []byte(squares("24943", "24931"))}); !fault.Is(err, fault.Invalid) {
			t.Errorf("without a source: %v", err)
		}
		load := func(file string) *territory.BoundaryReport {
			rep, err := s.ImportBoundaries(ctx, territory.BoundaryFile{Bytes: []byte(file), Source: ourSource})
			if err != nil || !rep.Written {
				t.Fatal(rep, err)
			}
			return rep
		}
		load(squares("24943", "24931"))
		load(squares("22918")) // another file, other units: both stay
		rep := load(strings.Replace(squares("24943"), `"code":`, `"name":"Lạc Xuân","code":`, 1))
		if len(rep.Removed) != 1 || rep.Removed[0].Code != "24931" || rep.Unchanged != 1 || len(rep.Without) != 122 || len(rep.Renamed) != 1 {
			t.Errorf("%+v", rep)
		}
		list, err := s.OutlineSources(ctx)
		if err != nil || len(list) != 2 || list[0].Units != 1 || list[1].Units != 1 {
			t.Errorf("%+v, %v", list, err)
		}
		viewer := auth.With(ctx, auth.Actor{Kind: auth.Person, Login: "x", Grants: []auth.Grant{{Role: auth.CommuneOfficer}}})
		if _, err := s.ImportBoundaries(viewer, territory.BoundaryFile{Bytes: []byte(squares("24943")), Source: ourSource}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a commune officer: %v", err)
		}
	})
}

// The drawing of today has all 124 units, three former provinces, and grows with a new file at once; of a day without
// outlines there is none.
func TestDrawing(t *testing.T) {
	each(t, func(t *testing.T, ctx context.Context, d *db.DB, s *territory.Service) {
		if _, ok, err := s.Drawing(ctx, today, territory.Desk); ok || err != nil {
			t.Fatal(ok, err)
		}
		f := territory.BoundaryFile{Bytes: boundaryFile(t, "communes-2025.geojson"), At: "2025-07-01", Source: ourSource, Illustrative: true}
		if _, err := s.ImportBoundaries(ctx, f); err != nil {
			t.Fatal(err)
		}
		for detail, most := range map[territory.Detail]int{territory.Phone: 15 << 10, territory.Desk: 36 << 10} {
			p, ok, err := s.Drawing(ctx, today, detail)
			if err != nil || !ok {
				t.Fatal(detail, ok, err)
			}
			if again, _, _ := s.Drawing(ctx, "2025-07-01", detail); again != p {
				t.Error("drawn again without a change")
			}
			if len(p.Outlines) != 124 || len(p.Parents) != 3 || p.Width != 720 || p.Height < 900 || p.Height > 1050 || p.Source != ourSource+" (minh họa)" {
				t.Errorf("%s: %d outlines, %d parents, %d × %d, %q", detail, len(p.Outlines), len(p.Parents), p.Width, p.Height, p.Source)
			}
			form := map[territory.Detail]string{territory.Phone: `^(M\d+,\d+( \d+,\d+){2,}z)+$`, territory.Desk: `^(M\d+(\.\d)?,\d+(\.\d)?( \d+(\.\d)?,\d+(\.\d)?){2,}z)+$`}[detail]
			var packed bytes.Buffer
			z, _ := gzip.NewWriterLevel(&packed, gzip.BestCompression)
			for _, o := range append(append([]territory.Outline{}, p.Outlines...), p.Parents...) {
				if !regexp.MustCompile(form).MatchString(o.Path) || o.X <= 0 || o.Y <= 0 || o.X >= float64(p.Width) || o.Y >= float64(p.Height) {
					t.Errorf("%s %s: %.80q at %v, %v", detail, o.Unit.Name, o.Path, o.X, o.Y)
				}
			}
			for _, o := range p.Outlines {
				fmt.Fprintf(z, "<path d=%q/>", o.Path)
			}
			z.Close()
			t.Logf("%s: %d bytes packed", detail, packed.Len())
			if packed.Len() > most {
				t.Errorf("%s: %d bytes packed, want at most %d", detail, packed.Len(), most)
			}
		}
		// What is stored can be drawn; what was touched since is found.
		if failures, err := s.Check(ctx); err != nil || len(failures) > 0 {
			t.Errorf("%v %v", failures, err)
		}
		undone := errors.New("undone")
		if err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.ExecContext(ctx, "UPDATE unit_outline SET desk = $1, geometry = $2 WHERE unit_id = (SELECT MIN(unit_id) FROM unit_outline)", "1 2", "{}"); err != nil {
				return err
			}
			if failures, err := s.Check(ctx); err != nil || len(failures) != 2 {
				t.Errorf("%v %v", failures, err)
			}
			return undone
		}); !errors.Is(err, undone) {
			t.Fatal(err)
		}
		// No district outlines: the communes of 2024 have none, nor have the districts.
		for _, day := range []clock.Date{"2024-06-30", "2025-06-30"} {
			if _, ok, err := s.Drawing(ctx, day, territory.Desk); ok || err != nil {
				t.Errorf("%s: %v %v", day, ok, err)
			}
		}
		if _, err := s.ImportBoundaries(ctx, territory.BoundaryFile{Bytes: boundaryFile(t, "districts-2024.geojson"), At: "2024-06-30", Source: ourSource}); err != nil {
			t.Fatal(err)
		}
		if p, ok, err := s.LevelDrawing(ctx, territory.District, "2024-06-30", territory.Desk); err != nil || !ok || len(p.Outlines) != 12 {
			t.Errorf("districts: %v %v", ok, err)
		}
		if _, ok, _ := s.LevelDrawing(ctx, territory.District, "2024-12-01", territory.Desk); ok {
			t.Error("the ten districts of December 2024 have outlines of twelve")
		}
		// One unit less, and the map is not whole.
		var doc map[string]any
		if err := json.Unmarshal(f.Bytes, &doc); err != nil {
			t.Fatal(err)
		}
		doc["features"] = doc["features"].([]any)[1:]
		f.Bytes, _ = json.Marshal(doc)
		if rep, err := s.ImportBoundaries(ctx, f); err != nil || len(rep.Without) != 1 {
			t.Fatal(rep, err)
		}
		if _, ok, err := s.Drawing(ctx, today, territory.Desk); ok || err != nil {
			t.Errorf("a map with a hole: %v %v", ok, err)
		}
	})
}
