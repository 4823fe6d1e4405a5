import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** The processes of a group now, from Linux's `/proc`. */
export async function listProcessGroup(group: number): Promise<readonly number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const stats = await Promise.all(pids.map(readStat))
  return stats.filter((stat) => stat?.group === group).map((stat) => Number(stat?.pid))
}

/** Below this share of one core over a second, what was started has settled. */
const quietShare = 0.1
const patienceMs = 180_000

/** Waits until processes have nothing more to do: workers and job runners go on loading after the first answer. */
export async function waitUntilQuiet(processes: () => Promise<readonly number[]>): Promise<void> {
  const deadline = performance.now() + patienceMs
  let before = await sumCpuSeconds(await processes())
  for (;;) {
    await delay(1000)
    const now = await sumCpuSeconds(await processes())
    // A process less makes the sum smaller, which says nothing.
    if (now >= before && now - before < quietShare) return
    if (performance.now() > deadline) throw new Error('The server did not come to rest.')
    before = now
  }
}

/** Of `/proc`'s clock; the kernel gives it to programs as 100 whatever its own. */
const ticksPerSecond = 100

async function sumCpuSeconds(pids: readonly number[]): Promise<number> {
  const stats = await Promise.all(pids.map(String).map(readStat))
  return stats.reduce((sum, stat) => sum + (stat?.cpuTicks ?? 0), 0) / ticksPerSecond
}

interface ProcessStat {
  readonly pid: number
  readonly group: number
  readonly cpuTicks: number
}

/** Undefined when the process has ended. */
async function readStat(pid: string): Promise<ProcessStat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  // The second field is the program's name in brackets, and may hold anything; see proc_pid_stat(5) for the others.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return { pid: Number(pid), group: Number(fields[2]), cpuTicks: Number(fields[11]) + Number(fields[12]) }
}
