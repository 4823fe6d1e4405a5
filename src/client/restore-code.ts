import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { type CodeTree, openCodeTree, writeTree } from '../git/code-tree.ts'
import { openGit, openWritingGit } from '../git/git.ts'
import type { RunCode } from './run-code.ts'

/** Where the code of a run goes: never into the working copy that is there. */
export type RestoreTarget =
  /** A new branch, whose head is the run's commit, or one above it that holds the uncommitted changes. */
  | { readonly kind: 'branch'; readonly name: string }
  /** A new working copy at the run's commit, with the uncommitted changes in it, uncommitted. */
  | { readonly kind: 'worktree'; readonly folder: string }

export interface Restored {
  /** Absolute path of the repository's root. */
  readonly root: string
  /** What the branch or the worktree is at. */
  readonly commit: string
  readonly isPatched: boolean
}

/**
 * Restores the code of a run. All is tried beside the repository first, so that what cannot be restored leaves it as it
 * was. Index, working copy and branches that are there are never touched; hooks and filters do not run.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when the commit is not in the repository, or the changes do not fit it
 * @throws INVALID_PARAMETER_VALUE for a name that no branch can have, RESOURCE_ALREADY_EXISTS when the target is there
 * @throws INVALID_STATE with what git says, when it refuses
 */
export async function restoreCode(
  code: RunCode,
  target: RestoreTarget,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Restored> {
  const scratch = await mkdtemp(join(tmpdir(), 'runwright-restore-'))
  try {
    const tree = await openCodeTree(code, scratch, env)
    const restoration: Restoration = { code, tree, scratch, env }
    return target.kind === 'branch'
      ? await restoreBranch(restoration, target.name)
      : await restoreWorktree(restoration, resolve(target.folder))
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface Restoration {
  readonly code: RunCode
  readonly tree: CodeTree
  readonly scratch: string
  readonly env: Readonly<Record<string, string | undefined>>
}

async function restoreBranch({ code, tree, scratch, env }: Restoration, name: string): Promise<Restored> {
  const { root } = tree
  const ref = `refs/heads/${name}`
  if ((await tree.git(['check-ref-format', '--branch', name])) === undefined || name.startsWith('-')) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `“${name}” cannot be the name of a branch.`, {
      hint: 'Use letters, digits, “-”, “_”, “.” and “/”.',
    })
  }
  if ((await tree.git(['rev-parse', '--verify', '--quiet', ref])) !== undefined) {
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `There is a branch “${name}” already.`, {
      hint: 'Choose another name; no branch is changed.',
    })
  }
  const git = await openWritingGit(root, env)
  const isPatched = hasUncommitted(code, tree)
  const commit = isPatched ? await commitCode(code, tree, scratch, env) : code.commit
  await git(['branch', '--no-track', name, commit])
  return { root, commit, isPatched }
}

/** Whether there was more to the code than its commit. */
function hasUncommitted({ commit, patch }: RunCode, { snapshot }: CodeTree): boolean {
  return snapshot === undefined ? patch !== undefined : snapshot !== commit
}

/** Commits the code above the run's commit, by an index of its own. */
async function commitCode(
  { runId, runName, commit, patch = new Uint8Array() }: RunCode,
  { root, name, snapshot }: CodeTree,
  scratch: string,
  env: Restoration['env'],
): Promise<string> {
  const own = { GIT_INDEX_FILE: join(scratch, 'index') }
  const reading = await openGit(root, env, own)
  // What was made of a patch lies in the scratch folder alone, and has to be made in the repository.
  const tree = snapshot === undefined ? await writeTree(reading, commit, patch, join(scratch, 'patch')) : name
  if (tree === undefined) throw new RunwrightError('INVALID_STATE', `git could not write the code into ${root}.`)
  const identity = (await reading(['var', 'GIT_COMMITTER_IDENT'])) === undefined ? nobody : {}
  const git = await openWritingGit(root, env, { ...own, ...identity })
  const message = `Uncommitted changes of run ${runName}\n\nRun: ${runId}\n`
  return (await git(['commit-tree', tree, '-p', commit, '-m', message])).toString().trim()
}

/** Whoever has not told git a name gets a branch all the same. */
const nobody = {
  GIT_AUTHOR_NAME: 'Runwright',
  GIT_AUTHOR_EMAIL: 'runwright@localhost',
  GIT_COMMITTER_NAME: 'Runwright',
  GIT_COMMITTER_EMAIL: 'runwright@localhost',
}

async function restoreWorktree({ code, tree, scratch, env }: Restoration, folder: string): Promise<Restored> {
  const { root } = tree
  if (await isTaken(folder)) {
    throw new RunwrightError('RESOURCE_ALREADY_EXISTS', `${folder} is there already, and is not an empty folder.`, {
      hint: 'Name a folder that does not exist yet.',
    })
  }
  const git = await openWritingGit(root, env)
  await git(['worktree', 'add', '--detach', folder, code.commit])
  const isPatched = hasUncommitted(code, tree)
  if (isPatched) {
    try {
      await changeWorktree({ code, tree, scratch, env }, folder)
    } catch (error) {
      await git(['worktree', 'remove', '--force', folder])
      throw error
    }
  }
  return { root, commit: code.commit, isPatched }
}

/** Makes the files of a new worktree those of the run; its index stays at the commit. */
async function changeWorktree({ code, tree, scratch, env }: Restoration, folder: string): Promise<void> {
  const git = await openWritingGit(folder, env)
  if (tree.snapshot !== undefined) {
    await git(['restore', `--source=${tree.snapshot}`, '--worktree', '--ignore-skip-worktree-bits', '--', '.'])
    return
  }
  const file = join(scratch, 'patch')
  await writeFile(file, code.patch ?? new Uint8Array())
  await git(['apply', '--whitespace=nowarn', file])
}

async function isTaken(path: string): Promise<boolean> {
  try {
    return (await readdir(path)).length > 0
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT')
  }
}
