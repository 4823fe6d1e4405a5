import { INTEGER } from '@duckdb/node-api'
import type { Data } from 'apache-arrow/data'
import type { Field } from 'apache-arrow/schema'
import { DataType } from 'apache-arrow/type'
import { readBinary, readFixedSizeBinary, readText } from './byte-columns.ts'
import type { ColumnReader, ReadValue } from './column-reader.ts'
import { readDictionary } from './dictionary-column.ts'
import { checkIntact } from './invalid-input.ts'
import { readFixedSizeList, readList, readMap, readStruct } from './nested-columns.ts'
import { readBool, readDecimal, readFloat, readInteger } from './number-columns.ts'
import { readDate, readDuration, readInterval, readTime, readTimestamp } from './time-columns.ts'

/** @throws Not implemented Error, with the column's name, for types that are not read */
export function chooseReader({ name, type }: Field): ColumnReader {
  const reader = readerOf(type)
  if (reader === undefined) {
    throw new Error(`Not implemented Error: the column "${name}" is a ${type.toString()}, which is not read`)
  }
  return { type: reader.type, open: (data, room) => whereValid(data, reader.open(data, room)) }
}

function readerOf(type: DataType): ColumnReader | undefined {
  if (DataType.isNull(type)) return { type: INTEGER, open: () => () => null }
  if (DataType.isBool(type)) return readBool
  if (DataType.isInt(type)) return readInteger(type)
  if (DataType.isFloat(type)) return readFloat(type)
  if (DataType.isDecimal(type)) return readDecimal(type)
  if (DataType.isUtf8(type) || DataType.isLargeUtf8(type) || DataType.isUtf8View(type)) return readText
  if (DataType.isBinary(type) || DataType.isLargeBinary(type) || DataType.isBinaryView(type)) return readBinary
  if (DataType.isFixedSizeBinary(type)) return readFixedSizeBinary(type)
  if (DataType.isDate(type)) return readDate(type)
  if (DataType.isTime(type)) return readTime(type)
  if (DataType.isTimestamp(type)) return readTimestamp(type)
  if (DataType.isDuration(type)) return readDuration
  if (DataType.isInterval(type)) return readInterval(type)
  if (DataType.isDictionary(type)) return readDictionary(type, chooseReader)
  if (DataType.isList(type) || DataType.isLargeList(type)) return readList(type, chooseReader)
  if (DataType.isFixedSizeList(type)) return readFixedSizeList(type, chooseReader)
  if (DataType.isStruct(type)) return readStruct(type, chooseReader)
  if (DataType.isMap(type)) return readMap(type, chooseReader)
  return undefined
}

/** Without a bitmap, every row has a value. */
function whereValid({ nullBitmap, length }: Data, read: ReadValue): ReadValue {
  const bitmap: Uint8Array | undefined = nullBitmap
  if (bitmap === undefined || bitmap.length === 0) return read
  checkIntact(bitmap.length * 8 >= length, 'a column is shorter than its batch')
  return (row) => (((bitmap[row >> 3] ?? 0) >> (row & 7)) & 1 ? read(row) : null)
}
