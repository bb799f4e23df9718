package territory

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// Names under which the changes are counted of what two people may change at the same time. revision counts what a
// register is built from; boundaries are known by the files in use.
const (
	attributesRevision = "territory.attributes"
	hamletsRevision    = "territory.hamlets"
)

// bump counts a change and returns the new revision.
func (s *Service) bump(ctx context.Context, tx *db.Tx, name string) (int64, error) {
	if err := tx.Bump(ctx, name); err != nil {
		return 0, err
	}
	return s.db.Revision(ctx, name)
}

// AttributesETag names the state of all attribute values; ChangeAttributes and SetAttribute want it back. Public, as the
// values are.
func (s *Service) AttributesETag(ctx context.Context) (string, error) {
	return s.etag(ctx, attributesRevision)
}

// HamletsETag names the state of all hamlets; ChangeHamlets wants it back.
func (s *Service) HamletsETag(ctx context.Context) (string, error) {
	return s.etag(ctx, hamletsRevision)
}

func (s *Service) etag(ctx context.Context, name string) (string, error) {
	rev, err := s.db.Revision(ctx, name)
	return strconv.FormatInt(rev, 10), err
}

// BoundariesETag names the files of boundaries in use; ChangeBoundaries wants it back.
func (s *Service) BoundariesETag(ctx context.Context) (string, error) {
	sources, err := loadOutlineSources(ctx, s.db.Read(ctx))
	return sourcesETag(sources), err
}

func sourcesETag(sources map[int64]OutlineSource) string {
	if len(sources) == 0 {
		return "0"
	}
	sum := sha256.Sum256(fmt.Append(nil, slices.Sorted(maps.Keys(sources))))
	return hex.EncodeToString(sum[:8])
}

// precondition is the state that a writer saw. The zero value asks for nothing: the command line and the first data write
// whatever stands there.
type precondition struct {
	asked bool
	etag  string
}

// need refuses a writer who does not say what they saw.
func (p precondition) need() error {
	if p.asked && p.etag == "" {
		return fault.New(fault.Unconditional, "territory.no_version")
	}
	return nil
}

// revision is the number that an entity tag of a counted thing holds; nobody saw a later one than now.
func (p precondition) revision(now int64) (int64, error) {
	rev, err := strconv.ParseInt(p.etag, 10, 64)
	if err != nil || rev < 0 || rev > now {
		return 0, fault.New(fault.Stale, "territory.stale")
	}
	return rev, nil
}

// maxStaleNames bounds how many changes a refusal names.
const maxStaleNames = 3

// named lists what changed; the rest is counted.
func named(ctx context.Context, list []string) string {
	if more := len(list) - maxStaleNames; more > 0 {
		return strings.Join(list[:maxStaleNames], "; ") + "; " + i18n.T(ctx, "territory.stale_more", ui.Count(ctx, more))
	}
	return strings.Join(list, "; ")
}

// staleAttributes refuses values for a unit and attribute that somebody gave another one since.
func (s *Service) staleAttributes(ctx context.Context, reg *Register, p precondition, have, values []AttributeValue) error {
	if !p.asked {
		return nil
	}
	now, err := s.db.Revision(ctx, attributesRevision)
	if err != nil {
		return err
	}
	seen, err := p.revision(now)
	if err != nil {
		return err
	}
	wanted := map[attributeKey]bool{}
	for _, v := range values {
		wanted[attributeKey{v.Unit, v.Attribute}] = true
	}
	var since []string
	for _, v := range have {
		if v.rev <= seen || !wanted[attributeKey{v.Unit, v.Attribute}] {
			continue
		}
		if v.To != "" && slices.ContainsFunc(have, func(next AttributeValue) bool {
			return next.Unit == v.Unit && next.Attribute == v.Attribute && next.rev > seen && next.From == v.To.AddDays(1)
		}) {
			continue // it ended because of the value that follows, which is told
		}
		title, name := s.AttributeWords(ctx, v.Attribute, v.Value)
		if v.Value == "" {
			name = i18n.T(ctx, "territory.value_ends")
		}
		since = append(since, i18n.T(ctx, "territory.stale_value", reg.Unit(v.Unit).Title(ctx), title, name, v.Decision))
	}
	if len(since) > 0 {
		return fault.New(fault.Stale, "territory.stale_attributes", named(ctx, since))
	}
	return nil
}

// staleHamlets refuses a list of communes of which somebody changed a hamlet since.
func (s *Service) staleHamlets(ctx context.Context, reg *Register, p precondition, have []Hamlet) error {
	if !p.asked {
		return nil
	}
	now, err := s.db.Revision(ctx, hamletsRevision)
	if err != nil {
		return err
	}
	seen, err := p.revision(now)
	if err != nil {
		return err
	}
	var since []string
	for _, h := range have {
		if h.rev > seen {
			since = append(since, h.Name+", "+reg.Unit(h.Unit).Title(ctx))
		}
	}
	if len(since) > 0 {
		return fault.New(fault.Stale, "territory.stale_hamlets", named(ctx, since))
	}
	return nil
}

// staleBoundaries refuses a file when somebody loaded another one since.
func staleBoundaries(ctx context.Context, p precondition, sources map[int64]OutlineSource) error {
	if !p.asked || p.etag == sourcesETag(sources) {
		return nil
	}
	var last OutlineSource
	for _, o := range sources {
		if o.AtMS >= last.AtMS {
			last = o
		}
	}
	if last.AtMS == 0 {
		return fault.New(fault.Stale, "territory.stale")
	}
	ctx, err := auth.Introduce(ctx, last.Actor)
	if err != nil {
		return err
	}
	return fault.New(fault.Stale, "territory.stale_boundaries", last.File, ui.DateTime(ctx, time.UnixMilli(last.AtMS)), ui.Person(ctx, last.Actor))
}
