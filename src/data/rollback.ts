import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { createWritingGit } from '../git/git.ts'
import { createScratchFolder } from '../git/scratch-folder.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type GitSide, openGitSide } from './history/git-side.ts'
import { loadPointer } from './find-pointers.ts'
import { type RestoredData, restorePath, type RestoreOptions } from './restore.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'

export interface RolledBack extends RestoredData {
  /** The new commit; undefined where the branch had that version already. */
  readonly newCommit: string | undefined
}

/**
 * Makes an earlier version of data current in the work tree and in a new commit on the branch that is checked out, whose
 * message says where the version is from. The commit holds this one change: what else is in git's index stays there, and
 * is not committed. Hooks of git do not run.
 *
 * @throws INVALID_STATE in the middle of a merge or rebase, before the first commit, and where git cannot commit;
 *   RESOURCE_CONFLICT where the `.dvc` file has changes that are in no commit; what `restorePath` throws
 */
export async function rollBackPath(
  repository: DataRepository,
  options: RestoreOptions,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RolledBack> {
  const side = await openGitSide(repository, env)
  const head = await checkQuiet(side)
  const pointer = `${side.prefix}${options.path}.dvc`
  const [committed, staged] = await Promise.all([findBlob(side, `HEAD:${pointer}`), findBlob(side, `:0:${pointer}`)])
  if (committed !== staged) {
    throw new RunwrightError('RESOURCE_CONFLICT', `Changes of ${pointer} are in git's index.`, {
      hint: 'Commit them, or take them out with "git reset". Nothing was changed.',
    })
  }
  const restored = await restorePath(repository, options, work, env)
  const now = await loadPointer(repository, restored.pointer)
  const newCommit = await commitPointer(
    side,
    { head, pointer, committed, text: now?.text ?? '' },
    createMessage(restored),
  )
  return { ...restored, newCommit }
}

/** @returns the commit that is checked out */
async function checkQuiet({ git, root }: GitSide): Promise<string> {
  const head = (await git(['rev-parse', '--verify', '--quiet', 'HEAD']))?.toString().trim()
  if (head === undefined) throw new RunwrightError('INVALID_STATE', `${root} has no commit yet.`)
  const names = ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REVERT_HEAD', 'REBASE_HEAD']
  const busy = await Promise.all(names.map((name) => git(['rev-parse', '--verify', '--quiet', name])))
  const at = busy.findIndex((answer) => answer !== undefined)
  if (at === -1) return head
  throw new RunwrightError('INVALID_STATE', `Git is in the middle of something in ${root} (${names[at] ?? ''}).`, {
    hint: 'Finish it or abort it first; "git status" says how.',
  })
}

async function findBlob({ git }: GitSide, place: string): Promise<string | undefined> {
  return (await git(['rev-parse', '--verify', '--quiet', place]))?.toString().trim()
}

function createMessage({ path, formerPath, commit, hash, previousHash }: RestoredData): string {
  const trailers = [
    `Data-Path: ${path}`,
    ...(formerPath === path ? [] : [`Data-Former-Path: ${formerPath}`]),
    ...(previousHash === undefined ? [] : [`Data-From: ${previousHash}`]),
    `Data-To: ${hash ?? ''}`,
    `Rolled-Back-To: ${commit}`,
  ]
  return `Roll back ${path} to ${commit.slice(0, 10)}\n\n${trailers.join('\n')}\n`
}

interface PointerCommit {
  readonly head: string
  /** From the root of the git repository. */
  readonly pointer: string
  /** The blob that the commit has. */
  readonly committed: string | undefined
  readonly text: string
}

async function commitPointer(
  { root, env }: GitSide,
  { head, pointer, committed, text }: PointerCommit,
  message: string,
): Promise<string | undefined> {
  const scratch = await createScratchFolder('runwright-rollback')
  try {
    const git = createWritingGit(root, env)
    const own = createWritingGit(root, { ...env, GIT_INDEX_FILE: join(scratch, 'index') })
    const line = async (answer: Promise<Buffer>) => (await answer).toString().trim()
    const blob = await line(git(['hash-object', '-w', '--no-filters', '--stdin'], Buffer.from(text)))
    if (blob === committed) return undefined
    const put = ['update-index', '--add', '--cacheinfo', `100644,${blob},${pointer}`]
    await own(['read-tree', head])
    await own(put)
    const tree = await line(own(['write-tree']))
    const commit = await line(git(['commit-tree', tree, '-p', head, '-m', message]))
    // The other way round, a kill in between would leave the old version as a change that waits to be committed.
    await git(put)
    await git(['update-ref', '-m', message.split('\n')[0] ?? '', 'HEAD', commit, head])
    return commit
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}
