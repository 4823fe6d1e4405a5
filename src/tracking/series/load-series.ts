import type { Sql } from '../../store/database.ts'
import { toStoredValue } from '../metric-value.ts'
import { insertChunk } from './chunk-rows.ts'
import { getPoint, type Points, slicePoints } from './points.ts'
import { buildLevels, chunkLength } from './seal.ts'

/**
 * For tests and benchmarks: appends points to a series that is there, in the form that logging them one by one leaves.
 *
 * @param points at least one, all after those of the series; a multiple of 512, so that none are left loose
 */
export async function loadSeries(sql: Sql, seriesRowId: number, points: Points): Promise<void> {
  const { length } = points.steps
  if (length === 0 || length % chunkLength !== 0) throw new RangeError(`${length} points fill no chunks.`)
  for (let start = 0; start < length; start += chunkLength) {
    await insertChunk(sql, seriesRowId, slicePoints(points, start, start + chunkLength))
  }
  await buildLevels(sql, seriesRowId)
  const { step, timestamp, value } = getPoint(points, length - 1)
  const [min, max] = findExtremes(points.values)
  await sql.run(
    `update series set step = ?, timestamp = ?, value = ?,
       min = case when min < ? then min else ? end, max = case when max > ? then max else ? end where id = ?`,
    step,
    timestamp,
    toStoredValue(value),
    min,
    min,
    max,
    max,
    seriesRowId,
  )
}

function findExtremes(values: Float64Array): [min: number | null, max: number | null] {
  let [min, max] = [Infinity, -Infinity]
  for (const value of values) {
    if (!Number.isFinite(value)) continue
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  return min <= max ? [min, max] : [null, null]
}
