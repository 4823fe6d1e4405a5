import { readBlobs } from '../git/read-blobs.ts'
import { streamGit } from '../git/stream-git.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { type DataHash, isDirHash, type Sha256 } from './hash.ts'
import { type GitSide, openGitSide } from './history/git-side.ts'
import { listPointerCommits, splitAtNul } from './history/pointer-commits.ts'
import { isPointerPath, maxPointerBytes } from './history/tracked-out.ts'
import { parsePointer } from './pointer.ts'
import type { RemoteOptions } from './remote.ts'
import type { DataRepository } from './repository.ts'
import type { TransferChoice } from './transfer-choice.ts'
import type { Work } from './work.ts'

/** Versions beside those of the work tree: at the tips of branches or tags, or in every commit of all refs. */
export type VersionRange = 'branches' | 'tags' | 'commits'

/**
 * The data that `.dvc` files name in Git's history. A `.dvc` file that cannot be read, as one with the marks of a merge,
 * is left out.
 *
 * @throws INVALID_STATE where there is no git; CANCELLED
 */
export async function listVersions(
  repository: Pick<DataRepository, 'root'>,
  ranges: readonly VersionRange[],
  env: RemoteOptions['env'],
  work: Work,
): Promise<NonNullable<TransferChoice['others']>> {
  if (ranges.length === 0) return { data: [], manifests: [] }
  const side = await openGitSide(repository, env)
  const blobs = new Set<string>()
  for (const range of new Set(ranges)) {
    for await (const blob of range === 'commits' ? listOfAll(side, work) : listOfTips(side, range, work))
      blobs.add(blob)
  }
  return readVersions(side, blobs, work)
}

/**
 * The data that `.dvc` files of some commits name, as `listVersions`.
 *
 * @param commits full names of commits that git has
 */
export async function listVersionsOf(
  repository: Pick<DataRepository, 'root'>,
  commits: readonly string[],
  env: RemoteOptions['env'],
  work: Pick<Work, 'signal'>,
): Promise<NonNullable<TransferChoice['others']>> {
  const side = await openGitSide(repository, env)
  return readVersions(side, new Set(await Array.fromAsync(listOfTrees(side, commits, work))), work)
}

async function readVersions(side: GitSide, blobs: ReadonlySet<string>, { signal }: Pick<Work, 'signal'>) {
  const [data, manifests] = [new Set<DataHash>(), new Set<Sha256>()]
  const options = { signal, maxBytes: maxPointerBytes }
  for await (const { content } of readBlobs(side.root, side.env, [...blobs], options)) {
    for (const { hash, sha256, isCached } of content === undefined ? [] : readOuts(content.toString())) {
      if (hash === undefined || !isCached) continue
      data.add(hash)
      if (sha256 !== undefined && isDirHash(hash)) manifests.add(sha256)
    }
  }
  return { data: [...data], manifests: [...manifests] }
}

/** What was imported from another repository is not kept by this one's remotes. */
function readOuts(text: string) {
  try {
    const { outs, dependencies } = parsePointer(text, 'A .dvc file')
    return dependencies.some(({ repository }) => repository !== undefined) ? [] : outs
  } catch (error) {
    if (error instanceof RunwrightError) return []
    throw error
  }
}

async function* listOfAll(side: GitSide, work: Work): AsyncGenerator<string> {
  const isWanted = (path: string) => path.startsWith(side.prefix) && isPointerPath(path)
  for await (const { changes } of listPointerCommits(side, { revisions: ['--all'], isWanted }, work)) {
    for (const { after } of changes) if (after !== undefined) yield after
  }
}

async function* listOfTips(side: GitSide, range: 'branches' | 'tags', work: Work): AsyncGenerator<string> {
  const place = range === 'branches' ? 'refs/heads' : 'refs/tags'
  const refs = (await side.git(['for-each-ref', '--format=%(objectname)', place], 64 << 20))?.toString() ?? ''
  yield* listOfTrees(side, refs.split('\n'), work)
}

async function* listOfTrees(
  side: GitSide,
  refs: readonly string[],
  work: Pick<Work, 'signal'>,
): AsyncGenerator<string> {
  for (const ref of new Set(refs.filter((name) => name !== ''))) {
    const tree = ['ls-tree', '-r', '-z', '--full-tree', ref, '--', side.prefix === '' ? '.' : side.prefix]
    for await (const line of splitAtNul(streamGit(side.root, side.env, tree, work))) {
      const [, blob, path] = /^100\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? []
      if (blob !== undefined && path !== undefined && isPointerPath(path)) yield blob
    }
  }
}
