import { readFileSync, writeFileSync, writeSync } from 'node:fs'
import { type RuntimeSettings, tooMuchMemory } from './messages.ts'

/**
 * Ends the process when it holds more memory than this, or its parent is gone: the main thread cannot while it is in a
 * run. What a run takes within one interval may go over the bound; a cgroup is what has no such gap.
 *
 * @param memoryBytes most resident memory, the mapped files included
 */
export function watchProcess({ memoryBytes, parentPid }: RuntimeSettings): void {
  setInterval(() => {
    // It may have gone before this thread was there to see it.
    if (process.ppid !== parentPid) process.kill(process.pid, 'SIGKILL')
    if (process.memoryUsage.rss() <= memoryBytes) return
    // A thread's own stderr goes by way of the main thread, which is busy.
    writeSync(2, `${tooMuchMemory}\n`)
    process.kill(process.pid, 'SIGKILL')
  }, 20)
}

/** Where the system itself runs out of memory, it is to take this process and none that anybody misses. */
export function volunteer(): void {
  if (process.platform !== 'linux') return
  try {
    writeFileSync('/proc/self/oom_score_adj', '1000')
  } catch {
    // Some sandboxes forbid it; then the system chooses.
  }
}

/** Most and present resident memory of this process. What its parent held when it started it is not counted. */
export function measureMemory(): { readonly peakBytes: number; readonly presentBytes: number } {
  const presentBytes = process.memoryUsage.rss()
  if (process.platform === 'linux') {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]
    if (kib !== undefined) return { peakBytes: Number(kib) * 1024, presentBytes }
  }
  return { peakBytes: process.resourceUsage().maxRSS * 1024, presentBytes }
}
