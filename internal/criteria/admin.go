package criteria

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
)

// UploadKind is what a file holds.
type UploadKind string

const (
	UploadSet      UploadKind = "set"
	UploadOverride UploadKind = "override"
)

// keepUploads is how long a file waits for a decision.
const keepUploads = 30 * 24 * time.Hour

// Checked says what became of a file that was handed in for a decision.
type Checked struct {
	ID   int64  // number of the upload; 0 with Same
	Set  string // code of the set
	Same bool   // what the file says is there already: there is nothing to decide
}

// Upload checks a file of a set or of a decision, as LoadSet and LoadOverrides would, writes nothing of it and keeps it
// until somebody confirms it. want is the code of the set it must be about; "" = any.
// Codes: those of LoadSet and LoadOverrides; conflict for a file about another set.
func (s *Service) Upload(ctx context.Context, kind UploadKind, want, file string, body []byte) (out Checked, err error) {
	defer fault.Wrap(&err, "criteria.Upload(%s, %s)", kind, want)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return out, err
	}
	sum := sha256.Sum256(body)
	u := uploadRow{kind: string(kind), file: file, sha256: hex.EncodeToString(sum[:]), body: string(body), actor: auth.Of(ctx).Login}
	var tried Loaded
	if kind == UploadSet {
		in, err := readIncoming(file, body)
		if err != nil {
			return out, err
		}
		u.body, u.base = string(in.body), in.base
		if err := sameSet(want, in.set.Code); err != nil {
			return out, err
		}
		tried, err = s.LoadSet(ctx, file, body, true)
		if err != nil {
			return out, err
		}
	} else if tried, err = s.LoadOverrides(ctx, file, body, true); err != nil {
		return out, err
	}
	if err := sameSet(want, tried.Set); err != nil {
		return out, err
	}
	out = Checked{Set: tried.Set, Same: tried.Same}
	if tried.Same {
		return out, nil
	}
	u.set = tried.Set
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := insertUpload(ctx, tx, u, tx.NowMS-keepUploads.Milliseconds())
		if err != nil {
			return err
		}
		out.ID = id
		return audit.Record(ctx, tx, audit.Entry{Action: "criteria.upload", Key: strconv.FormatInt(id, 10), New: map[string]any{"kind": u.kind, "set": u.set, "file": u.file, "sha256": u.sha256}})
	})
	return out, err
}

func sameSet(want, got string) error {
	if want == "" || want == got {
		return nil
	}
	return fault.New(fault.Conflict, "criteria.upload_other_set", clip(got), want)
}

// Pending is a file that was checked, held against what is in force now.
type Pending struct {
	ID        int64
	Kind      UploadKind
	State     string // "pending" | "written" | "dropped"
	File      string
	Actor     string
	CreatedMS int64
	Set       *Set      // of a set: as the file has it; of a decision: in force today, without it
	Old       *Set      // of a set: the newest version; nil for a first one
	Changes   []Change  // of a set
	Override  *Override // of a decision
	// IfMatch names the state that the changes were worked out against; Confirm wants it back.
	IfMatch string
	// Unreadable says why the file cannot be read any more, for instance because the set that its decision is about has
	// changed since; it can only be discarded.
	Unreadable Problems
	// Outdated: the file is a workbook of a version that has been replaced since; it cannot be confirmed any more.
	Outdated bool
}

// Pending returns an upload; not_found when there is none of this set.
func (s *Service) Pending(ctx context.Context, code string, id int64) (_ *Pending, err error) {
	defer fault.Wrap(&err, "criteria.Pending(%d)", id)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	u, err := upload(ctx, s.db.Read(ctx), id)
	if err == nil && u.set != code {
		err = fault.New(fault.NotFound, "criteria.upload_unknown", id)
	}
	if err != nil {
		return nil, err
	}
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	p := &Pending{ID: u.id, Kind: UploadKind(u.kind), State: u.state, File: u.file, Actor: u.actor, CreatedMS: u.createdMS, Old: find(st.current, u.set), IfMatch: st.stamp(u.set)}
	if u.state != "pending" {
		p.Set = p.Old
		return p, nil
	}
	if p.Kind == UploadOverride {
		if p.Set, err = s.Effective(ctx, p.Old, ""); err == nil {
			p.Override, err = ParseOverride(u.file, []byte(u.body), st.current)
		}
		if errors.As(err, &p.Unreadable) {
			err = nil
		}
		return p, err
	}
	if p.Set, err = Parse(u.file, []byte(u.body)); errors.As(err, &p.Unreadable) {
		p.Set = p.Old
		return p, nil
	} else if err != nil {
		return nil, err
	}
	p.Changes = Diff(p.Old, p.Set)
	p.Outdated = u.base != "" && (p.Old == nil || p.Old.SHA256 != u.base)
	return p, nil
}

// stamp names what is in force of a set: its newest version and decision.
func (st *state) stamp(code string) string {
	var version, decision int64
	if set := find(st.current, code); set != nil {
		version = set.Version
	}
	for _, o := range st.overrides {
		if o.set == code {
			decision = o.id
		}
	}
	return fmt.Sprintf("%d-%d", version, decision)
}

// Confirm writes an upload. ifMatch is the IfMatch of the Pending that was shown.
// Codes: unconditional without it; stale when something else was written since; conflict for an upload decided on before;
// those of LoadSet and LoadOverrides.
func (s *Service) Confirm(ctx context.Context, code string, id int64, ifMatch string) (out Loaded, err error) {
	defer fault.Wrap(&err, "criteria.Confirm(%d)", id)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return out, err
	}
	if ifMatch == "" {
		return out, fault.New(fault.Unconditional, "criteria.no_if_match")
	}
	demo, err := s.db.Illustrative(ctx)
	if err != nil {
		return out, err
	}
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := s.open(ctx, tx, code, id)
		if err != nil {
			return err
		}
		st, err := s.load(ctx)
		if err != nil {
			return err
		}
		if st.stamp(u.set) != ifMatch {
			return fault.New(fault.Stale, "criteria.stale")
		}
		if UploadKind(u.kind) == UploadOverride {
			out, err = s.addOverride(ctx, tx, u.file, []byte(u.body), demo)
		} else {
			var set *Set
			if set, err = Parse(u.file, []byte(u.body)); err != nil {
				return err
			}
			in := &incoming{file: u.file, set: set, body: []byte(u.body), base: u.base}
			out, err = s.addSet(ctx, tx, in, u.file)
		}
		if err != nil {
			return err
		}
		return closeUpload(ctx, tx, id, "written")
	})
	if err != nil {
		return Loaded{}, err
	}
	return out, nil
}

// open returns an upload that nobody has decided on.
func (s *Service) open(ctx context.Context, q db.Querier, code string, id int64) (uploadRow, error) {
	u, err := upload(ctx, q, id)
	switch {
	case err != nil:
		return u, err
	case u.set != code:
		return u, fault.New(fault.NotFound, "criteria.upload_unknown", id)
	case u.state != "pending":
		return u, fault.New(fault.Conflict, "criteria.upload_closed")
	}
	return u, nil
}

// Discard drops an upload. Codes: not_found, conflict for one that was decided on.
func (s *Service) Discard(ctx context.Context, code string, id int64) (err error) {
	defer fault.Wrap(&err, "criteria.Discard(%d)", id)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		u, err := s.open(ctx, tx, code, id)
		if err != nil {
			return err
		}
		if err := closeUpload(ctx, tx, id, "dropped"); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "criteria.discard", Key: strconv.FormatInt(id, 10), Old: map[string]any{"set": u.set, "sha256": u.sha256}})
	})
}

// waiting returns the uploads that nobody has decided on, of one set or ("") all.
func (s *Service) waiting(ctx context.Context, code string) ([]uploadRow, error) {
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	all, err := pendingUploads(ctx, s.db.Read(ctx))
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(all, func(u uploadRow) bool { return code != "" && u.set != code }), nil
}

// VersionInfo is one stored version of a set.
type VersionInfo struct {
	ID       int64
	SHA256   string
	File     string // name of the file it came from
	Actor    string // login; "" = the release, or not known
	LoadedMS int64
	Shipped  bool // came with a release of the product
	Current  bool
}

// History returns the versions of a set, the newest first; not_found when there is no such set.
func (s *Service) History(ctx context.Context, code string) ([]VersionInfo, error) {
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	set, err := s.Current(ctx, code)
	if err != nil {
		return nil, err
	}
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	var out []VersionInfo
	for _, v := range slices.Backward(st.versions) {
		if v.code == code {
			out = append(out, VersionInfo{v.id, v.sha256, v.file, v.actor, v.loadedMS, v.shipped, v.id == set.Version})
		}
	}
	return out, nil
}

// setFile returns the file of a version as it is stored.
func (s *Service) setFile(ctx context.Context, version int64) ([]byte, error) {
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	_, body, err := versionBody(ctx, s.db.Read(ctx), version)
	return []byte(body), err
}

// DecisionInfo is one stored file of a decision.
type DecisionInfo struct {
	*Override
	File     string
	Actor    string
	LoadedMS int64
	InForce  bool // the newest file of its decision, and valid today
	Replaced bool // a newer file of the decision counts
}

// Decisions returns the files of decisions about a set, the newest first.
func (s *Service) Decisions(ctx context.Context, set *Set) ([]DecisionInfo, error) {
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	newest := newestFiles(st.overrides, set.Code)
	var out []DecisionInfo
	for _, row := range slices.Backward(st.overrides) {
		if row.set != set.Code {
			continue
		}
		o, err := s.override(ctx, row, set)
		if err != nil {
			return nil, err
		}
		counts := slices.ContainsFunc(newest, func(x overrideRow) bool { return x.id == row.id })
		out = append(out, DecisionInfo{o, row.file, row.actor, row.loadedMS, counts && row.validFrom <= s.clock.Today(), !counts})
	}
	return out, nil
}

// decisionFile returns the stored file of a decision about a set.
func (s *Service) decisionFile(ctx context.Context, code string, id int64) ([]byte, error) {
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return nil, err
	}
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(st.overrides, func(o overrideRow) bool { return o.id == id && o.set == code }) {
		return nil, fault.New(fault.NotFound, "criteria.override_unknown", id)
	}
	_, body, err := overrideBody(ctx, s.db.Read(ctx), id)
	return []byte(body), err
}

// DecisionForm is a decision as a form has it. Levels has one indicator a line: "2.1: 100", "2.2: tn=80; dhntb=85",
// "8.4: Đạt".
type DecisionForm struct {
	Set, Decision, DecidedOn, ValidFrom, Note, Levels string
}

// file writes the decision as a file of overrides, so that one reader checks forms and files. Line n of Levels stands in
// line head+n of it. Codes: invalid at the field that is missing or is no day; Problems with the lines of Levels that have
// another form.
func (f DecisionForm) file() (body []byte, head int, err error) {
	var b strings.Builder
	for _, x := range []struct{ field, name, value, missing string }{
		{"", "set", f.Set, "criteria.field_missing"}, {fieldDecision, "decision", f.Decision, "criteria.decision_missing"},
		{fieldDecidedOn, "decided_on", f.DecidedOn, "criteria.decided_on_missing"}, {fieldValidFrom, "valid_from", f.ValidFrom, "criteria.valid_from_missing"}, {"", "note", f.Note, ""},
	} {
		value := vntext.Squeeze(x.value)
		switch {
		case value == "" && x.missing == "":
			continue
		case value == "":
			return nil, 0, fault.New(fault.Invalid, x.missing, x.name).At(x.field)
		case x.field == fieldDecidedOn || x.field == fieldValidFrom:
			if _, err := clock.ParseDate(value); err != nil {
				return nil, 0, fault.New(fault.Invalid, "criteria.not_date", clip(value)).At(x.field)
			}
		default:
			value = quoted(value)
		}
		fmt.Fprintf(&b, "%s: %s\n", x.name, value)
		head++
	}
	b.WriteString("thresholds:\n")
	head++
	var wrong Problems
	found := false
	for k, line := range strings.Split(f.Levels, "\n") {
		line = vntext.Squeeze(vntext.NFC(line))
		if line == "" {
			b.WriteString("\n")
			continue
		}
		found = true
		id, rest, _ := strings.Cut(line, ":")
		level, ok := levelsLine(strings.TrimSpace(rest))
		if !ok {
			wrong = append(wrong, Problem{File: f.Decision, Line: k + 1, Key: "criteria.levels_line", Args: []any{clip(line)}})
		}
		fmt.Fprintf(&b, "  %s: %s\n", quoted(strings.TrimSpace(id)), level)
	}
	switch {
	case !found:
		return nil, 0, fault.New(fault.Invalid, "criteria.levels_missing").At(fieldLevels)
	case len(wrong) > 0:
		return nil, 0, wrong
	}
	return []byte(b.String()), head, nil
}

// levelsLine turns "100", "Đạt" or "tn=80; dhntb=85" into the value of a threshold in a file.
func levelsLine(text string) (string, bool) {
	if text == "" {
		return "", false
	}
	if !strings.Contains(text, "=") {
		return levelLiteral(text), true
	}
	var parts []string
	for _, part := range strings.Split(text, ";") {
		key, value, ok := strings.Cut(part, "=")
		key, value = strings.TrimSpace(key), strings.TrimSpace(value)
		if !ok || key == "" || value == "" {
			return "", false
		}
		parts = append(parts, quoted(key)+": "+levelLiteral(value))
	}
	return "{" + strings.Join(parts, ", ") + "}", true
}

// levelLiteral writes a number as a number, with a comma or a percent sign too, and anything else as a text.
func levelLiteral(text string) string {
	number := strings.Replace(strings.TrimSpace(strings.TrimSuffix(text, "%")), ",", ".", 1)
	if decimalShape.MatchString(number) {
		return number
	}
	return quoted(text)
}

// quoted writes a text as a JSON string, which YAML reads as the same text.
func quoted(s string) string { return strconv.QuoteToGraphic(strings.ToValidUTF8(s, "")) }

// Verified returns the newest version of a set as its file says, without decisions of the province, with what was verified
// since marked so.
func (s *Service) Verified(ctx context.Context, code string) (*Set, error) {
	set, err := s.Current(ctx, code)
	if err != nil {
		return nil, err
	}
	st, err := s.load(ctx)
	if err != nil {
		return nil, err
	}
	return set.with(nil, set.verifications(st.verified)), nil
}

// Verify records that indicators of the newest version of a set were held against source: their wording and level are those
// of the law. version is the one whose texts were read.
// Codes: invalid without indicators or source, unconditional, stale, not_found.
func (s *Service) Verify(ctx context.Context, code string, ids []string, source, version string) (err error) {
	defer fault.Wrap(&err, "criteria.Verify(%s)", code)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return err
	}
	source = vntext.Squeeze(vntext.NFC(source))
	switch {
	case version == "":
		return fault.New(fault.Unconditional, "criteria.no_if_match")
	case len(ids) == 0:
		return fault.New(fault.Invalid, "criteria.verify_none").At(fieldIndicators)
	case source == "":
		return fault.New(fault.Invalid, "criteria.verify_source").At(fieldSource)
	case utf8.RuneCountInString(source) > 300:
		return fault.New(fault.Invalid, "criteria.text_long", 300).At(fieldSource)
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := s.Current(ctx, code)
		if err != nil {
			return err
		}
		if strconv.FormatInt(set.Version, 10) != version {
			return fault.New(fault.Stale, "criteria.stale_verify")
		}
		for _, id := range ids {
			i := set.Indicator(id)
			if i == nil {
				return fault.New(fault.NotFound, "criteria.indicator_unknown", clip(id), code)
			}
			v := verificationRow{set: code, indicator: id, content: set.content(i), source: source, actor: auth.Of(ctx).Login}
			if err := insertVerification(ctx, tx, v); err != nil {
				return err
			}
		}
		if err := tx.Bump(ctx, revision); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "criteria.verify", Key: code, New: map[string]any{"version": set.Version, "indicators": ids, "source": source}})
	})
}

// Withdraw takes back what Verify recorded about one indicator. Codes: not_found when nothing is recorded.
func (s *Service) Withdraw(ctx context.Context, code, indicator string) (err error) {
	defer fault.Wrap(&err, "criteria.Withdraw(%s, %s)", code, indicator)
	if err := auth.Require(ctx, auth.ChangeCriteria, auth.Scope{}); err != nil {
		return err
	}
	return s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		set, err := s.Current(ctx, code)
		if err != nil {
			return err
		}
		st, err := s.load(ctx)
		if err != nil {
			return err
		}
		m := set.verifications(st.verified)[indicator]
		if m == nil {
			return fault.New(fault.NotFound, "criteria.verification_unknown", clip(indicator))
		}
		v := verificationRow{set: code, indicator: indicator, content: set.content(set.Indicator(indicator)), source: m.Source, withdrawn: true, actor: auth.Of(ctx).Login}
		if err := insertVerification(ctx, tx, v); err != nil {
			return err
		}
		if err := tx.Bump(ctx, revision); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "criteria.withdraw", Key: code + "/" + indicator, Old: map[string]any{"source": m.Source, "by": m.By}})
	})
}
