import { createHash } from 'node:crypto'
import { lstat, mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isTrackedByGit } from '../../git/git-index.ts'
import type { ContentDiff } from '../../protocol/data-diff.ts'
import { isRecord } from '../../protocol/json.ts'

/** Goes up when the same files would give another result. */
const version = 1

const maxFiles = 200
const maxFileBytes = 4 << 20

/** What a result depends on: both contents, how they are read, and what was asked for. */
export interface DiffKey {
  readonly oldHash: string | undefined
  readonly newHash: string | undefined
  /** As `csv`, or `table csv.gz`. */
  readonly kind: string
  readonly tableKey: readonly string[]
}

/** Results that were there before, one a file. */
export interface DiffCache {
  find(key: DiffKey): Promise<ContentDiff | undefined>
  /** Keeps it, and lets go of what was not asked for the longest. It is no failure when that is not possible. */
  keep(key: DiffKey, content: ContentDiff): Promise<void>
}

/**
 * Opens the cache in a folder, which is made when there is something to keep.
 *
 * @param folder absolute; the folder above the last two has to be there
 */
export function openDiffCache(folder: string): DiffCache {
  const pathOf = (key: DiffKey) =>
    join(
      folder,
      `${createHash('sha256')
        .update(JSON.stringify([version, key]))
        .digest('hex')}.json`,
    )
  return {
    async find(key) {
      const path = pathOf(key)
      const text = await readFile(path, 'utf8').catch(() => undefined)
      // What came with a foreign repository is none of our results.
      if (text === undefined || (await isTrackedByGit(path))) return undefined
      if (!(await isFolder(folder)) || !(await isFolder(dirname(folder)))) return undefined
      const parsed = parse(text)
      if (parsed !== undefined) await utimes(path, new Date(), new Date()).catch(() => undefined)
      return parsed
    },
    async keep(key, content) {
      const text = JSON.stringify(content)
      if (text.length > maxFileBytes) return
      try {
        await mkdir(dirname(folder), { mode: 0o700 }).catch(unlessThere)
        if (!(await isFolder(dirname(folder)))) return
        await mkdir(folder, { mode: 0o700 }).catch(unlessThere)
        if (!(await isFolder(folder))) return
        const beside = `${pathOf(key)}.${process.pid}.new`
        await writeFile(beside, text, { mode: 0o600, flag: 'wx' })
        await rename(beside, pathOf(key))
        await removeOldest(folder)
      } catch {
        // A full disk or a folder that cannot be written costs the next one the work, and nothing else.
      }
    },
  }
}

/** Itself, and no link to one. */
async function isFolder(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined))?.isDirectory() === true
}

function unlessThere(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
}

function parse(text: string): ContentDiff | undefined {
  try {
    const value: unknown = JSON.parse(text)
    // SAFETY: the file was written by `keep`, under a name that holds the version of its form.
    return isRecord(value) && typeof value['kind'] === 'string' ? (value as unknown as ContentDiff) : undefined
  } catch {
    return undefined
  }
}

async function removeOldest(folder: string): Promise<void> {
  const names = await readdir(folder)
  if (names.length <= maxFiles) return
  const files = await Promise.all(
    names.map(async (name) => {
      const path = join(folder, name)
      return { path, usedAt: (await stat(path).catch(() => undefined))?.mtimeMs ?? 0 }
    }),
  )
  const oldest = files.toSorted((a, b) => a.usedAt - b.usedAt).slice(0, files.length - maxFiles)
  await Promise.all(oldest.map(({ path }) => rm(path, { force: true })))
}
