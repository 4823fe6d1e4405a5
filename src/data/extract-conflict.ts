import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createHash } from 'node:crypto'
import { basename, join } from 'node:path'
import type { ExtractedConflict } from '../protocol/data-merge.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type DataCache, damagedObject, openDataCache } from './cache.ts'
import { openHashPool } from './hashing/hash-pool.ts'
import { hasMarks, isTextFile, mergeText } from './history/merge-text.ts'
import { openMerge } from './history/open-merge.ts'
import type { Md5 } from './hash.ts'
import { type FileConflict, mergePointers } from './merge.ts'
import { dataKey } from './object-key.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import { createObjectCheck, type ObjectCheck } from './restoring/object-check.ts'
import type { Work } from './work.ts'

export interface ExtractOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the folder, or of its `.dvc` file, from the root of the repository. */
  readonly path: string
  /** In the folder; empty for what is in conflict as a whole. */
  readonly file: string
}

/**
 * Writes the versions of a file in conflict to files of their own, and of a text the lines of both merged. A merged file
 * that is there already stays: somebody may be at work on it.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where git is in the middle of no merge of this file, where the file is not in conflict,
 *   and for contents that the cache lacks; STORAGE_DAMAGED; what `mergePointers` throws
 */
export async function extractConflict(
  repository: DataRepository,
  { env, path, file }: ExtractOptions,
  work: Pick<Work, 'signal'>,
): Promise<ExtractedConflict> {
  const { side, pointer, sides, memory } = await openMerge(repository, env, path, work)
  const conflict = mergePointers(repository, sides, pointer).conflicts.find((each) => each.path === file)
  if (conflict === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${JSON.stringify(file)} is not in conflict in ${pointer}.`, {
      hint: `"runwright data resolve ${pointer}" lists what is.`,
    })
  }
  const name = basename(file === '' ? pointer.slice(0, -pointerEnding.length) : file)
  const folder = join(memory.folder, 'files', createHash('sha256').update(file).digest('hex').slice(0, 24))
  const copies = await copySides(repository, conflict, (which) => join(makeFolder(folder, which), name), work)
  const { base, ours, theirs } = copies
  if (
    ours === undefined ||
    theirs === undefined ||
    ![base, ours, theirs].every((each) => each === undefined || isTextFile(each))
  ) {
    return { path: file, ...copies, hasMarks: false }
  }
  const merged = join(makeFolder(folder, 'merged'), name)
  const from = base ?? join(makeFolder(folder, 'base'), name)
  if (base === undefined) writeFileSync(from, '')
  const isMarked = existsSync(merged)
    ? hasMarks(readFileSync(merged))
    : await mergeText(side, merged, { base: from, ours, theirs })
  return { path: file, base: from, ours, theirs, merged, hasMarks: isMarked }
}

function makeFolder(folder: string, which: string): string {
  const made = join(folder, which)
  mkdirSync(made, { recursive: true })
  return made
}

async function copySides(
  repository: DataRepository,
  { base, ours, theirs }: FileConflict,
  placeOf: (which: string) => string,
  work: Pick<Work, 'signal'>,
): Promise<Pick<ExtractedConflict, 'base' | 'ours' | 'theirs'>> {
  using cache = openDataCache(repository)
  await using pool = openHashPool(work.signal)
  const check = createObjectCheck(cache, pool)
  const copy = (md5: Md5 | undefined, which: string) =>
    md5 === undefined ? undefined : copyObject(cache, check, md5, placeOf(which))
  // Of the base only its lines are wanted; both sides can be looked at without it.
  const isBaseHere = base !== undefined && cache.has(dataKey(base))
  const copied = {
    base: isBaseHere ? await copy(base, 'base') : undefined,
    ours: await copy(ours, 'ours'),
    theirs: await copy(theirs, 'theirs'),
  }
  return {
    ...(copied.base === undefined ? {} : { base: copied.base }),
    ...(copied.ours === undefined ? {} : { ours: copied.ours }),
    ...(copied.theirs === undefined ? {} : { theirs: copied.theirs }),
  }
}

async function copyObject(cache: DataCache, check: ObjectCheck, md5: Md5, target: string): Promise<string> {
  const object = cache.path(dataKey(md5))
  if (!cache.has(dataKey(md5))) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${basename(target)} is not in the cache in both versions.`, {
      hint: '"runwright data fetch --all-branches" brings the data of both branches.',
    })
  }
  if (!(await check.isSound(md5))) throw damagedObject(object)
  rmSync(target, { force: true })
  copyFileSync(object, target, constants.COPYFILE_FICLONE)
  chmodSync(target, 0o444)
  return target
}
