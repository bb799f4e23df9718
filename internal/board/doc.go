// Package board draws what the results of a set and period look like: heat matrix, hexagon cartogram, map, comparison of
// periods, sets and communes, and the files of each of these pictures (docs/decisions/0008).
//
// It writes nothing and has no tables. Everything comes from assessment.Service with the rights of the asker: a page of the
// public shell asks as a guest, also for somebody who is signed in.
//
// Words: ma trận = heat matrix, lục giác = hexagon cartogram, bản đồ = map, sơ đồ = schematic drawing without boundaries,
// đơn vị hiện nay = present units. "On today's units" counts the former communes that became part of a present unit and is
// never a verdict for it.
//
// May import territory, criteria, assessment. May be imported by programme, market, briefing.
package board
