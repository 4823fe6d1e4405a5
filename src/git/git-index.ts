import { readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join, relative, resolve, sep } from 'node:path'

/**
 * Whether git tracks a file. Reads git's index itself, because it must hold where git is not installed, and must run
 * nothing that a foreign repository has configured.
 *
 * @see https://git-scm.com/docs/index-format
 */
export async function isTrackedByGit(file: string): Promise<boolean> {
  for (let folder = dirname(resolve(file)); ; folder = dirname(folder)) {
    const gitFolder = await findGitFolder(join(folder, '.git'))
    if (gitFolder !== undefined) {
      const path = relative(folder, resolve(file)).split(sep).join('/')
      for (const index of await listIndexes(gitFolder)) if (listsPath(index, path)) return true
      return false
    }
    if (folder === dirname(folder)) return false
  }
}

/** `.git` is a folder, or in worktrees and submodules a file that names one. */
async function findGitFolder(path: string): Promise<string | undefined> {
  const entry = await stat(path).catch(() => undefined)
  if (entry?.isDirectory() === true) return path
  if (entry?.isFile() !== true) return undefined
  const target = /^gitdir: (.+?)\s*$/.exec(await readFile(path, 'utf8'))?.[1]
  return target === undefined ? undefined : resolve(dirname(path), target)
}

/** The index, and what it shares with earlier ones when it is split. */
async function listIndexes(gitFolder: string): Promise<Buffer[]> {
  const names = await readdir(gitFolder).catch(() => [])
  const indexes = names.filter((name) => name === 'index' || name.startsWith('sharedindex.'))
  return Promise.all(indexes.map((name) => readFile(join(gitFolder, name))))
}

/** Exported for its test. An index that is none, or of a version we do not know, lists everything: better safe. */
export function listsPath(index: Buffer, path: string): boolean {
  const version = index.length >= 12 && index.toString('latin1', 0, 4) === 'DIRC' ? index.readUInt32BE(4) : 0
  if (version < 2 || version > 4) return true
  const wanted = Buffer.from(path)
  // Versions 2 and 3 write every path in full, between a fixed head and a NUL.
  if (version < 4) return index.includes(Buffer.concat([wanted, Buffer.from([0])]))
  // Object names are 20 bytes, or 32 in repositories of SHA-256; the wrong one soon runs out of bounds.
  return listsCompressedPath(index, wanted, 20) || listsCompressedPath(index, wanted, 32)
}

/** Version 4: a path is what it shares with the one before, less so many bytes at the end, and a new end. */
function listsCompressedPath(index: Buffer, wanted: Buffer, objectNameBytes: number): boolean {
  const count = index.readUInt32BE(8)
  let offset = 12
  let path: Buffer = Buffer.alloc(0)
  for (let entry = 0; entry < count; entry++) {
    const flagsAt = offset + 40 + objectNameBytes
    if (flagsAt + 2 > index.length) return false
    offset = flagsAt + ((index.readUInt16BE(flagsAt) & 0x4000) === 0 ? 2 : 4)
    const [cutBytes, at] = readVarint(index, offset)
    const end = index.indexOf(0, at)
    if (end === -1 || cutBytes > path.length) return false
    path = Buffer.concat([path.subarray(0, path.length - cutBytes), index.subarray(at, end)])
    if (path.equals(wanted)) return true
    offset = end + 1
  }
  return false
}

/** Git's offset encoding (varint.c): seven bits a byte, and one added for each byte that follows. */
function readVarint(bytes: Buffer, start: number): [value: number, next: number] {
  let at = start
  let byte = bytes[at++] ?? 0
  let value = byte & 127
  while ((byte & 128) !== 0 && at < bytes.length) {
    byte = bytes[at++] ?? 0
    value = (value + 1) * 128 + (byte & 127)
  }
  return [value, at]
}
