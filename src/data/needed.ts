import { readlink } from 'node:fs/promises'
import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { readBlobs } from '../git/read-blobs.ts'
import { listKnownCommits } from '../git/snapshot-refs.ts'
import { streamGit } from '../git/stream-git.ts'
import { RunwrightError, throwIfCancelled } from '../protocol/errors.ts'
import { type DataHash, type DirHash, isDirHash, parseDataHash, type Sha256 } from './hash.ts'
import { type GitSide, openGitSide } from './history/git-side.ts'
import { createHashSet, type HashSet } from './history/hash-set.ts'
import { filesOfList, listHashes } from './history/hashes-in-text.ts'
import { listPointerCommits, splitAtNul } from './history/pointer-commits.ts'
import { listHiddenCommits, listWorkTrees } from './history/roots.ts'
import { namesData } from './history/tracked-out.ts'
import { walkWorkTree } from './history/work-tree-walk.ts'
import { findDataHash, parseObjectKey } from './object-key.ts'
import { readSmallFile } from './read-small-file.ts'
import { type DataRepository, isWithoutGit } from './repository.ts'
import type { Work } from './work.ts'

/** What needs data beside the repository itself: runs, registered models, whatever the caller knows of. */
export interface OtherNeeds {
  /** Full names; those that the repository does not have do not matter, since nothing can be checked out of them. */
  readonly commits: readonly string[]
  readonly hashes: readonly DataHash[]
  /** By SHA-256; hashes of files among them do not matter. */
  readonly manifests: readonly Sha256[]
}

/** What may not be deleted. */
export interface Needed {
  /** Files, and lists of folders. */
  readonly data: HashSet
  /** By SHA-256. */
  readonly manifests: HashSet
  /** Folders whose lists could not be read: what files they need is not known. */
  readonly unreadLists: readonly DirHash[]
  /** Files that name data, all versions of them that were found. */
  readonly pointerCount: number
}

/** Far above what a `dvc.lock` has. */
const maxPointerBytes = 64 << 20

/**
 * All data that is needed by a work tree of the repository, linked ones included, an index, or a commit that any ref
 * leads to (branches, tags, remote branches, notes, `refs/exps`, `refs/runwright`), a stash, or a merge or rebase under
 * way. In doubt it is needed.
 *
 * @param readList the list of a folder's files; undefined where there is none, or a damaged one
 * @throws INVALID_STATE where git cannot tell, or does not have all of its history here; CANCELLED
 */
export async function findNeeded(
  repository: Pick<DataRepository, 'root' | 'cacheFolder' | 'config'>,
  env: Readonly<Record<string, string | undefined>>,
  { commits, hashes, manifests }: OtherNeeds,
  readList: (hash: DirHash) => Promise<Buffer | undefined>,
  work: Work,
): Promise<Needed> {
  const collected = createCollection()
  for (const hash of hashes) collected.addHash(hash)
  for (const hash of manifests) collected.addManifest(hash)
  if (isWithoutGit(repository)) {
    await collectWorkTree(repository, repository.root, collected, work)
    return collected.finish(readList, work)
  }
  const side = await openGitSide(repository, env)
  const workTrees = await listWorkTrees(side)
  for (const workTree of workTrees) await collectWorkTree(repository, workTree, collected, work)
  const names = await listBlobs(side, workTrees, commits, work)
  const options = { ...work, maxBytes: maxPointerBytes }
  for await (const { content, problem, name } of readBlobs(side.root, side.env, names, options)) {
    if (content === undefined) throw problem === 'large' ? createTooLarge(name) : createIncomplete(side.root)
    collected.addText(content.toString())
  }
  return collected.finish(readList, work)
}

function createTooLarge(blob: string): RunwrightError {
  const message = `A .dvc file or dvc.lock in the history has more than ${maxPointerBytes >> 20} MiB, and was not read.`
  return new RunwrightError('INVALID_STATE', message, {
    hint: `"git log --all --find-object=${blob}" tells who brought it. Nothing was deleted.`,
  })
}

function createIncomplete(root: string): RunwrightError {
  return new RunwrightError('INVALID_STATE', `${root} does not have all .dvc files of its history.`, {
    hint: 'It is a partial clone, or damaged: "git fetch --refetch" brings what is missing. Nothing was deleted.',
  })
}

interface Collection {
  addHash(hash: DataHash): void
  addManifest(hash: Sha256): void
  addText(text: string): void
  finish(readList: (hash: DirHash) => Promise<Buffer | undefined>, work: Work): Promise<Needed>
}

function createCollection(): Collection {
  const [data, manifests] = [createHashSet(), createHashSet()]
  const lists = new Set<DirHash>()
  let pointerCount = 0
  const addHash = (hash: DataHash) => {
    data.add(hash)
    if (isDirHash(hash)) lists.add(hash)
  }
  return {
    addHash,
    addManifest: (hash) => manifests.add(hash),
    addText(text) {
      pointerCount++
      const named = listHashes(text)
      for (const hash of named.data) addHash(hash)
      for (const hash of named.manifests) manifests.add(hash)
    },
    async finish(readList, work) {
      const unreadLists: DirHash[] = []
      let done = 0
      for (const list of lists) {
        throwIfCancelled(work)
        const bytes = await readList(list)
        if (bytes === undefined) unreadLists.push(list)
        else for (const hash of filesOfList(bytes)) data.add(hash)
        done++
        work.progress({ phase: 'scan', doneFiles: done, totalFiles: lists.size, doneBytes: 0, totalBytes: undefined })
      }
      return { data, manifests, unreadLists, pointerCount }
    },
  }
}

async function collectWorkTree(
  { cacheFolder }: Pick<DataRepository, 'cacheFolder'>,
  workTree: string,
  collected: Collection,
  work: Work,
): Promise<void> {
  for await (const { kind, path } of walkWorkTree(workTree, work)) {
    const place = join(workTree, path)
    // What went away meanwhile needs nothing any more.
    if (kind === 'pointer') collected.addText((await readSmallFile(place, maxPointerBytes)) ?? '')
    if (kind !== 'link') continue
    const hash = findLinkedHash(cacheFolder, resolve(dirname(place), await readlink(place).catch(ignoreMissing)))
    if (hash !== undefined) collected.addHash(hash)
  }
}

function ignoreMissing(error: NodeJS.ErrnoException): string {
  if (error.code === 'ENOENT') return ''
  throw error
}

/** A link into the cache is all that its user has of the data, whatever `.dvc` files say. */
function findLinkedHash(cacheFolder: string, target: string): DataHash | undefined {
  const inside = relative(cacheFolder, target).split(sep).join('/')
  const key = isAbsolute(inside) ? undefined : parseObjectKey(inside)
  return key && parseDataHash(findDataHash(key) ?? '')
}

/** All versions that history and indexes have of files that name data. */
async function listBlobs(
  side: GitSide,
  workTrees: readonly string[],
  others: readonly string[],
  work: Pick<Work, 'signal'>,
): Promise<readonly string[]> {
  const blobs = new Set<string>()
  const input = [...(await listHiddenCommits(side, workTrees)), ...(await listKnownCommits(side.git, others))]
  const which = { revisions: ['--all'], input, isWanted: namesData }
  for await (const { changes } of listPointerCommits(side, which, work)) {
    for (const { after } of changes) if (after !== undefined) blobs.add(after)
  }
  for (const workTree of workTrees) {
    const listed = streamGit(workTree, side.env, ['ls-files', '--stage', '-z'], work)
    for await (const line of splitAtNul(listed)) {
      const [, blob, path] = /^100\d+ ([0-9a-f]+) \d\t([\s\S]+)$/.exec(line) ?? []
      if (blob !== undefined && path !== undefined && namesData(path)) blobs.add(blob)
    }
  }
  return [...blobs]
}

/** The workspaces in the work trees of a repository that may have runs, since they have a `.runwright`; absolute. */
export async function listWorkspaces(
  repository: Pick<DataRepository, 'root' | 'config'>,
  env: Readonly<Record<string, string | undefined>>,
  work: Pick<Work, 'signal'>,
): Promise<readonly string[]> {
  const workspaces: string[] = []
  const side = isWithoutGit(repository) ? undefined : await openGitSide(repository, env)
  for (const root of side === undefined ? [repository.root] : await listWorkTrees(side)) {
    for await (const { kind, path } of walkWorkTree(root, work)) if (kind === 'store') workspaces.push(join(root, path))
  }
  return workspaces
}
