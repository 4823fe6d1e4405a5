import { lstat, mkdir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import type { ChangeEvent } from '../protocol/events.ts'
import type { ArtifactEntry } from '../protocol/runs.ts'
import { syncFolder } from '../store/sync-folder.ts'
import { getSystemErrorCode, toArtifactError } from './artifact-error.ts'
import { appendToFile, openRegularFile, streamFile, writeFile } from './artifact-file.ts'
import { findOwner, locateArtifact, parseArtifactPath, type ArtifactPath } from './artifact-path.ts'

/** An artifact being read. Its stream must be read to the end or cancelled. */
export interface OpenArtifact {
  readonly bytes: ReadableStream<Uint8Array>
  /** Of the whole artifact, whatever part was asked for. */
  readonly sizeBytes: number
  readonly fileName: string
}

/** Files of runs and models. Paths are relative to the artifact folder, with `/` between components. */
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
  open(path: string, range?: { start?: number; end?: number }): Promise<OpenArtifact>
  openBelow(artifactUri: string, path: string, range?: { start?: number; end?: number }): Promise<OpenArtifact>
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

/** Below the artifact folder: uploads not yet complete and folders being deleted. No client can name it. */
export const stagingName = '.incoming'

/** Folders up to this depth hold what is not one run's or model's alone. */
const rootDepth = 2

/**
 * Keeps artifacts below a folder of ours. Every path is resolved and then compared by component, and no symbolic link
 * is followed: one that lies in the folder names nothing.
 *
 * @param folder absolute; made when the first artifact is written
 */
export function createArtifacts({
  folder,
  changed,
}: {
  folder: string
  /** Called once a change is durable. Must not throw. */
  changed(event: ChangeEvent): void
}): Artifacts {
  const openStaging = createStaging(folder)

  function announce(path: ArtifactPath): void {
    const owner = findOwner(path)
    if (owner !== undefined) changed({ kind: 'artifacts', ...owner })
  }

  async function list(path: ArtifactPath): Promise<ArtifactEntry[]> {
    checkReachable(path)
    const absolute = await resolveExisting(folder, path)
    if (absolute === undefined || !(await lstat(absolute)).isDirectory()) return []
    const found = await readdir(absolute, { withFileTypes: true })
    const shown = found.filter((entry) => path.length > 0 || entry.name !== stagingName)
    const entries = await Promise.all(shown.map((entry) => describe(absolute, entry.name)))
    return entries.filter((entry) => entry !== undefined).toSorted((a, b) => (a.path < b.path ? -1 : 1))
  }

  async function openPath(path: ArtifactPath, range: { start?: number; end?: number } = {}): Promise<OpenArtifact> {
    checkReachable(path)
    const name = path.join('/')
    const absolute = await resolveExisting(folder, path)
    if (absolute === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No such artifact: '${name}'`)
    const opened = await openRegularFile(absolute)
    if (opened === undefined) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `Artifact path refers to a directory, not a file: '${name}'`)
    }
    const { file, sizeBytes } = opened
    const end = Math.min(range.end ?? sizeBytes, sizeBytes)
    const bytes = streamFile(file, Math.min(range.start ?? 0, end), end)
    return { bytes, sizeBytes, fileName: path.at(-1) ?? 'artifact' }
  }

  async function write(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<void> {
    checkReachable(path)
    const name = path.at(-1)
    if (name === undefined) throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid path')
    const staging = await openStaging()
    const partial = staging.nextName()
    try {
      await writeFile(partial, body)
      const parent = await makeFolders(folder, path.slice(0, -1))
      await rename(partial, join(parent, name))
      await syncFolder(parent)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
    announce(path)
  }

  async function append(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number> {
    checkReachable(path)
    const name = path.at(-1)
    if (name === undefined) throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid path')
    await mkdir(folder, { recursive: true })
    const parent = await makeFolders(folder, path.slice(0, -1))
    const sizeBytes = await appendToFile(join(parent, name), bytes, isLast)
    if (isLast) await syncFolder(parent)
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
    const absolute = await resolveExisting(folder, path)
    if (absolute === undefined) return
    const staging = await openStaging()
    const doomed = staging.nextName()
    await rename(absolute, doomed)
    await rm(doomed, { recursive: true, force: true })
    announce(path)
  }

  return {
    list: (path) => list(parseArtifactPath(path)),
    async listBelow(artifactUri, path = '') {
      const prefix = parseArtifactPath(path)
      const entries = await list(locateArtifact(artifactUri, path))
      return entries.map((entry) => ({ ...entry, path: [...prefix, entry.path].join('/') }))
    },
    open: (path, range) => openPath(parseArtifactPath(path), range),
    openBelow: (artifactUri, path, range) => openPath(locateArtifact(artifactUri, path), range),
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

/** The staging folder, emptied once: what lies there from before was never acknowledged. */
function createStaging(folder: string): () => Promise<{ nextName(): string }> {
  const staging = join(folder, stagingName)
  let count = 0
  const ready = { nextName: () => join(staging, String((count += 1))) }
  let opening: Promise<void> | undefined
  async function prepare(): Promise<void> {
    await rm(staging, { recursive: true, force: true })
    await mkdir(staging, { recursive: true })
  }
  return async () => {
    opening ??= prepare()
    try {
      await opening
    } catch (error) {
      opening = undefined
      throw error
    }
    return ready
  }
}

/** The absolute path of something that is there and that no symbolic link leads to; else undefined. */
async function resolveExisting(folder: string, path: ArtifactPath): Promise<string | undefined> {
  try {
    const [root, resolved] = await Promise.all([realpath(folder), realpath(join(folder, ...path))])
    return resolved === join(root, ...path) ? resolved : undefined
  } catch (error) {
    const code = getSystemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP' || code === 'ENAMETOOLONG') return undefined
    throw error
  }
}

/** Makes the folders of a path where they are missing, one by one, so that none is made behind a link. */
async function makeFolders(folder: string, path: ArtifactPath): Promise<string> {
  const existing = await resolveExisting(folder, path)
  if (existing !== undefined && (await lstat(existing)).isDirectory()) return existing
  let current = await realpath(folder)
  for (const component of path) {
    const parent = current
    current = join(current, component)
    try {
      await mkdir(current)
      await syncFolder(parent)
    } catch (error) {
      if (getSystemErrorCode(error) !== 'EEXIST') throw error
      if (!(await lstat(current)).isDirectory()) throw error
    }
  }
  return current
}

/** Files and folders only; undefined for links, sockets and what was deleted meanwhile. */
async function describe(parent: string, name: string): Promise<ArtifactEntry | undefined> {
  try {
    const stats = await lstat(join(parent, name))
    if (stats.isDirectory()) return { path: name, isDirectory: true }
    return stats.isFile() ? { path: name, isDirectory: false, sizeBytes: stats.size } : undefined
  } catch (error) {
    if (getSystemErrorCode(error) === 'ENOENT') return undefined
    throw error
  }
}
