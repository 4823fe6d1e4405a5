import { realpath } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import { type Git, type GitEnvironment, runGit } from '../git/git.ts'
import { type GitPath, toGitPath } from '../git/git-path.ts'
import { findWorkTree } from '../git/work-tree.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type LfsConfig, loadLfsConfig } from './config.ts'

/** A work tree whose large files Git LFS keeps. */
export interface LfsRepository {
  /** Absolute path of the work tree's root, with links resolved. */
  readonly root: string
  /** What git is run with, so that it runs nothing that the repository names. */
  readonly env: GitEnvironment
  /** Git in the root. */
  readonly git: Git
  /** Where Git LFS keeps objects, by their hash: `.git/lfs/objects`. */
  readonly objectsFolder: string
  /** Beside it, for what has not come whole. */
  readonly incompleteFolder: string
  readonly config: LfsConfig
}

/**
 * Opens the repository that a folder lies in. Neither Git LFS nor an LFS file need be there.
 *
 * @throws INVALID_STATE with what to do: no git, no repository, no work tree, or git refuses it
 */
export async function openLfsRepository(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<LfsRepository> {
  const { root, env: safe } = await findWorkTree(folder, env)
  const git = runGit(root, safe)
  const [common, config] = await Promise.all([
    git(['rev-parse', '--path-format=absolute', '--git-common-dir']),
    loadLfsConfig(root, git),
  ])
  const gitFolder = common?.toString().replace(/\n$/, '') ?? join(root, '.git')
  // Of git's own settings alone: a committed .lfsconfig does not say where files are written.
  const storage = resolve(gitFolder, config.own.get('lfs.storage') ?? 'lfs')
  return {
    root,
    env: safe,
    git,
    objectsFolder: join(storage, 'objects'),
    incompleteFolder: join(storage, 'incomplete'),
    config,
  }
}

/**
 * Names of files or folders of the work tree as git keeps them; `''` is the root.
 *
 * @param paths absolute, or from `cwd`
 * @throws INVALID_PARAMETER_VALUE for a place outside
 */
export async function toGitPaths(root: string, paths: readonly string[], cwd: string): Promise<readonly GitPath[]> {
  const from = await realpath(cwd)
  return paths.map((path) => {
    const inside = relative(root, resolve(from, path)).split(sep).join('/')
    const first = inside.split('/')[0]?.toLowerCase()
    if (first !== '..' && first !== '.git' && !/^[A-Za-z]:/.test(inside)) return toGitPath(inside)
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is no place in the work tree ${root}.`, {
      hint: 'Name a file or folder of the repository.',
    })
  })
}
