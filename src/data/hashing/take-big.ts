import { createHash } from 'node:crypto'
import { closeSync, openSync, readSync, statSync } from 'node:fs'
import { tryClone } from './try-clone.ts'
import { addSharedBytes, type SharedProgress, throwIfCancelledShared } from './shared-progress.ts'
import { consumeRing, openProducer, ringChunkBytes, type SharedRing } from './shared-ring.ts'
import {
  changedMeanwhile,
  keepObject,
  objectMode,
  type ObjectPlace,
  type ObjectStat,
  removeQuietly,
  temporaryName,
  writeFully,
} from './store-object.ts'

/** Another thread that computes the SHA-256 and writes the object, while the first one reads and computes the md5. */
export interface Assistance {
  readonly ring: SharedRing
  /** Where the object is written before it has its name; undefined where none is wanted. */
  readonly temporary: string | undefined
}

export interface BigFile {
  /** Open for reading, at its beginning. */
  readonly fd: number
  readonly path: string
  readonly size: number
  /** Where a copy of it goes, if one is wanted. */
  readonly store: ObjectPlace | undefined
  readonly assistance: Assistance | undefined
}

export type Hashed = readonly [md5: string, sha256: string, object: ObjectStat | undefined]

/** One for a thread. */
let scratch = Buffer.alloc(0)

/** Reads a file piece by piece, for both hashes and its object. @throws RESOURCE_CONFLICT, CANCELLED */
export function takeBig(file: BigFile, shared: SharedProgress): Hashed {
  const { fd, path, store, assistance } = file
  const clone = store?.types[0] === 'reflink' ? tryClone(path, store.temporary) : undefined
  if (store !== undefined && clone !== undefined) return takeClone(file, clone, store, shared)
  if (assistance !== undefined && (store === undefined) === (assistance.temporary === undefined)) {
    return takeTogether(file, assistance, shared)
  }
  if (assistance !== undefined) openProducer(assistance.ring, shared).abandon()
  if (store === undefined) return [...hashPieces(fd, file, shared), undefined]
  const temporary = temporaryName(store.temporary)
  const copy = openSync(temporary, 'wx', objectMode)
  try {
    const [md5, sha256] = hashPieces(fd, file, shared, (chunk) => writeFully(copy, chunk))
    return [md5, sha256, keepObject(temporary, md5, store)]
  } catch (error) {
    removeQuietly(temporary)
    throw error
  } finally {
    closeSync(copy)
  }
}

function hashPieces(
  fd: number,
  { path, size }: Pick<BigFile, 'path' | 'size'>,
  shared: SharedProgress,
  write?: (chunk: Buffer) => void,
): readonly [md5: string, sha256: string] {
  if (scratch.length === 0) scratch = Buffer.allocUnsafeSlow(ringChunkBytes)
  const [md5, sha256] = [createHash('md5'), createHash('sha256')]
  let total = 0
  for (;;) {
    throwIfCancelledShared(shared)
    const count = readSync(fd, scratch, 0, scratch.length, null)
    if (count === 0) break
    const chunk = scratch.subarray(0, count)
    md5.update(chunk)
    sha256.update(chunk)
    write?.(chunk)
    total += count
    addSharedBytes(shared, count)
  }
  if (total !== size) throw changedMeanwhile(path)
  return [md5.digest('hex'), sha256.digest('hex')]
}

/** The file system keeps the bytes once until one of both changes: what is hashed is what is stored. */
function takeClone({ path }: BigFile, clone: string, store: ObjectPlace, shared: SharedProgress): Hashed {
  const fd = openSync(clone, 'r')
  try {
    const [md5, sha256] = hashPieces(fd, { path, size: statSync(clone).size }, shared)
    return [md5, sha256, keepObject(clone, md5, store)]
  } catch (error) {
    removeQuietly(clone)
    throw error
  } finally {
    closeSync(fd)
  }
}

function takeTogether(file: BigFile, { ring, temporary }: Assistance, shared: SharedProgress): Hashed {
  const producer = openProducer(ring, shared)
  const hash = createHash('md5')
  let total = 0
  try {
    for (;;) {
      const chunk = producer.next((into) => readSync(file.fd, into, 0, into.length, null))
      if (chunk === undefined) break
      hash.update(chunk)
      total += chunk.length
      addSharedBytes(shared, chunk.length)
    }
    if (total !== file.size) throw changedMeanwhile(file.path)
  } catch (error) {
    producer.abandon()
    throw error
  }
  const md5 = hash.digest('hex')
  const sha256 = producer.finish()
  if (file.store === undefined || temporary === undefined) return [md5, sha256, undefined]
  return [md5, sha256, keepObject(temporary, md5, file.store)]
}

/** What the other thread does. */
export function assist({ ring, temporary }: Assistance, shared: SharedProgress): void {
  const hash = createHash('sha256')
  const copy = temporary === undefined ? undefined : openSync(temporary, 'wx', objectMode)
  try {
    consumeRing(
      ring,
      shared,
      (chunk) => {
        hash.update(chunk)
        if (copy !== undefined) writeFully(copy, chunk)
      },
      () => hash.digest('hex'),
    )
  } catch (error) {
    if (temporary !== undefined) removeQuietly(temporary)
    throw error
  } finally {
    if (copy !== undefined) closeSync(copy)
  }
}
