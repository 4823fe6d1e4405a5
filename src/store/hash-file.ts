import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { RunwrightError } from '../protocol/errors.ts'

const bufferBytes = 256 << 10

/** SHA-256 of a file in hex. @throws CANCELLED */
export async function hashFile(path: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  await using file = await open(path)
  // One buffer for all of it: a stream would have a new one for each piece, which takes as long as the hash.
  const buffer = Buffer.allocUnsafeSlow(bufferBytes)
  for (;;) {
    if (signal?.aborted === true) throw new RunwrightError('CANCELLED', 'Cancelled.')
    const { bytesRead } = await file.read(buffer, 0, buffer.length)
    if (bytesRead === 0) return hash.digest('hex')
    hash.update(buffer.subarray(0, bytesRead))
  }
}
