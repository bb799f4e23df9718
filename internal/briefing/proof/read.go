package proof

import (
	"regexp"
	"sort"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is what a token of the text is.
type kind int

const (
	ratio   kind = iota // 48/111, 48 trên 111
	count               // 48 xã
	percent             // 43,2 %
	item                // chỉ tiêu 8.4
)

// communes is the noun of counts that a board knows; other nouns keep their own word.
const communes = "xã"

// token is one figure or one named item of the text.
type token struct {
	kind     kind
	from, to int // bytes
	sentence int
	n, m     int    // count and whole; m 0 = no whole is named
	noun     string // of a ratio: communes, another word, "" = none
	nounEnd  int    // byte behind the noun
	num      int64  // of a percentage: num / 10^scale
	scale    int
	ranged   bool // "43–45 %"
	id       string
	whole    bool // the item is called tiêu chí
	used     bool
}

// reader works through one text.
type reader struct {
	text    string
	figures *Figures
	tokens  []token
	ends    []int // bytes at which sentences end
	found   []Finding
}

// space is white space of every width between a figure and its sign.
const space = `[\s\x{a0}\x{2007}\x{2009}\x{202f}]`

const whole = `(\d{1,3}(?:\.\d{3})+|\d+)`

var (
	ratioForm   = regexp.MustCompile(`(?i)` + whole + `(?:` + space + `+xã)?` + space + `*(/|÷|` + space + `(?:trên tổng số|trên tổng|trên|trong tổng số|trong số|trong tổng|trong|out of|of)` + space + `)` + space + `*` + whole)
	percentForm = regexp.MustCompile(`(?i)(\d{1,3}(?:\.\d{3})+(?:,\d+)?|\d+(?:[.,]\d+)?)` + space + `*(?:%|phần trăm|per ?cent)`)
	countForm   = regexp.MustCompile(`(?i)` + whole + space + `+(?:xã|communes?)`)
	itemForm    = regexp.MustCompile(`(?i)(chỉ tiêu|tiêu chí|indicator|criterion)(?:` + space + `+(?:số|thứ|no\.?))?` + space + `+(\d+(?:\.\d+)*)`)
	nounForm    = regexp.MustCompile(`(?i)^` + space + `*(xã|communes?|phường|thị trấn|thôn|bản|buôn|hộ|huyện|tiêu chí|chỉ tiêu|hợp tác xã|HTX|sản phẩm|mô hình|đơn vị|người|households)`)
)

// lex finds the tokens. Where two could be read, the one with more of the text counts.
func (r *reader) lex() {
	var all []token
	for _, m := range itemForm.FindAllStringSubmatchIndex(r.text, -1) {
		if word := strings.ToLower(r.text[m[2]:m[3]]); !r.glued(m[1]) && !letterAt(r.text, m[0], -1) {
			all = append(all, token{kind: item, from: m[0], to: m[1], id: r.text[m[4]:m[5]], whole: word == "tiêu chí" || word == "criterion"})
		}
	}
	for _, m := range ratioForm.FindAllStringSubmatchIndex(r.text, -1) {
		if t, ok := r.readRatio(m); ok {
			all = append(all, t)
		}
	}
	for _, m := range percentForm.FindAllStringSubmatchIndex(r.text, -1) {
		if t, ok := r.readPercent(m); ok {
			all = append(all, t)
		}
	}
	for _, m := range countForm.FindAllStringSubmatchIndex(r.text, -1) {
		n, ok := number(r.text[m[2]:m[3]])
		if ok && !r.attached(m[0]) && r.communeNoun(m[3], m[1]) {
			all = append(all, token{kind: count, from: m[0], to: m[1], n: n, noun: communes, nounEnd: m[1]})
		}
	}
	sort.SliceStable(all, func(i, j int) bool {
		if all[i].from != all[j].from {
			return all[i].from < all[j].from
		}
		return all[i].to > all[j].to
	})
	end := -1
	for _, t := range all {
		if t.from < end {
			continue
		}
		end = t.to
		r.tokens = append(r.tokens, t)
	}
}

// number reads a whole number with or without dots between thousands; ok is false for one that no count reaches.
func number(s string) (int, bool) {
	n, err := strconv.Atoi(strings.ReplaceAll(s, ".", ""))
	return n, err == nil && n <= 100_000_000
}

// readRatio accepts n/m as a count, unless it may be a date, a number of a document or a decimal.
func (r *reader) readRatio(m []int) (t token, ok bool) {
	n, okN := number(r.text[m[2]:m[3]])
	d, okD := number(r.text[m[6]:m[7]])
	if !okN || !okD || d == 0 || r.attached(m[0]) || r.glued(m[1]) {
		return t, false
	}
	t = token{kind: ratio, from: m[0], to: m[1], n: n, m: d}
	if x := nounForm.FindStringSubmatchIndex(r.ahead(m[1])); x != nil && !letterAt(r.text, m[1]+x[3], 1) {
		t.noun, t.nounEnd = strings.ToLower(r.text[m[1]+x[2]:m[1]+x[3]]), m[1]+x[3]
		switch t.noun {
		case "xã", "commune", "communes":
			t.noun = communes
			if !r.communeNoun(m[1], t.nounEnd) {
				t.noun = "đơn vị" // xã, phường: another whole than the board's
			}
			if strings.HasPrefix(strings.TrimSpace(r.ahead(t.nounEnd)), "hội") {
				t.noun = ""
			}
		}
	}
	if sep := r.text[m[4]:m[5]]; sep != "/" {
		return t, t.noun != "" || strings.Contains(sep, "÷")
	}
	// From here on the stroke of dates and documents.
	switch before := r.wordBefore(m[0]); {
	case dateWords[before]:
		return t, false
	case before == "số" && r.wordsBefore(m[0], 2) != "tổng số":
		return t, false
	}
	year := func(x int) bool { return x >= 1900 && x <= 2100 }
	if year(d) && (r.figures == nil || d != r.figures.Communes) {
		return t, false
	}
	if n <= 31 && d <= 12 && (t.noun == "" || capitalAfter(r.ahead(t.nounEnd))) {
		return t, false
	}
	return t, true
}

// dateWords stand before dates and numbers of documents.
var dateWords = map[string]bool{"ngày": true, "sáng": true, "chiều": true, "tối": true, "trưa": true, "đêm": true, "hôm": true, "mùng": true, "tháng": true, "quý": true, "kỳ": true,
	"định": true, "quyết": true, "tư": true, "luật": true, "lệnh": true, "văn": true, "thư": true, "đường": true, "km": true, "hẻm": true, "day": true, "no": true}

func (r *reader) readPercent(m []int) (t token, ok bool) {
	s := r.text[m[2]:m[3]]
	if r.attached(m[0]) && !r.rangeBefore(m[0]) {
		return t, false
	}
	grouped := strings.Count(s, ".") > 0 && strings.Contains(s, ",") || strings.Count(s, ".") > 1
	if grouped {
		s = strings.ReplaceAll(s, ".", "")
	}
	s = strings.Replace(s, ",", ".", 1)
	whole, frac, _ := strings.Cut(s, ".")
	if len(whole) > 6 || len(frac) > 4 {
		return t, false
	}
	num, err := strconv.ParseInt(whole+frac, 10, 64)
	if err != nil {
		return t, false
	}
	return token{kind: percent, from: m[0], to: m[1], num: num, scale: len(frac), ranged: r.rangeBefore(m[0])}, true
}

// rangeBefore reports whether a figure ends a range: "43–45 %", "từ 43 đến 45 %".
func (r *reader) rangeBefore(at int) bool {
	before := strings.TrimRightFunc(r.text[max(0, at-40):at], unicode.IsSpace)
	for _, dash := range []string{"-", "–", "—", "đến", "tới"} {
		if rest, ok := strings.CutSuffix(before, dash); ok {
			rest = strings.TrimRightFunc(rest, func(c rune) bool { return unicode.IsSpace(c) || c == '%' })
			last, _ := utf8.DecodeLastRuneInString(rest)
			return unicode.IsDigit(last)
		}
	}
	return false
}

// attached reports whether what stands before a figure makes it a part of something longer.
func (r *reader) attached(at int) bool {
	last, size := utf8.DecodeLastRuneInString(r.text[:at])
	if size == 0 {
		return false
	}
	if unicode.IsDigit(last) || unicode.IsLetter(last) || strings.ContainsRune("/÷_-–—", last) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(r.text[:at-size])
	return (last == '.' || last == ',') && unicode.IsDigit(before)
}

// glued reports whether what follows a figure makes it a part of something longer: "/QĐ", ",5", "%".
func (r *reader) glued(at int) bool {
	next, size := utf8.DecodeRuneInString(r.text[at:])
	if size == 0 {
		return false
	}
	if unicode.IsDigit(next) || unicode.IsLetter(next) || strings.ContainsRune("/÷_-–—%", next) {
		return true
	}
	after, _ := utf8.DecodeRuneInString(r.text[at+size:])
	if (next == '.' || next == ',') && unicode.IsDigit(after) {
		return true
	}
	return strings.HasPrefix(strings.TrimLeftFunc(r.ahead(at), unicode.IsSpace), "%")
}

// ahead is the text right behind a place, as much as any rule looks at.
func (r *reader) ahead(at int) string { return r.text[at:min(len(r.text), at+80)] }

// letterAt reports whether the letter before (side -1) or after (side 1) a place belongs to the same word.
func letterAt(s string, at, side int) bool {
	c, size := utf8.DecodeRuneInString(s[at:])
	if side < 0 {
		c, size = utf8.DecodeLastRuneInString(s[:at])
	}
	return size > 0 && (unicode.IsLetter(c) || unicode.Is(unicode.Mn, c))
}

// communeNoun reports whether the noun that ends at end means communes of the programme: not "xã hội", not "xã, phường".
func (r *reader) communeNoun(from, end int) bool {
	if letterAt(r.text, end, 1) {
		return false
	}
	rest := strings.ToLower(strings.TrimLeft(r.ahead(end), " \u00a0,/-–"))
	for _, other := range []string{"hội", "viên", "đội", "luận", "phường", "thị trấn", "đặc khu", "và phường", "và thị trấn"} {
		if strings.HasPrefix(rest, other) {
			return false
		}
	}
	return from < end
}

// capitalAfter reports whether the next word begins with a capital letter: the name of a commune.
func capitalAfter(s string) bool {
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	c, _ := utf8.DecodeRuneInString(s)
	return unicode.IsUpper(c)
}

// wordBefore is the word in front of a place, in small letters.
func (r *reader) wordBefore(at int) string { return r.wordsBefore(at, 1) }

func (r *reader) wordsBefore(at, n int) string {
	words := strings.Fields(strings.ToLower(r.text[max(0, at-60):at]))
	if len(words) > n {
		words = words[len(words)-n:]
	}
	return strings.Join(words, " ")
}

// sentences divides the text: at line breaks, semicolons and full stops that end no number or short form.
func (r *reader) sentences() {
	for i, c := range r.text {
		switch c {
		case '\n', ';', '!', '?':
			r.ends = append(r.ends, i)
		case '.':
			next, size := utf8.DecodeRuneInString(r.text[i+1:])
			if size == 0 || unicode.IsSpace(next) {
				r.ends = append(r.ends, i)
			}
		}
	}
	for i := range r.tokens {
		r.tokens[i].sentence = sort.SearchInts(r.ends, r.tokens[i].from)
	}
}

// reach is how far around a figure its sentence is read, in bytes: a text without full stops must not cost the square of
// its length.
const reach = 400

// sentence is the text around a token, and the byte at which it begins.
func (r *reader) sentence(t *token) (text string, start int) {
	from, to := max(0, t.from-reach), min(len(r.text), t.to+reach)
	if t.sentence > 0 {
		from = max(from, r.ends[t.sentence-1]+1)
	}
	if t.sentence < len(r.ends) {
		to = min(to, r.ends[t.sentence])
	}
	from = min(from, t.from) // a token may hold a full stop
	to = max(to, t.to)
	for from < t.from && !utf8.RuneStart(r.text[from]) {
		from++
	}
	return r.text[from:to], from
}

// between is the text from the end of one token to the start of the other, in small letters.
func (r *reader) between(a, b *token) string {
	if a.to > b.from {
		return ""
	}
	return strings.ToLower(r.text[a.to:b.from])
}
