// Package assessment keeps the results of communes and judges them.
//
// A value is a version that is never changed: (unit, set, indicator, period) as recorded by somebody at some instant,
// superseded by a later one. Evaluate judges a commune's values against a set and is pure. A standing holds the
// verdicts of one commune, set and period, and is rewritten in the transaction that changes a value, so that boards
// read one small row per commune and are right at the next request on every node.
//
// Public pages and the public API see only values that are verified or later; drafts of a commune stay inside.
//
// Words of law: đạt = met, cơ bản đạt = basically met (nearly), chưa đạt = not yet met, chưa có số liệu = no data,
// chưa có ngưỡng = no threshold known, không áp dụng = not applicable. Source of the rules: QĐ 318/QĐ-TTg, Điều 1-2
// (a criterion is met when all its indicators are met) and docs/decisions.
package assessment
