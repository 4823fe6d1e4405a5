import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type JobId, parseJobId } from '../../protocol/jobs.ts'

/** The job whose command a process belongs to. */
export type FindOwner = (pid: number) => JobId | undefined

/** Every process of a job has it in its environment, or else one of those that started it. */
const variable = 'RUNWRIGHT_JOB_ID='

/** A program that sets its own title overwrites its environment, so the one that started it is asked next. */
const maxAncestors = 16

/**
 * Looks for the job in the environment of a process and of its ancestors. Undefined for processes of other users, whose
 * environments nobody may read, and where there is no `/proc`.
 */
export function createProcessOwners(proc = '/proc'): FindOwner {
  return (pid) => {
    let current: number | undefined = pid
    for (let i = 0; i < maxAncestors && current !== undefined && current > 1; i++) {
      const entry = read(join(proc, String(current), 'environ'))
        ?.split('\0')
        .find((entry) => entry.startsWith(variable))
      if (entry !== undefined) return parseJobId(entry.slice(variable.length))
      current = parentOf(read(join(proc, String(current), 'stat')))
    }
    return undefined
  }
}

/** The fourth field of proc_pid_stat(5), after a name in parentheses that may itself hold any. */
function parentOf(stat: string | undefined): number | undefined {
  const parent = stat?.slice(stat.lastIndexOf(')')).split(' ')[2]
  return parent === undefined ? undefined : Number(parent)
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return undefined
  }
}
