import { formatGoal, formatMeasure, type GoalResult, type MeasureName, type Measurements } from '../compress/goals.ts'
import type { Candidate, SearchResult } from '../compress/search.ts'
import type { RunId } from '../protocol/ids.ts'
import { formatCount } from '../protocol/quantities.ts'
import { formatTable } from './table.ts'
import { printable } from './text.ts'

export interface ToldSearch {
  readonly result: SearchResult
  readonly samples: number
  readonly hasLabels: boolean
  /** In which ways the machine is not the target, as sentences. */
  readonly differences: readonly string[]
  /** As it was given. */
  readonly out: string
}

/** Which search it is, and how far it has come. */
export interface SearchPlace {
  readonly isDone: boolean
  /** What is tried now. */
  readonly trying?: string
  /** Absolute paths. */
  readonly model: string
  readonly data: string
  readonly target: string
  /** SHA-256 of both, in hex. */
  readonly hashes: { readonly model: string; readonly data: string }
  /** Of the search; undefined when none is recorded. */
  readonly runId: RunId | undefined
  /** Of a candidate, by its number. */
  runIdOf(number: number): RunId | undefined
}

/** As `parseSearchReport` reads it, and with what else is known. */
export function searchToJson({ result, samples, hasLabels, differences, out }: ToldSearch, place: SearchPlace) {
  const { runIdOf, ...where } = place

  const {
    recommended,
    unconfirmed,
    closest,
    original,
    originalVerdict,
    refusals,
    axes,
    front,
    candidates,
    skipped,
    goals,
  } = result
  return {
    ...where,
    recommended: recommended?.number,
    out: recommended === undefined ? undefined : out,
    unconfirmed: unconfirmed.map(({ number }) => number),
    closest: closest?.number,
    goals: goals.map(formatGoal),
    samples,
    hasLabels,
    differences,
    original: { measurements: measurementsToJson(original), goals: originalVerdict.goals.map(goalToJson) },
    axes,
    front: front.map(({ number }) => number),
    candidates: candidates.map((each) => ({ ...candidateToJson(each), runId: runIdOf(each.number) })),
    refusals: refusals.map(({ name, steps, reason }) => ({ name, steps, reason })),
    skipped,
  }
}

function candidateToJson(candidate: Candidate) {
  const { number, name, steps, sha256, changes, skipped, needsTraining, measurements, verdict } = candidate
  const { isGood, isSlower, miss, cost, goals } = verdict
  return {
    number,
    name,
    steps,
    sha256,
    changes,
    skipped,
    needsTraining,
    measurements: measurementsToJson(measurements),
    goals: goals.map(goalToJson),
    isGood,
    isSlower,
    miss,
    cost,
  }
}

function goalToJson({ text, measurement, isMet, isSure, shortfall }: GoalResult) {
  return { text, value: measurement?.value, interval: measurement?.interval, isMet, isSure, shortfall }
}

function measurementsToJson(measurements: Measurements) {
  return Object.fromEntries([...measurements].map(([measure, found]) => [measure, found]))
}

/** A table of the front, what is recommended or came closest, and what was not tried. */
export function describeSearch(told: ToldSearch, width: number | undefined): string {
  const { result, differences } = told
  const { front, original, candidates, refusals, skipped, unconfirmed } = result
  const measures = columnsOf(result)
  const columns = [
    { title: 'MODEL', minWidth: 20 },
    ...measures.map((name) => ({ title: name.toUpperCase(), align: 'right' as const })),
    { title: 'GOOD' },
  ]
  const row = (name: string, found: Measurements, last: string) => [
    name,
    ...measures.map((measure) => formatFound(measure, found)),
    last,
  ]
  const rows = [
    row('original', original, ''),
    ...shownOf(result).map(({ name, measurements, verdict }) => row(name, measurements, verdict.isGood ? 'yes' : 'no')),
  ]
  const tried = `${formatCount(candidates.length, 'candidate')} measured, ${front.length} of them on the front; ${formatCount(refusals.length, 'recipe')} gave none${refusals.length === 0 ? '.' : ':'}`
  const lines = [
    tried,
    ...refusals.map(({ name, reason }) => `  ${name}: ${reason}`),
    ...(skipped === 0
      ? []
      : [`There was no time for ${formatCount(skipped, 'recipe')} more: --resume with a larger --budget.`]),
    ...differences,
    ...unconfirmed.map(({ name }) => `${name} was good enough once, and not when it was measured again.`),
    ...describeTraining(result),
    ...describeOutcome(told),
  ]
  return `${formatTable(columns, rows, width)}\n${lines.map((line) => `${printable(line)}\n`).join('')}`
}

/** Those that took parts of the model away, and were too much for it as it is. */
function describeTraining({ candidates }: SearchResult): readonly string[] {
  const passes = candidates.flatMap(({ steps, needsTraining, verdict }) =>
    needsTraining === true && verdict.qualityMiss > 0 ? steps.slice(-1).map(({ pass }) => pass) : [],
  )
  const names = [...new Set(passes)].join(', ')
  if (names === '') return []
  return [`What ${names} took away, training may bring back: runwright compress template distill.`]
}

/** The front, and what is recommended or came closest, where it is not on it. */
function shownOf({ front, recommended, closest }: SearchResult): readonly Candidate[] {
  const chosen = recommended ?? closest
  return chosen === undefined || front.includes(chosen) ? front : [...front, chosen]
}

function columnsOf({ axes, goals }: SearchResult): readonly MeasureName[] {
  return [...new Set<MeasureName>([...axes, 'speedup', ...goals.map(({ measure }) => measure)])]
}

function formatFound(measure: MeasureName, found: Measurements): string {
  const value = found.get(measure)?.value
  return value === undefined ? '' : formatMeasure(measure, value)
}

function describeOutcome({ result, samples, out }: ToldSearch): readonly string[] {
  const { recommended, unconfirmed, closest, originalVerdict } = result
  if (recommended !== undefined) return [`Wrote ${out}: ${recommended.name}.`]
  const none = 'No candidate meets the goals without being slower, so none was written.'
  const isOriginalGood = originalVerdict.goals.every(({ isMet }) => isMet)
  const original = isOriginalGood ? ['The original meets them as it is.'] : []
  if (closest === undefined) return [none, ...original]
  const { verdict, name, measurements } = closest
  const missed = verdict.goals.flatMap((goal) => describeMiss(goal, samples))
  const speed = formatFound('speedup', measurements)
  const slower = verdict.isSlower ? [`it is slower than the original (${speed === '' ? 'not measured' : speed})`] : []
  const isNoGain = missed.length + slower.length === 0
  const noGain = unconfirmed.includes(closest)
    ? 'it was good enough only once'
    : 'it is neither smaller nor faster than the original'
  const why = isNoGain ? [noGain] : [...missed, ...slower]
  return [none, `${name} came closest: ${why.join('; ')}.`, ...original]
}

/** Empty when a goal is met for sure. */
function describeMiss({ goal, text, measurement, isMet, isSure }: GoalResult, samples: number): readonly string[] {
  if (measurement === undefined) return [`${text} was not measured`]
  const { value, interval } = measurement
  const shown = formatMeasure(goal.measure, value)
  if (!isMet) return [`${text} is missed with ${shown}`]
  if (isSure || interval === undefined) return []
  const ends = interval.map((end) => formatMeasure(goal.measure, end)).join(' to ')
  return [`${text} is not sure with ${formatCount(samples, 'sample')}: ${shown}, within ${ends}`]
}
