import { mapConcurrently } from '../base/map-concurrently.ts'
import { openBucket } from '../object-store/s3-bucket.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { ArtifactEntry } from '../protocol/runs.ts'
import type { ArtifactPath } from './artifact-path.ts'
import type { ArtifactStore } from './artifact-store.ts'
import { stagingName } from './artifacts.ts'
import { createGrowing } from './s3/growing.ts'
import { createKnownFolders } from './s3/known-folders.ts'
import { createObjects, type Objects } from './s3/objects.ts'
import { openObject } from './s3/read-object.ts'
import {
  abandonStale,
  checkWritable,
  createPartTurns,
  listUnfinished,
  sendObject,
  tagOf,
  type UnfinishedUpload,
} from './s3/upload.ts'

export interface S3ArtifactOptions {
  /** As `s3://BUCKET/PREFIX`. */
  readonly url: string
  /** Absolute path of a folder for files that still grow: an object cannot be added to. Nothing else is in it. */
  readonly growingFolder: string
  /** Where endpoint, region and keys are found: `AWS_…` and `HOME`. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Artifacts in a bucket. */
export interface S3ArtifactStore extends ArtifactStore {
  /** By which it is opened again. */
  readonly url: string
  /**
   * Asks whether the bucket is there and may be listed and written, once.
   *
   * @throws INVALID_STATE, PERMISSION_DENIED, TEMPORARILY_UNAVAILABLE, each with what to do
   */
  check(signal: AbortSignal): Promise<void>
  /**
   * Whether an object is there that these bytes are the content of, by its size and tag. Where the store encrypts with
   * keys of its own, its tags tell nothing, and the answer is no. The bytes are read to their end or cancelled.
   */
  has(path: ArtifactPath, sizeBytes: number, bytes: ReadableStream<Uint8Array>): Promise<boolean>
  /** Uploads that have begun and not ended. */
  listUnfinished(signal: AbortSignal): AsyncIterable<UnfinishedUpload>
  /**
   * Takes away what processes that were killed have left in the bucket, and sends there what has stopped to grow: what
   * was begun, or was changed last, before a time in milliseconds since 1970-01-01 UTC.
   */
  tidy(before: number, signal: AbortSignal): Promise<void>
}

/** Requests under way at a time for one call. */
const requestsAtATime = 16
/** Parts on their way at a time, of all uploads together: 128 MiB. */
const partsAtATime = 16
/** Of a key, by S3's rules. */
const maxKeyBytes = 1024

/**
 * Keeps artifacts in a bucket of an S3-compatible store, each as the object of its path. Nothing is asked yet.
 *
 * @throws INVALID_PARAMETER_VALUE for a url that names no bucket, PERMISSION_DENIED where there are no keys
 */
export async function openS3ArtifactStore({ url, growingFolder, env }: S3ArtifactOptions): Promise<S3ArtifactStore> {
  const bucket = await openBucket({ url, options: new Map(), env })
  const objects = createObjects(bucket)
  const turns = createPartTurns(partsAtATime)
  const { signal } = new AbortController()
  const folders = createKnownFolders(objects)
  const growing = createGrowing({
    folder: growingFolder,
    sizeOf: async (path) => (await objects.head(keyOf(path), signal))?.sizeBytes,
    open: async (path) => (await openObject(objects, keyOf(path), {}))?.bytes,
    send,
    checkFree: (path) => folders.checkFree(path),
  })

  async function send(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<void> {
    await sendObject(objects, keyOf(path), body, turns)
  }

  async function list(path: ArtifactPath): Promise<ArtifactEntry[]> {
    const prefix = prefixOf(path)
    const found = new Map<string, ArtifactEntry>()
    for await (const page of objects.list(prefix, { isFlat: true }, signal)) {
      const names = page.folders.map((folder) => folder.slice(prefix.length))
      for (const name of names) found.set(name, { path: name, isDirectory: true })
      for (const { key, sizeBytes } of page.objects) {
        const name = key.slice(prefix.length)
        found.set(name, { path: name, isDirectory: false, sizeBytes })
      }
    }
    for await (const { path: below, sizeBytes } of growing.files.walk(path)) {
      const name = below[path.length] ?? ''
      const isDirectory = below.length > path.length + 1
      found.set(name, { path: name, isDirectory, ...(isDirectory ? {} : { sizeBytes }) })
    }
    if (path.length === 0) found.delete(stagingName)
    return [...found.values()]
  }

  async function find(path: ArtifactPath): Promise<ArtifactEntry | undefined> {
    const grows = await growing.files.find(path)
    if (grows?.isDirectory === false) return grows
    const name = path.at(-1) ?? ''
    const file = await objects.head(keyOf(path), signal)
    if (file !== undefined) return { path: name, isDirectory: false, sizeBytes: file.sizeBytes }
    for await (const _ of growing.files.walk(path)) return { path: name, isDirectory: true }
    return (await hasFiles(objects, path, signal)) ? { path: name, isDirectory: true } : undefined
  }

  async function remove(path: ArtifactPath): Promise<boolean> {
    folders.forget()
    const didGrow = await growing.remove(path)
    const keys = (await objects.head(keyOf(path), signal)) === undefined ? [] : [keyOf(path)]
    for await (const page of objects.list(prefixOf(path), {}, signal)) keys.push(...page.objects.map(({ key }) => key))
    await mapConcurrently(keys, requestsAtATime, (key) => objects.remove(key, signal))
    // Some stores keep folders that have become empty, and other programs mark them by an object of such a name.
    for (const folder of foldersOf(keys, path)) await objects.remove(`${folder}/`, signal)
    return didGrow || keys.length > 0
  }

  return {
    label: objects.label,
    url,
    list,
    find,
    async open(path, range) {
      // What has stopped to grow is in the bucket before it leaves the folder.
      return (await growing.files.open(path, range)) ?? openObject(objects, keyOf(path), range)
    },
    async write(path, body) {
      await folders.checkFree(path)
      await send(path, body)
      folders.add(path)
      await growing.remove(path)
    },
    append: (path, bytes, isLast) => growing.append(path, bytes, isLast),
    remove,
    async *walk(path) {
      const seen = new Set<string>()
      for await (const file of growing.files.walk(path)) {
        seen.add(file.path.join('/'))
        yield file
      }
      for await (const page of objects.list(prefixOf(path), {}, signal)) {
        for (const { key, sizeBytes, changedTime } of page.objects) {
          if (!seen.has(key)) yield { path: key.split('/'), sizeBytes, changedTime }
        }
      }
    },
    async findLastChange(path) {
      let last = await growing.files.findLastChange(path)
      for await (const page of objects.list(prefixOf(path), {}, signal)) {
        for (const { changedTime } of page.objects) last = Math.max(last ?? 0, changedTime)
      }
      return last
    },
    async check(signal) {
      const once = createObjects(bucket, false)
      await hasFiles(once, [], signal)
      await checkWritable(once, `${stagingName}/check`, signal)
    },
    async has(path, sizeBytes, bytes) {
      const found = await objects.head(keyOf(path), signal)
      if (found?.sizeBytes === sizeBytes) return found.etag.replaceAll('"', '') === (await tagOf(bytes))
      await bytes.cancel()
      return false
    },
    listUnfinished: (signal) => listUnfinished(objects, signal),
    async tidy(before, signal) {
      await abandonStale(objects, before, signal)
      await growing.sendOld(before, signal)
    },
  }
}

/** The folder of a path and those below that these keys lie in, the deepest first. */
function foldersOf(keys: readonly string[], path: ArtifactPath): string[] {
  const folders = new Set([keyOf(path)])
  for (const key of keys) {
    const names = key.split('/')
    for (let depth = names.length - 1; depth > path.length; depth--) folders.add(names.slice(0, depth).join('/'))
  }
  return [...folders].toSorted((a, b) => b.length - a.length)
}

async function hasFiles(objects: Objects, path: ArtifactPath, signal: AbortSignal): Promise<boolean> {
  for await (const page of objects.list(prefixOf(path), { limit: 1 }, signal)) return page.objects.length > 0
  return false
}

/** @throws INVALID_PARAMETER_VALUE for a path that is too long for a key */
function keyOf(path: ArtifactPath): string {
  const key = path.join('/').toWellFormed()
  if (Buffer.byteLength(key) <= maxKeyBytes) return key
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `The path '${key.slice(0, 100)}…' is too long.`, {
    hint: `In an S3 bucket it may have ${maxKeyBytes} bytes.`,
  })
}

function prefixOf(path: ArtifactPath): string {
  return path.length === 0 ? '' : `${keyOf(path)}/`
}
