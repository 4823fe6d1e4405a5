import { devNull } from 'node:os'
import { streamGit } from '../../git/stream-git.ts'
import type { Work } from '../work.ts'
import type { GitSide } from './git-side.ts'

/** A commit that changed `.dvc` files. */
export interface PointerCommit {
  readonly commit: string
  /** Milliseconds since 1970-01-01 UTC, when it was written first. */
  readonly authoredAt: number
  readonly author: string
  /** First line of its message. */
  readonly subject: string
  readonly changes: readonly BlobChange[]
}

export interface BlobChange {
  /** From the root of the git repository. */
  readonly path: string
  /** Name of the blob in the first parent; undefined where there was none. */
  readonly before: string | undefined
  readonly after: string | undefined
}

export interface PointerCommitsOptions {
  /** Options and revisions of `git log`; more revisions may come by `input`. */
  readonly revisions: readonly string[]
  /** Revisions for `--stdin`. */
  readonly input?: readonly string[]
  /** Whether a file matters, by its path from the root of the git repository. */
  readonly isWanted: (path: string) => boolean
}

/** Whatever the user's own settings say, the output is the same. Replaced commits are read as they were. */
const logOptions = [
  'log',
  '-z',
  '--raw',
  // A merge is listed with what it has from none of its parents.
  '-c',
  '--root',
  '--no-abbrev',
  '--no-renames',
  '--no-relative',
  `-O${devNull}`,
  '--no-color',
  '--no-ext-diff',
  '--no-show-signature',
  '--no-notes',
  '--no-mailmap',
  '--encoding=UTF-8',
  '--format=%x01%H%x00%at%x00%an%x00%s',
]

/**
 * The commits that changed files of these paths, no commit before its children. Each content that one of them had in
 * any commit of the history is `after` of some change, also where a merge made it.
 *
 * @throws INVALID_STATE when git fails, CANCELLED
 */
export async function* listPointerCommits(
  { root, env }: Pick<GitSide, 'root' | 'env'>,
  { revisions, input = [], isWanted }: PointerCommitsOptions,
  { signal }: Pick<Work, 'signal'>,
): AsyncGenerator<PointerCommit> {
  const stdin = input.length > 0 ? ['--stdin'] : []
  // Git takes longer to match paths that begin with a `*` than to tell of all files that have changed.
  const args = [...logOptions, '--date-order', ...stdin, ...revisions, '--']
  const lines = input.values().map((revision) => `${revision}\n`)
  const own = { ...env, GIT_NO_REPLACE_OBJECTS: '1' }
  const words = splitAtNul(streamGit(root, own, args, { signal, input: lines }))
  try {
    yield* readCommits(words, isWanted)
  } finally {
    // Whoever has seen enough ends git, which would otherwise wait to be read.
    await words.return(undefined)
  }
}

async function* readCommits(
  words: AsyncGenerator<string>,
  isWanted: (path: string) => boolean,
): AsyncGenerator<PointerCommit> {
  let commit: (PointerCommit & { changes: BlobChange[] }) | undefined
  const next = async () => (await words.next()).value ?? ''
  for (let word = await words.next(); word.done !== true; word = await words.next()) {
    // Between a message and its changes git puts a line feed or an empty word.
    const text = word.value.replace(/^\n/, '')
    if (text.startsWith('\u0001')) {
      if (commit !== undefined && commit.changes.length > 0) yield commit
      const [seconds, author, subject] = [await next(), await next(), await next()]
      commit = { commit: text.slice(1), authoredAt: Number(seconds) * 1000, author, subject, changes: [] }
    } else if (text.startsWith(':')) {
      const path = await next()
      if (isWanted(path)) commit?.changes.push(parseChange(text, path))
    }
  }
  if (commit !== undefined && commit.changes.length > 0) yield commit
}

/** `:MODE… MODE HASH… HASH STATUS`, with as many before the last as there are colons. */
function parseChange(text: string, path: string): BlobChange {
  const parents = /^:+/.exec(text)?.[0].length ?? 1
  const words = text.slice(parents).split(' ')
  const blob = (mode = '', name = '') => (/^0+$/.test(name) || !mode.startsWith('100') ? undefined : name)
  return {
    path,
    before: blob(words[0], words[parents + 1]),
    after: blob(words[parents], words[2 * parents + 1]),
  }
}

/** Text between NULs. */
export async function* splitAtNul(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = Buffer.alloc(0)
  for await (const chunk of chunks) {
    const bytes = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    let start = 0
    for (let end = bytes.indexOf(0); end !== -1; end = bytes.indexOf(0, start)) {
      yield bytes.toString('utf8', start, end)
      start = end + 1
    }
    rest = bytes.subarray(start)
  }
  if (rest.length > 0) yield rest.toString('utf8')
}
