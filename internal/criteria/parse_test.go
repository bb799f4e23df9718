package criteria

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"

	"golang.org/x/text/unicode/norm"
)

// mistakes are changes of the trial set, each with the problem it must give and a piece of the changed text that stands
// on the line the problem must name; in a piece over several lines ¶ stands before the line that is meant.
var mistakes = []struct {
	name, old, new string
	key, at        string
}{
	{"unknown field", "applies_to: commune", "applies_to: commune\napplys: x", "criteria.field_unknown", "applys"},
	{"unknown field deep down", "compare: \">=\"}", "compare: \">=\", comparison: x}", "criteria.field_unknown", "comparison"},
	{"field twice", "level: ntm", "level: ntm\nlevel: ntm", "criteria.field_twice", "level: ntm\n¶level: ntm"},
	{"field missing", "level: ntm\n", "", "criteria.field_missing", "code:"},
	{"threshold missing", "            threshold: {nhom1: 90, nhom2: null}\n", "", "criteria.field_missing", "id: \"1.1\""},
	{"unknown level", "level: ntm", "level: cao", "criteria.level_unknown", "level: cao"},
	{"not for communes", "applies_to: commune", "applies_to: province", "criteria.applies_unknown", "province"},
	{"programme backwards", "2026-2030", "2030-2026", "criteria.programme_backwards", "2030-2026"},
	{"bad date", "level: ntm", "level: ntm\neffective_from: 2026-02-30", "criteria.not_date", "2026-02-30"},
	{"bad flag", "level: ntm", "level: ntm\nstructure_only: có", "criteria.not_bool", "structure_only"},
	{"bad code", "code: nhom", "code: Nhóm một", "criteria.id_shape", "code:"},
	{"mapping wanted", "official: {criteria: 1, indicators: 2}", "official: 12", "criteria.not_mapping", "official"},
	{"list wanted", "legal_basis: [\"1/QĐ-TTg\"]", "legal_basis: \"1/QĐ-TTg\"", "criteria.not_list", "legal_basis"},
	{"text wanted", "code: nhom", "code: [nhom]", "criteria.not_text", "code:"},
	{"empty text", "vi: \"Bộ thử\"", "vi: \" \"", "criteria.text_empty", "title: {vi: \" \""},
	{"long text", "vi: \"Bộ thử\"", "vi: \"" + strings.Repeat("ộ", 4001) + "\"", "criteria.text_long", "ộộ"},
	{"criterion twice", "    criteria:\n", "    criteria:\n      - {id: \"1\", title: {vi: a, en: b}, indicators: []}\n", "criteria.id_twice_at", "      - id: \"1\""},
	{"indicator twice", "id: \"1.2\"", "id: \"1.1\"", "criteria.id_twice_at", "low\n¶          - id: \"1.1\""},
	{"indicator of another criterion", "id: \"1.2\"", "id: \"2.1\"", "criteria.indicator_elsewhere", "id: \"2.1\""},
	{"indicator 11 is not under criterion 1", "id: \"1.2\"", "id: \"11.2\"", "criteria.indicator_elsewhere", "id: \"11.2\""},
	{"id of the criterion beside another", "id: \"1.2\"", "id: \"1\"", "criteria.id_of_criterion", "          - id: \"1\""},
	{"unknown key", "threshold: {nhom1: 90", "threshold: {tn: 90", "criteria.key_unknown", "{tn: 90"},
	{"unknown key in a year", "{by_year: {2027: 12.5}}", "{by_year: {2027: {nhom9: 1}}}", "criteria.key_unknown", "nhom9"},
	{"no year", "{by_year: {2027: 12.5}}", "{by_year: {sau: 12.5}}", "criteria.year_shape", "sau"},
	{"no level at all", "{by_year: {2027: 12.5}}", "{}", "criteria.threshold_empty", "threshold: {}"},
	{"list as threshold", "{by_year: {2027: 12.5}}", "[1, 2]", "criteria.threshold_shape", "[1, 2]"},
	{"yes as threshold", "{by_year: {2027: 12.5}}", "true", "criteria.threshold_shape", "threshold: true"},
	{"unknown department", "lead: y_te\n            supplier: department", "lead: y-te\n            supplier: department", "criteria.department_unknown", "y-te"},
	{"unknown supplier", "supplier: department", "supplier: ai_do", "criteria.supplier_unknown", "ai_do"},
	{"unknown kind", "kind: percent", "kind: ratio", "criteria.kind_unknown", "ratio"},
	{"unknown comparison", "compare: \">=\"", "compare: \">\"", "criteria.compare_unknown", "compare: \">\""},
	{"unknown scale", "kind: percent, unit: \"%\", compare: \">=\"", "kind: level, scale: sao, compare: \">=\"", "criteria.scale_unknown", "sao"},
	{"scale for a number", "kind: number,", "kind: number, scale: sao,", "criteria.scale_misplaced", "sao"},
	{"comparison of words without scale", "kind: percent, unit: \"%\", compare: \">=\"", "kind: level, compare: \">=\"", "criteria.compare_misplaced", "kind: level"},
	{"comparison of yes and no", "kind: percent, unit: \"%\", compare: \">=\"", "kind: boolean, compare: \">=\"", "criteria.compare_misplaced", "kind: boolean"},
	{"unknown source", "sources: [K]\n            verified: false\n            confidence: low\n          - id", "sources: [X]\n            verified: false\n            confidence: low\n          - id", "criteria.source_unknown", "[X]"},
	{"unknown evidence", "supplier: commune", "supplier: commune\n            evidence: [lời hứa]", "criteria.evidence_unknown", "lời hứa"},
	{"unknown confidence", "confidence: low\n          - id", "confidence: sure\n          - id", "criteria.confidence_unknown", "sure"},
	{"word for percent", "nhom1: 90", "nhom1: \"Đạt\"", "criteria.threshold_word", "\"Đạt\""},
	{"comma in a number", "threshold: {by_year: {2027: 12.5}}", "threshold: 12,5", "criteria.threshold_word", "12,5"},
	{"number for a word", "kind: number, compare: \"<=\"", "kind: boolean, compare: \"==\"", "criteria.threshold_number", "12.5"},
	{"word that nobody knows", "{kind: number, compare: \"<=\"}\n            threshold: {by_year: {2027: 12.5}}", "{kind: boolean, compare: \"==\"}\n            threshold: \"Xong\"", "criteria.word_unknown", "Xong"},
	{"percent above 100", "nhom1: 90", "nhom1: 100.5", "criteria.percent_range", "100.5"},
	{"percent below 0", "nhom1: 90", "nhom1: -1", "criteria.percent_range", "-1"},
	{"negative number", "2027: 12.5", "2027: -12.5", "criteria.number_negative", "-12.5"},
	{"number in another base", "nhom1: 90", "nhom1: 0x5A", "criteria.number_shape", "0x5A"},
	{"too many digits", "nhom1: 90", "nhom1: 90.1234567", "criteria.number_shape", "90.1234567"},
	{"fewer criteria than official", "criteria: 1, indicators: 2", "criteria: 2, indicators: 2", "criteria.count_criteria", "official"},
	{"fewer indicators than official", "criteria: 1, indicators: 2", "criteria: 1, indicators: 3", "criteria.count_indicators", "official"},
	{"indicators in a structure", "level: ntm", "level: ntm\nstructure_only: true", "criteria.structure_has_indicators", "      - id: \"1\""},
	{"band gap", "from: 0, to: 0", "from: 1, to: 1", "criteria.band_gap", "from: 1, to: 1}\nsources"},
	{"band overlap", "{id: \"1\", from: 1, to: 1}", "{id: \"1\", from: 0, to: 1}", "criteria.band_overlap", "id: \"0\""},
	{"band above the criteria", "{id: \"1\", from: 1, to: 1}", "{id: \"1\", from: 1, to: 2}", "criteria.band_overlap", "to: 2"},
	{"band backwards", "{id: \"1\", from: 1, to: 1}", "{id: \"1\", from: 1, to: 0}", "criteria.band_backwards", "to: 0}\n  - {id: \"0\""},
	{"key twice", "{id: nhom2,", "{id: nhom1,", "criteria.id_twice", "vi: \"Nhóm 2\""},
	{"regions beside groups", "commune_groups:", "regions: [{id: tn, vi: a, en: b}]\ncommune_groups:", "criteria.keys_both", "- {id: nhom1"},
	{"special key unknown", "level: ntm", "level: ntm\nspecial_key: tdmnpb", "criteria.key_unknown", "tdmnpb"},
	{"scale out of order", "sources: [{id: K", "scales: [{id: m, words: [\"Mức 2\", \"Mức 1\"]}]\nsources: [{id: K", "criteria.scale_order", "Mức 2"},
	{"scale of one word", "sources: [{id: K", "scales: [{id: m, words: [\"Khá\"]}]\nsources: [{id: K", "criteria.scale_short", "Khá"},
	{"word on two scales", "sources: [{id: K", "scales: [{id: m, words: [a, b]}, {id: n, words: [b, c]}]\nsources: [{id: K", "criteria.scale_word_twice", "words: [b, c]"},
	{"requires itself", "level: ntm", "level: ntm\nrequires: nhom", "criteria.requires_cycle", "requires: nhom"},
	{"alias", "supplier: department", "supplier: &a department", "criteria.file_alias", "&a"},
	{"own tag", "supplier: department", "supplier: !!binary ZGVw", "criteria.file_tag", "!!binary"},
	{"two documents", "code: nhom", "code: other\n---\ncode: nhom", "criteria.file_several", "---"},
	{"not YAML", "code: nhom", "code: [nhom", "criteria.file_not_yaml", "code:"},
}

// lineAt returns the line of text on which piece stands, 0 when it stands nowhere.
func lineAt(text, piece string) int {
	before, after, marked := strings.Cut(piece, "¶")
	at := strings.Index(text, before+after)
	if at < 0 {
		return 0
	}
	if marked {
		at += len(before)
	}
	return 1 + strings.Count(text[:at], "\n")
}

func TestParseNamesEveryMistake(t *testing.T) {
	if _, err := Parse("nhom.yaml", []byte(grouped)); err != nil {
		t.Fatalf("the trial set itself: %v", err)
	}
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			text := strings.Replace(grouped, m.old, m.new, 1)
			if text == grouped {
				t.Fatalf("%q does not stand in the trial set", m.old)
			}
			line := lineAt(text, m.at)
			if line < 1 {
				t.Fatalf("%q does not stand in the changed text", m.at)
			}
			set, err := Parse("nhom.yaml", []byte(text))
			if set != nil || !fault.Is(err, fault.Invalid) {
				t.Fatalf("set %v, error %v; want fault invalid", set, err)
			}
			var found Problems
			if !errors.As(err, &found) {
				t.Fatalf("%v is no list of problems", err)
			}
			for _, p := range found {
				if p.File != "nhom.yaml" {
					t.Errorf("problem in file %q", p.File)
				}
				if p.Key == m.key && p.Line == line {
					return
				}
			}
			t.Errorf("%v\nwant %s on line %d", found, m.key, line)
		})
	}
}

// A file with several mistakes reports them all, in order of lines.
func TestParseReportsAll(t *testing.T) {
	text := grouped
	for _, change := range [][2]string{{"level: ntm", "level: cao"}, {"nhom1: 90", "nhom1: 120"}, {"supplier: commune", "supplier: ai"}} {
		text = strings.Replace(text, change[0], change[1], 1)
	}
	_, err := Parse("nhom.yaml", []byte(text))
	var found Problems
	if !errors.As(err, &found) || len(found) != 3 {
		t.Fatalf("%v, want three problems", err)
	}
	for k, want := range []string{"criteria.level_unknown", "criteria.percent_range", "criteria.supplier_unknown"} {
		if found[k].Key != want || k > 0 && found[k].Line <= found[k-1].Line {
			t.Errorf("problem %d is %v, want %s", k, found[k], want)
		}
	}
}

func TestParseRefusesBombs(t *testing.T) {
	deep := "a: " + strings.Repeat("[", 60) + strings.Repeat("]", 60)
	laughs := "a: &a [x, x]\n"
	for k := 'b'; k < 'z'; k++ {
		laughs += fmt.Sprintf("%c: &%c [*%c, *%c, *%c, *%c]\n", k, k, k-1, k-1, k-1, k-1)
	}
	for name, c := range map[string]struct{ text, key string }{
		"deep":   {deep, "criteria.file_deep"},
		"laughs": {laughs, "criteria.file_alias"},
		"long":   {"a: [" + strings.Repeat("x,", 5000) + "x]", "criteria.file_long"},
		"large":  {strings.Repeat("# x\n", 600_000), "criteria.file_too_large"},
		"empty":  {"", "criteria.file_empty"},
		"hollow": {"# nothing\n", "criteria.file_empty"},
	} {
		_, err := Parse(name, []byte(c.text))
		var found Problems
		if !errors.As(err, &found) || found[0].Key != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

func TestParseComposesText(t *testing.T) {
	s, err := Parse("nfd.yaml", norm.NFD.Bytes([]byte(grouped)))
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Indicator("1.1").TextVI; got != "Tỷ lệ" || s.CommuneGroups[0].VI != "Nhóm 1" {
		t.Errorf("text %q is not composed", got)
	}
}

func TestLink(t *testing.T) {
	parse := func(code, requires string) *Set {
		text := strings.Replace(grouped, "code: nhom", "code: "+code, 1)
		if requires != "" {
			text = strings.Replace(text, "level: ntm", "level: ntm\nrequires: "+requires, 1)
		}
		s, err := Parse(code+".yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	if err := Link([]*Set{parse("a", ""), parse("b", "a"), parse("c", "b")}); err != nil {
		t.Errorf("a chain without a circle: %v", err)
	}
	for _, c := range []struct {
		sets []*Set
		key  string
		n    int
	}{
		{[]*Set{parse("a", "b"), parse("b", "c"), parse("c", "a")}, "criteria.requires_cycle", 3},
		{[]*Set{parse("x", "a"), parse("a", "b"), parse("b", "a")}, "criteria.requires_cycle", 2},
		{[]*Set{parse("a", "nobody")}, "criteria.requires_unknown", 1},
	} {
		var found Problems
		err := Link(c.sets)
		if !errors.As(err, &found) || len(found) != c.n || !fault.Is(err, fault.Invalid) {
			t.Errorf("%v, want %d times %s", err, c.n, c.key)
			continue
		}
		for _, p := range found {
			if p.Key != c.key || p.Line != 4 {
				t.Errorf("%v, want %s on line 4", p, c.key)
			}
		}
	}
}

var overrideMistakes = []struct{ name, old, new, key, at string }{
	{"no decision number", "decision: 879/QĐ-UBND\n", "", "criteria.field_missing", "set:"},
	{"empty decision number", "decision: 879/QĐ-UBND", "decision: \"\"", "criteria.text_empty", "decision: \"\""},
	{"no date", "decided_on: 2024-05-21\n", "", "criteria.field_missing", "set:"},
	{"unknown set", "set: nhom", "set: khong-co", "criteria.set_unknown", "khong-co"},
	{"unknown indicator", "\"1.2\": 15", "\"9.9\": 15", "criteria.indicator_unknown", "9.9"},
	{"a criterion is no indicator", "\"1.2\": 15", "\"1\": 15", "criteria.indicator_unknown", "\"1\""},
	{"unknown key", "nhom2: 70", "dbsh: 70", "criteria.key_unknown", "dbsh"},
	{"word for percent", "nhom2: 70", "nhom2: Đạt", "criteria.threshold_word", "Đạt"},
	{"no level", "\"1.2\": 15", "\"1.2\": null", "criteria.threshold_empty", "null"},
	{"indicator twice", "\"1.2\": 15", "\"1.1\": 15", "criteria.field_twice", "\"1.1\": 15"},
	{"no thresholds", "thresholds:\n  \"1.1\": {nhom1: 80, nhom2: 70}\n  \"1.2\": 15\n", "thresholds: {}\n", "criteria.field_missing", "thresholds"},
	{"unknown field", "note:", "nota:", "criteria.field_unknown", "nota"},
}

const decision = `set: nhom
decision: 879/QĐ-UBND
decided_on: 2024-05-21
valid_from: 2024-06-01
note: "Ghi chú"
thresholds:
  "1.1": {nhom1: 80, nhom2: 70}
  "1.2": 15
`

func TestParseOverride(t *testing.T) {
	set, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		t.Fatal(err)
	}
	o, err := ParseOverride("879.yaml", []byte(decision), []*Set{set})
	if err != nil {
		t.Fatal(err)
	}
	if o.Decision != "879/QĐ-UBND" || o.DecidedOn != "2024-05-21" || o.ValidFrom != "2024-06-01" || len(o.Thresholds) != 2 {
		t.Errorf("read as %+v", o)
	}
	if one := o.Thresholds["1.1"]; one.Decision != "879/QĐ-UBND" || one.Illustrative || levelText(one.ByKey["nhom2"]) != "70" {
		t.Errorf("threshold %+v", one)
	}
	for _, m := range overrideMistakes {
		text := strings.Replace(decision, m.old, m.new, 1)
		line := lineAt(text, m.at)
		if text == decision || line < 1 {
			t.Errorf("%s: the change does not fit", m.name)
			continue
		}
		_, err := ParseOverride("879.yaml", []byte(text), []*Set{set})
		var found Problems
		if !errors.As(err, &found) || !fault.Is(err, fault.Invalid) || found[0].Key != m.key || found[0].Line != line {
			t.Errorf("%s: %v, want %s on line %d", m.name, err, m.key, line)
		}
	}
}

// Every message that a mistake gives has words in both languages, and its arguments fit them.
func TestMessagesHaveWords(t *testing.T) {
	c, err := i18n.Load(os.DirFS("locales"))
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	say := func(err error) {
		var found Problems
		if !errors.As(err, &found) {
			t.Errorf("%v is no list of problems", err)
			return
		}
		f := fault.As(found.Unwrap())
		for _, lang := range i18n.Langs {
			texts := []string{c.Text(lang, f.Key, f.Args...)}
			for _, p := range found {
				texts = append(texts, c.Text(lang, p.Key, p.Args...))
			}
			for _, text := range texts {
				n++
				if strings.Contains(text, "%!") || strings.Contains(text, "⟦") {
					t.Errorf("%s: %s", lang, text)
				}
			}
		}
	}
	set, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range mistakes {
		_, err := Parse("nhom.yaml", []byte(strings.Replace(grouped, m.old, m.new, 1)))
		say(err)
	}
	for _, m := range overrideMistakes {
		_, err := ParseOverride("879.yaml", []byte(strings.Replace(decision, m.old, m.new, 1)), []*Set{set})
		say(err)
	}
	if n < 4*len(mistakes) {
		t.Errorf("only %d messages read", n)
	}
	for _, list := range [][]string{Levels(), EvidenceKinds()} {
		for _, id := range list {
			if !c.Has("criteria.level."+id) && !c.Has("criteria.evidence."+id) {
				t.Errorf("%s has no name", id)
			}
		}
	}
}

// FuzzParse feeds files nobody wrote: Parse must answer with a set that holds together or with problems that have a
// place, and never panic, hang or run out of memory.
func FuzzParse(f *testing.F) {
	f.Add([]byte(grouped))
	f.Add([]byte(decision))
	for _, m := range mistakes {
		f.Add([]byte(strings.Replace(grouped, m.old, m.new, 1)))
	}
	known, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		set, err := Parse("fuzz.yaml", b)
		if (set == nil) == (err == nil) {
			t.Fatalf("set %v and error %v", set, err)
		}
		if err != nil {
			var found Problems
			if !errors.As(err, &found) || len(found) == 0 || !fault.Is(err, fault.Invalid) {
				t.Fatalf("%v is no list of problems", err)
			}
			for _, p := range found {
				if p.Line < 0 || p.Key == "" {
					t.Fatalf("problem without a place: %v", p)
				}
			}
		} else {
			for _, i := range set.Indicators() {
				set.Required(i, Place{Region: "tn", CommuneGroup: "nhom1", Special: true, Year: 2024})
			}
			n := 0
			for _, band := range set.Bands {
				n += band.To - band.From + 1
			}
			if n != set.OfficialCriteria+1 || len(set.Criteria()) != set.OfficialCriteria {
				t.Fatalf("bands hold %d numbers for %d criteria, %d loaded", n, set.OfficialCriteria, len(set.Criteria()))
			}
		}
		if o, err := ParseOverride("fuzz.yaml", b, []*Set{known}); (o == nil) == (err == nil) {
			t.Fatalf("override %v and error %v", o, err)
		}
	})
}

// A text that turns the letters around it is refused, at its line of a file and at its cell of a workbook.
func TestTurnedTextIsRefused(t *testing.T) {
	const plain = `{vi: "Tỷ lệ", en: "Share"}`
	line := 1 + strings.Count(grouped[:strings.Index(grouped, plain)], "\n")
	good, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" {
		_, err := Parse("nhom.yaml", []byte(strings.Replace(grouped, plain, fmt.Sprintf(`{vi: "Tỷ %clệ", en: "Share"}`, r), 1)))
		var list Problems
		if !errors.As(err, &list) || len(list) != 1 || list[0].Key != "criteria.text_turns" || list[0].Line != line {
			t.Errorf("%U: %v, want line %d refused", r, err, line)
		}
	}
	turned := *good
	turned.TitleVI = "Bộ \u202etiêu chí"
	b, err := WriteTemplate(&turned)
	if err != nil {
		t.Fatal(err)
	}
	var list Problems
	if _, err := readIncoming("mau.xlsx", b); !errors.As(err, &list) || len(list) != 1 || list[0].Key != "criteria.text_turns" || list[0].Sheet == "" || list[0].Column == "" || list[0].Line == 0 {
		t.Errorf("%+v, want one cell refused", list)
	}
	if b, err = WriteTemplate(good); err != nil {
		t.Fatal(err)
	}
	if _, err := readIncoming("mau.xlsx", b); err != nil {
		t.Errorf("without it: %v", err)
	}
}
