import { RunwrightError } from '../protocol/errors.ts'
import type { ChangeEvent } from '../protocol/events.ts'
import type { ArtifactEntry } from '../protocol/runs.ts'
import { toArtifactError } from './artifact-error.ts'
import { findOwner, locateArtifact, parseArtifactPath, type ArtifactPath } from './artifact-path.ts'
import type { ArtifactStore, ByteRange, OpenBytes } from './artifact-store.ts'

/** An artifact being read. Its stream must be read to the end or cancelled. */
export interface OpenArtifact extends OpenBytes {
  readonly fileName: string
}

/** Files of runs and models. Paths are relative to the root of the store, with `/` between components. */
export interface Artifacts {
  /** What a folder holds, by name, in the order of the names; nothing for a folder that is not there. */
  list(path: string): Promise<readonly ArtifactEntry[]>
  /** What a folder of a run or model holds; `artifactUri` is its root and the entries' paths are relative to that. */
  listBelow(artifactUri: string, path?: string): Promise<readonly ArtifactEntry[]>
  /**
   * Opens the bytes `start` … `end` - 1, by default all.
   *
   * @throws RESOURCE_DOES_NOT_EXIST; INVALID_PARAMETER_VALUE for a folder
   */
  open(path: string, range?: ByteRange): Promise<OpenArtifact>
  openBelow(artifactUri: string, path: string, range?: ByteRange): Promise<OpenArtifact>
  /**
   * Stores an artifact, replacing an older one of that path. It becomes visible only complete and durable; when `body`
   * ends with an error, nothing is stored.
   *
   * @throws STORAGE_FULL, STORAGE_READ_ONLY; INVALID_PARAMETER_VALUE when a folder is in the way
   */
  write(path: string, body: AsyncIterable<Uint8Array>): Promise<void>
  /**
   * Adds to the end of an artifact that grows, the log of a run for example, which is begun when it is not there. What
   * is added is seen at once and is durable after `isLast`; when the call fails, a part of it may have been added.
   *
   * @returns the size that it has now, in bytes
   * @throws STORAGE_FULL, STORAGE_READ_ONLY; INVALID_PARAMETER_VALUE when a folder is in the way
   */
  append(path: string, bytes: Uint8Array, isLast?: boolean): Promise<number>
  /** Deletes a file or a folder with all in it; nothing happens when it is not there. Roots are refused. */
  delete(path: string): Promise<void>
  /** As `delete`, for the folder of what has no row any more: not to be asked with a path that a client has named. */
  purge(path: string): Promise<void>
}

/** At the root of a store: uploads not yet complete and folders being deleted. No client can name it. */
export const stagingName = '.incoming'

/** Folders up to this depth hold what is not one run's or model's alone. */
const rootDepth = 2

/** The artifacts that a store keeps. Every path is checked before the store is asked for it. */
export function createArtifacts({
  store,
  changed,
}: {
  store: ArtifactStore
  /** Called once a change is durable. Must not throw. */
  changed(event: ChangeEvent): void
}): Artifacts {
  function announce(path: ArtifactPath): void {
    const owner = findOwner(path)
    if (owner !== undefined) changed({ kind: 'artifacts', ...owner })
  }

  async function list(path: ArtifactPath): Promise<ArtifactEntry[]> {
    checkReachable(path)
    return (await store.list(path)).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  async function open(path: ArtifactPath, range: ByteRange = {}): Promise<OpenArtifact> {
    checkReachable(path)
    const name = path.join('/')
    const opened = path.length === 0 ? undefined : await store.open(path, range)
    if (opened !== undefined) return { ...opened, fileName: path.at(-1) ?? 'artifact' }
    if (path.length > 0 && (await store.find(path))?.isDirectory !== true) {
      throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${name}'`)
    }
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `Artifact path refers to a directory, not a file: '${name}'`)
  }

  async function write(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<void> {
    checkFile(path)
    await store.write(path, body)
    announce(path)
  }

  async function append(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number> {
    checkFile(path)
    const sizeBytes = await store.append(path, bytes, isLast)
    if (bytes.length > 0) announce(path)
    return sizeBytes
  }

  async function deletePath(path: ArtifactPath, leastDepth: number): Promise<void> {
    checkReachable(path)
    if (path.length < leastDepth) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `'${path.join('/')}' is a root and cannot be deleted.`, {
        hint: 'Delete files or folders inside one run.',
      })
    }
    if (await store.remove(path)) announce(path)
  }

  return {
    list: (path) => list(parseArtifactPath(path)),
    async listBelow(artifactUri, path = '') {
      const prefix = parseArtifactPath(path)
      const entries = await list(locateArtifact(artifactUri, path))
      return entries.map((entry) => ({ ...entry, path: [...prefix, entry.path].join('/') }))
    },
    open: (path, range) => open(parseArtifactPath(path), range),
    openBelow: (artifactUri, path, range) => open(locateArtifact(artifactUri, path), range),
    write: (path, body) => inWords(path, () => write(parseArtifactPath(path), body)),
    append: (path, bytes, isLast = false) => inWords(path, () => append(parseArtifactPath(path), bytes, isLast)),
    delete: (path) => inWords(path, () => deletePath(parseArtifactPath(path), rootDepth + 1)),
    purge: (path) => inWords(path, () => deletePath(parseArtifactPath(path), 1)),
  }
}

async function inWords<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toArtifactError(error, path)
  }
}

/** Uploads not yet complete are out of everyone's reach. */
function checkReachable(path: ArtifactPath): void {
  if (path[0] === stagingName) throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid path')
}

function checkFile(path: ArtifactPath): void {
  checkReachable(path)
  if (path.length === 0) throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid path')
}
