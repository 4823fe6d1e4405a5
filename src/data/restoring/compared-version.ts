import { lstatSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import type { DataCache } from '../cache.ts'
import type { FileToCompare, FolderFileToCompare } from '../content-diff.ts'
import { isDirHash } from '../hash.ts'
import { dataKey } from '../object-key.ts'
import { objectPath } from '../hashing/store-object.ts'
import type { PointerOut } from '../pointer.ts'
import { md5Of } from '../hashing/hash-digits.ts'
import type { Recording } from '../writing/record-path.ts'
import { createListHash } from './list-hash.ts'
import { readFile } from './plan-file.ts'
import { readFolder } from './plan-folder.ts'
import { loadFolderContents } from './version-entries.ts'

/** As much of what a `.dvc` file said as finds the contents. */
export type VersionOfOut = Pick<PointerOut, 'path' | 'hash' | 'sha256'>

/** The contents of a version, where they are now. */
export interface ComparedVersion {
  /** As DVC names it; undefined where there is nothing. */
  readonly hash: string | undefined
  /** What it holds at a path in it, all of it for an empty one; undefined where there is nothing. */
  at(inside: string): ComparedPart | undefined
}

export type ComparedPart =
  | { readonly type: 'file'; readonly file: FileToCompare }
  | { readonly type: 'folder'; readonly files: readonly FolderFileToCompare[] }

/** @throws RESOURCE_DOES_NOT_EXIST when it is not in the cache; what `loadFolderContents` throws */
export function loadCachedVersion(cache: DataCache, { path, hash, sha256 }: VersionOfOut): ComparedVersion {
  if (hash === undefined) return { hash, at: () => undefined }
  const object = cache.path(dataKey(hash))
  if (isDirHash(hash)) {
    const contents = loadFolderContents(cache, { path, hash, sha256 })
    if (contents === undefined) throw notInCache(path)
    return folderVersion(
      hash,
      contents.entries.flatMap((entry) =>
        entry.kind === 'folder' || entry.md5 === undefined
          ? []
          : [toFile(entry.path, entry.md5, objectPath(cache.objects, entry.md5))],
      ),
    )
  }
  const found = statSync(object, { throwIfNoEntry: false })
  if (found === undefined) throw notInCache(path)
  const file = { name: basename(path), path: object, sizeBytes: found.size, hash }
  return { hash, at: (inside) => (inside === '' ? { type: 'file', file } : undefined) }
}

/** What is in the workspace; what the index does not know is hashed. */
export async function loadWorkspaceVersion(reading: Recording, path: string): Promise<ComparedVersion> {
  const absolute = join(reading.repository.root, path)
  const seen = statSync(absolute, { throwIfNoEntry: false })
  if (seen === undefined) return { hash: undefined, at: () => undefined }
  if (!seen.isDirectory()) {
    const record = await readFile(reading, path)
    const hash = record === undefined ? undefined : md5Of(record)
    const file = { name: basename(path), path: absolute, sizeBytes: seen.size, ...(hash === undefined ? {} : { hash }) }
    return { hash, at: (inside) => (inside === '' ? { type: 'file', file } : undefined) }
  }
  const files: FolderFileToCompare[] = []
  const own = createListHash()
  for await (const batch of readFolder(reading, path)) {
    for (const entry of batch) {
      if (entry.kind !== 'file') continue
      const { path: inside, sizeBytes } = entry
      const hash = md5Of(entry)
      own.add(inside, hash)
      files.push({ path: inside, absolutePath: join(absolute, inside), sizeBytes, hash })
    }
  }
  return folderVersion(own.digest(), files)
}

function folderVersion(hash: string | undefined, files: readonly FolderFileToCompare[]): ComparedVersion {
  return {
    hash,
    at(inside) {
      if (inside === '') return { type: 'folder', files }
      const file = files.find(({ path }) => path === inside)
      if (file?.absolutePath !== undefined) {
        const { absolutePath, sizeBytes, hash } = file
        return { type: 'file', file: { name: basename(inside), path: absolutePath, sizeBytes, hash } }
      }
      const below = files.filter(({ path }) => path.startsWith(`${inside}/`))
      if (below.length === 0) return undefined
      return { type: 'folder', files: below.map((each) => ({ ...each, path: each.path.slice(inside.length + 1) })) }
    },
  }
}

function toFile(path: string, md5: string, object: string): FolderFileToCompare {
  const found = lstatSync(object, { throwIfNoEntry: false })
  return { path, hash: md5, sizeBytes: found?.size ?? 0, ...(found === undefined ? {} : { absolutePath: object }) }
}

function notInCache(path: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `That version of ${path} is not in the cache.`, {
    hint: '"runwright data fetch" brings it from the remote.',
  })
}
