import assert from 'node:assert/strict'
import { randomInt } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { listProcesses } from '../contract/processes.ts'
import { openSlurm, type SlurmServer, whyNoSlurm } from '../servers/slurm.ts'
import { openSshd, type SshServer, whyNoSshd } from '../servers/sshd.ts'
import { assertCounted, type CountedJob, launchCounted } from './counted-jobs.ts'
import { commitWorkspace, createTestWorkspace, engineCommand, type TestWorkspace } from './engine-workspace.ts'

/** Two hundred jobs take minutes, and a cluster whose nodes are killed is slow to come back. */
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] !== undefined
const jobCount = isLong ? 200 : 18
const targets = ['local', 'box', 'cluster']

interface Killed {
  readonly workspace: TestWorkspace
  readonly sshd: SshServer
  readonly slurm: SlurmServer
}

describe('jobs here, over ssh and on Slurm', { skip: whyNoSlurm || whyNoSshd, timeout: 600_000 }, () => {
  it(`each of ${jobCount} runs once, whatever is killed, and its end is known soon after all is back`, async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'rw-kill-'))
    after(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
    await using sshd = await openSshd()
    await using slurm = await openSlurm()
    await using workspace = await createTestWorkspace()
    await prepare(workspace.path, sshd, folder)
    const env = { ...slurm.env, XDG_RUNTIME_DIR: sshd.folder }
    await using client = await workspace.connect({ command: { ...engineCommand(), env } })

    const over = new AbortController()
    const killing = killAgain({ workspace, sshd, slurm }, over.signal)
    const jobs: CountedJob[] = []
    try {
      for (let index = 0; index < jobCount; index++) {
        const target = targets[index % targets.length] ?? ''
        jobs.push(await launchCounted(client, index, { folder, target, patienceMs: 500_000 }))
      }
    } finally {
      over.abort()
    }
    const kills = await killing
    const keeping = keepUp(slurm, jobs)
    const backAt = performance.now()
    await Promise.all(jobs.map(({ ended }) => ended))
    const seconds = (performance.now() - backAt) / 1000
    await keeping
    test.diagnostic(`${JSON.stringify(kills)}; all ends were known ${seconds.toFixed(1)} s after all was back`)
    for (const job of jobs) await assertCounted(client, job)
    assert(seconds < 30, `It took ${seconds} s.`)
  })
})

async function prepare(workspace: string, sshd: SshServer, folder: string): Promise<void> {
  const settings = {
    box: { kind: 'ssh', host: 'target', configFile: sshd.configFile },
    cluster: { kind: 'slurm', folder: join(folder, 'cluster') },
  }
  await writeFile(join(workspace, 'runwright.yaml'), JSON.stringify({ targets: settings }))
  commitWorkspace(workspace)
}

/**
 * At moments of any kind, until all jobs are launched and each kind was killed; then all but the engine, which others
 * start, is there again.
 */
async function killAgain({ workspace, sshd, slurm }: Killed, over: AbortSignal): Promise<Record<string, number>> {
  const kinds: Readonly<Record<string, () => Promise<void>>> = {
    engine: () => Promise.resolve(void process.kill(workspace.engineFile().pid, 'SIGKILL')),
    'engine again': () => Promise.resolve(void process.kill(workspace.engineFile().pid, 'SIGKILL')),
    ssh: () => killThose(({ line }) => line.startsWith('ssh ') && line.includes(sshd.configFile)),
    sshd: () => sshd.kill9(),
    // Of a wrapper: a shell that waits for it over ssh, and the job's script on Slurm that stands for it there is left.
    parent: async () => {
      const all = await listProcesses()
      const wrappers = all.filter(({ line }) => line.includes(`${sshd.home}/.runwright/jobs/`))
      await killThose(({ pid, line }) => line === 'sh' && wrappers.some(({ parent }) => parent === pid))
    },
    slurmctld: () => slurm.kill9('slurmctld'),
    ...(isLong ? { slurmd: () => slurm.kill9('slurmd-n1') } : {}),
  }
  const names = Object.keys(kinds)
  const counts: Record<string, number> = {}
  for (let round = 0; !over.aborted || round < names.length; round++) {
    await delay(randomInt(200, isLong ? 2500 : 900))
    const name = names[round % names.length] ?? ''
    try {
      await kinds[name]?.()
      counts[name] = (counts[name] ?? 0) + 1
    } catch {
      // It is not there yet.
    }
    await delay(randomInt(500))
    await Promise.all([sshd.start(), slurm.start()].map((started) => started.catch(() => undefined)))
  }
  return counts
}

async function killThose(isMeant: (each: Awaited<ReturnType<typeof listProcesses>>[number]) => boolean): Promise<void> {
  for (const { pid } of (await listProcesses()).filter(isMeant)) process.kill(pid, 'SIGKILL')
}

/** As an administrator does with a node that its controller has given up. */
async function keepUp(slurm: SlurmServer, jobs: readonly CountedJob[]): Promise<void> {
  const all = Promise.allSettled(jobs.map(({ ended }) => ended)).then(() => true)
  while (!(await Promise.race([all, delay(2000, false)]))) await slurm.start().catch(() => undefined)
}
