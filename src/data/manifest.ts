import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { type Md5, parseMd5, parseSha256, type Sha256 } from './hash.ts'
import { checkNoFileIsAFolder } from './dir-object.ts'
import { checkRelativePath, compareCodePoints } from './relative-path.ts'

/**
 * What is in a folder, by SHA-256, with what DVC's list leaves out: sizes, empty folders, links, files that may be
 * executed. Its own SHA-256 names the version of the folder for lineage, signing and audit.
 */
export interface Manifest {
  /** In the order of their paths. */
  readonly entries: readonly ManifestEntry[]
}

export type ManifestEntry = ManifestFile | ManifestLink | ManifestFolder

export interface ManifestFile {
  readonly kind: 'file'
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: Sha256
  readonly md5: Md5
  readonly isExecutable: boolean
}

/** A symbolic link that stays inside the folder. DVC's list has the file that it leads to, if it leads to a file. */
export interface ManifestLink {
  readonly kind: 'link'
  readonly path: string
  /** As the link says it: relative to where the link stands. */
  readonly target: string
}

/** A folder with nothing in it. */
export interface ManifestFolder {
  readonly kind: 'folder'
  readonly path: string
}

/** The first line. */
export const manifestHeading = '{"runwright-manifest":1}'

/** A line an entry, in one spelling only, so that equal folders have equal manifests. */
export function formatManifest({ entries }: Manifest): string {
  const lines = entries.toSorted((a, b) => compareCodePoints(entryOrder(a), entryOrder(b))).map(formatManifestEntry)
  return [manifestHeading, ...lines, ''].join('\n')
}

/** What entries are sorted by: a folder stands where what is in it would stand. */
export function entryOrder({ kind, path }: Pick<ManifestEntry, 'kind' | 'path'>): string {
  return kind === 'folder' ? `${path}/` : path
}

/** A line, without its end, for manifests that are written piece by piece in the order of their paths. */
export function formatManifestEntry(entry: ManifestEntry): string {
  const path = JSON.stringify(entry.path)
  switch (entry.kind) {
    case 'file': {
      const { sizeBytes, sha256, md5, isExecutable } = entry
      const mode = isExecutable ? ',"executable":true' : ''
      return `{"path":${path},"size":${sizeBytes},"sha256":"${sha256}","md5":"${md5}"${mode}}`
    }
    case 'link':
      return `{"path":${path},"link":${JSON.stringify(entry.target)}}`
    case 'folder':
      return `{"path":${path},"folder":true}`
  }
}

/**
 * @param where the manifest was found, for errors
 * @throws INVALID_PARAMETER_VALUE for what is none, and for entries that lead out of the folder
 */
export function parseManifest(text: string, where: string): Manifest {
  const [first, ...lines] = text.split('\n')
  if (first !== manifestHeading || lines.pop() !== '') throw invalid(`${where} is no manifest of this version.`)
  const seen = new Set<string>()
  const entries = lines.map((line, index) => {
    const entry = parseManifestLine(line, where, index + 2)
    if (seen.has(entry.path)) throw invalid(`${where} names ${JSON.stringify(entry.path)} twice.`)
    seen.add(entry.path)
    return entry
  })
  // A link that is also a folder would lead what is below it elsewhere.
  checkNoFileIsAFolder(seen, where)
  return { entries }
}

/**
 * Reads one line, without its end.
 *
 * @param number of the line, for errors
 * @throws INVALID_PARAMETER_VALUE for what is no entry, or one that leads out of the folder
 */
export function parseManifestLine(line: string, where: string, number: number): ManifestEntry {
  const entry = parseEntry(line, `${where}, line ${number}`)
  checkRelativePath(entry.path, where)
  if (entry.kind === 'link') checkLink(entry, where)
  return entry
}

/** As `formatManifestEntry` writes a file whose path needs no escapes: that of nearly all lines. */
const plainFile =
  /^\{"path":"([^"\\\p{Cc}]*)","size":(0|[1-9]\d{0,14}),"sha256":"([0-9a-f]{64})","md5":"([0-9a-f]{32})"(,"executable":true)?\}$/u

/** To parse each line as JSON and to look at each hash once more would take twice as long. */
function parsePlainFile(line: string): ManifestFile | undefined {
  const [, path, size, sha256, md5, executable] = plainFile.exec(line) ?? []
  if (path === undefined) return undefined
  return {
    kind: 'file',
    path,
    sizeBytes: Number(size),
    // SAFETY: the pattern takes as many hex digits as the hashes have.
    sha256: sha256 as Sha256,
    md5: md5 as Md5,
    isExecutable: executable !== undefined,
  }
}

function parseEntry(line: string, where: string): ManifestEntry {
  const plain = parsePlainFile(line)
  if (plain !== undefined) return plain
  const value = parseLine(line, where)
  const { path, link, folder, size, sha256, md5, executable = false } = value
  if (typeof path !== 'string') throw invalid(`${where} has no path.`)
  if (typeof link === 'string') return { kind: 'link', path, target: link }
  if (folder === true) return { kind: 'folder', path }
  const hashes = { sha256: parseSha256(String(sha256)), md5: parseMd5(String(md5)) }
  if (hashes.sha256 === undefined || hashes.md5 === undefined || !isSize(size) || typeof executable !== 'boolean') {
    throw invalid(`${where} is no file, link or folder.`)
  }
  return { kind: 'file', path, sizeBytes: size, sha256: hashes.sha256, md5: hashes.md5, isExecutable: executable }
}

function parseLine(line: string, where: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line)
    if (isRecord(value)) return value
  } catch (cause) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} is no JSON.`, { cause })
  }
  throw invalid(`${where} is no entry.`)
}

function isSize(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

/** Follows the link by its components: it may go up, but never above the folder. */
function checkLink({ path, target }: ManifestLink, where: string): void {
  if (!staysInside(path, target)) {
    throw invalid(`${where}: the link ${JSON.stringify(path)} leads out of its folder, to ${JSON.stringify(target)}.`)
  }
}

/** Whether a link at `path` inside a folder leads to a place inside the same folder, by its components. */
export function staysInside(path: string, target: string): boolean {
  if (target === '' || target.includes('\0') || /^([/\\]|[A-Za-z]:)/.test(target)) return false
  let depth = path.split('/').length - 1
  for (const component of target.split('/')) {
    if (component === '..') depth--
    else if (component !== '.' && component !== '') depth++
    if (depth < 0) return false
  }
  return true
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'This manifest is damaged, or a newer Runwright wrote it.',
  })
}
