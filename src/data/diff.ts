import { compareFiles, compareFolders, type CompareOptions } from './content-diff.ts'
import type { DataDiff } from '../protocol/data-diff.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import type { DataHash } from './hash.ts'
import { type DiffSide, openRevisionSide, openWorkTreeSide, type VersionFiles } from './history/diff-side.ts'
import { openGitSide } from './history/git-side.ts'
import { compareOuts, type OutChange } from './history/out-changes.ts'
import type { TrackedOut } from './history/tracked-out.ts'
import type { DataRepository } from './repository.ts'

export interface DiffOptions extends CompareOptions {
  /** A commit, branch or tag. */
  readonly before: string
  /** Undefined for the workspace as it is. */
  readonly after: string | undefined
  /** From the root of the repository: something tracked, or a folder above such. Default: all. */
  readonly path: string | undefined
  /** Also what changed inside files, as far as they are in the cache. */
  readonly isWithContent: boolean
}

/** What became of one file or folder that is under version control. */
export interface OutDiff {
  readonly kind: OutChange['kind']
  /** From the root of the repository, as it is called after. */
  readonly path: string
  /** Where it was renamed. */
  readonly from: string | undefined
  /** Missing where it was added. */
  readonly before: OutVersion | undefined
  /** Missing where it was removed. */
  readonly after: OutVersion | undefined
  /** File by file, where it changed; at most a thousand of each kind of change are named. */
  readonly diff: DataDiff | undefined
  /** Sentences about what is not known. */
  readonly notes: readonly string[]
}

export interface OutVersion {
  readonly hash: DataHash | undefined
  readonly sizeBytes: number | undefined
  /** Of a folder. */
  readonly fileCount: number | undefined
}

/**
 * What differs in data between two commits, or a commit and the workspace: by what is under version control, and in
 * folders by files, as far as their lists are in the cache.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a revision that there is none of; INVALID_STATE without git;
 *   INVALID_PARAMETER_VALUE for a `.dvc` file that cannot be read; CANCELLED
 */
export async function diffData(
  repository: DataRepository,
  options: DiffOptions,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly OutDiff[]> {
  const git = await openGitSide(repository, env)
  const open = (revision: string | undefined) =>
    revision === undefined
      ? openWorkTreeSide(repository, options, env)
      : openRevisionSide(repository, git, revision, options)
  await using before = await open(options.before)
  await using after = await open(options.after)
  const diffs: OutDiff[] = []
  for (const change of compareOuts(before.outs, after.outs)) {
    throwIfCancelled(options)
    if (isMeant(change, options.path)) diffs.push(await describe(change, before, after, options))
  }
  return diffs
}

function isMeant({ before, after }: OutChange, path: string | undefined): boolean {
  const names = [before?.path, after?.path].filter((name) => name !== undefined)
  return path === undefined || names.some((name) => name === path || name.startsWith(`${path}/`))
}

async function describe(change: OutChange, before: DiffSide, after: DiffSide, options: DiffOptions): Promise<OutDiff> {
  const path = (change.after ?? change.before)?.path ?? ''
  const { diff, notes = [] } = change.kind === 'changed' ? await lookInside(change, before, after, options) : {}
  return {
    kind: change.kind,
    path,
    from: change.kind === 'renamed' ? change.before.path : undefined,
    before: versionOf(change.before),
    after: versionOf(change.after),
    diff,
    notes,
  }
}

function versionOf(out: TrackedOut | undefined): OutVersion | undefined {
  return out && { hash: out.hash, sizeBytes: out.sizeBytes, fileCount: out.fileCount }
}

interface Inside {
  readonly diff?: DataDiff
  readonly notes?: readonly string[]
}

async function lookInside(
  { before: oldOut, after: newOut }: Extract<OutChange, { kind: 'changed' | 'renamed' }>,
  before: DiffSide,
  after: DiffSide,
  options: DiffOptions,
): Promise<Inside> {
  const [old, now] = [await before.files(oldOut), await after.files(newOut)]
  if (old === undefined || now === undefined) {
    const which = old === undefined ? 'earlier' : 'later'
    return {
      notes: [`The list of files of the ${which} version is not in the cache; "runwright data fetch" brings it.`],
    }
  }
  if (old.type === 'folder' && now.type === 'folder') {
    const [oldFiles, newFiles] = [old, now].map((each) => withoutPlaces(each.files, options))
    return { diff: await compareFolders(oldFiles ?? [], newFiles ?? [], options), notes: [...old.notes, ...now.notes] }
  }
  if (old.type === 'file' && now.type === 'file') return { diff: await diffFile(old, now, options) }
  return { notes: [`It was a ${old.type}, and is a ${now.type}.`] }
}

function withoutPlaces(files: Extract<VersionFiles, { type: 'folder' }>['files'], { isWithContent }: DiffOptions) {
  return isWithContent ? files : files.map(({ path, hash, sizeBytes }) => ({ path, hash, sizeBytes }))
}

type FileVersion = Extract<VersionFiles, { type: 'file' }>

async function diffFile(old: FileVersion, now: FileVersion, options: DiffOptions): Promise<DataDiff> {
  const [before, after] = [old.file, now.file]
  const plain = ({ path: name, sizeBytes, hash }: FileVersion['file']) => ({ name, sizeBytes, hash })
  const known = { type: 'file', state: 'changed', old: plain(before), new: plain(after) } as const
  if (!options.isWithContent || before.absolutePath === undefined || after.absolutePath === undefined) return known
  const compared = ({ path: name, sizeBytes, hash }: FileVersion['file'], path: string) => ({
    name,
    path,
    sizeBytes,
    hash,
  })
  try {
    return await compareFiles(compared(before, before.absolutePath), compared(after, after.absolutePath), options)
  } catch (error) {
    // A key need not be one of every table that has changed.
    if (error instanceof RunwrightError && error.code === 'INVALID_PARAMETER_VALUE') return known
    throw error
  }
}
