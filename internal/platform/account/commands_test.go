package account

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"slices"
	"strings"
	"testing"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/cli"
	"langso/internal/platform/fault"
	"langso/internal/platform/i18n"
	"langso/internal/platform/ui"
)

// run runs "langso LINE --json" with standard input in and returns what it prints.
func (w *world) run(in string, line ...string) (map[string]any, error) {
	w.t.Helper()
	command, rest := cli.Find(w.s.commands(), line)
	if command == nil {
		w.t.Fatalf("no command %v", line)
	}
	fs := flag.NewFlagSet(command.Name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	do := command.Setup(fs)
	args, err := cli.Parse(fs, rest)
	if err != nil {
		return nil, err
	}
	texts, err := i18n.Load(i18n.Base(), ui.Locales(), Locales())
	if err != nil {
		w.t.Fatal(err)
	}
	ctx := i18n.With(cliCtx(), texts, i18n.Vi)
	var out bytes.Buffer
	if err := do(ctx, cli.Input{Args: args, In: strings.NewReader(in), Out: &out, AsJSON: true}); err != nil {
		return nil, err
	}
	var m map[string]any
	if err := json.Unmarshal(out.Bytes(), &m); err != nil {
		w.t.Fatalf("%v prints no JSON: %v\n%s", line, err, out.String())
	}
	return m, nil
}

func TestCommands(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		must := func(in string, line ...string) map[string]any {
			t.Helper()
			m, err := w.run(in, line...)
			if err != nil {
				t.Fatalf("%v: %v", line, err)
			}
			return m
		}
		m := must(goodPassword+"\r\n", "user", "add", "can-bo", "--name", "Trần Thị Lan", "--role", "commune_officer", "--unit", "24943", "--password-stdin")
		if m["password"] != nil || m["active"] != true {
			t.Errorf("user add: %v", m)
		}
		w.browser("203.0.113.5:1").mustSignIn(t, "can-bo")
		m = must("", "user", "add", "so-khcn", "--name", "Sở KH&CN", "--role", "department", "--department", "thong_tin, y_te")
		made, _ := m["password"].(string)
		if err := checkPassword("so-khcn", made); err != nil {
			t.Errorf("made password %q: %v", made, err)
		}
		must("", "user", "grant", "so-khcn", "--role", "viewer")
		must("", "user", "grant", "so-khcn", "--role", "viewer", "--unit", "68")
		m = must("", "user", "revoke", "so-khcn", "--role", "viewer", "--unit", "68")
		if grants := m["grants"].([]any); len(grants) != 2 {
			t.Errorf("grants after revoking one of two: %v", grants)
		}
		must("", "user", "revoke", "so-khcn", "--role", "viewer")
		must("mùa cà phê chín đỏ", "user", "password", "so-khcn")
		if rec := w.browser("203.0.113.5:1").signIn("so-khcn", "mùa cà phê chín đỏ"); rec.Code != 303 {
			t.Errorf("sign-in with the new password: %d", rec.Code)
		}
		m = must("", "user", "token", "so-khcn", "--scope", "all", "--name", "nhập", "--days", "10")
		secret, id := m["token"].(string), m["id"].(string)
		m = must("", "user", "token", "so-khcn")
		if m["scope"] != "read" {
			t.Errorf("a token is %v unless asked otherwise", m["scope"])
		}
		m = must("", "user", "tokens", "so-khcn")
		if tokens := m["tokens"].([]any); len(tokens) != 2 || tokens[0].(map[string]any)["token"] != nil {
			t.Errorf("user tokens: %v", m)
		}
		if m = must("", "user", "token-revoke", id); m["revoked"] == nil {
			t.Errorf("user token-revoke: %v", m)
		}
		must("", "user", "disable", "so-khcn")
		must("", "user", "enable", "SO KHCN")
		m = must("", "user", "list")
		if list := m["accounts"].([]any); len(list) != 2 {
			t.Errorf("user list: %v", m)
		}

		want := []string{"account.add", "account.sign-in", "account.add", "account.grant", "account.grant", "account.revoke", "account.revoke", "account.password",
			"account.sign-in", "account.token", "account.token", "account.token-revoke", "account.disable", "account.enable"}
		// The clock stands still, so the audit's ids do not tell the order.
		got := w.audited()
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("audit %v\nwant  %v", got, want)
		}
		if bad, err := audit.Check(cliCtx(), w.db); err != nil || len(bad) != 0 {
			t.Errorf("audit check: %v, %v", bad, err)
		}
		all := w.everything()
		for _, hidden := range []string{secret, made, goodPassword, "mùa cà phê"} {
			if strings.Contains(all, hidden) {
				t.Errorf("%q is stored", hidden)
			}
		}
		audited := all[strings.LastIndex(all, "{"):]
		if strings.Contains(audited, "argon2id") || strings.Contains(audited, secretHash(secret)) {
			t.Error("the audit holds a hash")
		}
		if bad, err := w.s.Module().Check(cliCtx()); err != nil || len(bad) != 0 {
			t.Errorf("check: %v, %v", bad, err)
		}
		w.storeHash("can-bo", "plain")
		if bad, err := w.s.Module().Check(cliCtx()); err != nil || len(bad) != 1 {
			t.Errorf("check of a planted bad hash: %v, %v", bad, err)
		}
	})
}

func TestCommandsRefuse(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa", auth.Grant{Role: auth.Viewer})
		before := len(w.audited())
		for line, want := range map[string]fault.Code{
			"user add hoa --name Hoa --role viewer":                            fault.Conflict,
			"user add H-o-a --name Hoa --role viewer":                          fault.Conflict,
			"user add x --name Hoa --role viewer":                              fault.Invalid,
			"user add lan --name Lan --role owner":                             fault.Invalid,
			"user add lan --name Lan --role commune_officer":                   fault.Invalid,
			"user add lan --name Lan --role department":                        fault.Invalid,
			"user add lan --name Lan --role viewer --department thong_tin":     fault.Invalid,
			"user add lan --name Lan --role department --department thông_tin": fault.Invalid,
			"user add lan --role viewer":                                       fault.Invalid,
			"user add lan --name Lan --role viewer --unit 99999":               fault.NotFound,
			"user add lan --name Lan --role viewer --password-stdin":           fault.Invalid,
			"user password hoa":                                                fault.Invalid,
			"user password lan":                                                fault.Invalid,
			"user grant lan --role viewer":                                     fault.NotFound,
			"user revoke hoa --role administrator":                             fault.NotFound,
			"user revoke hoa --role viewer --unit 68":                          fault.NotFound,
			"user disable lan":                                                 fault.NotFound,
			"user token hoa --days 91":                                         fault.Invalid,
			"user token hoa --scope everything":                                fault.Invalid,
			"user token-revoke 17":                                             fault.NotFound,
			"user add":                                                         "",
			"user add lan --name Lan":                                          "",
			"user token-revoke x":                                              "",
			"user disable hoa lan":                                             "",
		} {
			_, err := w.run("ngắn\n", strings.Fields(line)...)
			var misuse cli.UsageError
			if want == "" && !errors.As(err, &misuse) || want != "" && !fault.Is(err, want) {
				t.Errorf("langso %s: %v, want %q", line, err, want)
			}
		}
		if n := len(w.audited()); n != before {
			t.Errorf("%d audit rows by refused commands", n-before)
		}
	})
}

// Every command asks for the right to manage accounts.
func TestOnlyAccountManagersManage(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa", auth.Grant{Role: auth.ProvinceOffice})
		actor, err := w.s.ByLogin(cliCtx(), "hoa")
		if err != nil {
			t.Fatal(err)
		}
		ctx := auth.With(cliCtx(), actor)
		calls := map[string]func() error{
			"Add": func() error {
				_, err := w.s.Add(ctx, Draft{Login: "lan", Name: "Lan", Password: goodPassword})
				return err
			},
			"All":         func() error { _, err := w.s.All(ctx); return err },
			"SetPassword": func() error { _, err := w.s.SetPassword(ctx, "hoa", goodPassword); return err },
			"Grant":       func() error { _, err := w.s.Grant(ctx, "hoa", auth.Grant{Role: auth.Administrator}); return err },
			"Revoke":      func() error { _, err := w.s.Revoke(ctx, "hoa", auth.ProvinceOffice, nil); return err },
			"Disable":     func() error { _, err := w.s.Disable(ctx, "hoa"); return err },
			"Enable":      func() error { _, err := w.s.Enable(ctx, "hoa"); return err },
			"MakeToken":   func() error { _, _, err := w.s.MakeToken(ctx, "hoa", "x", ReadScope, 1); return err },
			"Tokens":      func() error { _, err := w.s.Tokens(ctx, "hoa"); return err },
			"RevokeToken": func() error { _, err := w.s.RevokeToken(ctx, 1); return err },
		}
		for name, call := range calls {
			if err := call(); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s by the province office: %v", name, err)
			}
		}
		if a, err := w.s.ByLogin(cliCtx(), "hoa"); err != nil || len(a.Grants) != 1 || a.Grants[0].Role != auth.ProvinceOffice {
			t.Errorf("hoa after refused calls: %+v, %v", a, err)
		}
	})
}
