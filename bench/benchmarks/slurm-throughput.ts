import { execFileSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { mapConcurrently } from '../../src/base/map-concurrently.ts'
import { openSlurmTarget } from '../../src/compute/targets/slurm.ts'
import type { AttemptKey } from '../../src/compute/target.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { JobId } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { commitWorkspace, createTestWorkspace, engineCommand } from '../../test/integration/engine-workspace.ts'
import { openSlurm, whyNoSlurm, type SlurmServer } from '../../test/servers/slurm.ts'
import { defineBenchmark } from '../benchmark.ts'

const shape = { nodes: 4, gpus: 8, cpus: 8 }
const gpus = shape.nodes * shape.gpus
const seconds = 5

/** Slurm's programs say theirs only where there is a cluster. */
let version = 'slurm'

/** Notes when it began and ended, by the clock that all jobs share. */
const script = `began=$(date +%s%N); sleep ${seconds}; echo "$began $(date +%s%N)" >>"$0"`

export default defineBenchmark({
  name: 'slurm-throughput',
  summary: `1,000 jobs of five seconds and one GPU on a real Slurm with ${gpus} pretended GPUs, launched one after the other, beside one job array of as many. Utilization is the time of the commands alone over the GPU time from the first launch until the last command has ended`,
  measures: {
    utilization: { label: 'utilization', unit: '%', target: { timesPeer: 0.95 } },
    makespan: { label: 'until the last has ended', unit: 's' },
    launching: { label: 'until the last is launched', unit: 's' },
    poll: { label: 'CPU time of one look at all jobs, the dearest', unit: 'ms', target: { atMost: 100 } },
  },
  repetitions: 1,
  describePeers: () => `sbatch --array (${version})`,
  async open({ isQuick, folder }) {
    if (whyNoSlurm !== false) throw new Error(`There can be no Slurm here: ${whyNoSlurm}`)
    const server = await openSlurm(shape)
    version = execFileSync('sbatch', ['--version'], { env: { ...process.env, ...server.env }, encoding: 'utf8' }).trim()
    const jobCount = isQuick ? 96 : 1000
    let round = 0
    const measure = async <More extends Partial<Figures>>(launch: (notes: string) => Promise<More>) => {
      const notes = join(folder, `notes-${round++}`)
      await writeFile(notes, '')
      const startedAt = Date.now()
      const more = await launch(notes)
      return { ...(await summarize(notes, jobCount, startedAt)), ...more }
    }
    return {
      ours: () => measure((notes) => launchOurs(server, join(folder, `ours-${round}`), notes, jobCount)),
      peers: { array: () => measure((notes) => launchArray(server, notes, jobCount)) },
      [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
    }
  },
})

interface Figures {
  readonly launching: number
  readonly poll: number
}

async function summarize(notes: string, jobCount: number, startedAt: number) {
  const times = await readTimes(notes)
  if (times.length !== jobCount) throw new Error(`${times.length} of ${jobCount} jobs have run.`)
  const busy = times.reduce((sum, [began, ended]) => sum + ended - began, 0)
  const makespanMs = Math.max(...times.map(([, ended]) => ended)) - startedAt
  return { utilization: (100 * busy) / (gpus * makespanMs), makespan: makespanMs / 1000 }
}

/** Milliseconds since 1970, of each job that has ended. */
async function readTimes(notes: string): Promise<(readonly [began: number, ended: number])[]> {
  const lines = (await readFile(notes, 'utf8')).trim().split('\n')
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const [began = Number.NaN, ended = Number.NaN] = line.split(' ').map((time) => Number(time) / 1e6)
      return [began, ended]
    })
}

async function launchArray(server: SlurmServer, notes: string, jobCount: number): Promise<Partial<Figures>> {
  const words = ['--parsable', `--array=0-${jobCount - 1}`, '--gres=gpu:1', '--output=/dev/null']
  const input = `#!/bin/sh\nexec sh -c '${script}' ${notes}\n`
  const env = { ...process.env, ...server.env }
  const start = performance.now()
  execFileSync('sbatch', words, { env, input, encoding: 'utf8' })
  const launching = (performance.now() - start) / 1000
  while ((await readTimes(notes)).length < jobCount) await delay(500)
  return { launching }
}

async function launchOurs(server: SlurmServer, cluster: string, notes: string, jobCount: number): Promise<Figures> {
  await using workspace = await createTestWorkspace()
  await prepareWorkspace(workspace.path, cluster)
  await using client = await workspace.connect({ command: { ...engineCommand(), env: server.env } })
  const start = performance.now()
  const keys = await launchAll(client, notes, jobCount)
  const launching = (performance.now() - start) / 1000
  const poll = await measurePolls(server, cluster, workspace.path, keys, async () => {
    return (await client.call('jobs/list', { isLive: true })).total === 0
  })
  return { launching, poll }
}

async function prepareWorkspace(path: string, cluster: string): Promise<void> {
  await mkdir(cluster)
  const targets = { cluster: { kind: 'slurm', folder: cluster } }
  await writeFile(join(path, 'runwright.yaml'), JSON.stringify({ targets }))
  commitWorkspace(path)
}

async function launchAll(client: Client, notes: string, jobCount: number): Promise<readonly AttemptKey[]> {
  const spec = { ...plainSpec, target: 'cluster', command: ['sh', '-c', script, notes], resources: { gpus: 1 } }
  const launch = async (index: number, codeCommit?: string): Promise<{ jobId: JobId; codeCommit?: string }> => {
    const own = codeCommit === undefined ? spec : { ...spec, codeCommit }
    const { job } = await client.call('jobs/launch', { key: `job ${index}`, experiment: 'throughput', spec: own })
    const commit = job.spec.codeCommit
    return { jobId: job.jobId, ...(commit === undefined ? {} : { codeCommit: commit }) }
  }
  // As a sweep does: all of them have the code of the first.
  const first = await launch(0)
  const rest = Array.from({ length: jobCount - 1 }, (_, index) => index + 1)
  const others = await mapConcurrently(rest, 4, (index) => launch(index, first.codeCommit))
  return [first, ...others].map(({ jobId }): AttemptKey => `${jobId}-1`)
}

/** Looks at all jobs now and then, as the engine does, until they are over; the most CPU time that a look took of us. */
async function measurePolls(
  server: SlurmServer,
  cluster: string,
  workspace: string,
  keys: readonly AttemptKey[],
  isOver: () => Promise<boolean>,
): Promise<number> {
  await using target = await openSlurmTarget(
    { folder: cluster },
    {
      env: { ...process.env, ...server.env },
      trackingUrl: 'http://127.0.0.1:1',
      workspace,
      name: 'cluster',
      placeCode: () => Promise.reject(new Error('Nothing is submitted here.')),
      now: () => performance.now(),
    },
  )
  let dearest = 0
  await target.status(keys)
  while (!(await isOver())) {
    const before = process.cpuUsage()
    await target.status(keys)
    const { user, system } = process.cpuUsage(before)
    dearest = Math.max(dearest, (user + system) / 1000)
    await delay(5000)
  }
  return dearest
}
