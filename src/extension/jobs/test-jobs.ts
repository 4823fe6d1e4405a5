import { type Job, type JobId, type JobSpec, parseJobId } from '../../protocol/jobs.ts'
import { plainSpec } from '../../protocol/test-job-spec.ts'
import { newExperimentId, newRunId, noon } from '../tree/test-elements.ts'

/* Jobs for tests, each valid and plain; a test names only what it is about. */

export function newJobId(number: number): JobId {
  const id = parseJobId(number.toString(16).padStart(32, '0'))
  if (id === undefined) throw new RangeError(`${number} makes no job id.`)
  return id
}

/** Launched ten minutes before noon. */
export function newJob(number: number, change: Partial<Job> = {}, spec: Partial<JobSpec> = {}): Job {
  return {
    jobId: newJobId(number),
    runId: newRunId(number),
    experimentId: newExperimentId(1),
    name: `job-${number}`,
    spec: {
      ...plainSpec,
      command: ['python', 'train.py'],
      ...spec,
    },
    status: 'queued',
    reason: '',
    isCancelRequested: false,
    createdAt: noon - 600_000,
    attempts: [],
    ...change,
  }
}

/** One whose only attempt began five minutes before noon. */
export function newRunningJob(number: number, change: Partial<Job> = {}, spec: Partial<JobSpec> = {}): Job {
  const attempts = [{ number: 1, handle: '7', submittedAt: noon - 301_000, startedAt: noon - 300_000 }]
  return newJob(number, { status: 'running', attempts, ...change }, spec)
}

/** One whose only attempt ran for two minutes, until a minute before noon. */
export function newEndedJob(number: number, change: Partial<Job> = {}, spec: Partial<JobSpec> = {}): Job {
  const exit = { exitCode: 0, signal: null, cause: 'exited' as const, endedAt: noon - 60_000 }
  const attempts = [{ number: 1, submittedAt: noon - 181_000, startedAt: noon - 180_000, exit }]
  return newJob(number, { status: 'finished', reason: 'exit code 0', attempts, ...change }, spec)
}
