import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { throwIfCancelled, type Work } from '../work.ts'

/** SHA-256 of a file in hex. @throws CANCELLED */
export async function hashFile(path: string, work: Pick<Work, 'signal'>): Promise<string> {
  const hash = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path, { signal: work.signal, highWaterMark: 1 << 20 }))
      hash.update(chunk)
  } catch (error) {
    throwIfCancelled(work)
    throw error
  }
  return hash.digest('hex')
}
