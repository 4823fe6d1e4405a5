import { gzipSync } from 'node:zlib'
import { i32, struct, varint } from './thrift.ts'

export type ParquetType = 'number' | 'text' | 'time'
export type ParquetCell = string | number | undefined

/** Parquet's own numbers for them. */
export const physicalTypes = { number: 5, text: 6, time: 2 } as const
export const encodings = { plain: 0, rle: 3 } as const
export const gzipCodec = 2

export interface WrittenPage {
  readonly bytes: Uint8Array
  readonly uncompressedSize: number
}

/**
 * The values of a column of one row group as a single data page with its header: DOUBLE, UTF-8 BYTE_ARRAY or INT64 in
 * milliseconds, PLAIN, gzipped.
 *
 * @see https://parquet.apache.org/docs/file-format/data-pages/
 */
export function writePage(type: ParquetType, cells: readonly ParquetCell[]): WrittenPage {
  const present = cells.filter((cell) => cell !== undefined)
  const levels = writeLevels(cells)
  const content = Buffer.concat([levels, writeValues(type, present)])
  const compressed = gzipSync(content)
  const header = struct([
    [1, i32(0)],
    [2, i32(content.length)],
    [3, i32(compressed.length)],
    [
      5,
      struct([
        [1, i32(cells.length)],
        [2, i32(encodings.plain)],
        [3, i32(encodings.rle)],
        [4, i32(encodings.rle)],
      ]),
    ],
  ])
  const bytes = Buffer.concat([Uint8Array.from(header.bytes), compressed])
  return { bytes, uncompressedSize: header.bytes.length + content.length }
}

/** Which rows have a value, a bit each, as one bit-packed run behind its length. */
function writeLevels(cells: readonly ParquetCell[]): Buffer {
  const groups = Math.ceil(cells.length / 8)
  const bits = new Uint8Array(groups)
  for (const [index, cell] of cells.entries()) {
    if (cell !== undefined) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7))
  }
  const run = Buffer.concat([Uint8Array.from(varint(BigInt(groups * 2 + 1))), bits])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(run.length)
  return Buffer.concat([length, run])
}

function writeValues(type: ParquetType, cells: readonly (string | number)[]): Buffer {
  if (type === 'text') return Buffer.concat(cells.flatMap((cell) => writeText(String(cell))))
  const bytes = Buffer.alloc(cells.length * 8)
  for (const [index, cell] of cells.entries()) {
    if (type === 'time') bytes.writeBigInt64LE(BigInt(Math.trunc(Number(cell))), index * 8)
    else bytes.writeDoubleLE(Number(cell), index * 8)
  }
  return bytes
}

function writeText(text: string): Buffer[] {
  const length = Buffer.alloc(4)
  const bytes = Buffer.from(text)
  length.writeUInt32LE(bytes.length)
  return [length, bytes]
}
