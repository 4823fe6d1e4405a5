import type { Language } from '../base/languages.ts'
import { parseRunId, type RunId } from './ids.ts'
import { isRecord } from './json.ts'
import { isGoingOn, type ListedRuns, type RunListQuery } from './listed-runs.ts'
import type { RunDiff } from './run-diff.ts'
import { isRunStatus } from './runs.ts'

/** The renderer of what magics show of runs, as VS Code's manifest names it. */
export const runsRendererId = 'runwright.runs'

/** What it draws; the names are those that `python/runwright/magics` and the kernel for JavaScript give. */
export const runsMime = 'application/vnd.runwright.runs+json'
export const comparisonMime = 'application/vnd.runwright.comparison+json'

/** What the extension is asked for again. */
export type FollowedRuns =
  | { readonly thing: 'runs'; readonly query: RunListQuery }
  | { readonly thing: 'comparison'; readonly runIds: readonly RunId[] }

/** Whatever changes; as long as a run goes on; only what is asked for. */
export const followings = ['all', 'unfinished', 'nothing'] as const
export type Follows = (typeof followings)[number]

/** What the renderer tells the extension. `output` is VS Code's id of an output that is drawn. */
export type FromNotebookRuns =
  /** It is drawn, and is to be told what changes. */
  | { readonly kind: 'follow'; readonly output: string; readonly shown: FollowedRuns; readonly follows: Follows }
  | { readonly kind: 'refresh' | 'leave'; readonly output: string }
  /** Opens the view of comparisons: of these runs, or of an experiment. */
  | { readonly kind: 'open'; readonly experiment: string }
  | { readonly kind: 'compare'; readonly runIds: readonly RunId[] }

/** What the extension tells the renderer. */
export type ToNotebookRuns =
  | { readonly kind: 'language'; readonly language: Language }
  | {
      readonly kind: 'runs'
      readonly output: string
      readonly data: ListedRuns
      readonly isLive: boolean
      /** When it was read, in milliseconds since 1970-01-01 UTC. */
      readonly at: number
    }
  | {
      readonly kind: 'comparison'
      readonly output: string
      readonly data: RunDiff
      readonly isLive: boolean
      readonly at: number
    }
  /** It could not be read; what was shown stays. */
  | { readonly kind: 'trouble'; readonly output: string; readonly text: string }

/** Whether a run of those that are shown goes on. */
export function goesOn(data: Pick<ListedRuns, 'experiments'> | RunDiff): boolean {
  return 'sections' in data ? isGoingOn(data.runs) : data.experiments.some(({ runs }) => isGoingOn(runs))
}

/** The output of `%runs`, which may be of an older version: undefined for what is none. */
export function parseListedRuns(data: unknown): (Pick<ListedRuns, 'experiments'> & Partial<ListedRuns>) | undefined {
  if (!isRecord(data) || !Array.isArray(data['experiments'])) return undefined
  const isSection = (section: unknown) =>
    isRecord(section) &&
    Array.isArray(section['columns']) &&
    Array.isArray(section['runs']) &&
    section['runs'].every(isRun)
  if (!data['experiments'].every(isSection)) return undefined
  // SAFETY: what is drawn of it was looked at; what is missing is drawn as nothing.
  const { experiments } = data as unknown as ListedRuns
  const query = parseQuery(data['query'])
  return query === undefined ? { experiments } : { experiments, query }
}

function isRun(run: unknown): boolean {
  return isRecord(run) && Array.isArray(run['values']) && typeof run['runId'] === 'string' && isRunStatus(run['status'])
}

/** The output of `%compare`: undefined for what is none. */
export function parseComparison(data: unknown): RunDiff | undefined {
  if (!isRecord(data) || !Array.isArray(data['runs']) || !Array.isArray(data['sections'])) return undefined
  const isDiffed = (run: unknown) => isRecord(run) && typeof run['runId'] === 'string' && isRunStatus(run['status'])
  const isRow = (row: unknown) => isRecord(row) && Array.isArray(row['values'])
  const isSection = (section: unknown) =>
    isRecord(section) && Array.isArray(section['rows']) && section['rows'].every(isRow)
  if (!data['runs'].every(isDiffed) || !data['sections'].every(isSection)) return undefined
  // SAFETY: as above.
  return data as unknown as RunDiff
}

/** What a renderer says, whose data is that of a file: undefined for what is nothing of it. */
export function parseFromNotebookRuns(message: unknown): FromNotebookRuns | undefined {
  if (!isRecord(message)) return undefined
  const { kind, output, experiment } = message
  if (kind === 'open') return typeof experiment === 'string' ? { kind, experiment } : undefined
  if (kind === 'compare') {
    const runIds = parseRunIds(message['runIds'])
    return runIds && { kind, runIds }
  }
  if (typeof output !== 'string') return undefined
  if (kind === 'refresh' || kind === 'leave') return { kind, output }
  const shown = kind === 'follow' ? parseFollowed(message['shown']) : undefined
  const follows = followings.find((each) => each === message['follows'])
  return shown && follows && { kind: 'follow', output, shown, follows }
}

function parseFollowed(value: unknown): FollowedRuns | undefined {
  if (!isRecord(value)) return undefined
  if (value['thing'] === 'comparison') {
    const runIds = parseRunIds(value['runIds'])
    return runIds && { thing: 'comparison', runIds }
  }
  const query = value['thing'] === 'runs' ? parseQuery(value['query']) : undefined
  return query && { thing: 'runs', query }
}

function parseQuery(value: unknown): RunListQuery | undefined {
  if (!isRecord(value)) return undefined
  const { filter, view, limit } = value
  const experiments = parseTexts(value['experiments'])
  const orderBy = parseTexts(value['orderBy'])
  if (experiments === undefined || typeof limit !== 'number') return undefined
  if (view !== 'ACTIVE_ONLY' && view !== 'DELETED_ONLY' && view !== 'ALL') return undefined
  return {
    experiments,
    view,
    limit,
    ...(typeof filter === 'string' ? { filter } : {}),
    ...(orderBy === undefined ? {} : { orderBy }),
  }
}

function parseTexts(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) && value.every((each) => typeof each === 'string') ? value : undefined
}

function parseRunIds(value: unknown): readonly RunId[] | undefined {
  const runIds = parseTexts(value)?.flatMap((each) => parseRunId(each) ?? [])
  return runIds !== undefined && runIds.length > 0 ? runIds : undefined
}
