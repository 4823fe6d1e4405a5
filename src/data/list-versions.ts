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
  const [data, manifests] = [new Set<DataHash>(), new Set<Sha256>()]
  if (ranges.length === 0) return { data: [], manifests: [] }
  const side = await openGitSide(repository, env)
  const blobs = new Set<string>()
  for (const range of new Set(ranges)) {
    for await (const blob of range === 'commits' ? listOfAll(side, work) : listOfTips(side, range, work))
      blobs.add(blob)
  }
  const options = { signal: work.signal, maxBytes: maxPointerBytes }
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
  const pathspecs = [`:(top,glob)${side.prefix}**/*.dvc`]
  for await (const { changes } of listPointerCommits(side, { revisions: ['--all'], pathspecs }, work)) {
    for (const { path, after } of changes) if (after !== undefined && isPointerPath(path)) yield after
  }
}

async function* listOfTips(side: GitSide, range: 'branches' | 'tags', work: Work): AsyncGenerator<string> {
  const place = range === 'branches' ? 'refs/heads' : 'refs/tags'
  const refs = (await side.git(['for-each-ref', '--format=%(objectname)', place], 64 << 20))?.toString() ?? ''
  for (const ref of new Set(refs.split('\n').filter((line) => line !== ''))) {
    const tree = ['ls-tree', '-r', '-z', '--full-tree', ref, '--', side.prefix === '' ? '.' : side.prefix]
    for await (const line of splitAtNul(streamGit(side.root, side.env, tree, work))) {
      const [, blob, path] = /^100\d+ blob ([0-9a-f]+)\t([\s\S]+)$/.exec(line) ?? []
      if (blob !== undefined && path !== undefined && isPointerPath(path)) yield blob
    }
  }
}
