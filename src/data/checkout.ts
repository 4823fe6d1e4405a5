import { lstatSync, mkdirSync, realpathSync, rmdirSync, unlinkSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { chooseOuts } from './choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { isDirHash } from './hash.ts'
import { temporaryName } from './hashing/store-object.ts'
import type { DataRepository } from './repository.ts'
import { foldsNames, refuseCollisions } from './restoring/name-collisions.ts'
import { createObjectCheck, type ObjectCheck } from './restoring/object-check.ts'
import { performPlan } from './restoring/perform-plan.ts'
import { createProblems, emptyPlan, type OutPlan, type Problems } from './restoring/plan.ts'
import { createPlannedFiles, type PlannedFiles } from './restoring/planned-files.ts'
import { planFile, readFile } from './restoring/plan-file.ts'
import { planFolder } from './restoring/plan-folder.ts'
import { refuseProblems } from './restoring/refuse-problems.ts'
import { openFolderContents } from './restoring/version-entries.ts'
import type { Work } from './work.ts'
import { type CacheStamp, takeCacheStamp } from './workspace/cache-stamp.ts'
import { openIndexWriter } from './workspace/file-index.ts'
import { md5Of } from './hashing/hash-digits.ts'
import { besideFolder, passTick } from './writing/lock-repository.ts'
import { openRecording } from './writing/open-recording.ts'
import { indexFile, type Recording } from './writing/record-path.ts'
import { refuseInUse } from './writing/refuse-in-use.ts'

/** What a checkout has done to one file or folder. */
export interface CheckedOut {
  /** From the root of the repository. */
  readonly path: string
  /** Files. */
  readonly added: number
  readonly changed: number
  readonly removed: number
}

export interface CheckoutOptions {
  /** Files and folders from the root, or their `.dvc` files; undefined for all. */
  readonly paths: readonly string[] | undefined
  /** Files that are in no cache are overwritten and removed, too. */
  readonly isForced: boolean
}

/**
 * Makes the workspace what its `.dvc` files say. Nothing is changed unless all of it can be done.
 *
 * @throws RESOURCE_CONFLICT naming files that are not in the cache and would be lost; RESOURCE_DOES_NOT_EXIST naming what
 *   the cache lacks; STORAGE_DAMAGED naming what is damaged in it; CANCELLED, STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function checkoutPaths(
  repository: DataRepository,
  { paths, isForced }: CheckoutOptions,
  work: Work,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly CheckedOut[]> {
  await using recording = await openRecording(repository, work)
  const outs = chooseOuts(listOuts(await findPointers(repository, env)), paths)
  refuseInUse(repository, outs)
  // Taken before any object is looked at, so that whatever goes away from now on shows.
  const cacheStamp = await takeSettledStamp(recording)
  const check = createObjectCheck(recording.cache, recording.pool)
  const problems = createProblems()
  using opened = new DisposableStack()
  const planned: { readonly tracked: TrackedOut; readonly plan: OutPlan; readonly files: PlannedFiles }[] = []
  for (const tracked of outs) {
    if (!tracked.out.isCached || tracked.out.hash === undefined) continue
    checkPlace(repository, tracked.path)
    const files = opened.use(createPlannedFiles(temporaryName(besideFolder(repository.temporaryFolder))))
    planned.push({ tracked, files, plan: await planOut(recording, tracked, check, problems, files) })
  }
  await check.settle()
  refuseProblems(isForced ? { ...problems, unsaved: createProblems().unsaved } : problems)
  const done: CheckedOut[] = []
  for (const { tracked, plan, files } of planned) {
    await perform(recording, tracked, plan, files, cacheStamp)
    const { path, added, changed } = plan
    done.push({ path, added, changed, removed: files.removedCount() })
  }
  recording.singles.save()
  return done
}

/** No link on the way there leads elsewhere. @throws RESOURCE_CONFLICT */
export function checkPlace({ root }: DataRepository, path: string): void {
  for (let folder = dirname(join(root, path)); folder.length > root.length; folder = dirname(folder)) {
    if (lstatSync(folder, { throwIfNoEntry: false }) === undefined) continue
    if (realpathSync(folder) === folder) return
    throw new RunwrightError('RESOURCE_CONFLICT', `${path} lies behind a link: ${folder}.`, {
      hint: 'Nothing is written behind links. Replace the link by the folder that it leads to.',
    })
  }
}

async function planOut(
  recording: Recording,
  { out, path }: TrackedOut,
  check: ObjectCheck,
  problems: Problems,
  files: PlannedFiles,
): Promise<OutPlan> {
  const { hash, sha256 } = out
  if (hash === undefined) return emptyPlan(path)
  if (!isDirHash(hash)) return planFile(recording, path, { hash, sha256 }, check, problems, files)
  const contents = openFolderContents(recording.cache, out)
  if (contents === undefined) {
    problems.missing.add(path)
    return emptyPlan(path)
  }
  const seen = lstatSync(join(recording.repository.root, path), { throwIfNoEntry: false })
  if (seen !== undefined && !seen.isDirectory()) {
    const record = seen.isFile() ? await readFile(recording, path) : undefined
    if (record === undefined || !(await check.isSound(md5Of(record)))) problems.unsaved.add(path)
  }
  const { entries } = contents
  const apart = foldsNames(recording.repository) ? refuseCollisions(entries, path) : entries
  return planFolder(recording, path, { ...contents, entries: apart }, check, problems, files)
}

async function perform(
  recording: Recording,
  { out, path }: TrackedOut,
  plan: OutPlan,
  planned: PlannedFiles,
  cacheStamp: CacheStamp,
): Promise<void> {
  const { repository, singles } = recording
  const absolute = join(repository.root, path)
  const seen = lstatSync(absolute, { throwIfNoEntry: false })
  if (out.hash === undefined || !isDirHash(out.hash)) {
    if (seen?.isDirectory() === true) {
      await performPlan(recording, absolute, plan, { files: [], removals: planned.removals() }, () => undefined)
      rmdirSync(absolute)
    }
    await performPlan(recording, repository.root, plan, { files: planned.files(), removals: [] }, singles.set)
    return
  }
  if (seen !== undefined && !seen.isDirectory()) unlinkSync(absolute)
  mkdirSync(absolute, { recursive: true })
  const file = indexFile(repository.temporaryFolder, path)
  using writer = openIndexWriter(file)
  await performPlan(recording, absolute, plan, { files: planned.files(), removals: planned.removals() }, writer.add)
  writer.finish({
    version: { hash: out.hash, sha256: out.sha256 },
    // Whoever asks for the status next need not look at each object again.
    cacheStamp: plan.hasAllObjects ? cacheStamp : undefined,
    shape: undefined,
  })
}

/** The folders of the cache as they are, once all that changes in them from now on changes their times. */
async function takeSettledStamp({ repository, cache }: Recording): Promise<CacheStamp> {
  await passTick(repository, takeCacheStamp(cache.objects).newestMs)
  return takeCacheStamp(cache.objects)
}
