import { lstatSync } from 'node:fs'
import { join } from 'node:path'
import type { OutStatus } from '../protocol/data-status.ts'
import { chooseOuts } from './choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { type DataHash, isDirHash } from './hash.ts'
import { dataKey } from './object-key.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import { compareFolder } from './restoring/compare-folder.ts'
import { createNameList, noDifferences, type OutDifferences } from './restoring/differences.ts'
import { readFile } from './restoring/plan-file.ts'
import type { Work } from './work.ts'
import { md5Of } from './workspace/read-states.ts'
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
  await using reading = await openReading(repository, work)
  const statuses: OutStatus[] = conflicts.map(describeConflict)
  for (const tracked of outs) {
    if (tracked.out.isCached) statuses.push(await readOut(reading, tracked))
  }
  if (reading.singles.isChanged() && reading.canSave) reading.singles.save()
  return statuses
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
      : await compareFile(reading, path, hash)
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

async function compareFile(reading: Recording, path: string, hash: DataHash): Promise<OutDifferences> {
  const record = await readFile(reading, path)
  const differences = noDifferences()
  const isSame = record !== undefined && md5Of(record) === hash
  if (!isSame) differences.changed.add(path)
  const object = lstatSync(reading.cache.path(dataKey(hash)), { throwIfNoEntry: false })
  if (object === undefined) differences.notInCache.add(path)
  if (!isSame && object !== undefined && object.ino === record?.ino) differences.edited.add(path)
  return { isSame, ...differences }
}
