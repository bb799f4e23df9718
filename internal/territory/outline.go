package territory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/geo"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/platform/vntext"
)

// maxBoundaryBytes bounds a file of boundaries: those of 124 communes in full detail have 12 MB.
const maxBoundaryBytes = 64 << 20

// maxSourceLetters bounds the words that say where boundaries come from.
const maxSourceLetters = 300

// country is where outlines may lie: Việt Nam with its islands and archipelagos, and some sea around.
var country = geo.Box{West: 102, South: 6, East: 118, North: 24}

// codeProperties are the names under which files of boundaries state the code of a unit, the likeliest first.
var codeProperties = []string{"code", "ma", "maxa", "madvhc", "mahuyen", "matinh", "macode", "communecode", "wardcode", "districtcode", "provincecode", "id"}

// nameProperties are the names under which they state the name.
var nameProperties = []string{"name", "ten", "tenxa", "tendvhc", "fullname", "tenhuyen", "tentinh"}

// BoundaryFile is a file of boundaries with what its bringer says about it.
type BoundaryFile struct {
	Name         string // of the file
	Bytes        []byte
	At           clock.Date // day whose units the codes name; "" = today
	CodeProperty string     // property that holds the code; "" = the first likely one, else the id of the feature
	Source       string     // where the outlines come from and under what licence; may be empty in a demo only
	Illustrative bool       // not official; in a demo database all are
	DryRun       bool
}

// BoundaryReport says what a file of boundaries did, or would do.
type BoundaryReport struct {
	Written      bool              `json:"written"`
	Level        Level             `json:"level"` // "" when no code was known
	At           clock.Date        `json:"at"`
	CodeProperty string            `json:"code_property"` // as found; "" = the id of the feature
	Source       string            `json:"source"`
	Illustrative bool              `json:"illustrative"`
	Features     int               `json:"features"`
	Joined       int               `json:"joined"`    // features whose code a unit bore on the day
	Created      int               `json:"created"`   // units that had no outline
	Updated      int               `json:"updated"`   // units whose outline changes
	Unchanged    int               `json:"unchanged"` // units whose outline stays
	Removed      []UnitBody        `json:"removed"`   // units of a replaced file that this one does not name
	Without      []UnitBody        `json:"without"`   // units of the same level and day that have no outline then
	Renamed      []BoundaryProblem `json:"renamed"`   // the file states another name than the unit bears: to be looked at
	Errors       []BoundaryProblem `json:"errors"`
}

// BoundaryProblem is one refused feature, or with feature 0 the whole file.
type BoundaryProblem struct {
	Feature int    `json:"feature"`
	Code    string `json:"code"`    // message key
	Message string `json:"message"` // with the code of the unit where the feature states one
}

// ImportBoundaries stores the outlines of units from a GeoJSON file. Each feature names a unit by the code that it bears on
// the day At; an outline belongs to that unit and to no later bearer of the code. All units are of one level. Anything
// wrong refuses the whole file: the report names every place and nothing is written. A file replaces each earlier file of
// which it names a unit as a whole, because outlines of two files do not fit together; the same file again changes
// nothing. It writes whatever stands there, for the command line. Needs auth.ChangeUnits everywhere.
func (s *Service) ImportBoundaries(ctx context.Context, f BoundaryFile) (*BoundaryReport, error) {
	return s.takeBoundaries(ctx, f, precondition{})
}

// ChangeBoundaries is ImportBoundaries by somebody who looked before: ifMatch is the BoundariesETag that they saw. A trial
// needs none. Codes: unconditional without it; stale when another file was loaded since.
func (s *Service) ChangeBoundaries(ctx context.Context, f BoundaryFile, ifMatch string) (*BoundaryReport, error) {
	return s.takeBoundaries(ctx, f, precondition{!f.DryRun, ifMatch})
}

func (s *Service) takeBoundaries(ctx context.Context, f BoundaryFile, p precondition) (_ *BoundaryReport, err error) {
	defer fault.Wrap(&err, "territory.ImportBoundaries")
	if err := auth.Require(ctx, auth.ChangeUnits, auth.Scope{}); err != nil {
		return nil, err
	}
	if err := p.need(); err != nil {
		return nil, err
	}
	demo, err := s.db.Illustrative(ctx)
	if err != nil {
		return nil, err
	}
	f.Illustrative = f.Illustrative || demo
	f.Source = vntext.NFC(vntext.Squeeze(f.Source))
	switch {
	case f.Source == "" && demo:
		f.Source = i18n.T(ctx, "territory.boundary_source_demo")
	case f.Source == "":
		return nil, fault.New(fault.Invalid, "territory.boundary_no_source").At("source")
	case utf8.RuneCountInString(f.Source) > maxSourceLetters || turnsText(f.Source):
		return nil, fault.New(fault.Invalid, "territory.boundary_bad_source", maxSourceLetters).At("source")
	}
	if f.At == "" {
		f.At = s.clock.Today()
	}
	if len(f.Bytes) > maxBoundaryBytes {
		return nil, fault.New(fault.TooLarge, "territory.file_too_large", maxBoundaryBytes>>20)
	}
	c, err := geo.Read(f.Bytes, country)
	if err != nil {
		return nil, fileFault(err)
	}
	switch {
	case !c.WGS84():
		return nil, fault.New(fault.Invalid, "territory.boundary_crs", cut(c.CRS, 60))
	case len(c.Features) == 0:
		return nil, fault.New(fault.Invalid, "territory.boundary_empty")
	}
	b := &boundaries{file: f, features: c.Features, report: &BoundaryReport{At: f.At, Source: f.Source, Illustrative: f.Illustrative, Features: len(c.Features),
		Removed: []UnitBody{}, Without: []UnitBody{}, Renamed: []BoundaryProblem{}, Errors: []BoundaryProblem{}}}
	if err := b.findCodes(ctx); err != nil {
		return nil, err
	}
	var rep *BoundaryReport
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		run := *b.report // a transaction may be run again
		rep = &run
		return s.importBoundaries(ctx, tx, b, p, rep)
	})
	if err != nil {
		return nil, err
	}
	return rep, nil
}

// fileFault says why a file is no GeoJSON of outlines.
func fileFault(err error) error {
	key := "territory.boundary_not_geojson"
	switch {
	case errors.Is(err, geo.ErrTooDeep):
		key = "territory.boundary_too_deep"
	case errors.Is(err, geo.ErrTooMany):
		key = "territory.boundary_too_many"
	}
	return fault.New(fault.Invalid, key).Because(err)
}

// cut shortens a text from outside for a message, without what would turn the letters around it.
func cut(s string, n int) string {
	r := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || vntext.Turns(r) {
			return -1
		}
		return r
	}, s))
	if len(r) > n {
		return string(r[:n]) + "…"
	}
	return string(r)
}

// boundaries is a file of boundaries on its way into the tables.
type boundaries struct {
	file     BoundaryFile
	features []geo.Feature
	codes    []string // by feature
	names    []string
	report   *BoundaryReport
}

// boundaryRefusals are features refused one after another.
type boundaryRefusals []BoundaryProblem

func (b *boundaryRefusals) add(ctx context.Context, feature int, key string, args ...any) {
	*b = append(*b, BoundaryProblem{Feature: feature, Code: key, Message: i18n.T(ctx, key, args...)})
}

// findCodes finds the property that holds the codes.
func (b *boundaries) findCodes(ctx context.Context) error {
	has := func(property string) bool {
		return slices.ContainsFunc(b.features, func(f geo.Feature) bool { return f.Properties[property] != "" })
	}
	var known []string
	for _, f := range b.features {
		for p := range f.Properties {
			if !slices.Contains(known, p) && len(known) < 100 {
				known = append(known, p)
			}
		}
	}
	slices.Sort(known)
	likely := func(folded []string) string {
		for _, l := range folded {
			for _, p := range known {
				if strings.NewReplacer("_", "", ".", "").Replace(vntext.FoldTight(p)) == l {
					return p
				}
			}
		}
		return ""
	}
	property := b.file.CodeProperty
	if property == "" {
		property = likely(codeProperties)
	} else if !has(property) {
		return fault.New(fault.Invalid, "territory.boundary_no_property", cut(property, 60), cut(strings.Join(known, ", "), 200)).At("code-property")
	}
	ids := property == "" && slices.ContainsFunc(b.features, func(f geo.Feature) bool { return f.ID != "" })
	if property == "" && !ids {
		return fault.New(fault.Invalid, "territory.boundary_no_code", cut(strings.Join(known, ", "), 200))
	}
	name := likely(nameProperties)
	for _, f := range b.features {
		code := f.ID
		if !ids {
			code = f.Properties[property]
		}
		b.codes = append(b.codes, strings.TrimSpace(code))
		b.names = append(b.names, vntext.NFC(vntext.Squeeze(f.Properties[name])))
	}
	b.report.CodeProperty = property
	return nil
}

// join finds the unit of each feature and everything that is wrong.
func (b *boundaries) join(ctx context.Context, s *Service, reg *Register, rep *BoundaryReport) ([]*Unit, error) {
	units := make([]*Unit, len(b.features))
	first := map[string]int{}
	var bad boundaryRefusals
	swapped, metres := 0, 0
	for i, f := range b.features {
		code := b.codes[i]
		switch f.Problem {
		case "":
		case geo.Swapped:
			swapped++
		case geo.Metres:
			metres++
		default:
			bad.add(ctx, f.N, "territory.boundary."+string(f.Problem), cut(code, 20))
		}
		switch {
		case code == "":
			bad.add(ctx, f.N, "territory.boundary_code_missing")
			continue
		case first[code] > 0:
			bad.add(ctx, f.N, "territory.boundary_code_twice", cut(code, 20), first[code])
			continue
		}
		first[code] = f.N
		u, err := s.Bearer(ctx, reg, code, b.file.At)
		if err != nil {
			e := fault.As(err)
			if e.Code != fault.NotFound {
				return nil, err
			}
			bad.add(ctx, f.N, e.Key, append([]any{cut(code, 20)}, e.Args[1:]...)...)
			continue
		}
		units[i] = u
		rep.Joined++
		switch {
		case rep.Level == "":
			rep.Level = u.Level
		case rep.Level != u.Level:
			bad.add(ctx, f.N, "territory.boundary_levels", u.Title(ctx))
		}
		if n := b.names[i]; n != "" && !sameName(u, n) {
			rep.Renamed = append(rep.Renamed, BoundaryProblem{f.N, "territory.boundary_renamed", i18n.T(ctx, "territory.boundary_renamed", code, cut(n, 60), u.Title(ctx))})
		}
	}
	// One sentence says what happened to all of them; it stands first.
	var whole boundaryRefusals
	if swapped > 0 {
		whole.add(ctx, 0, "territory.boundary_swapped", ui.Count(ctx, swapped), ui.Count(ctx, len(b.features)))
	}
	if metres > 0 {
		whole.add(ctx, 0, "territory.boundary_metres", ui.Count(ctx, metres), ui.Count(ctx, len(b.features)))
	}
	rep.Errors = append(append(rep.Errors, whole...), bad...)
	return units, nil
}

// sameName reports whether a file's name can be that of the unit: with or without its kind, in any spelling known.
func sameName(u *Unit, written string) bool {
	key := vntext.FoldTight(written)
	for _, n := range append([]string{u.Name, u.FullName()}, u.AltNames...) {
		if f := vntext.FoldTight(n); key == f || strings.HasSuffix(key, f) {
			return true
		}
	}
	return false
}

func (s *Service) importBoundaries(ctx context.Context, tx *db.Tx, b *boundaries, p precondition, rep *BoundaryReport) error {
	reg, err := s.Register(ctx)
	if err != nil {
		return err
	}
	units, err := b.join(ctx, s, reg, rep)
	if err != nil || len(rep.Errors) > 0 {
		return err
	}
	have, err := loadOutlineHeads(ctx, tx)
	if err != nil {
		return err
	}
	sources, err := loadOutlineSources(ctx, tx)
	if err != nil {
		return err
	}
	named := map[UnitID]bool{}
	replaced := map[int64]bool{} // earlier files
	rows := make([]outlineRow, len(units))
	for i, u := range units {
		text := b.features[i].Shape.GeoJSON()
		sum := sha256.Sum256([]byte(text))
		rows[i] = outlineRow{outlineHead: outlineHead{unit: u.ID, digest: hex.EncodeToString(sum[:])}, geometry: text}
		named[u.ID] = true
		old, there := have[u.ID]
		switch {
		case !there:
			rep.Created++
		case old.digest == rows[i].digest:
			rep.Unchanged++
		default:
			rep.Updated++
		}
		if there {
			replaced[old.source] = true
		}
	}
	roster := reg.At(b.file.At)
	left := map[UnitID]bool{} // with an outline afterwards
	for id, o := range have {
		if !replaced[o.source] {
			left[id] = true
		} else if !named[id] {
			rep.Removed = append(rep.Removed, BodyOf(roster, reg.Unit(id)))
		}
	}
	for _, u := range roster.Units() {
		if u.Level == rep.Level && !named[u.ID] && !left[u.ID] && roster.home(u) {
			rep.Without = append(rep.Without, BodyOf(roster, u))
		}
	}
	sum := sha256.Sum256(b.file.Bytes)
	from := OutlineSource{Level: rep.Level, On: b.file.At, File: cut(b.file.Name, 120), Digest: hex.EncodeToString(sum[:]), Source: b.file.Source,
		Illustrative: b.file.Illustrative, AtMS: tx.NowMS, Actor: auth.Of(ctx).Login}
	same := rep.Unchanged == len(units) && len(rep.Removed) == 0 && len(replaced) == 1
	for id := range replaced {
		o := sources[id]
		same = same && o.Source == from.Source && o.Illustrative == from.Illustrative
	}
	if b.file.DryRun || same {
		return nil
	}
	if err := staleBoundaries(ctx, p, sources); err != nil {
		return err
	}
	b.thin(rows)
	if err := saveOutlines(ctx, tx, from, rows, replaced); err != nil {
		return err
	}
	entry := audit.Entry{Action: "territory.boundaries", Key: from.Digest, New: map[string]any{
		"level": rep.Level, "at": rep.At, "source": rep.Source, "illustrative": rep.Illustrative, "created": rep.Created, "updated": rep.Updated,
		"unchanged": rep.Unchanged, "removed": len(rep.Removed)}}
	if err := audit.Record(ctx, tx, entry); err != nil {
		return err
	}
	rep.Written = true
	// Pictures are kept by the revision of the territory; no figure depends on an outline, so the hooks have nothing to do.
	return tx.Bump(ctx, revision)
}

// thin draws the levels of detail: all outlines of the file together, as far as their picture shows it.
func (b *boundaries) thin(rows []outlineRow) {
	shapes := make([]geo.Shape, len(rows))
	for i := range rows {
		shapes[i] = b.features[i].Shape
	}
	frame, ok := geo.NewFrame(shapes, pictureWidth, 1)
	if !ok {
		return
	}
	for _, d := range []struct {
		detail Detail
		put    func(i int, text string)
	}{{Desk, func(i int, text string) { rows[i].desk = text }}, {Phone, func(i int, text string) { rows[i].phone = text }}} {
		for i, s := range geo.Simplify(shapes, d.detail.tolerance()*frame.Unit()) {
			d.put(i, s.Pack())
		}
	}
}

// checkOutlines returns one line for each stored outline that is not what was loaded, or cannot be drawn.
func (s *Service) checkOutlines(ctx context.Context) (out []string, err error) {
	err = eachOutline(ctx, s.db.Read(ctx), func(o outlineRow) {
		sum := sha256.Sum256([]byte(o.geometry))
		if hex.EncodeToString(sum[:]) != o.digest {
			out = append(out, fmt.Sprintf("territory: the outline of unit %d is not the one that was loaded", o.unit))
		}
		for _, packed := range []string{o.desk, o.phone} {
			if _, err := geo.Unpack(packed); err != nil {
				out = append(out, fmt.Sprintf("territory: the outline of unit %d cannot be drawn: %v", o.unit, err))
			}
		}
	})
	return out, err
}

// OutlineSource is a file of boundaries in use.
type OutlineSource struct {
	Level        Level
	On           clock.Date // day whose units its codes named
	File         string
	Digest       string // SHA-256 of the bytes
	Source       string // where the outlines come from and under what licence
	Illustrative bool
	AtMS         int64
	Actor        string
	Units        int // that have their outline from it
}

// OutlineSources returns the files of boundaries in use, the newest first. Public: pictures show their source.
func (s *Service) OutlineSources(ctx context.Context) (_ []OutlineSource, err error) {
	defer fault.Wrap(&err, "territory.OutlineSources")
	byID, err := loadOutlineSources(ctx, s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	out := make([]OutlineSource, 0, len(byID))
	for _, o := range byID {
		out = append(out, o)
	}
	slices.SortFunc(out, func(a, b OutlineSource) int { return int(b.AtMS - a.AtMS) })
	return out, nil
}

// title names a file for people: its source and the mark of what is not official.
func (o OutlineSource) title(ctx context.Context) string {
	if o.Illustrative {
		return i18n.T(ctx, "territory.boundary_illustrative", o.Source)
	}
	return o.Source
}

func turnsText(s string) bool { return strings.ContainsFunc(s, vntext.Turns) }

// place writes a feature for people: "đối tượng 12", "cả tệp".
func (p BoundaryProblem) place(ctx context.Context) string {
	if p.Feature == 0 {
		return i18n.T(ctx, "territory.whole_file")
	}
	return i18n.T(ctx, "territory.feature_n", strconv.Itoa(p.Feature))
}
