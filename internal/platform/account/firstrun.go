package account

import (
	"context"
	"crypto/subtle"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// The first run (security.md §2): a production database without accounts offers one page that makes the first
// administrator, to whoever types the code that the server printed on its console. The transaction that creates any
// account, by this page or by the command line, closes it for ever.

// FirstRunOpen reports whether the first account is still to be made.
func (s *Service) FirstRunOpen(ctx context.Context) (bool, error) {
	return firstRunOpen(ctx, s.kit.DB.Read(ctx))
}

// BeginFirstRun makes a new one-time code and returns it, "" when there is an account already. A code printed before
// counts no more. Only its hash is stored.
func (s *Service) BeginFirstRun(ctx context.Context) (code string, err error) {
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		open, err := firstRunOpen(ctx, tx)
		if err != nil || !open {
			code = ""
			return err
		}
		code = randomText(20, 5)
		return putFirstRunCode(ctx, tx, firstRunHash(code))
	})
	return code, err
}

func firstRunHash(code string) string { return secretHash("first run " + tidyCode(code)) }

// FirstAdministrator makes the first account, an administrator of the whole territory, for who knows the code. Not_found:
// there is an account already. Forbidden: the code is wrong; rate_limited: too many wrong codes. Of several at once one
// succeeds.
func (s *Service) FirstAdministrator(ctx context.Context, code string, d Draft) (a Account, err error) {
	if open, err := s.FirstRunOpen(ctx); err != nil || !open {
		return Account{}, firstRunClosed(err)
	}
	key, err := s.secret(ctx)
	if err != nil {
		return Account{}, err
	}
	err = s.guardedBy(ctx, []meter{{byFactor, "first run:" + tag(key, "first run", "")}}, func(ctx context.Context, tx *db.Tx) error {
		stored, err := firstRunCode(ctx, tx)
		if err != nil || stored == firstRunDone {
			return firstRunClosed(err)
		}
		if subtle.ConstantTimeCompare([]byte(stored), []byte(firstRunHash(code))) != 1 {
			return fault.New(fault.Forbidden, "account.first.code_wrong").At("ma")
		}
		return nil
	})
	if err != nil {
		return Account{}, err
	}
	d.Grants = []auth.Grant{{Role: auth.Administrator}}
	if err := d.check(); err != nil {
		return Account{}, err
	}
	if err := checkPassword(d.Login, d.Password); err != nil {
		return Account{}, err
	}
	hash := s.price.hash(d.Password)
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		stored, err := firstRunCode(ctx, tx)
		if err != nil {
			return err
		}
		open, err := firstRunOpen(ctx, tx)
		if err != nil || !open || subtle.ConstantTimeCompare([]byte(stored), []byte(firstRunHash(code))) != 1 {
			return firstRunClosed(err)
		}
		a, err = s.insert(ctx, tx, d, hash, false)
		if err != nil {
			return err
		}
		return audit.Record(auth.With(ctx, a.Actor()), tx, audit.Entry{Action: "account.first", Key: a.Login, New: auditAccount(a)})
	})
	return a, err
}

// firstRunClosed answers as a missing page does.
func firstRunClosed(err error) error {
	if err != nil {
		return err
	}
	return fault.New(fault.NotFound, "web.not_found")
}
