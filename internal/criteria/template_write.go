package criteria

import (
	"slices"
	"strconv"

	"langso/internal/platform/clock"
	"langso/internal/std/xlsx"
)

// spareRows are how many empty rows of a sheet are ready to be filled in: cells of text, so that a spreadsheet program does
// not turn the id 17.10 into the number 17.1, and lists to choose from.
const spareRows = 120

// WriteTemplate writes a version of a set as a workbook. Read back unchanged it is the same set.
func WriteTemplate(s *Set) ([]byte, error) {
	w := &templateWriter{Writer: xlsx.NewWriter()}
	w.help(s)
	w.head(s)
	w.criteria(s)
	w.indicators(s)
	w.years(s)
	w.table(sheetKeys, keyHeads, keyCells(s), 20)
	w.table(sheetBands, bandHeads, bandCells(s), 10)
	w.table(sheetScales, scaleHeads, scaleCells(s), 20)
	w.table(sheetSources, sourceHeads, sourceCells(s), 20)
	w.table(sheetNotes, noteHeads, noteCells(s), 20)
	w.lists()
	return w.Bytes()
}

type templateWriter struct {
	*xlsx.Writer
	offers []offer
}

// offer is a column of cells with a list to choose from.
type offer struct {
	sheet         *xlsx.SheetWriter
	col, from, to int
	list          *wordList
}

func (w *templateWriter) help(s *Set) {
	sheet := w.Sheet(sheetHelp, xlsx.Layout{Widths: []float64{110}})
	sheet.Title("Mẫu nhập bộ tiêu chí: " + s.TitleVI)
	sheet.Skip()
	for _, line := range []string{
		"1. Sửa trong các trang phía sau, lưu dạng .xlsx, rồi tải lên ở Quản trị > Bộ tiêu chí. Phần mềm kiểm tra và cho xem trước; chỉ ghi khi bấm xác nhận.",
		"2. Không đổi tên trang tính và tên cột. Thứ tự cột, dòng tiêu đề thêm phía trên và cột tự thêm không có tiêu đề không ảnh hưởng.",
		"3. Trang “Chỉ tiêu”: mỗi chỉ tiêu một dòng. Mã chỉ tiêu là chữ (17.10 khác 17.1), bắt đầu bằng mã tiêu chí. Tiêu chí chỉ có một chỉ tiêu thì dùng chính mã tiêu chí.",
		"4. Mức đạt: mức giống nhau ở mọi xã ghi ở cột “" + headAll + "”; mức khác nhau ghi ở các cột “" + headKeyed + " [mã]”, không ghi cả hai. Số ghi như 98 hoặc 98,5; tỷ lệ ghi theo phần trăm (98 là 98 %).",
		"5. Kiểu “có hoặc không” và “văn bản”: mức đạt là chữ Đạt, hoặc Không nếu điều đó không được có. Kiểu “mức độ”: ghi một mức của thang ở trang “Thang mức”.",
		"6. Chưa biết mức thì để trống, hoặc ghi “" + unknownWord + "”. Không suy mức từ vùng khác: xã sẽ hiện “chưa có ngưỡng”.",
		"7. Mức theo năm ghi ở trang “Mức theo năm”, khi đó để trống các cột mức ở trang “Chỉ tiêu”.",
		"8. Cột “Đã kiểm chứng nội dung và mức” chỉ ghi “có” khi đã đối chiếu với phụ lục của quyết định; ghi trang, mục ở cột “Trang, mục trong nguồn”.",
		"9. Loại minh chứng: một hay nhiều loại, cách nhau bằng dấu chấm phẩy, trong các loại: " + listed(&evidenceWords) + ".",
		"10. Nguồn: mã của trang “Nguồn”, cách nhau bằng dấu chấm phẩy.",
		"11. Ô tiếng Anh để trống thì bản tiếng Anh hiện chữ tiếng Việt. Độ tin cậy để trống là cao nếu đã kiểm chứng, thấp nếu chưa.",
		"12. Ví dụ một dòng chỉ tiêu: 2.1 · Tỷ lệ đường xã được nhựa hóa, bê tông hóa · tỷ lệ % · % · từ mức trở lên · nhóm 1: 100 · nhóm 2: 95 · nhóm 3: 80.",
	} {
		sheet.Cells(xlsx.Str(line))
	}
}

func listed(l *wordList) string {
	out := ""
	for k, word := range l.words {
		if k > 0 {
			out += "; "
		}
		out += word
	}
	return out
}

// head writes the first sheet.
func (w *templateWriter) head(s *Set) {
	sheet := w.Sheet(sheetHead, xlsx.Layout{Widths: []float64{32, 70, 60}, Frozen: 1})
	sheet.Header("Mục", "Nội dung", "Cách ghi")
	values := map[string][]string{
		"template": {templateMark}, "base": {s.SHA256}, "code": {s.Code}, "title": {s.TitleVI}, "title_en": {other(s.TitleEN, s.TitleVI)}, "level": {levelWordsList.word(s.Level)},
		"programme": {s.Programme}, "effective_from": {dayText(s.EffectiveFrom)}, "legal_basis": s.LegalBasis, "provincial_basis": s.ProvincialBasis, "requires": {s.RequiresSet},
		"criteria": {strconv.Itoa(s.OfficialCriteria)}, "indicators": {strconv.Itoa(s.OfficialIndicators)}, "supplier_verified": {yesNo(s.SupplierVerified)}, "special_key": {s.SpecialRuleKey},
	}
	for _, line := range headLines {
		list := values[line.field]
		if len(list) == 0 {
			list = []string{""}
		}
		for _, text := range list {
			sheet.Cells(xlsx.Str(line.label), xlsx.Str(text), xlsx.Str(line.help))
			if line.list != nil {
				w.offers = append(w.offers, offer{sheet, 2, sheet.Row(), sheet.Row(), line.list})
			}
		}
	}
}

func (w *templateWriter) criteria(s *Set) {
	var rows [][]xlsx.Out
	for _, g := range s.Groups {
		group := []xlsx.Out{xlsx.Str(g.ID), xlsx.Str(g.TitleVI), xlsx.Str(other(g.TitleEN, g.TitleVI))}
		if len(g.Criteria) == 0 {
			rows = append(rows, group)
		}
		for _, c := range g.Criteria {
			lead := c.Lead
			if lead == commonLead(c.Indicators) { // said by the indicators already
				lead = ""
			}
			rows = append(rows, append(slices.Clone(group), xlsx.Str(c.ID), xlsx.Str(c.TitleVI), xlsx.Str(other(c.TitleEN, c.TitleVI)), xlsx.Str(yesNo(c.TitleVerified)), xlsx.Str(leadWords.word(lead))))
		}
	}
	w.table(sheetCriteria, criterionHeads, rows, 20)
}

// levelHeads are the columns of the levels: one for all communes, one for each region or commune group.
func levelHeads(s *Set) []column {
	out := []column{{head: headAll, width: 12}}
	for _, key := range s.ThresholdKeys {
		out = append(out, column{head: keyHead(key), width: 12})
	}
	return out
}

func keyHead(key string) string { return headKeyed + " [" + key + "]" }

// levelCells are the cells below levelHeads.
func levelCells(s *Set, all *Level, named bool, levels map[string]*Level) []xlsx.Out {
	out := []xlsx.Out{levelCell(all, named)}
	for _, key := range s.ThresholdKeys {
		l, named := levels[key]
		out = append(out, levelCell(l, named))
	}
	return out
}

func levelCell(l *Level, named bool) xlsx.Out {
	switch {
	case l == nil && named:
		return xlsx.Str(unknownWord)
	case l == nil:
		return xlsx.Out{}
	case l.Word != "":
		return xlsx.Str(l.Word)
	}
	return xlsx.Num(l.Number.String())
}

func (w *templateWriter) indicators(s *Set) {
	var rows [][]xlsx.Out
	for _, i := range s.Indicators() {
		var evidence []string
		for _, id := range i.Evidence {
			evidence = append(evidence, evidenceWords.word(id))
		}
		cells := []xlsx.Out{xlsx.Str(i.Criterion.ID), xlsx.Str(i.ID), xlsx.Str(i.TextVI), xlsx.Str(other(i.TitleEN, i.TextVI)), xlsx.Str(kindWords.word(string(i.Kind))), xlsx.Str(i.Unit),
			xlsx.Str(compareWords.word(string(i.Compare))), xlsx.Str(i.Scale)}
		cells = append(cells, levelCells(s, i.Threshold.All, false, i.Threshold.ByKey)...)
		cells = append(cells, xlsx.Str(yesNo(i.Provincial)), xlsx.Str(supplierWords.word(string(i.Supplier))), xlsx.Str(leadWords.word(i.Lead)), xlsx.Str(joined(evidence)), xlsx.Str(joined(i.Source)), xlsx.Str(i.Page),
			xlsx.Str(yesNo(i.Verified)), xlsx.Str(yesNo(i.TextVerified)), xlsx.Str(confidenceWords.word(i.Confidence)), xlsx.Str(i.Note), xlsx.Str(other(i.NoteEN, i.Note)))
		rows = append(rows, cells)
	}
	w.table(sheetIndicators, slices.Concat(indicatorHeads, levelHeads(s), indicatorTails), rows, spareRows)
}

func (w *templateWriter) years(s *Set) {
	var rows [][]xlsx.Out
	for _, i := range s.Indicators() {
		var years []int
		for y := range i.Threshold.ByYear {
			years = append(years, y)
		}
		slices.Sort(years)
		for _, y := range years {
			levels := i.Threshold.ByYear[y]
			all, named := levels[""]
			rows = append(rows, append([]xlsx.Out{xlsx.Str(i.ID), xlsx.Int(y)}, levelCells(s, all, named, levels)...))
		}
	}
	w.table(sheetYears, slices.Concat([]column{{head: headIndicator, width: 12}, {head: headYear, width: 9}}, levelHeads(s)), rows, 40)
}

func keyCells(s *Set) [][]xlsx.Out {
	var rows [][]xlsx.Out
	for kind, keys := range [][]Key{s.Regions, s.CommuneGroups} {
		for _, k := range keys {
			rows = append(rows, []xlsx.Out{xlsx.Str(keyTypeWords.words[kind]), xlsx.Str(k.ID), xlsx.Str(k.VI), xlsx.Str(other(k.EN, k.VI)), xlsx.Str(joined(k.Source)), xlsx.Str(yesNo(k.Verified))})
		}
	}
	return rows
}

func bandCells(s *Set) [][]xlsx.Out {
	var rows [][]xlsx.Out
	for _, b := range s.Bands {
		rows = append(rows, []xlsx.Out{xlsx.Str(b.ID), xlsx.Int(b.From), xlsx.Int(b.To), xlsx.Str(yesNo(b.OwnChoice))})
	}
	return rows
}

func scaleCells(s *Set) [][]xlsx.Out {
	var rows [][]xlsx.Out
	for _, x := range s.Scales {
		for _, word := range x.Words {
			rows = append(rows, []xlsx.Out{xlsx.Str(x.ID), xlsx.Str(word), xlsx.Str(yesNo(x.Verified))})
		}
	}
	return rows
}

func sourceCells(s *Set) [][]xlsx.Out {
	var rows [][]xlsx.Out
	for _, x := range s.Sources {
		rows = append(rows, []xlsx.Out{xlsx.Str(x.ID), xlsx.Str(x.Title), xlsx.Str(x.Ref), xlsx.Str(x.UsedFor), xlsx.Str(other(x.UsedForEN, x.UsedFor))})
	}
	return rows
}

func noteCells(s *Set) [][]xlsx.Out {
	var rows [][]xlsx.Out
	for k := range s.Notes {
		rows = append(rows, []xlsx.Out{xlsx.Str(s.Notes[k]), xlsx.Str(other(s.NotesEN[k], s.Notes[k]))})
	}
	return rows
}

// table writes a sheet with a row of headings, the rows, and empty rows to fill in.
func (w *templateWriter) table(name string, columns []column, rows [][]xlsx.Out, spare int) {
	var heads []string
	var widths []float64
	for _, c := range columns {
		heads, widths = append(heads, c.head), append(widths, c.width)
	}
	sheet := w.Sheet(name, xlsx.Layout{Widths: widths, Frozen: 1})
	sheet.Header(heads...)
	for _, cells := range rows {
		sheet.Cells(cells...)
	}
	for range spare {
		sheet.Cells(make([]xlsx.Out, len(columns))...)
	}
	for k, c := range columns {
		if c.list != nil {
			w.offers = append(w.offers, offer{sheet, k + 1, 2, sheet.Row(), c.list})
		}
	}
}

// lists writes the sheet of words to choose from and ties the columns to it.
func (w *templateWriter) lists() {
	var all []*wordList
	longest := 0
	for _, o := range w.offers {
		if !slices.Contains(all, o.list) {
			all = append(all, o.list)
			longest = max(longest, len(o.list.words))
		}
	}
	sheet := w.Sheet(sheetLists, xlsx.Layout{Widths: slices.Repeat([]float64{30}, len(all)), Hidden: true})
	for k := range longest {
		cells := make([]xlsx.Out, len(all))
		for n, list := range all {
			if k < len(list.words) {
				cells[n] = xlsx.Str(list.words[k])
			}
		}
		sheet.Cells(cells...)
	}
	for _, o := range w.offers {
		o.sheet.Choose(o.col, o.from, o.to, sheet, slices.Index(all, o.list)+1, 1, len(o.list.words))
	}
}

// other returns the English text, "" when it is the Vietnamese one.
func other(en, vi string) string {
	if en == vi {
		return ""
	}
	return en
}

func yesNo(on bool) string { return yesNoWords.word(strconv.FormatBool(on)) }

// dayText writes a day as people do: "15/02/2026".
func dayText(d clock.Date) string {
	if len(d) != 10 {
		return string(d)
	}
	return string(d[8:] + "/" + d[5:7] + "/" + d[:4])
}
