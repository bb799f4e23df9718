// Package vntext handles Vietnamese text: search keys without marks, sort keys in Vietnamese order.
package vntext

import (
	"encoding/hex"
	"strings"
	"sync"
	"unicode"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/unicode/norm"
)

// NFC returns s with composed letters, the form in which all text is stored.
func NFC(s string) string { return norm.NFC.String(s) }

// Squeeze trims s and joins every run of white space (spaces, no-break spaces, line breaks) to one space.
func Squeeze(s string) string { return strings.Join(strings.FieldsFunc(s, unicode.IsSpace), " ") }

// Capital makes the first letter of s large.
func Capital(s string) string {
	for i, r := range s {
		return strings.ToUpper(string(r)) + s[i+len(string(r)):]
	}
	return s
}

// Clip shortens a wording to most letters where room is short, at a space where there is one, and marks that by "…"; the
// whole wording must stand elsewhere.
func Clip(s string, most int) string {
	r := []rune(s)
	if len(r) <= most {
		return s
	}
	cut := string(r[:most])
	if i := strings.LastIndexByte(cut, ' '); i > 0 {
		cut = cut[:i]
	}
	return strings.TrimRight(cut, " ,;:(") + "…"
}

// Turns reports a control that turns the direction of the letters around it (U+202A–202E, U+2066–2069): a text that holds
// one reads as another.
func Turns(r rune) bool { return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' }

// Fold returns the search key of s: lower case, without marks, đ as d, apostrophes of every form and hyphens dropped,
// white space squeezed. "Đạ R’Sal" → "da rsal".
func Fold(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	space := false
	for _, r := range norm.NFD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r) || isJoiner(r):
			continue
		case unicode.IsSpace(r):
			space = b.Len() > 0
			continue
		case r == 'đ' || r == 'Đ':
			r = 'd'
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// FoldTight is Fold without any space: "Đạ Tông" and "ĐạTông" both give "datong".
func FoldTight(s string) string { return strings.ReplaceAll(Fold(s), " ", "") }

// isJoiner reports apostrophes and hyphens as people type them inside place names.
func isJoiner(r rune) bool {
	switch r {
	case '\'', '’', '‘', 'ʼ', '`', '´', '′', 'ʹ', '-', '‐', '‑', '–', '—', '\u200b', '\u200c', '\u200d', '\ufeff', '\u00ad':
		return true
	}
	return false
}

var collators = sync.Pool{New: func() any { return collate.New(language.Vietnamese) }}

// SortKey returns a text whose byte order is Vietnamese alphabetical order (a < ă < â < b … d < đ …), for columns
// that ORDER BY must sort alike on both engines.
func SortKey(s string) string {
	c := collators.Get().(*collate.Collator)
	defer collators.Put(c)
	var buf collate.Buffer
	return hex.EncodeToString(c.KeyFromString(&buf, norm.NFC.String(s)))
}

// Slug returns s as a part of an address: "Đạ R'sal" → "da-rsal".
func Slug(s string) string {
	var b strings.Builder
	dash := false
	for _, r := range Fold(s) {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			if dash && b.Len() > 0 {
				b.WriteByte('-')
			}
			dash = false
			b.WriteRune(r)
		} else {
			dash = true
		}
	}
	return b.String()
}
