import { join } from 'node:path'
import { type AddedPath, addPaths } from '../data/add.ts'
import { type DataRepository, toRepositoryPath } from '../data/repository.ts'
import type { Work } from '../data/work.ts'
import { createWritingGit } from '../git/git.ts'
import { type GitPath, toFileName } from '../git/git-path.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { LfsContext } from './context.ts'
import { listIndexedFiles, type LfsFile } from './files.ts'
import { checkPaths } from './fetch.ts'
import { pullLfsFiles } from './pull.ts'
import type { LfsRepository } from './repository.ts'
import { readLfsStatus } from './status.ts'
import { updateIndex } from './update-index.ts'

export interface ImportOptions {
  readonly repository: LfsRepository
  readonly data: DataRepository
  /** Of files, and of folders that have only files of Git LFS: each becomes one version. */
  readonly paths: readonly GitPath[]
  readonly remote: string | undefined
  readonly context: LfsContext
}

const maxListBytes = 256 << 20

/**
 * Takes files from Git LFS into versions of data: contents are fetched, git's index lets go of the pointers, and `.dvc` files
 * stand for them. The files themselves stay, and so do earlier commits.
 *
 * @throws RESOURCE_DOES_NOT_EXIST, INVALID_PARAMETER_VALUE, INVALID_STATE before anything is changed: no LFS file, other files
 *   beside them, contents that cannot be had, files that were changed; what `addPaths` throws, with the index as it was
 */
export async function importLfsFiles(options: ImportOptions, work: Work): Promise<readonly AddedPath[]> {
  const { repository, data, paths, remote, context } = options
  const files = await listIndexedFiles(repository, paths)
  checkPaths(files, paths)
  await checkAlone(repository, files, paths)
  const inData = paths.map((path) => toRepositoryPath(data, join(repository.root, toFileName(path)), repository.root))
  const { failures } = await pullLfsFiles(repository, { paths, remote }, context, work)
  if (failures[0] !== undefined) throw failures[0].error
  await checkUnchanged(repository, paths, work)
  const git = createWritingGit(repository.root, repository.env)
  const names = Buffer.from(files.map(({ path }) => `${path}\0`).join(''), 'latin1')
  await git(['update-index', '--force-remove', '-z', '--stdin'], names)
  try {
    return await addPaths(data, inData, work, context.env)
  } catch (error) {
    await updateIndex(repository, files, { isNew: true })
    throw error
  }
}

async function checkAlone({ git }: LfsRepository, files: readonly LfsFile[], paths: readonly GitPath[]): Promise<void> {
  const args = ['--literal-pathspecs', 'ls-files', '-z', '--', ...paths.map(toFileName)]
  const tracked = ((await git(args, maxListBytes))?.toString('latin1') ?? '').split('\0')
  const known = new Set(files.map(({ path }) => path))
  const other = tracked.find((path) => path !== '' && !known.has(path))
  if (other === undefined && !paths.includes('')) return
  const what = other === undefined ? 'The root of the repository' : toFileName(other)
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `${what} is no file of Git LFS.`, {
    hint: 'Name files of Git LFS, or folders that have nothing else: a folder becomes one version.',
  })
}

async function checkUnchanged(repository: LfsRepository, paths: readonly GitPath[], work: Work): Promise<void> {
  const files = await readLfsStatus(repository, paths, work)
  const other = files.find(({ state }) => state !== 'content')
  if (other === undefined) return
  throw new RunwrightError('INVALID_STATE', `${toFileName(other.path)} is not as Git has it (${other.state}).`, {
    hint: 'Commit it, or take it back with "git checkout", and try again.',
  })
}
