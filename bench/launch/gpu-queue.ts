import { mkdtemp } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { Job } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { openTestWorkspace } from '../../test/vscode/workspace.ts'

/** Eight GPUs of three sizes, pretended. */
const gpus = { RUNWRIGHT_FAKE_GPUS: '4x24G,2x48G,2x80G' }

/** How long jobs take, in seconds, one after the other. */
const durations = [0.2, 0.7, 0.4, 1, 0.3]

const launchesAtOnce = 8

/**
 * Gives an engine so many jobs as fast as it takes them, each for a GPU alone, and waits until the last has ended.
 *
 * @param parent a folder for the workspace
 * @returns the jobs as they ended
 */
export async function runGpuQueue(parent: string, count: number): Promise<readonly Job[]> {
  await using workspace = await openTestWorkspace(await mkdtemp(join(parent, 'queue-')), gpus)
  const { client } = workspace
  await mapConcurrently(Array.from({ length: count }).keys().toArray(), launchesAtOnce, (index) =>
    client.call('jobs/launch', {
      key: `queue-${index}`,
      experiment: 'queue',
      spec: {
        ...plainSpec,
        command: ['sleep', String(durations[index % durations.length])],
        resources: { gpus: 1 },
      },
    }),
  )
  while ((await client.call('jobs/list', { isLive: true, limit: 1 })).total > 0) await delay(500)
  return listEnded(client)
}

async function listEnded(client: Client): Promise<readonly Job[]> {
  const { jobs } = await client.call('jobs/list', { hasEnded: true, limit: 10_000 })
  const failed = jobs.find(({ status }) => status !== 'finished')
  if (failed !== undefined) throw new Error(`${failed.name} is ${failed.status}: ${failed.reason}`)
  return jobs
}

/**
 * Of each GPU the milliseconds from the end of a command to the beginning of the next, as their wrappers noted them, or
 * from its launch where that was later; shortest first.
 */
export function listHandOvers(jobs: readonly Job[]): readonly number[] {
  const turns = jobs.flatMap(({ attempts, createdAt }) => {
    const { gpus: held = [], startedAt = Number.NaN, exit } = attempts.at(-1) ?? {}
    return held.map((gpu) => ({ gpu, createdAt, startedAt, endedAt: exit?.endedAt ?? Number.NaN }))
  })
  const perGpu = Map.groupBy(turns, ({ gpu }) => gpu)
  return [...perGpu.values()]
    .flatMap((ofOne) => {
      const inOrder = ofOne.toSorted((a, b) => a.startedAt - b.startedAt)
      return inOrder.slice(1).map(({ createdAt, startedAt }, index) => {
        return startedAt - Math.max(createdAt, inOrder[index]?.endedAt ?? Number.NaN)
      })
    })
    .toSorted((a, b) => a - b)
}
