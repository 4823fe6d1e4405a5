import { formatGoal, type Goal, type Measurement, type Measurements, measures } from '../protocol/measures.ts'

export {
  formatGoal,
  formatMeasure,
  type Goal,
  type Measurement,
  type Measurements,
  type MeasureName,
  measures,
  parseGoal,
} from '../protocol/measures.ts'

export interface GoalResult {
  readonly goal: Goal
  /** As `formatGoal` gives it. */
  readonly text: string
  /** Undefined when it was not measured; a goal that was not measured is not met. */
  readonly measurement: Measurement | undefined
  readonly isMet: boolean
  /** False when the limit lies inside of the interval: with other samples it might have come out otherwise. */
  readonly isSure: boolean
  /** By how much of the limit it is missed (where the limit is 0, by how much): 0 when met, infinite when not measured. */
  readonly shortfall: number
}

/** Holds what was measured to a goal. */
export function judgeGoal(goal: Goal, measurements: Measurements): GoalResult {
  const { measure, limit } = goal
  const isBetterLess = measures[measure].better === 'less'
  const keeps = (value: number) => (isBetterLess ? value <= limit : value >= limit)
  const measurement = measurements.get(measure)
  const text = formatGoal(goal)
  if (measurement === undefined || Number.isNaN(measurement.value)) {
    return { goal, text, measurement: undefined, isMet: false, isSure: false, shortfall: Infinity }
  }
  const { value, interval } = measurement
  const isMet = keeps(value)
  const isSure = interval === undefined || interval.every((end) => keeps(end) === isMet)
  const shortfall = isMet ? 0 : Math.abs(value - limit) / (limit === 0 ? 1 : limit)
  return { goal, text, measurement, isMet, isSure, shortfall }
}
