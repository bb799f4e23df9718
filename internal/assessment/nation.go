package assessment

import (
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"flag"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"langso/internal/platform/cli"
	"langso/internal/platform/clock"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/territory"
)

// The country that is measured: as many communes as Vietnam has, the 132 indicators of two sets, five years.
const (
	nationCommunes  = 3321
	nationProvinces = 33 // beside the home province
	nationFirstYear = 2020
	nationLastYear  = 2024
	nationCounted   = clock.Date("2023-12-31") // day on which the communes are as many
)

var nationSets = []string{"xa-ntm-2021-2025", "xa-ntm-nang-cao-2021-2025"}

// NationReport says what an invented country came to.
type NationReport struct {
	Communes int     `json:"communes"`
	Values   int     `json:"values"`
	Seconds  float64 `json:"seconds"`
}

// MakeNation invents a country around the home province, with results of five years, for measuring (docs/benchmarks.md).
// It takes illustrative databases only, see Fill.
func (s *Service) MakeNation(ctx context.Context, communes int) (rep NationReport, err error) {
	defer fault.Wrap(&err, "assessment.MakeNation(%d)", communes)
	if marked, err := s.db.Illustrative(ctx); err != nil || !marked {
		if err == nil {
			err = fault.New(fault.Conflict, "assessment.fill_refused")
		}
		return rep, err
	}
	start := time.Now()
	reg, err := s.units.Register(ctx)
	if err != nil {
		return rep, err
	}
	src, digest, err := nation(nationProvinces, communes-len(reg.At(nationCounted).Communes()))
	if err != nil {
		return rep, err
	}
	if _, err := s.units.ImportUnits(ctx, src, digest); err != nil {
		return rep, err
	}
	regions := "code,attribute,value,from,decision\n"
	for p := range nationProvinces {
		regions += provinceCode(p) + ",region,tn,2020-01-01,số liệu minh họa\n"
	}
	if got, err := s.units.ImportAttributes(ctx, []byte(regions), territory.AttributeOptions{Illustrative: true}); err != nil || len(got.Errors) > 0 {
		return rep, fmt.Errorf("regions: %v %w", got, err)
	}
	for _, set := range nationSets {
		for year := nationFirstYear; year <= nationLastYear; year++ {
			n, err := s.Fill(ctx, set, strconv.Itoa(year))
			if err != nil {
				return rep, err
			}
			rep.Values += n
		}
	}
	if reg, err = s.units.Register(ctx); err != nil {
		return rep, err
	}
	rep.Communes, rep.Seconds = len(reg.At(nationCounted).Communes()), time.Since(start).Seconds()
	return rep, nil
}

func provinceCode(p int) string { return strconv.Itoa(900 + p) }

// nation is a territory file of provinces and communes that always were there, and its digest.
func nation(provinces, communes int) (*territory.Source, string, error) {
	var b strings.Builder
	w := csv.NewWriter(&b)
	const basis = "số liệu minh họa"
	row := func(cells ...string) { _ = w.Write(cells) } // a Builder takes every write
	row("id", "code", "level", "kind", "name", "parent", "home", "basis")
	for p := range provinces {
		row(strconv.Itoa(900_000_000+p), provinceCode(p), "province", "tinh", "Minh họa "+strconv.Itoa(p+1), "", "yes", basis)
	}
	for n := range communes {
		row(strconv.Itoa(910_000_000+n), strconv.Itoa(90_000+n), "commune", "xa", inventedName(n), strconv.Itoa(900_000_000+n%provinces), "", basis)
	}
	w.Flush()
	file := []byte(b.String())
	sum := sha256.Sum256(file)
	src, err := territory.ReadUnits("units.csv", file)
	return src, hex.EncodeToString(sum[:]), err
}

// inventedName is a name as communes have them, with a number where it would come twice.
func inventedName(n int) string {
	first := []string{"An", "Bình", "Cẩm", "Đông", "Đức", "Gia", "Hòa", "Hưng", "Khánh", "Long", "Lộc", "Mỹ", "Nghĩa", "Phú", "Phước", "Quảng", "Sơn", "Tân", "Thạnh", "Vĩnh"}
	second := []string{"Bắc", "Châu", "Định", "Giang", "Hải", "Hội", "Lâm", "Lợi", "Minh", "Nam", "Ninh", "Phong", "Sơn", "Tây", "Thành", "Thịnh", "Trung", "Xuân", "Yên", "Ý"}
	name := first[n%len(first)] + " " + second[n/len(first)%len(second)]
	if round := n / (len(first) * len(second)); round > 0 {
		name += " " + strconv.Itoa(round+1)
	}
	return name
}

func (s *Service) nationCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	communes := fs.Int("communes", nationCommunes, "communes at the end of 2023, those of the home province among them")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) > 0 || *communes < 200 || *communes > 9_999 {
			return cli.Usage("bench national takes no argument and 200 to 9999 communes")
		}
		rep, err := s.MakeNation(ctx, *communes)
		if err != nil {
			return err
		}
		return in.Print(rep, func(w io.Writer) {
			fmt.Fprintln(w, i18n.T(ctx, "assessment.nation_made", rep.Communes, rep.Values, int(rep.Seconds)))
		})
	}
}
