import type { Methods } from '../../protocol/methods.ts'
import type { GroupedColumn } from '../../protocol/run-table.ts'
import type { Sql, SqlValue } from '../../store/database.ts'
import { createCondition } from '../run-search.ts'
import { toExpression } from './columns.ts'
import { parseQueryFilter } from './rows.ts'

const maxGroups = 1000

type GroupKey = readonly (string | number | null)[]

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
  const where = createCondition(experimentIds, { filter, ...(view === undefined ? {} : { view }) })
  const columns = [...by, ...metrics].map((column, index) => ({ ...toExpression(column), name: `c${index}` }))
  const selected = ['r.id', ...columns.map(({ text, name }) => `${text} as ${name}`)].join(', ')
  const rows = await sql.all(
    `select ${selected} from runs r join experiments e on e.id = r.experiment where ${where.text}`,
    ...columns.flatMap(({ values }) => values),
    ...where.values,
  )
  const groups = new Map<string, Group>()
  for (const row of rows) {
    const cells = columns.map(({ name }) => row[name] ?? null)
    const key = cells.slice(0, by.length).map(toKey)
    const name = JSON.stringify(key)
    const group = groups.get(name) ?? { by: key, runCount: 0, sums: metrics.map(createSum) }
    groups.set(name, group)
    group.runCount += 1
    for (const [index, sum] of group.sums.entries()) add(sum, cells[by.length + index])
  }
  const largest = [...groups]
    .toSorted(([a, { runCount: ofA }], [b, { runCount: ofB }]) => ofB - ofA || (a < b ? -1 : 1))
    .slice(0, maxGroups)
    .map(([, group]) => group)
  return {
    groups: largest.map(({ by, runCount }) => ({ by, runCount })),
    columns: metrics.map((_, index) => toColumn(largest.flatMap(({ sums }) => sums[index] ?? []))),
  }
}

function toKey(cell: SqlValue): string | number | null {
  return typeof cell === 'number' || typeof cell === 'string' ? cell : null
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
