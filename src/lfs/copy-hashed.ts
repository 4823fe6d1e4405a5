import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { toDiskError } from './disk-error.ts'

export interface CopyOptions {
  readonly signal: AbortSignal
  readonly onBytes?: (count: number) => void
  /** Of the new file. */
  readonly mode?: number
}

/**
 * Copies a file and hashes what it copies. The copy is on the disk when this resolves.
 *
 * @param to must not exist
 * @throws STORAGE_FULL, STORAGE_READ_ONLY, CANCELLED; the copy may be half-written then
 */
export async function copyHashed(
  from: string | Buffer,
  to: string | Buffer,
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
  try {
    const target = createWriteStream(to, { flags: 'wx', mode, flush: true })
    await pipeline(createReadStream(from, { highWaterMark: 1 << 20 }), read, target, { signal })
  } catch (cause) {
    if (signal.aborted) throw new RunwrightError('CANCELLED', 'Cancelled.')
    throw toDiskError(cause, to.toString())
  }
  return { oid: hash.digest('hex'), sizeBytes }
}
