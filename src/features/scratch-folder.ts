import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { isAlive } from '../git/is-alive.ts'

/** A folder that is there while something is made; another process removes it when this one was killed. */
export interface ScratchFolder extends AsyncDisposable {
  readonly path: string
  /** For what DuckDB does not hold in memory. */
  readonly spill: string
}

const pattern = /^\.(\d+)-[0-9a-f]{8}\.new$/

/** Makes a folder of its own below `parent`, and removes those that killed processes have left there. */
export async function makeScratchFolder(parent: string): Promise<ScratchFolder> {
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await removeAbandoned(parent)
  const folder = path.join(parent, `.${process.pid}-${randomBytes(4).toString('hex')}.new`)
  const spill = path.join(folder, 'spill')
  await mkdir(spill, { recursive: true, mode: 0o700 })
  return {
    path: folder,
    spill,
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = pattern.exec(name)?.[1]
    if (pid === undefined || isAlive(Number(pid))) continue
    await rm(path.join(parent, name), { recursive: true, force: true })
  }
}

/** When it returns, the file is on the disk. */
export async function syncFile(path: string): Promise<void> {
  await using file = await open(path, 'r+')
  await file.sync()
}
