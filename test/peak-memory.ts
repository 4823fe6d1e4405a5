import { readFile } from 'node:fs/promises'

/**
 * The most that a process has ever had in memory, all its pages, in bytes; undefined where the system does not tell.
 *
 * @see proc_pid_status(5), VmHWM
 */
export async function readPeakMemoryBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '')
  const [, kib] = /^VmHWM:\s+(\d+) kB$/m.exec(status) ?? []
  return kib === undefined ? undefined : Number(kib) * 1024
}
