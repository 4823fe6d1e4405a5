import {
  closeSync,
  constants,
  copyFileSync,
  chmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { toStorageError } from '../../store/storage-error.ts'
import type { LinkType } from '../repository.ts'
import { addSharedBytes, type SharedProgress, throwIfCancelledShared } from './shared-progress.ts'
import {
  codeOf,
  type ObjectPlace,
  type ObjectStat,
  objectPath,
  removeQuietly,
  temporaryName,
  writeFully,
} from './store-object.ts'

/** Files to be made from their objects. */
export interface MakeRequest {
  /** Absolute; every path is below it. */
  readonly folder: string
  readonly files: readonly FileToMake[]
  readonly place: ObjectPlace
}

export interface FileToMake {
  readonly path: string
  readonly md5: string
  readonly isExecutable: boolean
  /** What is to be replaced; undefined where there is nothing. */
  readonly replaces: { readonly mtimeMs: number; readonly ino: number } | undefined
}

/** Up to here a file is copied by reading and writing, which takes fewer calls than the system's own way. */
const smallBytes = 1 << 18
const small = Buffer.allocUnsafeSlow(smallBytes)

/**
 * Makes each file from its object, whole or not at all: beside, renamed. It blocks its thread.
 *
 * @returns three numbers a file: size in bytes, time of change in milliseconds, inode
 * @throws CANCELLED; RESOURCE_CONFLICT where something else is by now than is to be replaced, or a link leads elsewhere
 */
export function makeFiles({ folder, files, place }: MakeRequest, shared: SharedProgress): Float64Array {
  const numbers = new Float64Array(files.length * 3)
  const folders = new Set<string>()
  for (const [index, file] of files.entries()) {
    throwIfCancelledShared(shared)
    const target = `${folder}/${file.path}`
    const { size, mtimeMs, ino } = makeOrExplain(target, () => {
      makeFolder(folder, dirname(target), folders)
      return makeFile(target, file, place)
    })
    numbers.set([size, mtimeMs, ino], index * 3)
    addSharedBytes(shared, size)
  }
  return numbers
}

/** A thread passes on an error’s words only, so they have to say it all. */
function makeOrExplain(target: string, make: () => ObjectStat): ObjectStat {
  try {
    return make()
  } catch (error) {
    throw toStorageError(error, target)
  }
}

function makeFile(target: string, file: FileToMake, place: ObjectPlace): ObjectStat {
  const object = objectPath(place.objects, file.md5)
  const linked = linkDirectly(target, object, file, place)
  if (linked !== undefined) return linked
  const beside = temporaryName(place.besideFiles)
  const type = findType(place.types, object, beside, file.isExecutable)
  if (type === undefined) {
    throw new RunwrightError('INVALID_STATE', `${target} cannot be made from the cache by ${place.types.join(', ')}.`, {
      hint: 'Add "copy" to cache.type: "dvc config cache.type reflink,copy".',
    })
  }
  try {
    checkExpected(target, file.replaces)
    const stat = statSync(beside)
    moveTo(target, beside)
    return stat
  } catch (error) {
    removeQuietly(beside)
    throw error
  }
}

/** A hard link where nothing is appears in one step by itself, and takes the place of nothing. */
function linkDirectly(target: string, object: string, file: FileToMake, place: ObjectPlace): ObjectStat | undefined {
  if (place.types[0] !== 'hardlink' || file.isExecutable || file.replaces !== undefined) return undefined
  try {
    linkSync(object, target)
    return statSync(target)
  } catch {
    // The longer way says what is wrong.
    return undefined
  }
}

function findType(types: readonly LinkType[], object: string, beside: string, isExecutable: boolean) {
  try {
    return types.find((type) => tryMake(type, object, beside, isExecutable))
  } catch (error) {
    removeQuietly(beside)
    throw error
  }
}

/** Looks once more: what a person has written meanwhile stays. */
function checkExpected(target: string, expected: FileToMake['replaces']): void {
  const seen = lstatSync(target, { throwIfNoEntry: false })
  if (seen === undefined && expected === undefined) return
  if (seen?.ino === expected?.ino && seen?.mtimeMs === expected?.mtimeMs) return
  throw new RunwrightError('RESOURCE_CONFLICT', `${target} was changed meanwhile, and is left as it is.`, {
    hint: 'Run the command again when no program writes there.',
  })
}

function moveTo(target: string, beside: string): void {
  try {
    renameSync(beside, target)
  } catch (error) {
    if (codeOf(error) !== 'EXDEV') throw error
    // A folder of the workspace that is a file system of its own.
    const nearer = `${target}.${process.pid}.new`
    copyFileSync(beside, nearer)
    renameSync(nearer, target)
    unlinkSync(beside)
  }
}

/**
 * Makes a folder below another, with those between. A link in the place of one would lead what is below it elsewhere.
 *
 * @param made folders that were seen already
 * @throws RESOURCE_CONFLICT
 */
export function makeFolder(top: string, folder: string, made: Set<string>): void {
  if (made.has(folder)) return
  const seen = lstatSync(folder, { throwIfNoEntry: false })
  if (seen === undefined) {
    if (folder !== top) makeFolder(top, dirname(folder), made)
    mkdirSync(folder, { recursive: true })
  } else if (!seen.isDirectory()) {
    throw new RunwrightError('RESOURCE_CONFLICT', `${folder} is no folder, and is left as it is.`, {
      hint: 'Move it away, or use --force.',
    })
  } else if (folder !== top) makeFolder(top, dirname(folder), made)
  made.add(folder)
}

/** Link types that this file system has been seen not to have. */
const missing = new Set<LinkType>()

function tryMake(type: LinkType, object: string, beside: string, isExecutable: boolean): boolean {
  // A mode of its own needs an inode of its own.
  if (type === 'hardlink' && isExecutable) {
    copy(object, beside, isExecutable)
    return true
  }
  if (missing.has(type)) return false
  try {
    if (type === 'copy') copy(object, beside, isExecutable)
    else if (type === 'hardlink') linkSync(object, beside)
    else if (type === 'symlink') symlinkSync(object, beside)
    else {
      copyFileSync(object, beside, constants.COPYFILE_FICLONE_FORCE)
      chmodSync(beside, modeOf(isExecutable))
    }
    return true
  } catch (error) {
    if (type === 'copy' || !isUnsupported(error)) throw error
    // Too many links is about one object alone.
    if (codeOf(error) !== 'EMLINK') missing.add(type)
    return false
  }
}

function isUnsupported(error: unknown): boolean {
  return ['EXDEV', 'EPERM', 'EMLINK', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'ENOTTY'].includes(codeOf(error))
}

const umask = process.umask()

function modeOf(isExecutable: boolean): number {
  return (isExecutable ? 0o777 : 0o666) & ~umask
}

function copy(object: string, beside: string, isExecutable: boolean): void {
  const from = openSync(object, 'r')
  try {
    if (fstatSync(from).size > smallBytes) {
      copyFileSync(object, beside)
      chmodSync(beside, modeOf(isExecutable))
      return
    }
    const to = openSync(beside, 'wx', isExecutable ? 0o777 : 0o666)
    try {
      for (;;) {
        const count = readSync(from, small, 0, smallBytes, null)
        if (count === 0) break
        writeFully(to, small.subarray(0, count))
        if (count < smallBytes) break
      }
    } finally {
      closeSync(to)
    }
  } finally {
    closeSync(from)
  }
}
