import { readFile } from 'node:fs/promises'

export interface Memory {
  /** What the processes have in memory, with each page that several share counted once between them; in MB. */
  readonly proportionalMb: number
  /** What the processes have in memory, with shared pages counted for each; in MB. */
  readonly residentMb: number
}

/** Sums up the memory of processes, as Linux counts it. */
export async function readMemory(pids: readonly number[]): Promise<Memory> {
  const rollups = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/smaps_rollup`, 'utf8')))
  return { proportionalMb: sumField(rollups, 'Pss'), residentMb: sumField(rollups, 'Rss') }
}

/** The most that a process has ever had in memory, in MB. */
export async function readPeakMb(pid: number): Promise<number> {
  return sumField([await readFile(`/proc/${pid}/status`, 'utf8')], 'VmHWM')
}

function sumField(rollups: readonly string[], field: string): number {
  const pattern = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm')
  return rollups.reduce((sum, rollup) => sum + Number(pattern.exec(rollup)?.[1] ?? NaN), 0) / 1024
}
