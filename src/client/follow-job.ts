import type { Client } from '../protocol/client.ts'
import type { ChangeEvent } from '../protocol/events.ts'
import type { Job, JobId } from '../protocol/jobs.ts'

/**
 * Hands on what a job prints, from the beginning or from `start` on and as it comes, until nothing follows any more;
 * then the job as it ended. The engine may die and come back meanwhile. `changed` is told when the job stands elsewhere
 * or waits for something else.
 *
 * @param start the byte of the output to begin with
 * @throws CANCELLED when the signal comes before the end
 */
export async function followJob(
  client: Client,
  { jobId, runId }: Pick<Job, 'jobId' | 'runId'>,
  told: { print(bytes: Uint8Array): void; changed?(job: Job): void },
  signal: AbortSignal,
  start = 0,
): Promise<Job> {
  const over = new AbortController()
  let printed = start
  let job = await getJob(client, jobId)
  told.changed?.(job)
  const isOurs = (event: ChangeEvent) =>
    event.kind === 'reset' || ((event.kind === 'artifacts' || event.kind === 'job-changed') && event.runId === runId)
  for await (const { event } of client.events(AbortSignal.any([signal, over.signal]))) {
    if (over.signal.aborted || !isOurs(event)) continue
    if (event.kind !== 'artifacts') {
      job = await getJob(client, jobId)
      told.changed?.(job)
    }
    const { position, isComplete } = await printLog(client, jobId, printed, told.print)
    printed = position
    if (isComplete) over.abort()
  }
  signal.throwIfAborted()
  job = await getJob(client, jobId)
  told.changed?.(job)
  return job
}

async function getJob(client: Client, jobId: JobId): Promise<Job> {
  return (await client.call('jobs/get', { jobId })).job
}

/** Hands on what there is from `start` on; `position` is where to go on. */
export async function printLog(
  client: Client,
  jobId: JobId,
  start: number,
  print: (bytes: Uint8Array) => void,
): Promise<{ position: number; isComplete: boolean }> {
  for (let position = start; ;) {
    const { bytes, isComplete } = await client.call('jobs/log', { jobId, start: position })
    if (bytes.length === 0) return { position, isComplete }
    print(bytes)
    position += bytes.length
  }
}
