import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { createWritingGit } from '../git/git.ts'
import type { DataConflict, DataDecision, DataMerge } from '../protocol/data-merge.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type DataCache, openDataCache } from './cache.ts'
import { findCommit, type GitSide } from './history/git-side.ts'
import { openMerge, type OpenedMerge } from './history/open-merge.ts'
import { takeMergedFile } from './history/take-merged-file.ts'
import type { Md5 } from './hash.ts'
import { type Decision, type Decisions, type FileConflict, mergePointers, type Side } from './merge.ts'
import { dataKey } from './object-key.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { replaceFile } from './writing/replace-file.ts'

export interface ResolveOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the folder, or of its `.dvc` file, from the root of the repository. */
  readonly path: string
  /** Files of the folder by their paths in it; none for all that is open. */
  readonly files: readonly string[]
  /** None of both to see what is in conflict. */
  readonly side: Side | undefined
  /** Absolute path of a file that somebody has made of both sides, for one file in conflict. */
  readonly made?: string | undefined
  /** Nothing is written, not even where nothing is in conflict. */
  readonly isDry?: boolean
  /** Whether git is told that the `.dvc` file is merged, once all is decided. */
  readonly isStaged?: boolean
}

/**
 * Decides files of a folder that two branches have changed, while git's merge waits. What was decided is remembered as
 * long as the merge is the same. Once all is decided the `.dvc` file is written; adding it to git's index is left to the
 * user, unless it is asked for.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where git is in the middle of no merge of this file, and for a file that is not in
 *   conflict; INVALID_PARAMETER_VALUE for a made file that still has the marks of a conflict; what `mergePointers` throws
 */
export async function resolveMerge(
  repository: DataRepository,
  options: ResolveOptions,
  work: Pick<Work, 'signal'>,
): Promise<DataMerge> {
  const merge = await openMerge(repository, options.env, options.path, work)
  const { pointer, sides, memory } = merge
  const open = mergePointers(repository, sides, pointer, memory.decided).conflicts
  const chosen = chooseFiles(merge, options, open)
  const decision = await findDecision(repository, options, work)
  const decided = new Map(memory.decided)
  if (decision !== undefined) for (const file of chosen) decided.set(file, decision)
  const { text, conflicts } = mergePointers(repository, sides, pointer, decided)
  const isDone = conflicts.length === 0
  // What was done before and is only looked at stays as it is, whatever has become of it since.
  if (options.isDry !== true && (decision !== undefined || !memory.isDone)) {
    if (decision !== undefined || isDone) memory.keep(decided, isDone)
    mkdirSync(repository.temporaryFolder, { recursive: true })
    if (isDone) replaceFile(join(repository.root, pointer), text, repository.temporaryFolder)
  }
  if (isDone && options.isStaged === true) await stage(merge.side, pointer)
  return describeMerge(repository, merge, conflicts, decided)
}

function chooseFiles(
  { pointer, memory }: OpenedMerge,
  { files, made }: ResolveOptions,
  open: readonly FileConflict[],
): readonly string[] {
  const chosen = files.length === 0 ? open.map(({ path }) => path) : files
  const unknown = chosen.find((file) => !memory.decided.has(file) && !open.some(({ path }) => path === file))
  if (unknown !== undefined) {
    throw new RunwrightError(
      'RESOURCE_DOES_NOT_EXIST',
      `${JSON.stringify(unknown)} is not in conflict in ${pointer}.`,
      {
        hint: `"runwright data resolve ${pointer}" lists what is.`,
      },
    )
  }
  if (made === undefined || chosen.length === 1) return chosen
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${pointer} has ${chosen.length} files in conflict.`, {
    hint: 'Name the one that the file is to take the place of.',
  })
}

async function findDecision(
  repository: DataRepository,
  { made, side }: ResolveOptions,
  work: Pick<Work, 'signal'>,
): Promise<Decision | undefined> {
  return made === undefined ? side : takeMergedFile(repository, made, work)
}

/** As `git add` does, with no filter of the repository run. */
async function stage({ root, env, prefix }: GitSide, pointer: string): Promise<void> {
  await createWritingGit(root, env)(['add', '--', `:(top,literal)${prefix}${pointer}`])
}

async function describeMerge(
  repository: DataRepository,
  { side, pointer }: OpenedMerge,
  conflicts: readonly FileConflict[],
  decided: Decisions,
): Promise<DataMerge> {
  using cache = openDataCache(repository, { isForReading: true })
  const open = new Set(conflicts.map(({ path }) => path))
  const theirRevision = await findTheirs(side)
  return {
    pointer,
    conflicts: conflicts.map((conflict) => describeConflict(cache, conflict)),
    decided: [...decided]
      .filter(([path]) => !open.has(path))
      .map(([path, decision]): DataDecision => ({ path, side: typeof decision === 'object' ? 'file' : decision }))
      .toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    isDone: conflicts.length === 0,
    ...(theirRevision === undefined ? {} : { theirRevision }),
  }
}

function describeConflict(cache: DataCache, { path, base, ours, theirs }: FileConflict): DataConflict {
  const sizeOf = (md5: Md5 | undefined) => (md5 === undefined ? undefined : cache.find(dataKey(md5))?.sizeBytes)
  const [oursBytes, theirsBytes] = [sizeOf(ours), sizeOf(theirs)]
  return {
    path,
    ...(base === undefined ? {} : { base }),
    ...(ours === undefined ? {} : { ours }),
    ...(theirs === undefined ? {} : { theirs }),
    ...(oursBytes === undefined ? {} : { oursBytes }),
    ...(theirsBytes === undefined ? {} : { theirsBytes }),
  }
}

/** Git calls it otherwise in a rebase than in a merge. */
async function findTheirs(side: GitSide): Promise<string | undefined> {
  for (const name of ['MERGE_HEAD', 'CHERRY_PICK_HEAD', 'REBASE_HEAD', 'REVERT_HEAD']) {
    if ((await findCommit(side, name)) !== undefined) return name
  }
  return undefined
}
