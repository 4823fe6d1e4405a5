import { type Git, openGit } from '../git/git.ts'
import { withoutOwnFiles } from '../git/own-files.ts'
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

/** A patch beyond this is left out; a megabyte of source is more than most projects have. */
export const maxPatchBytes = 16 << 20

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
  const [tracked, untracked] = await Promise.all([trackedPatch(git, commit), untrackedPatch(git, root, maxPatchBytes)])
  const patch = tracked === undefined ? undefined : Buffer.concat([tracked, untracked.patch])
  return {
    commit,
    branch,
    remoteUrl,
    dirty: patch === undefined || patch.length > 0 || untracked.omitted > 0,
    patch: patch === undefined || patch.length === 0 || patch.length > maxPatchBytes ? undefined : patch,
  }
}

/** Whatever the user's own settings say, the patch is one that `git apply` takes. */
const diffOptions = [
  '--no-ext-diff',
  '--no-textconv',
  '--no-color',
  '--no-relative',
  '--no-renames',
  '--full-index',
  '--src-prefix=a/',
  '--dst-prefix=b/',
  '--unified=3',
  '--submodule=short',
  '--ignore-submodules=dirty',
]

/** Binary files are left out only when the patch would be too large with them. */
async function trackedPatch(git: Git, commit: string | undefined): Promise<Buffer | undefined> {
  const base = commit ?? text(await git(['hash-object', '-t', 'tree', '/dev/null']))
  if (base === undefined) return undefined
  const diff = (...more: string[]) =>
    git(['diff', ...diffOptions, ...more, base, '--', ...withoutOwnFiles], maxPatchBytes)
  return (await diff('--binary')) ?? (await diff())
}

/** Of `origin`, else of the first remote. */
async function findRemoteUrl(git: Git): Promise<string | undefined> {
  const listed = await git(['config', '-z', '--get-regexp', String.raw`^remote\..*\.url$`])
  const remotes = (listed?.toString() ?? '').split('\0').flatMap((entry) => {
    const newline = entry.indexOf('\n')
    return newline === -1 ? [] : [{ key: entry.slice(0, newline), url: entry.slice(newline + 1) }]
  })
  const remote = remotes.find(({ key }) => key === 'remote.origin.url') ?? remotes[0]
  return remote === undefined ? undefined : withoutCredentials(remote.url)
}

/** The address of a remote as it may be shown: `git@host:path` stays, `https://user:token@host/path` loses the user. */
export function withoutCredentials(remote: string): string {
  let url: URL
  try {
    url = new URL(remote)
  } catch {
    return remote
  }
  if (url.protocol !== 'ssh:') url.username = ''
  url.password = ''
  url.search = ''
  url.hash = ''
  return url.href
}

function text(output: Buffer | undefined): string | undefined {
  const trimmed = output?.toString().replace(/\r?\n$/, '')
  return trimmed === '' ? undefined : trimmed
}
