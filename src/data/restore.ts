import { mkdirSync, unlinkSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { type CheckedOut, checkoutPaths } from './checkout.ts'
import { loadPointer } from './find-pointers.ts'
import type { DataHash } from './hash.ts'
import { type GitSide, openGitSide } from './history/git-side.ts'
import { renameOut } from './history/pointer-text.ts'
import { parseOuts, type TrackedOut } from './history/tracked-out.ts'
import { type OpenVersion, openVersion, type VersionSource } from './history/version-source.ts'
import { logData } from './log.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { ignoreInGit } from './writing/gitignore.ts'
import { replaceFile } from './writing/replace-file.ts'

export type { VersionSource } from './history/version-source.ts'

export interface RestoreOptions {
  /** Of data, from the root of the repository; it may have been removed since. */
  readonly path: string
  readonly source: VersionSource
  /** Gives up what is in no commit and in no cache. */
  readonly isForced: boolean
}

export interface RestoredData {
  readonly path: string
  /** Of its `.dvc` file, from the root. */
  readonly pointer: string
  readonly commit: string
  /** What it was called there. */
  readonly formerPath: string
  readonly hash: DataHash | undefined
  /** Undefined where there was none. */
  readonly previousHash: DataHash | undefined
  /** Whether the `.dvc` file is another one now. */
  readonly isChanged: boolean
  readonly checkedOut: CheckedOut | undefined
}

/**
 * Makes an earlier version of data current in the work tree: its `.dvc` file, and the data. Git's index and branch stay.
 * Where the data cannot be had, the `.dvc` file stays, too.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where that version has no such data; INVALID_STATE for what is locked;
 *   RESOURCE_CONFLICT for what would be lost; what `checkoutPaths` throws
 */
export async function restorePath(
  repository: DataRepository,
  { path, source, isForced }: RestoreOptions,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<RestoredData> {
  const side = await openGitSide(repository, env)
  const pointer = path + pointerEnding
  const now = await loadPointer(repository, pointer)
  if (now?.pointer.isFrozen === true) throw createLocked(path)
  await using version = await openVersion(side, source)
  const found = await findVersion(repository, side, version, path, work)
  if (now !== undefined && !isForced) await checkCommitted(side, pointer, now.text)
  const text = rename(found, path)
  const isChanged = text !== now?.text
  const checkedOut = await replacePointer(repository, side, { pointer, text, before: now?.text }, async () =>
    (await checkoutPaths(repository, { paths: [pointer], isForced }, work, env)).at(0),
  )
  const previousHash = now?.pointer.outs[0]?.hash
  const { commit } = version
  return {
    path,
    pointer,
    commit,
    formerPath: found.out.path,
    hash: found.out.hash,
    previousHash,
    isChanged,
    checkedOut,
  }
}

interface FoundVersion {
  readonly out: TrackedOut
  /** Of its `.dvc` file. */
  readonly text: string
}

/** By its name of today, or by one that it had before it was renamed. */
async function findVersion(
  repository: DataRepository,
  side: GitSide,
  version: OpenVersion,
  path: string,
  work: Work,
): Promise<FoundVersion> {
  const found = await readVersion(version, path)
  if (found !== undefined) return found
  const hasCommits = (await side.git(['rev-parse', '--verify', '--quiet', 'HEAD'])) !== undefined
  if (hasCommits) {
    for await (const { from } of logData(repository, side.env, { path }, work)) {
      const former = from === undefined ? undefined : await readVersion(version, from)
      if (former !== undefined) return former
    }
  }
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${version.label} has no version of ${path}.`, {
    hint: `"runwright data log ${path}" lists the versions there are.`,
  })
}

async function readVersion(version: OpenVersion, path: string): Promise<FoundVersion | undefined> {
  const pointer = path + pointerEnding
  const text = await version.read(pointer)
  if (text === undefined) return undefined
  const [out, ...more] = parseOuts(text, pointer)
  if (out?.workingFolder === '.' && more.length === 0) return { out, text }
  const what = more.length === 0 && out !== undefined ? `${out.path}, by its wdir` : `more than ${path}`
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${pointer} of ${version.label} stands for ${what}.`, {
    hint: 'Restore it by "git checkout", and then "runwright data checkout".',
  })
}

function rename({ out, text }: FoundVersion, path: string): string {
  const [from, to] = [posix.basename(out.path), posix.basename(path)]
  return from === to ? text : renameOut(text, from, to, out.pointer)
}

function createLocked(path: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `The version of ${path} is locked.`, {
    hint: `"runwright data unlock ${path}" unlocks it. Nothing was changed.`,
  })
}

/** A version that neither a commit nor the index has could not be found again. */
async function checkCommitted({ git, prefix }: GitSide, pointer: string, text: string): Promise<void> {
  const places = [`HEAD:${prefix}${pointer}`, `:0:${prefix}${pointer}`]
  const kept = await Promise.all(places.map((place) => git(['cat-file', 'blob', place])))
  if (kept.some((bytes) => bytes?.toString() === text)) return
  throw new RunwrightError('RESOURCE_CONFLICT', `${pointer} has changes that are in no commit.`, {
    hint: 'Commit it with git, or give the changes up with --force. Nothing was changed.',
  })
}

interface Replacement {
  readonly pointer: string
  readonly text: string
  readonly before: string | undefined
}

/** Puts the file back where what follows fails. */
async function replacePointer<Result>(
  repository: DataRepository,
  { git }: GitSide,
  { pointer, text, before }: Replacement,
  follow: () => Promise<Result>,
): Promise<Result> {
  const file = join(repository.root, pointer)
  // A new work tree has no temporary folder yet.
  for (const folder of [dirname(file), repository.temporaryFolder]) mkdirSync(folder, { recursive: true })
  if (text !== before) replaceFile(file, text, repository.temporaryFolder)
  try {
    const result = await follow()
    await ignoreInGit(repository, git, pointer.slice(0, -pointerEnding.length))
    return result
  } catch (error) {
    if (before === undefined) unlinkSync(file)
    else if (text !== before) replaceFile(file, before, repository.temporaryFolder)
    throw error
  }
}
