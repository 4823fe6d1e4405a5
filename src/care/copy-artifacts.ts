import { forEachConcurrently } from '../base/for-each-concurrently.ts'
import type { DataProgress } from '../protocol/data-progress.ts'
import { throwIfCancelled } from '../protocol/errors.ts'
import type { ArtifactStore, StoredFile } from '../tracking/artifact-store.ts'
import type { S3ArtifactStore } from '../tracking/s3-artifact-store.ts'

export interface ArtifactCopy {
  /** The bucket, as `s3://BUCKET/PREFIX`. */
  readonly label: string
  readonly count: number
  readonly sizeBytes: number
  /** Those that were not there, or were others. */
  readonly sentCount: number
}

const filesAtATime = 4

/**
 * Copies all artifacts to a bucket, but for those that are there: which of the same path are the same is told by their
 * size and MD5. What else the bucket has stays.
 *
 * @throws what writing to the bucket does; CANCELLED
 */
export async function copyArtifacts(
  source: ArtifactStore,
  bucket: S3ArtifactStore,
  { signal, onProgress }: { readonly signal: AbortSignal; onProgress(progress: DataProgress): void },
): Promise<ArtifactCopy> {
  const files: StoredFile[] = []
  for await (const file of source.walk([])) {
    throwIfCancelled({ signal })
    files.push(file)
  }
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0)
  let [doneFiles, doneBytes, sentCount] = [0, 0, 0]
  const tell = () => onProgress({ phase: 'upload', doneFiles, totalFiles: files.length, doneBytes, totalBytes })
  await forEachConcurrently(files, filesAtATime, async ({ path, sizeBytes }) => {
    throwIfCancelled({ signal })
    const read = async () => (await source.open(path, {}))?.bytes
    const known = await read()
    if (known !== undefined && !(await bucket.has(path, sizeBytes, known))) {
      const bytes = await read()
      if (bytes !== undefined) await bucket.write(path, stopAt(bytes, signal))
      sentCount += 1
    }
    doneFiles += 1
    doneBytes += sizeBytes
    tell()
  })
  return { label: bucket.label, count: files.length, sizeBytes: totalBytes, sentCount }
}

async function* stopAt(bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    throwIfCancelled({ signal })
    yield chunk
  }
}
