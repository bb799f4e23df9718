// Package ui is the component library and the page shells of Làng Số: how pages look and speak (docs/decisions).
//
// Components are templ files named after the thing they draw, with classes "ls-…". Texts come from i18n.T(ctx, …); what
// belongs to the whole site (language, who is signed in, menus, demo mark) comes from Site in the ctx.
package ui

import (
	"context"
	"time"

	"langso/internal/platform/auth"
)

// Shell is the frame around a page.
type Shell string

const (
	Public Shell = "public" // residents: head with five links, one column
	Desk   Shell = "desk"   // officials: rail on the left
	Plain  Shell = "plain"  // sign-in, errors

	// Foot is no frame: a NavItem of it is a link in the foot of every page (accessibility statement, help).
	Foot Shell = "foot"
)

// Frame is what a page tells its shell.
type Frame struct {
	Title        string // text of <title> and, unless the body brings its own, nothing else
	Shell        Shell
	Active       string   // id of the current NavItem
	Crumbs       []Crumb  // from the province down; the last one is this page
	Context      []Switch // territory, period, criteria set (desk head bar)
	Flash        *Flash
	Errors       []FieldError // error summary, above h1
	Illustrative bool         // the page shows illustrative figures: banner
	Wide         bool         // desk pages that need the whole width
}

// Crumb is one step of the path to a page.
type Crumb struct{ Text, Href string }

// Switch is one choice of the head bar: what is chosen now and what else there is. Links keep all other filters.
type Switch struct {
	Label   string
	Name    string // query parameter
	Options []Option
}

// Option is one entry of a Switch or a select.
type Option struct {
	Value, Text, Href string
	Selected          bool
}

// Flash is the result of the last action, shown once at the top with focus.
type Flash struct {
	Kind string // "ok" | "warn" | "error"
	Text string
}

// FieldError is one line of the error summary, linked to the field it is about.
type FieldError struct{ Field, Text string }

// NavItem is an entry of a menu. Entries whose action the actor has nowhere are not shown.
type NavItem struct {
	Shell  Shell
	Group  string // message key of the rail's group heading; "" in the public head
	ID     string
	Href   string
	Text   string      // message key
	Action auth.Action // "" = everybody
	Order  int
}

// Site is what every page of a request shares.
type Site struct {
	Path      string // path without the language prefix
	Query     string
	Actor     auth.Actor
	Nav       []NavItem // already filtered for the actor, in order
	Demo      bool      // the whole database is illustrative
	RequestID string
	SaveData  bool // the client asks for less: no fonts
	Secure    bool // the reader speaks HTTPS: cookies are marked so

	Owner string    // body that answers for the site, shown in the foot; "" = not stated
	Now   time.Time // printed in the foot of paper copies; zero = not printed
}

type siteKey struct{}

// WithSite returns a ctx whose pages belong to s.
func WithSite(ctx context.Context, s Site) context.Context {
	return context.WithValue(ctx, siteKey{}, s)
}

// SiteOf returns the Site of ctx.
func SiteOf(ctx context.Context) Site { s, _ := ctx.Value(siteKey{}).(Site); return s }
