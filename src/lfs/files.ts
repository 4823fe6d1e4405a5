import type { Git } from '../git/git.ts'
import { type GitPath, toFileName } from '../git/git-path.ts'
import { type LfsPointer, maxPointerBytes, parseLfsPointer } from '../git/lfs-pointer.ts'
import { readBlobs } from '../git/read-blobs.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LfsRepository } from './repository.ts'

/** A file that git has as a pointer. */
export interface LfsFile extends LfsPointer {
  /** From the root of the work tree. */
  readonly path: GitPath
  /** Git leaves it out of the work tree, as in a sparse checkout. Never set for files of a revision. */
  readonly isSkipped: boolean
}

/** What `cat-file` and the lists of git may print of a repository of a million files. */
const maxOutputBytes = 1 << 30

interface Entry {
  readonly path: GitPath
  readonly blob: string
  readonly isSkipped: boolean
}

/**
 * The LFS files of the index: what a commit of now would have.
 *
 * @param paths of files and folders; none: all
 */
export async function listIndexedFiles(repository: LfsRepository, paths: readonly GitPath[]): Promise<LfsFile[]> {
  const { root, git } = repository
  const args = ['--literal-pathspecs', 'ls-files', '--stage', '-t', '-z', '--', ...toPathspecs(paths)]
  const listed = await readAll(git, args, `the index of ${root}`)
  const entries = splitEntries(listed, /^(\S) 100\d{3} ([0-9a-f]+) 0\t(.+)$/s)
  return readPointers(repository, await keepSmall(git, entries))
}

/**
 * The LFS files of a revision.
 *
 * @param paths of files and folders; none: all
 * @throws RESOURCE_DOES_NOT_EXIST where git knows no such revision
 */
export async function listRevisionFiles(
  repository: LfsRepository,
  revision: string,
  paths: readonly GitPath[],
): Promise<LfsFile[]> {
  const { git } = repository
  const commit = await findCommit(git, revision)
  const args = ['ls-tree', '-r', '-z', '--long', '--full-tree', commit, '--', ...toPathspecs(paths)]
  const listed = await readAll(git, args, `the files of ${revision}`)
  const small = listed.filter((line) => Number(/^\S+ \S+ \S+ +(\d+)\t/.exec(line)?.[1]) < maxPointerBytes)
  return readPointers(repository, splitEntries(small, /^100\d{3} (blob) ([0-9a-f]+) +\d+\t(.+)$/s))
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function findCommit(git: Git, revision: string): Promise<string> {
  const found = await git(['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`])
  if (found !== undefined) return found.toString().trim()
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `git knows no revision ${JSON.stringify(revision)} here.`, {
    hint: '"git branch --all", "git tag" and "git log" list what there is.',
  })
}

/**
 * The LFS files that the history of a revision has, and that no branch of a remote had when it was last asked, each content
 * once.
 *
 * @param remote undefined: the whole history
 */
export async function listHistoryFiles(
  repository: LfsRepository,
  revisions: readonly string[],
  remote: string | undefined,
): Promise<LfsFile[]> {
  const { git } = repository
  const commits = await Promise.all(revisions.map((revision) => findCommit(git, revision)))
  const known = remote === undefined ? [] : ['--not', `--remotes=${remote.replaceAll(/[\\*?[]/g, String.raw`\$&`)}`]
  const args = ['rev-list', '--objects', '--no-object-names', ...commits, ...known]
  const output = await git(args, maxOutputBytes)
  if (output === undefined) throw createUnreadable('the history')
  const blobs = output
    .toString('latin1')
    .split('\n')
    .filter((line) => line !== '')
  const entries = blobs.map((blob) => ({ path: '', blob, isSkipped: false }))
  return readPointers(repository, await keepSmall(git, entries))
}

function toPathspecs(paths: readonly GitPath[]): string[] {
  return paths.includes('') ? [] : paths.map(toFileName)
}

async function readAll(git: Git, args: readonly string[], what: string): Promise<string[]> {
  const output = await git(args, maxOutputBytes)
  if (output === undefined) throw createUnreadable(what)
  return output
    .toString('latin1')
    .split('\0')
    .filter((line) => line !== '')
}

function createUnreadable(what: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `git cannot list ${what}.`, { hint: 'See what "git fsck" says there.' })
}

function splitEntries(lines: readonly string[], pattern: RegExp): Entry[] {
  return lines.flatMap((line) => {
    const [, tag, blob, path] = pattern.exec(line) ?? []
    return blob === undefined || path === undefined ? [] : [{ path, blob, isSkipped: tag === 'S' }]
  })
}

/** Without what is too large for a pointer; only heads are read, not the files. */
async function keepSmall(git: Git, entries: readonly Entry[]): Promise<Entry[]> {
  if (entries.length === 0) return []
  const format = '--batch-check=%(objecttype) %(objectsize)'
  const heads = await git(['cat-file', '--buffer', format], maxOutputBytes, toInput(entries))
  const lines = heads?.toString('latin1').split('\n') ?? []
  return entries.filter((_, index) => {
    const [type, size] = lines[index]?.split(' ') ?? []
    return type === 'blob' && Number(size) < maxPointerBytes
  })
}

async function readPointers({ root, env }: LfsRepository, entries: readonly Entry[]): Promise<LfsFile[]> {
  const files: LfsFile[] = []
  const { signal } = new AbortController()
  let index = 0
  const names = entries.map(({ blob }) => blob)
  for await (const { content } of readBlobs(root, env, names, { signal, maxBytes: maxPointerBytes })) {
    const entry = entries[index++]
    const pointer = content === undefined ? undefined : parseLfsPointer(content)
    if (pointer !== undefined && entry !== undefined) {
      files.push({ path: entry.path, isSkipped: entry.isSkipped, ...pointer })
    }
  }
  return files
}

function toInput(entries: readonly Entry[]): Buffer {
  return Buffer.from(entries.map(({ blob }) => `${blob}\n`).join(''), 'latin1')
}
