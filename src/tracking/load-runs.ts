import type { WrittenRun } from '../protocol/mlflow/run-json.ts'
import type { DatasetInput, Metric, Param, Run, RunRow, Tag } from '../protocol/runs.ts'
import { inKeyOrder, type JsonMembers, jsonObjects, withoutInfinity } from '../store/dialect.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'
import { toPoint } from './metric-value.ts'
import { selectRuns, toRunRow } from './run-rows.ts'

/** What a run has beside metrics, params and tags, while it is being put together. */
interface Logged {
  readonly datasets: DatasetInput[]
  readonly modelInputs: string[]
  readonly modelOutputs: { modelId: string; step: number }[]
}

/** Gives run rows all that was logged to them, in a fixed number of statements however many runs there are. */
export async function loadRuns(sql: Sql, rows: readonly SqlRow[]): Promise<Run[]> {
  const loggedOf = createLogged(rows, () => ({
    metrics: [] as Metric[],
    params: [] as Param[],
    tags: [] as Tag[],
  }))
  const series = { table: 'series', columns: ['key', 'step', 'timestamp', 'value'] }
  await forEach(sql, loggedOf, series, ({ metrics }, row) => {
    metrics.push({ key: getText(row, 'key'), ...toPoint(row) })
  })
  for (const table of ['params', 'tags'] as const) {
    await forEach(sql, loggedOf, { table, columns: ['key', 'value'] }, (logged, row) => {
      logged[table].push({ key: getText(row, 'key'), value: getText(row, 'value') })
    })
  }
  await loadOthers(sql, loggedOf)
  return joinLogged(rows, loggedOf)
}

const pair: JsonMembers = [
  ['key', 't.key'],
  ['value', 't.value'],
]

/**
 * As `loadRuns`, in the order of their row ids, with metrics, params and tags as the JSON that they are answered as: they
 * are most of what a run has. Ids of which there is no run are left out.
 */
export async function loadWrittenRuns(sql: Sql, ids: readonly number[]): Promise<WrittenRun[]> {
  const { dialect } = sql
  const point: JsonMembers = [
    ['key', 't.key'],
    ['value', withoutInfinity(dialect, 't.value')],
    ['timestamp', 't.timestamp'],
    ['step', 't.step'],
  ]
  const list = (table: string, members: JsonMembers) =>
    `(select ${jsonObjects(dialect, members)} from ${table} t where t.run = r.id)`
  const columns = `${list('series', point)} as metrics, ${list('params', pair)} as params, ${list('tags', pair)} as tags`
  const rows = await selectRuns(sql, ids, columns)
  const loggedOf = createLogged(rows, (row) => ({
    metrics: getText(row, 'metrics'),
    params: getText(row, 'params'),
    tags: getText(row, 'tags'),
  }))
  await loadOthers(sql, loggedOf)
  return joinLogged(rows, loggedOf)
}

function createLogged<Others>(rows: readonly SqlRow[], others: (row: SqlRow) => Others): Map<number, Logged & Others> {
  return new Map(
    rows.map((row) => [getNumber(row, 'id'), { ...others(row), datasets: [], modelInputs: [], modelOutputs: [] }]),
  )
}

function joinLogged<Others>(
  rows: readonly SqlRow[],
  loggedOf: ReadonlyMap<number, Logged & Others>,
): (RunRow & Logged & Others)[] {
  return rows.map((row) => {
    const logged = loggedOf.get(getNumber(row, 'id'))
    if (logged === undefined) throw new TypeError('A run is missing from its own list.')
    return { ...toRunRow(row), ...logged }
  })
}

/** What statements name the runs by. */
function toIds(loggedOf: ReadonlyMap<number, unknown>): string {
  return JSON.stringify([...loggedOf.keys()])
}

async function forEach<T>(
  sql: Sql,
  loggedOf: ReadonlyMap<number, T>,
  { table, columns }: { readonly table: string; readonly columns: readonly string[] },
  add: (logged: T, row: SqlRow) => void,
): Promise<void> {
  const names = columns.map((column) => `t.${column}`).join(', ')
  const text = `select t.run, ${names} from json_each(?) i cross join ${table} t
      where t.run = cast(i.value as bigint)${inKeyOrder(sql.dialect, `t.run, ${names}`)}`
  for (const row of await sql.all(text, toIds(loggedOf))) {
    const logged = loggedOf.get(getNumber(row, 'run'))
    if (logged !== undefined) add(logged, row)
  }
}

/** Models and datasets. */
async function loadOthers(sql: Sql, loggedOf: ReadonlyMap<number, Logged>): Promise<void> {
  const models = { table: 'run_models', columns: ['direction', 'model_id', 'step'] }
  await forEach(sql, loggedOf, models, (logged, row) => {
    const modelId = getText(row, 'model_id')
    if (getText(row, 'direction') === 'input') logged.modelInputs.push(modelId)
    else logged.modelOutputs.push({ modelId, step: getNumber(row, 'step') })
  })
  await loadDatasets(sql, toIds(loggedOf), (runRowId, input) => loggedOf.get(runRowId)?.datasets.push(input))
}

async function loadDatasets(sql: Sql, ids: string, add: (runRowId: number, input: DatasetInput) => void) {
  const tagsOf = new Map<string, Tag[]>()
  const idOf = (row: SqlRow) => `${getNumber(row, 'run')}/${getNumber(row, 'dataset')}`
  const inputs = await sql.all(
    `select t.run, t.dataset, d.* from json_each(?) i cross join inputs t
       join datasets d on d.id = t.dataset where t.run = cast(i.value as bigint) order by t.run, t.dataset`,
    ids,
  )
  if (inputs.length === 0) return
  const tags = await sql.all(
    `select t.run, t.dataset, t.key, t.value from json_each(?) i cross join input_tags t
       where t.run = cast(i.value as bigint)${inKeyOrder(sql.dialect, 't.run, t.dataset, t.key')}`,
    ids,
  )
  for (const tag of tags) {
    const list = tagsOf.get(idOf(tag)) ?? []
    list.push({ key: getText(tag, 'key'), value: getText(tag, 'value') })
    tagsOf.set(idOf(tag), list)
  }
  for (const row of inputs) {
    const schema = findText(row, 'schema')
    const profile = findText(row, 'profile')
    add(getNumber(row, 'run'), {
      dataset: {
        name: getText(row, 'name'),
        digest: getText(row, 'digest'),
        sourceType: getText(row, 'source_type'),
        source: getText(row, 'source'),
        ...(schema === undefined ? {} : { schema }),
        ...(profile === undefined ? {} : { profile }),
      },
      tags: tagsOf.get(idOf(row)) ?? [],
    })
  }
}
