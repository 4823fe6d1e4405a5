import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join, posix } from 'node:path'
import { type Git, loadGitEnvironment, runGit } from '../git/git.ts'
import { isTrackedByGit } from '../git/git-index.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { findPointers, isInGit, listOuts, type TrackedOut } from './find-pointers.ts'
import type { DataHash, Sha256 } from './hash.ts'
import { loadIgnoreRules } from './ignore/ignore-rules.ts'
import { pointerEnding } from './pointer.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'
import { ignoreInGit } from './writing/gitignore.ts'
import { openRecording } from './writing/open-recording.ts'
import { recordPath } from './writing/record-path.ts'
import { refuseInUse } from './writing/refuse-in-use.ts'
import { savePointer } from './writing/save-pointer.ts'

/** A file or folder that is under version control now. */
export interface AddedPath {
  /** From the root of the repository. */
  readonly path: string
  /** Of its `.dvc` file, from the root. */
  readonly pointer: string
  readonly hash: DataHash
  readonly sha256: Sha256 | undefined
  readonly sizeBytes: number | undefined
  /** Of a folder. */
  readonly fileCount: number | undefined
  /** Whether the `.dvc` file was written, rather than being as it should. */
  readonly isChanged: boolean
}

/**
 * Puts files and folders under version control, or takes what has become of them: objects, manifest, `.dvc` file and
 * `.gitignore`, in this order, so that whatever is named is there.
 *
 * @param paths from the root of the repository
 * @throws INVALID_PARAMETER_VALUE for what cannot be added, before anything is; what `recordPath` throws
 */
export async function addPaths(
  repository: DataRepository,
  paths: readonly string[],
  work: Work,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<readonly AddedPath[]> {
  await using recording = await openRecording(repository, work)
  const tracked = listOuts(await findPointers(repository, env))
  const git = isInGit(repository.root)
    ? runGit(repository.root, await loadGitEnvironment(repository.root, env))
    : undefined
  const wanted = [...new Set(paths)]
  for (const path of wanted) {
    await checkPath(repository, git, path, [...tracked.map((out) => out.path), ...wanted])
    checkPointer(path, tracked)
  }
  refuseInUse(
    repository,
    wanted.map((path) => ({ path })),
  )
  const added: AddedPath[] = []
  for (const path of wanted) {
    throwIfCancelled(work)
    const version = await recordPath(recording, path)
    const out = tracked.find((each) => each.path === path)
    const pointer = out?.found.path ?? path + pointerEnding
    const text = savePointer(repository, pointer, out?.found, { ...version, path: nameInPointer(path, out) })
    if (git !== undefined) await ignoreInGit(repository, git, path)
    recording.singles.save()
    added.push({ path, pointer, ...version, isChanged: text !== undefined })
  }
  return added
}

/** An out has the name that its `.dvc` file gives it; a new one lies beside its file. */
function nameInPointer(path: string, out: TrackedOut | undefined): string {
  return out?.out.path ?? posix.basename(path)
}

async function checkPath(
  { root }: DataRepository,
  git: Git | undefined,
  path: string,
  others: readonly string[],
): Promise<void> {
  const absolute = join(root, path)
  const stat = lstatSync(absolute, { throwIfNoEntry: false })
  if (stat === undefined) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no ${path}.`, {
      hint: 'Name files and folders that are in the workspace.',
    })
  }
  if (path.endsWith(pointerEnding)) throw refuse(`${path} is a .dvc file itself.`, 'Name the data that it stands for.')
  if (realpathSync(dirname(absolute)) !== dirname(absolute)) {
    throw refuse(`${path} lies behind a link to a folder.`, 'Name it by the place where it really is.')
  }
  if (stat.isSymbolicLink() && lstatSync(realpathSync(absolute)).isDirectory()) {
    throw refuse(`${path} is a link to a folder.`, 'Name the folder that it leads to.')
  }
  const outer = others.find((other) => path.startsWith(`${other}/`))
  if (outer !== undefined) {
    throw refuse(
      `${path} lies in ${outer}, which is one with all in it.`,
      `"runwright data commit ${outer}" takes it along.`,
    )
  }
  const inner = others.find((other) => other.startsWith(`${path}/`))
  if (inner !== undefined) {
    throw refuse(`${path} holds ${inner}, which has a .dvc file of its own.`, `"runwright data remove ${inner}" first.`)
  }
  if (isIgnored(root, path, stat.isDirectory())) {
    throw refuse(`${path} is ignored by a .dvcignore.`, 'Take it out of the .dvcignore first.')
  }
  const inGit = await git?.(['ls-files', '-z', '--', `:(literal)${path}`], 256 << 20)
  if (inGit === undefined ? await isTrackedByGit(absolute) : inGit.length > 0) {
    if (await isInLfs(git, path)) {
      throw refuse(
        `${path} is in Git LFS, which keeps its versions.`,
        `"runwright lfs import ${path}" takes it from there.`,
      )
    }
    throw refuse(
      `Git has ${path} already.`,
      `git rm -r --cached -- ${JSON.stringify(path)} takes it out of Git and leaves the files.`,
    )
  }
}

/** By its name or its `wdir`, a `.dvc` file may stand for something else than what lies beside it. */
function checkPointer(path: string, tracked: readonly TrackedOut[]): void {
  if (tracked.some((out) => out.path === path)) return
  const other = tracked.find(({ found }) => found.path === path + pointerEnding)
  if (other === undefined) return
  throw refuse(
    `${other.found.path} is there already, and stands for ${other.path}.`,
    `Rename that .dvc file by git first, or "runwright data remove ${other.path}".`,
  )
}

async function isInLfs(git: Git | undefined, path: string): Promise<boolean> {
  const attribute = await git?.(['check-attr', '-z', 'filter', '--', path])
  return attribute?.toString().split('\0')[2] === 'lfs'
}

function isIgnored(root: string, path: string, isFolder: boolean): boolean {
  const rules = loadIgnoreRules(root, path)
  const parts = path.split('/')
  return parts.some((_, at) => rules.ignores(parts.slice(0, at + 1).join('/'), at < parts.length - 1 || isFolder))
}

function refuse(message: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, { hint })
}
