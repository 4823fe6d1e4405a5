import { lstat, mkdir, opendir, readdir, realpath, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ArtifactEntry } from '../protocol/runs.ts'
import { syncFolder } from '../store/sync-folder.ts'
import { getSystemErrorCode } from './artifact-error.ts'
import { appendToFile, openRegularFile, streamFile, writeFile } from './artifact-file.ts'
import type { ArtifactPath } from './artifact-path.ts'
import type { ArtifactStore, ByteRange, OpenBytes, StoredFile } from './artifact-store.ts'
import { stagingName } from './artifacts.ts'

/**
 * Keeps artifacts below a folder of ours. Every path is resolved and then compared by component, and no symbolic link
 * is followed: one that lies in the folder names nothing.
 *
 * @param folder absolute; made when the first artifact is written
 */
export function createFolderArtifactStore(folder: string): ArtifactStore {
  const openStaging = createStaging(folder)

  /** The file or folder itself; undefined for all else. */
  async function find(path: ArtifactPath): Promise<ArtifactEntry | undefined> {
    const absolute = await resolveExisting(folder, path)
    const name = path.at(-1) ?? ''
    return absolute === undefined ? undefined : describe(join(absolute, '..'), name)
  }

  async function list(path: ArtifactPath): Promise<ArtifactEntry[]> {
    const absolute = await resolveExisting(folder, path)
    if (absolute === undefined || !(await lstat(absolute)).isDirectory()) return []
    const found = await readdir(absolute, { withFileTypes: true })
    const shown = found.filter((entry) => path.length > 0 || entry.name !== stagingName)
    const entries = await Promise.all(shown.map((entry) => describe(absolute, entry.name)))
    return entries.filter((entry) => entry !== undefined)
  }

  async function openPath(path: ArtifactPath, range: ByteRange): Promise<OpenBytes | undefined> {
    const absolute = await resolveExisting(folder, path)
    const opened = absolute === undefined ? undefined : await openRegularFile(absolute)
    if (opened === undefined) return undefined
    const { file, sizeBytes } = opened
    const end = Math.min(range.end ?? sizeBytes, sizeBytes)
    const start = range.last === undefined ? Math.min(range.start ?? 0, end) : Math.max(0, sizeBytes - range.last)
    return { bytes: streamFile(file, start, end), sizeBytes, start, end }
  }

  async function write(path: ArtifactPath, body: AsyncIterable<Uint8Array>): Promise<void> {
    const staging = await openStaging()
    const partial = staging.nextName()
    try {
      await writeFile(partial, body)
      const { parent, changed } = await makeFolders(folder, path.slice(0, -1))
      await rename(partial, join(parent, path.at(-1) ?? ''))
      await syncFolders([...changed, parent])
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
  }

  async function append(path: ArtifactPath, bytes: Uint8Array, isLast: boolean): Promise<number> {
    await mkdir(folder, { recursive: true })
    const { parent, changed } = await makeFolders(folder, path.slice(0, -1))
    const sizeBytes = await appendToFile(join(parent, path.at(-1) ?? ''), bytes, isLast)
    await syncFolders(isLast ? [...changed, parent] : changed)
    return sizeBytes
  }

  async function remove(path: ArtifactPath): Promise<boolean> {
    const absolute = await resolveExisting(folder, path)
    if (absolute === undefined) return false
    const staging = await openStaging()
    const doomed = staging.nextName()
    await rename(absolute, doomed)
    await rm(doomed, { recursive: true, force: true })
    return true
  }

  async function* walk(path: ArtifactPath): AsyncGenerator<StoredFile> {
    const absolute = await resolveExisting(folder, path)
    if (absolute === undefined || !(await lstat(absolute)).isDirectory()) return
    for await (const { name } of await opendir(absolute)) {
      if (path.length === 0 && name === stagingName) continue
      const stats = await lstat(join(absolute, name)).catch(() => undefined)
      const below = [...path, name]
      if (stats?.isDirectory() === true) yield* walk(below)
      else if (stats?.isFile() === true) {
        yield { path: below, sizeBytes: stats.size, changedTime: Math.floor(stats.mtimeMs) }
      }
    }
  }

  return {
    label: folder,
    list,
    find,
    open: openPath,
    write,
    append,
    remove,
    walk,
    async findLastChange(path) {
      const absolute = await resolveExisting(folder, path)
      const stats = absolute === undefined ? undefined : await lstat(absolute)
      if (absolute === undefined || stats?.isDirectory() !== true) return undefined
      return Math.floor(await findLastChange(absolute, stats.mtimeMs))
    },
  }
}

async function findLastChange(folder: string, changed: number): Promise<number> {
  let last = changed
  for await (const entry of await opendir(folder)) {
    const path = join(folder, entry.name)
    const stats = await lstat(path).catch(() => undefined)
    if (stats === undefined) continue
    last = Math.max(last, stats.isDirectory() ? await findLastChange(path, stats.mtimeMs) : stats.mtimeMs)
  }
  return last
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
async function makeFolders(folder: string, path: ArtifactPath): Promise<MadeFolders> {
  const existing = await resolveExisting(folder, path)
  if (existing !== undefined && (await lstat(existing)).isDirectory()) return { parent: existing, changed: [] }
  const changed: string[] = []
  let current = await realpath(folder)
  for (const component of path) {
    const parent = current
    current = join(current, component)
    try {
      await mkdir(current)
      changed.push(parent)
    } catch (error) {
      if (getSystemErrorCode(error) !== 'EEXIST') throw error
      if (!(await lstat(current)).isDirectory()) throw error
    }
  }
  return { parent: current, changed }
}

interface MadeFolders {
  /** The last of the path. */
  readonly parent: string
  /** Those that have got a new one in them and are still to be synced. */
  readonly changed: readonly string[]
}

/** All at once, so that a disk has one turn for them and not one each. */
async function syncFolders(folders: readonly string[]): Promise<void> {
  await Promise.all(folders.map(syncFolder))
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
