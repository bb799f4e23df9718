// Package province is the small fictional province of the tests: three communes and one criteria set, with names that are
// hostile on purpose. Every page, file, message and log line that shows a name must survive them.
package province

import (
	"bytes"
	"context"
	"encoding/csv"
	"strconv"
	"strings"
	"testing"

	"langso/internal/criteria"
	"langso/internal/platform/auth"
	"langso/internal/territory"
)

// Unit is one unit of the province.
type Unit struct {
	ID   territory.UnitID
	Code string
	Name string // as stored
}

// The province exists from 1 July 2025 and has two tiers. Its codes lie outside those of the real ones.
const (
	TopName = "Tỉnh & \"Thử\" <b>"
	// ScriptName carries markup and quotes.
	ScriptName = "<script>alert('Đạ R\"sal')</script>"
	// FormulaName begins like a formula and holds the brackets of templates, verbs and paths.
	FormulaName = "=1+1 {{.}} ${x} %s %00 ../../etc"
	// LettersName holds letters of four bytes, marks upon marks and a bare ampersand.
	LettersName = "Lạc 𠀋𝕏 X\u0323\u0302\u0301 & đảo"
	// TurnedText turns the direction of the letters around it. No unit may bear it: it reads as another name.
	TurnedText = "\u202eLạc\u202c \u2067đảo\u2069"
)

// Top is the province itself.
func Top() Unit { return Unit{990000001, "990", TopName} }

// Communes returns the three communes in the order of their codes.
func Communes() []Unit {
	return []Unit{{990000011, "99011", ScriptName}, {990000012, "99012", FormulaName}, {990000013, "99013", LettersName}}
}

// Set is the code of the criteria set.
const Set = "xa-thu"

// Hostile are texts for every other place where somebody may type: reasons, names of files and persons, notes.
func Hostile() []string {
	return []string{
		ScriptName, FormulaName, LettersName, TurnedText,
		"dòng một\r\nSet-Cookie: ls=1\r\n\r\n<html>",
		"'; DROP TABLE audit; --",
		"\"><img src=x onerror=alert(1)>",
		"javascript:alert(1)",
		"-2+3", "@SUM(A1)", "\t=1+1",
		"a" + strings.Repeat("\u0301", 5000), // 10 kB of marks on one letter
	}
}

// UnitsCSV is the province as a territory file.
func UnitsCSV() []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	row := func(u Unit, level, kind, parent, home string) {
		_ = w.Write([]string{strconv.FormatInt(int64(u.ID), 10), u.Code, level, kind, u.Name, "", "2025-07-01", parent, home, "=1+2 <i>TEST"}) // a Buffer takes every write
	}
	_ = w.Write([]string{"id", "code", "level", "kind", "name", "alt_names", "from", "parent", "home", "basis"})
	row(Top(), "province", "tinh", "", "yes")
	for _, c := range Communes() {
		row(c, "commune", "xa", strconv.FormatInt(int64(Top().ID), 10), "")
	}
	w.Flush()
	return b.Bytes()
}

// SetYAML is the criteria set: two criteria, four indicators of different kinds, one of them without a known threshold.
func SetYAML() []byte {
	return []byte(`code: ` + Set + `
title: {vi: "Bộ thử <i>1</i> & {{.}}", en: "Test set <i>1</i> & {{.}}"}
level: ntm
applies_to: commune
programme: "2026-2030"
legal_basis: ["TEST"]
official: {criteria: 2, indicators: 4}
bands:
  - {id: "2", from: 2, to: 2}
  - {id: "0-1", from: 0, to: 1}
groups:
  - id: "I"
    title: {vi: "Nhóm <b>", en: "Group <b>"}
    criteria:
      - id: "1"
        title: {vi: "Hạ tầng \"số\"", en: "Digital \"ground\""}
        indicators:
          - id: "1.1"
            text: {vi: "Tỷ lệ hộ có </td> Internet", en: "Share of households </td> online"}
            value: {kind: percent, unit: "%", compare: ">="}
            threshold: 80
            lead: thong_tin
            supplier: commune
            confidence: high
            verified: true
          - id: "1.2"
            text: {vi: "=SỐ điểm truy cập", en: "=COUNT of access points"}
            value: {kind: number, compare: ">="}
            threshold: null
            lead: thong_tin
            supplier: commune
            confidence: high
            verified: true
      - id: "2"
        title: {vi: "Chính quyền số", en: "Digital office"}
        indicators:
          - id: "2.1"
            text: {vi: "Có trang thông tin", en: "Has a web page"}
            value: {kind: boolean, compare: "=="}
            threshold: "Đạt"
            lead: noi_vu
            supplier: department
            confidence: high
            verified: true
          - id: "2.2"
            text: {vi: "Tỷ lệ hồ sơ quá hạn", en: "Share of late cases"}
            value: {kind: percent, unit: "%", compare: "<="}
            threshold: 5
            lead: noi_vu
            supplier: department
            confidence: high
            verified: true
`)
}

// Load stores the province and its set through the services of an open store and fails the test when they refuse it.
func Load(t testing.TB, ctx context.Context, units *territory.Service, sets *criteria.Service) {
	t.Helper()
	ctx = auth.With(ctx, auth.CLI())
	src, err := territory.ReadUnits("province.csv", UnitsCSV())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := units.ImportUnits(ctx, src, "province"); err != nil {
		t.Fatal(err)
	}
	if _, err := sets.LoadSet(ctx, "province.yaml", SetYAML(), false); err != nil {
		t.Fatal(err)
	}
}
