package territory

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

//go:embed data
var shipped embed.FS

//go:embed demo/attributes.csv
var demoAttributes []byte

// revision is the name under which the tables' changes are counted.
const revision = "territory"

// metaInstalled holds the digest of the shipped files that the tables were last loaded from.
const metaInstalled = "territory.installed"

// Service answers questions about the territory and changes it. Safe for concurrent use.
type Service struct {
	db    *db.DB
	clock *clock.Clock
	log   *slog.Logger
	words vocabulary
	hooks []func(ctx context.Context, tx *db.Tx) error

	cached  atomic.Pointer[Register]
	private atomic.Pointer[privateRegister]
	drawn   drawings
}

// privateRegister is what one running transaction sees of its own changes; nobody else may see it.
type privateRegister struct {
	tx  *db.Tx
	reg *Register
}

// OnChange makes f run in the transaction of every change of units or attributes, after the change; an error of f undoes
// it. Inside f, Register sees the change. Call it only while the program is put together.
func (s *Service) OnChange(f func(ctx context.Context, tx *db.Tx) error) {
	s.hooks = append(s.hooks, f)
}

// Register returns the territory as the tables hold it now. It asks for their revision and builds anew only after a
// change, so it is right on every node at the next request.
func (s *Service) Register(ctx context.Context) (_ *Register, err error) {
	defer fault.Wrap(&err, "territory.Register")
	rev, err := s.db.Revision(ctx, revision)
	if err != nil {
		return nil, err
	}
	if r := s.cached.Load(); r != nil && r.rev == rev {
		return r, nil
	}
	// A transaction that changed the tables has a revision of its own, which may be undone or be given to another change.
	if tx, inside := s.db.Read(ctx).(*db.Tx); inside {
		if p := s.private.Load(); p != nil && p.tx == tx && p.reg.rev == rev {
			return p.reg, nil
		}
		r, err := s.build(ctx)
		if err == nil {
			s.private.Store(&privateRegister{tx, r})
		}
		return r, err
	}
	r, err := s.build(ctx)
	if err != nil {
		return nil, err
	}
	if old := s.cached.Load(); old == nil || old.rev < r.rev {
		s.cached.CompareAndSwap(old, r)
	}
	return r, nil
}

func (s *Service) build(ctx context.Context) (r *Register, err error) {
	err = s.db.Snapshot(ctx, func(ctx context.Context) error {
		rev, err := s.db.Revision(ctx, revision)
		if err != nil {
			return err
		}
		c, err := load(ctx, s.db.Read(ctx))
		if err == nil {
			r = newRegister(rev, c)
		}
		return err
	})
	return r, err
}

// Revision counts the changes of the tables; what was derived from one revision may be kept until it moves.
func (s *Service) Revision(ctx context.Context) (int64, error) { return s.db.Revision(ctx, revision) }

// Today returns the territory of the present day.
func (s *Service) Today(ctx context.Context) (*Roster, error) {
	r, err := s.Register(ctx)
	if err != nil {
		return nil, err
	}
	return r.At(s.clock.Today()), nil
}

// Resolve finds the commune-level unit or district that an address names. Code and slug together ("24805-xuan-tho") name
// one; candidates is nil then. Of a code alone or an unknown slug the candidates are all units that ever bore the code,
// the newest first, and unit is nil. A code that nobody ever bore is not_found territory.no_such_unit.
func (s *Service) Resolve(ctx context.Context, maTen string) (unit *Unit, candidates []*Unit, err error) {
	r, err := s.Register(ctx)
	if err != nil {
		return nil, nil, err
	}
	code, _, _ := strings.Cut(maTen, "-")
	for _, u := range r.ByCode(code) {
		if u.Slug() == maTen {
			return u, nil, nil
		}
	}
	if list := r.ByCode(code); len(list) > 0 {
		return nil, list, nil
	}
	return nil, nil, fault.New(fault.NotFound, "territory.no_such_unit", code)
}

// Bearer returns the unit that bore code on day d. Otherwise it is not_found territory.code_unknown_at, which names the
// days on which the code meant something, or territory.no_such_unit when it never did.
func (s *Service) Bearer(ctx context.Context, r *Register, code string, d clock.Date) (*Unit, error) {
	if u := r.At(d).ByCode(code); u != nil {
		return u, nil
	}
	list := r.ByCode(code)
	if len(list) == 0 {
		return nil, fault.New(fault.NotFound, "territory.no_such_unit", code)
	}
	words := make([]string, len(list))
	for i, u := range list {
		words[len(list)-1-i] = u.Title(ctx) + " (" + u.Life(ctx) + ")"
	}
	return nil, fault.New(fault.NotFound, "territory.code_unknown_at", code, ui.Date(ctx, d), strings.Join(words, "; "))
}

// Life says in the language of ctx when the unit existed: "từ 01/07/2025", "đến 30/06/2025", "01/12/2024–30/06/2025".
func (u *Unit) Life(ctx context.Context) string {
	switch {
	case u.From == "" && u.To == "":
		return i18n.T(ctx, "territory.life_always")
	case u.From == "":
		return i18n.T(ctx, "territory.life_until", ui.Date(ctx, u.To))
	case u.To == "":
		return i18n.T(ctx, "territory.life_since", ui.Date(ctx, u.From))
	}
	return ui.Date(ctx, u.From) + "–" + ui.Date(ctx, u.To)
}

// UnitReport says what an import of units did.
type UnitReport struct {
	Units, Edges, Attributes int // rows in the file
}

// ImportUnits loads a territory file: units that the file names are created or replaced with their parents and the edges
// into them, all others stay. Nothing is written when units and edges as a whole would not be right (Refusals).
// digest identifies the bytes in the audit.
func (s *Service) ImportUnits(ctx context.Context, src *Source, digest string) (_ UnitReport, err error) {
	defer fault.Wrap(&err, "territory.ImportUnits")
	if err := auth.Require(ctx, auth.ChangeUnits, auth.Scope{}); err != nil {
		return UnitReport{}, err
	}
	rep := UnitReport{Units: len(src.units), Edges: len(src.edges), Attributes: len(src.attributes)}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.importUnits(ctx, tx, src, digest)
	})
	return rep, err
}

func (s *Service) importUnits(ctx context.Context, tx *db.Tx, src *Source, digest string) error {
	have, err := load(ctx, tx)
	if err != nil {
		return err
	}
	replaced := make(map[UnitID]bool, len(src.units))
	for i := range src.units {
		replaced[src.units[i].ID] = true
	}
	units, edges := append([]unitRow(nil), src.units...), append([]edgeRow(nil), src.edges...)
	known := make(map[UnitID]bool, len(units)+len(have.units))
	for _, u := range have.units {
		if !replaced[u.ID] {
			units = append(units, u)
		}
	}
	for _, e := range have.edges {
		if !replaced[e.To] {
			edges = append(edges, e)
		}
	}
	for i := range units {
		known[units[i].ID] = true
	}
	bad := verify(units, edges)
	var given []AttributeValue
	for _, a := range src.attributes {
		switch {
		case !known[a.Unit]:
			bad = append(bad, fault.New(fault.Invalid, "territory.file_unknown_unit", int64(a.Unit)).At(a.at))
		case !s.words.has(a.Attribute, a.Value):
			bad = append(bad, fault.New(fault.Invalid, "territory.attribute_value_unknown", a.Value, string(a.Attribute)).At(a.at))
		}
		given = append(given, a.AttributeValue)
	}
	if len(bad) > 0 {
		return bad
	}
	if err := saveUnits(ctx, tx, src); err != nil {
		return err
	}
	merged, _ := mergeAttributes(have.attributes, given)
	rev, err := s.bump(ctx, tx, attributesRevision)
	if err != nil {
		return err
	}
	if err := saveAttributes(ctx, tx, rev, merged); err != nil {
		return err
	}
	entry := audit.Entry{Action: "territory.units", Key: digest, New: map[string]int{"units": len(src.units), "edges": len(src.edges), "attributes": len(src.attributes)}}
	if err := audit.Record(ctx, tx, entry); err != nil {
		return err
	}
	return s.changed(ctx, tx)
}

// changed moves the revision and runs the hooks.
func (s *Service) changed(ctx context.Context, tx *db.Tx) error {
	if err := tx.Bump(ctx, revision); err != nil {
		return err
	}
	for _, f := range s.hooks {
		if err := f(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// LoadUnits loads a territory file, as ImportUnits does, from a folder in the format of the shipped data (file.go).
func (s *Service) LoadUnits(ctx context.Context, files fs.FS) (_ UnitReport, err error) {
	defer fault.Wrap(&err, "territory.LoadUnits")
	if err := auth.Require(ctx, auth.ChangeUnits, auth.Scope{}); err != nil {
		return UnitReport{}, err
	}
	src, err := ReadSource(files)
	if err != nil {
		return UnitReport{}, err
	}
	digest, err := digestOf(files)
	if err != nil {
		return UnitReport{}, err
	}
	return s.ImportUnits(ctx, src, digest)
}

// Install loads the shipped files when the tables were not loaded from exactly these bytes before; otherwise it asks one
// question and does nothing.
func (s *Service) Install(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "territory.Install")
	digest, err := digestOf(shipped)
	if err != nil {
		return err
	}
	if done, err := s.db.Meta(ctx, metaInstalled); err != nil || done == digest {
		return err
	}
	folder, err := fs.Sub(shipped, "data")
	if err != nil {
		return err
	}
	src, err := ReadSource(folder)
	if err != nil {
		return err
	}
	start := time.Now()
	ctx = auth.With(ctx, auth.Actor{Kind: auth.System, Login: "install", Name: "langso"})
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// Another node may have been quicker.
		if done, err := s.db.Meta(ctx, metaInstalled); err != nil || done == digest {
			return err
		}
		if err := s.importUnits(ctx, tx, src, digest); err != nil {
			return err
		}
		return tx.SetMeta(ctx, metaInstalled, digest)
	})
	if err == nil {
		s.log.InfoContext(ctx, "territory installed", "units", len(src.units), "dur_ms", time.Since(start).Milliseconds())
	}
	return err
}

// digestOf is the SHA-256 over names and contents of all files, in order of name.
func digestOf(files fs.FS) (string, error) {
	h := sha256.New()
	err := fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := fs.ReadFile(files, path)
		if err != nil {
			return err
		}
		fmt.Fprintf(h, "%s %d\n", path, len(b))
		h.Write(b)
		return nil
	})
	return hex.EncodeToString(h.Sum(nil)), err
}

// Demo gives the illustrative province commune groups and specially difficult communes; every row is marked as
// illustrative. The region needs no such rows, it comes from the shipped files.
func (s *Service) Demo(ctx context.Context) (err error) {
	defer fault.Wrap(&err, "territory.Demo")
	rep, err := s.ImportAttributes(auth.With(ctx, auth.CLI()), demoAttributes, AttributeOptions{Illustrative: true})
	if err == nil && len(rep.Errors) > 0 {
		return Refusals{rep.Errors[0].fault}
	}
	return err
}

// Check returns one line for each thing wrong with the stored territory.
func (s *Service) Check(ctx context.Context) ([]string, error) {
	c, err := load(ctx, s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	var out []string
	if len(c.units) == 0 {
		out = append(out, "territory: no units are loaded")
	}
	for _, f := range verify(c.units, c.edges) {
		out = append(out, "territory: "+f.Error())
	}
	for i, a := range c.attributes {
		if i > 0 {
			if p := c.attributes[i-1]; p.Unit == a.Unit && p.Attribute == a.Attribute && until(p.To) != a.From {
				out = append(out, fmt.Sprintf("territory: unit %d has a gap or an overlap in %s at %s", a.Unit, a.Attribute, a.From))
			}
		}
	}
	broken, err := s.checkOutlines(ctx)
	return append(out, broken...), err
}
