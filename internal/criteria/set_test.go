package criteria

import (
	"slices"
	"testing"
)

func shipped(t *testing.T) map[string]*Set {
	t.Helper()
	sets, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]*Set{}
	for _, s := range sets {
		out[s.Code] = s
	}
	return out
}

// The counts are those of QĐ 318/QĐ-TTg (Phụ lục I, II), QĐ 319/QĐ-TTg and QĐ 51/2025/QĐ-TTg.
func TestShippedCounts(t *testing.T) {
	sets := shipped(t)
	want := map[string][4]int{ // official criteria, official indicators, loaded criteria, loaded indicators
		"xa-ntm-2021-2025":          {19, 57, 19, 57},
		"xa-ntm-nang-cao-2021-2025": {19, 75, 19, 75},
		"xa-ntm-kieu-mau-2021-2025": {4, 4, 4, 4},
		"xa-ntm-2026-2030":          {10, 47, 10, 0},
	}
	if len(sets) != len(want) {
		t.Fatalf("%d sets, want %d", len(sets), len(want))
	}
	for code, w := range want {
		s := sets[code]
		if s == nil {
			t.Errorf("%s is missing", code)
			continue
		}
		got := [4]int{s.OfficialCriteria, s.OfficialIndicators, len(s.Criteria()), len(s.Indicators())}
		if got != w {
			t.Errorf("%s: %v, want %v", code, got, w)
		}
		if s.StructureOnly != (w[3] == 0) {
			t.Errorf("%s: structure only %v", code, s.StructureOnly)
		}
		for k, c := range s.Criteria() {
			if c.Index != k || s.Criterion(c.ID) != c {
				t.Errorf("%s: criterion %s has index %d at %d", code, c.ID, c.Index, k)
			}
		}
		for k, i := range s.Indicators() {
			if i.Index != k || s.Indicator(i.ID) != i || !slices.Contains(i.Criterion.Indicators, i) {
				t.Errorf("%s: indicator %s has index %d at %d", code, i.ID, i.Index, k)
			}
		}
	}
	if s := sets["xa-ntm-2021-2025"]; s.Criterion("99") != nil || s.Indicator("8") != nil {
		t.Error("an unknown id gave something")
	}
}

// The bands of the 2021–2025 sets are those of the programme's reports; the others are marked as our own.
func TestBands(t *testing.T) {
	want := map[string]struct {
		labels []string
		own    bool
	}{
		"xa-ntm-2021-2025":          {[]string{"19", "15–18", "10–14", "5–9", "<5"}, false},
		"xa-ntm-nang-cao-2021-2025": {[]string{"19", "15–18", "10–14", "5–9", "<5"}, false},
		"xa-ntm-kieu-mau-2021-2025": {[]string{"4", "2–3", "<2"}, true},
		"xa-ntm-2026-2030":          {[]string{"10", "8–9", "5–7", "<5"}, true},
	}
	for code, w := range want {
		var labels []string
		for _, b := range shipped(t)[code].Bands {
			labels = append(labels, b.Label())
			if b.OwnChoice != w.own {
				t.Errorf("%s %s: own choice %v", code, b.ID, b.OwnChoice)
			}
		}
		if !slices.Equal(labels, w.labels) {
			t.Errorf("%s: %v, want %v", code, labels, w.labels)
		}
	}
}

// Each row names a place and what the decision's table says for it (reference data; "" = not known).
func TestRequired(t *testing.T) {
	sets := shipped(t)
	basic, advanced, modern := "xa-ntm-2021-2025", "xa-ntm-nang-cao-2021-2025", "xa-ntm-2026-2030"
	for _, c := range []struct {
		set, indicator string
		at             Place
		want           string
	}{
		{basic, "8.4", Place{}, "Đạt"},
		{basic, "9.1", Place{}, "Không"},
		{advanced, "18.5", Place{Region: "tn"}, "Không"},
		{basic, "3.1", Place{Region: "tn"}, "80"},
		{basic, "4.2", Place{Region: "tn"}, "98"},
		{basic, "4.2", Place{Region: "dbsh"}, "99"},
		{basic, "4.2", Place{Region: "tn", Special: true}, "95"}, // QĐ 318, Điều 1: the column tdmnpb
		{basic, "11", Place{Region: "dbsh"}, "1.5"},
		{basic, "11", Place{Region: "dbsh", Special: true}, "13"},
		{basic, "3.1", Place{Region: "tn", Special: true}, "80"}, // one level for all places
		{basic, "4.2", Place{}, ""},                              // the national figure stands in for no region
		{basic, "4.2", Place{Region: "atlantis"}, ""},
		{basic, "5", Place{Region: "chung"}, ""},
		{basic, "12.1", Place{Region: "tn"}, ""},
		{basic, "2.1", Place{Region: "tn"}, ""}, // left to the province
		{basic, "10", Place{Region: "tn", Year: 2024}, "50"},
		{basic, "10", Place{Region: "dhntb", Year: 2021}, "41"},
		{basic, "10", Place{Region: "tn", Special: true, Year: 2022}, "39"},
		{basic, "10", Place{Region: "dbsh", Year: 2024}, ""},
		{basic, "10", Place{Region: "tn", Year: 2026}, ""}, // no neighbouring year is guessed
		{basic, "10", Place{Region: "tn"}, ""},
		{advanced, "10", Place{Region: "tn", Special: true, Year: 2024}, ""},
		{advanced, "5.3", Place{Region: "tn"}, "Mức độ 3"},
		{advanced, "3.6", Place{Region: "tn"}, "Khá"},
	} {
		s := sets[c.set]
		i := s.Indicator(c.indicator)
		if i == nil {
			t.Errorf("%s has no %s", c.set, c.indicator)
			continue
		}
		if got := levelText(s.Required(i, c.at)); got != c.want {
			t.Errorf("%s %s at %+v: %q, want %q", c.set, c.indicator, c.at, got, c.want)
		}
	}
	if s := sets[modern]; !s.ByCommuneGroup || !slices.Equal(s.ThresholdKeys, []string{"nhom1", "nhom2", "nhom3"}) || s.SpecialRuleKey != "" {
		t.Errorf("%s: keys %v", modern, s.ThresholdKeys)
	}
}

// Thresholds of a set keyed by commune group ignore the region and know no special column.
func TestRequiredByCommuneGroup(t *testing.T) {
	s, err := Parse("nhom.yaml", []byte(grouped))
	if err != nil {
		t.Fatal(err)
	}
	i := s.Indicator("1.1")
	for _, c := range []struct {
		at   Place
		want string
	}{
		{Place{CommuneGroup: "nhom1"}, "90"},
		{Place{CommuneGroup: "nhom1", Special: true, Region: "tn"}, "90"},
		{Place{CommuneGroup: "nhom2"}, ""},
		{Place{CommuneGroup: "nhom3"}, ""},
		{Place{Region: "nhom1"}, ""},
	} {
		if got := levelText(s.Required(i, c.at)); got != c.want {
			t.Errorf("at %+v: %q, want %q", c.at, got, c.want)
		}
	}
	byYear := s.Indicator("1.2")
	if got := levelText(s.Required(byYear, Place{Year: 2027, CommuneGroup: "nhom3"})); got != "12.5" {
		t.Errorf("one level for a whole year: %q, want 12.5", got)
	}
	if got := s.Required(byYear, Place{Year: 2028, CommuneGroup: "nhom3"}); got != nil {
		t.Errorf("a year that the file does not name: %v", got)
	}
}

func levelText(l *Level) string {
	switch {
	case l == nil:
		return ""
	case l.Word != "":
		return l.Word
	}
	return l.Number.String()
}

func TestWantsWord(t *testing.T) {
	sets := shipped(t)
	for _, c := range []struct{ set, indicator, want string }{
		{"xa-ntm-2021-2025", "8.4", "Đạt"},
		{"xa-ntm-2021-2025", "9.1", "Không"},
		{"xa-ntm-nang-cao-2021-2025", "18.5", "Không"},
		{"xa-ntm-nang-cao-2021-2025", "5.4", "Mức độ 2"},
		{"xa-ntm-2021-2025", "4.2", ""},
		{"xa-ntm-2021-2025", "2.1", ""},
	} {
		if got := sets[c.set].Indicator(c.indicator).WantsWord(); got != c.want {
			t.Errorf("%s %s: %q, want %q", c.set, c.indicator, got, c.want)
		}
	}
	met, no := &Level{Word: "Đạt"}, &Level{Word: "Không"}
	for _, c := range []struct {
		t    Threshold
		want string
	}{
		{Threshold{ByKey: map[string]*Level{"a": met, "b": met}}, "Đạt"},
		{Threshold{ByKey: map[string]*Level{"a": met, "b": no}}, ""},
		{Threshold{ByKey: map[string]*Level{"a": met, "b": nil}}, ""},
		{Threshold{ByYear: map[int]map[string]*Level{2021: {"a": no}, 2022: {"": no}}}, "Không"},
	} {
		if got := (&Indicator{Threshold: c.t}).WantsWord(); got != c.want {
			t.Errorf("%v: %q, want %q", c.t, got, c.want)
		}
	}
}

func TestCompareIDs(t *testing.T) {
	inOrder := []string{"1", "1.1", "1.2", "2", "5", "9", "10", "17.1", "17.9", "17.10", "17.10.1", "17.12", "18", "1a", "I", "II", "a"}
	for a := range inOrder {
		for b := range inOrder {
			want := 0
			switch {
			case a < b:
				want = -1
			case a > b:
				want = 1
			}
			if got := CompareIDs(inOrder[a], inOrder[b]); got != want {
				t.Errorf("CompareIDs(%q, %q) = %d, want %d", inOrder[a], inOrder[b], got, want)
			}
		}
	}
	if CompareIDs("17.10", "17.1") == 0 || CompareIDs("1.01", "1.1") == 0 {
		t.Error("two ids count as one")
	}
}

func TestDecimalString(t *testing.T) {
	for _, c := range []struct {
		d    Decimal
		want string
	}{{Decimal{98, 0}, "98"}, {Decimal{982, 1}, "98.2"}, {Decimal{5, 3}, "0.005"}, {Decimal{-15, 1}, "-1.5"}, {Decimal{0, 2}, "0.00"}} {
		if got := c.d.String(); got != c.want {
			t.Errorf("%v: %q, want %q", c.d, got, c.want)
		}
	}
}

func TestKindsOfLeadAndScale(t *testing.T) {
	s := shipped(t)["xa-ntm-nang-cao-2021-2025"]
	if got := s.Criterion("1").Lead; got != "xay_dung" {
		t.Errorf("criterion 1 is led by %q", got)
	}
	if got := s.Criterion("13").Lead; got != "" {
		t.Errorf("criterion 13 has several leads, got %q", got)
	}
	levels := 0
	for _, i := range s.Indicators() {
		if i.Kind == LevelOf {
			levels++
			if i.Scale == "" {
				t.Errorf("%s: level without scale", i.ID)
			}
		}
	}
	if levels != 4 {
		t.Errorf("%d level indicators, want 4", levels)
	}
	// The basic set asks for the word "Đạt" of 14.1 and 18.2: it stands on no scale, so none is named.
	basic := shipped(t)["xa-ntm-2021-2025"]
	for _, id := range []string{"14.1", "18.2"} {
		if i := basic.Indicator(id); i.Kind != LevelOf || i.Scale != "" || i.WantsWord() != "Đạt" {
			t.Errorf("%s: %s on scale %q", id, i.Kind, i.Scale)
		}
	}
}

const grouped = `code: nhom
title: {vi: "Bộ thử", en: "Trial set"}
level: ntm
applies_to: commune
programme: "2026-2030"
legal_basis: ["1/QĐ-TTg"]
official: {criteria: 1, indicators: 2}
commune_groups:
  - {id: nhom1, vi: "Nhóm 1", en: "Group 1"}
  - {id: nhom2, vi: "Nhóm 2", en: "Group 2"}
  - {id: nhom3, vi: "Nhóm 3", en: "Group 3"}
bands:
  - {id: "1", from: 1, to: 1}
  - {id: "0", from: 0, to: 0}
sources: [{id: K, title: "Nguồn"}]
groups:
  - id: I
    title: {vi: "Nhóm", en: "Group"}
    criteria:
      - id: "1"
        title: {vi: "Một", en: "One"}
        indicators:
          - id: "1.1"
            text: {vi: "Tỷ lệ", en: "Share"}
            value: {kind: percent, unit: "%", compare: ">="}
            threshold: {nhom1: 90, nhom2: null}
            lead: y_te
            supplier: department
            sources: [K]
            verified: false
            confidence: low
          - id: "1.2"
            text: {vi: "Số", en: "Number"}
            value: {kind: number, compare: "<="}
            threshold: {by_year: {2027: 12.5}}
            lead: y_te
            supplier: commune
            sources: [K]
            verified: false
            confidence: low
`
