import { closeSync, existsSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Placed } from './messages.ts'

/**
 * A file without a name, in memory where the system has such a folder, that two processes have open: large arrays go
 * through it. A megabyte there and back took 0.3 ms, through the channel of messages 0.7 to 5 ms. Only one side uses it at
 * a time, for one message, so there is nothing to lock; and since it has no name it is gone with the processes.
 */
export interface Exchange {
  /**
   * Places arrays one after another, over those of the last call.
   *
   * @throws Error for more than 2 GiB
   */
  place(arrays: readonly Uint8Array[]): readonly Placed[]
  /** A copy, aligned for every type. */
  take(placed: Placed): Uint8Array<ArrayBuffer>
  /** Gives memory back to the system, where there is much of it. Nothing that was placed can be taken any more. */
  trim(): void
}

/** What is smaller costs less in the message. */
const minBytes = 16_384

/** What a model gives is not to fill the memory of the process that asked. */
const maxBytes = 2 ** 31

/** What is kept, so that pages need not be made anew for every message. */
const keepBytes = 64 * 2 ** 20

/** `fd` is undefined where processes cannot share a file: then all goes in the messages. */
export function createExchange(fd: number | undefined): Exchange {
  let end = 0
  return {
    place(arrays) {
      end = 0
      const total = arrays.reduce((sum, { byteLength }) => sum + byteLength, 0)
      if (total > maxBytes) throw new Error(`${total} bytes are more than can be passed on at once (2 GiB).`)
      return arrays.map((array) => {
        if (fd === undefined || array.byteLength < minBytes || !write(fd, array, end)) return { inline: array }
        const placed = { offset: end, sizeBytes: array.byteLength }
        end += array.byteLength
        return placed
      })
    },
    take(placed) {
      if ('inline' in placed) return new Uint8Array(placed.inline)
      if (fd === undefined || placed.sizeBytes > maxBytes) throw new Error('Nothing of that kind was placed.')
      const bytes = new Uint8Array(placed.sizeBytes)
      for (let done = 0; done < bytes.byteLength;) {
        const count = readSync(fd, bytes, done, Math.min(bytes.byteLength - done, 2 ** 30), placed.offset + done)
        if (count === 0) throw new Error('The exchange is shorter than what was placed in it.')
        done += count
      }
      end = Math.max(end, placed.offset + placed.sizeBytes)
      return bytes
    },
    trim() {
      if (fd !== undefined && end > keepBytes) ftruncateSync(fd, 0)
      end = 0
    },
  }
}

/** False when there is no room: in a container the folder in memory may have a few megabytes. */
function write(fd: number, bytes: Uint8Array, offset: number): boolean {
  try {
    for (let done = 0; done < bytes.byteLength;) {
      done += writeSync(fd, bytes, done, Math.min(bytes.byteLength - done, 2 ** 30), offset + done)
    }
    return true
  } catch {
    return false
  }
}

/** Opens a file for an exchange, which has no name any more. Windows has no such files. */
export function openExchangeFile(): (Disposable & { readonly fd: number }) | undefined {
  if (process.platform === 'win32') return undefined
  const folder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()
  const path = join(folder, `runwright-${randomUUID()}`)
  try {
    const fd = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    return { fd, [Symbol.dispose]: () => closeSync(fd) }
  } catch {
    return undefined
  }
}
