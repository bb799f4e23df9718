// Package criteria holds the criteria sets by which communes are judged, as data with a legal source.
//
// A set is a file: legal basis, validity, groups → criteria → indicators, thresholds by key, bands, level scales, marks
// of what was verified. It is validated with line numbers and never changed under results: a changed file is a new version.
//
// Words of law: bộ tiêu chí = criteria set, tiêu chí = criterion, chỉ tiêu = indicator, mức đạt = threshold.
// Sources: QĐ 318/QĐ-TTg and 319/QĐ-TTg of 2022 (2021-2025), QĐ 51/2025/QĐ-TTg (2026-2030).
package criteria
