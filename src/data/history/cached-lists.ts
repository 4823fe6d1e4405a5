import { createHash } from 'node:crypto'
import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import { type DirEntry, parseDirObject } from '../dir-object.ts'
import { type DirHash, parseSha256, type Sha256 } from '../hash.ts'
import { type Manifest, parseManifest } from '../manifest.ts'
import type { ObjectKey } from '../object-key.ts'

/**
 * The list of a folder's files in the cache. Undefined where it is not there, and where its bytes are no longer those
 * that its name stands for.
 *
 * @throws INVALID_PARAMETER_VALUE for a list that names places outside its folder
 */
export function findDirList(cache: DataCache, hash: DirHash): readonly DirEntry[] | undefined {
  const bytes = findDirBytes(cache, hash)
  return bytes && parseDirObject(bytes, `The list ${hash}`)
}

/** As it is written, as long as it is what its name stands for. */
export function findDirBytes(cache: DataCache, hash: DirHash): Buffer | undefined {
  return unlessDamaged(() => cache.readVerified(hash, 'data'))
}

/** Whether bytes are those of a list. */
export function isNamed(bytes: Uint8Array, hash: DirHash): boolean {
  return `${createHash('md5').update(bytes).digest('hex')}.dir` === hash
}

/** Of an object that is a manifest; undefined for any other. */
export function manifestHash(key: ObjectKey): Sha256 | undefined {
  const [, first = '', rest = ''] = /^runwright\/manifest\/(..)\/(.+)$/.exec(key) ?? []
  return parseSha256(first + rest)
}

/** The manifest of a folder in the cache, where there is one and it is undamaged. */
export function findManifest(cache: DataCache, hash: Sha256): Manifest | undefined {
  const bytes = unlessDamaged(() => cache.readVerified(hash, 'manifest'))
  return bytes && parseManifest(bytes.toString(), `The manifest ${hash}`)
}

function unlessDamaged<Result>(read: () => Result): Result | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'STORAGE_DAMAGED') return undefined
    throw error
  }
}
