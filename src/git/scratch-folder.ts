import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isAlive } from './is-alive.ts'

/**
 * A new folder for what this process needs while it works; whoever makes it removes it. What processes that were killed
 * have left under this name is removed here.
 *
 * @param name begins the folder's name; the id of the process follows
 * @param parent absolute path; default: the system's folder for temporary files
 */
export async function createScratchFolder(name: string, parent = tmpdir()): Promise<string> {
  const entries = await readdir(parent).catch(() => [] as string[])
  const left = entries.filter((entry) => {
    const [, pid] = new RegExp(String.raw`^${name}-(\d+)-\w{6}$`).exec(entry) ?? []
    return pid !== undefined && !isAlive(Number(pid))
  })
  await Promise.all(
    left.map((entry) => rm(join(parent, entry), { recursive: true, force: true }).catch(() => undefined)),
  )
  return mkdtemp(join(parent, `${name}-${process.pid}-`))
}
