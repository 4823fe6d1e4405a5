import type { Work } from '../data/work.ts'
import { type GitPath, toFileName } from '../git/git-path.ts'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import type { LfsContext } from './context.ts'
import { type LfsFile, listIndexedFiles, listRevisionFiles } from './files.ts'
import { hasObject } from './objects.ts'
import type { LfsRepository } from './repository.ts'
import { transferObjects } from './transfer.ts'

export interface FetchOptions {
  /** Default: the index, which is what the work tree has. */
  readonly revision: string | undefined
  /** Of files and folders; none: all. */
  readonly paths: readonly GitPath[]
  readonly remote: string | undefined
}

export interface FetchResult {
  /** The LFS files that were meant. */
  readonly files: readonly LfsFile[]
  /** What was brought; the rest was there. */
  readonly fetched: readonly LfsPointer[]
  readonly failures: readonly FileFailure[]
}

export interface FileFailure {
  readonly path: GitPath
  readonly error: RunwrightError
}

/**
 * Brings the contents of LFS files into the store, and touches no file of the work tree.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a path without an LFS file, or an unknown revision; what `transferObjects` throws
 */
export async function fetchLfsFiles(
  repository: LfsRepository,
  { revision, paths, remote }: FetchOptions,
  context: LfsContext,
  work: Work,
): Promise<FetchResult> {
  const files =
    revision === undefined
      ? await listIndexedFiles(repository, paths)
      : await listRevisionFiles(repository, revision, paths)
  checkPaths(files, paths)
  throwIfCancelled(work)
  const wanted = uniqueObjects(files.filter(({ isSkipped }) => !isSkipped))
  const present = await Promise.all(wanted.map((pointer) => hasObject(repository, pointer)))
  const pointers = wanted.filter((_, index) => present[index] === false)
  const options = { repository, operation: 'download', remote, pointers, context } as const
  const { transferred, failures } = await transferObjects(options, work)
  const errors = new Map(failures.map(({ pointer, error }) => [pointer.oid, error]))
  return {
    files,
    fetched: transferred,
    failures: files.flatMap(({ path, oid }) => {
      const error = errors.get(oid)
      return error === undefined ? [] : [{ path, error }]
    }),
  }
}

export function uniqueObjects(files: readonly LfsPointer[]): LfsPointer[] {
  return [...new Map(files.map(({ oid, sizeBytes }) => [oid, { oid, sizeBytes }])).values()]
}

/** A path that is none of these files, and has none in it. */
export function findEmptyPath(
  files: readonly { readonly path: GitPath }[],
  paths: readonly GitPath[],
): GitPath | undefined {
  const isIn = (path: GitPath, folder: GitPath) => path === folder || path.startsWith(`${folder}/`)
  return paths.find((folder) => folder !== '' && !files.some(({ path }) => isIn(path, folder)))
}

/** @throws RESOURCE_DOES_NOT_EXIST naming a path that is no LFS file, and has none in it */
export function checkPaths(files: readonly { readonly path: GitPath }[], paths: readonly GitPath[]): void {
  const empty = findEmptyPath(files, paths)
  if (empty === undefined) return
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `git has no LFS file at ${toFileName(empty)}.`, {
    hint: '"runwright lfs status" lists those there are.',
  })
}
