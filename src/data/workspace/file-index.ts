import { closeSync, fstatSync, openSync, readSync, renameSync, unlinkSync, writeSync } from 'node:fs'
import { crc32 } from 'node:zlib'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import type { DataHash, Sha256 } from '../hash.ts'
import type { CacheStamp } from './cache-stamp.ts'

/**
 * What was known of the files of one folder when they were last looked at, in the order of their paths: a file of
 * blocks, each with its length and checksum, so that folders of any size pass through little memory.
 */
export interface IndexRecord {
  /** From the folder. */
  readonly path: string
  readonly sizeBytes: number
  /** Milliseconds since 1970, to a quarter of a microsecond. */
  readonly mtimeMs: number
  readonly ino: number
  /** 96 hex digits: md5, then SHA-256. */
  readonly hashes: string
}

/** What all records together stand for; the last block. */
export interface IndexSummary {
  /** Undefined where the files are of no version that was stored. */
  readonly version: { readonly hash: DataHash; readonly sha256: Sha256 | undefined } | undefined
  /** Of the folders of the cache when every object was seen in them. */
  readonly cacheStamp: CacheStamp | undefined
  /** Of links, empty folders and files that may be executed; see `as-indexed.ts`. */
  readonly shape: string | undefined
}

const magic = Buffer.from('runwright index 1\n')
const blockHeaderBytes = 8
const blockBytes = 1 << 18
const fixedBytes = 2 + 24 + 96
/** A summary stands in a block that begins with a path longer than any. */
const summaryMark = 0xffff

export interface IndexReader extends Disposable {
  /** The next record that can be believed; undefined at the end, and from where the file is damaged. */
  next(): IndexRecord | undefined
  /** Once `next` has come to the end. */
  summary(): IndexSummary | undefined
  /** Milliseconds since 1970: what changed then or later may have changed once more without a trace. */
  readonly writtenMs: number
}

const noIndex: IndexReader = {
  next: () => undefined,
  summary: () => undefined,
  writtenMs: 0,
  [Symbol.dispose]: () => undefined,
}

/** Opens an index; one that is missing or of another version has no records. */
export function openIndexReader(file: string): IndexReader {
  const fd = openIfThere(file)
  if (fd === undefined) return noIndex
  const start = Buffer.alloc(magic.length)
  readSync(fd, start, 0, start.length, null)
  const writtenMs = fstatSync(fd).mtimeMs
  let block: Buffer | undefined = start.equals(magic) ? readBlock(fd) : undefined
  let at = 0
  let summary: IndexSummary | undefined
  return {
    writtenMs,
    next() {
      while (block !== undefined) {
        if (at >= block.length) {
          block = readBlock(fd)
          at = 0
          continue
        }
        const pathBytes = block.readUInt16LE(at)
        if (pathBytes === summaryMark) {
          summary = parseSummary(block)
          block = undefined
          return undefined
        }
        const hashes = at + 26
        const path = hashes + 96
        const record = {
          sizeBytes: block.readDoubleLE(at + 2),
          mtimeMs: block.readDoubleLE(at + 10),
          ino: block.readDoubleLE(at + 18),
          hashes: block.toString('latin1', hashes, path),
          path: block.toString('utf8', path, path + pathBytes),
        }
        at = path + pathBytes
        return record
      }
      return undefined
    },
    summary: () => summary,
    [Symbol.dispose]: () => closeSync(fd),
  }
}

/** What all records of an index together stand for; undefined where it is missing, damaged or of another version. */
export function readIndexSummary(file: string): IndexSummary | undefined {
  const fd = openIfThere(file)
  if (fd === undefined) return undefined
  try {
    const start = Buffer.alloc(magic.length)
    readSync(fd, start, 0, start.length, null)
    return start.equals(magic) ? parseSummary(readLastBlock(fd)) : undefined
  } finally {
    closeSync(fd)
  }
}

/** Goes from header to header. */
function readLastBlock(fd: number): Buffer | undefined {
  const { size } = fstatSync(fd)
  const header = Buffer.alloc(blockHeaderBytes)
  for (let at = magic.length; readSync(fd, header, 0, header.length, at) === header.length;) {
    const end = at + blockHeaderBytes + header.readUInt32LE(0)
    if (end >= size) return readBlock(fd, at)
    at = end
  }
  return undefined
}

function parseSummary(block: Buffer | undefined): IndexSummary | undefined {
  if (block === undefined || block.readUInt16LE(0) !== summaryMark) return undefined
  // SAFETY: the block has its checksum, and only an index's `finish` writes such a block.
  return JSON.parse(block.toString('utf8', 2)) as IndexSummary
}

function openIfThere(file: string): number | undefined {
  try {
    return openSync(file, 'r')
  } catch {
    return undefined
  }
}

/**
 * Undefined at the end, and for what is damaged.
 *
 * @param at where it begins. Default: where the file stands
 */
function readBlock(fd: number, at: number | null = null): Buffer | undefined {
  const header = Buffer.alloc(blockHeaderBytes)
  if (readSync(fd, header, 0, header.length, at) < header.length) return undefined
  const length = header.readUInt32LE(0)
  if (length > 4 * blockBytes) return undefined
  const block = Buffer.allocUnsafeSlow(length)
  if (readSync(fd, block, 0, length, at === null ? null : at + blockHeaderBytes) < length) return undefined
  return crc32(block) === header.readUInt32LE(4) ? block : undefined
}

/** Whether a file of this name is an index that is being written, by whoever has the lock of the repository. */
export function isUnfinishedIndex(name: string): boolean {
  return name.endsWith(unfinishedEnding)
}
const unfinishedEnding = '.new'

export interface IndexWriter extends Disposable {
  add(record: IndexRecord): void
  /** Puts it in the place of the one that is there. Without it, disposing leaves that one as it is. */
  finish(summary: IndexSummary): void
}

/**
 * @param file in a folder that is there
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export function openIndexWriter(file: string): IndexWriter {
  const temporary = `${file}.${process.pid}${unfinishedEnding}`
  const block = Buffer.allocUnsafeSlow(blockBytes + fixedBytes + 4 * summaryMark)
  let filled = 0
  let fd: number | undefined
  const attempt = <Result>(write: () => Result): Result => {
    try {
      return write()
    } catch (error) {
      throw toStorageError(error, file)
    }
  }
  fd = attempt(() => openSync(temporary, 'w'))
  const put = (bytes: Uint8Array) => fd !== undefined && attempt(() => writeSync(fd ?? -1, bytes))
  const drop = () => {
    if (fd === undefined) return
    closeSync(fd)
    fd = undefined
    unlinkSync(temporary)
  }
  try {
    put(magic)
  } catch (error) {
    drop()
    throw error
  }
  const flush = () => {
    if (filled === 0) return
    const bytes = block.subarray(0, filled)
    const header = Buffer.alloc(blockHeaderBytes)
    header.writeUInt32LE(bytes.length, 0)
    header.writeUInt32LE(crc32(bytes), 4)
    put(header)
    put(bytes)
    filled = 0
  }
  return {
    add({ path, sizeBytes, mtimeMs, ino, hashes }) {
      const start = filled
      filled = block.writeDoubleLE(sizeBytes, start + 2)
      filled = block.writeDoubleLE(mtimeMs, filled)
      filled = block.writeDoubleLE(ino, filled)
      filled += block.write(hashes, filled, 'latin1')
      const pathBytes = block.write(path, filled)
      block.writeUInt16LE(pathBytes, start)
      filled += pathBytes
      if (filled >= blockBytes) flush()
    },
    finish(summary) {
      flush()
      filled = block.writeUInt16LE(summaryMark, 0)
      filled += block.write(JSON.stringify(summary), filled)
      flush()
      if (fd !== undefined) closeSync(fd)
      fd = undefined
      attempt(() => renameSync(temporary, file))
    },
    [Symbol.dispose]: drop,
  }
}

/**
 * As `openIndexWriter`, for what need not be remembered: on a full disk it is not, and the index that is there stays.
 *
 * @throws STORAGE_READ_ONLY
 */
export function openOptionalIndexWriter(file: string): IndexWriter {
  let writer: IndexWriter | undefined
  const attempt = (work: () => void) => {
    try {
      work()
    } catch (error) {
      writer?.[Symbol.dispose]()
      writer = undefined
      if (!(error instanceof RunwrightError) || error.code !== 'STORAGE_FULL') throw error
    }
  }
  attempt(() => void (writer = openIndexWriter(file)))
  return {
    add: (record) => attempt(() => writer?.add(record)),
    finish: (summary) => attempt(() => writer?.finish(summary)),
    [Symbol.dispose]: () => writer?.[Symbol.dispose](),
  }
}
