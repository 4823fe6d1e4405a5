import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { isRecord, parseForeignJson } from '../protocol/json.ts'
import { loadPrivateText, writePrivateText } from '../store/private-file.ts'

/**
 * The bucket that has the artifacts of a data folder, as `s3://BUCKET/PREFIX`; undefined where they lie in the folder. A
 * file that others could have written, as one of a repository, counts as none.
 */
export async function loadArtifactPlace(dataFolder: string): Promise<string | undefined> {
  const place = parseForeignJson((await loadPrivateText(join(dataFolder, dataFiles.artifactPlace))) ?? '')
  return isRecord(place) && typeof place['url'] === 'string' ? place['url'] : undefined
}

/** Remembers the bucket. @throws STORAGE_FULL, STORAGE_READ_ONLY */
export async function writeArtifactPlace(dataFolder: string, url: string): Promise<void> {
  await writePrivateText(join(dataFolder, dataFiles.artifactPlace), `${JSON.stringify({ url })}\n`)
}
