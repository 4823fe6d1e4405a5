import type { FileHandle } from 'node:fs/promises'
import { pipeline, Readable } from 'node:stream'
import { crc32, createInflateRaw } from 'node:zlib'
import { readExactly } from './read-exactly.ts'
import { damaged, type ZipEntry } from './zip-directory.ts'

/** Bytes one after another. Disposing closes what they come from. */
export interface ByteSource extends AsyncDisposable {
  /**
   * The next bytes, in memory of their own.
   *
   * @throws BAD_REQUEST when there are fewer, or they are damaged
   */
  read(length: number): Promise<Buffer<ArrayBuffer>>
  /** @throws BAD_REQUEST when there are more bytes, or they are not those that were packed */
  end(): Promise<void>
}

const pieceBytes = 256 * 1024

/**
 * The bytes of an entry, unpacked piece by piece: no more are in memory than are asked for, whatever the archive claims.
 */
export async function openEntry(file: FileHandle, entry: ZipEntry, archive: string): Promise<ByteSource> {
  const name = `${archive}, ${entry.name}`
  const local = await readExactly(file, entry.offset, 30, name)
  if (local.readUInt32LE(0) !== 0x04034b50) throw damaged(name, 'it is not where the archive says')
  const start = entry.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28)
  const packed = Readable.from(pieces(file, start, entry.packedBytes, name), { objectMode: false })
  if (!entry.isDeflated) return toSource(packed, name, entry.crc32)
  const inflate = createInflateRaw()
  // What goes wrong comes out of the end of the chain.
  return toSource(
    pipeline(packed, inflate, () => {}),
    name,
    entry.crc32,
  )
}

/** The bytes of a file that is no archive. */
export function openWhole(file: FileHandle, sizeBytes: number, name: string): ByteSource {
  return toSource(Readable.from(pieces(file, 0, sizeBytes, name), { objectMode: false }), name, undefined)
}

async function* pieces(file: FileHandle, start: number, length: number, name: string): AsyncGenerator<Buffer> {
  for (let at = 0; at < length; at += pieceBytes) {
    yield await readExactly(file, start + at, Math.min(pieceBytes, length - at), name)
  }
}

function toSource(stream: Readable, name: string, expectedCrc: number | undefined): ByteSource {
  const chunks: AsyncIterator<Buffer> = stream[Symbol.asyncIterator]()
  let rest: Buffer = Buffer.alloc(0)
  let crc = 0
  const next = async (): Promise<Buffer | undefined> => {
    try {
      const { value, done } = await chunks.next()
      if (done === true) return undefined
      crc = crc32(value, crc)
      return value
    } catch (error) {
      throw error instanceof Error && 'errno' in error && 'code' in error
        ? damaged(name, 'it cannot be unpacked')
        : error
    }
  }
  return {
    async read(length) {
      const bytes = Buffer.from(new ArrayBuffer(length))
      for (let done = 0; done < length;) {
        if (rest.length === 0) rest = (await next()) ?? rest
        if (rest.length === 0) throw damaged(name, 'it has fewer elements than it says')
        const part = rest.subarray(0, length - done)
        bytes.set(part, done)
        done += part.length
        rest = rest.subarray(part.length)
      }
      return bytes
    },
    async end() {
      if (rest.length > 0 || (await next()) !== undefined) throw damaged(name, 'it has more elements than it says')
      if (expectedCrc !== undefined && crc !== expectedCrc) throw damaged(name, 'its checksum is another')
    },
    [Symbol.asyncDispose]: async () => void stream.destroy(),
  }
}
