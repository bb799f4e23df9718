package account

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// TokenScope limits a token to a part of its owner's rights.
type TokenScope string

const (
	ReadScope TokenScope = "read" // reading only
	AllScope  TokenScope = "all"  // everything the owner may do, except what no token may (auth.Actor.May)
)

// MaxTokenDays is the longest life of a token, DefaultTokenDays its life when nothing else is asked for.
const (
	MaxTokenDays     = 90
	DefaultTokenDays = 30
)

// TokenPrefix begins every token, so that scanners find one that was left in a public place.
const TokenPrefix = "ls_"

// Token is an API token without its secret.
type Token struct {
	ID       int64
	Login    string // owner
	Name     string // what the owner calls it
	Scope    TokenScope
	Created  time.Time
	Expires  time.Time
	LastUsed time.Time // exact to touchEvery; zero = never used
	Revoked  time.Time // zero = not revoked

	account int64
}

// alive reports whether the token opens anything at now.
func (t Token) alive(now time.Time) bool { return t.Revoked.IsZero() && now.Before(t.Expires) }

// newTokenSecret returns 256 random bits as text.
func newTokenSecret() string {
	b := make([]byte, 32)
	rand.Read(b)
	return TokenPrefix + base64.RawURLEncoding.EncodeToString(b)
}

// secretHash is what is stored of a token or of the secret in a session cookie. Both are 256 random bits, so a plain
// hash cannot be turned back by guessing.
func secretHash(secret string) string {
	h := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(h[:])
}

// MakeToken makes a token for an account and returns its secret, which is shown this once.
// Invalid: unknown scope, days outside 1–MaxTokenDays; conflict: the account is disabled.
func (s *Service) MakeToken(ctx context.Context, login, name string, scope TokenScope, days int) (secret string, t Token, err error) {
	if err = s.mayManage(ctx); err != nil {
		return "", Token{}, err
	}
	return s.makeToken(ctx, login, name, scope, days)
}

func (s *Service) makeToken(ctx context.Context, login, name string, scope TokenScope, days int) (secret string, t Token, err error) {
	if scope != ReadScope && scope != AllScope {
		return "", Token{}, fault.New(fault.Invalid, "account.scope_unknown", string(scope)).At("scope")
	}
	if days < 1 || days > MaxTokenDays {
		return "", Token{}, fault.New(fault.Invalid, "account.token_days", MaxTokenDays).At("days")
	}
	if name, err = cleanName(name); err != nil {
		return "", Token{}, err
	}
	secret = newTokenSecret()
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := accountByLogin(ctx, tx, login)
		if err != nil {
			return err
		}
		if !a.Active {
			return fault.New(fault.Conflict, "account.is_disabled", a.Login)
		}
		now := time.UnixMilli(tx.NowMS).UTC()
		t = Token{ID: newID(tx.NowMS), Login: a.Login, Name: name, Scope: scope, Created: now, Expires: now.AddDate(0, 0, days), account: a.ID}
		if err := insertToken(ctx, tx, secretHash(secret), t); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "account.token", Key: a.Login, New: auditToken(t)})
	})
	return secret, t, err
}

// auditToken is what the audit keeps of a token.
func auditToken(t Token) map[string]any {
	return map[string]any{"token": t.ID, "name": t.Name, "scope": t.Scope, "expires": t.Expires}
}

// Tokens returns the tokens of an account, the oldest first, dead ones included.
func (s *Service) Tokens(ctx context.Context, login string) ([]Token, error) {
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
		return nil, err
	}
	a, err := accountByLogin(ctx, s.kit.DB.Read(ctx), login)
	if err != nil {
		return nil, err
	}
	return tokensOf(ctx, s.kit.DB.Read(ctx), a.ID)
}

// RevokeToken ends a token. Revoking it again changes nothing.
func (s *Service) RevokeToken(ctx context.Context, id int64) (t Token, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Token{}, err
	}
	return s.revokeToken(ctx, id, 0)
}

// revokeToken ends a token of account owner, of any when owner is 0.
func (s *Service) revokeToken(ctx context.Context, id, owner int64) (t Token, err error) {
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if t, err = tokenByID(ctx, tx, id); err != nil {
			return err
		}
		if owner != 0 && t.account != owner {
			return fault.New(fault.NotFound, "account.token_unknown")
		}
		if !t.Revoked.IsZero() {
			return nil
		}
		t.Revoked = time.UnixMilli(tx.NowMS).UTC()
		if err := revokeToken(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "account.token-revoke", Key: t.Login, Old: auditToken(t)})
	})
	return t, err
}

// byToken returns the actor of a token. Unauthenticated for anything that is not a living token of an active account;
// the answer is the same for all of them.
func (s *Service) byToken(ctx context.Context, secret string) (auth.Actor, error) {
	refused := fault.New(fault.Unauthenticated, "account.token_refused")
	if !strings.HasPrefix(secret, TokenPrefix) || len(secret) > 128 {
		return auth.Actor{}, refused
	}
	t, err := tokenByHash(ctx, s.kit.DB.Read(ctx), secretHash(secret))
	if fault.Is(err, fault.NotFound) {
		return auth.Actor{}, refused
	}
	if err != nil {
		return auth.Actor{}, err
	}
	now := s.kit.Clock.Now()
	a, err := accountByID(ctx, s.kit.DB.Read(ctx), t.account)
	if err != nil {
		return auth.Actor{}, err
	}
	if !t.alive(now) || !a.Active {
		return auth.Actor{}, refused
	}
	if now.Sub(t.LastUsed) >= touchEvery {
		ctx, cancel := context.WithTimeout(ctx, touchWait)
		defer cancel()
		if err := noteUse(ctx, s.kit.DB, t.ID); err != nil {
			s.kit.Log.DebugContext(ctx, "use of token not noted", "err", err)
		}
	}
	actor := a.Actor()
	actor.Kind = auth.Token
	actor.ReadOnly = t.Scope != AllScope
	return actor, nil
}
