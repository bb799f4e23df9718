package account

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/module"

	"github.com/alexedwards/scs/v2"
)

// Units is what grants speak of; the composition root supplies it from territory and criteria.
type Units interface {
	// UnitID returns the unit that a code names today; "#123" names it by its id.
	UnitID(ctx context.Context, code string) (int64, error)
	// FindUnits returns units of today by code or name, the best first, at most 20; Choice.ID is "#123".
	FindUnits(ctx context.Context, text string) ([]Choice, error)
	// UnitName is how pages call a unit, "#123" when it is unknown.
	UnitName(ctx context.Context, id int64) string
	// Departments are the bodies that may lead criteria, in the order of their list.
	Departments(ctx context.Context) []Choice
}

// Choice is one thing to choose.
type Choice struct{ ID, Name string }

// Service is the accounts of one installation. It is safe for concurrent use.
type Service struct {
	kit      module.Kit
	units    Units
	store    sessionStore
	sessions *scs.SessionManager // over store
	price    cost                // of new hashes
	hashing  *gate

	mu      sync.Mutex
	key     []byte    // secret of this installation, read once
	dropped time.Time // when old rows were last deleted by this process
}

// New returns the accounts stored in kit.DB.
func New(kit module.Kit, units Units) *Service {
	if kit.Log == nil {
		kit.Log = slog.New(slog.DiscardHandler)
	}
	store := sessionStore{db: kit.DB, log: kit.Log}
	// Not scs.New: it starts a goroutine for a store in memory that nobody would stop.
	m := &scs.SessionManager{Store: store, Codec: scs.GobCodec{}, Lifetime: lifetime}
	return &Service{kit: kit, units: units, store: store, sessions: m, price: present, hashing: newGate()}
}

// secret returns the key that signs device cookies and hides what attempts name.
func (s *Service) secret(ctx context.Context) ([]byte, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.key != nil {
		return s.key, nil
	}
	key, err := secret(ctx, s.kit.DB)
	if err == nil && !db.InWrite(ctx) { // what a transaction made may still be rolled back
		s.key = key
	}
	return key, err
}

// Attempt is one try to sign in.
type Attempt struct {
	Login, Password string
	Network         string // /24 or /64 that the request comes from
	Device          string // value of the device cookie, "" when there is none
	Session         string // secret of the session that the browser has now, ended by success
	Agent           string // what the browser says it is, in a few words
}

// Opened is what a successful sign-in gives to the browser.
type Opened struct {
	Actor   auth.Actor
	Session string // secret of the new session
	Device  string // value of the device cookie
	// Temporary is true when the password was set by somebody else and must be changed.
	Temporary bool
}

// SignIn opens a session. Unauthenticated: login or password are wrong, or the account is disabled; which of them is told
// neither by the text nor by the time. Rate_limited: too many failures; RetryAfter says how long to wait.
func (s *Service) SignIn(ctx context.Context, a Attempt) (o Opened, err error) {
	key, err := s.secret(ctx)
	if err != nil {
		return o, err
	}
	list, err := s.meters(ctx, key, a)
	if err != nil {
		return o, err
	}
	// A look before the queue: who has to wait anyway must not keep others from their turn.
	if _, err := allowed(ctx, s.kit.DB.Read(ctx), list, s.kit.Clock.NowMS()); err != nil {
		return o, err
	}
	leave, err := s.hashing.enter(ctx)
	if err != nil {
		return o, err
	}
	defer leave()
	if err := s.dropOldRows(ctx); err != nil {
		return o, err
	}
	charges, err := s.charge(ctx, list)
	if err != nil {
		return o, err
	}
	who, stored, temporary, err := s.credentials(ctx, a.Login)
	if err != nil {
		return o, err
	}
	ok, stale, err := s.price.verify(stored, a.Password)
	if err != nil {
		return o, err
	}
	expired := temporary > 0 && s.kit.Clock.NowMS()-temporary > temporaryLife.Milliseconds()
	if !ok || !who.Active || expired {
		s.kit.Log.InfoContext(ctx, "sign-in refused", "counted", list[0].kind)
		now := s.kit.Clock.NowMS()
		if _, err := allowed(ctx, s.kit.DB.Read(ctx), list, now); err != nil {
			return o, err
		}
		return o, fault.New(fault.Unauthenticated, "account.wrong").At("login")
	}
	fresh := stored
	if stale {
		fresh = s.price.hash(a.Password)
	}
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		// The account may have been disabled, or its password changed, since its hash was read.
		now, err := accountByID(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		if current, _, err := passwordOf(ctx, tx, who.ID); err != nil {
			return err
		} else if !now.Active || current != stored {
			return fault.New(fault.Unauthenticated, "account.wrong").At("login")
		}
		if err := giveBack(ctx, tx, charges); err != nil {
			return err
		}
		if stale {
			if err := rehash(ctx, tx, who.ID, stored, fresh); err != nil {
				return err
			}
		}
		o.Actor = now.Actor()
		o.Session, err = s.open(ctx, tx, o.Actor, a)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	o.Temporary = temporary > 0
	o.Device, err = s.noteDevice(ctx, key, o.Actor, a)
	return o, err
}

// noteDevice makes the browser of an attempt a known device of actor and returns its cookie.
func (s *Service) noteDevice(ctx context.Context, key []byte, actor auth.Actor, from Attempt) (string, error) {
	d, _ := readDevice(key, from.Device)
	d = d.with(tag(key, "login", loginKey(actor.Login)))
	err := s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		return putDevice(ctx, tx, actor.ID, d.ref(key), from.Agent)
	})
	return d.sign(key), err
}

// temporaryLife is how long a password that somebody else set opens anything.
const temporaryLife = 7 * 24 * time.Hour

// credentials returns the account of a login, its hash and since when its password is temporary; for an unknown login the
// zero Account and the hash that belongs to nobody, after the same reads.
func (s *Service) credentials(ctx context.Context, login string) (Account, string, int64, error) {
	q := s.kit.DB.Read(ctx)
	a, err := accountByLogin(ctx, q, login)
	if fault.Is(err, fault.NotFound) {
		return Account{}, "", 0, nil
	}
	if err != nil {
		return Account{}, "", 0, err
	}
	hash, temporary, err := passwordOf(ctx, q, a.ID)
	return a, hash, temporary, err
}

// open starts a session of actor in place of the one that the browser had, and records the sign-in.
func (s *Service) open(ctx context.Context, tx *db.Tx, actor auth.Actor, from Attempt) (string, error) {
	if err := s.store.DeleteCtx(ctx, from.Session); err != nil {
		return "", err
	}
	c, err := s.sessions.Load(ctx, "") // a new secret: nobody can know it from before the sign-in
	if err != nil {
		return "", err
	}
	s.sessions.SetDeadline(c, time.UnixMilli(tx.NowMS).Add(lifetime))
	s.sessions.Put(c, accountKey, actor.ID)
	if !actor.FactorAt.IsZero() {
		s.sessions.Put(c, factorAtKey, actor.FactorAt.UnixMilli())
	}
	token, _, err := s.sessions.Commit(c)
	if err != nil {
		return "", err
	}
	if err := noteOpened(ctx, tx, secretHash(token), from.Agent); err != nil {
		return "", err
	}
	return token, audit.Record(auth.With(ctx, actor), tx, audit.Entry{Action: "account.sign-in", Key: actor.Login})
}

// SignOut ends the session with this secret and records it; an unknown one is no error.
func (s *Service) SignOut(ctx context.Context, session string) error {
	return s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := accountOfSession(ctx, tx, secretHash(session))
		if err != nil || id == 0 {
			return err
		}
		if err := s.store.DeleteCtx(ctx, session); err != nil {
			return err
		}
		a, err := accountByID(ctx, tx, id)
		if err != nil {
			return err
		}
		return audit.Record(auth.With(ctx, a.Actor()), tx, audit.Entry{Action: "account.sign-out", Key: a.Login})
	})
}

// bySession returns the actor of a session; a guest when the session has ended or the account is disabled.
func (s *Service) bySession(ctx context.Context, session string) (auth.Actor, error) {
	guest := auth.Actor{Kind: auth.Guest}
	c, err := s.sessions.Load(ctx, session)
	if err != nil {
		return guest, err
	}
	id := s.sessions.GetInt64(c, accountKey)
	if id == 0 {
		return guest, nil
	}
	a, err := accountByID(ctx, s.kit.DB.Read(ctx), id)
	if err != nil || !a.Active {
		return guest, err
	}
	actor := a.Actor()
	if at := s.sessions.GetInt64(c, factorAtKey); at > 0 {
		actor.FactorAt = time.UnixMilli(at).UTC()
	}
	return actor, nil
}

// ByLogin returns the actor of an active account, without a question asked: for the composition root and its tests.
// Not_found when there is none.
func (s *Service) ByLogin(ctx context.Context, login string) (auth.Actor, error) {
	a, err := accountByLogin(ctx, s.kit.DB.Read(ctx), login)
	if err != nil {
		return auth.Actor{}, err
	}
	if !a.Active {
		return auth.Actor{}, fault.New(fault.NotFound, "account.unknown")
	}
	return a.Actor(), nil
}

// dropEvery is how often one process deletes old rows.
const dropEvery = 10 * time.Minute

func (s *Service) dropOldRows(ctx context.Context) error {
	now := s.kit.Clock.Now()
	s.mu.Lock()
	due := now.Sub(s.dropped) >= dropEvery
	if due {
		s.dropped = now
	}
	s.mu.Unlock()
	if !due {
		return nil
	}
	return s.kit.DB.Write(ctx, dropOldRows)
}
