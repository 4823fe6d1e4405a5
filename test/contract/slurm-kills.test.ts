import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import type { Attempt, ComputeTarget, JobHandle, TargetStatus } from '../../src/compute/target.ts'
import { openSlurmTarget } from '../../src/compute/targets/slurm.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import type { SlurmServer } from '../servers/slurm.ts'
import { createAttempt, readAll } from './attempts.ts'

const jobCount = 200
/** The daemons are killed until then, and stay up after it. */
const killingMs = 45_000

/** It takes minutes on a busy machine, and a cluster whose daemons are killed is slow to come back. */
const whyNot =
  process.env['RUNWRIGHT_LONG_TESTS'] === undefined ? 'it takes minutes: set RUNWRIGHT_LONG_TESTS=1' : whyNoSlurm

describe('two hundred jobs on Slurm', { skip: whyNot }, () => {
  it('run once each, with the right end and whole output, while its daemons are killed at random moments', async () => {
    await using server = await openSlurm()
    const folder = await mkdtemp(join(tmpdir(), 'rw-kills-'))
    after(() => rm(folder, { recursive: true, force: true }))
    const starts = join(folder, 'starts')
    await using target = await openSlurmTarget(
      { folder: join(folder, 'jobs') },
      {
        env: { ...process.env, ...server.env },
        trackingUrl: 'http://127.0.0.1:1',
        workspace: folder,
        name: 'cluster',
        placeCode: () => Promise.resolve({ directory: folder }),
        now: () => performance.now(),
      },
    )
    const attempts = Array.from({ length: jobCount }, (_, index) => {
      const script = `echo ${index} >>"${starts}"; for i in 1 2 3 4 5; do echo $i; sleep 0.4; done; exit ${index % 3}`
      return createAttempt(script, folder)
    })
    const over = new AbortController()
    const killing = killAtRandom(server, over.signal)
    const handles = await mapConcurrently(attempts, 4, (attempt) => submitOnce(target, attempt))
    const ends = await waitForAll(target, handles)
    over.abort()
    await killing

    const exits = ends.map((status) => (status.state === 'ended' ? status.exit.exitCode : status.state))
    assert.deepEqual(
      exits,
      attempts.map((_, index) => index % 3),
    )
    const started = (await readFile(starts, 'utf8')).trim().split('\n').map(Number)
    assert.deepEqual(
      started.sort((a, b) => a - b),
      attempts.map((_, index) => index),
    )
    for (const handle of handles) assert.equal(await readAll(target, handle), '1\n2\n3\n4\n5\n')
  })
})

/** Then brings back whatever is down, a node that the controller has given up too, as an administrator does. */
async function killAtRandom(server: SlurmServer, over: AbortSignal): Promise<void> {
  const until = performance.now() + killingMs
  while (performance.now() < until) {
    await delay(randomInt(1500, 5500))
    await server.kill9(randomInt(10) < 6 ? 'slurmctld' : 'slurmd-n1').catch(() => undefined)
    await delay(randomInt(1500))
    await server.start().catch(() => undefined)
  }
  while (!over.aborted) {
    await server.start().catch(() => undefined)
    await delay(2000)
  }
}

/** As the engine does: after a submission that left doubt the attempt is looked for before it is submitted again. */
async function submitOnce(target: ComputeTarget, attempt: Attempt): Promise<JobHandle> {
  for (;;) {
    try {
      return (await target.find(attempt.key)) ?? (await target.submit(attempt))
    } catch (error) {
      if (!(error instanceof RunwrightError) || error.code !== 'TEMPORARILY_UNAVAILABLE') throw error
      await delay(300)
    }
  }
}

async function waitForAll(target: ComputeTarget, handles: readonly JobHandle[]): Promise<readonly TargetStatus[]> {
  const deadline = performance.now() + 200_000
  for (;;) {
    const statuses = await target.status(handles).catch(() => [])
    const isOver = ({ state }: TargetStatus) => state === 'ended' || state === 'gone'
    if ((statuses.length > 0 && statuses.every(isOver)) || performance.now() > deadline) return statuses
    await delay(1000)
  }
}
