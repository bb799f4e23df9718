package auth

import (
	"context"
	"encoding/csv"
	"os"
	"testing"

	"langso/internal/platform/fault"
)

// Units and departments of the tests: ownUnit and foreignUnit lie side by side in the same province.
const (
	province, ownUnit, foreignUnit = int64(1), int64(10), int64(20)
	ownDepartment, otherDepartment = "thong_tin", "y_te"
)

var (
	own              = Scope{Units: []int64{ownUnit, province}, Department: ownDepartment}
	foreign          = Scope{Units: []int64{foreignUnit, province}, Department: ownDepartment}
	foreignCriterion = Scope{Units: []int64{ownUnit, province}, Department: otherDepartment}
)

// grantOf is the grant that an account of each role usually holds.
func grantOf(role Role) Grant {
	switch role {
	case Department:
		return Grant{Role: role, Departments: []string{ownDepartment}}
	case CommuneOfficer, Viewer:
		return Grant{Role: role, Unit: ownUnit}
	}
	return Grant{Role: role}
}

// rightsTable reads testdata/rights.csv: role and action → the answers of one row by column.
func rightsTable(t *testing.T) map[Role]map[Action]map[string]bool {
	t.Helper()
	f, err := os.Open("testdata/rights.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	table := map[Role]map[Action]map[string]bool{}
	for i, row := range rows[1:] {
		role, action := Role(row[0]), Action(row[1])
		if table[role] == nil {
			table[role] = map[Action]map[string]bool{}
		}
		if table[role][action] != nil {
			t.Fatalf("row %d: %s %s stands twice", i+2, role, action)
		}
		answers := map[string]bool{}
		for j, cell := range row[2:] {
			if cell != "yes" && cell != "no" {
				t.Fatalf("row %d: %q is neither yes nor no", i+2, cell)
			}
			answers[rows[0][j+2]] = cell == "yes"
		}
		table[role][action] = answers
	}
	return table
}

func TestRightsTable(t *testing.T) {
	table := rightsTable(t)
	rows, granted := 0, map[Action]int{}
	for _, role := range Roles {
		g := []Grant{grantOf(role)}
		person := Actor{Kind: Person, ID: 1, Grants: g}
		full := Actor{Kind: Token, ID: 1, Grants: g}
		read := Actor{Kind: Token, ID: 1, Grants: g, ReadOnly: true}
		for _, action := range Actions {
			want, ok := table[role][action]
			if !ok {
				t.Errorf("testdata/rights.csv has no row for %s %s", role, action)
				continue
			}
			got := map[string]bool{
				"own_unit":          person.May(action, own),
				"foreign_unit":      person.May(action, foreign),
				"foreign_criterion": person.May(action, foreignCriterion),
				"full_token":        full.May(action, own),
				"read_token":        read.May(action, own),
			}
			for column, w := range want {
				g, known := got[column]
				if !known {
					t.Fatalf("column %q is not tested", column)
				}
				if g != w {
					t.Errorf("%s %s %s: %v, the table says %v", role, action, column, g, w)
				}
			}
			if want["own_unit"] {
				granted[action]++
			}
			if person.MayAnywhere(action) != want["own_unit"] || full.MayAnywhere(action) != want["full_token"] || read.MayAnywhere(action) != want["read_token"] {
				t.Errorf("%s %s: MayAnywhere differs from the table", role, action)
			}
			rows++
		}
	}
	if rows == 0 || rows != len(Roles)*len(Actions) {
		t.Errorf("%d rows tested, want %d", rows, len(Roles)*len(Actions))
	}
	for _, action := range Actions {
		if granted[action] == 0 {
			t.Errorf("no role has %s: the table proves nothing about it", action)
		}
	}
	total := 0
	for _, m := range table {
		total += len(m)
	}
	if total != rows {
		t.Errorf("testdata/rights.csv has %d rows, %d name a role and an action that exist", total, rows)
	}
}

// A grant limited to a unit gives nothing outside it, and nothing about the whole territory, whatever the role.
func TestUnitLimitsEveryRole(t *testing.T) {
	inside := 0
	for _, role := range Roles {
		a := Actor{Kind: Person, ID: 1, Grants: []Grant{{Role: role, Unit: ownUnit}}}
		for _, action := range Actions {
			if a.May(action, own) {
				inside++
			}
			if a.May(action, foreign) || a.May(action, Scope{}) || a.May(action, Scope{Units: []int64{province}}) {
				t.Errorf("%s limited to one unit has %s outside it", role, action)
			}
		}
	}
	if inside == 0 {
		t.Error("no role has any action inside its unit")
	}
}

func TestNoTokenManagesAccountsOrCriteria(t *testing.T) {
	everything := []Grant{{Role: Administrator}, {Role: ProvinceOffice}}
	for _, action := range []Action{ManageAccounts, ChangeCriteria} {
		if !(Actor{Kind: Person, ID: 1, Grants: everything}).May(action, Scope{}) {
			t.Errorf("a person with every role lacks %s", action)
		}
		token := Actor{Kind: Token, ID: 1, Grants: everything}
		if token.May(action, Scope{}) || token.MayAnywhere(action) {
			t.Errorf("a token has %s", action)
		}
	}
}

func TestRequireTellsGuestsToSignIn(t *testing.T) {
	ctx := context.Background()
	if err := Require(ctx, ReadResults, own); !fault.Is(err, fault.Unauthenticated) {
		t.Errorf("guest: %v, want unauthenticated", err)
	}
	viewer := Actor{Kind: Person, ID: 1, Grants: []Grant{{Role: Viewer, Unit: ownUnit}}}
	if err := Require(With(ctx, viewer), EditResults, own); !fault.Is(err, fault.Forbidden) {
		t.Errorf("viewer: %v, want forbidden", err)
	}
	if err := Require(With(ctx, viewer), ReadResults, own); err != nil {
		t.Errorf("viewer reading its unit: %v", err)
	}
	if (Actor{Kind: Person, ID: 1, Grants: []Grant{{Role: "owner"}}}).May(ReadResults, own) {
		t.Error("an unknown role reads")
	}
}
