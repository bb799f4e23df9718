// Package territory knows the administrative units of the province over time: which existed when, under what code and
// name, inside what, and what became of them.
//
// A statistics code is only a label: all 124 codes of July 2025 were used before for other units. Every unit has an id of
// its own; any change of extent or kind makes a new unit. Legal sources stand beside each lineage edge
// (1245/NQ-UBTVQH15 of 2024, 1671/NQ-UBTVQH15 and 202/2025/QH15 of 2025).
//
// Words of law: xã = rural commune, phường = ward, thị trấn = township, đặc khu = special zone, huyện = district.
// Only xã take part in the programme. May be imported by every other module.
package territory
