import { copyFileSync, linkSync, mkdirSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { openDataCache } from './cache.ts'
import { openGitSide } from './history/git-side.ts'
import { loadRevisionOuts } from './history/revision-outs.ts'
import type { DataRepository } from './repository.ts'
import { type ComparedPart, loadCachedVersion } from './restoring/compared-version.ts'
import type { Work } from './work.ts'

export interface VersionToLink {
  /** From the root of the repository: something tracked, or a file or folder in such. */
  readonly path: string
  readonly revision: string
  /** An empty folder, for the time that the version is read. */
  readonly folder: string
}

/**
 * Puts a version of data that the cache has into a folder of its own, to be read and not to be written: its files are
 * those of the cache, where the system can have it so.
 *
 * @returns where it is, by its own name
 * @throws RESOURCE_DOES_NOT_EXIST for a revision that there is none of, for what it has not, and for contents that the
 *   cache lacks; what `loadRevisionOuts` throws
 */
export async function linkVersion(
  repository: DataRepository,
  { path, revision, folder }: VersionToLink,
  work: Pick<Work, 'signal'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string> {
  const outs = await loadRevisionOuts(await openGitSide(repository, env), revision, work)
  const out = outs.get(path) ?? [...outs.values()].find((each) => path.startsWith(`${each.path}/`))
  using cache = openDataCache(repository)
  const part = out && loadCachedVersion(cache, out).at(posix.relative(out.path, path))
  if (part === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is not under version control in ${revision}.`, {
      hint: `"runwright data log ${path}" lists its versions.`,
    })
  }
  const target = join(folder, basename(path))
  for (const { from, to } of listFiles(part, path)) place(from, join(target, to))
  return target
}

/** Where each file is, and where it goes below the version's own name. */
function listFiles(part: ComparedPart, path: string): readonly { readonly from: string; readonly to: string }[] {
  if (part.type === 'file') return [{ from: part.file.path, to: '' }]
  return part.files.map(({ path: to, absolutePath: from }) => {
    if (from !== undefined) return { from, to }
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path}/${to} of that version is not in the cache.`, {
      hint: '"runwright data fetch" brings it from the remote.',
    })
  })
}

function place(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true })
  try {
    linkSync(from, to)
  } catch {
    // The cache may lie on another disk, or on one without links.
    copyFileSync(from, to)
  }
}
