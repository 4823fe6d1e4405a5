import { type DuckDBConnection, DuckDBDataChunk, type DuckDBValue, DuckDBVector } from '@duckdb/node-api'
import type { Schema } from 'apache-arrow/schema'
import { chooseReader } from './choose-reader.ts'
import type { ColumnReader, ReadValue } from './column-reader.ts'
import { checkIntact, invalidInput, toInvalidInput } from './invalid-input.ts'
import { type IpcFile, openIpcFile } from './ipc-file.ts'
import { type ReadBatch, readRecordBatches } from './record-batches.ts'
import { createRoom, OutOfRoom, type Room } from './room.ts'
import { uniqueNames } from './unique-names.ts'

/** Of the rows that are handed over at once, and so of a single row. */
const maxChunkBytes = 64 << 20
/** Rows that were handed over wait for others, outside of the memory that DuckDB counts. */
const maxWaitingBytes = 128 << 20
/** A file may stand for so much: dictionaries, nulls and packed buffers take little room in it. */
const maxUnpackedBytes = 1 << 30
const maxGrowth = 100
/** Of a cell, without the text in it. */
const cellBytes = 16
const maxColumns = 10_000

/**
 * Reads a file of Arrow into a new temporary table, one record batch after the other.
 *
 * @param relation a name that no table has
 * @throws Invalid Input Error for a file that is none, is damaged, or goes beyond a bound; Not implemented Error
 */
export async function loadArrow(connection: DuckDBConnection, path: string, relation: string): Promise<void> {
  try {
    await using file = await openIpcFile(path)
    const columns = await createTable(connection, relation, file.schema)
    await fill(connection, relation, columns, file)
  } catch (error) {
    throw toInvalidInput(error)
  }
}

async function createTable(
  connection: DuckDBConnection,
  relation: string,
  { fields }: Schema,
): Promise<readonly ColumnReader[]> {
  if (fields.length === 0) throw invalidInput('it has no columns')
  if (fields.length > maxColumns) throw invalidInput(`it has more than ${maxColumns} columns`)
  const columns = fields.map(chooseReader)
  const names = uniqueNames(fields.map(({ name }) => name))
  const definitions = columns.map(({ type }, at) => `${quoteName(names[at] ?? '')} ${type.toString()}`)
  await connection.run(`CREATE TEMP TABLE ${quoteName(relation)} (${definitions.join(', ')})`)
  return columns
}

function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

async function fill(
  connection: DuckDBConnection,
  relation: string,
  columns: readonly ColumnReader[],
  file: IpcFile,
): Promise<void> {
  const appender = await connection.createAppender(relation, 'main', 'temp')
  const chunk = DuckDBDataChunk.create(columns.map(({ type }) => type))
  const room = createRoom(maxChunkBytes)
  const most = Math.max(maxUnpackedBytes, maxGrowth * file.sizeBytes)
  let [waiting, unpacked] = [0, 0]
  for await (const batch of readRecordBatches(file)) {
    const reads = openColumns(columns, batch, room)
    for (let start = 0; start < batch.rowCount; start += chunk.rowCount) {
      fillChunk(chunk, reads, start, Math.min(DuckDBVector.standardSize(), batch.rowCount - start), room)
      appender.appendDataChunk(chunk)
      const taken = room.used + chunk.rowCount * columns.length * cellBytes
      unpacked += taken
      if (unpacked > most) throw invalidInput(`it unpacks to more than ${maxGrowth} times its size`)
      waiting += taken
      if (waiting > maxWaitingBytes) {
        appender.flushSync()
        waiting = 0
      }
    }
  }
  appender.closeSync()
}

function openColumns(columns: readonly ColumnReader[], batch: ReadBatch, room: Room): readonly ReadValue[] {
  return columns.map((column, at) => {
    const data = batch.columns[at]
    checkIntact(data !== undefined, 'a column is missing')
    return column.open(data, room)
  })
}

/** Takes as many rows as there is room for, up to `rows`. */
function fillChunk(chunk: DuckDBDataChunk, reads: readonly ReadValue[], start: number, rows: number, room: Room): void {
  for (let count = rows; ; count = count >> 1) {
    if (count === 0) throw invalidInput(`a row takes more than ${maxChunkBytes >> 20} MiB`)
    try {
      chunk.reset()
      chunk.rowCount = count
      room.empty()
      for (const [at, read] of reads.entries()) {
        const values: DuckDBValue[] = []
        for (let row = start; row < start + count; row++) values.push(read(row))
        chunk.setColumnValues(at, values)
      }
      return
    } catch (error) {
      if (!(error instanceof OutOfRoom)) throw error
    }
  }
}
