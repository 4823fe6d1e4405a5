import assert from 'node:assert/strict'
import { it } from 'node:test'
import { noon } from '../tree/test-elements.ts'
import { numberPositions, sortByTurn } from './queue-order.ts'
import { newJob, newJobId } from './test-jobs.ts'

it('promoted jobs come first, the latest before the others, then important ones, then old ones', () => {
  const jobs = [
    newJob(1, { createdAt: noon }),
    newJob(2, { createdAt: noon - 1 }),
    newJob(3, {}, { priority: 5 }),
    newJob(4, { promotedAt: noon }),
    newJob(5, { promotedAt: noon + 1 }),
  ]
  assert.deepEqual(
    sortByTurn(jobs).map(({ name }) => name),
    ['job-5', 'job-4', 'job-3', 'job-2', 'job-1'],
  )
})

it('each target has a queue of its own, and what it has taken stands in none', () => {
  const jobs = [
    newJob(1),
    newJob(2, {}, { target: 'slurm' }),
    newJob(3, { status: 'submitted' }),
    newJob(4),
    newJob(5, {}, { target: 'slurm' }),
  ]
  const positions = numberPositions(jobs)
  assert.deepEqual(
    [1, 2, 3, 4, 5].map((number) => positions.get(newJobId(number))),
    [1, 1, undefined, 2, 2],
  )
})
