import { randomInt } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as delay } from 'node:timers/promises'
import { openSshTarget } from '../../src/compute/targets/ssh.ts'
import { jobFiles } from '../../src/compute/wrapper/job-folder.ts'
import { openSshd, whyNoSshd } from '../servers/sshd.ts'
import type { SshServer } from '../servers/sshd.ts'
import { checkUnderKills, createCounted } from './attempts.ts'
import { listProcesses } from './processes.ts'

/** Two hundred jobs take minutes on a busy machine. */
const isLong = process.env['RUNWRIGHT_LONG_TESTS'] !== undefined
const jobCount = isLong ? 200 : 20

describe(`${jobCount} jobs over ssh`, { skip: whyNoSshd }, () => {
  it('run once each, with the right end and whole output, while all that leads to them is killed', async (test) => {
    await using server = await openSshd()
    const starts = join(server.home, 'starts')
    await using target = await openSshTarget(
      { host: 'target', configFile: server.configFile },
      {
        env: { ...process.env, XDG_RUNTIME_DIR: server.folder },
        trackingUrl: 'http://127.0.0.1:1',
        workspace: server.folder,
        name: 'far',
        placeCode: () => Promise.resolve({ directory: 'code' }),
      },
    )
    using _watching = target.watch(() => undefined)
    const attempts = createCounted(jobCount, starts, server.home)
    await checkUnderKills(test, target, { attempts, file: starts, kill: (over) => killAtRandom(server, over) })
  })
})

/** The connections on this side, the server with all of its own, who started the wrappers, and who has their claims. */
async function killAtRandom(server: SshServer, over: AbortSignal): Promise<number> {
  let kills = 0
  while (!over.aborted) {
    await delay(randomInt(50, 400))
    const what = randomInt(4)
    if (what === 0) {
      await server.kill9().catch(() => undefined)
      await delay(randomInt(500))
      await server.start()
      kills++
    } else kills += await killProcesses(what, server)
  }
  await server.start()
  return kills
}

async function killProcesses(what: number, server: SshServer): Promise<number> {
  const jobs = join(server.home, '.runwright/jobs')
  const processes = await listProcesses()
  if (what === 1) {
    const clients = processes.filter(({ line }) => line.startsWith('ssh ') && line.includes(server.configFile))
    return killAll(clients.map(({ pid }) => pid))
  }
  const keys = await readdir(jobs).catch(() => [])
  const key = keys[randomInt(Math.max(1, keys.length))] ?? ''
  const [owner, parent] = await Promise.all(
    [jobFiles.owner, jobFiles.parent].map((file) => readFile(join(jobs, key, file), 'utf8').catch(() => '')),
  )
  const own = processes.find(({ pid, line }) => pid === Number(owner?.split(' ')[0]) && line.includes(jobFiles.wrapper))
  // Before its second process stands by the command, the job would be lost with the first.
  if (own === undefined || parent === '') return 0
  if (what === 2) return killAll([own.pid])
  // Whoever started it waits for its end, unless that has been killed before.
  return killAll(processes.filter(({ pid, line }) => pid === own.parent && line === 'sh').map(({ pid }) => pid))
}

function killAll(pids: readonly number[]): number {
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has ended just now.
    }
  }
  return pids.length
}
