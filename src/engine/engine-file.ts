import { constants } from 'node:fs'
import { chmod, open, rename, rm } from 'node:fs/promises'
import { parseEngineFile } from '../protocol/hello.ts'
import type { EngineFile } from '../protocol/methods.ts'
import { toStorageError } from '../store/storage-error.ts'

/**
 * The file that the last engine here left, if it is one of ours: a regular file of this user that nobody else may
 * read. Its port and token are used again, so that commands that are still running find the engine where it was.
 */
export async function loadOwnEngineFile(path: string): Promise<EngineFile | undefined> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)
  await using file = await open(path, flags).catch(() => undefined)
  if (file === undefined) return undefined
  const { uid, mode, size } = await file.stat()
  const isOurs = process.getuid === undefined || (uid === process.getuid() && (mode & 0o777) === 0o600)
  return isOurs && size < 4096 ? parseEngineFile(await file.readFile('utf8')) : undefined
}

/** Replaces the file as a whole; only its owner may read it. @throws STORAGE_FULL or STORAGE_READ_ONLY */
export async function writeEngineFile(path: string, content: EngineFile): Promise<void> {
  const complete = `${path}.${content.pid}.tmp`
  try {
    await rm(complete, { force: true })
    {
      await using file = await open(complete, 'wx', 0o600)
      await file.writeFile(`${JSON.stringify(content, undefined, 2)}\n`)
      await file.sync()
    }
    // The mode of a new file has been through the umask.
    await chmod(complete, 0o600)
    await rename(complete, path)
  } catch (error) {
    await rm(complete, { force: true }).catch(() => undefined)
    throw toStorageError(error, path)
  }
}
