package assessment

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"langso/internal/assessment/workbook"
	"langso/internal/platform/auth"
	"langso/internal/std/xlsx"
)

// Codes of our own beside those of the workbook: values outside the actor's rights, one whose digits cannot be stored, and a
// whole file with too many wrong places.
const (
	noRight         workbook.Code = "no_right"
	tooManyDigits   workbook.Code = "too_many_digits"
	tooManyProblems workbook.Code = "too_many_problems"
)

// reading is a workbook understood in a frame: what would be written and what is refused.
type reading struct {
	frame    *Frame
	read     *workbook.Reading
	values   []workbook.Value // within the actor's rights
	changes  []change
	problems []workbook.Problem // errors, those of missing rights included
	warnings []workbook.Problem
}

// readFile parses and understands a workbook. A file that cannot be read at all gives one problem for the whole file.
func (s *Service) readFile(ctx context.Context, set, period string, file []byte) (*reading, error) {
	f, err := s.Frame(ctx, set, period)
	if err != nil {
		return nil, err
	}
	if err := f.begun(); err != nil {
		return nil, err
	}
	u, err := s.read.understand(ctx, f, file)
	if err != nil {
		return nil, err
	}
	r := &reading{frame: f, read: u.read, problems: slices.Clone(u.read.Errors)}
	r.warnings = slices.Clone(u.read.Warnings)
	var foreign []workbook.Value
	for _, v := range u.read.Values {
		item := Item{ID: v.Indicator, Criterion: v.IsCriterion}
		fig, fits := figureOf(v)
		switch {
		case !auth.Of(ctx).May(auth.ImportResults, f.scope(v.Unit, item)):
			foreign = append(foreign, v)
		case !fits:
			r.problems = append(r.problems, workbook.Problem{Sheet: v.Sheet, Row: v.Row, Col: v.Col, Code: tooManyDigits, Raw: v.Raw, Unit: v.Unit, Indicator: v.Indicator})
		default:
			r.values = append(r.values, v)
			r.changes = append(r.changes, change{Unit: v.Unit, Item: item, Figure: fig, State: f.stateFor(ctx, v.Unit, item)})
		}
	}
	r.leaveOut(foreign)
	slices.SortStableFunc(r.problems, func(a, b workbook.Problem) int {
		return cmp.Or(cmp.Compare(u.sheets[a.Sheet], u.sheets[b.Sheet]), cmp.Compare(a.Row, b.Row), cmp.Compare(a.Col, b.Col))
	})
	return r, nil
}

// leaveOut says in one line that values belong to others: an office's table holds all communes, and whoever may write some
// of it need not correct the rest. It is an error only when nothing is left to write.
func (r *reading) leaveOut(foreign []workbook.Value) {
	if len(foreign) == 0 {
		return
	}
	first := foreign[0]
	p := workbook.Problem{Sheet: first.Sheet, Row: first.Row, Col: first.Col, Code: noRight, Args: []any{len(foreign)}}
	if len(r.changes) == 0 {
		r.problems = append(r.problems, p)
	} else {
		r.warnings = append(r.warnings, p)
	}
}

// understood is what a file means in a frame, whoever asks.
type understood struct {
	read   *workbook.Reading
	sheets map[string]int // order of the sheets
}

// readings keeps the last files that were understood, so that a preview does not read its workbook again for every page.
type readings struct {
	mu   sync.Mutex
	kept []keptReading // the newest last
	turn chan struct{} // one place per reader at work
}

type keptReading struct {
	key readingKey
	u   *understood
}

// readingKey names everything that the meaning of a file depends on.
type readingKey struct {
	file   [sha256.Size]byte
	set    int64
	period string
	basis  basis
}

// maxReadingsKept bounds the memory of readings; a large one takes a few MB.
const maxReadingsKept = 4

// Reading a workbook is bounded: so many at once, so long each.
const (
	readersAtOnce = 2
	maxReadTime   = 30 * time.Second
)

func newReadings() *readings { return &readings{turn: make(chan struct{}, readersAtOnce)} }

func (c *readings) understand(ctx context.Context, f *Frame, file []byte) (*understood, error) {
	key := readingKey{sha256.Sum256(file), f.Set.Version, f.Period.ID, f.judgedOn}
	c.mu.Lock()
	for _, k := range c.kept {
		if k.key == key {
			c.mu.Unlock()
			return k.u, nil
		}
	}
	c.mu.Unlock()
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	u := &understood{read: &workbook.Reading{}, sheets: map[string]int{}}
	limited, cancel := context.WithTimeout(ctx, maxReadTime)
	defer cancel()
	wb, err := openWorkbook(limited, file)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err() // the reader went away: nothing was learnt about the file
	case err != nil:
		u.read.Errors = []workbook.Problem{{Code: fileCode(err)}}
	default:
		u.read = workbook.Read(wb, workbook.Context{Set: f.Set, Period: f.Period, Register: f.Register, Roster: f.Roster})
		for i, sheet := range wb.Sheets {
			u.sheets[sheet.Name] = i
		}
		if len(u.read.Errors)+len(u.read.Warnings) > workbook.MaxProblems {
			u.read = &workbook.Reading{Errors: []workbook.Problem{{Code: tooManyProblems, Args: []any{workbook.MaxProblems}}}}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.kept = append(c.kept, keptReading{key, u})
	if len(c.kept) > maxReadingsKept {
		c.kept = slices.Delete(c.kept, 0, 1)
	}
	return u, nil
}

func openWorkbook(ctx context.Context, file []byte) (*xlsx.Workbook, error) {
	if len(file) > xlsx.MaxBytes {
		return nil, xlsx.ErrTooLarge
	}
	return xlsx.Read(patient{ctx, bytes.NewReader(file)}, int64(len(file)))
}

// patient reads until its ctx ends, so that a hostile file stops where its time is over.
type patient struct {
	ctx context.Context
	r   io.ReaderAt
}

func (p patient) ReadAt(b []byte, off int64) (int, error) {
	if p.ctx.Err() != nil {
		return 0, fmt.Errorf("%w: takes too long to read", xlsx.ErrUnsafe)
	}
	return p.r.ReadAt(b, off)
}

func fileCode(err error) workbook.Code {
	switch {
	case errors.Is(err, xlsx.ErrTooLarge):
		return workbook.FileTooLarge
	case errors.Is(err, xlsx.ErrUnsafe):
		return workbook.FileUnsafe
	}
	return workbook.FileUnreadable
}
