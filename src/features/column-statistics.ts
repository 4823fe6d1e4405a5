import type { CellValue, Duckdb, ResultColumn } from '../data/duckdb-process.ts'
import type { FeatureColumn } from '../protocol/feature-versions.ts'
import { quoteName } from './sql-text.ts'
import { timeUnit } from './time-column.ts'

const binCount = 20
const topCount = 20
const maxText = 200

/**
 * @param from the table, as it stands behind FROM
 */
export async function computeStatistics(
  db: Duckdb,
  from: string,
  columns: readonly ResultColumn[],
): Promise<readonly FeatureColumn[]> {
  const statistics: FeatureColumn[] = []
  for (const column of columns) statistics.push(await describeColumn(db, from, column))
  return statistics
}

async function describeColumn(db: Duckdb, from: string, { name, type }: ResultColumn): Promise<FeatureColumn> {
  const column = quoteName(name)
  const counts = await queryRow(db, `SELECT count(*) - count(${column}), count(DISTINCT ${column}) FROM ${from}`)
  const known = { name, type, nullCount: Number(counts[0]), distinctCount: Number(counts[1]) }
  if (isNumeric(type)) return { ...known, ...(await describeNumbers(db, from, `CAST(${column} AS DOUBLE)`)) }
  if (timeUnit(type) !== undefined) return { ...known, ...(await describeTimes(db, from, column)) }
  if (type === 'VARCHAR' || type === 'BOOLEAN' || type.startsWith('ENUM(')) {
    return { ...known, ...(await describeTexts(db, from, `CAST(${column} AS VARCHAR)`)) }
  }
  return known
}

export function isNumeric(type: string): boolean {
  return /^(U?(TINYINT|SMALLINT|INTEGER|BIGINT|HUGEINT)|FLOAT|DOUBLE|DECIMAL\(.*)$/.test(type)
}

type Described = Omit<FeatureColumn, 'name' | 'type' | 'nullCount' | 'distinctCount'>

async function describeNumbers(db: Duckdb, from: string, value: string): Promise<Described> {
  const finite = `(SELECT ${value} AS v FROM ${from} WHERE isfinite(${value}))`
  const row = await queryRow(
    db,
    `SELECT min(v), max(v), avg(v), (SELECT count(*) FROM ${from} WHERE NOT isfinite(${value})) FROM ${finite}`,
  )
  const [min, max, mean] = [finiteNumber(row[0]), finiteNumber(row[1]), finiteNumber(row[2])]
  // Out of range for values that are too far apart.
  const deviation = await queryRow(db, `SELECT stddev_samp(v) FROM ${finite}`).catch(() => [null])
  const std = finiteNumber(deviation[0])
  const nonFiniteCount = Number(row[3])
  if (min === undefined || max === undefined) return { nonFiniteCount }
  return {
    nonFiniteCount,
    min,
    max,
    ...(mean === undefined ? {} : { mean }),
    ...(std === undefined ? {} : { std }),
    histogram: await countBins(db, finite, min, max),
  }
}

async function describeTimes(db: Duckdb, from: string, column: string): Promise<Described> {
  const finite = `(SELECT CAST(epoch_us(CAST(${column} AS TIMESTAMP)) AS DOUBLE) AS v FROM ${from} WHERE isfinite(${column}))`
  const [least, greatest] = await queryRow(db, `SELECT min(v), max(v) FROM ${finite}`)
  const [min, max] = [finiteNumber(least), finiteNumber(greatest)]
  if (min === undefined || max === undefined) return {}
  const { edges, counts } = await countBins(db, finite, min, max)
  return { min: toIso(min), max: toIso(max), histogram: { edges: edges.map(toIso), counts } }
}

async function describeTexts(db: Duckdb, from: string, value: string): Promise<Described> {
  const [min, max] = await queryRow(
    db,
    `SELECT left(min(${value}), ${maxText}), left(max(${value}), ${maxText}) FROM ${from}`,
  )
  const { rows } = await db.run(
    `SELECT ${value} AS v, count(*) AS n FROM ${from} WHERE ${value} IS NOT NULL GROUP BY v ORDER BY n DESC, v LIMIT ${topCount}`,
  )
  const topValues = rows.map(([text, count]) => ({ value: String(text).slice(0, maxText), count: Number(count) }))
  if (typeof min !== 'string' || typeof max !== 'string') return { topValues }
  return { min, max, topValues }
}

/** @param from a table with the column `v`, all finite, from `min` to `max` */
async function countBins(
  db: Duckdb,
  from: string,
  min: number,
  max: number,
): Promise<{ edges: number[]; counts: number[] }> {
  const bins = min === max ? 1 : binCount
  // Halves, because the distance of two numbers may be more than a number can be.
  const [low, high] = [min / 2, max / 2]
  const place = `least(CAST(floor((v / 2 - $1::DOUBLE) / ($2::DOUBLE - $1::DOUBLE) * ${bins}) AS INTEGER), ${bins - 1})`
  const { rows } = await db.run(
    bins === 1
      ? `SELECT 0, count(*) FROM ${from}`
      : `SELECT ${place} AS bin, count(*) FROM ${from} GROUP BY bin ORDER BY bin`,
    bins === 1 ? [] : [low, high],
  )
  const counts = Array.from({ length: bins }, () => 0)
  for (const [bin, count] of rows) counts[Number(bin)] = Number(count)
  const edges = counts.map((_, bin) => (bin === 0 ? min : 2 * (low + ((high - low) / bins) * bin)))
  return { edges: [...edges, max], counts }
}

async function queryRow(db: Duckdb, sql: string): Promise<readonly CellValue[]> {
  return (await db.run(sql)).rows[0] ?? []
}

/** DuckDB writes NaN and the infinities as text. */
function finiteNumber(value: CellValue | undefined): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined
}

/** @param microseconds since 1970; beyond the years that a date of JavaScript has, it is given as a number */
function toIso(microseconds: number): string {
  const date = new Date(microseconds / 1000)
  return Number.isNaN(date.getTime()) ? String(microseconds) : date.toISOString()
}
