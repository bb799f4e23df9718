package territory_test

import (
	"testing"

	"langso/internal/platform/fault"
	"langso/internal/territory"
)

// The ways in which offices write a period, and what they mean by it.
func TestParsePeriodWords(t *testing.T) {
	for text, want := range map[string]string{
		"2026-Q3": "2026-Q3", " 2026-q3 ": "2026-Q3", "Quý III/2026": "2026-Q3", "quý 3/2026": "2026-Q3", "QUÝ IV NĂM 2025": "2025-Q4", "Q1/2026": "2026-Q1", "quý ii - 2026": "2026-Q2", "Q3 2026": "2026-Q3",
		"2024-06": "2024-06", "06/2024": "2024-06", "6/2024": "2024-06", "tháng 06/2024": "2024-06", "Tháng 12 năm 2024": "2024-12", "June 2024": "2024-06", "2024-6": "2024-06",
		"6 tháng đầu năm 2024": "2024-06", "6 tháng cuối năm 2024": "2024-12", "Sáu tháng đầu năm 2025": "2025-06",
		"2023": "2023", "năm 2023": "2023", "cả năm 2023": "2023",
	} {
		p, err := territory.ParsePeriodWords(text)
		if err != nil || p.ID != want {
			t.Errorf("%q: %q, %v; want %s", text, p.ID, err, want)
		}
	}
	for _, text := range []string{"", "quý", "quý V/2026", "quý 0/2026", "2026-Q9", "13/2024", "00/2024", "tháng/2024", "30/06/2024", "2024 2025", "6 tháng 2024", "0024", "quý III", "năm 1900", "999999999999999999999/2024"} {
		p, err := territory.ParsePeriodWords(text)
		f := fault.As(err)
		if err == nil || f.Code != fault.Invalid || f.Key != "territory.period_bad" || f.Args[0] != text {
			t.Errorf("%q: %q, %v; want a refusal that names it", text, p.ID, err)
		}
	}
}
