// Package story plays the work of a province office in a real browser, from the workbook that arrives to the figure that
// everybody sees: on a desk and on a phone, in both languages, with scripts and without, by pointer and by keyboard. It
// has tests only.
package story
