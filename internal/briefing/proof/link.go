package proof

import (
	"regexp"
	"strconv"
	"strings"
)

// Words that decide what a figure is about. They are compared in small letters.
var (
	planWords = []string{"phấn đấu", "mục tiêu", "kế hoạch", "dự kiến", "chỉ tiêu giao", "đăng ký", "sẽ ", "cần đạt", "yêu cầu đạt", "tối thiểu", "trở lên", "target", "planned"}
	// otherWords between a count and a percentage say that the percentage is of something else.
	otherWords = []string{"tăng", "giảm", "so với", "vượt", "hộ", "dân", "còn lại", "trong đó", "người", "thu nhập", "nghèo", "thêm", "kinh phí", "vốn", "lượt", "hồ sơ"}
	negatives  = []string{"chưa đạt", "không đạt", "chưa hoàn thành", "còn thiếu", "chưa có", "not met", "chưa được"}
	positives  = []string{"đạt", "hoàn thành", "met ", "meet"}
)

func hasAny(s string, words []string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// says reports whether the sentence of a token holds one of the words.
func (r *reader) says(t *token, words []string) bool {
	s, _ := r.sentence(t)
	return hasAny(strings.ToLower(s)+" ", words)
}

var (
	tight     = regexp.MustCompile(`^[\s\x{a0},(:–-]*(?:(?:thì|là|bằng|đạt|chiếm|tương đương|tức|hay|tỷ lệ|tỉ lệ|khoảng|với|or|=)[\s\x{a0}:]*)*$`)
	opens     = regexp.MustCompile(`^[\s\x{a0}]*(?:(?:số|tổng số)?[\s\x{a0}]*xã|communes?)?[\s\x{a0}]*(?:\(|,?[\s\x{a0}]*(?:tương đương|tức|hay|ứng với)[\s\x{a0}]*(?:với)?[\s\x{a0}]*)[\s\x{a0}]*$`)
	ofPlan    = regexp.MustCompile(`(?i)^[\s\x{a0}]*(?:so với |của )?(?:kế hoạch|mục tiêu|chỉ tiêu giao|trở lên|số hộ|hộ|dân số|người|so với)`)
	meetsItem = regexp.MustCompile(`^[\s\x{a0}]*(?:xã[\s\x{a0}]*|communes?[\s\x{a0}]*)?(?:đã[\s\x{a0}]*)?(?:chưa[\s\x{a0}]*|không[\s\x{a0}]*)?(?:đạt|hoàn thành|met|meet|meeting)(?:[\s\x{a0}]*(?:chuẩn|yêu cầu|được|the))*[\s\x{a0}]*$`)
	plainLink = regexp.MustCompile(`^[\s\x{a0}:,(–-]*(?:(?:có|là|đã có|hiện có|được|đạt|với)[\s\x{a0}]*)*$`)
	totalOf   = regexp.MustCompile(`(?i)(?:tổng số|tổng cộng|toàn tỉnh|cả tỉnh|trên địa bàn tỉnh)[\s\x{a0},]*(?:(?:là|có|hiện có|hiện nay có|gồm|còn|:)[\s\x{a0}]*)*$`)
	totalEnds = regexp.MustCompile(`(?i)^[\s\x{a0}]*(?:[,.;:)]|$|trong đó|thuộc)`)
	yearForm  = regexp.MustCompile(`(?:^|[^\d.,])((?:19|20)\d\d)(?:$|[^\d.,]|[.,](?:\D|$))`)
	quarter   = regexp.MustCompile(`(?i)quý[\s\x{a0}]+(IV|III|II|I|[1-4])(?:$|[^\p{L}\d])`)
	month     = regexp.MustCompile(`(?i)tháng[\s\x{a0}]+(\d{1,2})(?:$|[^\d])`)
)

// shareOf finds the percentage that a ratio states in the same breath, -1 = none.
func (r *reader) shareOf(i int) int {
	t := &r.tokens[i]
	if i > 0 {
		if p := &r.tokens[i-1]; p.kind == percent && !p.used && !p.ranged && p.sentence == t.sentence && opens.MatchString(r.between(p, t)) {
			return i - 1
		}
	}
	for j := i + 1; j < len(r.tokens); j++ {
		p := &r.tokens[j]
		if p.sentence != t.sentence || p.kind == ratio || p.kind == count || p.from-t.to > reach {
			return -1
		}
		if p.kind != percent {
			continue
		}
		if p.from-t.to > 160 {
			return -1
		}
		gap := r.between(t, p)
		switch {
		case p.used || p.ranged || ofPlan.MatchString(r.ahead(p.to)):
			return -1
		case t.noun == "":
			if !tight.MatchString(gap) {
				return -1
			}
		case hasAny(strings.TrimPrefix(strings.TrimLeft(gap, " \u00a0"), t.noun), otherWords) || r.says(t, []string{"kế hoạch", "phấn đấu", "mục tiêu"}):
			return -1
		case j+1 < len(r.tokens) && r.tokens[j+1].kind == ratio && r.tokens[j+1].sentence == p.sentence && opens.MatchString(r.between(p, &r.tokens[j+1])):
			return -1 // the percentage belongs to the count in brackets behind it
		}
		return j
	}
	return -1
}

// itemOf finds the item that a count of communes is about, -1 = none with certainty.
func (r *reader) itemOf(i int) int {
	t := &r.tokens[i]
	if j := i + 1; j < len(r.tokens) && r.tokens[j].kind == item && r.tokens[j].sentence == t.sentence {
		if meetsItem.MatchString(r.between(t, &r.tokens[j])) {
			if r.listed(j) {
				return -1
			}
			return j
		}
	}
	for j := i - 1; j >= 0 && r.tokens[j].sentence == t.sentence; j-- {
		switch x := &r.tokens[j]; x.kind {
		case item:
			if t.from-x.to > 160 || r.listed(j) {
				return -1
			}
			return j
		case ratio, count:
			return -1
		}
		if t.from-r.tokens[j].to > reach {
			return -1
		}
	}
	return -1
}

// listed reports whether an item stands beside another one: "chỉ tiêu 8.1 và chỉ tiêu 8.4", "tiêu chí 5, 6".
func (r *reader) listed(j int) bool {
	joins := func(gap string) bool {
		switch strings.Trim(gap, " \u00a0") {
		case ",", "và", ", và", "and", "hoặc", "đến", "-", "–":
			return true
		}
		return false
	}
	t := &r.tokens[j]
	if j > 0 && r.tokens[j-1].kind == item && joins(r.between(&r.tokens[j-1], t)) || j+1 < len(r.tokens) && r.tokens[j+1].kind == item && joins(r.between(t, &r.tokens[j+1])) {
		return true
	}
	return listTail.MatchString(r.ahead(t.to))
}

var listTail = regexp.MustCompile(`(?i)^[\s\x{a0}]*(?:,|và|and|đến|-|–)[\s\x{a0}]*(?:số[\s\x{a0}]*)?\d+(?:\.\d+)*(?:[\s\x{a0}]*(?:[,;.)]|và|$|có|đạt|đã))`)

// stance is what a sentence says that communes do about an item.
type stance int

const (
	says0 stance = iota // nothing that can be told
	meets
	meetsNot
)

// meeting reads whether a count is of communes that meet the item.
func (r *reader) meeting(t, it *token) stance {
	after := t.to
	if t.nounEnd > after {
		after = t.nounEnd
	}
	tail := strings.ToLower(r.text[after:min(len(r.text), after+48)])
	if i := strings.IndexAny(tail, ",.;(\n"); i >= 0 {
		tail = tail[:i]
	}
	head := ""
	if it.to <= t.from {
		head = r.between(it, t)
	}
	near := head + " " + tail + " "
	switch {
	case strings.Contains(near, "cơ bản"):
		return says0
	case hasAny(near, negatives):
		return meetsNot
	case hasAny(tail+" ", positives):
		return meets
	case head != "" && plainLink.MatchString(head) && strings.TrimSpace(tail) == "":
		return meets // "chỉ tiêu 8.4: 48/111 xã"
	case head != "" && hasAny(head, positives) && plainTail(tail):
		return meets
	}
	return says0
}

// plainTail reports whether nothing that changes the meaning stands behind the noun.
func plainTail(s string) bool { return strings.TrimSpace(s) == "" }

// shareItem finds the item of which a percentage is the share of communes, -1 = none with certainty.
func (r *reader) shareItem(i int) int {
	t := &r.tokens[i]
	if j := i + 1; j < len(r.tokens) && r.tokens[j].kind == item && r.tokens[j].sentence == t.sentence && !r.listed(j) {
		gap := strings.TrimLeft(r.between(t, &r.tokens[j]), " \u00a0")
		for _, noun := range []string{"số xã", "tổng số xã", "xã", "of communes"} {
			if rest, ok := strings.CutPrefix(gap, noun+" "); ok && meetsItem.MatchString(rest) && !hasAny(rest, []string{"chưa", "không"}) {
				return j
			}
		}
	}
	if j := i - 1; j >= 0 && r.tokens[j].kind == item && r.tokens[j].sentence == t.sentence && !r.listed(j) {
		x := &r.tokens[j]
		head := strings.ToLower(r.text[max(0, x.from-48):x.from])
		if tight.MatchString(r.between(x, t)) && (strings.Contains(head, "tỷ lệ xã đạt") || strings.Contains(head, "tỉ lệ xã đạt") || strings.Contains(head, "tỷ lệ số xã đạt")) && !ofPlan.MatchString(r.ahead(t.to)) {
			return j
		}
	}
	return -1
}

// isTotal reports whether a count is that of all communes: "toàn tỉnh có 111 xã.".
func (r *reader) isTotal(t *token) bool {
	_, start := r.sentence(t)
	return totalOf.MatchString(r.text[start:t.from]) && totalEnds.MatchString(r.ahead(t.to))
}

// otherPeriod reports whether the sentence names years, a quarter or a month and none of them is the board's.
func (r *reader) otherPeriod(t *token) bool {
	s, _ := r.sentence(t)
	f := r.figures
	if years := yearForm.FindAllStringSubmatch(s, -1); len(years) > 0 && f.Year != 0 {
		same := false
		for _, y := range years {
			n, _ := strconv.Atoi(y[1]) // four digits
			same = same || n == f.Year
		}
		if !same {
			return true
		}
	}
	if f.LastMonth == 0 {
		return false
	}
	for _, q := range quarter.FindAllStringSubmatch(s, -1) {
		n := map[string]int{"I": 1, "II": 2, "III": 3, "IV": 4, "1": 1, "2": 2, "3": 3, "4": 4}[strings.ToUpper(q[1])]
		if 3*n < f.FirstMonth || 3*n > f.LastMonth {
			return true
		}
	}
	for _, m := range month.FindAllStringSubmatch(s, -1) {
		if n, _ := strconv.Atoi(m[1]); n < f.FirstMonth || n > f.LastMonth {
			return true
		}
	}
	return false
}
