import { lstat, readFile } from 'node:fs/promises'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { throwIfCancelled } from '../protocol/errors.ts'
import type { Work } from '../data/work.ts'
import { runGit } from '../git/git.ts'
import { type GitPath, toPath } from '../git/git-path.ts'
import { createLfsPointer, maxPointerBytes, parseLfsPointer } from '../git/lfs-pointer.ts'
import { type LfsFile, listIndexedFiles } from './files.ts'
import { hasObject } from './objects.ts'
import type { LfsRepository } from './repository.ts'

/**
 * What lies in the work tree: the content, the pointer in its place, other bytes than git has, nothing though git has a
 * file there, or nothing because of a sparse checkout.
 */
export type LfsFileState = 'content' | 'pointer' | 'changed' | 'missing' | 'skipped'

export interface LfsFileStatus extends LfsFile {
  readonly state: LfsFileState
  /** Whether the content is in Git LFS's store, so that nothing need be fetched. */
  readonly isFetched: boolean
}

const filesAtATime = 16
const maxListBytes = 256 << 20

/**
 * The LFS files of the index and how they lie in the work tree. Contents that git has not seen since they were last written are
 * hashed.
 */
export async function readLfsStatus(
  repository: LfsRepository,
  paths: readonly GitPath[],
  work: Work,
): Promise<LfsFileStatus[]> {
  const [files, touched] = await Promise.all([listIndexedFiles(repository, paths), listTouched(repository)])
  let doneFiles = 0
  let doneBytes = 0
  const totalBytes = files.reduce((sum, { path, sizeBytes }) => sum + (touched.has(path) ? sizeBytes : 0), 0)
  return mapConcurrently(files, filesAtATime, async (file) => {
    throwIfCancelled(work)
    const [state, isFetched] = await Promise.all([
      findState(repository, file, touched.has(file.path), work),
      hasObject(repository, file),
    ])
    doneFiles++
    if (touched.has(file.path)) doneBytes += file.sizeBytes
    work.progress({ phase: 'hash', doneFiles, totalFiles: files.length, doneBytes, totalBytes })
    return { ...file, state, isFetched }
  })
}

/** Files whose size or times differ from what the index knows; no content is read for it. */
async function listTouched({ root, env }: LfsRepository): Promise<ReadonlySet<GitPath>> {
  const output = await runGit(root, env)(['diff-files', '--name-only', '-z', '--ignore-submodules'], maxListBytes)
  return new Set((output?.toString('latin1') ?? '').split('\0'))
}

async function findState(
  { root }: LfsRepository,
  file: LfsFile,
  isTouched: boolean,
  { signal }: Work,
): Promise<LfsFileState> {
  if (file.isSkipped) return 'skipped'
  const place = toPath(root, file.path)
  const entry = await lstat(place).catch(() => undefined)
  if (entry === undefined) return 'missing'
  if (!entry.isFile()) return 'changed'
  if (entry.size < maxPointerBytes) {
    const pointer = parseLfsPointer(await readFile(place))
    if (pointer !== undefined) return pointer.oid === file.oid ? 'pointer' : 'changed'
  }
  if (entry.size !== file.sizeBytes) return 'changed'
  if (!isTouched) return 'content'
  return (await createLfsPointer(place, signal))?.oid === file.oid ? 'content' : 'changed'
}
