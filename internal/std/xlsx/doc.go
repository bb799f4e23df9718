// Package xlsx reads Office Open XML workbooks (ECMA-376, ISO/IEC 29500-1) as data: stored values, cached formula
// results, number formats, merges, hidden rows, columns and sheets. It never evaluates a formula and never fetches
// anything. Writing goes through excelize's streaming writer with text kept as text.
package xlsx
