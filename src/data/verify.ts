import { type DataCache, openDataCache } from './cache.ts'
import { chooseOuts } from './choose-outs.ts'
import { findPointers, listOuts, type TrackedOut } from './find-pointers.ts'
import { isDirHash, parseSha256 } from './hash.ts'
import { findDirList, findManifest, manifestHash } from './history/cached-lists.ts'
import { findNeeders, type Needer } from './history/find-needers.ts'
import type { StoredObject } from './history/garbage-place.ts'
import { hashCached, type HashedObject, hashRemote, nameOf } from './history/hash-objects.ts'
import { dataKey, manifestKey, type ObjectKey } from './object-key.ts'
import type { DataRemote } from './remote.ts'
import type { DataRepository } from './repository.ts'
import { throwIfCancelled } from '../protocol/errors.ts'
import type { Work } from './work.ts'

export type { Needer } from './history/find-needers.ts'

export interface VerifyOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  /** From the root of the repository: what these need is looked at. Default: every object there is. */
  readonly paths: readonly string[] | undefined
  /** Looks at this instead of the cache. */
  readonly remote: DataRemote | undefined
  /**
   * Moves damaged objects of the cache aside, so that a fetch brings them anew. Of a remote it removes those that the
   * cache has, so that a push sends them anew.
   */
  readonly isRepair: boolean
}

export interface DamagedObject extends StoredObject {
  /** `unreadable` where the system fails to read it; `sha256` where the md5 is right, and a manifest knows better. */
  readonly problem: 'md5' | 'sha256' | 'unreadable'
  readonly neededBy: readonly Needer[]
  /** Out of the cache; or removed from the remote, as the cache has it. */
  readonly isMovedAside: boolean
}

export interface Verified {
  readonly objectCount: number
  readonly sizeBytes: number
  readonly damaged: readonly DamagedObject[]
  /** Objects that the work tree needs and that are not there. */
  readonly missing: readonly ObjectKey[]
}

/** Of what is missing at most so many are listed. */
const maxMissing = 1000

/**
 * Reads objects again, and compares their bytes with their names, by md5 and, where a manifest or a `.dvc` file has it,
 * by SHA-256.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a path that no `.dvc` file stands for; CANCELLED; what the remote throws
 */
export async function verifyData(repository: DataRepository, options: VerifyOptions, work: Work): Promise<Verified> {
  const { env, paths, remote, isRepair } = options
  using cache = openDataCache(repository)
  const outs = chooseOuts(listOuts(await findPointers(repository, env)), paths)
  const wanted = new Set<ObjectKey>(outs.flatMap((tracked) => [...keysOf(cache, tracked)]))
  const found = await listObjects(cache, remote, paths === undefined ? undefined : wanted, work)
  const hashed =
    remote === undefined ? hashCached(cache, repository.cacheFolder, found, work) : hashRemote(remote, found, work)
  const expected = expectSha256(cache, outs)
  const damaged: (StoredObject & Pick<DamagedObject, 'problem'>)[] = []
  const totalBytes = found.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let [doneFiles, doneBytes] = [0, 0]
  for await (const object of hashed) {
    throwIfCancelled(work)
    doneFiles++
    doneBytes += object.sizeBytes
    work.progress({ phase: 'verify', doneFiles, totalFiles: found.length, doneBytes, totalBytes })
    const problem = findProblem(object, expected)
    if (problem === undefined) continue
    damaged.push({ key: object.key, sizeBytes: object.sizeBytes, problem })
    if (remote === undefined) distrust(cache, object)
  }
  const needers = await findNeeders(repository, cache, new Set(damaged.map(({ key }) => nameOf(key))), work, env)
  const movedAside = isRepair ? await moveAside(cache, remote, damaged, work) : new Set<ObjectKey>()
  const keys = new Set(found.map(({ key }) => key))
  return {
    objectCount: doneFiles,
    sizeBytes: doneBytes,
    damaged: damaged.map((each) => ({
      ...each,
      neededBy: needers.get(nameOf(each.key)) ?? [],
      isMovedAside: movedAside.has(each.key),
    })),
    missing: [...wanted].filter((key) => !keys.has(key)).slice(0, maxMissing),
  }
}

/** What an out needs, as far as its list is in the cache. */
function* keysOf(cache: DataCache, { out }: TrackedOut): Generator<ObjectKey> {
  if (out.hash === undefined || !out.isCached) return
  yield dataKey(out.hash)
  if (!isDirHash(out.hash)) return
  if (out.sha256 !== undefined) yield manifestKey(out.sha256)
  for (const { md5 } of findDirList(cache, out.hash) ?? []) yield dataKey(md5)
}

async function listObjects(
  cache: DataCache,
  remote: DataRemote | undefined,
  wanted: ReadonlySet<ObjectKey> | undefined,
  { signal }: Pick<Work, 'signal'>,
): Promise<readonly StoredObject[]> {
  if (remote !== undefined && wanted !== undefined) {
    return [...(await remote.find([...wanted], signal))].map(([key, sizeBytes]) => ({ key, sizeBytes }))
  }
  if (remote !== undefined) {
    const prefixes = ['files/md5/', 'runwright/manifest/']
    return (await Promise.all(prefixes.map((prefix) => Array.fromAsync(remote.list(prefix, signal))))).flat()
  }
  if (wanted === undefined) return [...cache.listAll()].filter(({ key }) => isChecked(key))
  return [...wanted].flatMap((key) => {
    const object = cache.find(key)
    return object === undefined ? [] : [{ key, sizeBytes: object.sizeBytes }]
  })
}

/** Packs of chunks have names of another kind. */
function isChecked(key: ObjectKey): boolean {
  return key.startsWith('files/md5/') || manifestHash(key) !== undefined
}

/** SHA-256 by md5, as the `.dvc` files and the manifests of the work tree have them. */
function expectSha256(cache: DataCache, outs: readonly TrackedOut[]): ReadonlyMap<string, string> {
  const expected = new Map<string, string>()
  for (const { out } of outs) {
    if (out.hash === undefined || out.sha256 === undefined) continue
    if (!isDirHash(out.hash)) expected.set(out.hash, out.sha256)
    for (const entry of isDirHash(out.hash) ? (findManifest(cache, out.sha256)?.entries ?? []) : []) {
      if (entry.kind === 'file') expected.set(entry.md5, entry.sha256)
    }
  }
  return expected
}

function findProblem(
  { key, md5, sha256 }: HashedObject,
  expected: ReadonlyMap<string, string>,
): DamagedObject['problem'] | undefined {
  if (md5 === undefined || sha256 === undefined) return 'unreadable'
  if (manifestHash(key) !== undefined) return sha256 === nameOf(key) ? undefined : 'sha256'
  if (md5 !== nameOf(key)) return 'md5'
  const known = expected.get(md5)
  return known === undefined || key.endsWith('.dir') || known === parseSha256(sha256) ? undefined : 'sha256'
}

async function moveAside(
  cache: DataCache,
  remote: DataRemote | undefined,
  damaged: readonly (StoredObject & Pick<DamagedObject, 'problem'>)[],
  { signal }: Pick<Work, 'signal'>,
): Promise<ReadonlySet<ObjectKey>> {
  if (remote === undefined) {
    for (const { key } of damaged) cache.setAside(key)
    return new Set(damaged.map(({ key }) => key))
  }
  // Bytes with the md5 of their name are as they were pushed, whatever a manifest says.
  const isWrong = ({ key, problem }: (typeof damaged)[number]) =>
    problem !== 'sha256' || manifestHash(key) !== undefined
  const keys = damaged.filter((each) => isWrong(each) && cache.has(each.key)).map(({ key }) => key)
  await (remote.removeDamaged?.(keys, signal) ?? remote.remove(keys, signal))
  return new Set(keys)
}

/** It is no longer taken for sound because it looks as it did when it was. */
function distrust(cache: DataCache, { key }: HashedObject): void {
  if (key.startsWith('files/md5/')) cache.states.distrust(nameOf(key))
}
