import {
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import type { ObjectStat } from './store-object.ts'

/**
 * How the objects of the cache looked when their bytes were last seen to be right. Whoever finds one as it was then need
 * not hash it. It is a log: what comes later holds.
 */
export interface ObjectStates extends Disposable {
  /** Whether an object that looks so was seen to be what its name says. */
  isKnown(md5: string, stat: ObjectStat): boolean
  /** Written at the latest when disposed; on a full disk it is forgotten, and the object hashed again. */
  record(md5: string, stat: ObjectStat): void
  /**
   * What was known of an object holds no more: it was seen to be damaged. Written at once.
   *
   * @throws STORAGE_FULL, STORAGE_READ_ONLY
   */
  distrust(md5: string): void
}

/** md5, size, time, inode. */
const recordBytes = 16 + 3 * 8
const pendingRecords = 4096

/** @param file in a folder that is there */
export function openObjectStates(file: string): ObjectStates {
  let loaded: Table | undefined
  let pending = Buffer.alloc(0)
  let count = 0
  const write = () => {
    const records = pending.subarray(0, count * recordBytes)
    count = 0
    if (records.length > 0) append(file, records)
  }
  const flush = () => {
    try {
      write()
    } catch (error) {
      if (!(error instanceof RunwrightError) || error.code !== 'STORAGE_FULL') throw error
    }
  }
  const record = (md5: string, { size, mtimeMs, ino }: ObjectStat) => {
    if (pending.length === 0) pending = Buffer.alloc(pendingRecords * recordBytes)
    const at = count++ * recordBytes
    pending.write(md5, at, 'hex')
    pending.writeDoubleLE(size, at + 16)
    pending.writeDoubleLE(mtimeMs, at + 24)
    pending.writeDoubleLE(ino, at + 32)
    if (count === pendingRecords) flush()
  }
  return {
    isKnown(md5, { size, mtimeMs, ino }) {
      flush()
      loaded ??= loadTable(file)
      const at = findRecord(loaded, Buffer.from(md5, 'hex'))
      if (at === undefined) return false
      const { bytes } = loaded
      return (
        bytes.readDoubleLE(at + 16) === size &&
        bytes.readDoubleLE(at + 24) === mtimeMs &&
        bytes.readDoubleLE(at + 32) === ino
      )
    },
    record,
    distrust(md5) {
      flush()
      record(md5, { size: -1, mtimeMs: -1, ino: -1 })
      write()
    },
    [Symbol.dispose]: flush,
  }
}

/** A write that was cut off must not shift what comes after it. */
function append(file: string, records: Uint8Array): void {
  let fd: number | undefined
  try {
    fd = openSync(file, 'a')
    const { size } = fstatSync(fd)
    if (size % recordBytes !== 0) ftruncateSync(fd, size - (size % recordBytes))
    // Of a disk that is nearly full it may take a part, and refuses the rest.
    for (let at = 0; at < records.length;) at += writeSync(fd, records, at)
  } catch (error) {
    throw toStorageError(error, file)
  } finally {
    if (fd !== undefined) closeSync(fd)
  }
}

interface Table {
  readonly bytes: Buffer
  /** Offsets of records plus one, by their md5; zero for none. Half of it is empty. */
  readonly slots: Uint32Array
}

function loadTable(file: string): Table {
  const bytes = readIfThere(file)
  const total = Math.floor(bytes.length / recordBytes)
  const table = { bytes, slots: new Uint32Array(2 ** Math.ceil(Math.log2(2 * total + 2))) }
  let distinct = 0
  for (let at = 0; at < total * recordBytes; at += recordBytes) {
    const slot = findSlot(table, bytes, at)
    if (table.slots[slot] === 0) distinct++
    table.slots[slot] = at + 1
  }
  if (total > 2 * distinct + pendingRecords) rewrite(file, table)
  return table
}

/** An md5 is as good a hash as any. */
function findSlot({ bytes, slots }: Table, md5: Buffer, at: number): number {
  const mask = slots.length - 1
  for (let slot = md5.readUInt32LE(at) & mask; ; slot = (slot + 1) & mask) {
    const found = slots[slot] ?? 0
    if (found === 0 || bytes.compare(md5, at, at + 16, found - 1, found + 15) === 0) return slot
  }
}

function findRecord(table: Table, md5: Buffer): number | undefined {
  const found = table.slots[findSlot(table, md5, 0)] ?? 0
  return found === 0 ? undefined : found - 1
}

function rewrite(file: string, { bytes, slots }: Table): void {
  const kept = [...slots].filter((slot) => slot > 0).map((slot) => bytes.subarray(slot - 1, slot - 1 + recordBytes))
  const temporary = `${file}.${process.pid}.new`
  writeFileSync(temporary, Buffer.concat(kept))
  renameSync(temporary, file)
}

function readIfThere(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch {
    return Buffer.alloc(0)
  }
}
