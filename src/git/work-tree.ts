import { stat } from 'node:fs/promises'
import { RunwrightError } from '../protocol/errors.ts'
import { createWritingGit, type GitEnvironment, loadGitEnvironment, runGit } from './git.ts'

/** A work tree, and where git keeps its index. */
export interface WorkTree {
  /** Absolute path of its root. */
  readonly root: string
  /** Absolute path of the index; it may not exist yet. */
  readonly index: string
  readonly env: GitEnvironment
}

/**
 * Finds the work tree that a folder lies in.
 *
 * @throws INVALID_STATE with what to do: no git, no repository, no work tree, or git refuses it
 */
export async function findWorkTree(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<WorkTree> {
  const safe = await loadGitEnvironment(folder, env)
  const args = ['rev-parse', '--path-format=absolute', '--git-path', 'index', '--show-toplevel']
  const [index, root] = (await runGit(folder, safe)(args))?.toString().split('\n') ?? []
  if (index === undefined || root === undefined || root === '') throw await explain(folder, safe)
  return { root, index, env: safe }
}

async function explain(folder: string, env: GitEnvironment): Promise<RunwrightError> {
  const git = runGit(folder, env)
  if (!(await isFolder(folder))) return createError(`The folder ${folder} is not there.`)
  if ((await git(['version'])) === undefined) {
    return createError('git is not installed, or not in the PATH.', 'Install git, and try again.')
  }
  const isBare = await createWritingGit(folder, env)(['rev-parse', '--is-bare-repository']).catch(String)
  if (isBare.toString().trim() === 'true') {
    return createError(`${folder} is a bare repository: it has no files.`, 'Start from a clone that has its files.')
  }
  if (isBare.toString().includes('not a git repository')) {
    return createError(
      `${folder} lies in no git repository.`,
      'Run “git init” there. A commit is not needed: files that git does not ignore are enough.',
    )
  }
  return createError(`git refuses the repository of ${folder}: ${isBare.toString().replace(/^.*failed: /, '')}`)
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  )
}

function createError(message: string, hint?: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', message, hint === undefined ? {} : { hint })
}
