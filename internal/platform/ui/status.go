package ui

import (
	"context"

	"langso/internal/platform/i18n"
)

// Status is a recognition result as it is shown: always colour, shape and word together.
type Status string

const (
	Met           Status = "met"            // đạt
	Nearly        Status = "nearly"         // cơ bản đạt
	NotMet        Status = "not_met"        // chưa đạt
	Missing       Status = "missing"        // chưa có số liệu
	NoThreshold   Status = "no_threshold"   // chưa có ngưỡng
	NotApplicable Status = "not_applicable" // không áp dụng
	Pending       Status = "pending"        // chờ thẩm định
)

// Statuses are all statuses in the order in which counts are shown.
var Statuses = []Status{Met, Nearly, NotMet, Missing, NoThreshold, NotApplicable, Pending}

// known returns s, or Missing for a word that is no status: a page must not look better than its data.
func (s Status) known() Status {
	for _, k := range Statuses {
		if s == k {
			return s
		}
	}
	return Missing
}

// StatusWord returns the word of s in the language of ctx: "cơ bản đạt".
func StatusWord(ctx context.Context, s Status) string {
	return i18n.T(ctx, "ui.status."+string(s.known()))
}

// OriginKind says where a figure comes from.
type OriginKind string

const (
	Computed OriginKind = "computed"     // ƒ worked out by the system
	Declared OriginKind = "declared"     // ✎ stated by an office
	Linked   OriginKind = "linked"       // ⇄ received from another system
	Example  OriginKind = "illustrative" // ◇ illustrative, not official
)

// known returns k, or Declared for a word that is no origin.
func (k OriginKind) known() OriginKind {
	switch k {
	case Computed, Linked, Example:
		return k
	}
	return Declared
}

// OriginWord returns the word of k in the language of ctx: "tự động tính".
func OriginWord(ctx context.Context, k OriginKind) string {
	return i18n.T(ctx, "ui.origin."+string(k.known()))
}

// WorkedOut is how figures worked out by the system are marked: in an illustrative database as such.
func WorkedOut(ctx context.Context) OriginKind {
	if SiteOf(ctx).Demo {
		return Example
	}
	return Computed
}
