import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { attemptVariable } from '../../protocol/jobs.ts'
import type { ProcessMark } from '../wrapper/owner.ts'

const hasProc = process.platform === 'linux'

/** Whether the very process lives that was noted, and not another one that has its id by now. */
export async function isAlive({ pid, birth, boot }: ProcessMark): Promise<boolean> {
  if (!hasProc) return (await loadBirthByPs(pid)) === birth
  const [stat, bootId] = await Promise.all([readProc(`${pid}/stat`), readProc('sys/kernel/random/boot_id')])
  if (stat === '' || bootId.trim() !== boot) return false
  // Fields 3 and 22 of proc_pid_stat(5), behind a name in parentheses that may hold any. A zombie does nothing more.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] !== 'Z' && fields[19] === birth
}

/**
 * Ends what is left of an attempt: SIGTERM, and SIGKILL after `killMs`, to the command's group and to all processes
 * that carry the attempt's variable. Resolves when they have been told for the first time.
 *
 * @param killMs 0 for SIGKILL at once
 */
export async function endProcesses(key: string, group: number | undefined, killMs: number): Promise<void> {
  const signal = killMs === 0 ? 'SIGKILL' : 'SIGTERM'
  const marked = await listMarked(key)
  // The id of a group may belong to others by now: some of its processes must be known as ours.
  const isOurs = group !== undefined && (!hasProc || marked.some(({ pgid }) => pgid === group))
  for (const pid of [...(isOurs ? [-group] : []), ...marked.map((each) => each.pid)]) {
    try {
      process.kill(pid, signal)
    } catch {
      // It has ended just now.
    }
  }
  if (killMs > 0) setTimeout(() => void endProcesses(key, group, 0), killMs).unref()
}

async function listMarked(key: string): Promise<{ readonly pid: number; readonly pgid: number }[]> {
  if (!hasProc) return []
  const entry = `${attemptVariable}=${key}.`
  const names = (await readdir('/proc')).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(
    names.map(async (name) => {
      if (!(await readProc(`${name}/environ`)).split('\0').includes(entry)) return []
      const stat = await readProc(`${name}/stat`)
      return [{ pid: Number(name), pgid: Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]) }]
    }),
  )
  return found.flat()
}

/** Empty for a process that is gone, and for another user's. */
function readProc(path: string): Promise<string> {
  return readFile(`/proc/${path}`, 'latin1').catch(() => '')
}

async function loadBirthByPs(pid: number): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'lstart=', '-p', String(pid)])
    return stdout.trimEnd().replaceAll(/ +/g, '_')
  } catch {
    return undefined
  }
}
