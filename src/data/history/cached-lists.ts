import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DirEntry, parseDirObject } from '../dir-object.ts'
import { type DirHash, parseSha256, type Sha256 } from '../hash.ts'
import { type Manifest, parseManifest } from '../manifest.ts'
import { dataKey, manifestKey, type ObjectKey } from '../object-key.ts'
import type { DataRepository } from '../repository.ts'

type Cache = Pick<DataRepository, 'cacheFolder'>

/**
 * The list of a folder's files in the cache. Undefined where it is not there, and where its bytes are no longer those
 * that its name stands for.
 *
 * @throws INVALID_PARAMETER_VALUE for a list that names places outside its folder
 */
export async function findDirList(cache: Cache, hash: DirHash): Promise<readonly DirEntry[] | undefined> {
  const bytes = await findDirBytes(cache, hash)
  return bytes && parseDirObject(bytes, `The list ${hash}`)
}

/** As it is written, as long as it is what its name stands for. */
export async function findDirBytes({ cacheFolder }: Cache, hash: DirHash): Promise<Buffer | undefined> {
  const bytes = await readIfThere(join(cacheFolder, dataKey(hash)))
  return bytes !== undefined && isNamed(bytes, hash) ? bytes : undefined
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
export async function findManifest({ cacheFolder }: Cache, hash: Sha256): Promise<Manifest | undefined> {
  const bytes = await readIfThere(join(cacheFolder, manifestKey(hash)))
  if (bytes === undefined || createHash('sha256').update(bytes).digest('hex') !== hash) return undefined
  return parseManifest(bytes.toString(), `The manifest ${hash}`)
}

async function readIfThere(path: string): Promise<Buffer | undefined> {
  return readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  })
}
