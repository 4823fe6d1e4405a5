import { dataFindings, dataTags, readContext } from '../../protocol/data-versions.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findText, getNumber } from '../../store/row.ts'
import type { DataRows } from './data-rows.ts'
import { cutSteps, joinSteps, type Step, type Steps, type Way } from './steps.ts'

/** Runs that wrote a version; runs that read it, and the model versions whose file it is. */
export async function stepFromData(sql: Sql, data: DataRows, way: Way, limit: number): Promise<Steps> {
  const ids = JSON.stringify(data.rowIds)
  if (way === 'up') return writersOf(sql, ids, limit)
  return joinSteps([await readersOf(sql, ids, limit), await modelVersionsOf(sql, data, limit)])
}

const selectTag = (run: string, dataset: string, key: string) =>
  `(select t.value from input_tags t where t.run = ${run} and t.dataset = ${dataset} and t.key = '${key}')`

// Spelled as in the partial index, which is used for nothing else.
const isWritten = `w.key = 'mlflow.data.context' and w.value = 'output'`

async function writersOf(sql: Sql, ids: string, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select w.run, ${selectTag('w.run', 'w.dataset', dataTags.found)} as found
       from json_each(?) d cross join input_tags w where w.dataset = cast(d.value as bigint) and ${isWritten}
       order by w.run desc limit ?`,
    ids,
    limit + 1,
  )
  return cutSteps(
    rows.map((row) => ({ ...toRun(row), relation: 'wrote' })),
    limit,
  )
}

/** Of very many readers only the newest are looked at; the others are counted in an index. */
async function readersOf(sql: Sql, ids: string, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select i.run, ${selectTag('i.run', 'i.dataset', dataTags.found)} as found,
         ${selectTag('i.run', 'i.dataset', dataTags.context)} as context
       from json_each(?) d cross join inputs i where i.dataset = cast(d.value as bigint) and i.run in (
         select o.run from inputs o where o.dataset = cast(d.value as bigint) and not exists (
             select 1 from input_tags w where w.dataset = o.dataset and w.run = o.run and ${isWritten})
           order by o.run desc limit ?)
       order by i.run desc limit ?`,
    ids,
    limit + 1,
    limit + 1,
  )
  const steps = rows.map((row): Step => {
    const context = findText(row, 'context')
    return {
      ...toRun(row),
      relation: 'read',
      ...(context === undefined || context === readContext ? {} : { context }),
    }
  })
  return cutSteps(steps, limit, rows.length > limit ? await countReaders(sql, ids) : rows.length)
}

async function countReaders(sql: Sql, ids: string): Promise<number> {
  const row = await sql.get(
    `select
       (select count(*) from json_each(?) d cross join inputs i where i.dataset = cast(d.value as bigint)) -
       (select count(*) from json_each(?) d cross join input_tags w where w.dataset = cast(d.value as bigint) and ${isWritten}) as count`,
    ids,
    ids,
  )
  return getNumber(row ?? {}, 'count')
}

async function modelVersionsOf(sql: Sql, { digests }: DataRows, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select t.model_version as id from json_each(?) d cross join model_version_tags t where t.value = d.value
       and t.key = 'runwright.data.digest' order by t.model_version desc limit ?`,
    JSON.stringify(digests),
    limit + 1,
  )
  const steps = rows.map((row): Step => ({
    to: { kind: 'model-version', row: getNumber(row, 'id') },
    relation: 'file',
  }))
  return cutSteps(steps, limit)
}

function toRun(row: SqlRow): Pick<Step, 'to' | 'found'> {
  const found = dataFindings.find((known) => known === row['found'])
  return { to: { kind: 'run', row: getNumber(row, 'run') }, ...(found === undefined ? {} : { found }) }
}
