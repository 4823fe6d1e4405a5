import { realpath } from 'node:fs/promises'
import { relative, sep } from 'node:path'
import { openGit } from '../git/git.ts'
import type { GitReader } from '../git/git-reader.ts'
import { hasGit, openGitReader } from '../git/open-git-reader.ts'
import type { DataVersion } from '../protocol/data-versions.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { findVersion, type TrackedVersion } from './find-version.ts'
import { openCommitPointers, openWorkTreePointers, type PointerFiles } from './pointer-files.ts'
import { openDataRepository, toRepositoryPath } from './repository.ts'

/** Where to look up which versions the `.dvc` files name. */
export interface VersionSource {
  /** Absolute path of the folder that paths are relative to. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the files say there, a snapshot for example. Default: as they are on disk. */
  readonly commit?: string
  /** The commit to which what they say is looked for in the history. Default: HEAD. */
  readonly head?: string
}

/**
 * The versions that the `.dvc` files name for these paths, each with the commit since which they do. No file of the data
 * is looked at.
 *
 * @param paths of files and folders, also inside of what is under version control, or of `.dvc` files
 * @throws RESOURCE_DOES_NOT_EXIST for a path that is not under version control; INVALID_PARAMETER_VALUE for one outside of
 *   the repository, and for a `.dvc` file that cannot be read
 */
export async function loadNamedVersions(
  source: VersionSource,
  paths: readonly string[],
): Promise<readonly DataVersion[]> {
  if (paths.length === 0) return []
  const { root } = await openDataRepository(source.folder)
  const history = await openHistory(root, source)
  const files =
    source.commit === undefined || history === undefined
      ? openWorkTreePointers(root)
      : openCommitPointers(history.reader, source.commit, history.prefix)
  const folder = await realpath(source.folder)
  const versions: DataVersion[] = []
  for (const path of paths) {
    const found = await findVersion(files, toRepositoryPath({ root }, path, folder))
    if (found?.version === undefined) throw createUntracked(path)
    const commit = await history?.findCommit(found)
    versions.push({ ...found.version, ...(commit === undefined ? {} : { commit }) })
  }
  return versions
}

interface History {
  readonly reader: GitReader
  /** Where in the Git repository the data's lies, with `/`. */
  readonly prefix: string
  /** The commit since which a `.dvc` file says what it says; undefined while that is in none. */
  findCommit(found: TrackedVersion): Promise<string | undefined>
}

/** Undefined where the repository is none of Git's, or there is no commit yet. */
async function openHistory(root: string, { env, head = 'HEAD' }: VersionSource): Promise<History | undefined> {
  const reader = await openGitReader(root, env)
  if (reader === undefined) return undefined
  const prefix = relative(await realpath(reader.root), root)
    .split(sep)
    .join('/')
  // Which commit changed a file last takes the program: without it the versions are told without their commits.
  const git = (await hasGit(env)) ? await openGit(reader.root, env) : undefined
  const committed: PointerFiles = openCommitPointers(reader, head, prefix)
  return {
    reader,
    prefix,
    async findCommit({ pointer, path, version }) {
      const before = await findVersion(committed, path).catch(() => undefined)
      if (version === undefined || before?.pointer !== pointer || !isSame(before.version, version)) return undefined
      const file = [prefix, pointer].filter((part) => part !== '').join('/')
      const commit = (await git?.(['log', '-1', '--format=%H', head, '--', `:(literal,top)${file}`]))?.toString().trim()
      return commit === '' ? undefined : commit
    },
  }
}

function isSame(a: DataVersion | undefined, b: DataVersion): boolean {
  return a?.md5 === b.md5 && a?.sha256 === b.sha256
}

function createUntracked(path: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${path} is not under version control.`, {
    hint: `"runwright data add ${path}" puts it there.`,
  })
}
