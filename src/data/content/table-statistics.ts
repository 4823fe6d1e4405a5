import { countOf, numberOf, type TableDatabase, type TableRow, textOf } from './table-database.ts'
import { familyOf, isNumeric, quoteName, type TableColumn } from './table-sql.ts'

/** What a column holds, and between which values. */
export interface ColumnExtent {
  readonly rowCount: number
  readonly nullCount: number
  readonly nonFiniteCount: number
  /** Of dates and times seconds since 1970-01-01 UTC; null without a finite value, and for what has no order. */
  readonly min: number | null
  readonly max: number | null
  /** Of dates and times, as text. */
  readonly minText: string | null
  readonly maxText: string | null
}

/** Sums over the finite values of a column of numbers; they add up over parts of a table. */
export interface ColumnSums {
  readonly count: number
  readonly mean: number | null
  /** Of squared distances from the mean; NaN where that is beyond all numbers. */
  readonly squares: number
}

export type ColumnMoments = ColumnExtent & Pick<ColumnSums, 'mean' | 'squares'>

/** Of several columns of a relation. */
export interface SumsOf {
  readonly sums: readonly ColumnSums[]
  /** Whether all their numbers are finite. */
  readonly isPlain: boolean
}

const noSums: ColumnSums = { count: 0, mean: null, squares: Number.NaN }

export async function readMoments(
  database: TableDatabase,
  relation: string,
  columns: readonly TableColumn[],
): Promise<readonly ColumnMoments[]> {
  const { sums, isPlain } = await readSums(database, relation, columns)
  const extents = await readExtents(database, relation, columns, isPlain)
  return extents.map((extent, index) => withSums(extent, sums[index]))
}

export function withSums(extent: ColumnExtent, { mean, squares }: ColumnSums = noSums): ColumnMoments {
  return { ...extent, mean, squares }
}

/** One query for all columns: what is read of a row is read once. Columns that are no numbers have no sums. */
export async function readSums(
  database: TableDatabase,
  relation: string,
  columns: readonly TableColumn[],
): Promise<SumsOf> {
  const read = async (care: SumCare) => {
    const asked = columns.flatMap(({ name, type }, index) =>
      isNumeric(type) ? sumsSql(quoteName(name), type, index, care) : [],
    )
    const [row] = asked.length === 0 ? [] : await database.query(`SELECT ${asked.join(', ')} FROM ${relation}`)
    return columns.map(({ type }, index) => (isNumeric(type) ? toSums(row, index) : noSums))
  }
  // Filtering costs half as much again, and few tables have NaN or infinities. A variance beyond all numbers is an error.
  const plain = await read('none').catch(unlessOutOfRange)
  if (plain?.every(({ count, mean }) => count === 0 || mean !== null) === true) return { sums: plain, isPlain: true }
  const sums = (await read('finite').catch(unlessOutOfRange)) ?? (await read('finite, no variance'))
  return { sums, isPlain: false }
}

type SumCare = 'none' | 'finite' | 'finite, no variance'

function unlessOutOfRange(error: unknown): undefined {
  if (!/out of range/i.test(String(error))) throw error
}

function sumsSql(column: string, type: string, index: number, care: SumCare): string[] {
  const filter = familyOf(type) === 'float' && care !== 'none' ? ` FILTER (isfinite(${column}))` : ''
  const variance = care === 'finite, no variance' ? 'NULL' : `var_pop(${column})${filter}`
  return [
    `count(${column})${filter} AS finite${index}`,
    `avg(${column})${filter} AS mean${index}`,
    `${variance} AS variance${index}`,
  ]
}

function toSums(row: TableRow | undefined, index: number): ColumnSums {
  const count = countOf(row, `finite${index}`)
  const variance = numberOf(row, `variance${index}`) ?? (count > 0 ? Number.NaN : 0)
  return { count, mean: numberOf(row, `mean${index}`), squares: variance * count }
}

/**
 * Of a whole Parquet file all of this stands in its footer: no row is read.
 *
 * @param isPlain what `readSums` has found: some writers leave NaN out of what the footer says
 */
export async function readExtents(
  database: TableDatabase,
  relation: string,
  columns: readonly TableColumn[],
  isPlain: boolean,
): Promise<readonly ColumnExtent[]> {
  if (columns.length === 0) return []
  const read = async (isFiltered: boolean) => {
    const asked = columns.flatMap(({ name, type }, index) => extentSql(quoteName(name), type, index, isFiltered))
    const [row] = await database.query(`SELECT count(*) AS n, ${asked.join(', ')} FROM ${relation}`)
    return columns.map((column, index) => toExtent(column, row, index))
  }
  const plain = isPlain ? await read(false) : undefined
  if (plain?.every((extent, index) => hasEnds(extent, columns[index])) === true) return plain
  return read(true)
}

/** An infinite one is none. */
function hasEnds({ rowCount, nullCount, min, max }: ColumnExtent, column: TableColumn | undefined): boolean {
  const isMeasured = column !== undefined && (familyOf(column.type) === 'time' || isNumeric(column.type))
  return !isMeasured || rowCount === nullCount || (min !== null && max !== null)
}

function extentSql(column: string, type: string, index: number, isFiltered: boolean): string[] {
  const family = familyOf(type)
  const filter = isFiltered && (family === 'float' || family === 'time') ? ` FILTER (isfinite(${column}))` : ''
  const named = (name: string, sql: string) => `${sql} AS ${name}${index}`
  const present = named('present', `count(${column})`)
  const counted = filter === '' ? [present] : [present, named('finite', `count(${column})${filter}`)]
  if (family === 'time') {
    return [
      ...counted,
      named('least', `epoch(min(${column})${filter})`),
      named('greatest', `epoch(max(${column})${filter})`),
      named('first', `(min(${column})${filter})::VARCHAR`),
      named('last', `(max(${column})${filter})::VARCHAR`),
    ]
  }
  if (!isNumeric(type)) return counted
  return [
    ...counted,
    named('least', `(min(${column})${filter})::DOUBLE`),
    named('greatest', `(max(${column})${filter})::DOUBLE`),
  ]
}

function toExtent({ type }: TableColumn, row: TableRow | undefined, index: number): ColumnExtent {
  const rowCount = countOf(row, 'n')
  const present = countOf(row, `present${index}`)
  const finite = numberOf(row, `finite${index}`) ?? present
  const isTime = familyOf(type) === 'time'
  return {
    rowCount,
    nullCount: rowCount - present,
    nonFiniteCount: present - finite,
    min: numberOf(row, `least${index}`),
    max: numberOf(row, `greatest${index}`),
    minText: isTime ? textOf(row, `first${index}`) : null,
    maxText: isTime ? textOf(row, `last${index}`) : null,
  }
}

/**
 * The sums of two parts together.
 *
 * @see Chan, Golub, LeVeque 1983, "Algorithms for Computing the Sample Variance", equation 2.1
 */
export function mergeSums(a: ColumnSums, b: ColumnSums): ColumnSums {
  const count = a.count + b.count
  const [meanA, meanB] = [a.mean ?? b.mean ?? 0, b.mean ?? a.mean ?? 0]
  return {
    count,
    mean: a.mean === null && b.mean === null ? null : meanA + ((meanB - meanA) * b.count) / count,
    squares: a.squares + b.squares + (count === 0 ? 0 : ((meanB - meanA) ** 2 * a.count * b.count) / count),
  }
}

export function finiteCount({ rowCount, nullCount, nonFiniteCount }: ColumnExtent): number {
  return rowCount - nullCount - nonFiniteCount
}
