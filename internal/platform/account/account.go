package account

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"langso/internal/platform/auth"
	"langso/internal/platform/fault"
	"langso/internal/platform/vntext"
)

// Account is a person who may sign in.
type Account struct {
	ID      int64
	Login   string // as written when the account was made; letters, digits and . _ @ -
	Name    string // what pages call the person
	Active  bool
	Created time.Time
	Grants  []auth.Grant // by role and unit
}

// Actor is the account as somebody who asks.
func (a Account) Actor() auth.Actor {
	return auth.Actor{Kind: auth.Person, ID: a.ID, Login: a.Login, Name: a.Name, Grants: a.Grants}
}

// Draft is an account to be made.
type Draft struct {
	Login    string
	Name     string
	Password string
	Grants   []auth.Grant
}

// maxName is the longest name of an account or a token, in characters.
const maxName = 200

var loginForm = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._@-]{1,63}$`)

// loginKey is what makes a login unique and finds it again: "Cán bộ-xã", "can-bo-xa" and "CANBOXA" are the same
// person's typing on different keyboards.
func loginKey(login string) string {
	if len(login) > 1024 || strings.ContainsRune(login, 0) {
		return "" // no account is that long, and PostgreSQL stores no NUL
	}
	return vntext.FoldTight(login)
}

// check refuses logins and names that cannot be typed or shown, and tidies the name.
func (d *Draft) check() error {
	if !loginForm.MatchString(d.Login) || loginKey(d.Login) == auth.CLI().Login || loginKey(d.Login) == "" {
		return fault.New(fault.Invalid, "account.login_form").At("login")
	}
	name, err := cleanName(d.Name)
	if err != nil {
		return err
	}
	d.Name = name
	for _, g := range d.Grants {
		if err := checkGrant(g); err != nil {
			return err
		}
	}
	return nil
}

// cleanName composes and squeezes a name; control characters and empty or overlong names are invalid.
func cleanName(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fault.New(fault.Invalid, "account.name_unreadable").At("name")
	}
	s = vntext.Squeeze(vntext.NFC(s))
	if strings.ContainsFunc(s, unicode.IsControl) {
		return "", fault.New(fault.Invalid, "account.name_unreadable").At("name")
	}
	if n := utf8.RuneCountInString(s); n == 0 || n > maxName {
		return "", fault.New(fault.Invalid, "account.name_length", maxName).At("name")
	}
	return s, nil
}

var departmentForm = regexp.MustCompile(`^[a-z0-9_]{1,64}$`)

// checkGrant refuses grants that would mean more than the person who types them expects: a department without
// departments would lead all criteria, a commune officer without a unit would report for the whole province.
func checkGrant(g auth.Grant) error {
	if !slices.Contains(auth.Roles, g.Role) {
		names := make([]string, len(auth.Roles))
		for i, r := range auth.Roles {
			names[i] = string(r)
		}
		return fault.New(fault.Invalid, "account.role_unknown", string(g.Role), strings.Join(names, ", ")).At("role")
	}
	if g.Unit < 0 {
		return fault.New(fault.Invalid, "account.unit_unknown", g.Unit).At("unit")
	}
	if g.Role == auth.CommuneOfficer && g.Unit == 0 {
		return fault.New(fault.Invalid, "account.unit_needed").At("unit")
	}
	if (g.Role == auth.Department) != (len(g.Departments) > 0) {
		return fault.New(fault.Invalid, "account.department_needed").At("department")
	}
	for _, d := range g.Departments {
		if !departmentForm.MatchString(d) {
			return fault.New(fault.Invalid, "account.department_form", d).At("department")
		}
	}
	return nil
}
