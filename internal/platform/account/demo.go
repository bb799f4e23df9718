package account

import (
	"context"
	"slices"

	"langso/internal/platform/auth"
	"langso/internal/platform/db"
	"langso/internal/platform/fault"
)

// demoRole is one account of the illustrative province, entered with one press.
type demoRole struct {
	Login    string
	Name     string // of the account, as pages show it
	TitleKey string // text of its button
	CanKey   string // what it can do, in a few words
	Grants   []demoGrant
}

// demoGrant is a grant whose unit is named by its present statistics code, "" = the whole territory.
type demoGrant struct {
	Role        auth.Role
	Unit        string
	Departments []string
}

// demoRoles are the accounts of the demo. The commune officer's commune is xã Ka Đô (24943) of July 2025, the viewer's
// territory is tỉnh Lâm Đồng (68) of July 2025. The department leads what Sở Thông tin và Truyền thông led; since 2025
// its work lies with Sở Khoa học và Công nghệ.
var demoRoles = []demoRole{
	{"vpdp", "Văn phòng Điều phối NTM tỉnh", "account.demo.office", "account.demo.office_can", []demoGrant{{Role: auth.ProvinceOffice}}},
	{"so-khcn", "Sở Khoa học và Công nghệ", "account.demo.department", "account.demo.department_can", []demoGrant{{Role: auth.Department, Departments: []string{"thong_tin"}}, {Role: auth.Viewer}}},
	{"can-bo-xa", "Cán bộ xã Ka Đô", "account.demo.commune", "account.demo.commune_can", []demoGrant{{Role: auth.CommuneOfficer, Unit: "24943"}}},
	{"xem", "Người xem của tỉnh", "account.demo.viewer", "account.demo.viewer_can", []demoGrant{{Role: auth.Viewer, Unit: "68"}}},
	{"admin", "Quản trị hệ thống", "account.demo.admin", "account.demo.admin_can", []demoGrant{{Role: auth.Administrator}}},
}

// Demo makes the accounts of the illustrative province. Nobody learns their passwords; they are entered by enterDemo.
func (s *Service) Demo(ctx context.Context) error {
	for _, r := range demoRoles {
		d := Draft{Login: r.Login, Name: r.Name, Password: randomPassword()}
		for _, g := range r.Grants {
			grant := auth.Grant{Role: g.Role, Departments: g.Departments}
			if g.Unit != "" {
				unit, err := s.units.UnitID(ctx, g.Unit)
				if err != nil {
					return err
				}
				grant.Unit = unit
			}
			d.Grants = append(d.Grants, grant)
		}
		if _, err := s.Add(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// enterDemo opens a session of a demo account without a password. The caller has made sure that this is the demo;
// other accounts than those of Demo are not found.
func (s *Service) enterDemo(ctx context.Context, login string, from Attempt) (o Opened, err error) {
	if !slices.ContainsFunc(demoRoles, func(r demoRole) bool { return r.Login == login }) {
		return o, fault.New(fault.NotFound, "account.unknown")
	}
	if o.Actor, err = s.ByLogin(ctx, login); err != nil {
		return o, err
	}
	err = s.kit.DB.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o.Session, err = s.open(ctx, tx, o.Actor, from)
		return err
	})
	return o, err
}
