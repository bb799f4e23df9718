package territory

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"slices"
	"sort"
	"strings"
	"time"
	"unicode/utf8"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/clock"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/vntext"
	"langso/internal/platform/web"
)

// vocabulary is the list of attributes and of the values each may have, from data/vocabulary.csv.
type vocabulary []word

type word struct {
	attribute Attribute
	title     [2]string // Vietnamese, English
	value     string
	name      [2]string
}

func readVocabulary(b []byte) (vocabulary, error) {
	t, err := newTable("vocabulary.csv", b)
	if err != nil {
		return nil, err
	}
	if bad := t.need("attribute", "attribute_vi", "attribute_en", "value", "value_vi", "value_en"); len(bad) > 0 {
		return nil, bad
	}
	var v vocabulary
	for t.next() {
		v = append(v, word{
			attribute: Attribute(t.get("attribute")), title: [2]string{t.get("attribute_vi"), t.get("attribute_en")},
			value: t.get("value"), name: [2]string{t.get("value_vi"), t.get("value_en")},
		})
	}
	if len(t.bad) > 0 {
		return nil, t.bad
	}
	return v, nil
}

func (v vocabulary) has(a Attribute, value string) bool {
	for _, w := range v {
		if w.attribute == a && w.value == value {
			return true
		}
	}
	return false
}

// attributes are all attributes, in the order of the file.
func (v vocabulary) attributes() (out []Attribute) {
	for _, w := range v {
		if !slices.Contains(out, w.attribute) {
			out = append(out, w.attribute)
		}
	}
	return out
}

// attributeOf understands an id or the name in either language.
func (v vocabulary) attributeOf(text string) (Attribute, bool) {
	key := vntext.FoldTight(text)
	for _, w := range v {
		if key == vntext.FoldTight(string(w.attribute)) || key == vntext.FoldTight(w.title[0]) || key == vntext.FoldTight(w.title[1]) {
			return w.attribute, true
		}
	}
	return "", false
}

// valueOf understands a value's id or name; "-" ends the attribute and is the empty value.
func (v vocabulary) valueOf(a Attribute, text string) (string, bool) {
	if text == "-" {
		return "", true
	}
	key := vntext.FoldTight(text)
	for _, w := range v {
		if w.attribute == a && (key == vntext.FoldTight(w.value) || key == vntext.FoldTight(w.name[0]) || key == vntext.FoldTight(w.name[1])) {
			return w.value, true
		}
	}
	return "", false
}

// AttributeWords returns the name of an attribute and of a value in the language of ctx, the ids where they are unknown.
func (s *Service) AttributeWords(ctx context.Context, a Attribute, value string) (attribute, name string) {
	i := 0
	if i18n.Of(ctx) == i18n.En {
		i = 1
	}
	attribute, name = string(a), value
	for _, w := range s.words {
		if w.attribute == a {
			attribute = w.title[i]
			if w.value == value {
				return attribute, w.name[i]
			}
		}
	}
	return attribute, name
}

// maxDecisionLetters bounds the number and title of a decision.
const maxDecisionLetters = 200

// AttributeOptions say how an attribute file is taken.
type AttributeOptions struct {
	DryRun       bool
	Illustrative bool // the values are invented; in a demo database all are
}

// AttributeReport says what an attribute file did, or would do.
type AttributeReport struct {
	Written   bool               `json:"written"`
	Rows      int                `json:"rows"` // lines understood, repetitions counted once
	Created   int                `json:"created"`
	Updated   int                `json:"updated"`
	Unchanged int                `json:"unchanged"`
	Errors    []AttributeProblem `json:"errors"`

	changed []AttributeValue // the rows that are written, those whose end moves included
}

// AttributeProblem is one refused line.
type AttributeProblem struct {
	Line    int    `json:"line"`
	Code    string `json:"code"` // message key
	Message string `json:"message"`

	fault *fault.Error
}

// attributeLine is one understood line of an attribute file.
type attributeLine struct {
	code           string
	AttributeValue // Illustrative only when the line says so
	line           int
}

// ImportAttributes takes a CSV file of dated attributes: code, attribute, value, from, decision (or mã, thuộc tính, giá
// trị, từ ngày, quyết định) and, where there is one, illustrative (minh họa), comma or semicolon. The unit is the one that bears the code on the day "from". A new value
// closes the former one on the day before; "-" ends the attribute without a new value; the same line again changes
// nothing. Any refused line refuses the whole file: the report names all of them and nothing is written.
// It writes whatever stands there, for the command line. Needs auth.ChangeUnits everywhere.
func (s *Service) ImportAttributes(ctx context.Context, b []byte, o AttributeOptions) (*AttributeReport, error) {
	return s.takeAttributes(ctx, b, o, precondition{})
}

// ChangeAttributes is ImportAttributes by somebody who looked before: ifMatch is the AttributesETag that they saw. A trial
// needs none. Codes: unconditional without it; stale when a value that the file changes was written since.
func (s *Service) ChangeAttributes(ctx context.Context, b []byte, o AttributeOptions, ifMatch string) (*AttributeReport, error) {
	return s.takeAttributes(ctx, b, o, precondition{!o.DryRun, ifMatch})
}

func (s *Service) takeAttributes(ctx context.Context, b []byte, o AttributeOptions, p precondition) (_ *AttributeReport, err error) {
	defer fault.Wrap(&err, "territory.ImportAttributes")
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
	o.Illustrative = o.Illustrative || demo
	lines, problems, err := readAttributeLines(b, s.words)
	if err != nil {
		return nil, err
	}
	var rep *AttributeReport
	err = s.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var err error
		rep, err = s.importAttributes(ctx, tx, lines, problems, b, o, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	return rep, nil
}

func (s *Service) importAttributes(ctx context.Context, tx *db.Tx, lines []attributeLine, problems lineFaults, b []byte, o AttributeOptions, p precondition) (*AttributeReport, error) {
	reg, err := s.Register(ctx)
	if err != nil {
		return nil, err
	}
	problems = append(lineFaults(nil), problems...)
	values := make([]AttributeValue, 0, len(lines))
	for _, l := range lines {
		u, err := s.Bearer(ctx, reg, l.code, l.From)
		if err != nil {
			problems.add(l.line, fault.As(err))
			continue
		}
		l.Unit, l.Illustrative = u.ID, l.Illustrative || o.Illustrative
		values = append(values, l.AttributeValue)
	}
	rep := &AttributeReport{Rows: len(lines), Errors: []AttributeProblem{}}
	if len(problems) > 0 {
		sort.SliceStable(problems, func(i, j int) bool { return problems[i].line < problems[j].line })
		for _, p := range problems {
			rep.Errors = append(rep.Errors, AttributeProblem{Line: p.line, Code: p.fault.Key, Message: i18n.Message(ctx, p.fault), fault: p.fault})
		}
		return rep, nil
	}
	have, err := loadAttributes(ctx, tx)
	if err != nil {
		return nil, err
	}
	changed, counts := mergeAttributes(have, values)
	rep.Created, rep.Updated, rep.Unchanged, rep.changed = counts.created, counts.updated, counts.unchanged, changed
	if o.DryRun || len(changed) == 0 {
		return rep, nil
	}
	if err := s.staleAttributes(ctx, reg, p, have, values); err != nil {
		return nil, err
	}
	rev, err := s.bump(ctx, tx, attributesRevision)
	if err != nil {
		return nil, err
	}
	if err := saveAttributes(ctx, tx, rev, changed); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(b)
	entry := audit.Entry{Action: "territory.attributes", Key: hex.EncodeToString(sum[:]), New: map[string]any{
		"rows": rep.Rows, "created": rep.Created, "updated": rep.Updated, "unchanged": rep.Unchanged, "illustrative": o.Illustrative,
	}}
	if err := audit.Record(ctx, tx, entry); err != nil {
		return nil, err
	}
	rep.Written = true
	return rep, s.changed(ctx, tx)
}

// lineFaults are faults at lines.
type lineFaults []lineFault

type lineFault struct {
	line  int
	fault *fault.Error
}

func (p *lineFaults) add(line int, f *fault.Error) { *p = append(*p, lineFault{line, f}) }

// readAttributeLines understands everything of an attribute file that does not depend on the tables.
func readAttributeLines(b []byte, words vocabulary) (lines []attributeLine, bad lineFaults, err error) {
	t, err := newTable("", b)
	if err != nil {
		return nil, nil, err
	}
	t.alias("code", "mã", "mã đơn vị", "mã xã")
	t.alias("attribute", "thuộc tính")
	t.alias("value", "giá trị")
	t.alias("from", "từ ngày", "từ")
	t.alias("decision", "quyết định", "số quyết định")
	t.alias("illustrative", "minh họa")
	for _, f := range t.need("code", "attribute", "value", "from", "decision") {
		bad.add(1, f)
	}
	if len(bad) > 0 {
		return nil, bad, nil
	}
	type key struct {
		code string
		a    Attribute
		from clock.Date
	}
	first := map[key]attributeLine{}
	for t.next() {
		l := attributeLine{code: unescape(t.get("code")), line: t.line}
		l.Decision = unescape(t.get("decision"))
		ok := true
		refuse := func(key string, args ...any) { ok = false; bad.add(t.line, fault.New(fault.Invalid, key, args...)) }
		if l.code == "" {
			refuse("territory.attribute_no_code")
		}
		attribute, value := unescape(t.get("attribute")), unescape(t.get("value"))
		var known bool
		if l.Attribute, known = words.attributeOf(attribute); !known {
			refuse("territory.attribute_unknown", attribute)
		} else if l.Value, known = words.valueOf(l.Attribute, value); !known {
			refuse("territory.attribute_value_unknown", value, attribute)
		}
		if l.From, known = dayOf(unescape(t.get("from"))); !known {
			refuse("territory.bad_date", t.get("from"))
		}
		if l.Decision == "" {
			refuse("territory.attribute_no_decision")
		}
		if turnsText(l.Decision) || utf8.RuneCountInString(l.Decision) > maxDecisionLetters {
			refuse("territory.attribute_bad_decision", maxDecisionLetters)
		}
		switch mark := vntext.FoldTight(t.get("illustrative")); mark {
		case "", "no", "khong":
		case "yes", "co":
			l.Illustrative = true
		default:
			refuse("territory.attribute_bad_mark", t.get("illustrative"))
		}
		if !ok {
			continue
		}
		k := key{l.code, l.Attribute, l.From}
		if o, twice := first[k]; twice {
			if o.Value != l.Value || o.Decision != l.Decision || o.Illustrative != l.Illustrative {
				refuse("territory.attribute_twice", o.line)
			}
			continue
		}
		first[k] = l
		lines = append(lines, l)
	}
	for _, f := range t.bad {
		bad.add(t.line, f)
	}
	return lines, bad, nil
}

// unescape takes away the one apostrophe that our own CSV files put before text that a spreadsheet would read as a formula.
func unescape(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(s[1])) {
		return s[1:]
	}
	return s
}

// dayOf reads "2025-07-01" or, day first, "01/07/2025".
func dayOf(s string) (clock.Date, bool) {
	for _, layout := range []string{"2006-01-02", "2/1/2006"} {
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= firstYear && t.Year() <= lastYear {
			return clock.Date(t.Format("2006-01-02")), true
		}
	}
	return "", false
}

// AttributesFile writes all values that decisions gave to units from a day on, in the form that ImportAttributes reads,
// by unit, attribute and day; the file comes back unchanged. Values without a first day ship with the product and are left
// out. Public, as the values are.
func (s *Service) AttributesFile(ctx context.Context) (_ []byte, err error) {
	defer fault.Wrap(&err, "territory.AttributesFile")
	reg, err := s.Register(ctx)
	if err != nil {
		return nil, err
	}
	b := bytes.NewBufferString("\ufeff") // lets spreadsheet programs see that the text is UTF-8
	w := csv.NewWriter(b)
	_ = w.Write([]string{"code", "unit", "attribute", "value", "from", "decision", "illustrative"}) // a Buffer takes every write
	for _, u := range reg.Units() {
		for _, a := range s.words.attributes() {
			for _, v := range reg.Attributes(u.ID, a) {
				if v.From == "" {
					continue
				}
				_, value := s.AttributeWords(ctx, a, v.Value)
				if v.Value == "" {
					value = "-"
				}
				title, _ := s.AttributeWords(ctx, a, "")
				mark := "no"
				if v.Illustrative {
					mark = "yes"
				}
				_ = w.Write([]string{u.Code, web.SafeCell(u.FullName()), web.SafeCell(title), web.SafeCell(value), string(v.From), web.SafeCell(v.Decision), mark})
			}
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// SetAttribute gives one unit a dated value by decision; value "-" ends the attribute. It is a ChangeAttributes of one
// line and refuses the same. ifMatch is as for ChangeAttributes.
func (s *Service) SetAttribute(ctx context.Context, code string, a Attribute, value, from, decision string, o AttributeOptions, ifMatch string) (*AttributeReport, error) {
	b := bytes.NewBufferString("code,attribute,value,from,decision\n")
	w := csv.NewWriter(b)
	_ = w.Write([]string{web.SafeCell(code), web.SafeCell(string(a)), web.SafeCell(value), web.SafeCell(from), web.SafeCell(decision)}) // a Buffer takes every write
	w.Flush()
	return s.ChangeAttributes(ctx, b.Bytes(), o, ifMatch)
}

type mergeCounts struct{ created, updated, unchanged int }

// mergeAttributes puts values into what is there, by unit, attribute and first day, and returns the rows to be written:
// the new and corrected ones and those whose end moved because another now follows.
func mergeAttributes(have, values []AttributeValue) (changed []AttributeValue, n mergeCounts) {
	lines := map[attributeKey][]AttributeValue{}
	for _, v := range have {
		k := attributeKey{v.Unit, v.Attribute}
		lines[k] = append(lines[k], v)
	}
	dirty := map[attributeKey]map[clock.Date]bool{}
	var keys []attributeKey
	for _, v := range values {
		k := attributeKey{v.Unit, v.Attribute}
		if dirty[k] == nil {
			dirty[k] = map[clock.Date]bool{}
			keys = append(keys, k)
		}
		at := -1
		for i, o := range lines[k] {
			if o.From == v.From {
				at = i
			}
		}
		switch {
		case at < 0:
			n.created++
			lines[k] = append(lines[k], v)
			dirty[k][v.From] = true
		case lines[k][at].Value == v.Value && lines[k][at].Decision == v.Decision && lines[k][at].Illustrative == v.Illustrative:
			n.unchanged++
		default:
			n.updated++
			v.To = lines[k][at].To
			lines[k][at] = v
			dirty[k][v.From] = true
		}
	}
	for _, k := range keys {
		line := lines[k]
		sort.Slice(line, func(i, j int) bool { return line[i].From < line[j].From })
		for i, v := range line {
			to := clock.Date("")
			if i+1 < len(line) {
				to = line[i+1].From.AddDays(-1)
			}
			if v.To != to || dirty[k][v.From] {
				v.To = to
				changed = append(changed, v)
			}
		}
	}
	return changed, n
}
