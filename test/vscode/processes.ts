import { readdir, readFile } from 'node:fs/promises'

/** What Linux tells of the processes that one has started. */
export interface StartedProcesses {
  readonly living: readonly number[]
  /** Page faults of those that have ended: whoever starts another process raises it, however short that one lives. */
  readonly endedFaults: number
}

export async function findStartedProcesses(pid: number): Promise<StartedProcesses> {
  const all = await listProcesses()
  return {
    living: all.filter(({ parent }) => parent === pid).map((child) => child.pid),
    endedFaults: all.find((process) => process.pid === pid)?.endedFaults ?? NaN,
  }
}

/** The process below `ancestor`, at any depth, whose command line contains a text. */
export async function findDescendant(ancestor: number, text: string): Promise<number> {
  const parents = new Map((await listProcesses()).map(({ pid, parent }) => [pid, parent]))
  const isBelow = (pid: number | undefined): boolean =>
    pid !== undefined && (parents.get(pid) === ancestor || isBelow(parents.get(pid)))
  for (const pid of parents.keys()) {
    if (isBelow(pid) && (await readProcess(pid, 'cmdline')).includes(text)) return pid
  }
  throw new Error(`No process below ${ancestor} has “${text}” in its command line.`)
}

async function listProcesses() {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const lines = await Promise.all(pids.map((pid) => readProcess(pid, 'stat')))
  return lines.flatMap((line, index) => {
    // The second field is the program's name in parentheses and may contain anything.
    const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
    return line === '' ? [] : [{ pid: pids[index] ?? 0, parent: Number(fields[1]), endedFaults: Number(fields[8]) }]
  })
}

/** Empty for a process that has just ended. */
function readProcess(pid: number, file: 'stat' | 'cmdline'): Promise<string> {
  return readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
}
