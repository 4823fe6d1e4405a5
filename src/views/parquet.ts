import type { ExportColumn, ExportTable } from './load-table.ts'
import { encodings, gzipCodec, type ParquetCell, physicalTypes, writePage } from './parquet/page.ts'
import { i32, i64, list, struct, text, type ThriftValue } from './parquet/thrift.ts'

/** So many rows are held before they are written. */
const rowsOfGroup = 10_000

const magic = 'PAR1'
/** Parquet's numbers for how often a value stands in a row, and for what its bytes mean. */
const optional = 1
const meanings = { text: 0, time: 9, number: undefined } as const

/**
 * The table as a Parquet file, row group by row group: numbers as DOUBLE, times as INT64 (TIMESTAMP_MILLIS), the rest as
 * UTF-8; a missing value is null.
 *
 * @see https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */
export async function* toParquet(table: ExportTable, createdBy: string): AsyncGenerator<Uint8Array> {
  const { columns } = table
  const groups: ThriftValue[] = []
  let place = magic.length
  let rowCount = 0
  let cells: ParquetCell[][] = columns.map(() => [])
  yield Buffer.from(magic)

  function* flush(): Generator<Uint8Array> {
    const count = cells[0]?.length ?? 0
    if (count === 0) return
    const chunks: ThriftValue[] = []
    let size = 0
    for (const [index, column] of columns.entries()) {
      const { bytes, uncompressedSize } = writePage(column.type, cells[index] ?? [])
      chunks.push(describeChunk(column, place, count, { compressed: bytes.length, uncompressed: uncompressedSize }))
      place += bytes.length
      size += uncompressedSize
      yield bytes
    }
    groups.push(
      struct([
        [1, list(chunks)],
        [2, i64(size)],
        [3, i64(count)],
      ]),
    )
    rowCount += count
    cells = columns.map(() => [])
  }

  for await (const page of table.pages()) {
    for (const [index, column] of cells.entries()) {
      for (let row = 0; row < page.rowCount; row += 1) column.push(page.cell(row, index))
    }
    if ((cells[0]?.length ?? 0) >= rowsOfGroup) yield* flush()
  }
  yield* flush()
  const footer = Uint8Array.from(describeFile(columns, groups, rowCount, createdBy).bytes)
  const end = Buffer.alloc(8)
  end.writeUInt32LE(footer.length)
  end.write(magic, 4)
  yield Buffer.concat([footer, end])
}

function describeChunk(
  { name, type }: ExportColumn,
  offset: number,
  count: number,
  size: { compressed: number; uncompressed: number },
): ThriftValue {
  const metadata = struct([
    [1, i32(physicalTypes[type])],
    [2, list([i32(encodings.plain), i32(encodings.rle)])],
    [3, list([text(name)])],
    [4, i32(gzipCodec)],
    [5, i64(count)],
    [6, i64(size.uncompressed)],
    [7, i64(size.compressed)],
    [9, i64(offset)],
  ])
  return struct([
    [2, i64(offset)],
    [3, metadata],
  ])
}

function describeFile(
  columns: readonly ExportColumn[],
  groups: readonly ThriftValue[],
  rowCount: number,
  createdBy: string,
): ThriftValue {
  const root = struct([
    [4, text('runs')],
    [5, i32(columns.length)],
  ])
  const leaves = columns.map(({ name, type }) => {
    const meaning = meanings[type]
    return struct([
      [1, i32(physicalTypes[type])],
      [3, i32(optional)],
      [4, text(name)],
      ...(meaning === undefined ? [] : [[6, i32(meaning)] as const]),
    ])
  })
  return struct([
    [1, i32(1)],
    [2, list([root, ...leaves])],
    [3, i64(rowCount)],
    [4, list(groups.length > 0 ? groups : [])],
    [6, text(createdBy)],
  ])
}
