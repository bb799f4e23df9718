package account

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
)

func TestTokens(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa", auth.Grant{Role: auth.Administrator})
		read, readToken, err := w.s.MakeToken(cliCtx(), "hoa", "trang web", ReadScope, 30)
		if err != nil {
			t.Fatal(err)
		}
		all, _, err := w.s.MakeToken(cliCtx(), "hoa", "nhập số liệu", AllScope, MaxTokenDays)
		if err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{read, all} {
			// 256 bits in base64 are 43 characters.
			if !strings.HasPrefix(secret, "ls_") || len(secret) != 46 {
				t.Errorf("token %q", secret)
			}
			if strings.Contains(w.everything(), strings.TrimPrefix(secret, "ls_")) {
				t.Error("the secret of a token is stored")
			}
		}
		b := w.browser("203.0.113.5:1000")
		as := func(header string) int {
			b.header = map[string]string{"Authorization": header}
			return b.do("GET", "/toi", nil).Code
		}
		as("Bearer " + read)
		if got := b.who(); got != "token hoa true" {
			t.Errorf("read-only token: %q", got)
		}
		as("bearer " + all)
		if got := b.who(); got != "token hoa false" {
			t.Errorf("full token: %q", got)
		}
		if list, err := w.s.Tokens(cliCtx(), "hoa"); err != nil || len(list) != 2 || !list[0].LastUsed.Equal(w.clock.Now()) {
			t.Errorf("tokens of hoa: %+v, %v", list, err)
		}

		// No token manages accounts, whatever its scope and owner; the owner signed in may.
		for name, secret := range map[string]string{"read": read, "all": all} {
			b.header = map[string]string{"Authorization": "Bearer " + secret}
			if rec := b.do("GET", "/api/v1/quan-tri", nil); rec.Code != http.StatusForbidden {
				t.Errorf("%s token manages accounts: %d", name, rec.Code)
			}
			actor, err := w.s.byToken(cliCtx(), secret)
			if err != nil {
				t.Fatal(err)
			}
			ctx := auth.With(cliCtx(), actor)
			if _, _, err := w.s.MakeToken(ctx, "hoa", "x", ReadScope, 1); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s token makes tokens: %v", name, err)
			}
			if _, err := w.s.Grant(ctx, "hoa", auth.Grant{Role: auth.Viewer}); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s token grants rights: %v", name, err)
			}
		}
		b.header = nil
		b.mustSignIn(t, "hoa")
		if rec := b.do("GET", "/api/v1/quan-tri", nil); rec.Code != http.StatusOK {
			t.Errorf("the owner signed in: %d", rec.Code)
		}

		// Only the header counts. A token that is not accepted is no guest, even beside a living session.
		guest := w.browser("203.0.113.5:1000")
		guest.cookies[sessionCookie] = all
		if got := guest.do("GET", "/toi?token="+all+"&access_token="+all, nil).Body.String(); got != "guest  false" {
			t.Errorf("token in address and cookie: %q", got)
		}
		refused := 0
		for _, bad := range []string{"Bearer", "Bearer ", "Bearer x", "Bearer ls_", "Bearer " + all + "x", "Bearer " + strings.ToUpper(all), "Bearer ls_" + strings.Repeat("a", 100000)} {
			b.header = map[string]string{"Authorization": bad}
			rec := b.do("GET", "/toi", nil)
			if rec.Code != http.StatusUnauthorized || rec.Header().Get("WWW-Authenticate") != "Bearer" {
				t.Errorf("%.30q: %d", bad, rec.Code)
			} else if code := problemCode(t, rec.Body); code != "account.token_refused" {
				t.Errorf("%.30q: %s", bad, code)
			}
			refused++
		}
		if refused == 0 {
			t.Fatal("nothing refused")
		}

		if _, err := w.s.RevokeToken(cliCtx(), readToken.ID); err != nil {
			t.Fatal(err)
		}
		if code := as("Bearer " + read); code != http.StatusUnauthorized {
			t.Errorf("revoked token: %d", code)
		}
		if _, err := w.s.RevokeToken(cliCtx(), 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("revoking an unknown token: %v", err)
		}
		w.advance(MaxTokenDays*24*time.Hour - time.Second)
		if code := as("Bearer " + all); code != http.StatusOK {
			t.Errorf("a second before its end: %d", code)
		}
		w.advance(time.Second)
		if code := as("Bearer " + all); code != http.StatusUnauthorized {
			t.Errorf("expired token: %d", code)
		}
	})
}

func TestTokenLimits(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.add("hoa")
		for _, c := range []struct {
			scope TokenScope
			days  int
			ok    bool
		}{{ReadScope, 1, true}, {AllScope, 90, true}, {ReadScope, 91, false}, {ReadScope, 0, false}, {ReadScope, -1, false}, {"write", 30, false}, {"", 30, false}} {
			if _, _, err := w.s.MakeToken(cliCtx(), "hoa", "x", c.scope, c.days); (err == nil) != c.ok || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("scope %q for %d days: %v", c.scope, c.days, err)
			}
		}
		if _, _, err := w.s.MakeToken(cliCtx(), "ai", "x", ReadScope, 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("token for an unknown login: %v", err)
		}
	})
}
