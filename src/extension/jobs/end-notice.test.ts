import assert from 'node:assert/strict'
import { it } from 'node:test'
import { noon } from '../tree/test-elements.ts'
import { describeEnd } from './end-notice.ts'
import { newEndedJob, newJob } from './test-jobs.ts'

it('the end of a long job is told, and how it ended', () => {
  assert.deepEqual(describeEnd(newEndedJob(1), 60_000, noon), {
    severity: 'information',
    text: 'Job “job-1” has finished after 2m 0s.',
  })
  assert.deepEqual(describeEnd(newEndedJob(1, { status: 'failed', reason: 'exit code 3' }), 120_000, noon), {
    severity: 'warning',
    text: 'Job “job-1” has failed after 2m 0s: exit code 3',
  })
})

it('nothing is told of a short job, nor of one that its user cancelled', () => {
  assert.equal(describeEnd(newEndedJob(1), 121_000, noon), undefined)
  assert.equal(describeEnd(newEndedJob(1, { status: 'cancelled' }), 0, noon), undefined)
  assert.equal(describeEnd(newJob(1, { status: 'lost' }), 1, noon), undefined)
})
