// Package auth says who is asking and what they may do: actors, roles, rights, scope. How somebody proves who they are
// (accounts, sessions, tokens) is the work of package account.
//
// Rights are role × action × territory × criterion, in one table (rights.go), denied unless granted. Services ask
// Require; handlers and pages never decide. Units are opaque numbers here; package territory supplies them.
package auth

import (
	"context"
	"time"

	"langso/internal/platform/fault"
)

// Kind tells how an actor proved who they are.
type Kind string

const (
	Guest  Kind = "guest"  // nobody signed in
	Person Kind = "person" // an account with a session
	Token  Kind = "token"  // an API token of an account
	System Kind = "system" // the command line on the server itself
)

// Grant is one role of an account, limited to a part of the territory and of the criteria.
type Grant struct {
	Role        Role
	Unit        int64    // unit that the grant covers with everything below it; 0 = the whole territory
	Departments []string // department ids whose criteria the grant covers; empty = all criteria
}

// Actor is who asks. The zero Actor is a guest.
type Actor struct {
	Kind   Kind
	ID     int64 // account id; 0 for guest and system
	Login  string
	Name   string
	Grants []Grant
	// ReadOnly is true for tokens that may not change anything.
	ReadOnly bool
	// FactorAt is when this session last proved a second factor; zero = never.
	FactorAt time.Time
}

// FactorLife is how long a proven second factor counts (security.md §1).
const FactorLife = 10 * time.Minute

// FactorFresh reports whether a proved a second factor within FactorLife before now. The command line needs none: who
// reaches it reaches the database.
func (a Actor) FactorFresh(now time.Time) bool {
	return a.Kind == System || a.Kind == Person && !a.FactorAt.IsZero() && !a.FactorAt.After(now) && now.Sub(a.FactorAt) <= FactorLife
}

// FactorKey is the message of the refusal that a second factor mends.
const FactorKey = "auth.factor_first"

// RequireFactor returns nil when the actor of ctx proved a second factor within FactorLife before now, else forbidden with
// FactorKey. Ask Require first: who has no right is not asked for a factor.
func RequireFactor(ctx context.Context, now time.Time) error {
	if Of(ctx).FactorFresh(now) {
		return nil
	}
	return fault.New(fault.Forbidden, FactorKey)
}

// Scope is the place and subject an action is about.
type Scope struct {
	Units      []int64 // the unit and every unit above it; empty = the action is not about one unit
	Department string  // department that leads the criterion; empty = not about one criterion
}

type ctxKey struct{}

// With returns a ctx in which a is asking.
func With(ctx context.Context, a Actor) context.Context { return context.WithValue(ctx, ctxKey{}, a) }

// Of returns who is asking; a guest when nobody was set.
func Of(ctx context.Context) Actor {
	if a, ok := ctx.Value(ctxKey{}).(Actor); ok {
		return a
	}
	return Actor{Kind: Guest}
}

// AsGuest returns a ctx in which nobody signed in is asking: whoever it is, the answer is what everybody sees.
func AsGuest(ctx context.Context) context.Context { return With(ctx, Actor{Kind: Guest}) }

// CLI is the actor of the command line on the server: it acts as the province office.
func CLI() Actor {
	return Actor{Kind: System, Login: "cli", Name: "langso", Grants: []Grant{{Role: ProvinceOffice}, {Role: Administrator}}}
}

// May reports whether a has action within s.
func (a Actor) May(action Action, s Scope) bool {
	if a.barred(action) {
		return false
	}
	for _, g := range a.Grants {
		if allowed[g.Role][action] && g.covers(action, s) {
			return true
		}
	}
	return false
}

// MayAnywhere reports whether a has action in at least one place, for menus.
func (a Actor) MayAnywhere(action Action) bool {
	if a.barred(action) {
		return false
	}
	for _, g := range a.Grants {
		if allowed[g.Role][action] {
			return true
		}
	}
	return false
}

// barred reports whether the way in which a came shuts action, whatever the grants say.
func (a Actor) barred(action Action) bool {
	return a.ReadOnly && !reading[action] || a.Kind == Token && noTokens[action]
}

// covers reports whether s lies inside the grant. Departments limit writing only: a department reads whole communes,
// because its indicators depend on their neighbours, and takes notes of whole visits.
func (g Grant) covers(action Action, s Scope) bool {
	if g.Unit != 0 {
		found := false
		for _, u := range s.Units {
			found = found || u == g.Unit
		}
		if !found {
			return false
		}
	}
	if len(g.Departments) == 0 || reading[action] || placeOnly[action] {
		return true
	}
	for _, d := range g.Departments {
		if d == s.Department {
			return true
		}
	}
	return false
}

// Require returns nil when the actor of ctx has action within s, else unauthenticated (guest) or forbidden.
func Require(ctx context.Context, action Action, s Scope) error {
	a := Of(ctx)
	if a.May(action, s) {
		return nil
	}
	if a.Kind == Guest || a.Kind == "" {
		return fault.New(fault.Unauthenticated, "auth.sign_in_first")
	}
	return fault.New(fault.Forbidden, "auth.no_right")
}

// RequireAnywhere returns nil when the actor of ctx has action in at least one place, else what Require returns: for what
// is refused before the place is known.
func RequireAnywhere(ctx context.Context, action Action) error {
	if Of(ctx).MayAnywhere(action) {
		return nil
	}
	return Require(ctx, action, Scope{})
}
