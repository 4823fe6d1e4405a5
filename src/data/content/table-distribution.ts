import type { Distribution } from '../../protocol/data-diff.ts'
import { countOf, numberOf, type TableDatabase, type TableRow, textOf } from './table-database.ts'
import { type ColumnMoments, finiteCount } from './table-statistics.ts'
import { doubleLiteral, familyOf, quoteName, shownText, type TableColumn } from './table-sql.ts'

const binCount = 20
const shownCategories = 10
/** Columns with more values than this have no categories. */
const maxCategories = 10_000
/** The rows at the beginning that tell whether a column has few values. */
const probedRows = 10_000

/** Rows that add to a count or take from it. */
export interface Term {
  readonly relation: string
  readonly sign: 1 | -1
}

/** What one version of a column is counted from. */
export interface CountedSide {
  /** The counts of the new version may be those of the old one, less some rows, and some more. */
  readonly base?: 'old'
  readonly terms: readonly Term[]
  readonly moments: ColumnMoments
}

/** Counts of the values of both versions of a column, over the same bins or categories. */
export async function readDistribution(
  database: TableDatabase,
  column: TableColumn,
  old: CountedSide | undefined,
  now: CountedSide | undefined,
): Promise<{ readonly distribution?: Distribution; readonly oldDistinct?: number; readonly newDistinct?: number }> {
  const family = familyOf(column.type)
  if (family === 'other') return {}
  if (family === 'text' || family === 'boolean') return readCategories(database, column, old, now)
  const edges = chooseEdges(family === 'integer', old?.moments, now?.moments)
  if (edges === undefined) return {}
  const hasNonFinite = [old, now].some((side) => (side?.moments.nonFiniteCount ?? 0) > 0)
  const count = (terms: readonly Term[] = []) => countBins(database, column, edges, terms, hasNonFinite)
  const [oldCounts, ownCounts] = [await count(old?.terms), await count(now?.terms)]
  const newCounts = now?.base === 'old' ? ownCounts.map((count, bin) => count + (oldCounts[bin] ?? 0)) : ownCounts
  return { distribution: { shape: 'histogram', edges, oldCounts, newCounts } }
}

/** Equal bins from the least to the greatest value of both; few integers have a bin each. */
function chooseEdges(isInteger: boolean, ...sides: readonly (ColumnMoments | undefined)[]): number[] | undefined {
  const present = sides.filter((side) => side !== undefined && finiteCount(side) > 0)
  const least = Math.min(...present.map((side) => side?.min ?? Infinity))
  const greatest = Math.max(...present.map((side) => side?.max ?? -Infinity))
  const span = greatest - least
  if (!Number.isFinite(span)) return undefined
  if (isInteger && span < binCount) return Array.from({ length: span + 2 }, (_, index) => least + index)
  if (span === 0) return [least, least]
  return Array.from({ length: binCount + 1 }, (_, index) =>
    index === binCount ? greatest : least + (span * index) / binCount,
  )
}

async function countBins(
  database: TableDatabase,
  { name, type }: TableColumn,
  edges: readonly number[],
  terms: readonly Term[],
  hasNonFinite: boolean,
): Promise<number[]> {
  const [least = 0, greatest = 0] = [edges[0], edges.at(-1)]
  const bins = edges.length - 1
  const column = quoteName(name)
  const value = familyOf(type) === 'time' ? `epoch(${column})` : `${column}::DOUBLE`
  const scale = greatest > least ? bins / (greatest - least) : 0
  // No value is below the least one, and the greatest falls into a bin of its own, which is the last one's. Where the
  // footer of a file says wrong what they are, values beyond them have none.
  const bin = `TRY_CAST(floor((${value} - ${doubleLiteral(least)}) * ${doubleLiteral(scale)}) AS UTINYINT)`
  const where = hasNonFinite ? `WHERE isfinite(${column})` : ''
  const counts = Array.from({ length: bins }, () => 0)
  const parts = terms.map(
    ({ relation, sign }) => `SELECT ${bin} AS bin, ${sign} * count(*) AS n FROM ${relation} ${where} GROUP BY 1`,
  )
  for (const row of parts.length === 0 ? [] : await database.query(parts.join(' UNION ALL '))) {
    const found = numberOf(row, 'bin')
    if (found === null) continue
    const at = Math.min(found, bins - 1)
    counts[at] = (counts[at] ?? 0) + countOf(row, 'n')
  }
  return counts
}

/** Adds up in the database: of thousands of values ten are shown. */
async function readCategories(
  database: TableDatabase,
  column: TableColumn,
  old: CountedSide | undefined,
  now: CountedSide | undefined,
): Promise<{ readonly distribution?: Distribution; readonly oldDistinct?: number; readonly newDistinct?: number }> {
  const [oldTerms, newTerms] = [old?.terms ?? [], now?.terms ?? []]
  for (const { relation } of [...oldTerms, ...newTerms]) {
    if (!(await hasFewValues(database, column, relation))) return {}
  }
  const value = quoteName(column.name)
  const isBase = now?.base === 'old'
  const counts = ({ relation, sign }: Term, inOld: boolean, inNew: boolean) =>
    `SELECT ${value} AS v, ${inOld ? sign : 0} * count(*) AS o, ${inNew ? sign : 0} * count(*) AS n
     FROM ${relation} WHERE ${value} IS NOT NULL GROUP BY 1`
  const parts = [
    ...oldTerms.map((term) => counts(term, true, isBase)),
    ...newTerms.map((term) => counts(term, false, true)),
  ]
  await database.run(
    `CREATE OR REPLACE TEMP TABLE categories AS
     SELECT v, sum(o)::BIGINT AS o, sum(n)::BIGINT AS n FROM (${parts.join(' UNION ALL ')}) GROUP BY v
     HAVING sum(o) + sum(n) > 0`,
  )
  const [sums] = await database.query(
    `SELECT count(*) AS all_values, count(*) FILTER (o > 0) AS old_values, count(*) FILTER (n > 0) AS new_values,
     sum(o) AS old_rows, sum(n) AS new_rows FROM categories`,
  )
  if (countOf(sums, 'all_values') > maxCategories) return {}
  const shown = await database.query(
    `SELECT ${shownText('v')} AS v, o, n FROM categories ORDER BY o + n DESC, v LIMIT ${shownCategories}`,
  )
  return {
    distribution: toCategories(shown, countOf(sums, 'old_rows'), countOf(sums, 'new_rows')),
    oldDistinct: countOf(sums, 'old_values'),
    newDistinct: countOf(sums, 'new_values'),
  }
}

async function hasFewValues(database: TableDatabase, { name, type }: TableColumn, relation: string): Promise<boolean> {
  if (familyOf(type) === 'boolean') return true
  const beginning = `(SELECT ${quoteName(name)} AS v FROM ${relation} LIMIT ${probedRows})`
  const [row] = await database.query(`SELECT count(DISTINCT v) AS d, count(v) AS n FROM ${beginning}`)
  return countOf(row, 'd') <= 1000 || countOf(row, 'd') < countOf(row, 'n') / 2
}

function toCategories(shown: readonly TableRow[], oldRows: number, newRows: number): Distribution {
  const [oldCounts, newCounts] = [shown.map((row) => countOf(row, 'o')), shown.map((row) => countOf(row, 'n'))]
  const left = (rows: number, counts: readonly number[]) => counts.reduce((rest, count) => rest - count, rows)
  return {
    shape: 'categories',
    values: shown.map((row) => textOf(row, 'v') ?? ''),
    oldCounts,
    newCounts,
    oldOthers: left(oldRows, oldCounts),
    newOthers: left(newRows, newCounts),
  }
}
