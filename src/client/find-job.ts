import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type Job, parseJobId } from '../protocol/jobs.ts'

/**
 * The job a person means: by its id or its run's, by the beginning of one (4 characters or more), or by its name.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is none
 * @throws INVALID_PARAMETER_VALUE when there are several
 */
export async function findJob(client: Client, text: string): Promise<Job> {
  const whole = parseJobId(text)
  const { jobs } = await client.call('jobs/list', { limit: 10_000 })
  const exact = jobs.filter(({ jobId, runId }) => jobId === whole || runId === text)
  const begun =
    text.length < 4 ? [] : jobs.filter(({ jobId, runId }) => jobId.startsWith(text) || runId.startsWith(text))
  const candidates = [exact, begun, jobs.filter(({ name }) => name === text)].find((found) => found.length > 0) ?? []
  const [job, ...others] = candidates
  if (job === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no job "${text}".`, {
      hint: '"runwright jobs list" shows ids and names.',
    })
  }
  if (others.length > 0) {
    const ids = candidates.slice(0, 5).map(({ jobId }) => jobId)
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `"${text}" fits ${candidates.length} jobs.`, {
      hint: `Name one by its id: ${ids.join(', ')}${candidates.length > ids.length ? ', …' : ''}.`,
    })
  }
  return job
}
