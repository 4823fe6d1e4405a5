import { compareGroupKeys, type GroupKey, nameGroup } from '../../protocol/group-key.ts'
import type { Methods } from '../../protocol/methods.ts'
import type { GroupedColumn } from '../../protocol/run-table.ts'
import type { Sql, SqlValue } from '../../store/database.ts'
import { listRunIds } from '../run-search.ts'
import { loadCells, toValue } from './cells.ts'
import { parseQueryFilter } from './rows.ts'

const maxGroups = 1000

interface Group {
  readonly by: GroupKey
  runCount: number
  readonly sums: readonly RunningSum[]
}

/** Mean and spread of numbers that come one by one (Welford 1962), which loses no digits however large the mean. */
interface RunningSum {
  count: number
  mean: number
  /** Sum of squared distances from the mean. */
  squares: number
  min: number
  max: number
}

/** The runs of a query by what they agree in, with metrics summed up over each group. */
export async function loadGroups(
  sql: Sql,
  { by, metrics, ...query }: Methods['table/groups']['params'],
): Promise<Methods['table/groups']['result']> {
  const { experimentIds, view } = query
  const filter = await parseQueryFilter(sql, query)
  const ids = await listRunIds(sql, experimentIds, { filter, orderBy: [], ...(view === undefined ? {} : { view }) })
  const keys: SqlValue[][] = []
  for (const column of by) keys.push(await loadCells(sql, experimentIds, ids, column))
  const values: SqlValue[][] = []
  for (const column of metrics) values.push(await loadCells(sql, experimentIds, ids, column))
  const groups = new Map<string, Group>()
  for (const row of ids.keys()) {
    const key = keys.map((cells) => toValue(cells[row] ?? null) ?? null)
    const name = nameGroup(key)
    const group = groups.get(name) ?? { by: key, runCount: 0, sums: metrics.map(createSum) }
    groups.set(name, group)
    group.runCount += 1
    for (const [index, sum] of group.sums.entries()) add(sum, values[index]?.[row])
  }
  const largest = [...groups.values()]
    .toSorted((a, b) => b.runCount - a.runCount || compareGroupKeys(a.by, b.by))
    .slice(0, maxGroups)
  return {
    groups: largest.map(({ by, runCount }) => ({ by, runCount })),
    columns: metrics.map((_, index) => toColumn(largest.flatMap(({ sums }) => sums[index] ?? []))),
  }
}

function createSum(): RunningSum {
  return { count: 0, mean: 0, squares: 0, min: Infinity, max: -Infinity }
}

function add(sum: RunningSum, cell: SqlValue | undefined): void {
  if (typeof cell !== 'number' || !Number.isFinite(cell)) return
  sum.count += 1
  const distance = cell - sum.mean
  sum.mean += distance / sum.count
  sum.squares += distance * (cell - sum.mean)
  sum.min = Math.min(sum.min, cell)
  sum.max = Math.max(sum.max, cell)
}

function toColumn(sums: readonly RunningSum[]): GroupedColumn {
  const numbers = (of: (sum: RunningSum) => number) =>
    Float64Array.from(sums, (sum) => (sum.count === 0 ? Number.NaN : of(sum)))
  return {
    counts: Uint32Array.from(sums, ({ count }) => count),
    means: numbers(({ mean }) => mean),
    standardDeviations: numbers(({ squares, count }) => (count === 1 ? 0 : Math.sqrt(squares / (count - 1)))),
    mins: numbers(({ min }) => min),
    maxs: numbers(({ max }) => max),
  }
}
