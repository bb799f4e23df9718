package account

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"time"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"
)

// Passkey is a key that a device keeps for one account at one name of this site.
type Passkey struct {
	ID       int64
	Name     string // what its owner calls it
	Site     string // host name that it was made for; it works at no other
	Since    time.Time
	LastUsed time.Time // zero = never

	record webauthn.Credential
}

// Site is the name under which the reader's browser knows this server. A passkey is bound to it by the browser: at a false
// name it is not offered, and an answer collected there is refused.
type Site struct {
	Host   string // without a port: "lang-so.example"
	Origin string // "https://lang-so.example"
}

// relying is this server as the other side of the ceremony. The user is always verified (a finger, a face, a PIN): a
// passkey is two factors in one act.
func (w Site) relying() (*webauthn.WebAuthn, error) {
	rp, err := webauthn.New(&webauthn.Config{RPID: w.Host, RPDisplayName: "Làng Số", RPOrigins: []string{w.Origin}, AttestationPreference: protocol.PreferNoAttestation,
		AuthenticatorSelection: protocol.AuthenticatorSelection{ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired}})
	if err != nil {
		return nil, fault.New(fault.Invalid, "account.passkey_site", w.Host).Because(err)
	}
	return rp, nil
}

// owner is an account as the ceremony sees it. Its handle is the number of the account, which says nothing about a person.
type owner struct {
	account  Account
	passkeys []Passkey
}

func handleOf(account int64) []byte {
	return binary.BigEndian.AppendUint64(nil, uint64(account))
}

func (o owner) WebAuthnID() []byte          { return handleOf(o.account.ID) }
func (o owner) WebAuthnName() string        { return o.account.Login }
func (o owner) WebAuthnDisplayName() string { return o.account.Name }
func (o owner) WebAuthnCredentials() []webauthn.Credential {
	out := make([]webauthn.Credential, len(o.passkeys))
	for i, p := range o.passkeys {
		out[i] = p.record
	}
	return out
}

// owner returns an account with the passkeys that work at w.
func (s *Service) owner(ctx context.Context, account int64, w Site) (owner, error) {
	q := s.kit.DB.Read(ctx)
	a, err := accountByID(ctx, q, account)
	if err != nil {
		return owner{}, err
	}
	all, err := passkeysOf(ctx, q, account)
	o := owner{account: a}
	for _, p := range all {
		if p.Site == w.Host {
			o.passkeys = append(o.passkeys, p)
		}
	}
	return o, err
}

// Ceremony is one question to the browser: Options is the JSON for navigator.credentials, State goes back with the answer.
type Ceremony struct{ Options, State string }

const (
	purposeAdd    = "passkey new"
	purposeProve  = "passkey proof"
	purposeSignIn = "passkey sign-in"
)

// ceremony packs what the library began.
func (s *Service) ceremony(ctx context.Context, purpose string, options any, session *webauthn.SessionData) (Ceremony, error) {
	key, err := s.secret(ctx)
	if err != nil {
		return Ceremony{}, err
	}
	b, err := json.Marshal(options)
	if err != nil {
		return Ceremony{}, err
	}
	state, err := seal(key, purpose, session, s.kit.Clock.Now())
	return Ceremony{string(b), state}, err
}

// answered opens the state of a ceremony.
func (s *Service) answered(ctx context.Context, purpose, state string) (session webauthn.SessionData, err error) {
	key, err := s.secret(ctx)
	if err != nil {
		return session, err
	}
	return session, unseal(key, purpose, state, s.kit.Clock.Now(), &session)
}

// refusedKey is the refusal of an answer that does not prove what was asked; which check failed goes to the log.
func refusedKey(err error) error {
	return fault.New(fault.Forbidden, "account.passkey_refused").Because(err)
}

// BeginPasskey asks the browser to make a passkey for the asker.
func (s *Service) BeginPasskey(ctx context.Context, w Site) (Ceremony, error) {
	a, err := s.self(ctx)
	if err != nil {
		return Ceremony{}, err
	}
	rp, err := w.relying()
	if err != nil {
		return Ceremony{}, err
	}
	o, err := s.owner(ctx, a.ID, w)
	if err != nil {
		return Ceremony{}, err
	}
	var known []protocol.CredentialDescriptor
	for _, p := range o.passkeys {
		known = append(known, p.record.Descriptor())
	}
	options, session, err := rp.BeginRegistration(o, webauthn.WithExclusions(known))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(ctx, purposeAdd, options.Response, session)
}

// newPasskey checks the browser's answer to BeginPasskey and returns the key with the challenge that it answered.
func (s *Service) newPasskey(ctx context.Context, a auth.Actor, w Site, state, answer string) (Passkey, string, error) {
	session, err := s.answered(ctx, purposeAdd, state)
	if err != nil {
		return Passkey{}, "", err
	}
	rp, err := w.relying()
	if err != nil {
		return Passkey{}, "", err
	}
	o, err := s.owner(ctx, a.ID, w)
	if err != nil {
		return Passkey{}, "", err
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return Passkey{}, "", refusedKey(err)
	}
	c, err := rp.CreateCredential(o, session, parsed)
	if err != nil {
		return Passkey{}, "", refusedKey(err)
	}
	return Passkey{Site: w.Host, record: *c}, session.Challenge, nil
}

// BeginProof asks the browser for a passkey of the asker; the zero Ceremony when none works at w.
func (s *Service) BeginProof(ctx context.Context, w Site) (Ceremony, error) {
	a, err := s.self(ctx)
	if err != nil {
		return Ceremony{}, err
	}
	o, err := s.owner(ctx, a.ID, w)
	if err != nil || len(o.passkeys) == 0 {
		return Ceremony{}, err
	}
	rp, err := w.relying()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := rp.BeginLogin(o, webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(ctx, purposeProve, options.Response, session)
}

// BeginSignIn asks the browser for any passkey that it keeps for this site.
func (s *Service) BeginSignIn(ctx context.Context, w Site) (Ceremony, error) {
	rp, err := w.relying()
	if err != nil {
		return Ceremony{}, err
	}
	options, session, err := rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return Ceremony{}, err
	}
	return s.ceremony(ctx, purposeSignIn, options.Response, session)
}

// proven is a passkey's answer that holds: whose it is, what it changed, and the challenge that is now spent.
type proven struct {
	account    int64
	credential *webauthn.Credential
	challenge  string
}

// checkPasskey checks an answer to BeginProof (account = whose it must be) or BeginSignIn (account 0). It changes nothing.
func (s *Service) checkPasskey(ctx context.Context, purpose string, account int64, w Site, state, answer string) (proven, error) {
	session, err := s.answered(ctx, purpose, state)
	if err != nil {
		return proven{}, err
	}
	rp, err := w.relying()
	if err != nil {
		return proven{}, err
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return proven{}, refusedKey(err)
	}
	p := proven{account: account, challenge: session.Challenge}
	if purpose == purposeSignIn {
		_, p.credential, err = rp.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			if len(handle) != 8 {
				return nil, fault.New(fault.NotFound, "account.unknown")
			}
			p.account = int64(binary.BigEndian.Uint64(handle))
			return s.owner(ctx, p.account, w)
		}, session, parsed)
	} else {
		var o owner
		if o, err = s.owner(ctx, account, w); err != nil {
			return proven{}, err
		}
		p.credential, err = rp.ValidateLogin(o, session, parsed)
	}
	if err != nil {
		return proven{}, refusedKey(err)
	}
	if p.credential.Authenticator.CloneWarning {
		return proven{}, refusedKey(errCloned)
	}
	return p, nil
}

// spend stores the use of a passkey; forbidden when it was removed meanwhile.
func (p proven) spend(ctx context.Context, tx *db.Tx) error {
	if err := spend(ctx, tx, p.challenge); err != nil {
		return err
	}
	there, err := usePasskey(ctx, tx, p.account, p.credential)
	if err == nil && !there {
		err = refusedKey(nil)
	}
	return err
}

// SignInByPasskey opens a session for the owner of a passkey, the second factor proven with it.
func (s *Service) SignInByPasskey(ctx context.Context, w Site, state, answer string, from Attempt) (o Opened, err error) {
	p, err := s.checkPasskey(ctx, purposeSignIn, 0, w, state, answer)
	if err != nil {
		return o, err
	}
	key, err := s.secret(ctx)
	if err != nil {
		return o, err
	}
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err := accountByID(ctx, tx, p.account)
		if err != nil {
			return err
		}
		if !a.Active {
			return refusedKey(nil)
		}
		if err := p.spend(ctx, tx); err != nil {
			return err
		}
		o.Actor = a.Actor()
		o.Actor.FactorAt = time.UnixMilli(tx.NowMS).UTC()
		o.Session, err = s.open(ctx, tx, o.Actor, from)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	d, _ := readDevice(key, from.Device)
	if d.knows(tag(key, "login", loginKey(o.Actor.Login))) {
		return o, nil
	}
	o.Device, err = s.noteDevice(ctx, key, o.Actor, from)
	return o, err
}
