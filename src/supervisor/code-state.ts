import { openGit } from '../git/git.ts'
import { maxPatchBytes, readPatch } from '../git/patch.ts'
import { findRemoteUrl } from '../git/remote-url.ts'
import { untrackedPatch } from './untracked-patch.ts'

/** Which code a run runs. */
export interface CodeState {
  readonly commit: string | undefined
  /** Undefined on a detached HEAD. */
  readonly branch: string | undefined
  /** Without user name, password and query. */
  readonly remoteUrl: string | undefined
  readonly dirty: boolean
  /** What `git apply` turns the commit into the code with; undefined when nothing differs, or it is too large. */
  readonly patch: Buffer | undefined
}

/**
 * Reads the state of the repository that a folder lies in, without changing so much as its index.
 *
 * @returns undefined when the folder lies in no repository, or there is no git
 */
export async function readCodeState(
  folder: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CodeState | undefined> {
  const inFolder = await openGit(folder, env)
  const root = text(await inFolder(['rev-parse', '--show-toplevel']))
  if (root === undefined) return undefined
  const git = await openGit(root, env)
  const [commit, branch, remoteUrl] = await Promise.all([
    git(['rev-parse', '--verify', '--quiet', 'HEAD']).then(text),
    git(['symbolic-ref', '--quiet', '--short', 'HEAD']).then(text),
    findRemoteUrl(git),
  ])
  const [tracked, untracked] = await Promise.all([readPatch(git, commit), untrackedPatch(git, root, maxPatchBytes)])
  const patch = tracked === undefined ? undefined : Buffer.concat([tracked, untracked.patch])
  return {
    commit,
    branch,
    remoteUrl,
    dirty: patch === undefined || patch.length > 0 || untracked.omitted > 0,
    patch: patch === undefined || patch.length === 0 || patch.length > maxPatchBytes ? undefined : patch,
  }
}

function text(output: Buffer | undefined): string | undefined {
  const trimmed = output?.toString().replace(/\r?\n$/, '')
  return trimmed === '' ? undefined : trimmed
}
