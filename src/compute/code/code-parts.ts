import { join } from 'node:path'
import { type GitEnvironment, loadGitEnvironment, runGit } from '../../git/git.ts'
import { isThere } from '../../git/is-there.ts'
import { RunwrightError } from '../../protocol/errors.ts'

/** A repository's share in the code of a job: the snapshot itself, or a submodule in it. */
export interface CodePart {
  /** Where its files go, relative to the code's folder, with `/`; empty for the snapshot itself. */
  readonly path: string
  /** Absolute path of its repository's root on this machine. */
  readonly root: string
  /** The object name of what it holds. Trees travel, not commits: the history stays here. */
  readonly tree: string
  /** What git is run with there. */
  readonly env: GitEnvironment
}

const maxListBytes = 256 << 20

/**
 * What a snapshot consists of: its own files, and the submodules that are checked out here, those of submodules too.
 *
 * @param root absolute path of the repository's root
 * @throws RESOURCE_DOES_NOT_EXIST when the commit, or that of a submodule, is not in its repository
 */
export async function listCodeParts(
  root: string,
  commit: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly CodePart[]> {
  const own = await loadGitEnvironment(root, env)
  const git = runGit(root, own)
  const isName = /^[0-9a-f]{40,64}$/.test(commit)
  const tree = isName ? await git(['rev-parse', '--verify', '--quiet', `${commit}^{tree}`]) : undefined
  if (tree === undefined) throw createMissing(commit, root)
  const part: CodePart = { path: '', root, tree: tree.toString().trim(), env: own }
  const submodules = await listSubmodules(part)
  const below = await Promise.all(
    submodules.map(async (each) => {
      const parts = await listCodeParts(join(root, each.path), each.commit, env)
      return parts.map((inner) => ({ ...inner, path: inner.path === '' ? each.path : `${each.path}/${inner.path}` }))
    }),
  )
  return [part, ...below.flat()]
}

async function listSubmodules({ root, tree, env }: CodePart): Promise<readonly { path: string; commit: string }[]> {
  const git = runGit(root, env)
  if ((await git(['cat-file', '-e', `${tree}:.gitmodules`])) === undefined) return []
  const listed = await git(['ls-tree', '-r', '-z', tree], maxListBytes)
  const links = (listed?.toString() ?? '').split('\0').flatMap((line) => {
    const [, commit, path] = /^160000 commit ([0-9a-f]+)\t(.*)$/s.exec(line) ?? []
    return commit === undefined || path === undefined ? [] : [{ path, commit }]
  })
  const isHere = await Promise.all(links.map(({ path }) => isThere(join(root, path, '.git'))))
  return links.filter((_, index) => isHere[index])
}

function createMissing(commit: string, root: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `The code ${commit.slice(0, 10)} is not in ${root} any more.`, {
    hint: 'Start the job anew, from the code as it is now.',
  })
}
