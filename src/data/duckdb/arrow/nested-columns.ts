import { DuckDBStructType, type DuckDBValue, LIST, listValue, MAP, mapValue, structValue } from '@duckdb/node-api'
import type { Data } from 'apache-arrow/data'
import type { FixedSizeList, LargeList, List, Map_, Struct } from 'apache-arrow/type'
import type { ColumnReader, ReaderOf, ReadValue } from './column-reader.ts'
import { checkIntact } from './invalid-input.ts'
import type { Room } from './room.ts'
import { openSpans } from './spans.ts'
import { uniqueNames } from './unique-names.ts'

/** What an element of a list takes, without what is in it. */
const elementBytes = 16

export function readList(type: List | LargeList, readerOf: ReaderOf): ColumnReader {
  const element = readerOf(onlyChild(type))
  return {
    type: LIST(element.type),
    open(data, room) {
      const child = childOf(data, 0)
      const spans = openSpans(data, child.length)
      const read = element.open(child, room)
      return (row) => listValue(readSpan(read, spans.start(row), spans.end(row), room))
    },
  }
}

export function readFixedSizeList(type: FixedSizeList, readerOf: ReaderOf): ColumnReader {
  const element = readerOf(onlyChild(type))
  const { listSize } = type
  checkIntact(listSize >= 0, 'it has lists of no length')
  return {
    type: LIST(element.type),
    open(data, room) {
      const child = childOf(data, data.length * listSize)
      const read = element.open(child, room)
      return (row) => listValue(readSpan(read, row * listSize, (row + 1) * listSize, room))
    },
  }
}

function readSpan(read: ReadValue, start: number, end: number, room: Room): DuckDBValue[] {
  room.take((end - start) * elementBytes)
  return Array.from({ length: end - start }, (_, index) => read(start + index))
}

export function readStruct(type: Struct, readerOf: ReaderOf): ColumnReader {
  const names = uniqueNames(type.children.map(({ name }) => name))
  checkIntact(names.length > 0, 'it has a struct of nothing')
  const readers = type.children.map(readerOf)
  return {
    type: new DuckDBStructType(
      names,
      readers.map((reader) => reader.type),
    ),
    open(data, room) {
      const reads = readers.map((reader, at) => reader.open(childOf(data, data.length, at), room))
      return (row) => {
        room.take(elementBytes * reads.length)
        return structValue(Object.fromEntries(reads.map((read, at) => [names[at], read(row)])))
      }
    },
  }
}

/** A list of pairs. */
export function readMap(type: Map_, readerOf: ReaderOf): ColumnReader {
  const [keyField, valueField] = onlyChild(type).type.children
  checkIntact(keyField !== undefined && valueField !== undefined, 'it has a map without keys and values')
  const [keys, values] = [readerOf(keyField), readerOf(valueField)]
  return {
    type: MAP(keys.type, values.type),
    open(data, room) {
      const pairs = childOf(data, 0)
      const spans = openSpans(data, pairs.length)
      const readKey = keys.open(childOf(pairs, pairs.length, 0), room)
      const readValue = values.open(childOf(pairs, pairs.length, 1), room)
      return (row) => {
        const [start, end] = [spans.start(row), spans.end(row)]
        const found = readSpan(readKey, start, end, room)
        return mapValue(found.map((key, at) => ({ key, value: readValue(start + at) })))
      }
    },
  }
}

function onlyChild<Child>({ children }: { readonly children: readonly Child[] }): Child {
  const [child] = children
  checkIntact(child !== undefined, 'it has lists of nothing')
  return child
}

function childOf({ children }: Data, leastLength: number, at = 0): Data {
  const child = children[at]
  checkIntact(child !== undefined && child.length >= leastLength, 'a column is shorter than its batch')
  return child
}
