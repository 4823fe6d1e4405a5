import { closeSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import { loadStateTable, recordBytes, type StateTable } from './state-table.ts'
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

const pendingRecords = 4096

/** @param file in a folder that is there */
export function openObjectStates(file: string): ObjectStates {
  let loaded: StateTable | undefined
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
      loaded ??= loadStateTable(file)
      const found = loaded.find(Buffer.from(md5, 'hex'))
      return (
        found !== undefined &&
        found.readDoubleLE(16) === size &&
        found.readDoubleLE(24) === mtimeMs &&
        found.readDoubleLE(32) === ino
      )
    },
    record,
    distrust(md5) {
      flush()
      record(md5, { size: -1, mtimeMs: -1, ino: -1 })
      write()
    },
    [Symbol.dispose]() {
      loaded?.[Symbol.dispose]()
      flush()
    },
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
