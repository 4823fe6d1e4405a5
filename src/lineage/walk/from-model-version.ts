import type { Sql } from '../../store/database.ts'
import { getNumber, getText } from '../../store/row.ts'
import { toLoader } from './from-run.ts'
import { cutSteps, type Step, type Steps, type Way } from './steps.ts'

/** The run that logged a version and the data that its file is; the runs that loaded it. */
export async function stepFromModelVersion(sql: Sql, version: number, way: Way, limit: number): Promise<Steps> {
  if (way === 'down') return loadersOf(sql, version, limit)
  const run = await sql.get(
    'select r.id from model_versions v join runs r on r.run_id = v.run_id where v.id = ?',
    version,
  )
  const data = await sql.get(
    `select value from model_version_tags where model_version = ? and key = 'runwright.data.digest'`,
    version,
  )
  const steps: Step[] = []
  if (run !== undefined) steps.push({ to: { kind: 'run', row: getNumber(run, 'id') }, relation: 'registered' })
  if (data !== undefined) steps.push({ to: { kind: 'data', row: getText(data, 'value') }, relation: 'file' })
  return { steps, more: 0 }
}

async function loadersOf(sql: Sql, version: number, limit: number): Promise<Steps> {
  const rows = await sql.all(
    `select distinct l.run from model_versions v
       join run_models l on l.model_id = v.model_id and l.direction = 'input'
       where v.id = ? and v.model_id != '' order by l.run desc limit ?`,
    version,
    limit + 1,
  )
  return cutSteps(rows.map(toLoader), limit)
}
