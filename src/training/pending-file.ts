/** Files that become visible only complete: written beside, synced, renamed. */
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

const prefix = '.writing-'
const dayMs = 24 * 3_600_000

/** A file that has no name of its own yet. Disposing it removes what was not published. */
export interface PendingFile extends AsyncDisposable {
  /** Gives it its name, in one move. */
  publish(target: string): Promise<void>
}

/** Writes the parts one after another into a file of `folder`, and sees that they are on disk. */
export async function writePending(folder: string, parts: AsyncIterable<Uint8Array>): Promise<PendingFile> {
  // The process and the host are in the name so that a later writer knows what was left by one that is dead.
  const path = join(folder, `${prefix}${process.pid}-${crypto.randomUUID().slice(-12)}-${hostname()}`)
  try {
    await using file = await open(path, 'wx')
    for await (const part of parts) await file.writeFile(part)
    await file.sync()
  } catch (error) {
    await rm(path, { force: true })
    throw error
  }
  return {
    publish: (target) => rename(path, target),
    [Symbol.asyncDispose]: () => rm(path, { force: true }),
  }
}

/** Makes the names in a folder durable, where the system can. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    await using handle = await open(folder)
    await handle.sync()
  } catch {
    // Windows opens no folders, and some network file systems refuse it.
  }
}

/** Removes pending files whose writers are dead: those of this host by their process, all others after a day. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!name.startsWith(prefix)) continue
    const [pid = '', , ...host] = name.slice(prefix.length).split('-')
    const { mtimeMs = Date.now() } = await stat(join(folder, name)).catch(() => ({}) as { mtimeMs?: number })
    const isDead = host.join('-') === hostname() && !isAlive(Number(pid))
    if (isDead || Date.now() - mtimeMs > dayMs) await rm(join(folder, name), { force: true })
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
