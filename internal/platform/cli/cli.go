// Package cli runs the commands of langso: one flag syntax, one set of exit codes, JSON or words.
//
// Exit codes: 0 ok, 1 failed, 2 wrong use, 3 input refused.
package cli

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
)

const (
	OK      = 0
	Failed  = 1
	Misuse  = 2
	Refused = 3
)

// Command is one command of the program. Setup declares flags and returns what runs after they were read.
type Command struct {
	Name    string // words after langso: "import results"
	Args    string // shown in the usage line: "FILE.xlsx"
	HelpKey string // one sentence saying what it does
	Bare    bool   // runs without an open store
	Creates bool   // may create the database in an empty data folder
	// Illustrative says that the database it creates is one for demonstration.
	Illustrative bool
	Setup        func(fs *flag.FlagSet) func(ctx context.Context, in Input) error
}

// Input is what a running command gets.
type Input struct {
	Args   []string // positional arguments
	In     io.Reader
	Out    io.Writer
	AsJSON bool
}

// Print writes v as JSON when --json was given, else calls words.
func (in Input) Print(v any, words func(w io.Writer)) error {
	if !in.AsJSON {
		words(in.Out)
		return nil
	}
	e := json.NewEncoder(in.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// ErrRefused ends a command with exit code 3 after it has printed its report.
var ErrRefused = errors.New("input refused")

// ErrFailed ends a command with exit code 1 after it has printed what failed.
var ErrFailed = errors.New("failed")

// UsageError is a wrong use of a command; its text is shown with the usage line.
type UsageError struct{ Text string }

func (e UsageError) Error() string { return e.Text }

// Usage returns an error that says how the command was used wrongly.
func Usage(format string, args ...any) error { return UsageError{fmt.Sprintf(format, args...)} }

// Parse reads flags wherever they stand between positional arguments and returns the positional ones.
func Parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var pos []string
	for {
		if err := fs.Parse(args); errors.Is(err, flag.ErrHelp) {
			return nil, err
		} else if err != nil {
			return nil, UsageError{err.Error()}
		}
		args = fs.Args()
		if len(args) == 0 {
			return pos, nil
		}
		pos, args = append(pos, args[0]), args[1:]
	}
}

// Find returns the command whose name the arguments begin with, and the arguments behind it. The longest name wins.
func Find(commands []Command, args []string) (*Command, []string) {
	var best *Command
	n := 0
	for i := range commands {
		words := strings.Fields(commands[i].Name)
		if len(words) > len(args) || len(words) <= n {
			continue
		}
		match := true
		for j, w := range words {
			match = match && args[j] == w
		}
		if match {
			best, n = &commands[i], len(words)
		}
	}
	if best == nil {
		return nil, args
	}
	return best, args[n:]
}

// Exit turns the error of a command into its exit code and prints it to w in the language of ctx.
func Exit(ctx context.Context, w io.Writer, err error) int {
	var use UsageError
	switch {
	case err == nil:
		return OK
	case errors.Is(err, ErrRefused):
		return Refused
	case errors.Is(err, ErrFailed):
		return Failed
	case errors.As(err, &use):
		fmt.Fprintln(w, "langso: "+use.Text)
		return Misuse
	}
	f := fault.As(err)
	if f.Code == fault.Internal {
		fmt.Fprintf(w, "langso: %v\n", err)
		return Failed
	}
	text := i18n.Message(ctx, f)
	if f.Field != "" {
		text = f.Field + ": " + text
	}
	fmt.Fprintln(w, "langso: "+text)
	switch f.Code {
	case fault.Invalid, fault.TooLarge, fault.Conflict, fault.Stale, fault.NotFound, fault.Unconditional:
		return Refused
	}
	return Failed
}
