import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { loadGitEnvironment, runGit } from '../git.ts'
import { toFileName } from '../git-path.ts'
import { isThere } from '../is-there.ts'
import type { WorkTree } from '../work-tree.ts'
import { parseStatus } from './work-tree-status.ts'

const maxListBytes = 256 << 20

/** A submodule that has been checked out. */
export interface Submodule {
  /** Relative to the root of its parent, with `/`. */
  readonly path: string
  /** Absolute. */
  readonly root: string
}

/** The submodules of a work tree; empty where they were not checked out. */
export async function listSubmodules({ root, env }: WorkTree): Promise<readonly Submodule[]> {
  if (!(await isThere(join(root, '.gitmodules')))) return []
  const listed = await runGit(root, env)(['ls-files', '--stage', '-z'], maxListBytes)
  const paths = (listed?.toString() ?? '')
    .split('\0')
    .filter((line) => line.startsWith('160000 '))
    .map((line) => line.slice(line.indexOf('\t') + 1))
  const submodules = paths.map((path) => ({ path, root: join(root, path) }))
  const isCheckedOut = await Promise.all(submodules.map((each) => isThere(join(each.root, '.git'))))
  return submodules.filter((_, index) => isCheckedOut[index])
}

/**
 * A snapshot names a submodule by its commit, so what is not committed there would be missing in silence.
 *
 * @returns warnings: files there that git does not know
 * @throws INVALID_STATE when a file of a submodule is changed
 */
export async function checkSubmodules(workTree: WorkTree): Promise<readonly string[]> {
  const submodules = await listSubmodules(workTree)
  return (await Promise.all(submodules.map((each) => checkSubmodule(each, workTree)))).flat()
}

async function checkSubmodule({ path, root }: Submodule, { env }: WorkTree): Promise<readonly string[]> {
  const own = await loadGitEnvironment(root, env)
  const args = ['status', '--porcelain=v2', '--branch', '-z', '--no-renames', '--ignore-submodules=dirty']
  const output = await runGit(root, own)(args, maxListBytes)
  if (output === undefined) throw createError(`git cannot read the submodule ${path}.`, 'Run “git status” in it.')
  const { changedCount, unstaged, nestedRepositories } = parseStatus(output)
  const untracked = [
    ...unstaged.filter(({ isTracked }) => !isTracked).map((file) => file.path),
    ...nestedRepositories,
  ].map(toFileName)
  if (changedCount > untracked.length - nestedRepositories.length) {
    throw createError(
      `The submodule ${path} has changes that are not committed, and a snapshot can only name its commit.`,
      `Commit them in ${path}, or take them back.`,
    )
  }
  const warnings =
    untracked.length === 0
      ? []
      : [`New files in the submodule ${path} do not travel: ${untracked[0] ?? ''}${andMore(untracked.length)}.`]
  return [...warnings, ...(await checkSubmodules({ root, index: '', env: own }))]
}

function andMore(count: number): string {
  return count > 1 ? ` and ${count - 1} more` : ''
}

function createError(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', message, { hint })
}
