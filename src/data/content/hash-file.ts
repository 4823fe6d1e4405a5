import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import type { Work } from '../work.ts'

/** SHA-256 of a file in hex. */
export async function hashFile(path: string, { signal }: Pick<Work, 'signal'>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { signal, highWaterMark: 1 << 20 })) hash.update(chunk)
  return hash.digest('hex')
}
