package territory

import (
	"context"
	"strings"

	"langso/internal/platform/clock"
	"langso/internal/platform/i18n"
	"langso/internal/platform/vntext"
)

// UnitID is the identity of a unit for ever, also when its code is used again by another unit.
type UnitID int64

// Level is the tier of a unit.
type Level string

const (
	Province Level = "province"
	District Level = "district" // until 30/06/2025
	Commune  Level = "commune"  // xã, phường, thị trấn, đặc khu
)

// Kind is the legal kind of a unit.
type Kind string

const (
	KindXa         Kind = "xa"
	KindPhuong     Kind = "phuong"
	KindThiTran    Kind = "thi_tran"
	KindDacKhu     Kind = "dac_khu"
	KindHuyen      Kind = "huyen"
	KindThiXa      Kind = "thi_xa"
	KindThanhPho   Kind = "thanh_pho"
	KindQuan       Kind = "quan"
	KindTinh       Kind = "tinh"
	KindThanhPhoTW Kind = "thanh_pho_tw"
)

// Unit is one administrative unit during its whole life. Read-only once loaded.
type Unit struct {
	ID       UnitID
	Code     string // statistics code, re-used over time
	Level    Level
	Kind     Kind
	Name     string // without the kind, unless the rest is only a number: "Đạ R'sal", "Phường 7"
	NameEN   string
	AltNames []string   // other spellings that official papers use
	From     clock.Date // first day; "" = before this data begins
	To       clock.Date // last day, inclusive; "" = still there
	Basis    string     // legal act that made it

	home bool   // a province whose communes report here; see Roster.Communes
	slug string // set by the register when an other unit claims the plain one
	sort string // place of the name in Vietnamese order
}

// ValidAt reports whether the unit existed on day d.
func (u *Unit) ValidAt(d clock.Date) bool {
	return (u.From == "" || u.From <= d) && (u.To == "" || d <= u.To)
}

// FullName returns kind and name as people write it: "Xã Đạ R'sal", "Thành phố Đà Lạt", "Tỉnh Lâm Đồng".
func (u *Unit) FullName() string {
	w := kindWords[u.Kind]
	if strings.HasPrefix(u.Name, w+" ") {
		return u.Name
	}
	return w + " " + u.Name
}

// Title returns the full name in the language of ctx: "Xã Đạ R'sal", in English "Đạ R'sal commune".
func (u *Unit) Title(ctx context.Context) string {
	if i18n.Of(ctx) == i18n.Vi || u.FullName() == u.Name {
		return u.FullName()
	}
	return u.Name + " " + i18n.T(ctx, "territory.kind."+string(u.Kind))
}

// Slug returns the unit's part of an address, "24805-xuan-tho". When several units bore the same code and the same name,
// the newest has this slug and the others carry the year in which they ended: "25105-ha-lam-den-2024".
func (u *Unit) Slug() string {
	if u.slug != "" {
		return u.slug
	}
	name := vntext.Slug(u.Name)
	if name == "" {
		name = "don-vi" // no letter of the name can stand in an address
	}
	return u.Code + "-" + name
}

var kindWords = map[Kind]string{
	KindXa: "Xã", KindPhuong: "Phường", KindThiTran: "Thị trấn", KindDacKhu: "Đặc khu", KindHuyen: "Huyện", KindThiXa: "Thị xã",
	KindThanhPho: "Thành phố", KindQuan: "Quận", KindTinh: "Tỉnh", KindThanhPhoTW: "Thành phố",
}

// InProgramme reports whether units of this kind take part in the NTM programme: xã only.
func (u *Unit) InProgramme() bool { return u.Level == Commune && u.Kind == KindXa }

// Hierarchy names one dated way of grouping units.
type Hierarchy string

const (
	Administrative Hierarchy = "administrative"  // three tiers until 30/06/2025, two after
	FormerProvince Hierarchy = "former_province" // communes since 01/07/2025 under the province they came from
)

// Edge says that (a part of) From became (a part of) To on day On.
type Edge struct {
	From, To UnitID
	On       clock.Date
	Whole    bool   // all of From went into To; false = a part only
	Kind     string // "merge" | "split" | "rename" | "unchanged" | "move"
	Basis    string // legal act with clause
}

// Attribute names a dated property of a unit given by a decision.
type Attribute string

const (
	CommuneGroup Attribute = "commune_group" // nhom1 | nhom2 | nhom3 (criteria 2026-2030)
	Region       Attribute = "region"        // tn | dhntb | … (criteria 2021-2025)
	Special      Attribute = "special"       // "dbkk" = specially difficult commune (xã đặc biệt khó khăn)
)

// AttributeValue is one dated value of an attribute. To is inclusive, "" = until replaced.
type AttributeValue struct {
	Unit         UnitID
	Attribute    Attribute
	Value        string
	From, To     clock.Date
	Decision     string // number of the decision, e.g. "123/QĐ-UBND"
	Illustrative bool

	rev int64 // revision of the values at which the row was written
}
