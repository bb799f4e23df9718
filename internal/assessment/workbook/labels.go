package workbook

import (
	"regexp"
	"strconv"
	"strings"
)

// Labels say which part of a value a column holds when several stand under one code, and whether it holds a value of the
// period at all. Long texts are descriptions of the indicator and say neither.
const (
	plainLabel = 4 // words
	shortLabel = 6
	longLabel  = 12
)

// labelCode is a code with its words, as it is taken out of a heading to see what else the heading says.
var labelCode = regexp.MustCompile(`(?:^|[\s(\[:/–-])(?:(?:tieu chi|chi tieu|t/c|t\.? ?c|c/t|c\.? ?t|criterion|indicator|ma)[\s.:]*(?:so[\s.:]*)?)?\d{1,2}(?:[.,]\d{1,2})?(?:$|[\s.,:;)\]/–-])`)

// contexts are labels of columns that hold no value of the period, even when a code stands above them.
var contexts = []struct {
	role  role
	words int // more make a description
	expr  *regexp.Regexp
}{
	{note, longLabel, regexp.MustCompile(`^(ghi chu|ly do|nguyen nhan|giai trinh|y kien|nhan xet|de xuat|kien nghi|minh chung|nguon so lieu|notes?|remarks?|comments?|reasons?)\b`)},
	{previous, shortLabel, wordsPrevious},
	{required, shortLabel + 2, regexp.MustCompile(`^(muc |chi tieu )?(ke hoach|kh|muc tieu|chi tieu giao|dang ky|phan dau|du kien|nghi quyet|nq|plan|planned|target)([ /]+(nam|quy|thang|giao|duoc|de|ra|dau|tinh|huyen|ky|nay|dat|thuc|hien|den|[\d–-]+))*$`)},
	{date, shortLabel, regexp.MustCompile(`^(ngay|thoi diem|thoi gian|dates?)\b`)},
	{total, shortLabel, regexp.MustCompile(`^(tong )?so (xa|chi tieu|tieu chi|ct|tc)\b`)},
}

var (
	wordsPrevious = regexp.MustCompile(`\b(ky|nam|quy|thang|dot|lan)( bao cao| lien)? (truoc|ngoai)\b|\bcung ky\b|^truoc$|\bprevious\b|\blast (year|period|quarter|month)\b`)
	wordsOfPlan   = regexp.MustCompile(`(^(t[yi] le|%|muc|muc do) (hoan (thanh|tat)|so voi)|\b(so voi|dat|hoan thanh) (kh|ke hoach|muc tieu)\b)`) // a share of the plan
	wordsResult   = regexp.MustCompile(`^(ket qua|kq|thuc hien|th|ky nay|nam nay|quy nay|hien trang|thuc te|dat duoc|da dat|so lieu|gia tri|muc dat|uoc|actual|achieved|current)\b`)
	wordsCount    = regexp.MustCompile(`^(tong )?so (luong|nguoi|ho|tre|tre em|dan|nhan khau|lao dong|km|thon|truong|nha)( dat)?$|^(so dat|tong so|tong|dan so|tu so|mau so|sl|ts|ms)$`)
	wordsYear     = regexp.MustCompile(`^(?:(?:nam|hoc|thuc|hien|th|ket|qua|kq|so|lieu|uoc|ky|het|den|cuoi|trong|cua|thang|quy|dau|i|ii|iii|iv|v|vi|\d{1,2})[\s/.-]*)*(20\d\d)$`)
)

// labelOf returns what a heading says beside its code, folded.
func labelOf(c *cell) string {
	s := labelCode.ReplaceAllString(c.folded(), " ")
	return strings.Join(strings.Fields(strings.Trim(s, " .:;,*()[]–-")), " ")
}

func wordCount(s string) int { return len(strings.Fields(s)) }

// contextOf returns what a heading says of a column that holds no value of the period, noRole when it does not say so.
func contextOf(c *cell) role {
	s := labelOf(c)
	n := wordCount(s)
	for _, x := range contexts {
		if n <= x.words && x.expr.MatchString(s) {
			return x.role
		}
	}
	return noRole
}

// partOf returns which part of a value a heading below a code announces, or why it announces none; noRole when its words
// are not known. What was achieved, by whatever word, is a value: the cells tell whether it is a figure or a verdict.
func partOf(c *cell) role {
	if r := contextOf(c); r != noRole {
		return r
	}
	s := labelOf(c)
	if s == "" || wordCount(s) > longLabel {
		return noRole
	}
	if wordsOfPlan.MatchString(s) {
		return required
	}
	r := roleOfWords(s)
	switch r {
	case note, required, previous, measure:
		return r
	case numerator, denominator:
		if strings.HasPrefix(s, "thuc hien") || strings.HasPrefix(s, "da dat") {
			return value
		}
		return r
	}
	if wordsResult.MatchString(s) {
		return value
	}
	switch r {
	case percent, value, level, verdict:
		return r
	}
	return noRole
}

// namesPart reports a heading that names a part of a value, or a year, in few words; a description does not.
func namesPart(c *cell) bool {
	if c == nil {
		return false
	}
	return wordCount(labelOf(c)) <= plainLabel && partOf(c) != noRole || yearOf(c.folded()) != 0
}

// yearOf returns the year that a label consists of: "Năm 2023", "6 tháng đầu năm 2024", 2022; 0 when it says more or less.
func yearOf(label string) int {
	m := wordsYear.FindStringSubmatch(label)
	if m == nil {
		return 0
	}
	y, err := strconv.Atoi(m[1])
	if err != nil {
		return 0
	}
	return y
}
