import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  unlinkSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import { toStorageError } from '../store/storage-error.ts'
import { openObjectStates, type ObjectStates } from './hashing/object-states.ts'
import { objectMode, type ObjectPlace, storeBytesAs, temporaryName } from './hashing/store-object.ts'
import { maxListBytes } from './dir-object.ts'
import type { DataHash, Sha256 } from './hash.ts'
import { dataKey, manifestKey, type ObjectKey, parseObjectKey } from './object-key.ts'
import type { DataRepository } from './repository.ts'

export interface CachedObject {
  readonly sizeBytes: number
  /** When it came into the cache, at the earliest. Milliseconds since 1970-01-01 UTC. */
  readonly changedAt: number
}

/** The objects of a repository, or of all repositories of a machine, by their keys. */
export interface DataCache extends Disposable {
  /** Absolute path of what the keys are below. */
  readonly folder: string
  /** Absolute path of `files/md5`. */
  readonly objects: string
  /** Absolute path of a folder of the same file system, for what is being written. */
  readonly temporaryFolder: string
  path(key: ObjectKey): string
  has(key: ObjectKey): boolean
  /** Undefined where there is none; a link in place of one is none. */
  find(key: ObjectKey): CachedObject | undefined
  /** A new path in the cache's file system to write an object to, before `adopt`. */
  temporaryPath(): string
  /**
   * Makes a file from `temporaryPath` the object of this key. The caller has seen that its bytes are those of the key.
   * @throws STORAGE_FULL, STORAGE_READ_ONLY
   */
  adopt(key: ObjectKey, temporaryPath: string): void
  /** Stores the list of a folder or a manifest; what is there already stays. */
  storeBytes(key: ObjectKey, bytes: Buffer): void
  /**
   * The bytes of a list of a folder or of a manifest, hashed as they are read.
   * @returns undefined when it is not in the cache
   * @throws STORAGE_DAMAGED when its bytes are not those of its name
   */
  readVerified(hash: DataHash, kind: 'data'): Buffer | undefined
  readVerified(hash: Sha256, kind: 'manifest'): Buffer | undefined
  /** What is known of objects, so that they need not be hashed again. */
  readonly states: ObjectStates
  /** Every object, in no order. */
  listAll(): Generator<CachedObject & { readonly key: ObjectKey }>
  /** Takes an object that is damaged out of the way, to a place where nothing looks for it; its bytes are kept. */
  setAside(key: ObjectKey): void
}

/** Objects that are damaged, and files half-written, lie where neither DVC nor `listAll` looks. */
const ownFolder = 'runwright'

/** Where objects are copied to of files that stay as they are. */
export function placeOfCopies({ objects, temporaryFolder }: DataCache): ObjectPlace {
  return { objects, temporary: temporaryFolder, besideFiles: temporaryFolder, types: ['copy'] }
}

/**
 * Opens the cache and, unless it is only to be read, makes its folders where they are missing.
 *
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export function openDataCache(
  { cacheFolder, temporaryFolder: own }: DataRepository,
  { isForReading = false }: { readonly isForReading?: boolean } = {},
): DataCache {
  const temporaryFolder = join(cacheFolder, ownFolder, 'new')
  const objects = join(cacheFolder, 'files', 'md5')
  try {
    for (const folder of isForReading ? [] : [objects, temporaryFolder, own]) mkdirSync(folder, { recursive: true })
  } catch (error) {
    throw toStorageError(error, cacheFolder)
  }
  const path = (key: ObjectKey) => join(cacheFolder, key)
  const states = openObjectStates(join(own, 'objects'))
  return {
    folder: cacheFolder,
    objects,
    temporaryFolder,
    path,
    has: (key) => existsSync(path(key)),
    find: (key) => findObject(path(key)),
    temporaryPath: () => temporaryName(temporaryFolder),
    adopt: (key, temporaryPath) => adopt(path(key), temporaryPath),
    storeBytes(key, bytes) {
      try {
        storeBytesAs(bytes, path(key), temporaryFolder)
      } catch (error) {
        throw toStorageError(error, path(key))
      }
    },
    readVerified: (hash: DataHash | Sha256, kind: 'data' | 'manifest') =>
      kind === 'data'
        ? readVerified(path(dataKey(toDataHash(hash))), hash.slice(0, 32), 'md5')
        : readVerified(path(manifestKey(toSha256(hash))), hash, 'sha256'),
    states,
    listAll: () => listAll(cacheFolder),
    setAside(key) {
      const aside = join(cacheFolder, ownFolder, 'damaged', key.replaceAll('/', '-'))
      mkdirSync(dirname(aside), { recursive: true })
      renameSync(path(key), aside)
    },
    [Symbol.dispose]: () => states[Symbol.dispose](),
  }
}

// SAFETY of both: the overloads of readVerified pair a hash with its kind.
const toDataHash = (hash: string) => hash as DataHash
const toSha256 = (hash: string) => hash as Sha256

function adopt(target: string, temporaryPath: string): void {
  try {
    chmodSync(temporaryPath, objectMode)
    if (existsSync(target)) unlinkSync(temporaryPath)
    else {
      mkdirSync(dirname(target), { recursive: true })
      renameSync(temporaryPath, target)
    }
  } catch (error) {
    throw toStorageError(error, target)
  }
}

function readVerified(path: string, expected: string, algorithm: string): Buffer | undefined {
  const bytes = readIfThere(path)
  if (bytes === undefined) return undefined
  if (createHash(algorithm).update(bytes).digest('hex') === expected) return bytes
  throw damagedObject(path)
}

/** An error about an object whose bytes are not those of its name. */
export function damagedObject(path: string): RunwrightError {
  return new RunwrightError('STORAGE_DAMAGED', `The object ${path} in the cache is damaged.`, {
    hint: 'Nothing was made from it. Remove that file; "runwright data fetch" brings it again from a remote.',
  })
}

function readIfThere(path: string): Buffer | undefined {
  try {
    const { size } = statSync(path)
    if (size <= maxListBytes) return readFileSync(path)
    throw new RunwrightError('STORAGE_DAMAGED', `The object ${path} has ${size} bytes, more than any list of files.`, {
      hint: 'It was not read. Ask whoever made this data how it came there.',
    })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function* listAll(cacheFolder: string): ReturnType<DataCache['listAll']> {
  for (const top of ['files/md5', ...listNames(join(cacheFolder, ownFolder)).map((name) => `${ownFolder}/${name}`)]) {
    for (const prefix of listNames(join(cacheFolder, top))) {
      for (const name of listNames(join(cacheFolder, top, prefix))) {
        const key = parseObjectKey(`${top}/${prefix}/${name}`)
        if (key === undefined) continue
        const object = findObject(join(cacheFolder, key))
        if (object !== undefined) yield { key, ...object }
      }
    }
  }
}

function findObject(path: string): CachedObject | undefined {
  const entry = lstatSync(path, { throwIfNoEntry: false })
  if (entry?.isFile() !== true) return undefined
  // A file that was moved or linked into the cache kept its time of writing, but not that of its inode's last change.
  return { sizeBytes: entry.size, changedAt: Math.max(entry.mtimeMs, entry.ctimeMs) }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
