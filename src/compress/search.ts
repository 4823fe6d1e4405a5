import type { RunNode } from '../protocol/compression.ts'
import type { Goal, MeasureName, Measurements } from './goals.ts'
import { orCancelled } from './or-cancelled.ts'
import type { CompressionPass, PassContext } from './pass.ts'
import { explainRefusal } from './search/explain-refusal.ts'
import type { Candidate, Refusal, SearchEvent } from './search/candidate.ts'
import { compareCandidates } from './search/compare-candidates.ts'
import { explore } from './search/explore.ts'
import { judge, type Verdict } from './search/judge.ts'
import { familyOf } from './search/families.ts'
import { openKeptResults } from './search/kept-results.ts'
import { chooseAxes, paretoFront } from './search/pareto.ts'
import { openTrials, type Trials } from './search/trials.ts'

export type { Candidate, Refusal, SearchEvent, SearchStage } from './search/candidate.ts'

export interface SearchSettings {
  /** The original's file. */
  readonly model: string
  /** Where results are kept, and candidates while they are measured. */
  readonly folder: string
  /** Whether to go on from what an earlier search has kept there. */
  readonly isResumed: boolean
  readonly goals: readonly Goal[]
  /** In the order in which they are tried. */
  readonly passes: readonly CompressionPass[]
  readonly context: Omit<PassContext, 'weights'>
  /**
   * Measures the model of a file in turn with the original, on the target: `size`, `p50`, `speedup`, `memory`, and what
   * the data says of its answers.
   */
  readonly evaluate: (path: string) => Promise<Measurements>
  /** Nodes with weights of the model of a file, as the runtime runs them; undefined when it does not tell. */
  readonly inspect?: (path: string) => Promise<readonly RunNode[] | undefined>
  /** The distance of a model's outputs from the original's, on a part of the data; of a file, or of bytes. */
  readonly compare: (source: string | Uint8Array) => Promise<number>
  /** No candidate is begun after that. */
  readonly budgetMs: number
  /** Milliseconds. */
  readonly now: () => number
  readonly tell: (event: SearchEvent) => void
  /** Resolves once a candidate is recorded. @param soFar what is known by now; nothing is recommended yet */
  readonly record: (candidate: Candidate, soFar: SearchResult) => Promise<void>
}

export interface SearchResult {
  readonly original: Measurements
  /** How the original itself stands to the goals. */
  readonly originalVerdict: Verdict
  /** Those given; one of accuracy is added where there was none. */
  readonly goals: readonly Goal[]
  readonly candidates: readonly Candidate[]
  readonly refusals: readonly Refusal[]
  /** What the front is made by. */
  readonly axes: readonly MeasureName[]
  /** Candidates that none is better than, the original included. */
  readonly front: readonly Candidate[]
  /** The cheapest that meets all goals; undefined when none does. */
  readonly recommended: Candidate | undefined
  /** Those that would have been recommended, and were not good enough when they were measured again. */
  readonly unconfirmed: readonly Candidate[]
  /** What came closest, when none is recommended. */
  readonly closest: Candidate | undefined
  /** Recipes for which there was no time. */
  readonly skipped: number
}

/**
 * Looks for the smallest and fastest model that meets the goals. What was measured is kept at once, so that a search that
 * was cancelled or killed can go on where it was. A model is recommended only when it runs, is not slower than the
 * original, and meets the goals of accuracy with all of their interval, twice.
 *
 * @throws COMPRESSION_NOT_APPLICABLE with the reason when no pass does anything for the model; CANCELLED; as `evaluate`
 *   for the original; STORAGE_FULL, STORAGE_READ_ONLY
 */
export function searchModels(settings: SearchSettings): Promise<SearchResult> {
  return orCancelled(search(settings), settings.context.signal)
}

async function search(settings: SearchSettings): Promise<SearchResult> {
  const end = settings.now() + settings.budgetMs
  const isOver = () => settings.now() >= end
  const kept = await openKeptResults(settings.folder, settings.isResumed)
  const trials: Trials = await openTrials({
    ...settings,
    isOver,
    kept,
    record: (candidate) => settings.record(candidate, sumUp(trials)),
  })
  await explore(trials, { ...settings, isOver })
  const { candidates, refusals, skipped } = trials
  if (candidates.length === 0 && skipped === 0) throw await explainRefusal(settings.model, refusals)
  const ordered = candidates.toSorted(compareCandidates)
  const { recommended, unconfirmed } = await recommend(trials, ordered)
  const closest = recommended === undefined ? ordered[0] : undefined
  return { ...sumUp(trials), recommended, unconfirmed, closest }
}

/** What is known when nothing has been recommended yet. */
function sumUp({ original, goals, candidates, refusals, skipped }: Trials): SearchResult {
  const all = [original, ...candidates.map(({ measurements }) => measurements)]
  const axes = chooseAxes(all)
  return {
    original,
    originalVerdict: judge(goals, original, original),
    goals,
    candidates: [...candidates],
    refusals: [...refusals],
    axes,
    front: paretoFront(all, axes).flatMap((at) => candidates[at - 1] ?? []),
    recommended: undefined,
    unconfirmed: [],
    closest: undefined,
    skipped,
  }
}

/** The first of the good ones that is good when it is measured again, too. */
async function recommend(
  trials: Trials,
  ordered: readonly Candidate[],
): Promise<Pick<SearchResult, 'recommended' | 'unconfirmed'>> {
  const unconfirmed: Candidate[] = []
  for (const candidate of ordered) {
    if (!isWorthIt(candidate.verdict)) continue
    const again = await trials.confirm(candidate)
    if (again !== undefined && isWorthIt(again)) return { recommended: candidate, unconfirmed }
    unconfirmed.push(candidate)
  }
  return { recommended: undefined, unconfirmed }
}

/** Good, and smaller or faster than the original by more than it is larger or slower. */
function isWorthIt({ isGood, cost }: Verdict): boolean {
  return isGood && cost < 1
}

/** Whether a pass goes before others, rather than making a model smaller or faster by itself. */
export function isPreparing(pass: string): boolean {
  return familyOf(pass) === 'prepare'
}
