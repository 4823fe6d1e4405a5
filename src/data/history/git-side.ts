import { relative, sep } from 'node:path'
import { type Git, type GitEnvironment, runGit } from '../../git/git.ts'
import { findWorkTree } from '../../git/work-tree.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { DataRepository } from '../repository.ts'

/** The Git repository that a data repository lies in. */
export interface GitSide {
  /** Absolute path of the root of its work tree. */
  readonly root: string
  /** Absolute path of its index; it may not exist yet. */
  readonly index: string
  /** What leads from there to the data repository: empty, or ending in `/`. */
  readonly prefix: string
  readonly env: GitEnvironment
  readonly git: Git
}

/** @throws INVALID_STATE where there is no git, or no repository of it */
export async function openGitSide(
  { root }: Pick<DataRepository, 'root'>,
  env: Readonly<Record<string, string | undefined>>,
): Promise<GitSide> {
  const workTree = await findWorkTree(root, env)
  const inside = relative(workTree.root, root).split(sep).join('/')
  return {
    root: workTree.root,
    index: workTree.index,
    prefix: inside === '' ? '' : `${inside}/`,
    env: workTree.env,
    git: runGit(workTree.root, workTree.env),
  }
}

/**
 * The commit that a person names.
 *
 * @throws RESOURCE_DOES_NOT_EXIST
 */
export async function resolveCommit({ git, root }: Pick<GitSide, 'git' | 'root'>, revision: string): Promise<string> {
  const commit = await findCommit({ git }, revision)
  if (commit !== undefined) return commit
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no commit “${revision}” in ${root}.`, {
    hint: 'Name a branch, a tag, a commit or something like HEAD~2; “git fetch” brings those of others.',
  })
}

/** Undefined where git knows no commit by this name. */
export async function findCommit({ git }: Pick<GitSide, 'git'>, revision: string): Promise<string | undefined> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]
  const commit = (await git(args))?.toString().trim() ?? ''
  return /^[0-9a-f]{40,64}$/.test(commit) ? commit : undefined
}
