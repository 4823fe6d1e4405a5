import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'

/** A file that is being written beside its place, and is there only once it is complete. */
export interface NewFile extends AsyncDisposable {
  /** Where it is until it is finished. */
  readonly path: string
  /** Bytes so far. */
  readonly length: number
  write(bytes: Uint8Array): Promise<void>
  /** What was written, again. */
  read(offset: number, length: number): Promise<Uint8Array>
  /** Syncs what was written and puts it in its place. Without it, disposing leaves nothing behind. */
  finish(): Promise<void>
}

/**
 * @throws STORAGE_FULL, STORAGE_READ_ONLY; here and while it is written
 */
export async function createFile(path: string): Promise<NewFile> {
  const beside = `${path}.${process.pid}.new`
  const told = <T>(work: Promise<T>) => work.catch((error: unknown) => Promise.reject(toStorageError(error, path)))
  const opened = () => {
    if (file === undefined) throw new Error(`${path} is closed.`)
    return file
  }
  let file: FileHandle | undefined = await told(open(beside, 'w+'))
  let length = 0
  return {
    path: beside,
    get length() {
      return length
    },
    async write(bytes) {
      // Not where the last read ended.
      await told(writeAt(opened(), bytes, length))
      length += bytes.length
    },
    read: (offset, count) => readBytes(opened(), offset, count),
    async finish() {
      await told(opened().sync())
      await opened().close()
      file = undefined
      await told(rename(beside, path))
    },
    async [Symbol.asyncDispose]() {
      await file?.close()
      file = undefined
      await rm(beside, { force: true })
    },
  }
}

/** One call of the system takes less than 2 GiB. */
const atOnce = 1 << 30

async function writeAt(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, at, Math.min(atOnce, bytes.length - at), position + at)
    at += bytesWritten
  }
}

/** @throws BAD_REQUEST when the file is shorter */
export async function readBytes(file: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  for (let at = 0; at < length;) {
    const { bytesRead } = await file.read(bytes, at, Math.min(atOnce, length - at), offset + at)
    if (bytesRead === 0) throw new RunwrightError('BAD_REQUEST', 'A file of weights became shorter while it was read.')
    at += bytesRead
  }
  return bytes
}
