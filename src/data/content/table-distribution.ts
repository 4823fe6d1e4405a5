import type { Distribution } from '../../protocol/data-diff.ts'
import { countOf, type TableDatabase, textOf } from './table-database.ts'
import { type ColumnMoments, finiteCount } from './table-statistics.ts'
import { cutText, doubleLiteral, familyOf, quoteName, shownText, type TableColumn } from './table-sql.ts'

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
  const oldCounts = await countBins(database, column, edges, old?.terms ?? [])
  const ownCounts = await countBins(database, column, edges, now?.terms ?? [])
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
): Promise<number[]> {
  const [least = 0, greatest = 0] = [edges[0], edges.at(-1)]
  const bins = edges.length - 1
  const column = quoteName(name)
  const value = familyOf(type) === 'time' ? `epoch(${column})` : `${column}::DOUBLE`
  const scale = greatest > least ? bins / (greatest - least) : 0
  const place = `floor((${value} - ${doubleLiteral(least)}) * ${doubleLiteral(scale)})`
  const bin = `least(${bins - 1}, greatest(0, ${place}))::UTINYINT`
  const isExact = familyOf(type) === 'integer' || familyOf(type) === 'decimal'
  const where = isExact ? `${column} IS NOT NULL` : `isfinite(${column})`
  const counts = Array.from({ length: bins }, () => 0)
  for (const { relation, sign } of terms) {
    const rows = await database.query(`SELECT ${bin} AS bin, count(*) AS n FROM ${relation} WHERE ${where} GROUP BY 1`)
    for (const row of rows) {
      const at = countOf(row, 'bin')
      counts[at] = (counts[at] ?? 0) + sign * countOf(row, 'n')
    }
  }
  return counts
}

interface Category {
  readonly value: string
  readonly counts: [old: number, now: number]
}

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
  const categories = new Map<string, Category>()
  for (const term of oldTerms) if (!(await addCategories(database, column, term, 0, categories))) return {}
  if (now?.base === 'old') for (const { counts } of categories.values()) counts[1] = counts[0]
  for (const term of newTerms) if (!(await addCategories(database, column, term, 1, categories))) return {}
  const all = [...categories.values()].filter(({ counts }) => counts[0] + counts[1] > 0)
  return {
    distribution: toDistribution(all),
    oldDistinct: all.filter(({ counts }) => counts[0] > 0).length,
    newDistinct: all.filter(({ counts }) => counts[1] > 0).length,
  }
}

async function hasFewValues(database: TableDatabase, { name }: TableColumn, relation: string): Promise<boolean> {
  const beginning = `(SELECT ${quoteName(name)} AS v FROM ${relation} LIMIT ${probedRows})`
  const [row] = await database.query(`SELECT count(DISTINCT v) AS d, count(v) AS n FROM ${beginning}`)
  return countOf(row, 'd') <= 1000 || countOf(row, 'd') < countOf(row, 'n') / 2
}

/** @returns false when there are too many */
async function addCategories(
  database: TableDatabase,
  { name }: TableColumn,
  { relation, sign }: Term,
  side: 0 | 1,
  categories: Map<string, Category>,
): Promise<boolean> {
  const column = quoteName(name)
  // Long values are told apart by their hash, and shown by their beginning.
  const rows = await database.query(
    `SELECT ${shownText(column)} AS v, hash(${column})::VARCHAR AS h, count(*) AS n FROM ${relation}
     WHERE ${column} IS NOT NULL GROUP BY ${column} LIMIT ${maxCategories + 1}`,
  )
  for (const row of rows) {
    const hash = textOf(row, 'h') ?? ''
    const category = categories.get(hash) ?? { value: cutText(textOf(row, 'v') ?? ''), counts: [0, 0] }
    category.counts[side] += sign * countOf(row, 'n')
    categories.set(hash, category)
  }
  return rows.length <= maxCategories && categories.size <= 2 * maxCategories
}

function toDistribution(categories: readonly Category[]): Distribution {
  const sorted = categories.toSorted(
    (a, b) => b.counts[0] + b.counts[1] - a.counts[0] - a.counts[1] || (a.value < b.value ? -1 : 1),
  )
  const [shown, others] = [sorted.slice(0, shownCategories), sorted.slice(shownCategories)]
  const sum = (side: 0 | 1) => others.reduce((total, { counts }) => total + counts[side], 0)
  return {
    shape: 'categories',
    values: shown.map(({ value }) => value),
    oldCounts: shown.map(({ counts }) => counts[0]),
    newCounts: shown.map(({ counts }) => counts[1]),
    oldOthers: sum(0),
    newOthers: sum(1),
  }
}
