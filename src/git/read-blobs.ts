import { RunwrightError } from '../protocol/errors.ts'
import type { GitEnvironment } from './git.ts'
import { streamGit } from './stream-git.ts'

export interface Blob {
  /** As it was asked for. */
  readonly name: string
  /** Undefined where the repository has none of that name, or where it is larger than `maxBytes`. */
  readonly content: Buffer | undefined
  readonly problem: 'missing' | 'large' | undefined
}

export interface ReadBlobsOptions {
  readonly signal: AbortSignal
  /** Larger ones are read over and not kept. */
  readonly maxBytes: number
}

/**
 * The contents of many blobs by one git, in the order of their names.
 *
 * @param env of `loadGitEnvironment`
 * @param names object names, or `COMMIT:PATH` without line feeds
 * @throws INVALID_STATE when git fails, CANCELLED
 */
export async function* readBlobs(
  folder: string,
  env: GitEnvironment,
  names: readonly string[],
  { signal, maxBytes }: ReadBlobsOptions,
): AsyncGenerator<Blob> {
  if (names.length === 0) return
  const input = names.values().map((name) => `${name}\n`)
  const reader = createReader(streamGit(folder, env, ['cat-file', '--batch'], { signal, input }))
  try {
    for (const name of names) {
      // `NAME blob SIZE`, or `NAME missing` with whatever stood for a name.
      const line = await reader.line()
      const [, kind, size] = /^[0-9a-f]{40,64} (\w+) (\d+)$/.exec(line) ?? []
      if (kind === undefined) {
        yield { name, content: undefined, problem: 'missing' }
        continue
      }
      const sizeBytes = Number(size)
      const isKept = kind === 'blob' && sizeBytes <= maxBytes
      const content = await reader.take(sizeBytes, isKept)
      await reader.take(1, false)
      const problem = isKept ? undefined : kind === 'blob' ? 'large' : 'missing'
      yield { name, content: isKept ? content : undefined, problem }
    }
  } finally {
    await reader.close()
  }
}

interface Reader {
  /** Up to the next line feed, without it. */
  line(): Promise<string>
  /** The next bytes; without `isKept` they are read over. */
  take(count: number, isKept: boolean): Promise<Buffer>
  close(): Promise<void>
}

function createReader(chunks: AsyncGenerator<Uint8Array>): Reader {
  let rest = Buffer.alloc(0)
  async function more(): Promise<void> {
    const next = await chunks.next()
    if (next.done === true) throw new RunwrightError('INVALID_STATE', 'git ended before it had told all.')
    rest = rest.length === 0 ? Buffer.from(next.value) : Buffer.concat([rest, next.value])
  }
  return {
    async line() {
      while (!rest.includes(0x0a)) await more()
      const end = rest.indexOf(0x0a)
      const line = rest.toString('utf8', 0, end)
      rest = rest.subarray(end + 1)
      return line
    },
    async take(count, isKept) {
      const parts: Buffer[] = []
      for (let left = count; left > 0;) {
        if (rest.length === 0) await more()
        const part = rest.subarray(0, left)
        rest = rest.subarray(part.length)
        left -= part.length
        if (isKept) parts.push(part)
      }
      return Buffer.concat(parts)
    },
    close: async () => void (await chunks.return(undefined)),
  }
}
