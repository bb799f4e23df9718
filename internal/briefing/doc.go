// Package briefing works with results without writing them: who needs what next, giao ban (the meeting of the province
// office), kịch bản (plans of gaps to close), phiếu đi xã (the sheet for a visit, whose notes become tasks), soát số
// (checking the figures of a text, see package proof) and saved views.
//
// Verdicts are asked from assessment with the rights of the reader. What communes lack is read from standings; values are
// read only for the few communes or the one item that a page shows. A meeting keeps the verdicts that counted outside on
// its day, so that the next one can say what has changed. Plans, meetings, tasks and saved views are this module's own
// tables and never move a verdict.
//
// Words: khoảng thiếu = gap (an item that a commune has not met), điểm nghẽn = bottleneck (an item that is the only one, or
// one of two, that a commune lacks). Meeting every criterion is not being recognised.
package briefing
