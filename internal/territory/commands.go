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
)

func (s *Service) commands() []cli.Command {
	return []cli.Command{{Name: "import attributes", Args: "FILE.csv", HelpKey: "territory.help_import_attributes", Creates: true, Setup: s.importAttributesCommand}}
}

func (s *Service) importAttributesCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	trial := fs.Bool("dry-run", false, "check the file, write nothing")
	illustrative := fs.Bool("illustrative", false, "the values are invented and marked so")
	return func(ctx context.Context, in cli.Input) error {
		if len(in.Args) != 1 {
			return cli.Usage("import attributes needs one FILE.csv")
		}
		b, err := readBounded(in.Args[0])
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

// words prints a report for people.
func (r *AttributeReport) words(ctx context.Context, w io.Writer, file string, trial bool) {
	for _, p := range r.Errors {
		fmt.Fprintf(w, "✕ %s:%d %s\n", file, p.Line, p.Message)
	}
	key := "territory.attributes_unchanged"
	switch {
	case len(r.Errors) > 0:
		fmt.Fprintln(w, i18n.T(ctx, "territory.attributes_refused", len(r.Errors)))
		return
	case trial:
		key = "territory.attributes_checked"
	case r.Written:
		key = "territory.attributes_written"
	}
	fmt.Fprintln(w, i18n.T(ctx, key, r.Rows, r.Created, r.Updated, r.Unchanged))
}

// readBounded reads a file, but never more than one byte above what is accepted: the rest only proves that it is too large.
func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fault.New(fault.NotFound, "territory.file_unreadable", path).Because(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFileBytes+1))
	if err != nil {
		return nil, fault.New(fault.Invalid, "territory.file_unreadable", path).Because(err)
	}
	return b, nil
}
