import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Job, type JobId, parseJobId } from '../protocol/jobs.ts'
import { onlyOne } from './only-one.ts'

/**
 * The job a person means: by its id or its run's, by the beginning of one (4 characters or more), or by its name.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none
 * @throws INVALID_PARAMETER_VALUE when there are several
 */
export async function findJob(client: Client, text: string): Promise<Job> {
  const whole = parseJobId(text)
  const known = whole === undefined ? undefined : await findById(client, whole)
  if (known !== undefined) return known
  const { jobs } = await client.call('jobs/list', { limit: 10_000 })
  const exact = jobs.filter(({ runId }) => runId === text)
  const begun =
    text.length < 4 ? [] : jobs.filter(({ jobId, runId }) => jobId.startsWith(text) || runId.startsWith(text))
  const candidates = [exact, begun, jobs.filter(({ name }) => name === text)].find((found) => found.length > 0) ?? []
  return onlyOne('job', text, candidates, ({ jobId }) => jobId, '"runwright jobs list" shows ids and names.')
}

/** Undefined where it is the id of a run, which looks the same. */
async function findById(client: Client, jobId: JobId): Promise<Job | undefined> {
  try {
    return (await client.call('jobs/get', { jobId })).job
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}
