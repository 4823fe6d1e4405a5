import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Sha256 } from '../hash.ts'
import { toStorageError } from '../../store/storage-error.ts'
import { type ObjectStat, objectMode, storeBytesAs } from '../hashing/store-object.ts'
import { findDataHash, type ObjectKey } from '../object-key.ts'
import { damagedRemote } from './bring-local.ts'
import type { PartFolder } from './part-folder.ts'
import type { DataRemote } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'

export interface WantedObject {
  readonly key: ObjectKey
  /** Absolute path of the file that it becomes; the folders above it are made. */
  readonly place: string
  /** What the bytes have to be, beside the md5 in the key. */
  readonly sha256?: Sha256 | undefined
  /** One that sends more has another object in its place. */
  readonly maxBytes?: number | undefined
}

/** Up to here an object is kept in memory until it is known to be whole. */
const smallBytes = 1 << 20

/**
 * Brings an object here. Its bytes are hashed on their way, and get their name only when they are what it says. What
 * was broken off goes on where it was, in a later process as well.
 *
 * @returns what the file is known by; undefined where it was there already
 * @param onBytes is told of bytes as they come, and of negative ones when they have to come again
 * @throws STORAGE_DAMAGED when the remote's bytes are not what their name says, and as `DataRemote.read`
 */
export async function fetchObject(
  remote: DataRemote,
  wanted: WantedObject,
  parts: PartFolder,
  work: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<ObjectStat | undefined> {
  const isResumed = parts.has(wanted.key)
  let stored = await fetchOnce(remote, wanted, parts, work)
  // What an earlier process left may be what is wrong.
  if (stored === 'damaged' && isResumed) stored = await fetchOnce(remote, wanted, parts, work)
  if (stored !== 'damaged') return stored
  throw damagedRemote(wanted.key, remote.label)
}

/** `damaged` when the bytes that came were not those that were wanted. */
type Stored = ObjectStat | undefined | 'damaged'

async function fetchOnce(
  remote: DataRemote,
  wanted: WantedObject,
  parts: PartFolder,
  { signal, onBytes }: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<Stored> {
  const { maxBytes = Infinity } = wanted
  let part = parts.has(wanted.key) ? await openPart(wanted, parts) : undefined
  if (part !== undefined) onBytes(part.size())
  try {
    const whole = await tryAgain(async (moved) => {
      const small: Buffer[] = []
      let size = 0
      try {
        for await (const chunk of (await remote.read(wanted.key, part?.size() ?? 0, signal)) as AsyncIterable<Buffer>) {
          moved()
          onBytes(chunk.length)
          if (part !== undefined) {
            await part.append(chunk)
            if (part.size() > maxBytes) return undefined
            continue
          }
          small.push(chunk)
          size += chunk.length
          if (size <= smallBytes) continue
          part = await openPart(wanted, parts)
          for (const piece of small.splice(0)) await part.append(piece)
          size = 0
        }
      } catch (error) {
        onBytes(-size)
        throw error
      }
      return Buffer.concat(small)
    }, signal)
    if (part === undefined) return whole === undefined ? 'damaged' : storeSmall(whole, wanted, parts)
    const isStored = await (whole === undefined ? part.drop() : part.store())
    part = undefined
    return isStored
  } finally {
    await part?.leave()
  }
}

/** A disk of this machine answers at once, and thousands of promises do not. */
function storeSmall(bytes: Buffer, wanted: WantedObject, parts: PartFolder): Stored {
  const check = createCheck(wanted)
  check.update(bytes)
  if (!check.isRight()) return 'damaged'
  try {
    return storeBytesAs(bytes, wanted.place, parts.folder)
  } catch (error) {
    throw toStorageError(error, wanted.place)
  }
}

interface Part {
  readonly size: () => number
  append(chunk: Buffer): Promise<void>
  /** Gives it its name when it is right, and removes it otherwise. */
  store(): Promise<Stored>
  /** Removes it: what came is another object. */
  drop(): Promise<'damaged'>
  /** For whoever tries again. */
  leave(): Promise<void>
}

async function openPart(wanted: WantedObject, parts: PartFolder): Promise<Part> {
  const path = await parts.take(wanted.key)
  const check = createCheck(wanted)
  let size = 0
  for await (const chunk of await readIfThere(path)) {
    check.update(chunk)
    size += chunk.length
  }
  const file: FileHandle = await open(path, 'a', 0o644)
  return {
    size: () => size,
    async append(chunk) {
      check.update(chunk)
      await file.appendFile(chunk).catch((error: unknown) => {
        throw toStorageError(error, path)
      })
      size += chunk.length
    },
    async store() {
      await file.chmod(objectMode)
      const stat = await file.stat()
      await file.close()
      if (!check.isRight()) {
        await rm(path, { force: true })
        return 'damaged'
      }
      await mkdir(dirname(wanted.place), { recursive: true })
      await rename(path, wanted.place)
      return { size: stat.size, mtimeMs: stat.mtimeMs, ino: stat.ino }
    },
    async drop() {
      await file.close()
      await rm(path, { force: true })
      return 'damaged'
    },
    async leave() {
      await file.close()
      await parts.leave(path).catch(() => undefined)
    },
  }
}

async function readIfThere(path: string): Promise<AsyncIterable<Buffer>> {
  const file = await open(path).catch(() => undefined)
  return file === undefined ? emptyStream() : createReadStream('', { fd: file, highWaterMark: smallBytes })
}

async function* emptyStream(): AsyncGenerator<Buffer> {}

/** Hashes by all that is known of an object. */
function createCheck({ key, sha256 }: WantedObject) {
  const md5 = findDataHash(key)?.slice(0, 32)
  // The name of a manifest is its SHA-256.
  const named = md5 === undefined ? key.split('/').slice(2).join('') : undefined
  const hashes: [ReturnType<typeof createHash>, string][] = []
  if (md5 !== undefined) hashes.push([createHash('md5'), md5])
  if (sha256 !== undefined || named !== undefined) hashes.push([createHash('sha256'), sha256 ?? named ?? ''])
  return {
    update(bytes: Uint8Array) {
      for (const [hash] of hashes) hash.update(bytes)
    },
    isRight: () => hashes.every(([hash, expected]) => hash.digest('hex') === expected),
  }
}
