package criteria

import (
	"embed"
	"sync"

	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
)

//go:embed data
var dataFiles embed.FS

const departmentFile = "data/departments.yaml"

// Department is a provincial body that leads criteria (sở, ngành).
type Department struct {
	ID           string
	VI, EN       string // name before the bodies were merged in 2025
	Name2025     string // expected successor, not verified for any department
	EN2025       string // its name in English
	Verified     bool   // a document names this body for the criteria it leads
	Source       []string
	Note, NoteEN string
}

// Directory is the list of departments in the order of the file.
type Directory []Department

// ByID returns the department with this id, nil when there is none.
func (d Directory) ByID(id string) *Department {
	for i := range d {
		if d[i].ID == id {
			return &d[i]
		}
	}
	return nil
}

// renamedFrom is the first day on which screens show the names after the merger of 2025.
const renamedFrom clock.Date = "2025-01-01"

// Name returns the name of the body on a screen dated at, from 2025 that of the successor. English names of the time
// before say the subject only.
func (d *Department) Name(lang i18n.Lang, at clock.Date) string {
	switch {
	case lang == i18n.En && at >= renamedFrom:
		return d.EN2025
	case lang == i18n.En:
		return d.EN
	case at >= renamedFrom:
		return d.Name2025
	}
	return d.VI
}

// Departments returns the departments that may lead criteria.
func Departments() Directory { return loadDepartments() }

var loadDepartments = sync.OnceValue(func() Directory {
	b, err := dataFiles.ReadFile(departmentFile)
	if err != nil {
		panic(err) // the file is embedded above
	}
	d, err := parseDepartments(departmentFile, b)
	if err != nil {
		panic(err) // a test reads the same file
	}
	return d
})

func parseDepartments(name string, b []byte) (Directory, error) {
	r := &reader{file: name}
	var out Directory
	if root := r.open(b); root != nil {
		f := r.fields(root, "sources", "standing_body", "departments")
		sources := map[string]bool{}
		for _, n := range f.list("sources") {
			e := r.fields(n, "id", "title", "ref")
			sources[e.id("id", sourceShape)] = true
		}
		known := func(id string) bool { return sources[id] }
		for _, n := range f.list("departments") {
			e := r.fields(n, "id", "vi", "en", "name_2025", "en_2025", "sources", "verified", "note")
			d := Department{ID: e.id("id", keyShape), VI: e.text("vi"), EN: e.text("en"), Name2025: e.text("name_2025"), EN2025: e.text("en_2025"),
				Source: e.known("sources", "criteria.source_unknown", known), Verified: e.flag("verified")}
			d.Note, d.NoteEN = e.both("note", false)
			if out.ByID(d.ID) != nil {
				r.fail(n.Line, "criteria.id_twice", d.ID)
			}
			out = append(out, d)
		}
	}
	if err := r.err(); err != nil {
		return nil, err
	}
	return out, nil
}
