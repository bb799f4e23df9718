package territory

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"langso/internal/platform/cli"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
	"langso/internal/std/xlsx"
)

func (s *Service) commands() []cli.Command {
	return []cli.Command{
		{Name: "import attributes", Args: "FILE.csv", HelpKey: "territory.help_import_attributes", Creates: true, Setup: s.importAttributesCommand},
		{Name: "import boundaries", Args: "FILE.geojson", HelpKey: "territory.help_import_boundaries", Creates: true, Setup: s.importBoundariesCommand},
		{Name: "import hamlets", Args: "FILE.xlsx", HelpKey: "territory.help_import_hamlets", Creates: true, Setup: s.importHamletsCommand},
	}
}

func (s *Service) importAttributesCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	trial := fs.Bool("dry-run", false, "check the file, write nothing")
	illustrative := fs.Bool("illustrative", false, "the values are invented and marked so")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) != 1 {
			return cli.Usage("import attributes needs one FILE.csv")
		}
		b, err := readBounded(in.Args[0], maxFileBytes)
		if err != nil {
			return err
		}
		rep, err := s.ImportAttributes(ctx, b, AttributeOptions{DryRun: *trial, Illustrative: *illustrative})
		if err != nil {
			return err
		}
		if err := in.Print(rep, func(w io.Writer) { rep.words(ctx, w, filepath.Base(in.Args[0]), *trial) }); err != nil {
			return err
		}
		if len(rep.Errors) > 0 {
			return cli.ErrRefused
		}
		return nil
	}
}

func (s *Service) importBoundariesCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	trial := fs.Bool("dry-run", false, "check the file, write nothing")
	illustrative := fs.Bool("illustrative", false, "the outlines are not official and marked so")
	at := fs.String("at", "", "day whose units the codes name, YYYY-MM-DD; default today")
	property := fs.String("code-property", "", "property that holds the code of the unit")
	source := fs.String("source", "", "where the outlines come from and under what licence")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) != 1 {
			return cli.Usage("import boundaries needs one FILE.geojson")
		}
		day, err := s.day(*at)
		if err != nil {
			return err
		}
		b, err := readBounded(in.Args[0], maxBoundaryBytes)
		if err != nil {
			return err
		}
		rep, err := s.ImportBoundaries(ctx, BoundaryFile{Name: filepath.Base(in.Args[0]), Bytes: b, At: day, CodeProperty: *property, Source: *source,
			Illustrative: *illustrative, DryRun: *trial})
		if err != nil {
			return err
		}
		if err := in.Print(rep, func(w io.Writer) { rep.words(ctx, w, *trial) }); err != nil {
			return err
		}
		if len(rep.Errors) > 0 {
			return cli.ErrRefused
		}
		return nil
	}
}

// words prints a report for people.
func (r *BoundaryReport) words(ctx context.Context, w io.Writer, trial bool) {
	for _, p := range r.Errors {
		fmt.Fprintf(w, "✕ %s: %s\n", p.place(ctx), p.Message)
	}
	for _, p := range r.Renamed {
		fmt.Fprintf(w, "! %s: %s\n", p.place(ctx), p.Message)
	}
	for _, u := range r.Removed {
		fmt.Fprintln(w, "- "+i18n.T(ctx, "territory.boundary_removed", u.FullName, u.Code))
	}
	for _, u := range r.Without {
		fmt.Fprintln(w, "? "+i18n.T(ctx, "territory.boundary_without", u.FullName, u.Code))
	}
	fmt.Fprintln(w, r.sum(ctx, trial))
}

// sum says in a sentence what became of the file.
func (r *BoundaryReport) sum(ctx context.Context, trial bool) string {
	key := "territory.boundaries_unchanged"
	switch {
	case len(r.Errors) > 0:
		return i18n.T(ctx, "territory.boundaries_refused", ui.Count(ctx, len(r.Errors)))
	case trial:
		key = "territory.boundaries_checked"
	case r.Written:
		key = "territory.boundaries_written"
	}
	return i18n.T(ctx, key, ui.Count(ctx, r.Joined), ui.Count(ctx, r.Features), ui.Date(ctx, r.At))
}

// words prints a report for people.
func (r *AttributeReport) words(ctx context.Context, w io.Writer, file string, trial bool) {
	for _, p := range r.Errors {
		fmt.Fprintf(w, "✕ %s:%d %s\n", file, p.Line, p.Message)
	}
	fmt.Fprintln(w, r.sum(ctx, trial))
}

// sum says in a sentence what became of the file.
func (r *AttributeReport) sum(ctx context.Context, trial bool) string {
	key := "territory.attributes_unchanged"
	switch {
	case len(r.Errors) > 0:
		return i18n.T(ctx, "territory.attributes_refused", len(r.Errors))
	case trial:
		key = "territory.attributes_checked"
	case r.Written:
		key = "territory.attributes_written"
	}
	return i18n.T(ctx, key, r.Rows, r.Created, r.Updated, r.Unchanged)
}

func (s *Service) importHamletsCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	trial := fs.Bool("dry-run", false, "check the file, write nothing")
	at := fs.String("at", "", "day whose communes are meant, YYYY-MM-DD; default today")
	ending := fs.String("end-missing", "", "hamlets of the same communes that the file does not name are gone from this day on, YYYY-MM-DD")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) != 1 {
			return cli.Usage("import hamlets needs one FILE.xlsx")
		}
		f := HamletFile{DryRun: *trial}
		var err error
		if f.At, err = s.day(*at); err != nil {
			return err
		}
		if *ending != "" {
			if f.Ending, err = s.day(*ending); err != nil {
				return err
			}
		}
		if f.Bytes, err = readBounded(in.Args[0], xlsx.MaxBytes); err != nil {
			return err
		}
		rep, err := s.ImportHamlets(ctx, f)
		if err != nil {
			return err
		}
		if err := in.Print(rep, func(w io.Writer) { rep.words(ctx, w, f) }); err != nil {
			return err
		}
		if rep.Refused > 0 {
			return cli.ErrRefused
		}
		return nil
	}
}

// words prints a report for people.
func (r *HamletReport) words(ctx context.Context, w io.Writer, f HamletFile) {
	for _, p := range r.Errors {
		fmt.Fprintf(w, "✕ %s: %s\n", p.place(ctx), p.Message)
	}
	if f.Ending == "" {
		for _, name := range r.Missing {
			fmt.Fprintln(w, "? "+i18n.T(ctx, "territory.hamlet_stays", name))
		}
	}
	fmt.Fprintln(w, r.sum(ctx, f.DryRun))
}

// sum says in a sentence what became of the file.
func (r *HamletReport) sum(ctx context.Context, trial bool) string {
	key := "territory.hamlets_unchanged"
	switch {
	case r.Refused > 0:
		return i18n.T(ctx, "territory.hamlets_refused", ui.Count(ctx, r.Refused))
	case trial:
		key = "territory.hamlets_checked"
	case r.Written:
		key = "territory.hamlets_written"
	}
	return i18n.T(ctx, key, ui.Count(ctx, r.Rows), ui.Count(ctx, r.Created), ui.Count(ctx, r.Updated), ui.Count(ctx, r.Unchanged), ui.Count(ctx, r.Ended))
}

// place is where in the sheet: "ô D12", "dòng 12", "cả tệp".
func (p HamletProblem) place(ctx context.Context) string {
	switch {
	case p.Row == 0:
		return i18n.T(ctx, "territory.whole_file")
	case p.Column == "":
		return i18n.T(ctx, "territory.row_n", p.Row)
	}
	return i18n.T(ctx, "territory.cell_n", p.Column, p.Row)
}

// readBounded reads a file, but never more than one byte above what is accepted: the rest only proves that it is too large.
func readBounded(path string, most int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "territory.file_unreadable", path).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "territory.file_unreadable", path).Because(err)
	}
	return b, nil
}
