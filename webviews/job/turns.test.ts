import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseExperimentId, parseRunId } from '../../src/protocol/ids.ts'
import { type Job, type JobExit, parseJobId } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { listTurns } from './turns.ts'

const id = 'a'.repeat(32)

function newJob(change: Partial<Job>): Job {
  const [jobId, runId, experimentId] = [parseJobId(id), parseRunId(id), parseExperimentId('1')]
  assert.ok(jobId && runId && experimentId)
  const spec = { ...plainSpec, command: ['python', 'train.py'] }
  const job = { jobId, runId, experimentId, name: 'net', spec, reason: '', isCancelRequested: false, createdAt: 1000 }
  return { ...job, status: 'queued', attempts: [], ...change }
}

const failed: JobExit = { exitCode: 1, signal: null, cause: 'exited', endedAt: 5000 }
const shown = (job: Job) =>
  listTurns(job).map(({ kind, attempt, from, to, isNow }) => [kind, attempt, from, to, isNow ? 'now' : 'past'])

describe('the turns of a job', () => {
  it('begin with a wait that lasts while it is queued', () => {
    assert.deepEqual(shown(newJob({})), [['launched', 1, 1000, undefined, 'now']])
  })

  it('go on where its target has it and where it runs', () => {
    const attempts = [{ number: 1, submittedAt: 2000, startedAt: 3000 }]
    assert.deepEqual(shown(newJob({ status: 'running', attempts })), [
      ['launched', 1, 1000, 2000, 'past'],
      ['submitted', 1, 2000, 3000, 'past'],
      ['running', 1, 3000, undefined, 'now'],
    ])
  })

  it('tell each attempt, and the wait for the next one', () => {
    const first = { number: 1, submittedAt: 2000, startedAt: 3000, exit: failed }
    assert.deepEqual(shown(newJob({ attempts: [first] })).slice(2), [
      ['running', 1, 3000, 5000, 'past'],
      ['ended', 1, 5000, undefined, 'past'],
      ['waiting', 2, 5000, undefined, 'now'],
    ])
    const attempts = [first, { number: 2, submittedAt: 6000, startedAt: 7000, exit: { ...failed, endedAt: 9000 } }]
    assert.deepEqual(shown(newJob({ status: 'failed', attempts })).slice(4), [
      ['waiting', 2, 5000, 6000, 'past'],
      ['submitted', 2, 6000, 7000, 'past'],
      ['running', 2, 7000, 9000, 'past'],
      ['ended', 2, 9000, undefined, 'past'],
    ])
  })

  it('leave open how long a job waited that was cancelled before its turn', () => {
    assert.deepEqual(shown(newJob({ status: 'cancelled' })), [['launched', 1, 1000, undefined, 'past']])
  })
})
