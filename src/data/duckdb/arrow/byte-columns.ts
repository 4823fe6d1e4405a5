import { BLOB, DuckDBBlobValue, VARCHAR } from '@duckdb/node-api'
import type { Data } from 'apache-arrow/data'
import { DataType, type FixedSizeBinary } from 'apache-arrow/type'
import type { ColumnReader, ReadValue } from './column-reader.ts'
import { checkIntact } from './invalid-input.ts'
import { valuesOf } from './number-columns.ts'
import { openSpans } from './spans.ts'

/** UTF-8; what is none becomes U+FFFD. */
export const readText: ColumnReader = {
  type: VARCHAR,
  open: (data, room) =>
    openBytes(data, (bytes, start, end) => {
      room.take(end - start)
      return bytes.toString('utf8', start, end)
    }),
}

export const readBinary: ColumnReader = {
  type: BLOB,
  open: (data, room) =>
    openBytes(data, (bytes, start, end) => {
      room.take(end - start)
      return new DuckDBBlobValue(bytes.subarray(start, end))
    }),
}

export function readFixedSizeBinary({ byteWidth }: FixedSizeBinary): ColumnReader {
  return {
    type: BLOB,
    open(data, room) {
      const bytes = valuesOf<Uint8Array>(data)
      return (row) => {
        room.take(byteWidth)
        return new DuckDBBlobValue(bytes.subarray(row * byteWidth, (row + 1) * byteWidth))
      }
    },
  }
}

type ReadBytes = (bytes: Buffer, start: number, end: number) => ReturnType<ReadValue>

function openBytes(data: Data, read: ReadBytes): ReadValue {
  if (DataType.isUtf8View(data.type) || DataType.isBinaryView(data.type)) return openViews(data, read)
  const bytes = toBuffer(data.values)
  const spans = openSpans(data, bytes.length)
  return (row) => read(bytes, spans.start(row), spans.end(row))
}

const viewBytes = 16
const maxInlineBytes = 12

/** A view has its bytes in itself where they are few, else it tells which buffer has them. */
function openViews(data: Data, read: ReadBytes): ReadValue {
  const views = toBuffer(valuesOf<Uint8Array>(data))
  const buffers = data.variadicBuffers.map(toBuffer)
  return (row) => {
    const at = row * viewBytes
    const length = views.readInt32LE(at)
    checkIntact(length >= 0, 'a value has no length')
    if (length <= maxInlineBytes) return read(views, at + 4, at + 4 + length)
    const buffer = buffers[views.readInt32LE(at + 8)]
    const start = views.readInt32LE(at + 12)
    checkIntact(buffer !== undefined && start >= 0 && start + length <= buffer.length, 'a value lies nowhere')
    return read(buffer, start, start + length)
  }
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
