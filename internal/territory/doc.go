// Package territory knows the administrative units of the province over time: which existed when, under what code and
// name, inside what, and what became of them.
//
// A statistics code is only a label: all 124 codes of July 2025 were used before for other units. Every unit has an id of
// its own; any change of extent or kind makes a new unit, also of the one that absorbs another and keeps its code. Four
// communes that the merger of 2025 left untouched are one unit with two parents in time. Legal sources stand beside each
// lineage edge (1245/NQ-UBTVQH15 of 2024, 1671/NQ-UBTVQH15 and 202/2025/QH15 of 2025).
//
// Words of law: xã = rural commune, phường = ward, thị trấn = township, đặc khu = special zone, huyện = district.
// Only xã take part in the programme. May be imported by every other module.
//
// The shipped files under data/ are loaded into tables at start; pages and rules read the Register, an immutable picture
// of those tables that is right on every node because its revision is asked with each use. Dates are inclusive in files,
// Go types and answers, half-open in storage.
//
// Outlines come from a file of boundaries (GeoJSON) and belong to units, so they are dated as these are; all outlines of a
// file are thinned out together for pictures and a file is replaced as a whole. Hamlets (thôn, buôn, tổ dân phố) are a
// dated level below the communes, loaded by them from a workbook; they are no administrative tier.
//
// Attributes (commune group, region, specially difficult) are dated values with a decision. A value given to a district
// or a province holds for every unit below that has none of its own: first along the administrative parents, then along
// the former province. So the shipped files name the region once for each of the three former provinces.
package territory
