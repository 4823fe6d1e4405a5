import type { LoggedColumn, LoggedTable } from '../../../src/protocol/logged-table.ts'

export type RowChange = 'same' | 'changed' | 'added' | 'removed'

/** A row of one table beside the row of the other that stands for the same thing. */
export interface RowPair {
  readonly change: RowChange
  /** Row of the left and of the right table; undefined where it has none. */
  readonly left: number | undefined
  readonly right: number | undefined
  /** Columns, by their place in `TableDiff.names`, whose cells are not equal. */
  readonly changed: readonly number[]
}

export interface TableDiff {
  /** Columns of either table, those of the left one first. */
  readonly names: readonly string[]
  /** The column by which rows were paired; undefined where they were by their place. */
  readonly key: string | undefined
  readonly rows: readonly RowPair[]
}

/**
 * Pairs the rows of two tables: by the first column of texts or whole numbers that both have and whose values are all
 * there and all different in each, else by their place. Rows stand in the order of the left table, what only the right
 * one has behind them.
 */
export function diffTables(left: LoggedTable, right: LoggedTable): TableDiff {
  const names = [...new Set([...left.columns, ...right.columns].map(({ name }) => name))]
  const key = left.columns.find(({ name }) => isKey(findColumn(left, name)) && isKey(findColumn(right, name)))?.name
  const pairs = key === undefined ? pairByPlace(left, right) : pairByKey(findColumn(left, key), findColumn(right, key))
  const rows = pairs.map(([a, b]): RowPair => {
    if (a === undefined) return { change: 'added', left: a, right: b, changed: [] }
    if (b === undefined) return { change: 'removed', left: a, right: b, changed: [] }
    const changed = names.flatMap((name, place) =>
      Object.is(cellOf(left, name, a), cellOf(right, name, b)) ? [] : [place],
    )
    return { change: changed.length > 0 ? 'changed' : 'same', left: a, right: b, changed }
  })
  return { names, key, rows }
}

type Pair = readonly [number | undefined, number | undefined]

function findColumn({ columns }: LoggedTable, name: string): LoggedColumn | undefined {
  return columns.find((column) => column.name === name)
}

function cellOf(table: LoggedTable, name: string, row: number): string | number | null {
  return findColumn(table, name)?.values[row] ?? null
}

function isKey(column: LoggedColumn | undefined): boolean {
  if (column === undefined || column.kind === 'image' || column.values.length === 0) return false
  const values: readonly (string | number | null)[] = [...column.values]
  const isWhole = values.every((value) => typeof value === 'string' || Number.isSafeInteger(value))
  return isWhole && new Set(values).size === values.length
}

function pairByPlace(left: LoggedTable, right: LoggedTable): Pair[] {
  const [leftCount, rightCount] = [left, right].map(({ columns }) => columns[0]?.values.length ?? 0)
  const at = (row: number, count = 0) => (row < count ? row : undefined)
  return Array.from({ length: Math.max(leftCount ?? 0, rightCount ?? 0) }, (_, row) => [
    at(row, leftCount),
    at(row, rightCount),
  ])
}

function pairByKey(left: LoggedColumn | undefined, right: LoggedColumn | undefined): Pair[] {
  const keysOf = (column: LoggedColumn | undefined) => Array.from(column?.values ?? [], String)
  const [leftKeys, rightKeys] = [keysOf(left), keysOf(right)]
  const rightRows = new Map(rightKeys.map((key, row) => [key, row]))
  const leftSet = new Set(leftKeys)
  return [
    ...leftKeys.map((key, row): Pair => [row, rightRows.get(key)]),
    ...rightKeys.flatMap((key, row): Pair[] => (leftSet.has(key) ? [] : [[undefined, row]])),
  ]
}
