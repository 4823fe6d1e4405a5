import { randomInt } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import { openSlurm, whyNoSlurm } from '../servers/slurm.ts'
import type { SlurmServer } from '../servers/slurm.ts'
import { assertCounted, createCounted, submitOnce, waitForAll } from './attempts.ts'
import { openCluster } from './open-cluster.ts'

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
    await using target = await openCluster(server, folder)
    const attempts = createCounted(jobCount, starts, folder)
    const over = new AbortController()
    const killing = killAtRandom(server, over.signal)
    const handles = await mapConcurrently(attempts, 4, (attempt) => submitOnce(target, attempt))
    const ends = await waitForAll(target, handles, 200_000)
    over.abort()
    await killing
    await assertCounted(target, handles, ends, starts)
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
