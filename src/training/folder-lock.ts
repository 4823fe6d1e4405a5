/** One holder at a time, across processes of one machine. */
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { setTimeout as delay } from 'node:timers/promises'
import { isAlive } from './pending-file.ts'

/** A lock that nobody can be asked about, as one of another machine, is broken after this time without a change. */
const staleMs = 60_000
const beatMs = 10_000

/**
 * Waits for the lock at `path`, whose folder must exist. Disposing it lets go, and leaves no file.
 *
 * Of two that find the lock of a dead process at the same moment both may get it. Then a result is computed twice; a
 * folder of checkpoints has one writer anyway.
 */
export async function lockFile(path: string): Promise<AsyncDisposable> {
  const own = `${process.pid} ${hostname()}`
  for (;;) {
    try {
      await writeFile(path, own, { flag: 'wx' })
      break
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
    if (await isAbandoned(path)) await rm(path, { force: true })
    else await delay(20)
  }
  const beat = setInterval(() => void writeFile(path, own).catch(() => undefined), beatMs).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(beat)
      await rm(path, { force: true })
    },
  }
}

async function isAbandoned(path: string): Promise<boolean> {
  const [text, entry] = await Promise.all([readFile(path, 'utf8').catch(() => ''), stat(path).catch(() => undefined)])
  // It has just been let go of.
  if (entry === undefined) return false
  const [pid = '', host = ''] = text.split(' ')
  return host === hostname() ? !isAlive(Number(pid)) : Date.now() - entry.mtimeMs > staleMs
}
