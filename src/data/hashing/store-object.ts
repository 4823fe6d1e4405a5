import {
  chmodSync,
  closeSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { dirname } from 'node:path'
import { threadId } from 'node:worker_threads'
import { RunwrightError } from '../../protocol/errors.ts'
import type { LinkType } from '../repository.ts'

/** Where objects go, and how. */
export interface ObjectPlace {
  /** Absolute path of the cache's `files/md5`. */
  readonly objects: string
  /** Absolute path of a folder of the same file system, for objects that are being written. */
  readonly temporary: string
  /** Absolute path of a folder of the workspace's file system, for links that take the place of files. */
  readonly besideFiles: string
  readonly types: readonly LinkType[]
}

/** What a file is known by as long as nobody changes it. */
export interface ObjectStat {
  readonly size: number
  /** Milliseconds since 1970, to a quarter of a microsecond. */
  readonly mtimeMs: number
  readonly ino: number
}

/** Objects are never changed, and DVC takes one that can be written for one that it has to hash again. */
export const objectMode = 0o444

let count = 0

/** A new name in a folder for files that are being written; names of processes that were killed stay until cleaned. */
export function temporaryName(folder: string): string {
  return `${folder}/${host}-${process.pid}-${threadId}-${count++}`
}

/** A cache may be shared by machines. */
const host = hostname().replaceAll(/[^\w.]/g, '')

/** The process that writes a file of this name, or one with an ending, if it is one of this machine's. */
export function findWriter(name: string): number | undefined {
  const [, of, pid] = /^(.*)-(\d+)-\d+-\d+(?:\..*)?$/.exec(name) ?? []
  return of === host ? Number(pid) : undefined
}

export function objectPath(objects: string, md5: string): string {
  return `${objects}/${md5.slice(0, 2)}/${md5.slice(2)}`
}

/** @returns undefined when an object of this name and size was there already */
export function storeBytes(bytes: Buffer, md5: string, place: ObjectPlace): ObjectStat | undefined {
  return storeBytesAs(bytes, objectPath(place.objects, md5), place.temporary)
}

/** As `storeBytes`, for an object of any key. */
export function storeBytesAs(bytes: Buffer, target: string, temporaryFolder: string): ObjectStat | undefined {
  if (isThere(target, bytes.length)) return undefined
  const temporary = temporaryName(temporaryFolder)
  const fd = openSync(temporary, 'wx', objectMode)
  try {
    writeFully(fd, bytes)
    const stat = fstatSync(fd)
    moveInto(temporary, target)
    return stat
  } catch (error) {
    removeQuietly(temporary)
    throw error
  } finally {
    closeSync(fd)
  }
}

/**
 * Gives a file that was written its name among the objects.
 *
 * @returns undefined when an object of this name and size was there already
 */
export function keepObject(temporary: string, md5: string, { objects }: ObjectPlace): ObjectStat | undefined {
  const target = objectPath(objects, md5)
  const stat = statSync(temporary)
  if (isThere(target, stat.size)) {
    unlinkSync(temporary)
    return undefined
  }
  chmodSync(temporary, objectMode)
  moveInto(temporary, target)
  return stat
}

export function writeFully(fd: number, bytes: Buffer): void {
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done, bytes.length - done)
}

/** An object of another size was cut off by a crash of the machine. */
function isThere(target: string, size: number): boolean {
  return lstatSync(target, { throwIfNoEntry: false })?.size === size
}

/** Gives a file its name, in a folder that is made where it is missing. */
export function moveInto(temporary: string, target: string): void {
  inFolder(target, () => renameSync(temporary, target))
}

/** Makes the folder of a file only once it is seen to be missing. */
function inFolder(target: string, make: () => void): void {
  try {
    make()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error
    mkdirSync(dirname(target), { recursive: true })
    make()
  }
}

/**
 * Makes the file and its object one: a hard link each, or the file a symbolic link to its object. The file's bytes have a
 * name in every moment.
 *
 * @returns what the file is now, and the object where it is new; undefined where the system cannot link
 */
export function linkObject(
  path: string,
  stat: ObjectStat,
  md5: string,
  place: ObjectPlace,
): { readonly file: ObjectStat; readonly object: ObjectStat | undefined } | undefined {
  const seen = lstatSync(path)
  // A link of the user's own stays, or it is ours and leads to the object.
  if (seen.isSymbolicLink()) return undefined
  const target = objectPath(place.objects, md5)
  const made = isThere(target, stat.size) ? 'there' : tryLink(path, target)
  if (made === 'cannot') return undefined
  const isNew = made === 'made'
  if (isNew) chmodSync(target, objectMode)
  const object = statSync(target)
  if (isNew && (object.size !== stat.size || object.mtimeMs !== stat.mtimeMs || object.ino !== stat.ino)) {
    unlinkSync(target)
    return undefined
  }
  if (!relink(path, target, object, place)) return undefined
  return { file: object, object: isNew ? object : undefined }
}

/** Replaces a file by a link to its object, in one step. */
function relink(path: string, target: string, object: ObjectStat, place: ObjectPlace): boolean {
  const isSymbolic = place.types[0] === 'symlink'
  if (!isSymbolic && lstatSync(path).ino === object.ino) return true
  const beside = temporaryName(place.besideFiles)
  if (isSymbolic) symlinkSync(target, beside)
  else if (tryLink(target, beside) === 'cannot') return false
  renameSync(beside, path)
  return true
}

/** `there` when another thread has stored the same bytes meanwhile; a file of too many links cannot be linked. */
function tryLink(from: string, to: string): 'made' | 'there' | 'cannot' {
  try {
    inFolder(to, () => linkSync(from, to))
    return 'made'
  } catch (error) {
    const code = codeOf(error)
    if (code === 'EEXIST') return 'there'
    if (['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS'].includes(code)) return 'cannot'
    throw error
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

export function removeQuietly(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was moved, or whoever comes next cleans it away.
  }
}

export function changedMeanwhile(path: string): RunwrightError {
  return new RunwrightError('RESOURCE_CONFLICT', `${path} was changed while it was read.`, {
    hint: 'Nothing was recorded of it. Try again when no program writes to it.',
  })
}
