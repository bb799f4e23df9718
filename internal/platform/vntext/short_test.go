package vntext_test

import (
	"testing"

	"langso/internal/platform/vntext"
)

func TestCapital(t *testing.T) {
	for in, want := range map[string]string{"": "", "đạt": "Đạt", "quý III/2026": "Quý III/2026", "ủy ban": "Ủy ban", "8.4": "8.4"} {
		if got := vntext.Capital(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		in   string
		most int
		want string
	}{
		{"Tỷ lệ đường xã", 14, "Tỷ lệ đường xã"}, {"Tỷ lệ đường xã", 13, "Tỷ lệ đường…"}, {"Giao thông, điện", 11, "Giao…"}, {"Giao thông, điện", 12, "Giao thông…"},
		{"Tổ chức ( xã )", 11, "Tổ chức…"}, {"khôngcókhoảng", 5, "không…"}, {"", 3, ""},
	} {
		if got := vntext.Clip(c.in, c.most); got != c.want {
			t.Errorf("%q at %d: %q, want %q", c.in, c.most, got, c.want)
		}
	}
}

// The controls of UAX #9 that embed, override and isolate; their neighbours are none.
func TestTurns(t *testing.T) {
	for _, r := range "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069" {
		if !vntext.Turns(r) {
			t.Errorf("%U turns", r)
		}
	}
	for _, r := range "\u2029\u202f\u2065\u206aaế \n" {
		if vntext.Turns(r) {
			t.Errorf("%U does not turn", r)
		}
	}
}
