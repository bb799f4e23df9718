package account

import (
	"context"
	"slices"
	"strings"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
)

// Everything in this file needs auth.ManageAccounts, which no token has; over HTTP every change needs a fresh second
// factor as well.

// mayManage lets the asker change accounts, rights, factors, sessions and tokens of others.
func (s *Service) mayManage(ctx context.Context) error {
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
		return err
	}
	return auth.RequireFactor(ctx, s.kit.Clock.Now())
}

// auditGrant is what the audit keeps of a grant.
type auditGrant struct {
	Role        auth.Role `json:"role"`
	Unit        int64     `json:"unit"`
	Departments []string  `json:"departments,omitempty"`
}

func auditGrants(list []auth.Grant) []auditGrant {
	out := make([]auditGrant, len(list))
	for i, g := range list {
		out[i] = auditGrant(g)
	}
	return out
}

// Add makes an account. Invalid: login, name, password or a grant breaks its rule; conflict: the login is taken, also
// when it differs only in case, marks, spaces or hyphens.
func (s *Service) Add(ctx context.Context, d Draft) (a Account, err error) {
	return s.add(ctx, d, false)
}

// Invite makes an account with a password for the first sign-in, which it returns; it is shown this once, and its owner
// must change it.
func (s *Service) Invite(ctx context.Context, d Draft) (a Account, password string, err error) {
	d.Password = randomPassword()
	a, err = s.add(ctx, d, true)
	return a, d.Password, err
}

func (s *Service) add(ctx context.Context, d Draft, temporary bool) (a Account, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Account{}, err
	}
	if err := d.check(); err != nil {
		return Account{}, err
	}
	if err := checkPassword(d.Login, d.Password); err != nil {
		return Account{}, err
	}
	hash := s.price.hash(d.Password)
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if a, err = s.insert(ctx, tx, d, hash, temporary); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "account.add", Key: a.Login, New: map[string]any{"name": a.Name, "grants": auditGrants(a.Grants)}})
	})
	return a, err
}

// insert stores a checked account. Any account closes the first run for ever.
func (s *Service) insert(ctx context.Context, tx *db.Tx, d Draft, hash string, temporary bool) (a Account, err error) {
	if _, err := accountByLogin(ctx, tx, d.Login); err == nil {
		return a, fault.New(fault.Conflict, "account.login_taken", d.Login).At("login")
	} else if !fault.Is(err, fault.NotFound) {
		return a, err
	}
	id := newID(tx.NowMS)
	if err := insertAccount(ctx, tx, id, d, hash); err != nil {
		return a, err
	}
	if temporary {
		if err := setPassword(ctx, tx, id, hash, true); err != nil {
			return a, err
		}
	}
	for _, g := range d.Grants {
		if err := putGrant(ctx, tx, id, g); err != nil {
			return a, err
		}
	}
	if err := putFirstRunCode(ctx, tx, firstRunDone); err != nil {
		return a, err
	}
	return accountByID(ctx, tx, id)
}

// All returns every account, the oldest first.
func (s *Service) All(ctx context.Context) ([]Account, error) {
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
		return nil, err
	}
	return allAccounts(ctx, s.kit.DB.Read(ctx))
}

// SetPassword gives an account another password, ends its sessions and returns how many there were.
func (s *Service) SetPassword(ctx context.Context, login, password string) (ended int64, err error) {
	if err := s.mayManage(ctx); err != nil {
		return 0, err
	}
	if err := checkPassword(login, password); err != nil {
		return 0, err
	}
	return s.setPassword(ctx, login, password, false)
}

func (s *Service) setPassword(ctx context.Context, login, password string, temporary bool) (ended int64, err error) {
	hash := s.price.hash(password)
	err = s.change(ctx, login, "account.password", func(ctx context.Context, tx *db.Tx, a Account) error {
		if err := setPassword(ctx, tx, a.ID, hash, temporary); err != nil {
			return err
		}
		ended, err = endSessions(ctx, tx, a.ID, "")
		return err
	})
	return ended, err
}

// ResetPassword gives an account a password for one sign-in, which it returns; it is shown this once, and its owner must
// change it. Its sessions end.
func (s *Service) ResetPassword(ctx context.Context, login string) (password string, err error) {
	if err := s.mayManage(ctx); err != nil {
		return "", err
	}
	password = randomPassword()
	_, err = s.setPassword(ctx, login, password, true)
	return password, err
}

// EndSessionsOf ends every session of an account and returns how many there were.
func (s *Service) EndSessionsOf(ctx context.Context, login string) (ended int64, err error) {
	if err := s.mayManage(ctx); err != nil {
		return 0, err
	}
	err = s.change(ctx, login, "account.sessions-end", func(ctx context.Context, tx *db.Tx, a Account) error {
		ended, err = endSessions(ctx, tx, a.ID, "")
		return err
	})
	return ended, err
}

// ForgetDevicesOf makes every device of an account unknown.
func (s *Service) ForgetDevicesOf(ctx context.Context, login string) error {
	if err := s.mayManage(ctx); err != nil {
		return err
	}
	return s.change(ctx, login, "account.devices-forget", func(ctx context.Context, tx *db.Tx, a Account) error {
		return deleteDevices(ctx, tx, a.ID)
	})
}

// Detail is everything about one account that its administrators see.
type Detail struct {
	Account
	Temporary bool // the password was set by somebody else and not changed yet
	Factors   Factors
	Sessions  []Session
	Devices   []Device
	Tokens    []Token
	History   []audit.Line // the newest first
}

// maxHistory is how many entries of the audit a page shows.
const maxHistory = 50

// Detail returns an account by its id.
func (s *Service) Detail(ctx context.Context, id int64) (d Detail, err error) {
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
		return d, err
	}
	q := s.kit.DB.Read(ctx)
	if d.Account, err = accountByID(ctx, q, id); err != nil {
		return d, err
	}
	_, temporary, err := passwordOf(ctx, q, id)
	if err != nil {
		return d, err
	}
	d.Temporary = temporary > 0
	if d.Factors, err = factorsOf(ctx, q, id); err != nil {
		return d, err
	}
	if d.Sessions, err = sessionsOf(ctx, q, id, s.kit.Clock.NowMS()); err != nil {
		return d, err
	}
	if d.Devices, err = devicesOf(ctx, q, id); err != nil {
		return d, err
	}
	if d.Tokens, err = tokensOf(ctx, q, id); err != nil {
		return d, err
	}
	d.History, err = audit.About(ctx, s.kit.DB, "account", d.Login, maxHistory)
	return d, err
}

// Find returns the accounts whose login or name holds what was typed, in Vietnamese order of names; all of them for "".
// Marks and case do not matter.
func (s *Service) Find(ctx context.Context, text string) ([]Account, error) {
	all, err := s.All(ctx)
	if err != nil {
		return nil, err
	}
	text = vntext.FoldTight(text)
	out := slices.DeleteFunc(all, func(a Account) bool {
		return !strings.Contains(loginKey(a.Login), text) && !strings.Contains(vntext.FoldTight(a.Name), text)
	})
	slices.SortStableFunc(out, func(a, b Account) int { return strings.Compare(vntext.SortKey(a.Name), vntext.SortKey(b.Name)) })
	return out, nil
}

// Grant gives an account a role; where it has the role for this unit already, the departments are replaced.
func (s *Service) Grant(ctx context.Context, login string, g auth.Grant) (a Account, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Account{}, err
	}
	if err := checkGrant(g); err != nil {
		return Account{}, err
	}
	err = s.change(ctx, login, "account.grant", func(ctx context.Context, tx *db.Tx, before Account) error {
		if err := putGrant(ctx, tx, before.ID, g); err != nil {
			return err
		}
		a, err = accountByID(ctx, tx, before.ID)
		return err
	})
	return a, err
}

// Revoke takes a role away: for one unit, or everywhere when unit is nil. Not_found when the account has no such grant.
func (s *Service) Revoke(ctx context.Context, login string, role auth.Role, unit *int64) (a Account, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Account{}, err
	}
	err = s.change(ctx, login, "account.revoke", func(ctx context.Context, tx *db.Tx, before Account) error {
		gone := slices.DeleteFunc(slices.Clone(before.Grants), func(g auth.Grant) bool {
			return g.Role != role || unit != nil && g.Unit != *unit
		})
		if len(gone) == 0 {
			return fault.New(fault.NotFound, "account.no_such_grant", before.Login, string(role))
		}
		for _, g := range gone {
			if err := deleteGrant(ctx, tx, before.ID, g); err != nil {
				return err
			}
		}
		a, err = accountByID(ctx, tx, before.ID)
		return err
	})
	return a, err
}

// Disable shuts an account: its sessions end and its tokens are revoked in the same transaction.
func (s *Service) Disable(ctx context.Context, login string) (a Account, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Account{}, err
	}
	err = s.change(ctx, login, "account.disable", func(ctx context.Context, tx *db.Tx, before Account) error {
		if err := setActive(ctx, tx, before.ID, false); err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, before.ID, ""); err != nil {
			return err
		}
		if _, err := revokeTokens(ctx, tx, before.ID); err != nil {
			return err
		}
		a, err = accountByID(ctx, tx, before.ID)
		return err
	})
	return a, err
}

// Enable opens a disabled account again. Its old sessions and tokens stay dead.
func (s *Service) Enable(ctx context.Context, login string) (a Account, err error) {
	if err := s.mayManage(ctx); err != nil {
		return Account{}, err
	}
	err = s.change(ctx, login, "account.enable", func(ctx context.Context, tx *db.Tx, before Account) error {
		if err := setActive(ctx, tx, before.ID, true); err != nil {
			return err
		}
		a, err = accountByID(ctx, tx, before.ID)
		return err
	})
	return a, err
}

// change runs one change of an existing account in a transaction and audits what it was and what it became.
func (s *Service) change(ctx context.Context, login, action string, fn func(ctx context.Context, tx *db.Tx, before Account) error) error {
	return s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		before, err := accountByLogin(ctx, tx, login)
		if err != nil {
			return err
		}
		if err := fn(ctx, tx, before); err != nil {
			return err
		}
		if err := keepsAdministrator(ctx, tx, before); err != nil {
			return err
		}
		after, err := accountByID(ctx, tx, before.ID)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: action, Key: before.Login, Old: auditAccount(before), New: auditAccount(after)})
	})
}

// keepsAdministrator refuses a change after which nobody could manage accounts any more. The command line may do it: it can
// undo it.
func keepsAdministrator(ctx context.Context, tx *db.Tx, before Account) error {
	if auth.Of(ctx).Kind != auth.Person || !before.Actor().May(auth.ManageAccounts, auth.Scope{}) {
		return nil
	}
	left, err := administrators(ctx, tx)
	if err == nil && left == 0 {
		err = fault.New(fault.Conflict, "account.last_administrator")
	}
	return err
}

// auditAccount is what the audit keeps of an account.
func auditAccount(a Account) map[string]any {
	return map[string]any{"name": a.Name, "active": a.Active, "grants": auditGrants(a.Grants)}
}
