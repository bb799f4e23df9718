package xlsx

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// relation is one line of a .rels part.
type relation struct {
	id, kind, target string
	external         bool
}

// relations reads the relations of a part; a part without any has none.
func relations(a *archive, part string) ([]relation, error) {
	name := path.Join(path.Dir(part), "_rels", path.Base(part)+".rels")
	if part == "" {
		name = "_rels/.rels"
	}
	if !a.has(name) {
		return nil, nil
	}
	var out []relation
	err := eachElement(a, name, func(t *tokens, e xml.StartElement) error {
		if e.Name.Local != "Relationship" {
			return nil
		}
		r := relation{id: attr(e, "Id"), kind: attr(e, "Type"), external: strings.EqualFold(attr(e, "TargetMode"), "External")}
		r.kind = r.kind[strings.LastIndexByte(r.kind, '/')+1:]
		if lower := strings.ToLower(r.kind); strings.Contains(lower, "macro") || lower == "vbaproject" {
			return fmt.Errorf("%w: relation %q", ErrUnsafe, r.kind)
		}
		target := attr(e, "Target")
		if !r.external {
			// A target is relative to the folder of its part, or absolute inside the archive.
			if strings.HasPrefix(target, "/") {
				target = path.Clean(target)[1:]
			} else {
				target = path.Join(path.Dir(part), target)
			}
		}
		r.target = target
		out = append(out, r)
		return nil
	})
	return out, err
}

// eachElement calls f for every start element of a part.
func eachElement(a *archive, name string, f func(*tokens, xml.StartElement) error) error {
	rc, err := a.open(name)
	if err != nil {
		return err
	}
	defer rc.Close()
	t := newTokens(rc)
	for {
		tok, err := t.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := tok.(xml.StartElement); ok {
			if err := f(t, e); err != nil {
				return err
			}
		}
	}
}

// checkContentTypes refuses a file that declares macros, whatever its parts are called. A type for an extension that no
// part has declares nothing: excelize writes that of macros for ".bin" into every workbook it saves.
func checkContentTypes(a *archive) error {
	return eachElement(a, "[Content_Types].xml", func(_ *tokens, e xml.StartElement) error {
		if e.Name.Local == "Default" && !a.hasExtension(attr(e, "Extension")) {
			return nil
		}
		kind := strings.ToLower(attr(e, "ContentType"))
		if strings.Contains(kind, "macro") || strings.Contains(kind, "vba") || strings.Contains(kind, "activex") {
			return fmt.Errorf("%w: content of type %q", ErrUnsafe, kind)
		}
		return nil
	})
}

// bookSheet is a line of the list of sheets.
type bookSheet struct {
	name, rel string
	hidden    bool
}

// readBook reads workbook.xml.
func readBook(a *archive, part string) (sheets []bookSheet, date1904 bool, err error) {
	err = eachElement(a, part, func(_ *tokens, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			date1904 = isTrue(attr(e, "date1904"))
		case "sheet":
			s := bookSheet{name: attr(e, "name"), hidden: attr(e, "state") == "hidden" || attr(e, "state") == "veryHidden"}
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					s.rel = a.Value
				}
			}
			sheets = append(sheets, s)
		}
		return nil
	})
	return sheets, date1904, err
}

// readText collects the text of a shared string or an inline string: plain, or the runs of rich text joined; the
// phonetic guide (rPh) is not part of it. The start element is already read.
func readText(t *tokens) (string, error) {
	first, more := "", []string(nil)
	inText, size := false, 0
	for depth := len(t.open); ; {
		tok, err := t.next()
		if err != nil {
			return "", midway(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			switch tok.Name.Local {
			case "t":
				inText = true
			case "rPh", "phoneticPr", "rPr":
				if err := t.skip(); err != nil {
					return "", err
				}
			}
		case xml.EndElement:
			inText = false
			if len(t.open) < depth {
				if more != nil {
					return unescape(first + strings.Join(more, "")), nil
				}
				return unescape(first), nil
			}
		case xml.CharData:
			if size += utf8.RuneCount(tok); size > maxText {
				return "", errLongText()
			}
			switch {
			case !inText:
			case first == "":
				first = string(tok)
			default:
				more = append(more, string(tok))
			}
		}
	}
}

// maxText bounds the text of one cell in characters, as spreadsheet programs do. maxStrings bounds the table of shared
// strings.
const (
	maxText    = 32_767
	maxStrings = 1_000_000
)

func errLongText() error { return fmt.Errorf("%w: a cell with more than 32,767 characters", ErrUnsafe) }

// midway calls the end of a part inside an element what it is.
func midway(err error) error {
	if err == io.EOF {
		return fmt.Errorf("%w: XML ends too early", ErrUnreadable)
	}
	return err
}

// unescape resolves _xHHHH_, by which strings carry characters that XML cannot hold.
func unescape(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for {
		i := strings.Index(s, "_x")
		if i < 0 || i+7 > len(s) {
			break
		}
		n, err := strconv.ParseUint(s[i+2:i+6], 16, 16)
		if err != nil || s[i+6] != '_' {
			b.WriteString(s[:i+2])
			s = s[i+2:]
			continue
		}
		b.WriteString(s[:i])
		b.WriteRune(rune(n))
		s = s[i+7:]
	}
	b.WriteString(s)
	return b.String()
}

// readShared reads the table of shared strings.
func readShared(a *archive, part string) ([]string, error) {
	var out []string
	err := eachElement(a, part, func(t *tokens, e xml.StartElement) error {
		if e.Name.Local != "si" {
			return nil
		}
		if len(out) >= maxStrings {
			return fmt.Errorf("%w: more than %d shared strings", ErrTooLarge, maxStrings)
		}
		s, err := readText(t)
		out = append(out, s)
		return err
	})
	return out, err
}

// readFormats reads, for every cell style, the code of its number format.
func readFormats(a *archive, part string) ([]string, error) {
	own := map[string]string{}
	var ids []string
	err := eachElement(a, part, func(t *tokens, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			own[attr(e, "numFmtId")] = attr(e, "formatCode")
		case "cellXfs":
			for depth := len(t.open); ; {
				tok, err := t.next()
				if err != nil {
					return midway(err)
				}
				if x, ok := tok.(xml.StartElement); ok && x.Name.Local == "xf" {
					ids = append(ids, attr(x, "numFmtId"))
				}
				if len(t.open) < depth {
					return nil
				}
			}
		case "dxfs":
			return t.skip() // differential formats have numFmt elements of their own numbering
		}
		return nil
	})
	out := make([]string, len(ids))
	for i, id := range ids {
		code, ok := own[id]
		if !ok {
			code = builtinFormat(id)
		}
		if !strings.EqualFold(code, "General") {
			out[i] = code
		}
	}
	return out, err
}

// builtinFormat returns the code of the formats that files name by number only (ECMA-376 part 1, 18.8.30).
func builtinFormat(id string) string {
	switch id {
	case "1":
		return "0"
	case "2":
		return "0.00"
	case "3":
		return "#,##0"
	case "4":
		return "#,##0.00"
	case "9":
		return "0%"
	case "10":
		return "0.00%"
	case "11":
		return "0.00E+00"
	case "12":
		return "# ?/?"
	case "13":
		return "# ??/??"
	case "14":
		return "mm-dd-yy"
	case "15":
		return "d-mmm-yy"
	case "16":
		return "d-mmm"
	case "17":
		return "mmm-yy"
	case "18":
		return "h:mm AM/PM"
	case "19":
		return "h:mm:ss AM/PM"
	case "20":
		return "h:mm"
	case "21":
		return "h:mm:ss"
	case "22":
		return "m/d/yy h:mm"
	case "27", "28", "29", "30", "31", "36", "50", "51", "52", "53", "54", "55", "56", "57", "58":
		return "yyyy/m/d" // dates whose words depend on the language of the program
	case "37":
		return "#,##0 ;(#,##0)"
	case "38":
		return "#,##0 ;[Red](#,##0)"
	case "39":
		return "#,##0.00;(#,##0.00)"
	case "40":
		return "#,##0.00;[Red](#,##0.00)"
	case "45":
		return "mm:ss"
	case "46":
		return "[h]:mm:ss"
	case "47":
		return "mmss.0"
	case "48":
		return "##0.0E+0"
	case "49":
		return "@"
	}
	return ""
}
