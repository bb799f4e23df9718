// Package criteria holds the criteria sets by which communes are judged, as data with a legal source.
//
// A set is a file (data/*.yaml): legal basis, validity, groups → criteria → indicators, thresholds by key, bands, level
// scales, marks of what was verified. It is validated with line numbers and never changed under results: a changed file
// is a new version. Levels that the law leaves to the province, and levels that a province raises, come as override
// files with the number and date of their decision; Service.Effective works them into a set for a day.
//
// What is not known stays not known: a threshold that is null, a region or year that the file does not name and a level
// without a scale give no requirement ("chưa có ngưỡng"); nothing is guessed from a neighbour. Who supplies an indicator
// and by what evidence is inferred from its subject until a province confirms it (supplier_verified).
//
// Words of law: bộ tiêu chí = criteria set, tiêu chí = criterion, chỉ tiêu = indicator, mức đạt = threshold.
// Sources: QĐ 318/QĐ-TTg and 319/QĐ-TTg of 2022 (2021-2025), QĐ 51/2025/QĐ-TTg (2026-2030).
//
// May be imported by assessment and later tiers. Imports no other module.
package criteria
