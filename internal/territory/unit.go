package territory

import (
	"langso/internal/platform/clock"
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
	Name     string // without the kind: "Đạ R'sal"
	NameEN   string
	AltNames []string   // other spellings that official papers use
	From     clock.Date // first day; "" = before this data begins
	To       clock.Date // last day, inclusive; "" = still there
	Basis    string     // legal act that made it
}

// ValidAt reports whether the unit existed on day d.
func (u *Unit) ValidAt(d clock.Date) bool {
	return (u.From == "" || u.From <= d) && (u.To == "" || d <= u.To)
}

// FullName returns kind and name as people write it: "Xã Đạ R'sal", "Thành phố Đà Lạt", "Tỉnh Lâm Đồng".
func (u *Unit) FullName() string { return kindWords[u.Kind] + " " + u.Name }

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
}
