import { type DataCache } from '../cache.ts'
import { findPointers, listOuts } from '../find-pointers.ts'
import { type DataHash, isDirHash, type Sha256 } from '../hash.ts'
import { logData } from '../log.ts'
import { type DataRepository, isWithoutGit } from '../repository.ts'
import type { Work } from '../work.ts'
import { findDirList } from './cached-lists.ts'

/** What needs an object. */
export interface Needer {
  /** Of what is under version control, from the root of the repository. */
  readonly path: string
  /** In the folder that `path` is; undefined for the list of the folder, and for a file that is tracked by itself. */
  readonly file: string | undefined
  /** The newest commit that has it; undefined for the work tree. */
  readonly commit: string | undefined
}

/** Of each object at most so many are named. */
const maxNeeders = 20

interface Version {
  readonly path: string
  readonly hash: DataHash | undefined
  readonly sha256: Sha256 | undefined
  readonly commit: string | undefined
}

/**
 * Which files and folders need certain objects: those of the work tree, and for what no such needs, those of the history.
 *
 * @param names hashes without `.dir`: md5s, and SHA-256s of manifests
 */
export async function findNeeders(
  repository: DataRepository,
  cache: DataCache,
  names: ReadonlySet<string>,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<ReadonlyMap<string, readonly Needer[]>> {
  const needers = new Map<string, Needer[]>()
  const add = (name: string, needer: Needer) => {
    const known = needers.get(name) ?? []
    if (known.length < maxNeeders) needers.set(name, [...known, needer])
  }
  const look = ({ path, hash, sha256, commit }: Version) => {
    if (sha256 !== undefined && names.has(sha256)) add(sha256, { path, file: undefined, commit })
    if (hash === undefined) return
    if (names.has(hash.slice(0, 32))) add(hash.slice(0, 32), { path, file: undefined, commit })
    for (const { relpath, md5 } of isDirHash(hash) ? (findDirList(cache, hash) ?? []) : []) {
      if (names.has(md5)) add(md5, { path, file: relpath, commit })
    }
  }
  for (const { path, out } of listOuts(await findPointers(repository, env))) look({ ...out, path, commit: undefined })
  if (needers.size === names.size || isWithoutGit(repository)) return needers
  const inWorkTree = new Set(needers.keys())
  const seen = new Set<string>()
  for await (const version of logData(repository, env, {}, work)) {
    if (version.hash === undefined || seen.has(version.hash)) continue
    seen.add(version.hash)
    look(version)
  }
  for (const name of inWorkTree)
    needers.set(
      name,
      (needers.get(name) ?? []).filter(({ commit }) => commit === undefined),
    )
  return needers
}
