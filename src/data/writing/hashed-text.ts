import { createHash } from 'node:crypto'
import { closeSync, openSync, unlinkSync, writeSync } from 'node:fs'
import { toStorageError } from '../../store/storage-error.ts'

/** A text file that is hashed while it is written, piece by piece. */
export interface HashedText extends Disposable {
  write(text: string): void
  /** Closes it; resolves to the hash in hex. Without it, disposing removes the file. */
  finish(): string
}

const pieceLength = 1 << 17

/**
 * @param path undefined to hash alone
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export function openHashedText(path: string | undefined, algorithm: 'md5' | 'sha256'): HashedText {
  const hash = createHash(algorithm)
  let pieces: string[] = []
  let length = 0
  let fd = path === undefined ? undefined : attempt(path, () => openSync(path, 'wx'))
  const flush = () => {
    const bytes = Buffer.from(pieces.join(''))
    pieces = []
    length = 0
    hash.update(bytes)
    if (path === undefined) return
    for (let done = 0; done < bytes.length;) {
      done += attempt(path, () => writeSync(fd ?? -1, bytes, done, bytes.length - done))
    }
  }
  return {
    write(text) {
      pieces.push(text)
      length += text.length
      if (length > pieceLength) flush()
    },
    finish() {
      flush()
      if (fd !== undefined) closeSync(fd)
      fd = undefined
      return hash.digest('hex')
    },
    [Symbol.dispose]() {
      if (fd === undefined || path === undefined) return
      closeSync(fd)
      unlinkSync(path)
    },
  }
}

function attempt<Result>(path: string, write: () => Result): Result {
  try {
    return write()
  } catch (error) {
    throw toStorageError(error, path)
  }
}
