import { zstdDecompressSync } from 'node:zlib'
import { CompressionType } from 'apache-arrow/fb/compression-type'
import { BufferRegion, type RecordBatch } from 'apache-arrow/ipc/metadata/message'
import { checkIntact, invalidInput } from './invalid-input.ts'
import { unpackLz4Frame } from './lz4-frame.ts'

/** Of a record batch; where it is packed, of what it is packed and unpacked: all of it is in memory at once. */
const maxBodyBytes = 2 ** 30

/** Before a packed buffer its size stands; this one says that it is not packed, after all. */
const notPacked = -1n
const sizeBytes = 8

export interface UnpackedBody {
  readonly bytes: Uint8Array
  readonly regions: BufferRegion[]
}

interface Part {
  readonly packed: Uint8Array
  /** Undefined for what is not packed. */
  readonly codec: CompressionType | undefined
  readonly unpackedBytes: number
}

/**
 * The buffers of a record batch as they are in memory, each at a multiple of 8 bytes.
 *
 * @throws Invalid Input Error for buffers that are not in the body, that do not unpack, or that unpack into too much
 */
export function unpackBody({ buffers, compression }: RecordBatch, body: Uint8Array): UnpackedBody {
  for (const { offset, length } of buffers) {
    checkIntact(offset >= 0 && length >= 0 && offset + length <= body.length, 'a buffer lies outside of its batch')
  }
  if (compression === null && buffers.every(({ offset }) => offset % 8 === 0)) {
    return { bytes: body, regions: buffers }
  }
  const parts = buffers.map(({ offset, length }) =>
    toPart(body.subarray(offset, offset + length), compression?.type ?? undefined),
  )
  const total = parts.reduce((sum, { unpackedBytes }) => sum + align(unpackedBytes), 0)
  checkBodySize(body.length + total)
  const bytes = new Uint8Array(total)
  let at = 0
  const regions = parts.map((part) => {
    const region = new BufferRegion(at, part.unpackedBytes)
    unpack(part, bytes.subarray(at, at + part.unpackedBytes))
    at += align(part.unpackedBytes)
    return region
  })
  return { bytes, regions }
}

/** @throws Invalid Input Error */
export function checkBodySize(bytes: number): void {
  if (bytes <= maxBodyBytes) return
  throw invalidInput(
    `a record batch takes ${Math.ceil(bytes / 2 ** 20)} MiB, more than the ${maxBodyBytes / 2 ** 20} that are read at once; write the file anew in batches of, say, 65536 rows`,
  )
}

function toPart(buffer: Uint8Array, codec: CompressionType | undefined): Part {
  if (codec === undefined || buffer.length === 0) {
    return { packed: buffer, codec: undefined, unpackedBytes: buffer.length }
  }
  checkIntact(buffer.length >= sizeBytes, 'a packed buffer has no size')
  const size = new DataView(buffer.buffer, buffer.byteOffset).getBigInt64(0, true)
  const packed = buffer.subarray(sizeBytes)
  if (size === notPacked) return { packed, codec: undefined, unpackedBytes: packed.length }
  checkIntact(size >= 0n, 'a packed buffer has no size')
  return { packed, codec, unpackedBytes: Number(size) }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

function unpack({ packed, codec }: Part, target: Uint8Array): void {
  if (codec === undefined) target.set(packed)
  else if (codec === CompressionType.LZ4_FRAME) unpackLz4Frame(packed, target)
  else if (codec === CompressionType.ZSTD) unpackZstd(packed, target)
  else throw invalidInput(`it is compressed by a method that is not known here (${String(codec)})`)
}

function unpackZstd(packed: Uint8Array, target: Uint8Array): void {
  if (target.length === 0) return
  const unpacked = zstdDecompressSync(packed, { maxOutputLength: target.length })
  checkIntact(unpacked.length === target.length, 'a packed buffer has another size than the file says')
  target.set(unpacked)
}
