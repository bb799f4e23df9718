package workbook

import (
	"regexp"
	"strings"

	"langso/internal/criteria"
	"langso/internal/std/xlsx"
)

// role is what a column is for.
type role uint8

const (
	noRole role = iota
	rowNumber
	unitName
	unitCode
	district
	communeGroup
	indicatorCode
	indicatorTitle
	numerator
	denominator
	percent
	value
	level
	verdict
	date
	note
	total
	previous // of an earlier period
	required
	measure // unit of measure
	origin  // where a refused value stood: sheet and cell of the first workbook
)

// headings gives roles to the words of column headings, without marks and in lower case; the first that fits counts.
var headings = []struct {
	role role
	expr *regexp.Regexp
}{
	{rowNumber, regexp.MustCompile(`^(stt|tt|s\.t\.t\.?|t\.t\.?|so tt|so thu tu|thu tu|no\.?|nr\.?|#|n°|number|index)$`)},
	{origin, regexp.MustCompile(`^(trang|sheet|o|dong|cot|vi tri)( goc| cu)?$|^(original|source) (sheet|cell|row|column)$|^(cell|row|column)$`)},
	{note, regexp.MustCompile(`ghi chu|\bnotes?\b|remark|comment|y kien|ly do|reason|giai trinh|goi y|suggestion|\bnguon\b|dien giai`)},
	{previous, wordsPrevious},
	{measure, regexp.MustCompile(`don vi tinh|\bdvt\b|don vi do|unit of measure`)},
	{date, regexp.MustCompile(`\bngay\b|thoi diem|thoi gian|\bdates?\b|cap nhat luc`)},
	{unitCode, regexp.MustCompile(`\bma( so)? (xa|don vi|dvhc|dv|hanh chinh|dia ban|dia phuong)\b|(unit|commune) (code|id)`)},
	{indicatorTitle, regexp.MustCompile(`^(ten|noi dung|dien giai)( cac)? (chi tieu|tieu chi|ct|tc)|^noi dung$|(indicator|criterion) (name|title|text)`)},
	{total, regexp.MustCompile(`(so|tong so|tong) (chi tieu|tieu chi|ct|tc) (dat|hoan thanh)|hoan thanh|tong cong|^cong$|(indicators|criteria) met|^total$|^sum$`)},
	{required, regexp.MustCompile(`yeu cau|muc quy dinh|theo quy dinh|nguong|muc chuan|muc dat chuan|threshold|target|required|ke hoach|chi tieu giao`)},
	{value, regexp.MustCompile(`ket qua (thuc hien|dat duoc|do duoc)`)},
	{numerator, regexp.MustCompile(`tu so|numerator|\bso (nguoi|ho|tre|luong|dan|km|lao dong|nha|thon|co so|don vi|doi tuong)?( [a-z]+){0,3} ?(dat|tham gia|co|duoc)\b|^so dat|thuc hien|^da dat|^number (met|passed|meeting)`)},
	{denominator, regexp.MustCompile(`mau so|denominator|tong so|^tong\b|tren tong|\btotal\b|population|dan so`)},
	{percent, regexp.MustCompile(`\bt[yi] le\b|%|phan tram|\brate\b|percent|\bratio\b`)},
	{communeGroup, regexp.MustCompile(`\bnhom( xa)?\b|phan nhom|commune group|^group$`)},
	{indicatorCode, regexp.MustCompile(`chi tieu|tieu chi|indicator|criteri|^(ma )?(ct|tc)$`)},
	{district, regexp.MustCompile(`^(ten |don vi |dia ban |cap )*(huyen|quan|thanh pho|thi xa|tp|tx|district|khu vuc|tinh cu|tinh \(cu\)|tinh truoc)|former (province|district)|^thuoc (huyen|tinh)`)},
	{unitName, regexp.MustCompile(`^(ten |cac |danh sach |thuoc |don vi )*(xa|commune|don vi|dia phuong|dia ban|dvhc|unit|locality|cap xa|place)\b`)},
	{level, regexp.MustCompile(`muc do|cap do|xep loai|\blevel\b|\bgrade\b|^muc$`)},
	{value, regexp.MustCompile(`gia tri|so lieu|\bvalue\b|thuc te|\bfigure\b|muc dat|dat duoc`)},
	{verdict, regexp.MustCompile(`danh gia|ket luan|ket qua|verdict|result|dat ?/ ?(chua|khong)|\bstatus\b|assess|\bmet\b|^dat$`)},
}

// roleOf reads the role of a column from a heading.
func roleOf(c *cell) role {
	if c.said == 0 {
		c.said = 1 + readRole(c)
	}
	return c.said - 1
}

func readRole(c *cell) role {
	if c.Kind != xlsx.Text {
		return noRole
	}
	return roleOfWords(strings.Trim(c.folded(), " .:*"))
}

func roleOfWords(s string) role {
	if s == "" || len(s) > 160 {
		return noRole
	}
	switch s {
	case "ma", "ma so", "code", "id":
		return unitCode // confirmed by what stands below
	case "ten":
		return unitName
	}
	for _, h := range headings {
		if h.expr.MatchString(s) {
			return h.role
		}
	}
	return noRole
}

var (
	wordsProvinceTotal = regexp.MustCompile(`toan tinh|tong cong|tong so|toan quoc|ca tinh|grand total|^(i+\.? )?total|whole province|province total|all communes`)
	wordsSubtotal      = regexp.MustCompile(`^([ivx]+\.? |[a-z]\.? |\d+\.? )?(cong|tong)\b|^tong hop|toan (huyen|thanh pho|thi xa|quan|khu vuc|cum|vung|xa|dia ban)|sub ?total|^so (xa|chi tieu|tieu chi|don vi|luong)\b|^luy ke|^sum\b`)
	wordsPercentRow    = regexp.MustCompile(`^(t[yi] le|%|phan tram|rate\b|percent|share\b)`)
	wordsAverage       = regexp.MustCompile(`^(binh quan|trung binh|average|mean\b|gia tri trung binh)`)
	wordsRequired      = regexp.MustCompile(`yeu cau|muc quy dinh|theo quy dinh|quy dinh|nguong|chi tieu chung|muc (dat )?chuan|muc dat|muc phan dau|ke hoach|muc tieu|required|threshold|target|standard|^chuan\b|tieu chuan|bo tieu chi|trong so|diem toi da`)
	wordsMeasure       = regexp.MustCompile(`don vi tinh|\bdvt\b|unit of measure|^units?:|^unit$`)
	wordsFooter        = regexp.MustCompile(`noi nhan|nguoi (lap|tong hop|kiem tra|duyet|bao cao|ky)|lap bieu|chanh van phong|pho chanh|giam doc|chu tich|bi thu|ky( va)? ten|\(ky|dong dau|^(kt|tm|tl|tuq|q)\.|luu: ?vt|thu truong|truong phong|phu trach|ke toan|ngay .*thang .*nam|prepared by|signature|approved by`)
	wordsTitle         = regexp.MustCompile(`cong hoa xa hoi|doc lap|^ubnd|uy ban nhan dan|^bieu|^mau so|^phu luc|^so:|ngay .*thang|ban chi dao|minh hoa|kem theo|^so [a-z]+ (tinh|lam)|^bao cao|ky bao cao`)
	wordsRegion        = regexp.MustCompile(`^([ivxlc]+|\d+|[a-h])?\s*[.)/-]?\s*((huyen|thanh pho|tp|thi xa|tx|quan|tinh|khu vuc|district|city|region|province|dia ban)\b|h\.)`)
	wordsNumbered      = regexp.MustCompile(`^([ivxlc]+|[a-h])\s*[.)/-]`)
	romanNumber        = regexp.MustCompile(`^[IVXLC]+\.?$`)
)

// totalReason says which kind of total a label names; "" = none.
func totalReason(folded string) string {
	switch {
	case wordsPercentRow.MatchString(folded):
		return ReasonPercentRow
	case wordsProvinceTotal.MatchString(folded):
		return ReasonTotal
	case wordsSubtotal.MatchString(folded):
		return ReasonSubtotal
	case wordsAverage.MatchString(folded):
		return ReasonAverage
	}
	return ""
}

// verdictWord is a word or sign for a result, and what must be true for it to say so.
type verdictWord struct {
	verdict Verdict
	yes, no bool // "có", "không": they answer a question, so it depends on the answer that is required
}

func readVerdictWord(lower string) (verdictWord, bool) {
	switch lower {
	case "đạt", "x", "đ", "met", "pass", "true":
		return verdictWord{verdict: VerdictMet}, true
	case "chưa đạt", "không đạt", "k", "not met", "not yet met", "fail", "false":
		return verdictWord{verdict: VerdictNotMet}, true
	case "cơ bản đạt", "basically met":
		return verdictWord{verdict: VerdictNearly}, true
	case "chưa đánh giá", "không đánh giá", "not assessed":
		return verdictWord{verdict: VerdictNotDone}, true
	case "không áp dụng", "n/a", "not applicable":
		return verdictWord{verdict: VerdictNA}, true
	case "có", "yes":
		return verdictWord{verdict: VerdictMet, yes: true}, true
	case "không", "no":
		return verdictWord{verdict: VerdictNotMet, no: true}, true
	}
	return verdictWord{}, false
}

// isDash reports the sign for "does not apply".
func isDash(s string) bool { return s == "-" || s == "–" || s == "—" || s == "−" }

var levelWords = regexp.MustCompile(`^(mức độ|mức|cấp độ|hạng|loại|level) ([0-9]|[ivx]{1,4}|[a-d])$|^(khá|tốt|giỏi|xuất sắc|trung bình|yếu|kém)$`)

// levelWord returns a word of a level scale as the set writes it, else as the office does.
func levelWord(s *criteria.Set, text string) (string, bool) {
	for _, sc := range s.Scales {
		for _, w := range sc.Words {
			if strings.EqualFold(w, text) {
				return w, true
			}
		}
	}
	lower := strings.ToLower(text)
	if !levelWords.MatchString(lower) {
		return "", false
	}
	if rest, ok := strings.CutPrefix(lower, "mức độ "); ok {
		return "Mức độ " + strings.ToUpper(rest), true
	}
	return text, true
}

// valueLike reports a cell that can be a value of some indicator, so that a row of such cells is a row of data.
func valueLike(c *cell) bool {
	if c.blank() {
		return false
	}
	switch c.Kind {
	case xlsx.Number, xlsx.Bool, xlsx.Error, xlsx.Empty:
		return true
	}
	if isDash(c.text) {
		return true
	}
	lower := strings.ToLower(c.text)
	if _, ok := readVerdictWord(lower); ok || levelWords.MatchString(lower) {
		return true
	}
	if _, ok := typedPercent(c.text); ok {
		return true
	}
	_, ok := typedCount(c.text)
	return ok
}
