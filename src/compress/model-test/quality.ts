import { RunwrightError } from '../../protocol/errors.ts'
import type { GroupQuality, Quality } from '../model-test-report.ts'
import type { Scored } from './scored.ts'

/** Names of the slice of each sample, by what they are slices of. */
export type Slicings = ReadonlyMap<string, readonly string[]>

/** More would be no table that one reads. */
const maxGroups = 200

/** @throws BAD_REQUEST for slices of what has one score for all */
export function describeQuality(scored: Scored, output: string, slicings: Slicings): Quality {
  const { task, reference, unit, count, classNames, others = [], agreement } = scored
  if (slicings.size > 0 && !scored.canSlice) {
    throw new RunwrightError('BAD_REQUEST', 'The script gives one score for all, of which no slice can be told.', {
      hint: 'Have it print a score for each sample: {"scores": [1, 0, …]}.',
    })
  }
  const all = Array.from({ length: count }, (_, index) => index)
  const describe = (group: string, places: readonly number[]): GroupQuality => ({
    group,
    samples: places.length,
    ...scored.compare(places),
  })
  const groups = (names: readonly string[]) => groupPlaces(names, all).map(([group, places]) => describe(group, places))
  return {
    task,
    reference,
    output,
    unit,
    all: describe('all', all),
    classes: scored.classes ?? (classNames === undefined ? [] : groups(classNames)),
    slices: [...slicings].flatMap(([slicing, names]) => groups(names).map((group) => ({ slicing, ...group }))),
    others,
    ...(agreement === undefined ? {} : { agreement }),
  }
}

/** The largest groups, in the order of their names. */
function groupPlaces(names: readonly string[], places: readonly number[]): readonly [string, readonly number[]][] {
  const groups = [...Map.groupBy(places, (place) => names[place] ?? '')]
  const largest = groups.toSorted(([, a], [, b]) => b.length - a.length).slice(0, maxGroups)
  return largest.toSorted(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }))
}
