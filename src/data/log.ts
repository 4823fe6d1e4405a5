import { readBlobs } from '../git/read-blobs.ts'
import type { DataHash, Sha256 } from './hash.ts'
import { type GitSide, openGitSide, resolveCommit } from './history/git-side.ts'
import { compareOuts, type OutChange } from './history/out-changes.ts'
import { listPointerCommits, type PointerCommit } from './history/pointer-commits.ts'
import { findOuts, isPointerPath, maxPointerBytes, type TrackedOut } from './history/tracked-out.ts'
import type { DataRepository } from './repository.ts'
import type { Work } from './work.ts'

/** A version of something under version control, as a commit made it. */
export interface DataVersion {
  readonly commit: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly authoredAt: number
  readonly author: string
  readonly subject: string
  readonly change: OutChange['kind']
  /** As it was called from that commit on, from the root of the repository. */
  readonly path: string
  /** What it was called before, where the commit renamed it. */
  readonly from: string | undefined
  /** Undefined where the commit removed it. */
  readonly hash: DataHash | undefined
  readonly sha256: Sha256 | undefined
  readonly sizeBytes: number | undefined
  readonly fileCount: number | undefined
  readonly previousHash: DataHash | undefined
}

export interface LogOptions {
  /** From the root of the repository: something tracked, a folder above such, or a file in such. Default: all. */
  readonly path?: string | undefined
  /** Where history begins. Default: `HEAD`. */
  readonly revision?: string | undefined
}

/** Commits that are read together: one git reads their files. */
const batchSize = 500

/**
 * Versions of data through the commits, newest first; a rename is followed to the name before. Whoever stops reading ends
 * the search.
 *
 * @throws RESOURCE_DOES_NOT_EXIST for a revision that there is none of; INVALID_STATE without git; CANCELLED
 */
export async function* logData(
  repository: Pick<DataRepository, 'root'>,
  env: Readonly<Record<string, string | undefined>>,
  { path, revision = 'HEAD' }: LogOptions,
  work: Pick<Work, 'signal'>,
): AsyncGenerator<DataVersion> {
  const side = await openGitSide(repository, env)
  const start = await resolveCommit(side, revision)
  const names = createNames(path)
  const isWanted = (path: string) => path.startsWith(side.prefix) && isPointerPath(path.slice(side.prefix.length))
  const commits = listPointerCommits(side, { revisions: [start], isWanted }, work)
  for await (const batch of inBatches(commits, batchSize)) {
    const texts = await readTexts(side, batch, work)
    const parse = rememberOuts(texts)
    for (const commit of batch) {
      for (const change of names.follow(compareCommit(side, commit, parse))) yield toVersion(commit, change)
    }
  }
}

function toVersion({ commit, authoredAt, author, subject }: PointerCommit, change: OutChange): DataVersion {
  const { kind, before, after } = change
  return {
    commit,
    authoredAt,
    author,
    subject,
    change: kind,
    path: (after ?? before)?.path ?? '',
    from: kind === 'renamed' ? before.path : undefined,
    hash: after?.hash,
    sha256: after?.sha256,
    sizeBytes: after?.sizeBytes,
    fileCount: after?.fileCount,
    previousHash: before?.hash,
  }
}

async function* inBatches<Item>(items: AsyncIterable<Item>, size: number): AsyncGenerator<readonly Item[]> {
  let batch: Item[] = []
  for await (const item of items) {
    batch.push(item)
    if (batch.length < size) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

async function readTexts(
  { root, env }: GitSide,
  commits: readonly PointerCommit[],
  { signal }: Pick<Work, 'signal'>,
): Promise<ReadonlyMap<string, string>> {
  const names = commits.flatMap(({ changes }) => changes.flatMap(({ before, after }) => [before ?? '', after ?? '']))
  const blobs = [...new Set(names)].filter((name) => name !== '')
  const texts = new Map<string, string>()
  for await (const { name, content } of readBlobs(root, env, blobs, { signal, maxBytes: maxPointerBytes })) {
    if (content !== undefined) texts.set(name, content.toString())
  }
  return texts
}

/** What one commit wrote is what the next one changes: it is read once. */
function rememberOuts(texts: ReadonlyMap<string, string>) {
  const known = new Map<string, readonly TrackedOut[]>()
  return (blob: string, pointer: string): readonly TrackedOut[] => {
    const key = `${blob} ${pointer}`
    const outs = known.get(key) ?? findOuts(texts.get(blob) ?? '', pointer)
    known.set(key, outs)
    return outs
  }
}

function compareCommit(
  { prefix }: GitSide,
  { changes }: PointerCommit,
  parse: (blob: string, pointer: string) => readonly TrackedOut[],
): readonly OutChange[] {
  const outs: { before: TrackedOut[]; after: TrackedOut[] } = { before: [], after: [] }
  for (const { path, ...blobs } of changes) {
    const inside = path.slice(prefix.length)
    for (const state of ['before', 'after'] as const) {
      const blob = blobs[state]
      for (const out of blob === undefined ? [] : parse(blob, inside)) outs[state].push(out)
    }
  }
  return compareOuts(outs.before, outs.after)
}

interface Names {
  /** Those of a commit's changes that are meant, and remembers what those were called before. */
  follow(changes: readonly OutChange[]): readonly OutChange[]
}

function createNames(path: string | undefined): Names {
  if (path === undefined) return { follow: (changes) => changes }
  const followed = new Set<string>()
  /** Names that had belonged to something else before a rename. */
  const left = new Set<string>()
  const isMeant = (name: string) =>
    followed.has(name) ||
    (!left.has(name) && (name === path || name.startsWith(`${path}/`) || path.startsWith(`${name}/`)))
  return {
    follow(changes) {
      const meant = changes.filter(({ before, after }) => isMeant((after ?? before)?.path ?? ''))
      for (const change of meant) {
        if (change.kind !== 'renamed') continue
        followed.delete(change.after.path)
        left.add(change.after.path)
        followed.add(change.before.path)
        left.delete(change.before.path)
      }
      return meant
    },
  }
}
