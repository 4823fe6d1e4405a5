import { RunwrightError } from '../../protocol/errors.ts'
import type { ObjectKey } from '../object-key.ts'
import type { DataRemote } from '../remote.ts'
import { tryAgain } from '../../object-store/try-again.ts'

/**
 * All bytes of an object that is to be small, as a list or a recipe is.
 *
 * @throws STORAGE_DAMAGED for one of more than `maxBytes`, of which no more is read; what `DataRemote.read` throws
 */
export async function readWhole(
  remote: DataRemote,
  key: ObjectKey,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Buffer> {
  return tryAgain(async () => {
    const chunks: Buffer[] = []
    let size = 0
    for await (const chunk of (await remote.read(key, 0, signal)) as AsyncIterable<Buffer>) {
      size += chunk.length
      if (size > maxBytes) {
        const message = `In ${remote.label} the object ${key} is longer than what it stands for: ${maxBytes >> 20} MiB at most.`
        throw new RunwrightError('STORAGE_DAMAGED', message)
      }
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }, signal)
}
