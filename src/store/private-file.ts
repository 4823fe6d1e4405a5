import { constants } from 'node:fs'
import { chmod, link, open, rename, rm } from 'node:fs/promises'
import { toStorageError } from './storage-error.ts'

/**
 * The text of a file if it is one of ours: a regular file of this user that nobody else may read, below 64 KB. What came
 * with a repository is none: git keeps no such modes.
 */
export async function loadPrivateText(path: string): Promise<string | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
  await using file = await open(path, flags).catch(() => undefined)
  if (file === undefined) return undefined
  const { uid, mode, size } = await file.stat()
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o777) === 0o600)
  return isOurs && size < 65_536 ? await file.readFile('utf8') : undefined
}

/** Replaces a file as a whole; only its owner may read it. @throws STORAGE_FULL or STORAGE_READ_ONLY */
export async function writePrivateText(path: string, text: string): Promise<void> {
  await writeBeside(path, text, (complete) => rename(complete, path))
}

/**
 * As `writePrivateText`, but a file that is there stays as it is, also one that another process makes at the same time.
 *
 * @throws STORAGE_FULL or STORAGE_READ_ONLY
 */
export async function createPrivateText(path: string, text: string): Promise<void> {
  await writeBeside(path, text, (complete) => link(complete, path).catch(unlessThere))
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}

async function writeBeside(path: string, text: string, show: (complete: string) => Promise<void>): Promise<void> {
  const complete = `${path}.${process.pid}.tmp`
  try {
    await rm(complete, { force: true })
    {
      await using file = await open(complete, 'wx', 0o600)
      await file.writeFile(text)
      await file.sync()
    }
    // The mode of a new file has been through the umask.
    await chmod(complete, 0o600)
    await show(complete)
  } catch (error) {
    throw toStorageError(error, path)
  } finally {
    await rm(complete, { force: true }).catch(() => undefined)
  }
}
