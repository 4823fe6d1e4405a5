import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { readFile, stat, writeFile } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { toDiskError } from './disk-error.ts'
import { syncedBytes } from './objects.ts'

export interface CopyOptions {
  readonly signal: AbortSignal
  readonly onBytes?: (count: number) => void
  /** Of the new file. */
  readonly mode?: number
}

/** What fits here is read at once: thousands of streams cost more than what they carry. */
const wholeBytes = syncedBytes

/**
 * Copies a file and hashes what it copies. A large copy is on the disk when this resolves.
 *
 * @param to must not exist
 * @throws STORAGE_FULL, STORAGE_READ_ONLY, CANCELLED; the copy may be half-written then
 */
export async function copyHashed(from: string | Buffer, to: string, options: CopyOptions): Promise<LfsPointer> {
  const { signal } = options
  try {
    const { size } = await stat(from)
    return await (size <= wholeBytes ? copyWhole(from, to, options) : copyStream(from, to, options))
  } catch (cause) {
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    throw toDiskError(cause, to)
  }
}

async function copyWhole(
  from: string | Buffer,
  to: string,
  { signal, onBytes, mode = 0o666 }: CopyOptions,
): Promise<LfsPointer> {
  const bytes = await readFile(from, { signal })
  await writeFile(to, bytes, { flag: 'wx', mode, signal })
  onBytes?.(bytes.length)
  return { oid: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length }
}

async function copyStream(
  from: string | Buffer,
  to: string,
  { signal, onBytes, mode = 0o666 }: CopyOptions,
): Promise<LfsPointer> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  async function* read(chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk)
      sizeBytes += chunk.length
      onBytes?.(chunk.length)
      yield chunk
    }
  }
  const target = createWriteStream(to, { flags: 'wx', mode, flush: true })
  await pipeline(createReadStream(from, { highWaterMark: 1 << 18 }), read, target, { signal })
  return { oid: hash.digest('hex'), sizeBytes }
}
