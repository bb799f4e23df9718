package web

import (
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// tokens reads the colours of one block of tokens.css.
func tokens(t *testing.T, block string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range regexp.MustCompile(`--ls-([A-Za-z0-9_-]+): (#[0-9A-F]{6});`).FindAllStringSubmatch(block, -1) {
		out[m[1]] = m[2]
	}
	if len(out) == 0 {
		t.Fatal("no colours in the block")
	}
	return out
}

// themes returns the light block and both dark blocks of tokens.css.
func themes(t *testing.T) (light, device, chosen string) {
	t.Helper()
	b, err := os.ReadFile("style/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	cut := func(head string) string {
		_, rest, ok := strings.Cut(string(b), head+" {")
		if !ok {
			t.Fatalf("tokens.css has no block %s", head)
		}
		block, _, _ := strings.Cut(rest, "}")
		return block
	}
	return cut("\n:root"), cut(`:root:not([data-theme="light"])`), cut(`:root[data-theme="dark"]`)
}

func TestDarkIsOneTheme(t *testing.T) {
	_, device, chosen := themes(t)
	plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	if plain(device) != plain(chosen) {
		t.Error("the dark colours of the device setting and of the switch differ")
	}
}

// luminance is the relative luminance of WCAG 2.2 (definition of "relative luminance").
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	la, lb := luminance(t, a), luminance(t, b)
	return (max(la, lb) + 0.05) / (min(la, lb) + 0.05)
}

func TestContrastFormula(t *testing.T) {
	// Black on white is 21:1 and #777 on white 4.48:1 (WCAG 2.2, understanding 1.4.3).
	for _, c := range []struct {
		a, b string
		want float64
	}{{"#000000", "#FFFFFF", 21}, {"#777777", "#FFFFFF", 4.48}} {
		if got := contrast(t, c.a, c.b); math.Abs(got-c.want) > 0.005 {
			t.Errorf("%s on %s = %.3f, want %.2f", c.a, c.b, got, c.want)
		}
	}
}

// TestContrast compares every pair that carries text or meaning with the ratio of the design table (one decimal) and with
// the least that WCAG 2.2 allows: 4.5 for text (1.4.3), 3 for shapes and borders of controls (1.4.11).
func TestContrast(t *testing.T) {
	const text, shape = 4.5, 3.0
	lightBlock, _, darkBlock := themes(t)
	light, dark := tokens(t, lightBlock), tokens(t, darkBlock)
	pairs := []struct {
		ink, ground     string
		least           float64
		onLight, onDark float64 // as measured for the design; 0 = not in its table
	}{
		{"ink", "bg", text, 13.6, 15.5}, {"ink", "surface", text, 14.8, 14.0}, {"ink", "sunken", text, 0, 0},
		{"ink-2", "bg", text, 7.1, 10.3}, {"ink-2", "surface", text, 7.7, 9.3}, {"ink-2", "sunken", text, 0, 0},
		{"ink-3", "bg", text, 5.2, 7.1}, {"ink-3", "surface", text, 5.6, 6.4}, {"ink-3", "sunken", text, 4.8, 0}, {"ink-3", "brand-soft", text, 0, 0},
		{"brand", "bg", text, 7.2, 8.8}, {"brand", "surface", text, 7.8, 8.0}, {"brand", "brand-soft", text, 6.6, 6.4},
		{"brand-hover", "bg", text, 9.8, 10.8}, {"brand-hover", "surface", text, 10.7, 9.8},
		{"on-brand", "brand", text, 7.8, 8.8}, {"on-brand", "brand-hover", text, 0, 0},
		{"link", "bg", text, 7.1, 9.7}, {"link", "surface", text, 7.7, 8.7}, {"link", "brand-soft", text, 0, 0},
		{"accent", "bg", text, 6.2, 8.1}, {"accent", "surface", text, 6.7, 7.4},
		{"danger", "bg", text, 6.7, 8.3}, {"danger", "surface", text, 7.3, 7.5}, {"danger", "danger-soft", text, 6.2, 7.2},
		{"warn", "bg", text, 6.4, 10.6}, {"warn", "surface", text, 6.9, 9.6}, {"warn", "warn-soft", text, 6.1, 8.5},
		{"info", "bg", text, 7.2, 9.9}, {"info", "surface", text, 7.8, 9.0}, {"info", "info-soft", text, 6.7, 8.0},
		{"ink", "info-soft", text, 0, 0}, {"ink", "warn-soft", text, 0, 0}, {"ink", "danger-soft", text, 0, 0},
		{"line-strong", "bg", shape, 3.5, 5.0}, {"line-strong", "surface", shape, 3.8, 4.5}, {"line-strong", "sunken", shape, 3.2, 0},
		{"met-on", "met", text, 6.5, 7.0}, {"met-text", "met-soft", text, 7.7, 8.3},
		{"nearly-on", "nearly", text, 7.3, 13.7}, {"nearly-line", "surface", shape, 5.1, 0}, {"nearly-text", "nearly-soft", text, 7.2, 10.6},
		{"not_met-on", "not_met", text, 5.0, 5.1}, {"not_met-text", "not_met-soft", text, 6.9, 7.7}, {"not_met-text", "bg", text, 0, 0}, {"not_met-text", "surface", text, 0, 0},
		{"no_threshold-on", "no_threshold", text, 6.8, 7.1}, {"no_threshold-text", "no_threshold-soft", text, 8.2, 9.5},
		{"missing-on", "missing", text, 8.3, 6.4}, {"missing-text", "missing-soft", text, 6.4, 7.4},
		{"not_applicable-text", "not_applicable-soft", text, 5.6, 0}, {"pending-text", "pending-soft", text, 6.7, 8.0},
		{"cell-met-on", "cell-met", shape, 5.0, 0}, {"cell-nearly-on", "cell-nearly", shape, 0, 0}, {"cell-not_met-on", "cell-not_met", shape, 5.0, 0},
		{"cell-no_threshold-on", "cell-no_threshold", shape, 5.5, 0}, {"cell-missing-on", "cell-missing", shape, 0, 0}, {"cell-raster", "cell-missing", shape, 3.4, 0},
		{"step-1-on", "step-1", text, 0, 0}, {"step-2-on", "step-2", text, 0, 0}, {"step-3-on", "step-3", text, 0, 0}, {"step-4-on", "step-4", text, 0, 0}, {"step-5-on", "step-5", text, 0, 0},
		{"met", "surface", shape, 0, 0}, {"not_met", "surface", shape, 0, 0}, {"no_threshold", "surface", shape, 0, 0},
	}
	for _, p := range pairs {
		for _, theme := range []struct {
			name   string
			colour map[string]string
			want   float64
		}{{"light", light, p.onLight}, {"dark", dark, p.onDark}} {
			ink, ground := theme.colour[p.ink], theme.colour[p.ground]
			if ink == "" || ground == "" {
				t.Errorf("%s: no colour for %s (%q) on %s (%q)", theme.name, p.ink, ink, p.ground, ground)
				continue
			}
			got := contrast(t, ink, ground)
			if got < p.least {
				t.Errorf("%s: %s on %s has %.2f, the least is %.1f", theme.name, p.ink, p.ground, got, p.least)
			}
			if theme.want != 0 && math.Abs(got-theme.want) > 0.06 {
				t.Errorf("%s: %s on %s has %.2f, the design says %.1f", theme.name, p.ink, p.ground, got, theme.want)
			}
		}
	}
	for name := range light {
		if _, ok := dark[name]; !ok {
			t.Errorf("%s has no dark colour", name)
		}
	}
}

// TestColoursOnlyInTokens keeps every other sheet to the tokens; print.css turns them black and white.
func TestColoursOnlyInTokens(t *testing.T) {
	sheets, err := filepath.Glob("style/*.css")
	if err != nil || len(sheets) == 0 {
		t.Fatalf("no style sheets: %v", err)
	}
	colour := regexp.MustCompile(`#[0-9A-Fa-f]{3,8}\b|\brgb\(|\bhsl\(|https?:|url\((?:"?)(?:\.\./fonts/|#)?`)
	seen := 0
	for _, sheet := range sheets {
		b, err := os.ReadFile(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for n, line := range strings.Split(string(b), "\n") {
			for _, m := range colour.FindAllString(line, -1) {
				seen++
				name := filepath.Base(sheet)
				switch {
				case strings.HasPrefix(m, "url("):
					if !strings.HasSuffix(m, "../fonts/") && !strings.HasSuffix(m, "#") {
						t.Errorf("%s:%d: fetches from elsewhere: %s", sheet, n+1, line)
					}
				case strings.HasPrefix(m, "http"):
					t.Errorf("%s:%d: names another host", sheet, n+1)
				case name == "tokens.css" || name == "print.css" || strings.HasPrefix(m, "#ls-"):
				case name == "base.css" && strings.HasPrefix(line, "::selection"): // the focus yellow is light in both themes
				default:
					t.Errorf("%s:%d: %s is no token", sheet, n+1, m)
				}
			}
		}
	}
	if seen == 0 {
		t.Fatal("found nothing")
	}
}
