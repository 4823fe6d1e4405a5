import { loadCurveTails } from './curve-tails.ts'
import { loadCurves } from './curves.ts'
import { countUnsealedSeries, findUnsealedSeries, sealSeries } from './series/seal.ts'
import { loadGroups } from './table/groups.ts'
import { loadTableKeys } from './table/keys.ts'
import { loadTableRows } from './table/rows.ts'
import { loadStatistics } from './table/statistics.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Comparison } from './tracking.ts'

/** A pause between two transactions, in which others have their turn. */
const pauseMs = 1

export function createComparison({ database }: Pick<TrackingParts, 'database'>): Comparison {
  return {
    rows: (params) => database.read((sql) => loadTableRows(sql, params)),
    keys: (experimentIds) => database.read((sql) => loadTableKeys(sql, experimentIds)),
    groups: (params) => database.read((sql) => loadGroups(sql, params)),
    statistics: (params) => database.read((sql) => loadStatistics(sql, params)),
    curves: (params) => database.read((sql) => loadCurves(sql, params)),
    tails: (params) => database.read((sql) => loadCurveTails(sql, params)),

    async seal(signal, onProgress) {
      let left = await database.read(countUnsealedSeries)
      while (left > 0 && !signal.aborted) {
        onProgress(left)
        const seriesRowId = await database.read(findUnsealedSeries)
        if (seriesRowId === undefined) return
        const isMore = await database.write((sql) => sealSeries(sql, seriesRowId))
        if (!isMore) left -= 1
        await new Promise((resolve) => setTimeout(resolve, pauseMs))
      }
    },
  }
}
