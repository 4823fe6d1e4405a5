import { numberOf, countOf, type TableDatabase, type TableRow, textOf } from './table-database.ts'
import { familyOf, quoteName, type TableColumn } from './table-sql.ts'

/** Sums over the values of a column that add up over parts of a table. */
export interface ColumnMoments {
  readonly rowCount: number
  readonly nullCount: number
  readonly nonFiniteCount: number
  /** Of dates and times seconds since 1970-01-01 UTC; null without a finite value, and for what has no order. */
  readonly min: number | null
  readonly max: number | null
  /** Of dates and times, as text. */
  readonly minText: string | null
  readonly maxText: string | null
  readonly mean: number | null
  /** Of squared distances from the mean; NaN where that is beyond all numbers. */
  readonly squares: number
}

/** One query for all columns: what is read of a row is read once. */
export async function readMoments(
  database: TableDatabase,
  relation: string,
  columns: readonly TableColumn[],
): Promise<readonly ColumnMoments[]> {
  if (columns.length === 0) return []
  const read = async (care: Care) => {
    const asked = columns.flatMap(({ name, type }, index) => momentsSql(quoteName(name), type, index, care))
    const [row] = await database.query(`SELECT count(*) AS n, ${asked.join(', ')} FROM ${relation}`)
    return columns.map((column, index) => toMoments(column, row, index))
  }
  // Filtering costs half as much again, and few tables have NaN or infinities. A variance beyond all numbers is an error.
  const plain = await read('none').catch(unlessOutOfRange)
  const isPlain = plain?.every(
    (moments, index) => familyOf(columns[index]?.type ?? '') !== 'float' || isFinite(moments),
  )
  if (plain !== undefined && isPlain === true) return plain
  return (await read('finite').catch(unlessOutOfRange)) ?? read('finite, no variance')
}

type Care = 'none' | 'finite' | 'finite, no variance'

function unlessOutOfRange(error: unknown): undefined {
  if (!/out of range/i.test(String(error))) throw error
}

function isFinite({ rowCount, nullCount, min, max, mean }: ColumnMoments): boolean {
  return rowCount === nullCount || (min !== null && max !== null && mean !== null)
}

function momentsSql(column: string, type: string, index: number, care: Care): string[] {
  const family = familyOf(type)
  const named = (name: string, sql: string) => `${sql} AS ${name}${index}`
  const present = named('present', `count(${column})`)
  switch (family) {
    case 'integer':
    case 'decimal':
    case 'float': {
      const filter = family === 'float' && care !== 'none' ? ` FILTER (isfinite(${column}))` : ''
      return [
        present,
        named('least', `(min(${column})${filter})::DOUBLE`),
        named('greatest', `(max(${column})${filter})::DOUBLE`),
        named('mean', `avg(${column})${filter}`),
        named('variance', care === 'finite, no variance' ? 'NULL' : `var_pop(${column})${filter}`),
        ...(filter === '' ? [] : [named('finite', `count(${column})${filter}`)]),
      ]
    }
    case 'time': {
      const finite = `FILTER (isfinite(${column}))`
      return [
        present,
        named('finite', `count(${column}) ${finite}`),
        named('least', `epoch(min(${column}) ${finite})`),
        named('greatest', `epoch(max(${column}) ${finite})`),
        named('first', `(min(${column}) ${finite})::VARCHAR`),
        named('last', `(max(${column}) ${finite})::VARCHAR`),
      ]
    }
    default:
      return [present]
  }
}

function toMoments({ type }: TableColumn, row: TableRow | undefined, index: number): ColumnMoments {
  const rowCount = countOf(row, 'n')
  const present = countOf(row, `present${index}`)
  const finite = numberOf(row, `finite${index}`) ?? present
  return {
    rowCount,
    nullCount: rowCount - present,
    nonFiniteCount: present - finite,
    min: numberOf(row, `least${index}`),
    max: numberOf(row, `greatest${index}`),
    minText: familyOf(type) === 'time' ? textOf(row, `first${index}`) : null,
    maxText: familyOf(type) === 'time' ? textOf(row, `last${index}`) : null,
    mean: numberOf(row, `mean${index}`),
    squares: (numberOf(row, `variance${index}`) ?? (finite > 0 ? Number.NaN : 0)) * finite,
  }
}

/**
 * The moments of two parts together.
 *
 * @see Chan, Golub, LeVeque 1983, "Algorithms for Computing the Sample Variance", equation 2.1
 */
export function mergeMoments(a: ColumnMoments, b: ColumnMoments): ColumnMoments {
  const [countA, countB] = [finiteCount(a), finiteCount(b)]
  const count = countA + countB
  const [meanA, meanB] = [a.mean ?? b.mean ?? 0, b.mean ?? a.mean ?? 0]
  const isLeft = (b.min ?? Infinity) > (a.min ?? Infinity)
  const isRight = (a.max ?? -Infinity) > (b.max ?? -Infinity)
  return {
    rowCount: a.rowCount + b.rowCount,
    nullCount: a.nullCount + b.nullCount,
    nonFiniteCount: a.nonFiniteCount + b.nonFiniteCount,
    min: a.min === null ? b.min : b.min === null ? a.min : Math.min(a.min, b.min),
    max: a.max === null ? b.max : b.max === null ? a.max : Math.max(a.max, b.max),
    minText: isLeft ? a.minText : (b.minText ?? a.minText),
    maxText: isRight ? a.maxText : (b.maxText ?? a.maxText),
    mean: a.mean === null && b.mean === null ? null : meanA + ((meanB - meanA) * countB) / count,
    squares: a.squares + b.squares + (count === 0 ? 0 : ((meanB - meanA) ** 2 * countA * countB) / count),
  }
}

/** Of a column of which nothing but nulls is counted: without some of its rows, and with some more. */
export function exchangeRows(whole: ColumnMoments, less: ColumnMoments, more: ColumnMoments): ColumnMoments {
  return {
    ...whole,
    rowCount: whole.rowCount - less.rowCount + more.rowCount,
    nullCount: whole.nullCount - less.nullCount + more.nullCount,
  }
}

export function finiteCount({ rowCount, nullCount, nonFiniteCount }: ColumnMoments): number {
  return rowCount - nullCount - nonFiniteCount
}
