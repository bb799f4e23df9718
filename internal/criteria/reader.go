package criteria

import (
	"bytes"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"langso/internal/platform/clock"
	"langso/internal/platform/vntext"

	"go.yaml.in/yaml/v3"
)

// Limits of a criteria file. The largest set known (75 indicators) takes 55 kB and 8 levels.
const (
	maxFileBytes = 2 << 20
	maxDepth     = 24
	maxText      = 4000 // characters of one text
	maxItems     = 2000 // entries of one list or mapping
)

// reader walks the YAML nodes of one file and collects every problem instead of stopping at the first.
type reader struct {
	file     string
	stored   bool // the text is in force: what a later release would refuse does not take a set away
	problems Problems
}

func (r *reader) fail(line int, key string, args ...any) {
	if len(r.problems) >= maxProblems {
		return
	}
	for i, a := range args {
		if s, ok := a.(string); ok {
			args[i] = clip(s)
		}
	}
	r.problems = append(r.problems, Problem{File: r.file, Line: line, Key: key, Args: args})
}

// clip shortens what a message repeats from the file.
func clip(s string) string {
	const most = 120
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}

// err returns what was found as an error, nil when nothing was.
func (r *reader) err() error {
	if len(r.problems) == 0 {
		return nil
	}
	return r.problems.sorted()
}

var yamlLine = regexp.MustCompile(`line (\d+)`)

// open parses b into the node of its one document and refuses what could hide or blow up content: several documents,
// anchors and aliases (a short file could stand for gigabytes), own tags, deep nesting, huge lists. It returns nil
// after reporting a problem.
func (r *reader) open(b []byte) *yaml.Node {
	if len(b) > maxFileBytes {
		r.fail(0, "criteria.file_too_large", maxFileBytes>>20)
		return nil
	}
	d := yaml.NewDecoder(bytes.NewReader(b))
	var doc yaml.Node
	if err := d.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			r.fail(1, "criteria.file_empty")
		} else {
			r.fail(lineOf(err), "criteria.file_not_yaml", strings.TrimPrefix(err.Error(), "yaml: "))
		}
		return nil
	}
	var second yaml.Node
	if err := d.Decode(&second); err == nil {
		r.fail(max(second.Line, 1), "criteria.file_several")
		return nil
	} else if !errors.Is(err, io.EOF) {
		r.fail(lineOf(err), "criteria.file_not_yaml", strings.TrimPrefix(err.Error(), "yaml: "))
		return nil
	}
	if len(doc.Content) != 1 {
		r.fail(1, "criteria.file_empty")
		return nil
	}
	if !r.safe(doc.Content[0], 1) {
		return nil
	}
	return doc.Content[0]
}

func lineOf(err error) int {
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			return n
		}
	}
	return 1
}

// safe reports whether n and all below it are plain mappings, lists and scalars within the limits.
func (r *reader) safe(n *yaml.Node, depth int) bool {
	switch {
	case depth > maxDepth:
		r.fail(n.Line, "criteria.file_deep", maxDepth)
		return false
	case n.Kind == yaml.AliasNode || n.Anchor != "":
		r.fail(n.Line, "criteria.file_alias")
		return false
	case len(n.Content) > 2*maxItems:
		r.fail(n.Line, "criteria.file_long", maxItems)
		return false
	}
	switch n.ShortTag() {
	case "!!map", "!!seq", "!!str", "!!int", "!!float", "!!bool", "!!null", "!!timestamp":
	default:
		r.fail(n.Line, "criteria.file_tag", n.ShortTag())
		return false
	}
	ok := true
	for _, c := range n.Content {
		ok = r.safe(c, depth+1) && ok
	}
	return ok
}

// fields is a mapping whose keys were checked.
type fields struct {
	r    *reader
	line int
	bad  bool // it is no mapping: one problem says so, its fields are not missed one by one
	of   map[string]*yaml.Node
}

// fields reads a mapping; a key that is not in names, or stands twice, is a problem. nil is an empty mapping.
func (r *reader) fields(n *yaml.Node, names ...string) fields {
	f := fields{r: r, of: map[string]*yaml.Node{}}
	if n == nil {
		return f
	}
	f.line, f.bad = n.Line, n.Kind != yaml.MappingNode
	for _, p := range r.pairs(n) {
		known := false
		for _, name := range names {
			known = known || name == p.key
		}
		if !known {
			r.fail(p.line, "criteria.field_unknown", p.key, strings.Join(names, ", "))
			continue
		}
		f.of[p.key] = p.value
	}
	return f
}

type pair struct {
	key   string
	line  int
	value *yaml.Node
}

// pairs returns the entries of a mapping in file order, without repeated keys.
func (r *reader) pairs(n *yaml.Node) []pair {
	if n.Kind != yaml.MappingNode {
		r.fail(n.Line, "criteria.not_mapping")
		return nil
	}
	var out []pair
	first := map[string]int{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if k.Kind != yaml.ScalarNode {
			r.fail(k.Line, "criteria.not_text")
			continue
		}
		key := vntext.NFC(k.Value)
		if line, dup := first[key]; dup {
			r.fail(k.Line, "criteria.field_twice", key, line)
			continue
		}
		first[key] = k.Line
		out = append(out, pair{key, k.Line, n.Content[i+1]})
	}
	return out
}

// has reports whether the field is there; null counts as not there.
func (f fields) has(name string) bool {
	n := f.of[name]
	return n != nil && n.ShortTag() != "!!null"
}

// need returns a field that must be there; it reports the problem and returns nil when it is not.
func (f fields) need(name string) *yaml.Node {
	if !f.has(name) {
		if !f.bad {
			f.r.fail(f.lineOf(name), "criteria.field_missing", name)
		}
		return nil
	}
	return f.of[name]
}

// lineOf returns the line of the field, or of the mapping when the field is not there.
func (f fields) lineOf(name string) int {
	if n := f.of[name]; n != nil {
		return n.Line
	}
	return f.line
}

// text returns a required text.
func (f fields) text(name string) string { return f.r.text(f.need(name)) }

// optText returns a text, "" when the field is not there.
func (f fields) optText(name string) string {
	if !f.has(name) {
		return ""
	}
	return f.r.text(f.of[name])
}

// text returns a scalar as written, composed (NFC) and with single spaces.
func (r *reader) text(n *yaml.Node) string {
	if n == nil {
		return ""
	}
	if n.Kind != yaml.ScalarNode || n.ShortTag() == "!!null" {
		r.fail(n.Line, "criteria.not_text")
		return ""
	}
	s := vntext.Squeeze(vntext.NFC(n.Value))
	switch {
	case s == "":
		r.fail(n.Line, "criteria.text_empty")
	case utf8.RuneCountInString(s) > maxText:
		r.fail(n.Line, "criteria.text_long", maxText)
	case !r.stored && strings.ContainsFunc(s, vntext.Turns):
		r.fail(n.Line, "criteria.text_turns")
	}
	return s
}

// word returns a required text that must be one of the allowed words.
func (f fields) word(name, unknownKey string, allowed ...string) string {
	n := f.need(name)
	if n == nil {
		return ""
	}
	s := f.r.text(n)
	for _, a := range allowed {
		if s == a {
			return s
		}
	}
	if s != "" {
		f.r.fail(n.Line, unknownKey, s, strings.Join(allowed, ", "))
	}
	return ""
}

// id returns a required text that must match shape.
func (f fields) id(name string, shape *regexp.Regexp) string {
	n := f.need(name)
	if n == nil {
		return ""
	}
	s := f.r.text(n)
	if s != "" && !shape.MatchString(s) {
		f.r.fail(n.Line, "criteria.id_shape", s)
		return ""
	}
	return s
}

// flag returns a yes or no, false when the field is not there.
func (f fields) flag(name string) bool {
	if !f.has(name) {
		return false
	}
	n := f.of[name]
	if n.ShortTag() != "!!bool" || n.Value != "true" && n.Value != "false" {
		f.r.fail(n.Line, "criteria.not_bool", n.Value)
		return false
	}
	return n.Value == "true"
}

// count returns a required whole number from 0 to 9999.
func (f fields) count(name string) int {
	n := f.need(name)
	if n == nil {
		return 0
	}
	v, err := strconv.Atoi(n.Value)
	if n.ShortTag() != "!!int" || err != nil || v < 0 || v > 9999 {
		f.r.fail(n.Line, "criteria.not_count", n.Value)
		return 0
	}
	return v
}

// date returns a day; required says whether it must be there.
func (f fields) date(name string, required bool) clock.Date {
	if !f.has(name) {
		if required {
			f.need(name)
		}
		return ""
	}
	n := f.of[name]
	d, err := clock.ParseDate(n.Value)
	if n.Kind != yaml.ScalarNode || err != nil {
		f.r.fail(n.Line, "criteria.not_date", n.Value)
		return ""
	}
	return d
}

// both returns the Vietnamese and English text of a field {vi: …, en: …}.
func (f fields) both(name string, required bool) (vi, en string) {
	if !f.has(name) {
		if required {
			f.need(name)
		}
		return "", ""
	}
	t := f.r.fields(f.of[name], "vi", "en")
	return t.text("vi"), t.text("en")
}

// list returns the entries of a list, none when the field is not there.
func (f fields) list(name string) []*yaml.Node {
	if !f.has(name) {
		return nil
	}
	n := f.of[name]
	if n.Kind != yaml.SequenceNode {
		f.r.fail(n.Line, "criteria.not_list", name)
		return nil
	}
	return n.Content
}

// texts returns a list of texts.
func (f fields) texts(name string) []string {
	var out []string
	for _, n := range f.list(name) {
		out = append(out, f.r.text(n))
	}
	return out
}

// known returns a list of ids of which each must be known.
func (f fields) known(name, unknownKey string, known func(id string) bool) []string {
	var out []string
	for _, n := range f.list(name) {
		id := f.r.text(n)
		if id != "" && !known(id) {
			f.r.fail(n.Line, unknownKey, id)
			continue
		}
		out = append(out, id)
	}
	return out
}
