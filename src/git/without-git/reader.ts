import fs from 'node:fs'
import { type GitReader, maxBlobBytes } from '../git-reader.ts'
import { refuseFiltered, refuseUnreadable } from './refusals.ts'
import { findRepository } from './find-repository.ts'

/**
 * Reads a repository by isomorphic-git, where there is no git.
 *
 * @returns undefined where there is no repository
 * @throws NOT_IMPLEMENTED for a repository of a kind that it would read wrongly
 */
export async function openWithoutGit(folder: string): Promise<GitReader | undefined> {
  const found = await findRepository(folder)
  if (found === undefined) return undefined
  await refuseUnreadable(found)
  const git = await loadIsomorphicGit()
  // What it has read of packs.
  const cache = {}
  const repository: Place = { fs, dir: found.root, gitdir: found.gitFolder, cache }
  let tracked: Promise<string[]> | undefined
  const readBlob = (commit: string, path: string) =>
    orUndefined(git, async () => Buffer.from((await git.readBlob({ ...repository, oid: commit, filepath: path })).blob))
  return {
    root: found.root,
    findCommit: (revision) => findCommit(git, repository, revision),
    async listFolder(commit, path) {
      const tree = await orUndefined(git, () =>
        git.readTree({ ...repository, oid: commit, ...(path === '' ? {} : { filepath: path }) }),
      )
      return tree?.tree.map((entry) => entry.path) ?? []
    },
    async readBlob(commit, path) {
      const blob = await readBlob(commit, path)
      if (blob !== undefined) await refuseFiltered(found.root, path, (name) => readBlob(commit, name))
      return blob === undefined || blob.length > maxBlobBytes ? undefined : blob
    },
    async isIgnored(path) {
      const isFolder = fs.statSync(`${found.root}/${path}`, { throwIfNoEntry: false })?.isDirectory() === true
      if (!(await git.isIgnored({ ...repository, filepath: isFolder ? `${path}/` : path }))) return false
      // As git says it: what is tracked is not ignored, whatever a pattern says.
      tracked ??= git.listFiles(repository)
      return !(await tracked).some((file) => file === path || file.startsWith(`${path}/`))
    },
  }
}

type IsomorphicGit = typeof import('./isomorphic-git.ts')

async function loadIsomorphicGit(): Promise<IsomorphicGit> {
  const place = import.meta.url.endsWith('.ts') ? './isomorphic-git.ts' : './isomorphic-git.js'
  return import(new URL(place, import.meta.url).href)
}

interface Place {
  readonly fs: typeof fs
  readonly dir: string
  readonly gitdir: string
  readonly cache: object
}

/** `NAME`, and so many first parents before it: `~`, `~2`, `^`. */
async function findCommit(git: IsomorphicGit, place: Place, revision: string): Promise<string | undefined> {
  const [, name = '', steps = ''] = /^(.*?)((?:~\d*|\^)*)$/s.exec(revision) ?? []
  const parents = steps.match(/~\d*|\^/g)?.map((step) => (/^~\d+$/.test(step) ? Number(step.slice(1)) : 1)) ?? []
  let commit = await findNamed(git, place, name === '@' ? 'HEAD' : name)
  for (let left = parents.reduce((sum, each) => sum + each, 0); left > 0 && commit !== undefined; left--) {
    const oid = commit
    commit = (await orUndefined(git, () => git.readCommit({ ...place, oid })))?.commit.parent[0]
  }
  return commit
}

async function findNamed(git: IsomorphicGit, place: Place, name: string): Promise<string | undefined> {
  const isHex = /^[0-9a-f]{4,40}$/.test(name)
  const oid =
    (isHex && name.length === 40 ? name : await orUndefined(git, () => git.resolveRef({ ...place, ref: name }))) ??
    (isHex ? await orUndefined(git, () => git.expandOid({ ...place, oid: name })) : undefined)
  // A tag that has a message is an object of its own: reading goes through it.
  return oid === undefined ? undefined : (await orUndefined(git, () => git.readCommit({ ...place, oid })))?.oid
}

/** Errors that only say that something is not there. */
async function orUndefined<Result>(git: IsomorphicGit, read: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await read()
  } catch (error) {
    const isAbsent =
      error instanceof git.Errors.NotFoundError ||
      error instanceof git.Errors.ObjectTypeError ||
      error instanceof git.Errors.AmbiguousError
    if (isAbsent) return undefined
    throw error
  }
}
