import { parseDocument } from 'yaml'
import { RunwrightError } from '../protocol/errors.ts'
import { formatScalar } from './format/yaml-scalar.ts'
import { type DataHash, parseDataHash, parseSha256, type Sha256 } from './hash.ts'
import { checkRelativePath } from './relative-path.ts'

/** What a `.dvc` file says of one file or folder that it stands for. */
export interface PointerOut {
  /** From the working folder. */
  readonly path: string
  /** `wdir`, from the folder of the `.dvc` file; `.` where the file names none. `findOutPlace` puts the two together. */
  readonly workingFolder: string
  /** Undefined before it was first added. */
  readonly hash: DataHash | undefined
  /** Of all files together; undefined where the file does not say. */
  readonly sizeBytes: number | undefined
  /** Of a folder. */
  readonly fileCount: number | undefined
  /**
   * Of a file's bytes, or of a folder's manifest. Undefined where DVC alone wrote the file, or changed it afterwards:
   * then it stands there for a hash that is no longer the out's.
   */
  readonly sha256: Sha256 | undefined
  /** Whether the cache is to hold it; `cache: false` leaves it to Git. */
  readonly isCached: boolean
  /** A remote for this out alone. */
  readonly remote: string | undefined
}

/** Where an import came from: `dvc import`, `dvc import-url`. */
export interface PointerDependency {
  /** Of this machine, it is from the working folder. */
  readonly path: string
  readonly hash: string | undefined
  readonly etag: string | undefined
  /** The ETag of a web server, which DVC keeps under this name. */
  readonly checksum: string | undefined
  readonly repository:
    { readonly url: string; readonly rev: string | undefined; readonly revLock: string | undefined } | undefined
}

/** A `.dvc` file. */
export interface Pointer {
  readonly outs: readonly PointerOut[]
  readonly dependencies: readonly PointerDependency[]
  /** Neither `commit` nor `update` changes it. */
  readonly isFrozen: boolean
}

/** What a new `.dvc` file is made of. */
export type NewPointerOut = Pick<PointerOut, 'path' | 'sizeBytes' | 'fileCount' | 'sha256'> & {
  readonly hash: DataHash
}

/** A `.dvc` file is a few lines. */
const maxCharacters = 1 << 20

/** The ending of the files. */
export const pointerEnding = '.dvc'

/**
 * Reads a `.dvc` file as DVC 3 writes it. What it holds beyond our interest stays in the text alone.
 *
 * @param where its path, for errors
 * @throws INVALID_PARAMETER_VALUE for what is no such file, for hashes of another kind than md5, and for paths that
 *   lead out of the working folder
 * @see https://dvc.org/doc/user-guide/project-structure/dvc-files
 */
export function parsePointer(text: string, where: string): Pointer {
  const value = toPlain(parsePointerYaml(text, where), where)
  const workingFolder = readWorkingFolder(value['wdir'], where)
  const outs = list(value['outs']).map((out, index) => ({
    ...readOut(out, `${where}: out ${index + 1}`),
    workingFolder,
  }))
  if (outs.length === 0) throw invalidPointer(`${where} names no outs.`)
  return {
    outs,
    dependencies: list(value['deps']).map((dependency) => readDependency(dependency, where)),
    isFrozen: value['frozen'] === true,
  }
}

type Plain = Readonly<Record<string, unknown>>

function readWorkingFolder(value: unknown, where: string): string {
  if (value === undefined || value === null || value === '') return '.'
  if (typeof value !== 'string' || /^([/\\]|[A-Za-z]:)|\0/.test(value))
    throw invalidPointer(`${where} has a wdir that is no path from its folder.`)
  return value
}

function readOut(value: unknown, where: string): Omit<PointerOut, 'workingFolder'> {
  if (!isPlain(value)) throw invalidPointer(`${where} has no fields.`)
  const { path, md5, size, nfiles, hash, cache, remote, meta } = value
  if (typeof path !== 'string') throw invalidPointer(`${where} has no path.`)
  if (hash !== undefined && hash !== 'md5') throw invalidPointer(`${where} is hashed by ${String(hash)}.`)
  if (md5 !== undefined && hash === undefined)
    throw new RunwrightError('INVALID_PARAMETER_VALUE', oldFormat(where), oldHint)
  const known = md5 === undefined ? undefined : parseDataHash(String(md5))
  if (md5 !== undefined && known === undefined)
    throw invalidPointer(`${where} has a hash that is no md5: ${String(md5)}.`)
  return {
    path: checkRelativePath(path.replace(/\/+$/, ''), where),
    hash: known,
    sizeBytes: count(size),
    fileCount: count(nfiles),
    sha256: known && findSha256(meta, known),
    isCached: cache !== false,
    remote: typeof remote === 'string' ? remote : undefined,
  }
}

function oldFormat(where: string): string {
  return `${where} was written by DVC 2, whose hashes of text files are others.`
}
const oldHint = { hint: '"dvc commit" of DVC 3, or "runwright data add" of the same path, writes it anew.' }

function findSha256(meta: unknown, hash: DataHash): Sha256 | undefined {
  const ours = isPlain(meta) ? meta['runwright'] : undefined
  // After a re-add by DVC alone it still says what was there before.
  if (!isPlain(ours) || ours['for'] !== hash || typeof ours['sha256'] !== 'string') return undefined
  return parseSha256(ours['sha256'])
}

function readDependency(value: unknown, where: string): PointerDependency {
  if (!isPlain(value) || typeof value['path'] !== 'string')
    throw invalidPointer(`${where} has a dependency without a path.`)
  const { path, md5, etag, checksum, repo } = value
  const text = (field: unknown) => (typeof field === 'string' ? field : undefined)
  const url = isPlain(repo) ? text(repo['url']) : undefined
  return {
    path,
    hash: text(md5),
    etag: text(etag),
    checksum: text(checksum),
    repository:
      isPlain(repo) && url !== undefined ? { url, rev: text(repo['rev']), revLock: text(repo['rev_lock']) } : undefined,
  }
}

/** A new `.dvc` file: DVC's own bytes, and below each out its SHA-256, which DVC keeps. */
export function formatPointer(outs: readonly NewPointerOut[]): string {
  return ['outs:', ...outs.flatMap(formatOut), ''].join('\n')
}

function formatOut({ path, hash, sizeBytes, fileCount, sha256 }: NewPointerOut): string[] {
  return [
    `- md5: ${quoteHash(hash)}`,
    ...(sizeBytes === undefined ? [] : [`  size: ${sizeBytes}`]),
    ...(fileCount === undefined ? [] : [`  nfiles: ${fileCount}`]),
    '  hash: md5',
    `  path: ${formatScalar(path, '  path: '.length, 4)}`,
    ...(sha256 === undefined ? [] : formatMeta(hash, sha256)),
  ]
}

/** An md5 of digits alone, or of digits around one `e`, would be read as a number. */
export function quoteHash(hash: DataHash | Sha256): string {
  return formatScalar(hash, 8, 4)
}

/** The lines of an out that hold its SHA-256. */
export function formatMeta(hash: DataHash, sha256: Sha256): string[] {
  return ['  meta:', '    runwright:', `      for: ${quoteHash(hash)}`, `      sha256: ${quoteHash(sha256)}`]
}

/** @throws INVALID_PARAMETER_VALUE for what is no YAML */
export function parsePointerYaml(text: string, where: string) {
  if (text.length > maxCharacters) throw invalidPointer(`${where} has more than ${maxCharacters} characters.`)
  const document = unlessEndless(where, () => parseDocument(text, { merge: false }))
  const [error] = document.errors
  if (error !== undefined)
    throw invalidPointer(`${where} is no YAML: ${error.message.replace(/ at line \d+[\s\S]*$/, '')}.`)
  return document
}

/** What unfolds into far more than it is, and what lies in itself deeper than the stack, are errors of the parser. */
function unlessEndless<Result>(where: string, parse: () => Result): Result {
  try {
    return parse()
  } catch {
    throw invalidPointer(`${where} is YAML that unfolds without an end, or lies in itself too deep.`)
  }
}

function toPlain(document: ReturnType<typeof parsePointerYaml>, where: string): Plain {
  const value: unknown = unlessEndless(where, () => document.toJS({ maxAliasCount: 10 }))
  if (!isPlain(value)) throw invalidPointer(`${where} names no outs.`)
  return value
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined
}

/** An error about a `.dvc` file. */
export function invalidPointer(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'Only .dvc files as DVC 3 and Runwright write them can be used.',
  })
}
