import type { FileHandle } from 'node:fs/promises'
import { RunwrightError } from '../../protocol/errors.ts'
import { readExactly } from './read-exactly.ts'

/** A file in an archive. */
export interface ZipEntry {
  readonly name: string
  /** Where its local header begins. */
  readonly offset: number
  readonly packedBytes: number
  readonly sizeBytes: number
  readonly crc32: number
  readonly isDeflated: boolean
}

const endBytes = 22
const maxCommentBytes = 65_535
const maxDirectoryBytes = 16 * 2 ** 20

/**
 * What is in an archive, by its central directory. Encrypted archives, those in several parts and other methods than
 * deflate are refused.
 *
 * @param name names the archive in errors
 * @throws BAD_REQUEST when it is no such archive, or is damaged
 * @see APPNOTE.TXT, PKWARE, 6.3.10
 */
export async function readZipDirectory(file: FileHandle, name: string): Promise<readonly ZipEntry[]> {
  const { size } = await file.stat()
  const { offset, length, count } = await findDirectory(file, size, name)
  if (length > maxDirectoryBytes || offset + length > size) throw damaged(name, 'its directory is not where it says')
  const directory = await readExactly(file, offset, length, name)
  const entries: ZipEntry[] = []
  for (let at = 0; entries.length < count;) {
    if (at + 46 > length || directory.readUInt32LE(at) !== 0x02014b50) throw damaged(name, 'its directory is cut off')
    const end = at + 46 + directory.readUInt16LE(at + 28) + directory.readUInt16LE(at + 30)
    if (end > length) throw damaged(name, 'its directory is cut off')
    entries.push(parseEntry(directory.subarray(at, end), size, name))
    at = end + directory.readUInt16LE(at + 32)
  }
  return entries
}

interface Directory {
  readonly offset: number
  readonly length: number
  readonly count: number
}

async function findDirectory(file: FileHandle, size: number, name: string): Promise<Directory> {
  const tailBytes = Math.min(size, endBytes + maxCommentBytes)
  const tail = await readExactly(file, size - tailBytes, tailBytes, name)
  let end = tail.length - endBytes
  while (end >= 0 && tail.readUInt32LE(end) !== 0x06054b50) end--
  if (end < 0) throw new RunwrightError('BAD_REQUEST', `${name} is no archive of arrays (.npz), or it is cut off.`)
  const [count, length, offset] = [
    tail.readUInt16LE(end + 10),
    tail.readUInt32LE(end + 12),
    tail.readUInt32LE(end + 16),
  ]
  if (count !== 0xffff && length !== 0xffff_ffff && offset !== 0xffff_ffff) return { count, length, offset }
  // What does not fit in the numbers of old is in a record of its own before them.
  const locator = end - 20
  if (locator < 0 || tail.readUInt32LE(locator) !== 0x07064b50) throw damaged(name, 'its end is incomplete')
  const record = await readExactly(file, toNumber(tail, locator + 8, name), 56, name)
  if (record.readUInt32LE(0) !== 0x06064b50) throw damaged(name, 'its end is incomplete')
  return {
    count: toNumber(record, 32, name),
    length: toNumber(record, 40, name),
    offset: toNumber(record, 48, name),
  }
}

function parseEntry(record: Buffer, size: number, archive: string): ZipEntry {
  const nameBytes = record.readUInt16LE(28)
  const name = record.toString('utf8', 46, 46 + nameBytes)
  const what = `${archive}, ${name}`
  if ((record.readUInt16LE(8) & 1) !== 0) throw damaged(what, 'it is encrypted')
  const method = record.readUInt16LE(10)
  if (method !== 0 && method !== 8) throw damaged(what, `it is packed by method ${method}, and only deflate is read`)
  const large = findLargeSizes(record.subarray(46 + nameBytes), what)
  const sizes = [24, 20, 42].map((at) => {
    const value = record.readUInt32LE(at)
    return value === 0xffff_ffff ? large() : value
  })
  const [sizeBytes = 0, packedBytes = 0, offset = 0] = sizes
  if (offset + packedBytes > size) throw damaged(what, 'it ends behind the end of the archive')
  return { name, offset, packedBytes, sizeBytes, crc32: record.readUInt32LE(16), isDeflated: method === 8 }
}

/** The next number of the extra field that holds those that have no room elsewhere. */
function findLargeSizes(extra: Buffer, what: string): () => number {
  let at = 0
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) at += 4 + extra.readUInt16LE(at + 2)
  const end = at + 4 <= extra.length ? Math.min(extra.length, at + 4 + extra.readUInt16LE(at + 2)) : 0
  at += 4
  return () => {
    if (at + 8 > end) throw damaged(what, 'its size is missing')
    at += 8
    return toNumber(extra, at - 8, what)
  }
}

function toNumber(buffer: Buffer, at: number, what: string): number {
  const value = Number(buffer.readBigUInt64LE(at))
  if (!Number.isSafeInteger(value)) throw damaged(what, 'a size in it is impossible')
  return value
}

export function damaged(what: string, why: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `${what}: ${why}.`, { hint: 'Is the file complete?' })
}
