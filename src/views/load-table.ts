import type { Client } from '../protocol/client.ts'
import { exceptRuns, joinConditions, onlyRuns } from '../protocol/filter-text.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { Methods } from '../protocol/methods.ts'
import {
  type ColumnValues,
  getCell,
  type MetricColumn,
  type TableColumn,
  type TableQuery,
  type TableRow,
} from '../protocol/run-table.ts'
import type { SavedView } from '../protocol/saved-view.ts'

/** Rows that the engine gives at once. */
const pageSize = 1000
/** Columns that it takes at once, and what is left of them beside the run's own. */
const maxColumns = 1990

/** A column of an exported table. */
export interface ExportColumn {
  /** Unique in its table: `run_id`, `params.lr`, `metrics.loss`, as MLflow's own tables of runs name theirs. */
  readonly name: string
  readonly column: TableColumn
  readonly type: 'number' | 'text' | 'time'
}

export interface ExportTable {
  readonly columns: readonly ExportColumn[]
  /** Runs that the view shows, as far as is known before they are read. */
  readonly total: number
  /** Each page is fetched as it is asked for. */
  pages(): AsyncGenerator<TablePage>
}

export interface TablePage {
  readonly rows: readonly TableRow[]
  readonly rowCount: number
  /** Of a column, by its place; undefined where the run has no such value. */
  cell(row: number, column: number): string | number | undefined
}

export interface LoadOptions {
  readonly client: Pick<Client, 'call'>
  readonly view: SavedView
  readonly signal: AbortSignal
  onProgress?(rowCount: number, total: number): void
}

/**
 * The table of a view with every row of its query and the columns it shows; where it shows none, with all there are.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when an experiment of the view is not there
 */
export async function loadTable({ client, view, signal, onProgress }: LoadOptions): Promise<ExportTable> {
  const experimentIds = await findExperiments(client, view)
  const shown = view.columns.map(({ column }) => column)
  const columns = nameColumns(shown.length > 0 ? shown : listAll(await client.call('table/keys', { experimentIds })))
  const queries = listFilters(view).map((filter): TableQuery => ({ experimentIds, filter }))
  let total = 0
  for (const query of queries) {
    const first = await client.call('table/rows', { ...query, columns: [], limit: 1 }, { signal })
    total += first.total ?? 0
  }
  return {
    columns,
    total,
    async *pages() {
      // Runs that are started meanwhile push others to a later page, where they would come again.
      const seen = new Set<string>()
      for (const query of queries) {
        const asked = { ...query, columns: columns.map(({ column }) => column), order: view.order }
        for (let offset = 0, isLast = false; !isLast; offset += pageSize) {
          const page = { offset, limit: pageSize, areTotalsKnown: true }
          const answer = await client.call('table/rows', { ...asked, ...page }, { signal })
          yield toPage(answer.rows, answer.columns, seen)
          onProgress?.(seen.size, Math.max(total, seen.size))
          isLast = answer.rows.length < pageSize
        }
      }
    },
  }
}

/** The pinned runs, if any, then all others that the view's filter takes. */
function listFilters({ filter, hidden, pinned = [] }: SavedView): string[] {
  const atTop = pinned.filter((runId) => !hidden.includes(runId))
  const others = joinConditions(filter, exceptRuns([...hidden, ...atTop]))
  return atTop.length === 0 ? [others] : [onlyRuns(atTop), others]
}

async function findExperiments(client: Pick<Client, 'call'>, view: SavedView) {
  const { experiments } = await client.call('experiments/list', {})
  return view.experiments.map((name) => {
    const found = experiments.find((experiment) => experiment.name === name)
    if (found !== undefined) return found.experimentId
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no experiment "${name}", which the view names.`, {
      hint: '"runwright experiments list" shows their names.',
    })
  })
}

function toPage(rows: readonly TableRow[], values: readonly ColumnValues[], seen: Set<string>): TablePage {
  const places = rows.flatMap(({ runId }, place) => (seen.has(runId) ? [] : [place]))
  for (const { runId } of rows) seen.add(runId)
  return {
    rows: places.flatMap((place) => rows.slice(place, place + 1)),
    rowCount: places.length,
    cell(row, column) {
      const of = values[column]
      const place = places[row]
      return of === undefined || place === undefined ? undefined : getCell(of, place)
    },
  }
}

function listAll({ metrics, params, tags }: Methods['table/keys']['result']): TableColumn[] {
  return [
    { kind: 'attribute', key: 'start_time' },
    { kind: 'attribute', key: 'end_time' },
    { kind: 'attribute', key: 'user_id' },
    { kind: 'dataset' },
    ...metrics.map((key) => ({ kind: 'metric', key, aggregate: 'last' }) satisfies TableColumn),
    ...params.map((key) => ({ kind: 'param', key }) satisfies TableColumn),
    ...tags.filter((key) => !key.startsWith('mlflow.')).map((key) => ({ kind: 'tag', key }) satisfies TableColumn),
  ]
}

const runColumns: readonly TableColumn[] = (['run_id', 'run_name', 'status'] as const).map((key) => ({
  kind: 'attribute',
  key,
}))

function nameColumns(shown: readonly TableColumn[]): ExportColumn[] {
  const named = [...runColumns, ...shown].map((column) => ({ name: nameColumn(column), column, type: typeOf(column) }))
  return [...new Map(named.map((column) => [column.name, column])).values()].slice(0, maxColumns)
}

function nameColumn(column: TableColumn): string {
  switch (column.kind) {
    case 'attribute':
      return column.key
    case 'dataset':
      return 'datasets'
    case 'metric':
      return `metrics.${column.key}${nameAggregate(column)}`
    default:
      return `${column.kind}s.${column.key}`
  }
}

function nameAggregate(column: MetricColumn): string {
  if (column.aggregate === 'at-step') return ` (at step ${column.step})`
  if (column.aggregate === 'at-best') return ` (at best ${column.of}, ${column.goal})`
  return column.aggregate === 'last' ? '' : ` (${column.aggregate})`
}

function typeOf(column: TableColumn): ExportColumn['type'] {
  if (column.kind === 'metric') return 'number'
  if (column.kind !== 'attribute') return 'text'
  return column.key === 'duration' ? 'number' : column.key.endsWith('_time') ? 'time' : 'text'
}
