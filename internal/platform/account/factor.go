package account

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

var errCloned = errors.New("account: the counter of a passkey went backwards")

// Factors are the second factors of an account.
type Factors struct {
	App      bool
	AppSince time.Time
	Passkeys []Passkey
	Recovery int // recovery codes that are left
}

// Any reports whether there is a second factor at all; recovery codes alone are none.
func (f Factors) Any() bool { return f.App || len(f.Passkeys) > 0 }

func factorsOf(ctx context.Context, q db.Querier, account int64) (f Factors, err error) {
	if _, f.AppSince, f.App, err = totpOf(ctx, q, account); err != nil {
		return f, err
	}
	if f.Passkeys, err = passkeysOf(ctx, q, account); err != nil {
		return f, err
	}
	f.Recovery, err = recoveryLeft(ctx, q, account)
	return f, err
}

// recoveryCodes is how many codes an account gets at once.
const recoveryCodes = 8

// newRecoveryCodes returns codes of 16 characters (79 bits) in groups of four and what is stored of them.
func newRecoveryCodes() (codes, hashes []string) {
	for range recoveryCodes {
		code := randomText(16, 4)
		codes = append(codes, code)
		hashes = append(hashes, recoveryHash(code))
	}
	return codes, hashes
}

func recoveryHash(code string) string { return secretHash("recovery code " + tidyCode(code)) }

// tidyCode leaves the letters and digits of a typed code.
func tidyCode(code string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, strings.ToLower(code))
}

// Proof is what somebody brings to prove a second factor: a code of the app or a recovery code, or a passkey's answer.
type Proof struct {
	Code          string
	State, Answer string // of a Ceremony of BeginProof
}

// factorMeters are the counts of wrong codes. They count per account: who gets this far has its password, so no stranger
// can make an owner wait; and a passkey is never counted, because it cannot be guessed.
func factorMeters(secret []byte, account int64) []meter {
	return []meter{{byFactor, "factor:" + tag(secret, "factor", strconv.FormatInt(account, 10))}}
}

// Prove notes in the asker's session that a second factor was proven now, and returns the asker as they are from now on.
// Forbidden: the proof does not hold; rate_limited: too many wrong codes.
func (s *Service) Prove(ctx context.Context, session string, w Site, p Proof) (actor auth.Actor, err error) {
	actor, err = s.self(ctx)
	if err != nil {
		return actor, err
	}
	how := "passkey"
	if p.Answer != "" {
		proof, err := s.checkPasskey(ctx, purposeProve, actor.ID, w, p.State, p.Answer)
		if err != nil {
			return actor, err
		}
		err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			if err := proof.spend(ctx, tx); err != nil {
				return err
			}
			return s.raise(ctx, tx, &actor, session, how)
		})
		return actor, err
	}
	code := tidyCode(p.Code)
	use := func(ctx context.Context, tx *db.Tx) (bool, error) {
		how = "recovery"
		return useRecovery(ctx, tx, actor.ID, recoveryHash(code))
	}
	if len(code) == totpDigits {
		secret, err := s.appSecret(ctx, actor.ID)
		if err != nil {
			return actor, err
		}
		use = func(ctx context.Context, tx *db.Tx) (bool, error) {
			how = "app"
			step, ok := totpStep(secret, code, time.UnixMilli(tx.NowMS))
			if secret == nil || !ok {
				return false, nil
			}
			return useStep(ctx, tx, actor.ID, step)
		}
	}
	err = s.guarded(ctx, actor.ID, func(ctx context.Context, tx *db.Tx) error {
		ok, err := use(ctx, tx)
		if err != nil {
			return err
		}
		if !ok {
			return fault.New(fault.Forbidden, "account.code_wrong").At("ma-xac-nhan")
		}
		return s.raise(ctx, tx, &actor, session, how)
	})
	return actor, err
}

// guarded runs the check of a secret that could be guessed: counted before, given back when fn succeeds in its transaction.
func (s *Service) guarded(ctx context.Context, account int64, fn func(ctx context.Context, tx *db.Tx) error) error {
	key, err := s.secret(ctx)
	if err != nil {
		return err
	}
	return s.guardedBy(ctx, factorMeters(key, account), fn)
}

func (s *Service) guardedBy(ctx context.Context, list []meter, fn func(ctx context.Context, tx *db.Tx) error) error {
	charges, err := s.charge(ctx, list)
	if err != nil {
		return err
	}
	return s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx); err != nil {
			return err
		}
		return giveBack(ctx, tx, charges)
	})
}

// charge counts one attempt before it is looked at.
func (s *Service) charge(ctx context.Context, list []meter) (charges []charge, err error) {
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		charges, err = chargeAll(ctx, tx, list)
		return err
	})
	return charges, err
}

// raise notes in a session of actor that the second factor was proven in this transaction.
func (s *Service) raise(ctx context.Context, tx *db.Tx, actor *auth.Actor, session, how string) error {
	c, err := s.sessions.Load(ctx, session)
	if err != nil {
		return err
	}
	if s.sessions.GetInt64(c, accountKey) != actor.ID {
		return fault.New(fault.Unauthenticated, "auth.sign_in_first")
	}
	s.sessions.Put(c, factorAtKey, tx.NowMS)
	if _, _, err := s.sessions.Commit(c); err != nil {
		return err
	}
	actor.FactorAt = time.UnixMilli(tx.NowMS).UTC()
	return audit.Record(ctx, tx, audit.Entry{Action: "account.factor-proven", Key: actor.Login, New: map[string]string{"by": how}})
}

// appSecret is the secret of an account's app, nil when there is none.
func (s *Service) appSecret(ctx context.Context, account int64) ([]byte, error) {
	stored, _, found, err := totpOf(ctx, s.kit.DB.Read(ctx), account)
	if err != nil || !found {
		return nil, err
	}
	key, err := s.factorKey(ctx)
	if err != nil {
		return nil, err
	}
	secret, err := decrypt(key, appPurpose(account), stored)
	if err != nil {
		return nil, fault.New(fault.Unavailable, "account.key_missing", keyFile).Because(err)
	}
	return secret, nil
}

// appPurpose binds a stored secret to its account, so that it opens nothing when copied into another row.
func appPurpose(account int64) string { return "totp of " + strconv.FormatInt(account, 10) }

// MyFactors are the second factors of the asker.
func (s *Service) MyFactors(ctx context.Context) (Factors, error) {
	a, err := s.self(ctx)
	if err != nil {
		return Factors{}, err
	}
	return factorsOf(ctx, s.kit.DB.Read(ctx), a.ID)
}

// mayChangeFactors lets the asker change their factors: with a fresh factor where there is one, else with the password.
// A stolen session alone must not be able to give itself a factor. The accounts of a demo have no password that anybody
// knows and may go on without.
func (s *Service) mayChangeFactors(ctx context.Context, a auth.Actor, password string) error {
	f, err := factorsOf(ctx, s.kit.DB.Read(ctx), a.ID)
	if err != nil {
		return err
	}
	if f.Any() {
		return auth.RequireFactor(ctx, s.kit.Clock.Now())
	}
	if needed, err := s.PasswordKnown(ctx, a.Login); err != nil || !needed {
		return err
	}
	return s.checkOwnPassword(ctx, a, password)
}

// BeginApp proposes a secret for the asker's authenticator app. Nothing is stored before ConfirmApp.
func (s *Service) BeginApp(ctx context.Context) (Enrolment, error) {
	a, err := s.self(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := s.secret(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	return newEnrolment(key, a.ID, a.Login, newTOTPSecret(), s.kit.Clock.Now())
}

// ResumeApp shows the same secret again after a refusal.
func (s *Service) ResumeApp(ctx context.Context, state string) (Enrolment, error) {
	a, e, err := s.enrolment(ctx, state)
	if err != nil {
		return Enrolment{}, err
	}
	key, err := s.secret(ctx)
	if err != nil {
		return Enrolment{}, err
	}
	return newEnrolment(key, a.ID, a.Login, e.Secret, s.kit.Clock.Now())
}

// enrolment opens a state of BeginApp; it belongs to the asker alone.
func (s *Service) enrolment(ctx context.Context, state string) (auth.Actor, enrolment, error) {
	var e enrolment
	a, err := s.self(ctx)
	if err != nil {
		return a, e, err
	}
	key, err := s.secret(ctx)
	if err != nil {
		return a, e, err
	}
	if err := unseal(key, purposeEnrol, state, s.kit.Clock.Now(), &e); err != nil {
		return a, e, err
	}
	if e.Account != a.ID {
		return a, e, fault.New(fault.Invalid, "account.form_old")
	}
	return a, e, nil
}

// ConfirmApp stores the secret of BeginApp once a code of it was typed, in place of the app before. The factor counts as
// proven. With the first factor it returns new recovery codes, shown this once.
func (s *Service) ConfirmApp(ctx context.Context, session, state, code, password string) (codes []string, err error) {
	a, e, err := s.enrolment(ctx, state)
	if err != nil {
		return nil, err
	}
	if err := s.mayChangeFactors(ctx, a, password); err != nil {
		return nil, err
	}
	key, err := s.factorKey(ctx)
	if err != nil {
		return nil, err
	}
	stored, err := encrypt(key, appPurpose(a.ID), e.Secret)
	if err != nil {
		return nil, err
	}
	err = s.guarded(ctx, a.ID, func(ctx context.Context, tx *db.Tx) error {
		step, ok := totpStep(e.Secret, tidyCode(code), time.UnixMilli(tx.NowMS))
		if !ok {
			return fault.New(fault.Invalid, "account.code_wrong").At("ma")
		}
		codes, err = s.addFactor(ctx, tx, &a, session, "app", func() error { return putTOTP(ctx, tx, a.ID, stored, step) })
		return err
	})
	return codes, err
}

// addFactor stores a factor and notes it as proven; with the first one it makes recovery codes. It refuses when the first
// factor of the account was added by somebody else meanwhile.
func (s *Service) addFactor(ctx context.Context, tx *db.Tx, a *auth.Actor, session, kind string, store func() error) (codes []string, err error) {
	before, err := factorsOf(ctx, tx, a.ID)
	if err != nil {
		return nil, err
	}
	if before.Any() && !a.FactorFresh(time.UnixMilli(tx.NowMS)) {
		return nil, fault.New(fault.Forbidden, auth.FactorKey)
	}
	if err := store(); err != nil {
		return nil, err
	}
	if !before.Any() {
		var hashes []string
		codes, hashes = newRecoveryCodes()
		if err := putRecovery(ctx, tx, a.ID, hashes); err != nil {
			return nil, err
		}
	}
	if err := audit.Record(ctx, tx, audit.Entry{Action: "account.factor-add", Key: a.Login, New: map[string]string{"kind": kind}}); err != nil {
		return nil, err
	}
	return codes, s.raise(ctx, tx, a, session, kind)
}

// AddPasskey stores the key that a browser made for BeginPasskey. Recovery codes as in ConfirmApp.
func (s *Service) AddPasskey(ctx context.Context, session string, w Site, state, answer, name, password string) (codes []string, err error) {
	a, err := s.self(ctx)
	if err != nil {
		return nil, err
	}
	if name, err = cleanName(name); err != nil {
		return nil, err
	}
	if err := s.mayChangeFactors(ctx, a, password); err != nil {
		return nil, err
	}
	p, challenge, err := s.newPasskey(ctx, a, w, state, answer)
	if err != nil {
		return nil, err
	}
	p.Name = name
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := spend(ctx, tx, challenge); err != nil {
			return err
		}
		p.ID = newID(tx.NowMS)
		codes, err = s.addFactor(ctx, tx, &a, session, "passkey", func() error { return insertPasskey(ctx, tx, a.ID, p) })
		return err
	})
	return codes, err
}

// changeFactor runs one change of the asker's factors that needs a fresh one, and audits it. A last factor that goes takes
// the recovery codes along.
func (s *Service) changeFactor(ctx context.Context, action string, old any, fn func(ctx context.Context, tx *db.Tx, a auth.Actor) error) error {
	a, err := s.self(ctx)
	if err != nil {
		return err
	}
	if err := auth.RequireFactor(ctx, s.kit.Clock.Now()); err != nil {
		return err
	}
	return s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := fn(ctx, tx, a); err != nil {
			return err
		}
		left, err := factorsOf(ctx, tx, a.ID)
		if err != nil {
			return err
		}
		if !left.Any() {
			if err := deleteRecovery(ctx, tx, a.ID); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, audit.Entry{Action: action, Key: a.Login, Old: old})
	})
}

// RemoveApp takes the asker's authenticator app away.
func (s *Service) RemoveApp(ctx context.Context) error {
	return s.changeFactor(ctx, "account.factor-remove", map[string]string{"kind": "app"}, func(ctx context.Context, tx *db.Tx, a auth.Actor) error {
		return found(deleteTOTP(ctx, tx, a.ID))
	})
}

// RemovePasskey takes one passkey of the asker away; not_found when it is not theirs.
func (s *Service) RemovePasskey(ctx context.Context, id int64) error {
	return s.changeFactor(ctx, "account.factor-remove", map[string]any{"kind": "passkey", "id": id}, func(ctx context.Context, tx *db.Tx, a auth.Actor) error {
		return found(deletePasskey(ctx, tx, a.ID, id))
	})
}

// found turns "nothing was there" into not_found.
func found(ok bool, err error) error {
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "account.nothing_there")
	}
	return err
}

// NewRecoveryCodes replaces the asker's recovery codes; they are shown this once.
func (s *Service) NewRecoveryCodes(ctx context.Context) (codes []string, err error) {
	err = s.changeFactor(ctx, "account.recovery-codes", nil, func(ctx context.Context, tx *db.Tx, a auth.Actor) error {
		var hashes []string
		codes, hashes = newRecoveryCodes()
		return putRecovery(ctx, tx, a.ID, hashes)
	})
	return codes, err
}

// RemoveFactors takes every second factor and the recovery codes of an account away, for somebody who lost their phone;
// they enrol again with their password. Its sessions end.
func (s *Service) RemoveFactors(ctx context.Context, login string) (a Account, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Account{}, err
	}
	err = s.change(ctx, login, "account.factors-remove", func(ctx context.Context, tx *db.Tx, before Account) error {
		a = before
		if _, err := deleteTOTP(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := deletePasskeys(ctx, tx, a.ID); err != nil {
			return err
		}
		if err := deleteRecovery(ctx, tx, a.ID); err != nil {
			return err
		}
		_, err := endSessions(ctx, tx, a.ID, "")
		return err
	})
	return a, err
}
