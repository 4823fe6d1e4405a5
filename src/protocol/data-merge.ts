import { flag, integer, listOf, object, oneOf, text } from './parse.ts'

/** What `runwright data resolve PATH --json` prints: a `.dvc` file that two branches have changed. */
export interface DataMerge {
  /** Of the `.dvc` file, from the root of the repository. */
  readonly pointer: string
  /** What nobody has decided yet, by path. */
  readonly conflicts: readonly DataConflict[]
  /** What was decided, by path. */
  readonly decided: readonly DataDecision[]
  /** Nothing is in conflict any more; unless it was a dry run, the `.dvc` file says what came of it. */
  readonly isDone: boolean
  /** What git calls the commit that is merged: `MERGE_HEAD`, for instance; missing where there is none, as for a stash. */
  readonly theirRevision?: string
}

/** A file that both have changed, each in its own way. A hash is missing where that side has no such file. */
export interface DataConflict {
  /** In the folder; empty for what is no folder on both sides, and is one as a whole. */
  readonly path: string
  readonly base?: string
  readonly ours?: string
  readonly theirs?: string
  /** Missing where the cache lacks the file. */
  readonly oursBytes?: number
  readonly theirsBytes?: number
}

export const dataDecisions = ['ours', 'theirs', 'both', 'file'] as const

export interface DataDecision {
  readonly path: string
  /** `file` for one that was made of both. */
  readonly side: (typeof dataDecisions)[number]
}

/** What `runwright data resolve PATH FILE --extract --json` prints, all paths absolute. */
export interface ExtractedConflict {
  /** In the folder, as `DataConflict` has it. */
  readonly path: string
  /** Copies, each missing where that side has no such file; an empty one stands for the base where lines are merged. */
  readonly base?: string
  readonly ours?: string
  readonly theirs?: string
  /** The lines of both, with marks where both have changed the same; missing for what is no text. */
  readonly merged?: string
  readonly hasMarks: boolean
}

const most = 10_000_000
const count = integer(0, Number.MAX_SAFE_INTEGER)

/** @throws INVALID_PARAMETER_VALUE */
export const parseDataMerge: (value: unknown, path: string) => DataMerge = object(
  {
    pointer: text,
    conflicts: listOf(
      object({ path: text }, { base: text, ours: text, theirs: text, oursBytes: count, theirsBytes: count }),
      most,
    ),
    decided: listOf(object({ path: text, side: oneOf(dataDecisions) }), most),
    isDone: flag,
  },
  { theirRevision: text },
)

/** @throws INVALID_PARAMETER_VALUE */
export const parseExtractedConflict: (value: unknown, path: string) => ExtractedConflict = object(
  { path: text, hasMarks: flag },
  { base: text, ours: text, theirs: text, merged: text },
)
