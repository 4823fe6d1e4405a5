import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** What Git LFS commits in place of a file. */
export interface LfsPointer {
  /** SHA-256 of the file, 64 lower-case hex digits. */
  readonly oid: string
  readonly sizeBytes: number
}

/** Pointers are shorter than this, by their specification. */
export const maxPointerBytes = 1024
const version = 'version https://git-lfs.github.com/spec/v1\n'

/** The text of a pointer, without extensions. */
export function formatLfsPointer({ oid, sizeBytes }: LfsPointer): string {
  return `${version}oid sha256:${oid}\nsize ${sizeBytes}\n`
}

/**
 * Reads a pointer. Keys stand in alphabetical order behind the version; those of extensions are passed over. Undefined for any
 * other file.
 *
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function parseLfsPointer(bytes: Uint8Array): LfsPointer | undefined {
  if (bytes.length >= maxPointerBytes) return undefined
  const text = Buffer.from(bytes).toString('latin1')
  if (!text.startsWith(version)) return undefined
  const oid = /^oid sha256:([0-9a-f]{64})\r?$/m.exec(text)?.[1]
  const size = /^size (\d{1,16})\r?$/m.exec(text)?.[1]
  const sizeBytes = Number(size)
  return oid === undefined || size === undefined || !Number.isSafeInteger(sizeBytes) ? undefined : { oid, sizeBytes }
}

/**
 * What Git LFS commits in place of a file.
 *
 * @param path as bytes, or as text
 * @returns undefined when the file is a pointer itself, as in a clone without Git LFS
 */
export async function createLfsPointer(path: Buffer | string, signal?: AbortSignal): Promise<LfsPointer | undefined> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let start = Buffer.alloc(0)
  const read = async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      if (sizeBytes < version.length) start = Buffer.concat([start, chunk.subarray(0, version.length)])
      sizeBytes += chunk.length
      hash.update(chunk)
    }
  }
  const stream = createReadStream(path, { highWaterMark: 1 << 18 })
  await (signal === undefined ? pipeline(stream, read) : pipeline(stream, read, { signal }))
  const isPointer = sizeBytes < maxPointerBytes && start.toString('latin1').startsWith(version)
  return isPointer ? undefined : { oid: hash.digest('hex'), sizeBytes }
}
