import { dataFindings, dataTags, readContext, writtenContext } from '../../protocol/data-versions.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findText, getNumber, getText } from '../../store/row.ts'
import { cutSteps, joinSteps, type Step, type Steps, type Way } from './steps.ts'

const valueOfTag = (key: string) =>
  `(select t.value from input_tags t where t.run = i.run and t.dataset = i.dataset and t.key = '${key}')`
const selectData = `select d.digest, ${valueOfTag(dataTags.context)} as context, ${valueOfTag(dataTags.found)} as found
  from inputs i join datasets d on d.id = i.dataset where i.run = ?`

/** What a run read, the models it loaded; what it wrote, registered, and who loaded its models. */
export async function stepFromRun(sql: Sql, run: number, way: Way, limit: number): Promise<Steps> {
  const data = await dataOfRun(sql, run, way, limit)
  if (way === 'up') return joinSteps([data, await loadedByRun(sql, run, limit)])
  return joinSteps([await versionsOfRun(sql, run, limit), data, await loadersOfRun(sql, run, limit)])
}

async function dataOfRun(sql: Sql, run: number, way: Way, limit: number): Promise<Steps> {
  const isWritten = (row: SqlRow) => row['context'] === writtenContext
  const rows = (await sql.all(selectData, run)).filter((row) => isWritten(row) === (way === 'down'))
  const steps = rows.map((row): Step => {
    const context = findText(row, 'context')
    const found = dataFindings.find((known) => known === row['found'])
    return {
      to: { kind: 'data', row: getText(row, 'digest') },
      relation: way === 'up' ? 'read' : 'wrote',
      ...(found === undefined ? {} : { found }),
      ...(way === 'down' || context === undefined || context === readContext ? {} : { context }),
    }
  })
  return cutSteps(steps, limit)
}

/** Its version where the logged model is one of a registered model, else the run that logged it. */
async function loadedByRun(sql: Sql, run: number, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select v.id as version, r.id as run from run_models m
       left join model_versions v on v.model_id = m.model_id and v.is_deleted = 0
       left join models o on o.model_id = m.model_id and v.id is null
       left join runs r on r.run_id = o.source_run_id
       where m.run = ? and m.direction = 'input' and (v.id is not null or r.id is not null)
       limit ?`,
    run,
    limit + 1,
  )
  return cutSteps(rows.map(toLoaded), limit)
}

function toLoaded(row: SqlRow): Step {
  const isVersion = row['version'] !== null
  const to = isVersion
    ? ({ kind: 'model-version', row: getNumber(row, 'version') } as const)
    : ({ kind: 'run', row: getNumber(row, 'run') } as const)
  return { to, relation: 'loaded' }
}

async function versionsOfRun(sql: Sql, run: number, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select v.id from runs r join model_versions v on v.run_id = r.run_id and v.is_deleted = 0
       where r.id = ? order by v.id desc limit ?`,
    run,
    limit + 1,
  )
  const steps = rows.map((row): Step => ({
    to: { kind: 'model-version', row: getNumber(row, 'id') },
    relation: 'registered',
  }))
  return cutSteps(steps, limit)
}

/** Runs that loaded a model of this one that is of no registered model. */
async function loadersOfRun(sql: Sql, run: number, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select distinct l.run from runs r join models o on o.source_run_id = r.run_id
       join run_models l on l.model_id = o.model_id and l.direction = 'input'
       where r.id = ? and not exists (select 1 from model_versions v where v.model_id = o.model_id and v.is_deleted = 0)
       order by l.run desc limit ?`,
    run,
    limit + 1,
  )
  return cutSteps(rows.map(toLoader), limit)
}

export function toLoader(row: SqlRow): Step {
  return { to: { kind: 'run', row: getNumber(row, 'run') }, relation: 'loaded' }
}
