import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { type Md5, parseMd5 } from './hash.ts'
import { checkRelativePath, compareCodePoints } from './relative-path.ts'

/** One file of a folder, as DVC lists it. */
export interface DirEntry {
  /** From the folder, with `/` between components. */
  readonly relpath: string
  readonly md5: Md5
}

/** Of a list or a manifest: some five million files. More would not fit into a text of JavaScript. */
export const maxListBytes = 2 ** 29 - 1024

/**
 * The list of a folder's files, byte for byte as DVC 3 writes it: Python's `json.dumps` of the entries in the order of
 * their paths. Its md5 with `.dir` names the folder.
 *
 * @see https://github.com/treeverse/dvc-data/blob/main/src/dvc_data/hashfile/tree.py
 */
export function formatDirObject(entries: readonly DirEntry[]): string {
  const sorted = entries.toSorted((a, b) => compareCodePoints(a.relpath, b.relpath))
  return `[${sorted.map(formatDirEntry).join(', ')}]`
}

/** One entry, for lists that are written piece by piece: `[`, entries in order with `, ` between them, `]`. */
export function formatDirEntry({ md5, relpath }: DirEntry): string {
  return `{"md5": "${md5}", "relpath": ${quotePython(relpath)}}`
}

/** Python escapes all that is not ASCII, and nothing else that JavaScript leaves. */
function quotePython(text: string): string {
  const quoted = JSON.stringify(text)
  if (!/[\u0080-\uffff]/.test(quoted)) return quoted
  return quoted.replaceAll(/[\u0080-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

/**
 * @param where the list was found, for errors
 * @throws INVALID_PARAMETER_VALUE for what is no such list, for a path that leads out of the folder, and for a path that
 *   stands there twice or below a file
 */
export function parseDirObject(bytes: Uint8Array, where: string): readonly DirEntry[] {
  if (bytes.byteLength > maxListBytes) throw invalid(`${where} has ${bytes.byteLength} bytes.`)
  const value = parseJson(bytes, where)
  if (!Array.isArray(value)) throw invalid(`${where} holds no list.`)
  const seen = new Set<string>()
  const entries = value.map((item: unknown, index): DirEntry => {
    const md5 = isRecord(item) && typeof item['md5'] === 'string' ? parseMd5(item['md5']) : undefined
    const relpath = isRecord(item) ? item['relpath'] : undefined
    if (md5 === undefined || typeof relpath !== 'string') throw invalid(`${where}: entry ${index} is no file.`)
    checkRelativePath(relpath, where)
    if (seen.has(relpath)) throw invalid(`${where} names ${JSON.stringify(relpath)} twice.`)
    seen.add(relpath)
    return { relpath, md5 }
  })
  checkNoFileIsAFolder(seen, where)
  return entries
}

/** A file `a` beside a file `a/b` could be written in some order, and through a link be written elsewhere. */
export function checkNoFileIsAFolder(files: ReadonlySet<string>, where: string): void {
  const checked = new Set<string>()
  for (const file of files) {
    for (let end = file.lastIndexOf('/'); end > 0; end = file.lastIndexOf('/', end - 1)) {
      const folder = file.slice(0, end)
      if (checked.has(folder)) break
      checked.add(folder)
      if (files.has(folder)) throw invalid(`${where} names ${JSON.stringify(folder)} both as a file and as a folder.`)
    }
  }
}

function parseJson(bytes: Uint8Array, where: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${where} is no JSON.`, { cause })
  }
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'The list of this folder’s files is damaged or was not made by DVC or Runwright.',
  })
}
