package account

import (
	"context"
	"slices"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// Everything in this file is what a person does with their own account. No token may: a stolen one could give itself a
// longer life (security.md §1).

// self returns the asker when a person with a session asks, else unauthenticated (guest) or forbidden.
func (s *Service) self(ctx context.Context) (auth.Actor, error) {
	switch a := auth.Of(ctx); a.Kind {
	case auth.Person:
		return a, nil
	case auth.Token, auth.System:
		return auth.Actor{}, fault.New(fault.Forbidden, "account.person_only")
	}
	return auth.Actor{}, fault.New(fault.Unauthenticated, "auth.sign_in_first")
}

// ownAct lets the asker make something that outlives their session: with a second factor, where the account has one, it
// must be fresh.
func (s *Service) ownAct(ctx context.Context) (auth.Actor, error) {
	a, err := s.self(ctx)
	if err != nil {
		return a, err
	}
	f, err := factorsOf(ctx, s.kit.DB.Read(ctx), a.ID)
	if err == nil && f.Any() {
		err = auth.RequireFactor(ctx, s.kit.Clock.Now())
	}
	return a, err
}

// PasswordKnown reports whether somebody may know the password of a login: not of the accounts of a demo, which are
// entered with one press.
func (s *Service) PasswordKnown(ctx context.Context, login string) (bool, error) {
	demo, err := s.kit.DB.Illustrative(ctx)
	return !demo || !slices.ContainsFunc(demoRoles, func(r demoRole) bool { return r.Login == login }), err
}

// PasswordTemporary reports whether the asker's password was set by somebody else and not changed yet.
func (s *Service) PasswordTemporary(ctx context.Context) (bool, error) {
	a, err := s.self(ctx)
	if err != nil {
		return false, err
	}
	_, since, err := passwordOf(ctx, s.kit.DB.Read(ctx), a.ID)
	return since > 0, err
}

// checkOwnPassword refuses a password that is not the asker's; wrong ones are counted.
func (s *Service) checkOwnPassword(ctx context.Context, a auth.Actor, password string) error {
	leave, err := s.hashing.enter(ctx)
	if err != nil {
		return err
	}
	defer leave()
	stored, _, err := passwordOf(ctx, s.kit.DB.Read(ctx), a.ID)
	if err != nil {
		return err
	}
	key, err := s.secret(ctx)
	if err != nil {
		return err
	}
	list := factorMeters(key, a.ID)
	charges, err := s.charge(ctx, list)
	if err != nil {
		return err
	}
	ok, _, err := s.price.verify(stored, password)
	if err != nil {
		return err
	}
	if !ok {
		return fault.New(fault.Invalid, "account.password_wrong").At("mat-khau-cu")
	}
	return s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error { return giveBack(ctx, tx, charges) })
}

// Rename changes what pages call the asker.
func (s *Service) Rename(ctx context.Context, name string) error {
	a, err := s.self(ctx)
	if err != nil {
		return err
	}
	if name, err = cleanName(name); err != nil {
		return err
	}
	return s.change(ctx, a.Login, "account.rename", func(ctx context.Context, tx *db.Tx, before Account) error {
		return setName(ctx, tx, before.ID, name)
	})
}

// ChangePassword gives the asker another password and ends their other sessions. Invalid: the old one is wrong, or the new
// one breaks a rule.
func (s *Service) ChangePassword(ctx context.Context, session, old, password string) (ended int64, err error) {
	a, err := s.self(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.checkOwnPassword(ctx, a, old); err != nil {
		return 0, err
	}
	if err := checkPassword(a.Login, password); err != nil {
		return 0, err
	}
	hash := s.price.hash(password)
	err = s.change(ctx, a.Login, "account.password", func(ctx context.Context, tx *db.Tx, before Account) error {
		if err := setPassword(ctx, tx, before.ID, hash, false); err != nil {
			return err
		}
		ended, err = endSessions(ctx, tx, before.ID, secretHash(session))
		return err
	})
	return ended, err
}

// Session is one open session.
type Session struct {
	Ref     string // hash of its secret: names it and opens nothing
	Agent   string // browser and system as they say themselves; "" = unknown
	Opened  time.Time
	Seen    time.Time // exact to touchEvery
	Current bool
}

// MySessions are the open sessions of the asker, the newest use first; the one with this secret is marked.
func (s *Service) MySessions(ctx context.Context, session string) ([]Session, error) {
	a, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	list, err := sessionsOf(ctx, s.kit.DB.Read(ctx), a.ID, s.kit.Clock.NowMS())
	for i := range list {
		list[i].Current = list[i].Ref == secretHash(session)
	}
	return list, err
}

// EndSession ends one of the asker's sessions; not_found when it is not theirs.
func (s *Service) EndSession(ctx context.Context, ref string) error {
	return s.own(ctx, "account.session-end", func(ctx context.Context, tx *db.Tx, a auth.Actor) error {
		return found(endSession(ctx, tx, a.ID, ref))
	})
}

// EndOtherSessions ends every session of the asker but the one with this secret.
func (s *Service) EndOtherSessions(ctx context.Context, session string) (ended int64, err error) {
	err = s.own(ctx, "account.sessions-end", func(ctx context.Context, tx *db.Tx, a auth.Actor) error {
		ended, err = endSessions(ctx, tx, a.ID, secretHash(session))
		return err
	})
	return ended, err
}

// Device is a browser that has signed in to an account before.
type Device struct {
	Ref         string // hash of the id in its cookie
	Agent       string
	First, Seen time.Time
}

// MyDevices are the known devices of the asker, the newest first.
func (s *Service) MyDevices(ctx context.Context) ([]Device, error) {
	a, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	return devicesOf(ctx, s.kit.DB.Read(ctx), a.ID)
}

// ForgetDevice makes a device of the asker unknown: it loses its own allowance of failed attempts.
func (s *Service) ForgetDevice(ctx context.Context, ref string) error {
	return s.own(ctx, "account.device-forget", func(ctx context.Context, tx *db.Tx, a auth.Actor) error {
		return found(deleteDevice(ctx, tx, a.ID, ref))
	})
}

// own runs one change of what is the asker's, and audits it.
func (s *Service) own(ctx context.Context, action string, fn func(ctx context.Context, tx *db.Tx, a auth.Actor) error) error {
	a, err := s.self(ctx)
	if err != nil {
		return err
	}
	return s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx, a); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: action, Key: a.Login})
	})
}

// MyTokens are the tokens of the asker, the oldest first, dead ones included.
func (s *Service) MyTokens(ctx context.Context) ([]Token, error) {
	a, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	return tokensOf(ctx, s.kit.DB.Read(ctx), a.ID)
}

// MakeMyToken makes a token of the asker and returns its secret, which is shown this once.
func (s *Service) MakeMyToken(ctx context.Context, name string, scope TokenScope, days int) (secret string, t Token, err error) {
	a, err := s.ownAct(ctx)
	if err != nil {
		return "", Token{}, err
	}
	return s.makeToken(ctx, a.Login, name, scope, days)
}

// RevokeMyToken ends a token of the asker; not_found when it is not theirs.
func (s *Service) RevokeMyToken(ctx context.Context, id int64) (Token, error) {
	a, err := s.self(ctx)
	if err != nil {
		return Token{}, err
	}
	return s.revokeToken(ctx, id, a.ID)
}

// NamesOf returns the names that pages show for logins. A login that no account has, such as that of the command line, is
// left out.
func (s *Service) NamesOf(ctx context.Context, logins []string) (map[string]string, error) {
	return namesOf(ctx, s.kit.DB.Read(ctx), logins)
}
