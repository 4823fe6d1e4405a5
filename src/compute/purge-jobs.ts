import type { Sql } from '../store/database.ts'
import { getNumber, getText } from '../store/row.ts'

/** Of the runs, those whose job has not ended, each with its job. */
export async function listNeededByJobs(sql: Sql): Promise<ReadonlyMap<string, string>> {
  const rows = await sql.all(`select run_id, job_id from jobs where phase <> 'ended'`)
  return new Map(rows.map((row) => [getText(row, 'run_id'), `job ${getText(row, 'job_id')}`]))
}

/** Takes the job of a run out of the tables; one that goes on stays. */
export async function purgeJob(sql: Sql, runId: string): Promise<void> {
  const row = await sql.get(`select id from jobs where run_id = ? and phase = 'ended'`, runId)
  if (row === undefined) return
  const id = getNumber(row, 'id')
  await sql.run('delete from job_attempts where job = ?', id)
  await sql.run('delete from jobs where id = ?', id)
}
