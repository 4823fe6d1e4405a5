import { lstat, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { joinCommandLine } from '../base/command-line.ts'
import { createWritingGit } from '../git/git.ts'
import { type GitPath, toFileName, toPath } from '../git/git-path.ts'
import { findLfsPaths } from '../git/lfs-paths.ts'
import type { LfsPointer } from '../git/lfs-pointer.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { cleanScript } from './clean-script.ts'
import type { LfsRepository } from './repository.ts'

/**
 * Lets git look at files anew, with their pointers for their contents, whether Git LFS is installed or not. Where the index has
 * these pointers, all that changes in it is what it knows of sizes and times, so that "git status" finds the files unchanged.
 *
 * @param files their contents have to be in the store
 * @param isNew whether files that the index does not have are put into it
 * @throws INVALID_STATE where git cannot: another program is at the index, or a file was changed meanwhile; then it is as before
 */
export async function updateIndex(
  repository: LfsRepository,
  files: readonly (LfsPointer & { readonly path: GitPath })[],
  { isNew }: { readonly isNew: boolean },
): Promise<void> {
  const meantFiles = await keepFiltered(repository, files, isNew)
  if (meantFiles.length === 0) return
  await outlastRace(repository, meantFiles)
  const parent = dirname(repository.incompleteFolder)
  await mkdir(parent, { recursive: true })
  const scratch = await mkdtemp(join(parent, '.runwright-index-'))
  try {
    const [script, meant] = [join(scratch, 'clean.cjs'), join(scratch, 'meant')]
    await writeFile(script, cleanScript)
    await writeFile(meant, meantFiles.map(({ oid, path }) => `${oid} ${path}\0`).join(''), 'latin1')
    // The Node of an editor is Node only while told so.
    const git = createWritingGit(repository.root, { ...repository.env, ELECTRON_RUN_AS_NODE: '1' })
    const filter = ['-c', `filter.lfs.process=${joinCommandLine([process.execPath, script, meant])}`]
    const update = ['update-index', ...(isNew ? ['--add'] : []), '-z', '--stdin']
    const paths = Buffer.from(meantFiles.map(({ path }) => `${path}\0`).join(''), 'latin1')
    await git([...filter, '-c', 'filter.lfs.required=true', ...update], paths)
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** A file without the attribute goes through no filter: its whole content would go into the index. */
async function keepFiltered<File extends { readonly path: GitPath }>(
  { root, env }: LfsRepository,
  files: readonly File[],
  isNew: boolean,
): Promise<readonly File[]> {
  const lfs = await findLfsPaths(
    root,
    env,
    files.map(({ path }) => path),
  )
  const other = files.find(({ path }) => !lfs.has(path))
  if (other === undefined || !isNew) return files.filter(({ path }) => lfs.has(path))
  throw new RunwrightError('INVALID_STATE', `${toFileName(other.path)} was not put into the index.`, {
    hint: 'A .gitattributes in a folder below, or .git/info/attributes, takes it out of Git LFS.',
  })
}

/**
 * Git compares the content of files that are as young, by the second, as its index, since they may have been written after it. Without
 * the filter of Git LFS it would find the content of a pointer changed: such files have to be older than the index.
 */
async function outlastRace({ root }: LfsRepository, files: readonly { readonly path: GitPath }[]): Promise<void> {
  const entries = await Promise.all(files.map(({ path }) => lstat(toPath(root, path)).catch(() => undefined)))
  const youngest = entries.reduce((most, entry) => Math.max(most, entry?.mtimeMs ?? 0), 0)
  const waitMs = (Math.floor(youngest / 1000) + 1) * 1000 - Date.now()
  if (waitMs > 0 && waitMs <= 1000) await delay(waitMs)
}
