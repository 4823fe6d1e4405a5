import { type MeasureName, type Measurements, measures } from '../goals.ts'

/** What models are compared by: cost, and the first of the measures of quality that was found. */
const costs: readonly MeasureName[] = ['size', 'p50', 'memory']
const qualities: readonly MeasureName[] = ['accuracy-drop', 'error-increase', 'agreement', 'similarity', 'max-error']

/** The measures that models are compared by: those that all of them have. */
export function chooseAxes(models: readonly Measurements[]): readonly MeasureName[] {
  const isFound = (measure: MeasureName) => models.every((found) => Number.isFinite(found.get(measure)?.value))
  const quality = qualities.find(isFound)
  return [...costs.filter(isFound), ...(quality === undefined ? [] : [quality])]
}

/**
 * The places of the models that no other one is at least as good as in everything, and better in something. Of models that
 * are alike in everything the first is taken.
 */
export function paretoFront(models: readonly Measurements[], axes: readonly MeasureName[]): readonly number[] {
  const rows = models.map((found) => axes.map((measure) => toCost(measure, found.get(measure)?.value ?? Infinity)))
  return rows.flatMap((row, at) => {
    const isBeaten = rows.some((other, place) => place !== at && isBetter(other, row, place < at))
    return isBeaten ? [] : [at]
  })
}

/** Less is better, whatever the measure. */
function toCost(measure: MeasureName, value: number): number {
  return measures[measure].better === 'less' ? value : -value
}

function isBetter(first: readonly number[], second: readonly number[], winsTies: boolean): boolean {
  const isNowhereWorse = first.every((value, axis) => value <= (second[axis] ?? Infinity))
  const isSomewhereBetter = first.some((value, axis) => value < (second[axis] ?? Infinity))
  return isNowhereWorse && (isSomewhereBetter || winsTies)
}
