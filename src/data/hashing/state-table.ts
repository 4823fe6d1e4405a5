import { closeSync, fstatSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { removeQuietly } from './store-object.ts'

/** md5, size, time, inode. */
export const recordBytes = 16 + 3 * 8

/** The last record of each object in a log of such. Of a large log it holds a few bytes a record, and reads the rest. */
export interface StateTable extends Disposable {
  /** Good until the next one is asked for. @param md5 16 bytes */
  find(md5: Buffer): Buffer | undefined
}

const noTable: StateTable = { find: () => undefined, [Symbol.dispose]: () => undefined }

/** Records that are read at a time, and those of a small log, which are kept. */
const chunkRecords = 4096
const keptRecords = 64 * chunkRecords

/** @param file rewritten where most of it holds no more; one that is missing has no records */
export function loadStateTable(file: string): StateTable {
  const log = openLog(file)
  if (log === undefined) return noTable
  // A number of a record plus one, zero for none, and a part of its md5. A quarter of it is empty at least.
  const slots = new Uint32Array(2 * 2 ** Math.ceil(Math.log2((4 / 3) * log.total + 2)))
  let distinct = 0
  log.forEach((number, record) => {
    const slot = findSlot(slots, log, record)
    if (slots[slot] === 0) distinct++
    slots[slot] = number + 1
    slots[slot + 1] = record.readUInt32LE(4)
  })
  if (log.total > 2 * distinct + chunkRecords) rewrite(file, log, slots)
  return {
    find(md5) {
      const found = slots[findSlot(slots, log, md5)] ?? 0
      return found === 0 ? undefined : log.at(found - 1)
    },
    [Symbol.dispose]: log[Symbol.dispose],
  }
}

/** An md5 is as good a hash as any. */
function findSlot(slots: Uint32Array, log: Log, md5: Buffer): number {
  const mask = slots.length / 2 - 1
  const tag = md5.readUInt32LE(4)
  for (let at = md5.readUInt32LE(0) & mask; ; at = (at + 1) & mask) {
    const found = slots[2 * at] ?? 0
    if (found === 0) return 2 * at
    if (slots[2 * at + 1] === tag && log.at(found - 1).compare(md5, 0, 16, 0, 16) === 0) return 2 * at
  }
}

interface Log extends Disposable {
  readonly total: number
  /** Good until the next one is asked for. */
  at(number: number): Buffer
  forEach(see: (number: number, record: Buffer) => void): void
}

function openLog(file: string): Log | undefined {
  let fd: number
  try {
    fd = openSync(file, 'r')
  } catch {
    return undefined
  }
  const total = Math.floor(fstatSync(fd).size / recordBytes)
  const kept = total > keptRecords ? undefined : Buffer.alloc(total * recordBytes)
  if (kept !== undefined) readSync(fd, kept, 0, kept.length, 0)
  const one = Buffer.alloc(recordBytes)
  return {
    total,
    at(number) {
      const at = number * recordBytes
      if (kept !== undefined) return kept.subarray(at, at + recordBytes)
      readSync(fd, one, 0, recordBytes, at)
      return one
    },
    forEach(see) {
      const chunk = kept ?? Buffer.alloc(chunkRecords * recordBytes)
      for (let first = 0; first < total; first += chunk.length / recordBytes) {
        if (kept === undefined) readSync(fd, chunk, 0, chunk.length, first * recordBytes)
        const end = Math.min(total - first, chunk.length / recordBytes)
        for (let index = 0; index < end; index++) {
          see(first + index, chunk.subarray(index * recordBytes, (index + 1) * recordBytes))
        }
      }
    },
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/** With the last record of each object alone. Where that cannot be written, the log stays as long as it is. */
function rewrite(file: string, log: Log, slots: Uint32Array): void {
  const temporary = `${file}.${process.pid}.new`
  try {
    writeLast(temporary, log, slots)
    renameSync(temporary, file)
  } catch {
    removeQuietly(temporary)
  }
}

function writeLast(temporary: string, log: Log, slots: Uint32Array): void {
  const fd = openSync(temporary, 'w')
  try {
    const chunk = Buffer.alloc(chunkRecords * recordBytes)
    let filled = 0
    const flush = () => {
      for (let done = 0; done < filled;) done += writeSync(fd, chunk, done, filled - done)
      filled = 0
    }
    log.forEach((number, record) => {
      if (slots[findSlot(slots, log, record)] !== number + 1) return
      filled += record.copy(chunk, filled)
      if (filled === chunk.length) flush()
    })
    flush()
  } finally {
    closeSync(fd)
  }
}
