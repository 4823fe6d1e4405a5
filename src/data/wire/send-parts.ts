import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { mapConcurrently } from '../../base/map-concurrently.ts'
import type { RemoteSource } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'
import type { FileBody } from '../../object-store/web.ts'

/** Above it an object is sent in parts, and goes on where it was broken off, after the end of this process as well. */
export const multipartBytes = 64 << 20
const partBytes = 16 << 20
/** Stores take ten thousand of them or more. */
const maxParts = 10_000
const partsAtATime = 4
const readBytes = 1 << 18

export interface FilePart {
  /** From 1. */
  readonly number: number
  readonly md5: Buffer
  readonly body: FileBody
}

/**
 * Sends a file part by part, those alone that are not there.
 *
 * @param find what the store knows a part by that it has; undefined for one that it has not
 * @returns what the store knows the parts by, in their order
 */
export async function sendParts<Known>(
  source: RemoteSource,
  find: (part: FilePart) => Known | undefined,
  send: (part: FilePart) => Promise<Known>,
  signal: AbortSignal,
): Promise<readonly Known[]> {
  const size = Math.max(partBytes, Math.ceil(source.sizeBytes / maxParts))
  const numbers = Array.from({ length: Math.ceil(source.sizeBytes / size) }, (_, index) => index + 1)
  return mapConcurrently(numbers, partsAtATime, async (number) => {
    const start = (number - 1) * size
    const length = Math.min(size, source.sizeBytes - start)
    const md5 = await hashPart(source.path, start, length)
    const there = find({ number, md5, body: { ...source, start, length } })
    if (there !== undefined) {
      source.onBytes?.(length)
      return there
    }
    return tryAgain(async () => {
      let sent = 0
      const onBytes = (count: number) => {
        sent += count
        source.onBytes?.(count)
      }
      try {
        return await send({ number, md5, body: { ...source, start, length, onBytes } })
      } catch (error) {
        source.onBytes?.(-sent)
        throw error
      }
    }, signal)
  })
}

/** Into one buffer, again and again: gigabytes of garbage are collected too late. */
async function hashPart(path: string, start: number, length: number): Promise<Buffer> {
  await using file = await open(path)
  const hash = createHash('md5')
  const buffer = Buffer.allocUnsafeSlow(readBytes)
  for (let at = start; at < start + length;) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(readBytes, start + length - at), at)
    if (bytesRead === 0) break
    hash.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
  return hash.digest()
}
