package account

import (
	"context"
	"slices"

	"langso/internal/platform/audit"
	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// Everything in this file needs auth.ManageAccounts, which no token has.

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
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
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
		if _, err := accountByLogin(ctx, tx, d.Login); err == nil {
			return fault.New(fault.Conflict, "account.login_taken", d.Login).At("login")
		} else if !fault.Is(err, fault.NotFound) {
			return err
		}
		id := newID(tx.NowMS)
		if err := insertAccount(ctx, tx, id, d, hash); err != nil {
			return err
		}
		for _, g := range d.Grants {
			if err := putGrant(ctx, tx, id, g); err != nil {
				return err
			}
		}
		if a, err = accountByID(ctx, tx, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: "account.add", Key: a.Login, New: map[string]any{"name": a.Name, "grants": auditGrants(a.Grants)}})
	})
	return a, err
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
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
		return 0, err
	}
	if err := checkPassword(login, password); err != nil {
		return 0, err
	}
	hash := s.price.hash(password)
	err = s.change(ctx, login, "account.password", func(ctx context.Context, tx *db.Tx, a Account) error {
		if err := setPassword(ctx, tx, a.ID, hash); err != nil {
			return err
		}
		ended, err = endSessions(ctx, tx, a.ID)
		return err
	})
	return ended, err
}

// Grant gives an account a role; where it has the role for this unit already, the departments are replaced.
func (s *Service) Grant(ctx context.Context, login string, g auth.Grant) (a Account, err error) {
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
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
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
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
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
		return Account{}, err
	}
	err = s.change(ctx, login, "account.disable", func(ctx context.Context, tx *db.Tx, before Account) error {
		if err := setActive(ctx, tx, before.ID, false); err != nil {
			return err
		}
		if _, err := endSessions(ctx, tx, before.ID); err != nil {
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
	if err := auth.Require(ctx, auth.ManageAccounts, auth.Scope{}); err != nil {
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
		after, err := accountByID(ctx, tx, before.ID)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, audit.Entry{Action: action, Key: before.Login, Old: auditAccount(before), New: auditAccount(after)})
	})
}

// auditAccount is what the audit keeps of an account.
func auditAccount(a Account) map[string]any {
	return map[string]any{"name": a.Name, "active": a.Active, "grants": auditGrants(a.Grants)}
}
