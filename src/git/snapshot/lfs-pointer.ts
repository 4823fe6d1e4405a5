import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { pipeline } from 'node:stream/promises'

/** Pointers are shorter than this, by their specification. */
const maxPointerBytes = 1024
const version = 'version https://git-lfs.github.com/spec/v1\n'

/**
 * What Git LFS commits in place of a file.
 *
 * @param path as bytes, or as text
 * @returns undefined when the file is a pointer itself, as in a clone without Git LFS
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export async function createLfsPointer(path: Buffer | string): Promise<string | undefined> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let start = Buffer.alloc(0)
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      if (sizeBytes < version.length) start = Buffer.concat([start, chunk.subarray(0, version.length)])
      sizeBytes += chunk.length
      hash.update(chunk)
    }
  })
  const isPointer = sizeBytes < maxPointerBytes && start.toString('latin1').startsWith(version)
  return isPointer ? undefined : `${version}oid sha256:${hash.digest('hex')}\nsize ${sizeBytes}\n`
}
