import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { relative, sep } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

/** More often at first, when most programs read their data. */
const pausesMs = { first: 200, later: 1000, laterAfter: 25 }

/** What is looked at of one tree of processes. */
const limits = { processes: 128, filesOfProcess: 512 }

/**
 * Looks again and again which files below a folder the processes below one have open for reading, where the system tells
 * (Linux), and tells of each once. A file that is open for a moment only may be missed.
 *
 * @param pid a process whose descendants are looked at, not itself
 * @param tell gets paths from the folder, with `/`
 */
export async function sampleOpened(
  pid: number,
  folder: string,
  signal: AbortSignal,
  tell: (paths: readonly string[]) => Promise<void>,
): Promise<void> {
  if (process.platform !== 'linux') return
  const seen = new Set<string>()
  for (let count = 0; !signal.aborted; count++) {
    const opened = listDescendants(pid).flatMap((each) => listOpened(each, folder))
    const paths = [...new Set(opened)].filter((path) => !seen.has(path))
    for (const path of paths) seen.add(path)
    if (paths.length > 0) await tell(paths)
    const pauseMs = count < pausesMs.laterAfter ? pausesMs.first : pausesMs.later
    await delay(pauseMs, undefined, { signal, ref: false }).catch(() => {})
  }
}

function listDescendants(pid: number): readonly string[] {
  const found: string[] = []
  const waiting = [String(pid)]
  for (let next = waiting.pop(); next !== undefined && found.length < limits.processes; next = waiting.pop()) {
    for (const thread of list(`/proc/${next}/task`)) {
      const children = read(`/proc/${next}/task/${thread}/children`).split(' ').filter(Boolean)
      found.push(...children)
      waiting.push(...children)
    }
  }
  return found
}

function listOpened(pid: string, folder: string): readonly string[] {
  const paths: string[] = []
  for (const fd of list(`/proc/${pid}/fd`).slice(0, limits.filesOfProcess)) {
    const file = follow(`/proc/${pid}/fd/${fd}`)
    if (file === undefined || !file.startsWith(`${folder}${sep}`) || isWritten(pid, fd)) continue
    paths.push(relative(folder, file).split(sep).join('/'))
  }
  return paths
}

/** By the flags of `open`, in octal: the last two bits are 0 for reading alone. */
function isWritten(pid: string, fd: string): boolean {
  const flags = /^flags:\s*0*([0-7]+)$/m.exec(read(`/proc/${pid}/fdinfo/${fd}`))?.[1]
  return flags === undefined || (Number.parseInt(flags, 8) & 3) !== 0
}

// What belongs to a process is gone when it is.
function list(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function follow(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    return undefined
  }
}
