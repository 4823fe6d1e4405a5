import { copyFile, rm, stat, utimes } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { createWritingGit, runGit } from './git.ts'
import { toFileName } from './git-path.ts'
import { keepSnapshot } from './snapshot-refs.ts'
import { withoutOwnFiles } from './own-files.ts'
import { createScratchFolder } from './scratch-folder.ts'
import { type NewFiles, type SnapshotLimits, sortNewFiles } from './snapshot/new-files.ts'
import { writeNewFiles } from './snapshot/own-index.ts'
import { checkSubmodules } from './snapshot/submodules.ts'
import { findWorkTree, type WorkTree } from './work-tree.ts'
import { parseStatus, type WorkTreeStatus } from './snapshot/work-tree-status.ts'

/** The code of a work tree as it was at one moment. */
export interface Snapshot {
  /** Holds all files that git tracks or does not ignore. It is `head` itself where nothing differs. */
  readonly commit: string
  /** The commit it lies above; undefined before the first one. */
  readonly head: string | undefined
  /** Undefined on a detached head. */
  readonly branch: string | undefined
  /** How many files differ from `head`. */
  readonly changedCount: number
  /** Absolute path of the repository's root. */
  readonly root: string
  /** Sentences about what is not in it. */
  readonly warnings: readonly string[]
}

export interface SnapshotOptions extends SnapshotLimits {
  /** Lies in the repository; all of the repository is in the snapshot. */
  readonly folder: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** The one before, if it is still kept: where nothing has changed since, git is asked less. */
  readonly earlier?: Snapshot | undefined
}

const maxStatusBytes = 256 << 20

/**
 * Keeps the commit with all uncommitted and untracked files (not those that are ignored) as a commit of its own. Index,
 * branch, stash, reflog and work tree stay as they are; nothing that the repository names is run. The same files above
 * the same commit give the same snapshot.
 *
 * Files of Git LFS are in it as their pointers. What Runwright keeps in the workspace is left out.
 *
 * @throws INVALID_STATE before anything is written: no repository, a submodule with changes, a file that is too large
 */
export async function createSnapshot({ folder, env, earlier, ...limits }: SnapshotOptions): Promise<Snapshot> {
  const found = await findWorkTree(folder, env)
  const scratch = await createScratchFolder('runwright-snapshot')
  try {
    const index = join(scratch, 'index')
    await copyIndex(found.index, index)
    const workTree: WorkTree = { ...found, index, env: { ...found.env, ...ownSettings(index) } }
    // Where nothing differs from it, the head's own name is enough.
    const isHeadNeeded = earlier === undefined || earlier.changedCount > 0
    const [status, readBefore, ignored, submodules] = await Promise.all([
      readStatus(workTree),
      isHeadNeeded ? readHead(workTree) : undefined,
      relative(found.root, folder) === '' ? undefined : runGit(folder, found.env)(['check-ignore', '-q', '.']),
      checkSubmodules(workTree),
    ])
    if (ignored !== undefined) throw createIgnoredError(folder, found.root)
    const files = await sortNewFiles(workTree, status.unstaged, limits)
    const isHead = status.head !== undefined && status.changedCount === 0
    const head = isHead ? undefined : (readBefore ?? (await readHead(workTree)))
    const commit = isHead
      ? status.head
      : await commitIndex(workTree, status.head, head, await writeNewFiles(workTree, files, scratch))
    if (commit !== earlier?.commit) await keepSnapshot(createWritingGit(workTree.root, workTree.env), folder, commit)
    return {
      commit,
      head: status.head,
      branch: status.branch,
      changedCount: status.changedCount,
      root: found.root,
      warnings: [...submodules, ...listWarnings(status, files)],
    }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/**
 * The copy keeps what the index knows of each file's size and times, so that files are not read again. A file written in
 * the same moment as the index has to be: git tells by the time of the index, so that goes along, rather too early.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  try {
    const { mtimeMs } = await stat(from)
    await copyFile(from, to)
    const seconds = Math.floor(mtimeMs / 1000)
    await utimes(to, seconds, seconds)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    if (!isMissing) throw error
  }
}

/** Who stands as the author of every snapshot, so that the same files give the same commit. */
const author = 'Runwright'
const address = 'runwright@localhost'

function ownSettings(index: string): Readonly<Record<string, string>> {
  return {
    GIT_INDEX_FILE: index,
    GIT_AUTHOR_NAME: author,
    GIT_AUTHOR_EMAIL: address,
    GIT_COMMITTER_NAME: author,
    GIT_COMMITTER_EMAIL: address,
  }
}

async function readStatus({ root, env }: WorkTree): Promise<WorkTreeStatus> {
  const options = ['--porcelain=v2', '--branch', '-z', '--untracked-files=all', '--no-renames', '--no-ahead-behind']
  const args = ['status', ...options, '--ignore-submodules=dirty', '--', ...withoutOwnFiles]
  const output = await runGit(root, env)(args, maxStatusBytes)
  if (output !== undefined) return parseStatus(output)
  throw new RunwrightError('INVALID_STATE', `git cannot tell what has changed in ${root}.`, {
    hint: 'See what “git status” says there.',
  })
}

interface Head {
  readonly tree: string
  /** As git writes it: seconds and time zone. */
  readonly date: string
}

/** Undefined before the first commit. */
async function readHead({ root, env }: WorkTree): Promise<Head | undefined> {
  const text = (await runGit(root, env)(['cat-file', 'commit', 'HEAD']))?.toString()
  const tree = /^tree ([0-9a-f]+)$/m.exec(text ?? '')?.[1]
  const date = /^committer .*> (\d+ [+-]\d{4})$/m.exec(text ?? '')?.[1]
  return tree === undefined ? undefined : { tree, date: date ?? '0 +0000' }
}

async function commitIndex(
  { root, env }: WorkTree,
  head: string | undefined,
  headCommit: Head | undefined,
  tree: string,
): Promise<string> {
  if (head !== undefined && headCommit?.tree === tree) return head
  const date = headCommit?.date ?? '0 +0000'
  const git = createWritingGit(root, { ...env, GIT_AUTHOR_DATE: `@${date}`, GIT_COMMITTER_DATE: `@${date}` })
  const parents = head === undefined ? [] : ['-p', head]
  const args = [
    '-c',
    'i18n.commitEncoding=UTF-8',
    'commit-tree',
    tree,
    ...parents,
    '-m',
    'Snapshot of uncommitted files',
  ]
  return (await git(args)).toString().trim()
}

function listWarnings({ nestedRepositories }: WorkTreeStatus, { large }: NewFiles): string[] {
  return [
    ...nestedRepositories.map(
      (path) => `${toFileName(path)} is a repository of its own and no submodule: its files do not travel.`,
    ),
    ...large.map((path) => `${toFileName(path)} travels as a pointer of Git LFS, without its content.`),
  ]
}

function createIgnoredError(folder: string, root: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `${folder} is ignored by the repository ${root} that it lies in.`, {
    hint: 'Run “git init” in it, or take it out of .gitignore.',
  })
}
