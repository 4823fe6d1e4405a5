import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { OutStatus } from '../protocol/data-status.ts'
import { chooseOuts } from './choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { type DataHash, isDirHash } from './hash.ts'
import { openGitSide } from './history/git-side.ts'
import { openMergeMemory } from './history/merge-memory.ts'
import { listUnmerged } from './history/unmerged.ts'
import { dataKey } from './object-key.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import { compareFolder } from './restoring/compare-folder.ts'
import { createNameList, noDifferences, type OutDifferences } from './restoring/differences.ts'
import { readFile } from './restoring/plan-file.ts'
import type { Work } from './work.ts'
import { hasMd5, md5Of, sha256Of } from './hashing/hash-digits.ts'
import { openReading, type Reading } from './writing/open-recording.ts'
import type { Recording } from './writing/record-path.ts'

/**
 * Compares the workspace with its `.dvc` files. It waits for nobody: what it has to hash is remembered only if no other
 * command is at work.
 *
 * @param paths from the root; undefined for all
 * @returns first the `.dvc` files that git could not merge, unless paths are named
 * @throws RESOURCE_DOES_NOT_EXIST for a path that no `.dvc` file stands for; CANCELLED
 */
export async function readStatus(
  repository: DataRepository,
  paths: readonly string[] | undefined,
  work: Work,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly OutStatus[]> {
  const conflicts: string[] = []
  // What is named is expected to be readable; of all, the rest is told beside what git could not merge.
  const noteConflict = paths === undefined ? (pointer: string) => void conflicts.push(pointer) : undefined
  const outs = chooseOuts(listOuts(await findPointers(repository, env, noteConflict)), paths)
  const open = await findOpenMerges(repository, outs, env)
  await using reading = await openReading(repository, work)
  const statuses: OutStatus[] = conflicts.map(describeConflict)
  for (const tracked of outs) {
    if (!tracked.out.isCached) continue
    const isOpen = open.has(tracked.found.path)
    statuses.push(
      isOpen ? { ...describeOut(tracked), state: 'conflict', ...noDifferences() } : await readOut(reading, tracked),
    )
  }
  if (reading.singles.isChanged() && reading.canSave) reading.singles.save()
  return statuses
}

/** Paths of `.dvc` files whose merge waits for somebody to decide, of those that git could not merge. */
async function findOpenMerges(
  repository: DataRepository,
  outs: readonly TrackedOut[],
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlySet<string>> {
  const pointers = outs.filter(({ found }) => found.isUnmerged).map(({ found }) => found.path)
  if (pointers.length === 0) return new Set()
  const listed = await listUnmerged(await openGitSide(repository, env), pointers)
  const open = [...listed].filter(([pointer, stages]) => !openMergeMemory(repository, pointer, stages).isDone)
  return new Set(open.map(([pointer]) => pointer))
}

async function readOut(reading: Reading, tracked: TrackedOut): Promise<OutStatus> {
  const { path, out } = tracked
  const { hash } = out
  const known = describeOut(tracked)
  const seen = lstatSync(join(reading.repository.root, path), { throwIfNoEntry: false })
  if (hash === undefined) return { ...known, state: 'new', ...noDifferences() }
  if (seen === undefined) {
    const notInCache = createNameList()
    if (!reading.cache.has(dataKey(hash))) notInCache.add(path)
    return { ...known, state: 'missing', ...noDifferences(), notInCache }
  }
  const { isSame, ...differences } =
    isDirHash(hash) && seen.isDirectory()
      ? await compareFolder(reading, tracked, hash)
      : await compareFile(reading, tracked, hash)
  return { ...known, state: isSame ? 'clean' : 'changed', ...differences }
}

function describeOut({ path, found, out: { hash, sizeBytes, fileCount } }: TrackedOut) {
  return {
    path,
    pointer: found.path,
    isFolder: hash !== undefined && isDirHash(hash),
    ...(hash === undefined ? {} : { hash }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(fileCount === undefined ? {} : { fileCount }),
  }
}

function describeConflict(pointer: string): OutStatus {
  const path = pointer.slice(0, -pointerEnding.length)
  return { path, pointer, state: 'conflict', isFolder: false, ...noDifferences() }
}

async function compareFile(
  reading: Recording,
  { path, out: { sha256 } }: TrackedOut,
  hash: DataHash,
): Promise<OutDifferences> {
  // To hash it by SHA-256 takes half of what an md5 does.
  const record = await readFile(
    reading,
    path,
    sha256 === undefined ? { only: 'md5' } : { needs: 'either', only: 'sha256' },
  )
  const differences = noDifferences()
  const isSame = record !== undefined && (hasMd5(record) ? md5Of(record) === hash : sha256Of(record) === sha256)
  if (!isSame) differences.changed.add(path)
  const object = lstatSync(reading.cache.path(dataKey(hash)), { throwIfNoEntry: false })
  if (object === undefined) differences.notInCache.add(path)
  if (!isSame && object !== undefined && object.ino === record?.ino) differences.edited.add(path)
  return { isSame, ...differences }
}
