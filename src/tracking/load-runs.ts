import type { DatasetInput, Metric, Param, Run, Tag } from '../protocol/runs.ts'
import { inKeyOrder } from '../store/dialect.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findText, getNumber, getText } from '../store/row.ts'
import { fromStoredValue } from './metric-value.ts'
import { toRunRow } from './run-rows.ts'

/** What was logged to a run, while it is being put together. */
interface Logged {
  readonly params: Param[]
  readonly tags: Tag[]
  readonly metrics: Metric[]
  readonly datasets: DatasetInput[]
  readonly modelInputs: string[]
  readonly modelOutputs: { modelId: string; step: number }[]
}

/** Gives run rows all that was logged to them, in a fixed number of statements however many runs there are. */
export async function loadRuns(sql: Sql, rows: readonly SqlRow[]): Promise<Run[]> {
  const loggedOf = new Map<number, Logged>(
    rows.map((row) => [
      getNumber(row, 'id'),
      { params: [], tags: [], metrics: [], datasets: [], modelInputs: [], modelOutputs: [] },
    ]),
  )
  const ids = JSON.stringify([...loggedOf.keys()])
  async function forEach(
    table: string,
    columns: readonly string[],
    add: (logged: Logged, row: SqlRow) => void,
  ): Promise<void> {
    const names = columns.map((column) => `t.${column}`).join(', ')
    const text = `select t.run, ${names} from json_each(?) i cross join ${table} t
      where t.run = cast(i.value as bigint)${inKeyOrder(sql.dialect, `t.run, ${names}`)}`
    for (const row of await sql.all(text, ids)) {
      const logged = loggedOf.get(getNumber(row, 'run'))
      if (logged !== undefined) add(logged, row)
    }
  }
  await forEach('params', ['key', 'value'], ({ params }, row) => {
    params.push({ key: getText(row, 'key'), value: getText(row, 'value') })
  })
  await forEach('tags', ['key', 'value'], ({ tags }, row) => {
    tags.push({ key: getText(row, 'key'), value: getText(row, 'value') })
  })
  await forEach('series', ['key', 'step', 'timestamp', 'value'], ({ metrics }, row) => {
    metrics.push({ key: getText(row, 'key'), ...toPoint(row) })
  })
  await forEach('run_models', ['direction', 'model_id', 'step'], (logged, row) => {
    const modelId = getText(row, 'model_id')
    if (getText(row, 'direction') === 'input') logged.modelInputs.push(modelId)
    else logged.modelOutputs.push({ modelId, step: getNumber(row, 'step') })
  })
  await loadDatasets(sql, ids, (runRowId, input) => loggedOf.get(runRowId)?.datasets.push(input))
  return rows.map((row) => {
    const logged = loggedOf.get(getNumber(row, 'id'))
    if (logged === undefined) throw new TypeError('A run is missing from its own list.')
    return { ...toRunRow(row), ...logged }
  })
}

export function toPoint(row: SqlRow): { step: number; timestamp: number; value: number } {
  return {
    step: getNumber(row, 'step'),
    timestamp: getNumber(row, 'timestamp'),
    value: fromStoredValue(row['value']),
  }
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
