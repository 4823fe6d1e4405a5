import { parseSha256 } from '../hash.ts'
import { parseObjectKey } from '../object-key.ts'
import type { TransferObject } from './items.ts'

/** Lengths of the record, the key and the SHA-256, most bytes, bytes, number of items; what these lengths are of follows. */
const places = { keyLength: 4, shaBytes: 5, maxBytes: 6, sizeBytes: 14, items: 22 } as const
const fixedBytes = 26

export function encodeObject(object: TransferObject): Buffer {
  const { key, path, maxBytes, sizeBytes, items = [] } = object
  const sha256 = Buffer.from(object.sha256 ?? '', 'hex')
  const itemsAt = fixedBytes + key.length + sha256.length
  const pathAt = itemsAt + 4 * items.length
  const record = Buffer.allocUnsafe(pathAt + Buffer.byteLength(path))
  record.writeUInt32LE(record.length, 0)
  record.writeUInt8(key.length, places.keyLength)
  record.writeUInt8(sha256.length, places.shaBytes)
  // Infinity says that a number is not known.
  record.writeDoubleLE(maxBytes ?? Infinity, places.maxBytes)
  record.writeDoubleLE(sizeBytes ?? Infinity, places.sizeBytes)
  record.writeUInt32LE(items.length, places.items)
  record.write(key, fixedBytes, 'latin1')
  sha256.copy(record, fixedBytes + key.length)
  for (const [index, item] of items.entries()) record.writeUInt32LE(item, itemsAt + 4 * index)
  record.write(path, pathAt)
  return record
}

/** @param bytes of whole records */
export function* decodeObjects(bytes: Buffer): Generator<TransferObject> {
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32LE(at)
    const object = decodeObject(bytes.subarray(at, at + length))
    if (object !== undefined) yield object
    at += length
  }
}

function decodeObject(record: Buffer): TransferObject | undefined {
  const keyEnd = fixedBytes + record.readUInt8(places.keyLength)
  const itemsAt = keyEnd + record.readUInt8(places.shaBytes)
  const pathAt = itemsAt + 4 * record.readUInt32LE(places.items)
  const items: number[] = []
  for (let at = itemsAt; at < pathAt; at += 4) items.push(record.readUInt32LE(at))
  const key = parseObjectKey(record.toString('latin1', fixedBytes, keyEnd))
  return (
    key && {
      key,
      path: record.toString('utf8', pathAt),
      sha256: parseSha256(record.toString('hex', keyEnd, itemsAt)),
      maxBytes: toKnown(record.readDoubleLE(places.maxBytes)),
      sizeBytes: toKnown(record.readDoubleLE(places.sizeBytes)),
      items,
    }
  )
}

function toKnown(bytes: number): number | undefined {
  return bytes === Infinity ? undefined : bytes
}
