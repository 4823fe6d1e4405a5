/** A process, known so well that another one with its id is not taken for it. */
export interface ProcessMark {
  readonly pid: number
  /** When it was born: clock ticks since the boot (/proc/PID/stat, field 22), or `ps -o lstart=` with `_` for blanks. */
  readonly birth: string
  /** Which boot of the machine that was, `-` where the system does not say. */
  readonly boot: string
}

export interface Owner extends ProcessMark {
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startedAt: number
  readonly host: string
}

/** Reads `claim/owner`; undefined while it is being written. */
export function parseOwner(text: string): Owner | undefined {
  const mark = parseMark(text)
  const [, , , startedAt, host] = text.trim().split(' ')
  if (mark === undefined || host === undefined || !Number.isSafeInteger(Number(startedAt))) return undefined
  return { ...mark, startedAt: Number(startedAt), host }
}

/** Reads `claim/parent`; undefined while it is being written. */
export function parseMark(text: string): ProcessMark | undefined {
  const [pid, birth, boot] = text.trim().split(' ')
  if (boot === undefined || birth === undefined || !/^\d+$/.test(pid ?? '') || !text.endsWith('\n')) return undefined
  return { pid: Number(pid), birth, boot }
}
