import { lstat, mkdir, mkdtemp, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Work } from '../data/work.ts'
import { runGit } from '../git/git.ts'
import { type GitPath, toFileName, toPath } from '../git/git-path.ts'
import { createLfsPointer, type LfsPointer } from '../git/lfs-pointer.ts'
import { findLfsPaths } from '../git/lfs-paths.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { formatPattern, writeAttributes } from './attributes.ts'
import { copyHashed } from './copy-hashed.ts'
import { findEmptyPath } from './fetch.ts'
import { hasObject, objectPath } from './objects.ts'
import type { LfsRepository } from './repository.ts'
import { updateIndex } from './update-index.ts'

export interface AddedFile {
  readonly path: GitPath
  readonly pointer: LfsPointer
}

export interface AddResult {
  readonly added: readonly AddedFile[]
  /** Files that are pointers, whose content is elsewhere. */
  readonly pointers: readonly GitPath[]
  /** Paths that `.gitattributes` got a line for; the others had one. */
  readonly tracked: readonly GitPath[]
}

const maxListBytes = 256 << 20

/** Git's own settings, and files that stand for others. */
const ownNames = /(^|\/)(\.git[^/]*|\.lfsconfig|[^/]*\.dvc|dvc\.lock)$/

/**
 * Puts files under Git LFS: their content into its store, a line into `.gitattributes`. The files stay as they are.
 *
 * @param paths of files and folders; files that git ignores are left out
 * @param isStaged whether their pointers are put into the index, too, as "git add" does where Git LFS is installed
 * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE before anything is written; STORAGE_FULL, CANCELLED
 */
export async function addLfsFiles(
  repository: LfsRepository,
  paths: readonly GitPath[],
  { isStaged }: { readonly isStaged: boolean },
  work: Work,
): Promise<AddResult> {
  const files = await listFiles(repository, paths)
  const tracked = await findLfsPaths(
    repository.root,
    repository.env,
    files.map(({ path }) => path),
  )
  const untracked = files.map(({ path }) => path).filter((path) => !tracked.has(path))
  for (const path of untracked) formatPattern(toFileName(path))
  await mkdir(dirname(repository.incompleteFolder), { recursive: true })
  const scratch = await mkdtemp(join(dirname(repository.incompleteFolder), '.runwright-add-'))
  try {
    const { added, pointers } = await storeFiles(repository, files, scratch, work)
    await writeAttributes(repository, untracked)
    if (isStaged)
      await updateIndex(
        repository,
        added.map(({ path, pointer }) => ({ path, ...pointer })),
        { isNew: true },
      )
    return { added, pointers, tracked: untracked }
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

interface WorkFile {
  readonly path: GitPath
  readonly sizeBytes: number
}

async function listFiles({ root, env }: LfsRepository, paths: readonly GitPath[]): Promise<WorkFile[]> {
  const options = ['--cached', '--others', '--exclude-standard', '--deduplicate', '-z']
  const named = paths.includes('') ? [] : paths.map(toFileName)
  const output = await runGit(root, env)(['--literal-pathspecs', 'ls-files', ...options, '--', ...named], maxListBytes)
  const names = (output?.toString('latin1') ?? '').split('\0').filter((path) => path !== '' && !ownNames.test(path))
  const files: WorkFile[] = []
  for (const path of names) {
    const entry = await lstat(toPath(root, path)).catch(() => undefined)
    if (entry?.isFile() === true) files.push({ path, sizeBytes: entry.size })
  }
  const empty = findEmptyPath(files, paths)
  if (empty === undefined) return files
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `${toFileName(empty)} is no file that can go into Git LFS.`, {
    hint: 'Files that git ignores, links, and settings such as .gitattributes cannot.',
  })
}

async function storeFiles(
  repository: LfsRepository,
  files: readonly WorkFile[],
  scratch: string,
  work: Work,
): Promise<Pick<AddResult, 'added' | 'pointers'>> {
  const added: AddedFile[] = []
  const pointers: GitPath[] = []
  const totalBytes = files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  let [doneFiles, doneBytes] = [0, 0]
  const tell = () => work.progress({ phase: 'store', doneFiles, totalFiles: files.length, doneBytes, totalBytes })
  for (const { path } of files) {
    throwIfCancelled(work)
    const onBytes = (count: number) => {
      doneBytes += count
      tell()
    }
    const pointer = await storeFile(repository, path, join(scratch, 'content'), { signal: work.signal, onBytes })
    if (pointer === undefined) pointers.push(path)
    else added.push({ path, pointer })
    doneFiles++
    tell()
  }
  return { added, pointers }
}

/** Undefined for a file that is a pointer. */
async function storeFile(
  repository: LfsRepository,
  path: GitPath,
  beside: string,
  options: { readonly signal: AbortSignal; readonly onBytes: (count: number) => void },
): Promise<LfsPointer | undefined> {
  const place = toPath(repository.root, path)
  const { size } = await stat(place)
  if (size < 1024 && (await createLfsPointer(place)) === undefined) return undefined
  const pointer = await copyHashed(place, beside, options)
  if (await hasObject(repository, pointer)) {
    await rm(beside)
    return pointer
  }
  const object = objectPath(repository, pointer.oid)
  await mkdir(dirname(object), { recursive: true })
  await rename(beside, object)
  return pointer
}
