import { createHash } from 'node:crypto'
import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'
import { damagedObject } from '../cache.ts'
import { type DirEntry, parseDirObject } from '../dir-object.ts'
import type { Md5 } from '../hash.ts'
import { type ManifestEntry, manifestHeading, parseManifestLine } from '../manifest.ts'
import { checkRelativePath, compareCodePoints } from '../relative-path.ts'
import { RunwrightError } from '../../protocol/errors.ts'

const chunkBytes = 1 << 17
/** Of a list or manifest of forty million files; it would take long to hash a larger one for nothing. */
export const maxFolderBytes = 4 * 2 ** 30
/** Of a list that is written in another form than usual, and so read as a whole. */
const maxOddBytes = 64 << 20
/** A path has at most 4096 bytes, as has what a link leads to; each may be written in six. */
const maxLineCharacters = 1 << 16

/** As the field's tools write an entry; what is written otherwise is read as a whole. */
const entryPattern = /(?:\[|, )\{"md5": "([0-9a-f]{32})", "relpath": ("(?:[^"\\]|\\.)*")\}/y

/**
 * The entries of a `.dir` object in the order of their paths, piece by piece, so that memory does not grow with their
 * number.
 *
 * @param path absolute
 * @param md5 that its bytes have
 * @param where it is, for errors
 * @throws STORAGE_DAMAGED for other bytes; INVALID_PARAMETER_VALUE as `parseDirObject`
 */
export function* readDirObject(path: string, md5: string, where: string): Generator<DirEntry> {
  checkSize(path, where)
  checkHash(path, 'md5', md5)
  if (!isPlainList(path)) {
    const sizeBytes = statSync(path).size
    if (sizeBytes > maxOddBytes) throw invalid(`${where} has ${sizeBytes} bytes, not in the form that DVC writes.`)
    const entries = parseDirObject(readFileSync(path), where)
    yield* entries.toSorted((a, b) => compareCodePoints(a.relpath, b.relpath))
    return
  }
  for (const [, hash = '', quoted = ''] of matchEntries(path)) {
    // SAFETY: the pattern takes as many hex digits as an md5 has.
    yield { md5: hash as Md5, relpath: checkRelativePath(unquote(quoted), where) }
  }
}

/** Whether all of it is entries as usual, in order, none of them below another. */
function isPlainList(path: string): boolean {
  let before = ''
  /** Files of whose names what comes next may begin with. */
  const above: string[] = []
  let length = 0
  for (const match of matchEntries(path)) {
    const relpath = unquote(match[2] ?? '')
    if (length > 0 && compareCodePoints(before, relpath) >= 0) return false
    for (let top = above.at(-1); top !== undefined && !relpath.startsWith(top); top = above.at(-1)) above.pop()
    if (above.some((file) => relpath[file.length] === '/')) return false
    above.push(relpath)
    before = relpath
    length += match[0].length
  }
  return length > 0 && length + 1 === statSync(path).size
}

/** Ends where something else stands. All of it is ASCII if all of it matches. */
function* matchEntries(path: string): Generator<RegExpExecArray> {
  let text = ''
  for (const chunk of readChunks(path)) {
    text += chunk.toString('latin1')
    let at = 0
    for (;;) {
      entryPattern.lastIndex = at
      const match = entryPattern.exec(text)
      if (match === null) break
      at = entryPattern.lastIndex
      yield match
    }
    text = text.slice(at)
    // A path has at most 4096 bytes, each of which may be written in twelve.
    if (text.length > chunkBytes) return
  }
}

function unquote(quoted: string): string {
  // SAFETY: the pattern takes strings of JSON only.
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1)
}

/**
 * The entries of a manifest in their order, line by line.
 *
 * @throws STORAGE_DAMAGED for bytes of another SHA-256; INVALID_PARAMETER_VALUE for what is no manifest, and for entries
 *   that lead out of the folder
 */
export function* readManifest(path: string, sha256: string, where: string): Generator<ManifestEntry> {
  checkSize(path, where)
  checkHash(path, 'sha256', sha256)
  let number = 0
  for (const line of readLines(path, where)) {
    number++
    if (number > 1) yield parseManifestLine(line, where, number)
    else if (line !== manifestHeading) throw invalid(`${where} is no manifest of this version.`)
  }
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, {
    hint: 'It is damaged, or neither DVC nor this version of Runwright wrote it.',
  })
}

function* readLines(path: string, where: string): Generator<string> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for (const chunk of readChunks(path)) {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
    if (rest.length > maxLineCharacters) throw invalid(`${where} has a line that is too long for any file.`)
  }
  if (rest !== '') yield rest
}

function checkSize(path: string, where: string): void {
  const { size } = statSync(path)
  if (size > maxFolderBytes) throw invalid(`${where} has ${size} bytes.`)
}

function checkHash(path: string, algorithm: string, expected: string): void {
  const hash = createHash(algorithm)
  for (const chunk of readChunks(path)) hash.update(chunk)
  if (hash.digest('hex') !== expected) throw damagedObject(path)
}

/** Each chunk is good until the next one is asked for. */
function* readChunks(path: string): Generator<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(chunkBytes)
  const file = openSync(path, 'r')
  try {
    for (;;) {
      const count = readSync(file, chunk, 0, chunkBytes, null)
      if (count === 0) return
      yield chunk.subarray(0, count)
    }
  } finally {
    closeSync(file)
  }
}
