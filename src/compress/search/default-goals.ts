import { type Goal, judgeGoal, type MeasureName, type Measurements, parseGoal } from '../goals.ts'
import { isOfQuality, missOf } from './judge.ts'

/** Bounds of accuracy by what the data tells: right answers, errors, or nothing but what the outputs are. */
const defaults: readonly (readonly [MeasureName, string])[] = [
  ['accuracy-drop', 'accuracy-drop<=1%'],
  ['error-increase', 'error-increase<=1%'],
  ['similarity', 'similarity>=0.99'],
]

/**
 * Goals with one of accuracy among them: without one the smallest model would be one that answers nothing right. Of few
 * samples the interval of what is lost is so wide that not even the original would meet a bound of 1 %; then it is that of
 * how alike outputs are, of which few samples tell more.
 *
 * @param original what was found of it on the same data
 */
export function withQualityGoal(goals: readonly Goal[], original: Measurements): readonly Goal[] {
  if (goals.some(({ measure }) => isOfQuality(measure))) return goals
  const measured = defaults
    .filter(([measure]) => Number.isFinite(original.get(measure)?.value))
    .map(([, text]) => parseGoal(text))
  const found = measured.find((goal) => missOf(judgeGoal(goal, original)) === 0) ?? measured[0]
  return found === undefined ? goals : [found, ...goals]
}
