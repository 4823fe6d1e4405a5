import { flag, integer, listOf, object, oneOf, text } from './parse.ts'

/** What `runwright data status --json` prints. */
export interface DataStatus {
  /** Absolute path of the root of the repository. */
  readonly root: string
  readonly outs: readonly OutStatus[]
}

/** Files below a folder, from the root of the repository; of a file itself only `changed` is used. */
export interface FileDifferences {
  readonly added: NameList
  readonly removed: NameList
  readonly changed: NameList
  /** Files whose objects the cache lacks, so that they can be checked out only after a fetch. */
  readonly notInCache: NameList
  /** Files that were changed through a hard link, so that the cache's object is damaged. */
  readonly edited: NameList
}

/** Names of which only so many are kept as a person reads. */
export interface NameList {
  readonly count: number
  /** The first of them. */
  readonly paths: readonly string[]
}

/** How a file or folder of the workspace stands to its `.dvc` file. */
export interface OutStatus extends FileDifferences {
  /** From the root of the repository. */
  readonly path: string
  /** Of its `.dvc` file, from the root. */
  readonly pointer: string
  readonly state: OutState
  readonly isFolder: boolean
  /** What the `.dvc` file says: the MD5 in hex, of a folder followed by `.dir`. */
  readonly hash?: string
  readonly sizeBytes?: number
  /** Of a folder. */
  readonly fileCount?: number
  /** How many of its objects its remote lacks; missing where it was not asked. */
  readonly notInRemote?: number
}

/** `new` has a `.dvc` file without a hash; `conflict` one that git could not merge. */
export const outStates = ['clean', 'changed', 'missing', 'new', 'conflict'] as const
export type OutState = (typeof outStates)[number]

const maxOuts = 1_000_000
const count = integer(0, Number.MAX_SAFE_INTEGER)
const names = object({ count, paths: listOf(text, 10_000) })

const out = object(
  {
    path: text,
    pointer: text,
    state: oneOf(outStates),
    isFolder: flag,
    added: names,
    removed: names,
    changed: names,
    notInCache: names,
    edited: names,
  },
  { hash: text, sizeBytes: count, fileCount: count, notInRemote: count },
)

/** @throws INVALID_PARAMETER_VALUE */
export const parseDataStatus: (value: unknown, path: string) => DataStatus = object({
  root: text,
  outs: listOf(out, maxOuts),
})
