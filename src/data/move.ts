import { existsSync, lstatSync, mkdirSync, readFileSync, realpathSync, renameSync, unlinkSync } from 'node:fs'
import { basename, dirname, join, posix } from 'node:path'
import { loadGitEnvironment, runGit } from '../git/git.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { toStorageError } from '../store/storage-error.ts'
import { openDataCache } from './cache.ts'
import { checkPlace } from './checkout.ts'
import { findPointers, isInGit, listOuts, type TrackedOut } from './find-pointers.ts'
import { findTracked } from './history/find-tracked.ts'
import { removeWorkingFolder, renameOut } from './history/pointer-text.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { ignoreInGit, unignoreInGit } from './writing/gitignore.ts'
import { lockRepository } from './writing/lock-repository.ts'
import { refuseInUse } from './writing/refuse-in-use.ts'
import { replaceFile } from './writing/replace-file.ts'

export interface Moved {
  /** From the root of the repository. */
  readonly from: string
  readonly to: string
  readonly pointer: string
  /** False where only the `.dvc` file was there to be moved. */
  readonly hadData: boolean
}

/**
 * Gives data another name or place: the data, its `.dvc` file, and its line in `.gitignore`. Killed in between, it leaves
 * both `.dvc` files, and the same move again completes it.
 *
 * @param from of the data or its `.dvc` file, from the root of the repository
 * @param to from the root; a folder that is there takes it under its name
 * @throws RESOURCE_DOES_NOT_EXIST for what no `.dvc` file stands for; RESOURCE_ALREADY_EXISTS where something is at its
 *   new place; INVALID_PARAMETER_VALUE for a place that data cannot have; before anything is changed
 */
export async function movePath(
  repository: DataRepository,
  from: string,
  to: string,
  work: Work,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Moved> {
  using cache = openDataCache(repository)
  using _lock = await lockRepository(repository, cache, work)
  const { root, temporaryFolder } = repository
  const tracked = await findTracked(repository, from, env)
  const target = chooseTarget(repository, tracked.path, to)
  const pointer = target + pointerEnding
  const text = placeBeside(tracked, target)
  checkPlace(repository, tracked.path)
  refuseInUse(repository, [tracked, { path: target }])
  checkSource(tracked, target)
  checkTarget(repository, tracked, target, text)
  checkOthers(tracked, target, listOuts(await findPointers(repository, env)))
  const git = isInGit(root) ? runGit(root, await loadGitEnvironment(root, env)) : undefined
  const hadData = lstatSync(join(root, tracked.path), { throwIfNoEntry: false }) !== undefined
  try {
    mkdirSync(join(root, dirname(target)), { recursive: true })
    if (git !== undefined) await ignoreInGit(repository, git, target)
    replaceFile(join(root, pointer), text, temporaryFolder)
    if (hadData) renameSync(join(root, tracked.path), join(root, target))
    unlinkSync(join(root, tracked.found.path))
    unignoreInGit(repository, tracked.path)
  } catch (error) {
    throw toStorageError(error, join(root, target))
  }
  return { from: tracked.path, to: target, pointer, hadData }
}

function chooseTarget({ root }: DataRepository, from: string, to: string): string {
  const isFolder = lstatSync(join(root, to), { throwIfNoEntry: false })?.isDirectory() === true
  return isFolder ? `${to}/${basename(from)}` : to
}

/** The text of the `.dvc` file once it lies beside its data, so that it needs no `wdir`; as DVC does it. */
function placeBeside({ found, out }: TrackedOut, target: string): string {
  return removeWorkingFolder(renameOut(found.text, out.path, posix.basename(target), found.path), found.path)
}

function checkSource({ path, found, out }: TrackedOut, target: string): void {
  if (posix.basename(found.path) !== posix.basename(path) + pointerEnding) {
    throw refuse(`${found.path} is not named after ${path}.`, 'Rename the .dvc file to PATH.dvc first, by git.')
  }
  if (target === path || target.startsWith(`${path}/`) || path.startsWith(`${target}/`)) {
    throw refuse(`${path} cannot be moved to ${target}.`, 'Name a place that is not inside it.')
  }
  const isLocal = found.pointer.dependencies.some(({ path, repository }) => repository === undefined && !isUrl(path))
  if (isLocal && posix.dirname(target) !== posix.join(posix.dirname(found.path), out.workingFolder)) {
    throw refuse(
      `${found.path} names where ${out.path} was imported from, by a path from where it is.`,
      'Move it with "dvc move".',
    )
  }
}

function isUrl(path: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(path) || path.startsWith('/')
}

function checkTarget({ root }: DataRepository, { path }: TrackedOut, target: string, text: string): void {
  const pointer = join(root, target + pointerEnding)
  // A move that was killed had written it; then its data may have been moved as well.
  const isResumed = existsSync(pointer) && readFileSync(pointer, 'utf8') === text
  const isThere = lstatSync(join(root, target), { throwIfNoEntry: false }) !== undefined
  const isMoved = isResumed && lstatSync(join(root, path), { throwIfNoEntry: false }) === undefined
  if ((isThere && !isMoved) || (existsSync(pointer) && !isResumed)) {
    throw new RunwrightError(
      'RESOURCE_ALREADY_EXISTS',
      `${isThere ? target : target + pointerEnding} is there already.`,
      {
        hint: 'Nothing was moved. Choose another name.',
      },
    )
  }
  let folder = dirname(join(root, target))
  while (!existsSync(folder)) folder = dirname(folder)
  if (realpathSync(folder) !== folder || !lstatSync(folder).isDirectory()) {
    throw refuse(`${target} lies behind a link or a file.`, 'Name a place in a folder.')
  }
}

function checkOthers(tracked: TrackedOut, target: string, all: readonly TrackedOut[]): void {
  const isInside = (inner: string, outer: string) => inner.startsWith(`${outer}/`)
  const other = all.find(({ path }) => path !== tracked.path && (isInside(target, path) || isInside(path, target)))
  if (other !== undefined)
    throw refuse(`${other.path}, which is under version control, would be in the way.`, 'Choose another place.')
}

function refuse(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}
