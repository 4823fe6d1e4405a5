import { loadGitEnvironment, runGit } from '../../git/git.ts'
import { RunwrightError } from '../../protocol/errors.ts'

/** Where a workspace lies in its repository. */
export interface CodeLocation {
  /** Absolute path of the repository's root. */
  readonly root: string
  /** The workspace, relative to the root, with `/`; empty where it is the root. */
  readonly prefix: string
}

/** Undefined where the workspace lies in no work tree, or there is no git. */
export async function findCode(
  workspace: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CodeLocation | undefined> {
  const git = runGit(workspace, await loadGitEnvironment(workspace, env))
  const [root = '', prefix = ''] =
    (await git(['rev-parse', '--show-toplevel', '--show-prefix']))?.toString().split('\n') ?? []
  return root === '' ? undefined : { root, prefix: prefix.replace(/\/$/, '') }
}

/** @throws INVALID_STATE where the workspace lies in no work tree, or there is no git */
export async function getCode(...args: Parameters<typeof findCode>): Promise<CodeLocation> {
  const found = await findCode(...args)
  if (found !== undefined) return found
  throw new RunwrightError('INVALID_STATE', `${args[0]} lies in no git repository, so its code cannot travel.`, {
    hint: 'Run “git init” there. A commit is not needed: files that git does not ignore travel with a job.',
  })
}
