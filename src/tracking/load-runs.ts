import type { WrittenRun } from '../protocol/mlflow/run-json.ts'
import type { DatasetInput, Metric, Param, Run, RunRow, Tag } from '../protocol/runs.ts'
import { inKeyOrder, jsonObjects } from '../store/dialect.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'
import { toPoint } from './metric-value.ts'
import { toRunRow } from './run-rows.ts'

/** What was logged to a run, while it is being put together. */
interface Logged {
  readonly metrics: Metric[]
  readonly datasets: DatasetInput[]
  readonly modelInputs: string[]
  readonly modelOutputs: { modelId: string; step: number }[]
}

/** Gives run rows all that was logged to them, in a fixed number of statements however many runs there are. */
export async function loadRuns(sql: Sql, rows: readonly SqlRow[]): Promise<Run[]> {
  const loggedOf = createLogged(rows, () => ({ params: [] as Param[], tags: [] as Tag[] }))
  for (const table of ['params', 'tags'] as const) {
    await forEach(sql, loggedOf, { table, columns: ['key', 'value'] }, (logged, row) => {
      logged[table].push({ key: getText(row, 'key'), value: getText(row, 'value') })
    })
  }
  await loadOthers(sql, loggedOf)
  return joinLogged(rows, loggedOf)
}

/** As `loadRuns`, with params and tags as the JSON that they are answered as: they are most of what a run has. */
export async function loadWrittenRuns(sql: Sql, rows: readonly SqlRow[]): Promise<WrittenRun[]> {
  const loggedOf = createLogged(rows, () => ({ params: '[]', tags: '[]' }))
  const list = (table: string) =>
    `(select ${jsonObjects(sql.dialect, 't', ['key', 'value'])} from ${table} t where t.run = cast(i.value as bigint)) as ${table}`
  const texts = await sql.all(
    `select cast(i.value as bigint) as run, ${list('params')}, ${list('tags')} from json_each(?) i`,
    toIds(loggedOf),
  )
  for (const row of texts) {
    const logged = loggedOf.get(getNumber(row, 'run'))
    if (logged === undefined) continue
    logged.params = getText(row, 'params')
    logged.tags = getText(row, 'tags')
  }
  await loadOthers(sql, loggedOf)
  return joinLogged(rows, loggedOf)
}

function createLogged<Texts>(rows: readonly SqlRow[], texts: () => Texts): Map<number, Logged & Texts> {
  return new Map(
    rows.map((row) => [
      getNumber(row, 'id'),
      { ...texts(), metrics: [], datasets: [], modelInputs: [], modelOutputs: [] },
    ]),
  )
}

function joinLogged<Texts>(
  rows: readonly SqlRow[],
  loggedOf: ReadonlyMap<number, Logged & Texts>,
): (RunRow & Logged & Texts)[] {
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

/** All but params and tags. */
async function loadOthers(sql: Sql, loggedOf: ReadonlyMap<number, Logged>): Promise<void> {
  const series = { table: 'series', columns: ['key', 'step', 'timestamp', 'value'] }
  await forEach(sql, loggedOf, series, ({ metrics }, row) => {
    metrics.push({ key: getText(row, 'key'), ...toPoint(row) })
  })
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
