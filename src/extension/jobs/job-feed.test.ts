import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Client } from '../../protocol/client.ts'
import { hasJobEnded, type Job } from '../../protocol/jobs.ts'
import { newLoadedRun, noon } from '../tree/test-elements.ts'
import { createJobFeed } from './job-feed.ts'
import { newEndedJob, newJob, newJobId, newRunningJob } from './test-jobs.ts'

/** A feed over an engine that has these jobs, and what it was asked. */
function openFeed(jobs: readonly Job[]) {
  const engine = { jobs: [...jobs], params: [{ key: 'epochs', value: '10' }] }
  const asked: string[] = []
  const told: string[] = []
  const answers = {
    'jobs/list': ({ isLive, limit = 100 }: { isLive?: boolean; limit?: number }) => {
      const found = engine.jobs.filter(({ status }) => hasJobEnded(status) !== (isLive ?? false))
      return { jobs: found.slice(0, limit), total: found.length }
    },
    'jobs/get': ({ jobId }: { jobId: string }) => ({ job: engine.jobs.find((job) => job.jobId === jobId) }),
    'runs/get': () => ({ run: { ...newLoadedRun(), params: engine.params } }),
  }
  const client = {
    async call(method: keyof typeof answers, params: never) {
      asked.push(method)
      return answers[method](params)
    },
  }
  const feed = createJobFeed({
    // SAFETY: the feed calls these methods alone.
    client: client as unknown as Client,
    changed: () => {},
    jobEnded: ({ name }) => void told.push(name),
    failed: (error) => void told.push(String(error)),
  })
  const change = async (...changed: readonly Job[]) => {
    for (const job of changed) {
      engine.jobs = engine.jobs.filter(({ jobId }) => jobId !== job.jobId).concat(job)
      const { experimentId, runId, jobId } = job
      feed.apply({ kind: 'job-changed', experimentId, runId, jobId })
    }
    await settle()
  }
  return { feed, asked, told, engine, change }
}

/** Lets all answers come that are on their way. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await Promise.resolve()
}

const names = (jobs: readonly Job[]) => jobs.map(({ name }) => name)

describe('the jobs of an engine', () => {
  it('are fetched once, then one by one as they change', async () => {
    const { feed, asked, change } = openFeed([newJob(1), newEndedJob(2)])
    await feed.loaded
    assert.deepEqual([names(feed.live()), names(feed.ended().jobs)], [['job-1'], ['job-2']])
    assert.deepEqual(asked, ['jobs/list', 'jobs/list'])
    await change(newRunningJob(1))
    assert.equal(feed.live()[0]?.status, 'running')
    assert.deepEqual(asked.slice(2), ['jobs/get', 'runs/get'])
  })

  it('are fetched anew when many have changed at once', async () => {
    const { feed, asked, change } = openFeed([])
    await feed.loaded
    await change(...Array.from({ length: 50 }, (_, index) => newJob(index + 1)))
    assert.equal(feed.live().length, 50)
    assert.ok(asked.length < 10, asked.join(' '))
  })

  it('go to those that have ended, and the end is told once', async () => {
    const { feed, told, change } = openFeed([newRunningJob(1)])
    await feed.loaded
    await change(newEndedJob(1))
    await change(newEndedJob(1))
    assert.deepEqual([names(feed.live()), names(feed.ended().jobs), told], [[], ['job-1'], ['job-1']])
  })

  it('that had ended before are not told of', async () => {
    const { feed, told, change } = openFeed([newEndedJob(1)])
    await feed.loaded
    await change(newEndedJob(1))
    assert.deepEqual(told, [])
  })

  it('come back from those that have ended when they are tried again', async () => {
    const { feed, change } = openFeed([newEndedJob(1)])
    await feed.loaded
    await change(newRunningJob(1))
    assert.deepEqual([names(feed.live()), names(feed.ended().jobs)], [['job-1'], []])
  })

  it('are fetched anew after a reset, and ends that were missed are told', async () => {
    const { feed, told, engine } = openFeed([newRunningJob(1), newJob(2)])
    await feed.loaded
    engine.jobs = [newEndedJob(1), newJob(2)]
    feed.apply({ kind: 'reset' })
    await settle()
    assert.deepEqual([names(feed.live()), told], [['job-2'], ['job-1']])
  })
})

describe('the progress of a running job', () => {
  const job = newRunningJob(1)
  const { experimentId, runId } = job
  const metric = (step: number, timestamp: number) => [{ key: 'loss', value: 0.1, step, timestamp }]

  it('follows the metrics as they come', async () => {
    const { feed, asked } = openFeed([job])
    await feed.loaded
    await settle()
    assert.equal(feed.progress(job), undefined)
    const before = asked.length
    feed.apply({ kind: 'metrics', experimentId, runId, latest: metric(4, noon - 100_000) })
    const tracked = feed.progress(job)
    assert.deepEqual(tracked?.progress, { unit: 'epoch', done: 4, total: 10, at: noon - 100_000 })
    // Four epochs took 200 s since its start; six are left, and 100 s have passed.
    assert.equal(tracked?.remainingMs(noon), 200_000)
    assert.equal(asked.length, before)
  })

  it('is known of a job that was seen before it ran', async () => {
    const waiting = newJob(1, {
      status: 'submitted',
      attempts: [{ number: 1, handle: '7', submittedAt: noon - 301_000 }],
    })
    const { feed, change } = openFeed([waiting])
    await feed.loaded
    await change(job)
    feed.apply({ kind: 'metrics', experimentId, runId, latest: metric(4, noon) })
    assert.equal(feed.progress(job)?.progress.done, 4)
  })

  it('of a second attempt counts from where that began', async () => {
    const again = { ...job, attempts: [...newEndedJob(1).attempts, { number: 2, startedAt: noon - 50_000 }] }
    const { feed } = openFeed([again])
    await feed.loaded
    await settle()
    feed.apply({ kind: 'metrics', experimentId, runId, latest: metric(6, noon - 40_000) })
    assert.equal(feed.progress(again)?.remainingMs(noon), undefined)
    feed.apply({ kind: 'metrics', experimentId, runId, latest: metric(8, noon) })
    assert.equal(feed.progress(again)?.remainingMs(noon), 40_000)
  })
})

it('more of the jobs that have ended are fetched when they are asked for', async () => {
  const { feed } = openFeed(Array.from({ length: 300 }, (_, index) => newEndedJob(index + 1)))
  await feed.loaded
  assert.deepEqual([feed.ended().jobs.length, feed.ended().total], [50, 300])
  await feed.loadMore()
  assert.equal(feed.ended().jobs.length, 250)
  assert.equal(feed.ended().jobs.at(-1)?.jobId, newJobId(250))
})
