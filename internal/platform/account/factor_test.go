package account

import (
	"bytes"
	"context"
	"encoding/base32"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"
)

// RFC 6238, appendix B: the test values for HMAC-SHA-1 with the key "12345678901234567890", eight digits.
func TestTOTPVectors(t *testing.T) {
	key := []byte("12345678901234567890")
	for seconds, want := range map[int64]string{59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130"} {
		if got := totpCode(key, seconds/totpPeriod, 8); got != want {
			t.Errorf("at %d: %s, the RFC says %s", seconds, got, want)
		}
		// Our six digits are the last six of the eight: both are the same number modulo a power of ten.
		if step, ok := totpStep(key, want[2:], time.Unix(seconds, 0)); !ok || step != seconds/totpPeriod {
			t.Errorf("at %d: the code is taken for step %d, %v", seconds, step, ok)
		}
	}
	// The code of second 59 belongs to seconds 30–59; with one step of drift it counts from 0 to 89.
	for seconds, want := range map[int64]bool{0: true, 59: true, 89: true, 90: false, 119: false} {
		if _, ok := totpStep(key, "287082", time.Unix(seconds, 0)); ok != want {
			t.Errorf("the code of second 59 at second %d: %v", seconds, ok)
		}
	}
}

var here = Site{Host: "localhost", Origin: "http://localhost:8080"}

// member is an account with an open session, as a request of its browser sees it.
type member struct {
	w       *world
	login   string
	session string
	key     []byte // of the app; nil = none
}

func (w *world) member(login string, grants ...auth.Grant) *member {
	w.t.Helper()
	w.add(login, grants...)
	m := &member{w: w, login: login}
	m.signIn()
	return m
}

// signIn opens another session, in which nothing is proven.
func (m *member) signIn() {
	m.w.t.Helper()
	o, err := m.w.s.SignIn(context.Background(), Attempt{Login: m.login, Password: goodPassword, Network: "203.0.113.0/24"})
	if err != nil {
		m.w.t.Fatal(err)
	}
	m.session = o.Session
}

// ctx is what the session says now.
func (m *member) ctx() context.Context {
	m.w.t.Helper()
	a, err := m.w.s.bySession(context.Background(), m.session)
	if err != nil || a.Login != m.login {
		m.w.t.Fatalf("the session of %s belongs to %q, %v", m.login, a.Login, err)
	}
	return auth.With(context.Background(), a)
}

// code is what the app shows at the time of the world, steps later.
func (m *member) code(steps int64) string {
	return totpCode(m.key, m.w.clock.Now().Unix()/totpPeriod+steps, totpDigits)
}

// enrol sets an app up and returns the recovery codes.
func (m *member) enrol() []string {
	m.w.t.Helper()
	e, err := m.w.s.BeginApp(m.ctx())
	if err != nil {
		m.w.t.Fatal(err)
	}
	if m.key, err = base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(e.Secret, " ", "")); err != nil {
		m.w.t.Fatal(err)
	}
	u, err := url.Parse(e.URI)
	if err != nil || u.Scheme != "otpauth" || u.Host != "totp" || u.Query().Get("secret") != strings.ReplaceAll(e.Secret, " ", "") || u.Query().Get("issuer") != "Làng Số" || !strings.HasSuffix(u.Path, ":"+m.login) {
		m.w.t.Errorf("the QR says %q", e.URI)
	}
	codes, err := m.w.s.ConfirmApp(m.ctx(), m.session, e.State, m.code(0), goodPassword)
	if err != nil {
		m.w.t.Fatal(err)
	}
	return codes
}

func (m *member) prove(code string) error {
	_, err := m.w.s.Prove(m.ctx(), m.session, here, Proof{Code: code})
	return err
}

// everyChange are the acts of an administrator upon the account hoa, each of which needs a second factor.
func (w *world) everyChange() map[string]func(ctx context.Context) error {
	id := w.tokenOf("hoa")
	return map[string]func(ctx context.Context) error{
		"add": func(ctx context.Context) error {
			_, err := w.s.Add(ctx, Draft{Login: "moi", Name: "Mới", Password: goodPassword})
			return err
		},
		"invite": func(ctx context.Context) error {
			_, _, err := w.s.Invite(ctx, Draft{Login: "moi-2", Name: "Mới"})
			return err
		},
		"grant": func(ctx context.Context) error {
			_, err := w.s.Grant(ctx, "hoa", auth.Grant{Role: auth.Viewer})
			return err
		},
		"revoke": func(ctx context.Context) error {
			_, err := w.s.Revoke(ctx, "hoa", auth.ProvinceOffice, nil)
			return err
		},
		"password":    func(ctx context.Context) error { _, err := w.s.SetPassword(ctx, "hoa", goodPassword+"!"); return err },
		"reset":       func(ctx context.Context) error { _, err := w.s.ResetPassword(ctx, "hoa"); return err },
		"sessions":    func(ctx context.Context) error { _, err := w.s.EndSessionsOf(ctx, "hoa"); return err },
		"devices":     func(ctx context.Context) error { return w.s.ForgetDevicesOf(ctx, "hoa") },
		"factors":     func(ctx context.Context) error { _, err := w.s.RemoveFactors(ctx, "hoa"); return err },
		"token":       func(ctx context.Context) error { _, _, err := w.s.MakeToken(ctx, "hoa", "x", ReadScope, 1); return err },
		"tokenRevoke": func(ctx context.Context) error { _, err := w.s.RevokeToken(ctx, id); return err },
		"disable":     func(ctx context.Context) error { _, err := w.s.Disable(ctx, "hoa"); return err },
		"enable":      func(ctx context.Context) error { _, err := w.s.Enable(ctx, "hoa"); return err },
	}
}

func (w *world) tokenOf(login string) int64 {
	w.t.Helper()
	_, tok, err := w.s.MakeToken(cliCtx(), login, "x", ReadScope, 1)
	if err != nil {
		w.t.Fatal(err)
	}
	return tok.ID
}

// keyOf is the message key of an error.
func keyOf(err error) string {
	if err == nil {
		return ""
	}
	return fault.As(err).Key
}

// Every change of others' accounts asks for a second factor proven within ten minutes; the one act that proved it opens all
// of them for that long and no longer, in that session alone.
func TestSecondFactorForEveryChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa", auth.Grant{Role: auth.ProvinceOffice})
		m := w.member("quan-tri", auth.Grant{Role: auth.Administrator})
		changes := w.everyChange()
		refused := func(when string) {
			t.Helper()
			before := w.everything()
			for name, do := range changes {
				if err := do(m.ctx()); keyOf(err) != auth.FactorKey || !fault.Is(err, fault.Forbidden) {
					t.Errorf("%s, %s: %v", when, name, err)
				}
			}
			if w.everything() != before {
				t.Errorf("%s: something changed", when)
			}
		}
		refused("without a factor")
		m.enrol()
		first := m.session
		m.signIn()
		refused("in another session")
		m.session = first
		w.advance(auth.FactorLife)
		if err := changes["grant"](m.ctx()); err != nil {
			t.Errorf("after ten minutes to the second: %v", err)
		}
		w.advance(time.Second)
		refused("after ten minutes and a second")
		if err := m.prove(m.code(0)); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{"add", "invite", "grant", "revoke", "password", "reset", "sessions", "devices", "factors", "token", "tokenRevoke", "disable", "enable"} {
			if err := changes[name](m.ctx()); err != nil {
				t.Errorf("proven, %s: %v", name, err)
			}
			delete(changes, name)
		}
		if len(changes) > 0 {
			t.Errorf("not tried with a factor: %v", changes)
		}
		// The command line needs none, and who has no right is not asked for one.
		if _, err := w.s.Enable(cliCtx(), "hoa"); err != nil {
			t.Error(err)
		}
		if _, err := w.s.Disable(w.member("lan", auth.Grant{Role: auth.Viewer}).ctx(), "hoa"); keyOf(err) != "auth.no_right" {
			t.Errorf("a viewer: %v", err)
		}
	})
}

// A code counts once, within one step of the clock; wrong ones are counted.
func TestCodesCountOnce(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.member("hoa")
		codes := m.enrol()
		if err := m.prove(m.code(0)); keyOf(err) != "account.code_wrong" {
			t.Errorf("the code that set the app up, again: %v", err)
		}
		w.advance(time.Minute)
		if err := m.prove(m.code(-1)); err != nil {
			t.Errorf("the code of the step before: %v", err)
		}
		if err := m.prove(m.code(1)); err != nil {
			t.Errorf("the code of the next step: %v", err)
		}
		for name, code := range map[string]string{"replayed": m.code(1), "older than a used one": m.code(0)} {
			if err := m.prove(code); keyOf(err) != "account.code_wrong" {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.advance(5 * time.Minute)
		if err := m.prove(m.code(2)); keyOf(err) != "account.code_wrong" {
			t.Errorf("two steps off: %v", err)
		}
		// Of the same code sent twice at once one counts.
		w.advance(time.Hour)
		code, errs := m.code(0), make([]error, 8)
		ctx := m.ctx()
		var all sync.WaitGroup
		for i := range errs {
			all.Go(func() { _, errs[i] = w.s.Prove(ctx, m.session, here, Proof{Code: code}) })
		}
		all.Wait()
		good := 0
		for _, err := range errs {
			if err == nil {
				good++
			} else if k := keyOf(err); k != "account.code_wrong" && k != "account.wait_factor" {
				t.Errorf("%v", err)
			}
		}
		if good != 1 {
			t.Errorf("one code counted %d times", good)
		}
		// Recovery codes: eight, each once, however they are typed.
		w.advance(2 * time.Hour)
		if len(codes) != recoveryCodes {
			t.Fatalf("%d recovery codes", len(codes))
		}
		if err := m.prove(strings.ToUpper(strings.ReplaceAll(codes[3], "-", " "))); err != nil {
			t.Errorf("a recovery code: %v", err)
		}
		if err := m.prove(codes[3]); keyOf(err) != "account.code_wrong" {
			t.Errorf("a recovery code again: %v", err)
		}
		if f, err := w.s.MyFactors(m.ctx()); err != nil || f.Recovery != recoveryCodes-1 || !f.App {
			t.Errorf("%+v, %v", f, err)
		}
		// Guessing is braked, also for the right code; and nobody else's is.
		w.advance(5 * time.Hour)
		var err error
		for range 6 {
			err = m.prove("000000")
		}
		if !fault.Is(err, fault.RateLimited) || RetryAfter(err) < 1 {
			t.Errorf("after six wrong codes: %v", err)
		}
		if err := m.prove(m.code(0)); !fault.Is(err, fault.RateLimited) {
			t.Errorf("the right code while waiting: %v", err)
		}
		lan := w.member("lan")
		lan.enrol()
		w.advance(time.Minute)
		if err := lan.prove(lan.code(0)); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		w.advance(time.Hour)
		if err := m.prove(m.code(0)); err != nil {
			t.Errorf("after the wait: %v", err)
		}
	})
}

// What a factor rests on is nowhere in the store as it is: the secret of the app is encrypted under a key outside the
// database, bound to its account; recovery codes are hashes.
func TestFactorSecretsAreNotStored(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.member("hoa")
		codes := m.enrol()
		var stored []byte
		ctx := context.Background()
		if err := w.db.Read(ctx).QueryRowContext(ctx, "SELECT secret FROM account_totp").Scan(&stored); err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(stored, m.key) || len(stored) < len(m.key)+28 {
			t.Error("the secret of the app is stored as it is")
		}
		all := w.everything()
		for _, c := range codes {
			if strings.Contains(all, c) || strings.Contains(all, tidyCode(c)) {
				t.Error("a recovery code is stored as it is")
			}
		}
		path := filepath.Join(w.db.Dir(), keyFile)
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
			t.Fatalf("%v, %v", info, err)
		}
		// Another node over the same database reads the same secret.
		other := New(module.Kit{DB: w.db, Clock: w.clock}, testUnits)
		if secret, err := other.appSecret(ctx, w.idOf("hoa")); err != nil || !bytes.Equal(secret, m.key) {
			t.Errorf("another node: %v", err)
		}
		if _, err := decrypt(make([]byte, 32), appPurpose(w.idOf("hoa")), stored); err == nil {
			t.Error("another key opens the secret")
		}
		key, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decrypt(key, appPurpose(1), stored); err == nil {
			t.Error("the secret opens for another account")
		}
		// Without its key a code is refused in words, a recovery code goes on, and no other key takes its place.
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		w.advance(time.Minute)
		if err := m.prove(m.code(0)); keyOf(err) != "account.key_missing" {
			t.Errorf("without the key: %v", err)
		}
		if err := m.prove(codes[0]); err != nil {
			t.Errorf("a recovery code without the key: %v", err)
		}
		if _, err := w.s.RemoveFactors(cliCtx(), "hoa"); err != nil {
			t.Fatal(err)
		}
		m.signIn()
		m.enrol()
	})
}

func (w *world) idOf(login string) int64 {
	w.t.Helper()
	a, err := w.s.ByLogin(context.Background(), login)
	if err != nil {
		w.t.Fatal(err)
	}
	return a.ID
}

// A session alone cannot give itself a factor: the first one needs the password, every further change the factor.
func TestFactorsNeedThePassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.member("hoa")
		e, err := w.s.BeginApp(m.ctx())
		if err != nil {
			t.Fatal(err)
		}
		m.key, _ = base32Text.DecodeString(strings.ReplaceAll(e.Secret, " ", ""))
		if _, err := w.s.ConfirmApp(m.ctx(), m.session, e.State, m.code(0), "không phải thế"); keyOf(err) != "account.password_wrong" {
			t.Errorf("with a wrong password: %v", err)
		}
		lan := w.member("lan")
		if _, err := w.s.ConfirmApp(lan.ctx(), lan.session, e.State, m.code(0), goodPassword); keyOf(err) != "account.form_old" {
			t.Errorf("with somebody else's secret: %v", err)
		}
		m.enrol()
		m.signIn()
		for name, do := range map[string]func() error{
			"another app": func() error {
				_, err := w.s.ConfirmApp(m.ctx(), m.session, e.State, m.code(0), goodPassword)
				return err
			},
			"remove":         func() error { return w.s.RemoveApp(m.ctx()) },
			"recovery codes": func() error { _, err := w.s.NewRecoveryCodes(m.ctx()); return err },
			"own token":      func() error { _, _, err := w.s.MakeMyToken(m.ctx(), "x", ReadScope, 1); return err },
			"remove a key":   func() error { return w.s.RemovePasskey(m.ctx(), 1) },
		} {
			if err := do(); keyOf(err) != auth.FactorKey {
				t.Errorf("%s without the factor: %v", name, err)
			}
		}
		w.advance(time.Minute)
		if err := m.prove(m.code(0)); err != nil {
			t.Fatal(err)
		}
		if codes, err := w.s.NewRecoveryCodes(m.ctx()); err != nil || len(codes) != recoveryCodes {
			t.Errorf("%d codes, %v", len(codes), err)
		}
		if err := w.s.RemoveApp(m.ctx()); err != nil {
			t.Error(err)
		}
		if f, err := w.s.MyFactors(m.ctx()); err != nil || f.Any() || f.Recovery != 0 {
			t.Errorf("after the removal: %+v, %v", f, err)
		}
		// A page that lay open for longer than it may is refused.
		e, err = w.s.BeginApp(m.ctx())
		if err != nil {
			t.Fatal(err)
		}
		w.advance(formLife + time.Second)
		if _, err := w.s.ConfirmApp(m.ctx(), m.session, e.State, "000000", goodPassword); keyOf(err) != "account.form_old" {
			t.Errorf("an old page: %v", err)
		}
	})
}

// starting is the ctx of one of several who start together: before the last transaction of FirstAdministrator, which it
// begins by itself, each waits until all have come so far.
type starting struct {
	context.Context
	wait func()
}

func (s *starting) Value(key any) any {
	var callers [3]uintptr
	frames := runtime.CallersFrames(callers[:runtime.Callers(1, callers[:])])
	var names [3]string
	for i := range names {
		f, _ := frames.Next()
		names[i] = f.Function[strings.LastIndex(f.Function, ".")+1:]
	}
	if names[1] == "Write" && names[2] == "FirstAdministrator" {
		s.wait()
	}
	return s.Context.Value(key)
}

// Of concurrent first runs exactly one makes the administrator; the page is closed from then on, also when its code is known.
func TestFirstRunRace(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		code, err := w.s.BeginFirstRun(ctx)
		if err != nil || len(tidyCode(code)) != 20 {
			t.Fatal(code, err)
		}
		if strings.Contains(w.everything(), code) {
			t.Error("the code is stored")
		}
		errs := make([]error, 4) // no more than may try at once
		var all, come sync.WaitGroup
		var together atomic.Int32 // those whose code was right before the first account was written
		come.Add(len(errs))
		for i := range errs {
			s, _ := w.node(false) // another process each
			all.Go(func() {
				arrive := sync.OnceFunc(come.Done)
				defer arrive() // who is refused before is not waited for
				ctx := &starting{ctx, func() {
					together.Add(1)
					arrive()
					come.Wait()
				}}
				_, errs[i] = s.FirstAdministrator(ctx, code, Draft{Login: "quan-tri-" + string(rune('a'+i)), Name: "Quản trị", Password: goodPassword})
			})
		}
		all.Wait()
		if n := together.Load(); int(n) != len(errs) {
			t.Errorf("%d of %d were let in before the first account was written: %v", n, len(errs), errs)
		}
		won := 0
		for _, err := range errs {
			if err == nil {
				won++
			} else if !fault.Is(err, fault.NotFound) {
				t.Errorf("the others: %v", err)
			}
		}
		if n := w.count("SELECT COUNT(*) FROM account"); won != 1 || n != 1 {
			t.Errorf("%d succeeded, %d accounts", won, n)
		}
		if got := w.audited(); !slices.Equal(got, []string{"account.first"}) {
			t.Errorf("audited %v", got)
		}
		if _, err := w.s.FirstAdministrator(ctx, code, Draft{Login: "muon", Name: "Muộn", Password: goodPassword}); !fault.Is(err, fault.NotFound) {
			t.Errorf("later: %v", err)
		}
		if again, err := w.s.BeginFirstRun(ctx); again != "" || err != nil {
			t.Errorf("a new code: %q, %v", again, err)
		}
		// For ever: not even an empty table opens it again.
		w.exec("DELETE FROM account_grant")
		w.exec("DELETE FROM account")
		if open, err := w.s.FirstRunOpen(ctx); open || err != nil {
			t.Errorf("open again: %v", err)
		}
	})
}

func (w *world) exec(query string, args ...any) {
	w.t.Helper()
	if err := w.write(query, args...); err != nil {
		w.t.Fatal(err)
	}
}

// Wrong codes of the first run are refused, braked, and replaced by the code of the next start; langso user add closes it.
func TestFirstRunCode(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		d := Draft{Login: "quan-tri", Name: "Quản trị", Password: goodPassword}
		if _, err := w.s.FirstAdministrator(ctx, "", d); !fault.Is(err, fault.Forbidden) {
			t.Errorf("before a code was made: %v", err)
		}
		old, err := w.s.BeginFirstRun(ctx)
		if err != nil {
			t.Fatal(err)
		}
		code, err := w.s.BeginFirstRun(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range []string{old, "", "aaaaa-aaaaa-aaaaa-aaaaa"} {
			if _, err = w.s.FirstAdministrator(ctx, wrong, d); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		for range 4 {
			_, err = w.s.FirstAdministrator(ctx, "aaaaa-aaaaa-aaaaa-aaaab", d)
		}
		if !fault.Is(err, fault.RateLimited) {
			t.Errorf("after many wrong codes: %v", err)
		}
		if _, err := w.s.FirstAdministrator(ctx, code, d); !fault.Is(err, fault.RateLimited) {
			t.Errorf("the right code while waiting: %v", err)
		}
		w.advance(time.Hour)
		if _, err := w.s.FirstAdministrator(ctx, code, Draft{Login: "q", Name: "Quản trị", Password: goodPassword}); !fault.Is(err, fault.Invalid) {
			t.Errorf("a bad login: %v", err)
		}
		w.add("tay") // the command line
		if _, err := w.s.FirstAdministrator(ctx, code, d); !fault.Is(err, fault.NotFound) {
			t.Errorf("after langso user add: %v", err)
		}
	})
}

// What a person does with their own account: sessions, devices, tokens, password; never with somebody else's, and no token
// does any of it.
func TestOwnAccount(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m, lan := w.member("hoa", auth.Grant{Role: auth.Administrator}), w.member("lan")
		first := m.session
		m.signIn()
		list, err := w.s.MySessions(m.ctx(), m.session)
		if err != nil || len(list) != 2 || list[0].Current == list[1].Current {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := w.s.EndSession(lan.ctx(), secretHash(first)); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's session: %v", err)
		}
		if ended, err := w.s.EndOtherSessions(m.ctx(), m.session); ended != 1 || err != nil {
			t.Errorf("%d ended, %v", ended, err)
		}
		if a, err := w.s.bySession(context.Background(), first); a.Kind != auth.Guest || err != nil {
			t.Errorf("the ended session: %v, %v", a, err)
		}
		devices, err := w.s.MyDevices(lan.ctx())
		if err != nil || len(devices) != 1 {
			t.Fatal(devices, err)
		}
		if err := w.s.ForgetDevice(m.ctx(), devices[0].Ref); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's device: %v", err)
		}
		secret, tok, err := w.s.MakeMyToken(lan.ctx(), "Phần mềm", AllScope, MaxTokenDays)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.RevokeMyToken(m.ctx(), tok.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("somebody else's token: %v", err)
		}
		if _, _, err := w.s.MakeMyToken(lan.ctx(), "x", ReadScope, MaxTokenDays+1); !fault.Is(err, fault.Invalid) {
			t.Errorf("91 days: %v", err)
		}
		program, err := w.s.byToken(context.Background(), secret)
		if err != nil {
			t.Fatal(err)
		}
		ctx := auth.With(context.Background(), program)
		for name, do := range map[string]func(ctx context.Context) error{
			"rename": func(ctx context.Context) error { return w.s.Rename(ctx, "Kẻ Khác") },
			"password": func(ctx context.Context) error {
				_, err := w.s.ChangePassword(ctx, "", goodPassword, goodPassword+"!")
				return err
			},
			"app": func(ctx context.Context) error { _, err := w.s.BeginApp(ctx); return err },
			"key": func(ctx context.Context) error { _, err := w.s.BeginPasskey(ctx, here); return err },
			"prove": func(ctx context.Context) error {
				_, err := w.s.Prove(ctx, lan.session, here, Proof{Code: "1"})
				return err
			},
			"sessions": func(ctx context.Context) error { _, err := w.s.EndOtherSessions(ctx, ""); return err },
			"device":   func(ctx context.Context) error { return w.s.ForgetDevice(ctx, devices[0].Ref) },
			"token":    func(ctx context.Context) error { _, _, err := w.s.MakeMyToken(ctx, "x", ReadScope, 1); return err },
			"revoke":   func(ctx context.Context) error { _, err := w.s.RevokeMyToken(ctx, tok.ID); return err },
		} {
			if err := do(ctx); keyOf(err) != "account.person_only" {
				t.Errorf("a token, %s: %v", name, err)
			}
			if err := do(context.Background()); !fault.Is(err, fault.Unauthenticated) {
				t.Errorf("a guest, %s: %v", name, err)
			}
		}
		if _, err := w.s.Disable(cliCtx(), "lan"); err != nil {
			t.Fatal(err)
		}
		if _, err := w.s.byToken(context.Background(), secret); !fault.Is(err, fault.Unauthenticated) {
			t.Errorf("the token of a disabled owner: %v", err)
		}
		if ended, err := w.s.ChangePassword(m.ctx(), m.session, goodPassword, "mật khẩu khác hẳn"); ended != 0 || err != nil {
			t.Errorf("%d, %v", ended, err)
		}
		m.ctx() // the session goes on
		if err := w.s.Rename(m.ctx(), "  Hoa   Ban "); err != nil {
			t.Error(err)
		}
		if got, err := w.s.NamesOf(context.Background(), []string{"hoa", "lan", "khong-co", "cli"}); err != nil || len(got) != 2 || got["hoa"] != "Hoa Ban" || got["lan"] != "Nguyễn Văn lan" {
			t.Errorf("%v, %v", got, err)
		}
		if err := w.s.SignOut(context.Background(), m.session); err != nil {
			t.Error(err)
		}
		for _, want := range []string{"account.sessions-end", "account.token", "account.disable", "account.password", "account.rename", "account.sign-out"} {
			if !slices.Contains(w.audited(), want) {
				t.Errorf("%s is not audited", want)
			}
		}
	})
}

// A device that its owner forgot loses its own allowance of failures: it counts as a stranger's again.
func TestForgottenDeviceIsAStranger(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		b := w.browser("203.0.113.5:1")
		b.mustSignIn(t, "hoa")
		kind := func() string {
			key, err := w.s.secret(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			list, err := w.s.meters(context.Background(), key, Attempt{Login: "hoa", Network: "203.0.113.0/24", Device: b.cookies[deviceCookie]})
			if err != nil {
				t.Fatal(err)
			}
			return list[0].kind
		}
		if got := kind(); got != byDevice.kind {
			t.Fatalf("a known device counts by %s", got)
		}
		if err := w.s.ForgetDevicesOf(cliCtx(), "hoa"); err != nil {
			t.Fatal(err)
		}
		if got := kind(); got != byNetwork.kind {
			t.Errorf("a forgotten device counts by %s", got)
		}
	})
}

// Over HTTP the last administrator cannot be shut out or lose the role; the command line may do both.
func TestLastAdministratorStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		m := w.member("quan-tri", auth.Grant{Role: auth.Administrator})
		m.enrol()
		for name, do := range map[string]func() error{
			"disable": func() error { _, err := w.s.Disable(m.ctx(), "quan-tri"); return err },
			"revoke":  func() error { _, err := w.s.Revoke(m.ctx(), "quan-tri", auth.Administrator, nil); return err },
		} {
			if err := do(); keyOf(err) != "account.last_administrator" {
				t.Errorf("%s: %v", name, err)
			}
		}
		w.add("khac", auth.Grant{Role: auth.Administrator})
		if _, err := w.s.Disable(m.ctx(), "khac"); err != nil {
			t.Errorf("one of two: %v", err)
		}
		if _, err := w.s.Disable(cliCtx(), "quan-tri"); err != nil {
			t.Errorf("by command: %v", err)
		}
	})
}

// A password that an administrator set opens the account for seven days and says that it must be changed.
func TestTemporaryPassword(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		password, err := w.s.ResetPassword(cliCtx(), "hoa")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(w.everything(), password) {
			t.Error("the password is stored")
		}
		in := func(password string) (Opened, error) {
			return w.s.SignIn(context.Background(), Attempt{Login: "hoa", Password: password, Network: "203.0.113.0/24"})
		}
		w.advance(temporaryLife)
		o, err := in(password)
		if err != nil || !o.Temporary {
			t.Fatal(o, err)
		}
		w.advance(time.Second)
		if _, err := in(password); keyOf(err) != "account.wrong" {
			t.Errorf("after seven days: %v", err)
		}
		ctx := auth.With(context.Background(), o.Actor)
		if temporary, err := w.s.PasswordTemporary(ctx); !temporary || err != nil {
			t.Error(temporary, err)
		}
		if _, err := w.s.ChangePassword(ctx, o.Session, password, goodPassword); err != nil {
			t.Fatal(err)
		}
		w.advance(2 * temporaryLife)
		if o, err := in(goodPassword); err != nil || o.Temporary {
			t.Error(o, err)
		}
	})
}

// The accounts of a demo are entered with one press and without a factor, and their administrator may set one up.
func TestDemoAdministratorEnrols(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.setKind("demo")
		w.s.units = units{"24943": 7, "68": 1}
		if err := w.s.Demo(cliCtx()); err != nil {
			t.Fatal(err)
		}
		o, err := w.s.enterDemo(context.Background(), "admin", Attempt{})
		if err != nil {
			t.Fatal(err)
		}
		m := &member{w: w, login: "admin", session: o.Session}
		if _, err := w.s.Disable(m.ctx(), "xem"); keyOf(err) != auth.FactorKey {
			t.Errorf("without a factor: %v", err)
		}
		m.enrol()
		if _, err := w.s.Disable(m.ctx(), "xem"); err != nil {
			t.Errorf("with a factor: %v", err)
		}
	})
}

func TestAgentWords(t *testing.T) {
	for ua, want := range map[string]string{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36":                         "Chrome, Windows",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0":           "Edge, Windows",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1": "Safari, iPhone",
		"Mozilla/5.0 (Linux; Android 14; SM-A155F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36":                  "Chrome, Android",
		"Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0":                                                                  "Firefox, Linux",
		"<script>": "",
		"":         "",
	} {
		if got := agent(ua); got != want {
			t.Errorf("%q: %q, want %q", ua, got, want)
		}
	}
}

// A sealed form is nobody else's to read or make, and serves one purpose for ten minutes.
func TestSeal(t *testing.T) {
	key, now := []byte("a secret of thirty-two bytes ...")[:32], time.Unix(1_800_000_000, 0)
	text, err := seal(key, "a", "mật", now)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	if err := unseal(key, "a", text, now.Add(formLife), &got); err != nil || got != "mật" {
		t.Fatal(got, err)
	}
	flipped := []byte(text)
	flipped[len(flipped)/2] ^= 1
	for name, err := range map[string]error{
		"late":            unseal(key, "a", text, now.Add(formLife+time.Second), &got),
		"another purpose": unseal(key, "b", text, now, &got),
		"another key":     unseal(make([]byte, 32), "a", text, now, &got),
		"changed":         unseal(key, "a", string(flipped), now, &got),
		"empty":           unseal(key, "a", "", now, &got),
		"short":           unseal(key, "a", "AAAA", now, &got),
	} {
		if !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
