import { existsSync, readdirSync } from 'node:fs'
import { join, posix, relative, sep } from 'node:path'
import { mapConcurrently } from '../base/map-concurrently.ts'
import { openListingGit } from '../git/git.ts'
import { hasGit, openGitReader } from '../git/open-git-reader.ts'
import { loadIgnoreRules } from './ignore/ignore-rules.ts'
import { findOutPlace } from './out-place.ts'
import { parsePointer, type Pointer, pointerEnding, type PointerOut } from './pointer.ts'
import { readSmallFile } from './read-small-file.ts'
import { type DataRepository, dvcFolderName } from './repository.ts'

/** A `.dvc` file of the work tree. */
export interface FoundPointer {
  /** From the root of the repository. */
  readonly path: string
  readonly text: string
  readonly pointer: Pointer
  /** Git could not merge it, though its text does not say so, or does not any more. Not looked at where one is loaded. */
  readonly isUnmerged: boolean
}

/** What a `.dvc` file stands for, and where it is in the workspace. */
export interface TrackedOut {
  readonly found: FoundPointer
  readonly out: PointerOut
  /** Of the file or folder, from the root of the repository. */
  readonly path: string
}

/**
 * All `.dvc` files of the work tree, in the order of their paths, whether committed, changed or new; none that Git or
 * DVC ignores.
 *
 * @param env git is found with
 * @param noteConflict told of files that git could not merge and that still hold both sides; default: they are errors
 * @throws INVALID_PARAMETER_VALUE for a `.dvc` file that cannot be read, naming it
 */
export async function findPointers(
  repository: DataRepository,
  env: Readonly<Record<string, string | undefined>> = process.env,
  noteConflict?: (path: string) => void,
): Promise<readonly FoundPointer[]> {
  const listed = (await listByGit(repository, env)) ?? (await listWithoutGit(repository, env))
  // Git's index has a file that it could not merge once for each side.
  const unmerged = new Set<string>()
  const paths = new Set<string>()
  for (const path of listed) {
    if (paths.has(path)) unmerged.add(path)
    paths.add(path)
  }
  const wanted = [...paths].filter((path) => isPointerPath(path) && !isIgnored(repository.root, path)).sort()
  const found = await mapConcurrently(wanted, 16, async (path) => {
    const text = await readPointer(repository, path)
    if (text === undefined) return undefined
    if (noteConflict === undefined || !conflictMark.test(text)) {
      return toFound(path, text, unmerged.has(path))
    }
    noteConflict(path)
  })
  return found.filter((each) => each !== undefined)
}

const conflictMark = /^<{7} /m

/** Undefined when there is no such file. */
export async function loadPointer(repository: DataRepository, path: string): Promise<FoundPointer | undefined> {
  const text = await readPointer(repository, path)
  return text === undefined ? undefined : toFound(path, text, false)
}

function toFound(path: string, text: string, isUnmerged: boolean): FoundPointer {
  return { path, text, pointer: parsePointer(text, path), isUnmerged }
}

function readPointer({ root }: DataRepository, path: string): Promise<string | undefined> {
  return readSmallFile(join(root, path))
}

/**
 * The files and folders that `.dvc` files stand for.
 *
 * @throws INVALID_PARAMETER_VALUE for a `wdir` that leads out of the repository, naming the `.dvc` file
 */
export function listOuts(pointers: readonly FoundPointer[]): readonly TrackedOut[] {
  return pointers.flatMap((found) =>
    found.pointer.outs.map((out) => ({ found, out, path: findOutPlace(found.path, out) })),
  )
}

function isPointerPath(path: string): boolean {
  const name = posix.basename(path)
  return name.endsWith(pointerEnding) && name !== pointerEnding && !path.split('/').includes(dvcFolderName)
}

function isIgnored(root: string, path: string): boolean {
  const rules = loadIgnoreRules(root, path)
  if (rules.isPlain) return false
  const parts = path.split('/')
  return parts.some((_, index) => rules.ignores(parts.slice(0, index + 1).join('/'), index < parts.length - 1))
}

const maxListBytes = 256 << 20

/** Undefined where there is no git, or no repository of it. */
async function listByGit(
  { root }: DataRepository,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[] | undefined> {
  if (!isInGit(root)) return undefined
  const git = openListingGit(root, env)
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', `*${pointerEnding}`]
  const output = await git(list, maxListBytes)
  return output?.toString().split('\0').slice(0, -1)
}

/** Where git is not installed, its `.gitignore` files count all the same. */
async function listWithoutGit(
  { root }: DataRepository,
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[]> {
  const paths = [...listByWalk(root, '')]
  if (!isInGit(root) || (await hasGit(env))) return paths
  const reader = await openGitReader(root, env)
  if (reader === undefined) return paths
  const prefix = relative(reader.root, root).split(sep).join('/')
  const isIgnored = await mapConcurrently(paths, 16, (path) => reader.isIgnored(posix.join(prefix, path)))
  return paths.filter((_, index) => isIgnored[index] === false)
}

/** Whether a folder, or one above it, is a work tree of Git; `.git` is a file in worktrees and submodules. */
export function isInGit(folder: string): boolean {
  for (let place = folder; ; place = join(place, '..')) {
    if (existsSync(join(place, '.git'))) return true
    if (join(place, '..') === place) return false
  }
}

/** Does not go into folders that a `.dvc` file beside them stands for, nor into repositories of their own. */
function* listByWalk(root: string, folder: string): Generator<string> {
  const entries = readdirSync(join(root, folder), { withFileTypes: true })
  if (folder !== '' && entries.some(({ name }) => name === dvcFolderName)) return
  const names = new Set(entries.map(({ name }) => name))
  const rules = loadIgnoreRules(root, `${folder}x`)
  for (const entry of entries) {
    const path = folder + entry.name
    if (entry.isDirectory()) {
      if (!rules.ignores(path, true) && !names.has(entry.name + pointerEnding)) yield* listByWalk(root, `${path}/`)
    } else if (entry.name.endsWith(pointerEnding)) yield path
  }
}
