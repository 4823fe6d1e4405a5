import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFiles } from '../protocol/data-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { loadArtifactPlace } from '../tracking/artifact-place.ts'
import type { ArtifactStore } from '../tracking/artifact-store.ts'
import { stagingName } from '../tracking/artifacts.ts'
import { createFolderArtifactStore } from '../tracking/folder-artifact-store.ts'
import { openS3ArtifactStore, type S3ArtifactStore } from '../tracking/s3-artifact-store.ts'

export interface ArtifactPlaceOptions {
  readonly dataFolder: string
  /** Where keys, endpoint and region of a bucket are found: `AWS_…` and `HOME`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** What keeps the artifacts of a data folder: the bucket that a server has noted there, else its folder. */
export async function openArtifactStore(options: ArtifactPlaceOptions): Promise<ArtifactStore> {
  const { dataFolder } = options
  const url = await loadArtifactPlace(dataFolder)
  return url === undefined
    ? createFolderArtifactStore(join(dataFolder, dataFiles.artifacts))
    : openBucketOf(url, options)
}

/**
 * The bucket that a server is to keep artifacts in, once it has been seen to be there and writable.
 *
 * @param named as the user wrote it; the one that was noted, when there is none
 * @returns undefined for the folder
 * @throws INVALID_PARAMETER_VALUE for what is none; INVALID_STATE where artifacts are elsewhere already, or there is no such
 *   bucket; PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE
 */
export async function openServerBucket(
  options: ArtifactPlaceOptions & { readonly named: string | undefined; readonly signal: AbortSignal },
): Promise<S3ArtifactStore | undefined> {
  const { dataFolder, named, signal } = options
  const noted = await loadArtifactPlace(dataFolder)
  const url = named ?? noted
  if (url === undefined) return undefined
  const store = await openNamed(url, options)
  if (noted === undefined) await checkFolderEmpty(dataFolder, store.label)
  else if ((await openBucketOf(noted, options)).label !== store.label) throw createElsewhere(dataFolder, noted)
  await store.check(signal)
  return store
}

/**
 * A bucket that artifacts of a data folder are copied to, once it has been seen to be there and writable.
 *
 * @throws INVALID_PARAMETER_VALUE for what is none, INVALID_STATE, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE
 */
export async function openTargetBucket(
  options: ArtifactPlaceOptions & { readonly named: string; readonly signal: AbortSignal },
): Promise<S3ArtifactStore> {
  const store = await openNamed(options.named, options)
  await store.check(options.signal)
  return store
}

async function openNamed(url: string, options: ArtifactPlaceOptions): Promise<S3ArtifactStore> {
  if (/^s3:\/\//i.test(url)) return openBucketOf(url, options)
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `--artifacts ${url} names no bucket.`, {
    hint: 'It takes s3://BUCKET/PREFIX. Without it, artifacts stay where they are.',
  })
}

function openBucketOf(url: string, { dataFolder, env }: ArtifactPlaceOptions): Promise<S3ArtifactStore> {
  return openS3ArtifactStore({ url, growingFolder: join(dataFolder, dataFiles.growing), env })
}

async function checkFolderEmpty(dataFolder: string, label: string): Promise<void> {
  const folder = join(dataFolder, dataFiles.artifacts)
  const names = await readdir(folder).catch(() => [])
  if (names.every((name) => name === stagingName)) return
  throw new RunwrightError('INVALID_STATE', `The artifacts of this store lie in ${folder}, not in ${label}.`, {
    hint: `"runwright store migrate --data ${dataFolder} --artifacts URL" copies them there; then move the folder away. Or leave --artifacts out.`,
  })
}

function createElsewhere(dataFolder: string, noted: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The artifacts of this store lie in ${noted}.`, {
    hint: `Leave --artifacts out; or copy them to the other bucket, and remove ${join(dataFolder, dataFiles.artifactPlace)}.`,
  })
}
