import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Job } from '../../protocol/jobs.ts'
import { createJobRows } from './job-rows.ts'
import { newEndedJob, newJob, newRunningJob } from './test-jobs.ts'

function newSource(label: string, live: readonly Job[], ended: readonly Job[] = [], total = ended.length) {
  return {
    connection: { id: label, place: { label } },
    feed: {
      live: () => live,
      ended: () => ({ jobs: ended, total }),
      progress: () => undefined,
      loadMore: () => Promise.resolve(),
    },
  }
}

describe('the rows of jobs', () => {
  const waiting = [newJob(1), newJob(2, {}, { priority: 1 }), newJob(3, { status: 'submitted' })]
  const source = newSource('digits', [...waiting, newRunningJob(4)], [newEndedJob(5)], 90)
  const rows = createJobRows(() => [source])

  it('are grouped by where jobs stand, and a group without jobs is none', () => {
    assert.deepEqual(
      rows.groups().map(({ group, total }) => `${group} ${total}`),
      ['queued 3', 'running 1', 'done 90'],
    )
    assert.deepEqual(createJobRows(() => [newSource('digits', [newRunningJob(4)])]).groups().length, 1)
  })

  it('stand in the order of their turns with their places', () => {
    const [queued] = rows.groups()
    const shown = queued ? rows.children(queued) : []
    assert.deepEqual(
      shown.map((row) => (row.kind === 'job' ? [row.job.name, row.position, row.folder] : row.kind)),
      [
        ['job-2', 1, undefined],
        ['job-1', 2, undefined],
        ['job-3', undefined, undefined],
      ],
    )
  })

  it('end in a row for more where there are more', () => {
    const [, , done] = rows.groups()
    const last = done && rows.children(done).at(-1)
    assert.deepEqual(last?.kind === 'more-jobs' ? [last.shown, last.total] : last, [1, 90])
  })

  it('stay the same objects, and take on what has changed', () => {
    const changing = { jobs: [newRunningJob(1)] }
    const feed = { ...source.feed, live: () => changing.jobs }
    const changed = createJobRows(() => [{ ...source, feed }])
    const [running] = changed.groups()
    assert.ok(running)
    const [before] = changed.children(running)
    changing.jobs = [newRunningJob(1, { isCancelRequested: true })]
    const [after] = changed.children(running)
    assert.equal(before, after)
    assert.equal(after?.kind === 'job' && after.job.isCancelRequested, true)
  })

  it('take on what a run tells without being listed anew', () => {
    const progress = { unit: 'epoch', done: 1, total: 4, at: 0 } as const
    const told = { now: 0 }
    const tracked = () => ({ progress: { ...progress, done: told.now }, remainingMs: () => 5 })
    const job = newRunningJob(1)
    const following = createJobRows(() => [
      { ...source, feed: { ...source.feed, live: () => [job], progress: tracked } },
    ])
    assert.equal(following.progressed('digits', job.jobId), undefined)
    const [running] = following.groups()
    const [row] = running ? following.children(running) : []
    told.now = 3
    assert.equal(following.progressed('digits', job.jobId), row)
    assert.equal(row?.kind === 'job' && row.progress?.done, 3)
    assert.deepEqual(following.running(), [row])
  })

  it('of several folders name them', () => {
    const several = createJobRows(() => [newSource('a', [newRunningJob(1)]), newSource('b', [newRunningJob(2)])])
    const [running] = several.groups()
    assert.deepEqual(running && several.children(running).map((row) => row.kind === 'job' && row.folder), ['a', 'b'])
  })

  it('of a long queue are shown a part at a time', async () => {
    const long = createJobRows(() => [
      newSource(
        'a',
        Array.from({ length: 500 }, (_, index) => newJob(index)),
      ),
    ])
    const [queued] = long.groups()
    assert.ok(queued)
    assert.equal(long.children(queued).length, 201)
    await long.loadMore(queued)
    assert.equal(long.children(queued).length, 401)
  })
})
