import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Git, openGit } from './git.ts'
import { snapshotRefs } from './snapshot-refs.ts'
import { RunwrightError } from '../protocol/errors.ts'

/** Files larger than this are not shown. */
const maxFileBytes = 8 << 20

/** Files that differ, beyond which a comparison says that there are more. */
export const maxChangedFiles = 500

/** The code of a run as a tree of git's, uncommitted changes included. */
export interface CodeTree {
  /** Absolute path of the repository's root. */
  readonly root: string
  /** The tree's object name. */
  readonly name: string
  /** The snapshot commit that it is the tree of; undefined where it was made of a commit and a patch. */
  readonly snapshot: string | undefined
  readonly git: Git
}

export interface CodeTreeSource {
  /** Lies in the repository. */
  readonly folder: string
  readonly commit: string
  /** The commit that holds all of the code, where there is one. Where it is not in the repository, the patch will do. */
  readonly snapshot?: string | undefined
  /** What `git apply` turns the commit into the code with. */
  readonly patch: Uint8Array | undefined
  /** The run as the user knows it, for errors. */
  readonly runName: string
}

/**
 * Makes the tree of a snapshot, or of a commit and a patch. Nothing is written into the repository: index and new objects are kept in a
 * folder of their own, beside which the repository's objects are read.
 *
 * @param scratch an empty folder, or one that this was called with before: trees in one folder can be compared
 * @throws RESOURCE_DOES_NOT_EXIST when the commit is not in the repository, or the patch does not fit
 */
export async function openCodeTree(
  { folder, commit, snapshot, patch, runName }: CodeTreeSource,
  scratch: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<CodeTree> {
  const plain = await openGit(folder, env)
  const root = text(await plain(['rev-parse', '--show-toplevel']))
  if (root === undefined) throw createMissing(`${folder} lies in no git repository, or git is not installed.`)
  const objects = text(await plain(['rev-parse', '--path-format=absolute', '--git-path', 'objects']))
  const whole = snapshot === undefined ? undefined : await findTree(plain, snapshot)
  if (whole === undefined && snapshot !== undefined && patch === undefined) throw createLost(snapshot, runName, root)
  const base = whole ?? (await findTree(plain, commit))
  if (base === undefined || objects === undefined) {
    throw createMissing(`Commit ${commit.slice(0, 10)} of run “${runName}” is not in the repository ${root}.`, {
      hint: 'Fetch it from where the run was started, and try again.',
    })
  }
  await mkdir(join(scratch, 'objects'), { recursive: true })
  const own = {
    GIT_INDEX_FILE: join(scratch, `index-${crypto.randomUUID()}`),
    GIT_OBJECT_DIRECTORY: join(scratch, 'objects'),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
  }
  const git = await openGit(root, env, own)
  if (whole !== undefined) return { root, name: whole, snapshot, git }
  const name = patch === undefined ? base : await writeTree(git, base, patch, `${own.GIT_INDEX_FILE}.patch`)
  if (name !== undefined) return { root, name, snapshot: undefined, git }
  throw createMissing(`The uncommitted changes of run “${runName}” do not fit its commit ${commit.slice(0, 10)}.`)
}

async function findTree(git: Git, commit: string): Promise<string | undefined> {
  const isName = /^[0-9a-f]{40,64}$/.test(commit)
  return isName ? text(await git(['rev-parse', '--verify', '--quiet', `${commit}^{tree}`])) : undefined
}

function createLost(snapshot: string, runName: string, root: string): RunwrightError {
  return createMissing(`The code ${snapshot.slice(0, 10)} of run “${runName}” is not in the repository ${root}.`, {
    hint: `Run “git fetch CLONE ${snapshotRefs}*:${snapshotRefs}*” with the clone that the run was started in.`,
  })
}

/**
 * Writes the tree of a commit and a patch with git's own index, and resolves to its name.
 *
 * @param file where the patch is put for git to read
 * @returns undefined when the patch does not fit
 */
export async function writeTree(git: Git, base: string, patch: Uint8Array, file: string): Promise<string | undefined> {
  await writeFile(file, patch)
  if ((await git(['read-tree', base])) === undefined) return undefined
  if ((await git(['apply', '--cached', '--whitespace=nowarn', file])) === undefined) return undefined
  return text(await git(['write-tree']))
}

/** A file that two trees do not agree in. Renamed files are two: one that went and one that came. */
export interface ChangedFile {
  /** Relative to the repository's root, with `/`. */
  readonly path: string
  readonly isInLeft: boolean
  readonly isInRight: boolean
}

/** The files in which two trees of one scratch folder differ, by path; at most one more than `maxChangedFiles`. */
export async function listChangedFiles(left: CodeTree, right: CodeTree): Promise<readonly ChangedFile[]> {
  const args = ['diff-tree', '-r', '-z', '--no-renames', '--name-status', left.name, right.name]
  const listed = await right.git(args, maxFileBytes)
  const words = (listed?.toString() ?? '').split('\0')
  const files: ChangedFile[] = []
  for (let index = 0; index + 1 < words.length && files.length <= maxChangedFiles; index += 2) {
    const status = words[index]
    files.push({ path: words[index + 1] ?? '', isInLeft: status !== 'A', isInRight: status !== 'D' })
  }
  return files
}

/** A file of a tree as it is stored, through no filter; undefined when it is not there, or larger than 8 MB. */
export function readCodeFile({ git, name }: CodeTree, path: string): Promise<Buffer | undefined> {
  return git(['cat-file', 'blob', `${name}:${path}`], maxFileBytes)
}

function text(output: Buffer | undefined): string | undefined {
  const line = output?.toString().trim() ?? ''
  return line === '' ? undefined : line
}

function createMissing(message: string, options: { hint?: string } = {}): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', message, options)
}
