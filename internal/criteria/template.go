package criteria

import (
	"strings"

	"langso/internal/platform/vntext"
)

// A set also travels as a workbook: WriteTemplate gives any version as one, an office fills it in, ReadTemplate takes it.
// Its sheets, headings and words are Vietnamese in every language, because they are what ReadTemplate looks for.

// templateMark stands in the workbook and names the layout; a workbook of another layout is refused.
const templateMark = "langso-bo-tieu-chi-1"

// Sheets of the workbook.
const (
	sheetHelp       = "Hướng dẫn"
	sheetHead       = "Bộ tiêu chí"
	sheetCriteria   = "Tiêu chí"
	sheetIndicators = "Chỉ tiêu"
	sheetYears      = "Mức theo năm"
	sheetKeys       = "Vùng và nhóm xã"
	sheetBands      = "Khoảng số tiêu chí"
	sheetScales     = "Thang mức"
	sheetSources    = "Nguồn"
	sheetNotes      = "Ghi chú"
	sheetLists      = "Danh mục"
)

// column is one column of a sheet.
type column struct {
	head   string
	field  string // name in a set file, for messages and to find it; "" = none
	width  float64
	needed bool // the sheet is no template without it
	list   *wordList
}

// Headings that the reader asks for by name.
const (
	headCriterion = "Mã tiêu chí"
	headIndicator = "Mã chỉ tiêu"
	headAll       = "Mức đạt chung"
	headKeyed     = "Mức đạt" // of a region or commune group, followed by its id in brackets
	headYear      = "Năm"
)

// indicatorColumns are the columns of the sheet of indicators before and behind those of the levels.
var (
	indicatorHeads = []column{
		{head: headCriterion, field: "criterion", width: 9},
		{head: headIndicator, field: "id", width: 9, needed: true},
		{head: "Nội dung chỉ tiêu", field: "text", width: 60, needed: true},
		{head: "Nội dung tiếng Anh", field: "text_en", width: 30},
		{head: "Kiểu số liệu", field: "kind", width: 13, needed: true, list: &kindWords},
		{head: "Đơn vị tính", field: "unit", width: 14},
		{head: "Cách so với mức đạt", field: "compare", width: 13, needed: true, list: &compareWords},
		{head: "Thang mức", field: "scale", width: 11},
	}
	indicatorTails = []column{
		{head: "UBND tỉnh quy định mức", field: "provincial", width: 11, list: &yesNoWords},
		{head: "Nơi cung cấp số liệu", field: "supplier", width: 19, needed: true, list: &supplierWords},
		{head: "Cơ quan phụ trách", field: "lead", width: 34, needed: true, list: &leadWords},
		{head: "Loại minh chứng", field: "evidence", width: 28},
		{head: "Nguồn", field: "sources", width: 9},
		{head: "Trang, mục trong nguồn", field: "page", width: 18},
		{head: "Đã kiểm chứng nội dung và mức", field: "verified", width: 13, list: &yesNoWords},
		{head: "Đã đối chiếu nội dung", field: "text_verified", width: 13, list: &yesNoWords},
		{head: "Độ tin cậy", field: "confidence", width: 12, list: &confidenceWords},
		{head: "Ghi chú", field: "note", width: 40},
		{head: "Ghi chú tiếng Anh", field: "note_en", width: 30},
	}
	criterionHeads = []column{
		{head: "Mã nhóm", field: "group", width: 9, needed: true}, {head: "Tên nhóm", field: "group_title", width: 30, needed: true}, {head: "Tên nhóm tiếng Anh", field: "group_title_en", width: 26},
		{head: headCriterion, field: "id", width: 9, needed: true}, {head: "Tên tiêu chí", field: "title", width: 40, needed: true}, {head: "Tên tiêu chí tiếng Anh", field: "title_en", width: 34},
		{head: "Đã đối chiếu tên", field: "title_verified", width: 12, list: &yesNoWords}, {head: "Cơ quan phụ trách", field: "lead", width: 34, list: &leadWords},
	}
	keyHeads = []column{
		{head: "Loại", field: "type", width: 12, needed: true, list: &keyTypeWords}, {head: "Mã", field: "id", width: 12, needed: true}, {head: "Nội dung", field: "vi", width: 60, needed: true},
		{head: "Nội dung tiếng Anh", field: "en", width: 40}, {head: "Nguồn", field: "sources", width: 12}, {head: "Đã kiểm chứng", field: "verified", width: 12, list: &yesNoWords},
	}
	bandHeads = []column{
		{head: "Mã", field: "id", width: 12, needed: true}, {head: "Từ (tiêu chí đạt)", field: "from", width: 12, needed: true}, {head: "Đến", field: "to", width: 12, needed: true},
		{head: "Tự đặt, không phải của luật", field: "own_choice", width: 16, list: &yesNoWords},
	}
	scaleHeads = []column{
		{head: "Mã thang", field: "id", width: 14, needed: true}, {head: "Mức, từ thấp đến cao", field: "words", width: 24, needed: true}, {head: "Đã kiểm chứng", field: "verified", width: 12, list: &yesNoWords},
	}
	sourceHeads = []column{
		{head: "Mã", field: "id", width: 8, needed: true}, {head: "Tên văn bản, bài viết", field: "title", width: 60, needed: true}, {head: "Nơi đọc được", field: "ref", width: 34},
		{head: "Dùng cho", field: "used_for", width: 50}, {head: "Dùng cho (tiếng Anh)", field: "used_for_en", width: 40},
	}
	noteHeads = []column{{head: "Ghi chú", field: "vi", width: 80, needed: true}, {head: "Ghi chú tiếng Anh", field: "en", width: 80}}
)

// headLine is one line of the first sheet: what it is, its value, how to fill it in.
type headLine struct {
	label, field string
	many         bool // may stand on several lines
	list         *wordList
	help         string
}

var headLines = []headLine{
	{label: "Mẫu", field: "template", help: "Không sửa: phiên bản của mẫu"},
	{label: "Mã tệp của phiên bản", field: "base", help: "Không sửa: bản được tải xuống để sửa. Để trống khi lập một bộ tiêu chí mới"},
	{label: "Mã bộ tiêu chí", field: "code", help: "Chữ thường không dấu và số, nối bằng gạch ngang"},
	{label: "Tên bộ tiêu chí", field: "title"},
	{label: "Tên tiếng Anh", field: "title_en", help: "Để trống nếu chưa có: dùng tên tiếng Việt"},
	{label: "Mức công nhận", field: "level", list: &levelWordsList, help: "Chọn trong danh sách"},
	{label: "Giai đoạn", field: "programme", help: "Ví dụ 2026-2030"},
	{label: "Áp dụng từ ngày", field: "effective_from", help: "Ví dụ 15/02/2026. Để trống = từ đầu giai đoạn"},
	{label: "Căn cứ pháp lý", field: "legal_basis", many: true, help: "Mỗi văn bản một dòng; thêm dòng cùng tên mục nếu cần"},
	{label: "Văn bản của tỉnh", field: "provincial_basis", many: true, help: "Mỗi văn bản một dòng"},
	{label: "Phải đạt trước", field: "requires", help: "Mã của bộ tiêu chí phải đạt trước; để trống nếu không có"},
	{label: "Số tiêu chí theo quyết định", field: "criteria"},
	{label: "Số chỉ tiêu theo quyết định", field: "indicators", help: "Trang “Chỉ tiêu” để trống hoàn toàn = mới có khung; có chỉ tiêu thì phải đủ số này"},
	{label: "Tỉnh đã xác nhận nơi cung cấp", field: "supplier_verified", list: &yesNoWords},
	{label: "Cột cho xã đặc biệt khó khăn", field: "special_key", help: "Mã vùng hoặc nhóm xã áp dụng cho xã đặc biệt khó khăn; để trống nếu không có"},
}

// wordList are the words that stand in the workbook for the ids of a set file, in the order of a list to choose from.
type wordList struct{ ids, words []string }

var (
	yesNoWords      = wordList{[]string{"true", "false"}, []string{"có", "không"}}
	kindWords       = wordList{[]string{string(Percent), string(Number), string(Boolean), string(Document), string(LevelOf)}, []string{"tỷ lệ %", "số", "có hoặc không", "văn bản", "mức độ"}}
	compareWords    = wordList{[]string{string(AtLeast), string(AtMost), string(Equal)}, []string{"từ mức trở lên", "không quá mức", "đúng mức"}}
	supplierWords   = wordList{[]string{string(SupplierDepartment), string(SupplierCommune), string(SupplierHamlets), string(SupplierFact)}, []string{"cơ quan của tỉnh", "xã", "cộng từ các thôn", "hệ thống tự tính"}}
	confidenceWords = wordList{[]string{"high", "medium", "low"}, []string{"cao", "trung bình", "thấp"}}
	keyTypeWords    = wordList{[]string{"region", "commune_group"}, []string{"vùng", "nhóm xã"}}
	levelWordsList  = wordList{Levels(), []string{"đạt chuẩn nông thôn mới", "nông thôn mới nâng cao", "nông thôn mới kiểu mẫu", "nông thôn mới hiện đại"}}
	evidenceWords   = wordList{EvidenceKinds(), []string{"quyết định, văn bản phê duyệt", "kế hoạch", "báo cáo", "biểu số liệu", "danh sách", "biên bản kiểm tra", "giấy chứng nhận", "hợp đồng", "ảnh chụp"}}
	leadWords       = departmentWords()
)

// departmentWords name each department with its id in brackets: after the merger of 2025 two ids may have one name.
func departmentWords() wordList {
	var l wordList
	for _, d := range Departments() {
		l.ids = append(l.ids, d.ID)
		l.words = append(l.words, d.Name2025+" ["+d.ID+"]")
	}
	return l
}

// word returns the word for an id.
func (l *wordList) word(id string) string {
	for k, x := range l.ids {
		if x == id {
			return l.words[k]
		}
	}
	return id
}

// id returns the id for what somebody wrote: a word of the list, its id, or any text with the id in brackets behind it.
func (l *wordList) id(text string) (string, bool) {
	if in := bracketed(text); in != "" {
		text = in
	}
	for k, x := range l.ids {
		if text == x || vntext.Fold(text) == vntext.Fold(l.words[k]) {
			return x, true
		}
	}
	return "", false
}

// bracketed returns what stands in brackets at the end of a text, "" when nothing does.
func bracketed(s string) string {
	if i := strings.LastIndexByte(s, '['); i >= 0 && strings.HasSuffix(s, "]") {
		return strings.TrimSpace(s[i+1 : len(s)-1])
	}
	return ""
}

// unknownWord stands in a cell of a level that the file names as not known; a blank cell is not named at all.
const unknownWord = "chưa rõ"
