import { lstatSync, readdirSync, readlinkSync, type Stats, statSync } from 'node:fs'
import { RunwrightError } from '../../protocol/errors.ts'
import { ignoreFileName, type IgnoreRules } from '../ignore/ignore-rules.ts'
import { entryOrder, staysInside } from '../manifest.ts'
import { compareCodePoints } from '../relative-path.ts'

/** What a folder holds, as DVC sees it, with what only a manifest tells beside it. */
export type ScannedEntry = ScannedFile | ScannedLink | ScannedFolder

export interface ScannedFile {
  readonly kind: 'file'
  /** From the folder. */
  readonly path: string
  readonly sizeBytes: number
  readonly mtimeMs: number
  readonly ino: number
  readonly isExecutable: boolean
  /** Where it leads, if it is a symbolic link to a file; size and time are then of that file. */
  readonly link: string | undefined
}

/** A symbolic link to a folder, which DVC passes over. */
export interface ScannedLink {
  readonly kind: 'link'
  readonly path: string
  readonly target: string
}

/** A folder with nothing in it. */
export interface ScannedFolder {
  readonly kind: 'folder'
  readonly path: string
}

export interface ScanOptions {
  /** Absolute path of the repository. */
  readonly root: string
  /** Of the folder to scan, from the root. */
  readonly path: string
  readonly rules: IgnoreRules
}

const batchFiles = 256
const batchBytes = 32 << 20

/**
 * Goes through a folder and all below it, in the order of the paths as DVC sorts them, a few files at a time. It blocks
 * between batches.
 *
 * @throws INVALID_PARAMETER_VALUE for what cannot be versioned: a name that is no UTF-8, a link to nothing, a device, a
 *   `.dvcignore` inside the data, which DVC refuses too
 */
export function* scanFolder({ root, path, rules }: ScanOptions): Generator<readonly ScannedEntry[]> {
  let batch: ScannedEntry[] = []
  let bytes = 0
  // Not recursive: a generator in a generator costs something for each value.
  const folders: { readonly entries: readonly ScannedEntry[]; at: number }[] = []
  const top = `${root}/${path}`
  folders.push({ entries: listFolder(top, '', rules, path) ?? [], at: 0 })
  for (;;) {
    const folder = folders.at(-1)
    if (folder === undefined) break
    const entry = folder.entries[folder.at++]
    if (entry === undefined) {
      folders.pop()
      continue
    }
    if (entry.kind === 'folder') {
      const entries = listFolder(`${top}/${entry.path}`, `${entry.path}/`, rules, path)
      // A repository of its own inside the data is none of it.
      if (entries === undefined) continue
      if (entries.length > 0) {
        folders.push({ entries, at: 0 })
        continue
      }
    } else if (entry.kind === 'file') bytes += entry.sizeBytes
    batch.push(entry)
    if (batch.length < batchFiles && bytes < batchBytes) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}

/**
 * What is in one folder, in order, folders whether empty or not. Undefined for the root of a repository inside the data.
 * What the system tells is boiled down at once: for 50,000 files the rest would cost a third more to collect.
 */
function listFolder(
  absolute: string,
  prefix: string,
  rules: IgnoreRules,
  top: string,
): readonly ScannedEntry[] | undefined {
  const listed: ScannedEntry[] = []
  let isPlain = true
  for (const name of readdirSync(absolute)) {
    if (name === ignoreFileName) throw refuseIgnoreFile(`${top}/${prefix}${name}`)
    if (name.includes('\ufffd')) checkName(absolute, name)
    const stats = lstatSync(`${absolute}/${name}`, { throwIfNoEntry: false })
    // It was removed meanwhile.
    if (stats === undefined) continue
    const isFolder = stats.isDirectory()
    if (isFolder && name === '.dvc' && prefix !== '') return undefined
    if ((!rules.isPlain || name.startsWith('.')) && rules.ignores(`${top}/${prefix}${name}`, isFolder)) continue
    const path = prefix + name
    listed.push(isFolder ? { kind: 'folder', path } : toEntry(`${absolute}/${name}`, path, stats))
    if (isFolder || hasSurrogate.test(name)) isPlain = false
  }
  return isPlain
    ? listed.sort((a, b) => (a.path < b.path ? -1 : 1))
    : listed.sort((a, b) => compareCodePoints(entryOrder(a), entryOrder(b)))
}

const hasSurrogate = /[\ud800-\udfff]/

function toEntry(absolute: string, path: string, stats: Stats): ScannedFile | ScannedLink {
  if (!stats.isSymbolicLink()) return toFile(absolute, path, stats, undefined)
  const target = readlinkSync(absolute)
  const followed = statSync(absolute, { throwIfNoEntry: false })
  if (followed === undefined) {
    throw refuse(`${absolute} is a link to ${JSON.stringify(target)}, where nothing is.`, 'Remove or mend the link.')
  }
  return followed.isDirectory() ? { kind: 'link', path, target } : toFile(absolute, path, followed, target)
}

function toFile(absolute: string, path: string, stats: Stats, link: string | undefined): ScannedFile {
  if (!stats.isFile()) {
    throw refuse(`${absolute} is a device, a pipe or a socket.`, 'Move it elsewhere, or name it in .dvcignore.')
  }
  const { size: sizeBytes, mtimeMs, ino, mode } = stats
  return { kind: 'file', path, sizeBytes, mtimeMs, ino, isExecutable: (mode & 0o100) !== 0, link }
}

/** Whether a manifest can hold a link. One that leads elsewhere is a file to it, by what it leads to. */
export function isLinkInside({ path, target }: { readonly path: string; readonly target: string }): boolean {
  return staysInside(path, target)
}

/** Node puts U+FFFD where a name is no UTF-8. */
function checkName(absolute: string, name: string): void {
  const isReal = readdirSync(absolute, 'buffer').some((bytes) => bytes.equals(Buffer.from(name)))
  if (isReal) return
  throw refuse(
    `The folder ${absolute} holds a name that is no UTF-8: ${JSON.stringify(name)}.`,
    'Rename the file; "convmv" renames many. DVC and Git would not show it alike everywhere.',
  )
}

function refuseIgnoreFile(path: string): RunwrightError {
  return refuse(
    `${path} lies inside the data.`,
    `Move it to a folder above the data: DVC does not take ${ignoreFileName} along.`,
  )
}

function refuse(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}
