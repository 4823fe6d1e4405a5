import { isRecord, parseForeignJson } from './json.ts'
import { integer, listOf, object, text } from './parse.ts'

/** How far an import has come. */
export interface ImportProgress {
  readonly doneRuns: number
  /** Undefined where it is not known. */
  readonly totalRuns: number | undefined
  readonly points: number
  readonly artifacts: number
  readonly artifactBytes: number
  readonly traces: number
}

/** What came of an import. */
export interface ImportResult {
  readonly newRuns: number
  /** Of an earlier import, with something new in their source. */
  readonly changedRuns: number
  readonly unchangedRuns: number
  /** Points that were sent; those that were here already are not stored twice. */
  readonly points: number
  readonly artifacts: number
  readonly artifactBytes: number
  /** Logged models that are new. */
  readonly loggedModels: number
  /** Versions of registered models that are new. */
  readonly modelVersions: number
  /** Traces that are new, or have something new in their source. */
  readonly traces: number
  /** What did not come, and why, in sentences; the first 1,000. */
  readonly problems: readonly string[]
  readonly problemCount: number
}

const count = integer(0, Number.MAX_SAFE_INTEGER)
const parseProgress = object(
  { doneRuns: count, points: count, artifacts: count, artifactBytes: count, traces: count },
  { totalRuns: count },
)

/** @throws INVALID_PARAMETER_VALUE */
export const parseImportResult: (value: unknown, path: string) => ImportResult = object({
  newRuns: count,
  changedRuns: count,
  unchangedRuns: count,
  points: count,
  artifacts: count,
  artifactBytes: count,
  loggedModels: count,
  modelVersions: count,
  traces: count,
  problems: listOf(text, 1000),
  problemCount: count,
})

/** One line of what `--progress-json` writes of an import. */
export function formatImportProgress(progress: ImportProgress): string {
  return JSON.stringify({ progress })
}

/** Undefined for a line that is something else. */
export function parseImportProgress(line: string): ImportProgress | undefined {
  const value = parseForeignJson(line)
  if (!isRecord(value) || !isRecord(value['progress']) || !('doneRuns' in value['progress'])) return undefined
  const { totalRuns, ...parsed } = parseProgress(value['progress'], 'progress')
  return { ...parsed, totalRuns }
}
