package account

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/i18n"
	"langso/internal/platform/vntext"
)

// commands are "langso user …": accounts, grants, factors and tokens, without a second factor.
func (s *Service) commands() []cli.Command {
	return []cli.Command{
		{Name: "user add", Args: "LOGIN", HelpKey: "account.help.add", Setup: s.addCommand},
		{Name: "user list", HelpKey: "account.help.list", Setup: s.listCommand},
		{Name: "user password", Args: "LOGIN", HelpKey: "account.help.password", Setup: s.passwordCommand},
		{Name: "user grant", Args: "LOGIN", HelpKey: "account.help.grant", Setup: s.grantCommand},
		{Name: "user revoke", Args: "LOGIN", HelpKey: "account.help.revoke", Setup: s.revokeCommand},
		{Name: "user disable", Args: "LOGIN", HelpKey: "account.help.disable", Setup: s.loginCommand(s.Disable, "account.disabled_now")},
		{Name: "user enable", Args: "LOGIN", HelpKey: "account.help.enable", Setup: s.loginCommand(s.Enable, "account.enabled_now")},
		{Name: "user factors", Args: "LOGIN", HelpKey: "account.help.factors", Setup: s.loginCommand(s.RemoveFactors, "account.factors_removed_now")},
		{Name: "user token", Args: "LOGIN", HelpKey: "account.help.token", Setup: s.tokenCommand},
		{Name: "user tokens", Args: "LOGIN", HelpKey: "account.help.tokens", Setup: s.tokensCommand},
		{Name: "user token-revoke", Args: "ID", HelpKey: "account.help.token_revoke", Setup: s.tokenRevokeCommand},
	}
}

// grantJSON, accountJSON and tokenJSON are the shapes of --json.
type grantJSON struct {
	Role        auth.Role `json:"role"`
	Unit        int64     `json:"unit"` // id of the unit, 0 = the whole territory
	Departments []string  `json:"departments,omitempty"`
}

type accountJSON struct {
	Login    string      `json:"login"`
	Name     string      `json:"name"`
	Active   bool        `json:"active"`
	Created  time.Time   `json:"created"`
	Grants   []grantJSON `json:"grants"`
	Password string      `json:"password,omitempty"` // only when user add made one
}

type tokenJSON struct {
	Token    string     `json:"token,omitempty"` // the secret, only when it was just made
	ID       string     `json:"id"`              // text, because it does not fit the numbers of every JSON reader
	Login    string     `json:"login"`
	Name     string     `json:"name"`
	Scope    TokenScope `json:"scope"`
	Created  time.Time  `json:"created"`
	Expires  time.Time  `json:"expires"`
	LastUsed *time.Time `json:"last_used,omitempty"`
	Revoked  *time.Time `json:"revoked,omitempty"`
}

func (a Account) json() accountJSON {
	out := accountJSON{Login: a.Login, Name: a.Name, Active: a.Active, Created: a.Created, Grants: []grantJSON{}}
	for _, g := range a.Grants {
		out.Grants = append(out.Grants, grantJSON(g))
	}
	return out
}

func (t Token) json(secret string) tokenJSON {
	optional := func(at time.Time) *time.Time {
		if at.IsZero() {
			return nil
		}
		return &at
	}
	return tokenJSON{Token: secret, ID: strconv.FormatInt(t.ID, 10), Login: t.Login, Name: t.Name, Scope: t.Scope,
		Created: t.Created, Expires: t.Expires, LastUsed: optional(t.LastUsed), Revoked: optional(t.Revoked)}
}

// words writes an account as one line.
func (a Account) words(w io.Writer) {
	state := ""
	if !a.Active {
		state = "\t(disabled)"
	}
	grants := make([]string, len(a.Grants))
	for i, g := range a.Grants {
		grants[i] = string(g.Role)
		if g.Unit != 0 {
			grants[i] += fmt.Sprintf("@#%d", g.Unit)
		}
		if len(g.Departments) > 0 {
			grants[i] += "(" + strings.Join(g.Departments, ",") + ")"
		}
	}
	fmt.Fprintf(w, "%s\t%q\t%s%s\n", a.Login, a.Name, strings.Join(grants, " "), state)
}

// single returns the one positional argument of a command.
func single(in cli.Input, what string) (string, error) {
	if len(in.Args) != 1 {
		return "", cli.Usage("give one %s", what)
	}
	return in.Args[0], nil
}

// unit returns the id of the unit that a flag names, 0 for "".
func (s *Service) unit(ctx context.Context, code string) (int64, error) {
	if code == "" {
		return 0, nil
	}
	return s.units.UnitID(ctx, code)
}

// list splits "a, b" into its parts.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// grantFlags declares the flags that name a grant and returns what reads them.
func (s *Service) grantFlags(fs *flag.FlagSet) func(ctx context.Context) (auth.Grant, error) {
	role := fs.String("role", "", "role: administrator, province_office, department, commune_officer or viewer")
	code := fs.String("unit", "", "statistics code of a present unit, or #ID; empty = the whole territory")
	departments := fs.String("department", "", "departments whose criteria the role covers: a,b")
	return func(ctx context.Context) (auth.Grant, error) {
		if *role == "" {
			return auth.Grant{}, cli.Usage("--role is needed")
		}
		unit, err := s.unit(ctx, *code)
		if err != nil {
			return auth.Grant{}, err
		}
		return auth.Grant{Role: auth.Role(*role), Unit: unit, Departments: list(*departments)}, nil
	}
}

func (s *Service) addCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	name := fs.String("name", "", "name that pages show")
	stdin := fs.Bool("password-stdin", false, "read the password from standard input; without it one is made and printed")
	grant := s.grantFlags(fs)
	return func(ctx context.Context, in cli.Input) error {
		login, err := single(in, "LOGIN")
		if err != nil {
			return err
		}
		g, err := grant(ctx)
		if err != nil {
			return err
		}
		d := Draft{Login: login, Name: *name, Grants: []auth.Grant{g}}
		made := ""
		if *stdin {
			d.Password, err = readPassword(in)
			if err != nil {
				return err
			}
		} else {
			made = randomPassword()
			d.Password = made
		}
		a, err := s.Add(ctx, d)
		if err != nil {
			return err
		}
		out := a.json()
		out.Password = made
		return in.Print(out, func(w io.Writer) {
			a.words(w)
			if made != "" {
				fmt.Fprintln(w, i18n.T(ctx, "account.password_made", made))
			}
		})
	}
}

func (s *Service) listCommand(*flag.FlagSet) func(context.Context, cli.Input) error {
	return func(ctx context.Context, in cli.Input) error {
		all, err := s.All(ctx)
		if err != nil {
			return err
		}
		out := make([]accountJSON, len(all))
		for i, a := range all {
			out[i] = a.json()
		}
		return in.Print(map[string]any{"accounts": out}, func(w io.Writer) {
			for _, a := range all {
				a.words(w)
			}
		})
	}
}

func (s *Service) passwordCommand(*flag.FlagSet) func(context.Context, cli.Input) error {
	return func(ctx context.Context, in cli.Input) error {
		login, err := single(in, "LOGIN")
		if err != nil {
			return err
		}
		password, err := readPassword(in)
		if err != nil {
			return err
		}
		ended, err := s.SetPassword(ctx, login, password)
		if err != nil {
			return err
		}
		return in.Print(map[string]any{"login": login, "sessions_ended": ended}, func(w io.Writer) {
			fmt.Fprintln(w, i18n.T(ctx, "account.password_set", login, ended))
		})
	}
}

func (s *Service) grantCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	grant := s.grantFlags(fs)
	return func(ctx context.Context, in cli.Input) error {
		login, err := single(in, "LOGIN")
		if err != nil {
			return err
		}
		g, err := grant(ctx)
		if err != nil {
			return err
		}
		a, err := s.Grant(ctx, login, g)
		if err != nil {
			return err
		}
		return in.Print(a.json(), a.words)
	}
}

func (s *Service) revokeCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	role := fs.String("role", "", "role to take away")
	code := fs.String("unit", "", "only for this unit: statistics code of a present unit, or #ID; empty = everywhere")
	return func(ctx context.Context, in cli.Input) error {
		login, err := single(in, "LOGIN")
		if err != nil {
			return err
		}
		if *role == "" {
			return cli.Usage("--role is needed")
		}
		var only *int64
		if *code != "" {
			unit, err := s.unit(ctx, *code)
			if err != nil {
				return err
			}
			only = &unit
		}
		a, err := s.Revoke(ctx, login, auth.Role(*role), only)
		if err != nil {
			return err
		}
		return in.Print(a.json(), a.words)
	}
}

// loginCommand is a command that needs nothing but the login.
func (s *Service) loginCommand(do func(ctx context.Context, login string) (Account, error), doneKey string) func(*flag.FlagSet) func(context.Context, cli.Input) error {
	return func(*flag.FlagSet) func(context.Context, cli.Input) error {
		return func(ctx context.Context, in cli.Input) error {
			login, err := single(in, "LOGIN")
			if err != nil {
				return err
			}
			a, err := do(ctx, login)
			if err != nil {
				return err
			}
			return in.Print(a.json(), func(w io.Writer) { fmt.Fprintln(w, i18n.T(ctx, doneKey, a.Login)) })
		}
	}
}

func (s *Service) tokenCommand(fs *flag.FlagSet) func(context.Context, cli.Input) error {
	scope := fs.String("scope", string(ReadScope), "read = reading only; all = all rights of the account that a token may have")
	name := fs.String("name", "api", "what the token is for")
	days := fs.Int("days", DefaultTokenDays, "life in days, at most 90")
	return func(ctx context.Context, in cli.Input) error {
		login, err := single(in, "LOGIN")
		if err != nil {
			return err
		}
		secret, t, err := s.MakeToken(ctx, login, *name, TokenScope(*scope), *days)
		if err != nil {
			return err
		}
		return in.Print(t.json(secret), func(w io.Writer) {
			fmt.Fprintln(w, secret)
			fmt.Fprintln(w, i18n.T(ctx, "account.token_made", t.ID, vntext.DateTime(t.Expires)))
		})
	}
}

func (s *Service) tokensCommand(*flag.FlagSet) func(context.Context, cli.Input) error {
	return func(ctx context.Context, in cli.Input) error {
		login, err := single(in, "LOGIN")
		if err != nil {
			return err
		}
		all, err := s.Tokens(ctx, login)
		if err != nil {
			return err
		}
		out := make([]tokenJSON, len(all))
		for i, t := range all {
			out[i] = t.json("")
		}
		return in.Print(map[string]any{"tokens": out}, func(w io.Writer) {
			for _, t := range all {
				state := ""
				if !t.alive(s.kit.Clock.Now()) {
					state = "\t(dead)"
				}
				fmt.Fprintf(w, "%d\t%s\t%q\t%s%s\n", t.ID, t.Scope, t.Name, vntext.DateTime(t.Expires), state)
			}
		})
	}
}

func (s *Service) tokenRevokeCommand(*flag.FlagSet) func(context.Context, cli.Input) error {
	return func(ctx context.Context, in cli.Input) error {
		text, err := single(in, "ID")
		if err != nil {
			return err
		}
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return cli.Usage("ID is the number that user tokens shows")
		}
		t, err := s.RevokeToken(ctx, id)
		if err != nil {
			return err
		}
		return in.Print(t.json(""), func(w io.Writer) { fmt.Fprintln(w, i18n.T(ctx, "account.token_revoked", t.ID)) })
	}
}

// readPassword reads the first line of standard input.
func readPassword(in cli.Input) (string, error) {
	from := in.In
	if from == nil {
		from = os.Stdin
	}
	line, err := bufio.NewReader(io.LimitReader(from, 64<<10)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return strings.TrimRight(line, "\r\n"), nil
}
