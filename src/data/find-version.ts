import { posix } from 'node:path'
import type { DataVersion } from '../protocol/data-versions.ts'
import { findOutPlace } from './out-place.ts'
import { parsePointer, pointerEnding, type PointerOut } from './pointer.ts'
import type { PointerFiles } from './pointer-files.ts'

/** A file or folder under version control, and the `.dvc` file that says so. */
export interface TrackedVersion {
  /** Path of the `.dvc` file, from the root of the repository. */
  readonly pointer: string
  /** Path of what it stands for. */
  readonly path: string
  /** Undefined before it was first added. */
  readonly version: DataVersion | undefined
}

/**
 * The version that a path belongs to: its own, that of a folder it lies in, or that of the `.dvc` file that it is.
 *
 * @param path from the root of the repository, with `/`
 * @returns undefined where no `.dvc` file names it
 * @throws INVALID_PARAMETER_VALUE for a `.dvc` file on the way that cannot be read
 */
export async function findVersion(files: PointerFiles, path: string): Promise<TrackedVersion | undefined> {
  const wanted = path.endsWith(pointerEnding) ? path.slice(0, -pointerEnding.length) : path
  for (let place = wanted; place !== '.'; place = posix.dirname(place)) {
    const found = await findIn(files, `${place}${pointerEnding}`, wanted)
    if (found !== undefined) return found
  }
  // A `.dvc` file may have another name than what it stands for, and stand for something in a folder beside it.
  for (let folder = posix.dirname(wanted); ; folder = posix.dirname(folder)) {
    const inside = folder === '.' ? '' : folder
    for (const name of await files.list(inside)) {
      const found = await findIn(files, posix.join(inside, name), wanted)
      if (found !== undefined) return found
    }
    if (folder === '.') return undefined
  }
}

async function findIn(files: PointerFiles, pointer: string, wanted: string): Promise<TrackedVersion | undefined> {
  const text = await files.read(pointer)
  if (text === undefined) return undefined
  for (const out of parsePointer(text, pointer).outs) {
    const path = findOutPlace(pointer, out)
    if (wanted === path || wanted.startsWith(`${path}/`)) return { pointer, path, version: toDataVersion(path, out) }
  }
  return undefined
}

/** What a `.dvc` file says of an out, as lineage knows it. */
export function toDataVersion(
  path: string,
  { hash, sha256, sizeBytes, fileCount }: Pick<PointerOut, 'hash' | 'sha256' | 'sizeBytes' | 'fileCount'>,
): DataVersion | undefined {
  if (hash === undefined) return undefined
  return {
    path,
    md5: hash,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(fileCount === undefined ? {} : { fileCount }),
  }
}
