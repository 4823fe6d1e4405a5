import { type Goal, type GoalResult, judgeGoal, type MeasureName, type Measurements, measures } from '../goals.ts'

/** What a model was found to be, held to the goals and to the original. */
export interface Verdict {
  readonly goals: readonly GoalResult[]
  /** Slower than the original by more than the two can differ by chance, or not measured. */
  readonly isSlower: boolean
  /** It meets all goals, those of quality with all of their interval, and is not slower: it may be recommended. */
  readonly isGood: boolean
  /** By how much it misses what it has to be, as the sum of shares of the limits; 0 for a good one. */
  readonly miss: number
  /** The same for goals of quality alone. */
  readonly qualityMiss: number
  /** Time and size as shares of the original's, multiplied; the square root of it. */
  readonly cost: number
}

/** Measures of how right the answers are; the others are of what they cost. */
const quality: ReadonlySet<MeasureName> = new Set<MeasureName>([
  'accuracy-drop',
  'error-increase',
  'map-drop',
  'correlation-drop',
  'score-drop',
  'agreement',
  'robust-agreement',
  'similarity',
  'max-error',
  'mean-error',
])

/** Time that two runs of one and the same model can differ by, as a share, however often they are measured. */
const noise = 0.02

/** @param original what was found of the original */
export function judge(goals: readonly Goal[], found: Measurements, original: Measurements): Verdict {
  const results = goals.map((goal) => judgeGoal(goal, found))
  const speedup = found.get('speedup')
  const speed = speedup?.value ?? 0
  const isSlower = !(speed >= 1 || (speed >= 1 - noise && (speedup?.interval?.[1] ?? 1) >= 1))
  const qualityMiss = sum(results.filter(({ goal }) => isOfQuality(goal.measure)).map(missOf))
  const otherMiss = sum(results.filter(({ goal }) => !isOfQuality(goal.measure)).map(missOf))
  const miss = qualityMiss + otherMiss + (isSlower ? 1 / Math.max(speed, 1e-3) - 1 : 0)
  return {
    goals: results,
    isSlower,
    isGood: !isSlower && results.every((result) => missOf(result) === 0),
    miss,
    qualityMiss,
    cost: Math.sqrt(shareOf('size', found, original) / Math.max(speed, 1e-3)),
  }
}

/** Whether a measure is of how right the answers are. */
export function isOfQuality(measure: MeasureName): boolean {
  return quality.has(measure)
}

/** By how much of the limit a goal is missed. One of quality is held to the worse end of its interval. */
export function missOf({ goal, measurement, shortfall }: GoalResult): number {
  const { measure, limit } = goal
  const interval = measurement?.interval
  if (interval === undefined || !quality.has(measure)) return shortfall
  const isBetterLess = measures[measure].better === 'less'
  const worst = isBetterLess ? interval[1] : interval[0]
  const beyond = isBetterLess ? worst - limit : limit - worst
  return Math.max(shortfall, beyond / (limit === 0 ? 1 : limit))
}

/** A value as a share of the original's; 1 when either was not measured. */
function shareOf(measure: MeasureName, found: Measurements, original: Measurements): number {
  const [value, before] = [found.get(measure)?.value, original.get(measure)?.value]
  return value === undefined || before === undefined || before === 0 ? 1 : value / before
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
