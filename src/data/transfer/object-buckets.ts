import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ObjectKey } from '../object-key.ts'
import type { TransferObject } from './items.ts'
import { decodeObjects, encodeObject } from './object-records.ts'

/** Objects in a file that nobody sees, by the first byte of their hashes. What the disk has no room for stays in memory. */
export interface ObjectBuckets extends Disposable {
  add(object: TransferObject): void
  /** What was added, bucket by bucket. */
  all(): Iterable<Iterable<TransferObject>>
}

const bucketCount = 256
const pieceBytes = 1 << 13

/** Where a part of a bucket lies in the file; or itself, where the file takes no more. */
type Piece = { readonly at: number; readonly length: number } | { readonly bytes: Buffer }

/** @param path of a file that does not exist yet; its folder is there */
export function createObjectBuckets(path: string): ObjectBuckets {
  const file = openUnseen(path)
  const buckets = Array.from({ length: bucketCount }, () => ({ pieces: new Array<Piece>(), filled: 0 }))
  const open = Buffer.allocUnsafeSlow(bucketCount * pieceBytes)
  let end = 0
  const write = (bytes: Buffer): Piece => {
    if (file === undefined) return { bytes: Buffer.from(bytes) }
    try {
      for (let done = 0; done < bytes.length;) {
        done += writeSync(file, bytes, done, bytes.length - done, end + done)
      }
    } catch {
      return { bytes: Buffer.from(bytes) }
    }
    end += bytes.length
    return { at: end - bytes.length, length: bytes.length }
  }
  return {
    add(object) {
      const record = encodeObject(object)
      const number = firstByte(object.key)
      const bucket = buckets[number]
      if (bucket === undefined) return
      const start = number * pieceBytes
      if (bucket.filled + record.length > pieceBytes) {
        bucket.pieces.push(write(open.subarray(start, start + bucket.filled)))
        bucket.filled = 0
      }
      if (record.length > pieceBytes) bucket.pieces.push(write(record))
      else bucket.filled += record.copy(open, start + bucket.filled)
    },
    *all() {
      for (const [number, { pieces, filled }] of buckets.entries()) {
        const start = number * pieceBytes
        yield readPieces(file, [...pieces, { bytes: open.subarray(start, start + filled) }])
      }
    },
    [Symbol.dispose]() {
      if (file !== undefined) closeSync(file)
    },
  }
}

/** Of the hash in a key. */
function firstByte(key: ObjectKey): number {
  return Number.parseInt(/\/([0-9a-f]{2})\//.exec(key)?.[1] ?? '0', 16)
}

/** Whoever is killed leaves nothing. Undefined where no file can be made. */
function openUnseen(path: string): number | undefined {
  try {
    const file = openSync(path, 'wx+', 0o600)
    unlinkSync(path)
    return file
  } catch {
    return undefined
  }
}

function* readPieces(file: number | undefined, pieces: readonly Piece[]): Generator<TransferObject> {
  for (const piece of pieces) yield* decodeObjects('bytes' in piece ? piece.bytes : readPiece(file ?? -1, piece))
}

function readPiece(file: number, { at, length }: { readonly at: number; readonly length: number }): Buffer {
  const bytes = Buffer.allocUnsafe(length)
  for (let done = 0; done < length;) {
    const count = readSync(file, bytes, done, length - done, at + done)
    if (count === 0) throw new RunwrightError('INTERNAL_ERROR', 'The list of objects to be moved was cut off.')
    done += count
  }
  return bytes
}
