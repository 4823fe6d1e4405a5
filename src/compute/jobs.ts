import { RunwrightError } from '../protocol/errors.ts'
import type { JobId } from '../protocol/jobs.ts'
import type { Methods } from '../protocol/methods.ts'
import type { Database, Sql } from '../store/database.ts'
import { textAt } from '../store/dialect.ts'
import { getNumber, getText } from '../store/row.ts'
import { insertRun, type NewRun } from '../tracking/insert-run.ts'
import type { JobRecord } from './job-record.ts'
import { insertJob, loadJobs, writeJobState } from './job-rows.ts'

/** The jobs of the store. */
export interface Jobs {
  /** The job with its run, in one transaction; the earlier one where something was launched with this key before. */
  insert(job: JobRecord, run: NewRun, launchKey: string): Promise<{ job: JobRecord; isNew: boolean }>
  findByLaunchKey(launchKey: string): Promise<JobRecord | undefined>
  /** @throws RESOURCE_DOES_NOT_EXIST */
  get(jobId: JobId): Promise<JobRecord>
  /** Jobs that have not ended, in the order they were launched. */
  listLive(): Promise<readonly JobRecord[]>
  /** Newest first. */
  list(query: Methods['jobs/list']['params']): Promise<{ jobs: readonly JobRecord[]; total: number }>
  /** The snapshots that jobs were launched with. */
  listCode(): Promise<ReadonlySet<string>>
  /** Writes where a job stands when its turn to be written comes, which may be later than where it stood at the call. */
  save(job: () => JobRecord): Promise<void>
}

export function createJobs(database: Database): Jobs {
  const find = async (sql: Sql, column: 'job_id' | 'launch_key', value: string): Promise<JobRecord | undefined> => {
    const row = await sql.get(`select * from jobs where ${column} = ?`, value)
    return row === undefined ? undefined : (await loadJobs(sql, [row]))[0]
  }
  return {
    findByLaunchKey: (launchKey) => database.read((sql) => find(sql, 'launch_key', launchKey)),

    insert: (job, run, launchKey) =>
      database.write(async (sql) => {
        const earlier = await find(sql, 'launch_key', launchKey)
        if (earlier !== undefined) return { job: earlier, isNew: false }
        await insertRun(sql, run)
        await insertJob(sql, job, launchKey)
        return { job, isNew: true }
      }),

    get: (jobId) =>
      database.read(async (sql) => {
        const job = await find(sql, 'job_id', jobId)
        if (job !== undefined) return job
        throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no job ${jobId}.`, {
          hint: 'List the jobs to see their ids.',
        })
      }),

    listLive: () =>
      database.read(async (sql) =>
        loadJobs(sql, await sql.all(`select * from jobs where phase <> 'ended' order by id`)),
      ),

    list: ({ experimentIds, isLive = false, hasEnded = false, offset = 0, limit = 100 }) =>
      database.read(async (sql) => {
        const ids = experimentIds === undefined ? null : JSON.stringify(experimentIds)
        const where = `where (cast(? as text) is null or experiment_id in (select value from json_each(?)))
          and (? = 0 or phase <> 'ended') and (? = 0 or phase = 'ended')`
        const values = [ids, ids, Number(isLive), Number(hasEnded)] as const
        const counted = await sql.get(`select count(*) as count from jobs ${where}`, ...values)
        const page = `select * from jobs ${where} order by id desc limit ? offset ?`
        const rows = await sql.all(page, ...values, limit, offset)
        return { jobs: await loadJobs(sql, rows), total: getNumber(counted ?? {}, 'count') }
      }),

    listCode: () =>
      database.read(async (sql) => {
        const column = textAt(sql.dialect, 'spec', ['codeCommit'])
        const rows = await sql.all(`select distinct ${column} as code from jobs where ${column} is not null`)
        return new Set(rows.map((row) => getText(row, 'code')))
      }),

    save: (job) => database.write((sql) => writeJobState(sql, job())),
  }
}
