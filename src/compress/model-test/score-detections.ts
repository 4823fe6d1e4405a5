import type { GroupQuality, OtherMeasure, QualityChange } from '../model-test-report.ts'
import { drawsFor } from '../bootstrap.ts'
import { createPrecision, overlapLimits, type Picture, type Precision } from './average-precision.ts'
import { type Boxes, countBoxes, sayTheSame } from './boxes.ts'
import { measureShare } from './parity.ts'
import { type DetectionOutputs, readDetections, readTruth } from './read-boxes.ts'
import { lost, measureBoth, type Scored } from './scored.ts'
import type { Scorer } from './scorer.ts'

/** Of the original, what it is at least this sure of is right where there are no labels. */
const sureScore = 0.5

/** Names a class, for the report. */
type NameClass = (label: string) => string

/** Compares detectors by the mean average precision of their boxes. */
export function createDetectionScorer(outputs: DetectionOutputs, nameClass: NameClass): Scorer {
  const truth: Boxes[] = []
  const [first, second]: [Boxes[], Boxes[]] = [[], []]
  let reference: Scored['reference'] = 'labels'
  const names = new Set(Object.values(outputs))
  return {
    mayDiffer: (output) => names.has(output),
    add(original, candidate, { labels, count }) {
      const given = readDetections(original, outputs, count)
      first.push(...given)
      second.push(...readDetections(candidate, outputs, count))
      if (labels === undefined) reference = 'original'
      truth.push(...(labels === undefined ? given.map(keepSure) : readTruth(labels, count)))
    },
    result: () => scoreDetections(truth, first, second, { reference, nameClass }),
  }
}

function keepSure({ corners, scores, classes }: Boxes): Boxes {
  const kept = [...scores.keys()].filter((place) => (scores[place] ?? 0) >= sureScore)
  return {
    corners: Float64Array.from(kept.flatMap((place) => [...corners.subarray(place * 4, place * 4 + 4)])),
    scores: Float64Array.from(kept, () => 1),
    classes: Int32Array.from(kept, (place) => classes[place] ?? -1),
  }
}

function scoreDetections(
  truth: readonly Boxes[],
  first: readonly Boxes[],
  second: readonly Boxes[],
  { reference, nameClass }: { readonly reference: Scored['reference']; readonly nameClass: NameClass },
): Scored {
  const pair = (given: readonly Boxes[]) =>
    truth.map((boxes, index) => ({ truth: boxes, detections: given[index] ?? boxes }))
  const all = precisionsOf(pair(first), pair(second))
  const same = first.filter((boxes, index) => sayTheSame(boxes, second[index] ?? boxes)).length
  return {
    task: 'detection',
    reference,
    unit: 'samples',
    count: truth.length,
    canSlice: true,
    compare(places) {
      const of = (pictures: readonly Picture[]) => places.flatMap((place) => pictures[place] ?? [])
      return comparePrecision(precisionsOf(of(pair(first)), of(pair(second))), meanOverLimits)
    },
    classes: compareClasses(all, nameClass),
    others: [otherLimit(all, 0.5), otherLimit(all, 0.75)],
    agreement: measureShare(same, truth.length),
  }
}

/** Of both models, over the same pictures. */
interface Precisions {
  readonly original: Precision
  readonly candidate: Precision
  readonly pictures: number
  /** Of an interval. */
  readonly draws: number
}

function precisionsOf(original: readonly Picture[], candidate: readonly Picture[]): Precisions {
  const boxes = [...original, ...candidate].reduce((sum, { detections }) => sum + countBoxes(detections), 0)
  return {
    original: createPrecision(original),
    candidate: createPrecision(candidate),
    pictures: original.length,
    draws: drawsFor(boxes + original.length, overlapLimits.length),
  }
}

type Statistic = (precision: Precision, weights: Float64Array) => number

/** COCO's own figure: the mean over classes and over the limits of overlap. */
const meanOverLimits: Statistic = (precision, weights) => {
  const each = overlapLimits.map((_, limit) => precision.ofAll(limit, weights))
  return each.reduce((sum, value) => sum + value, 0) / each.length
}

function comparePrecision({ original, candidate, pictures, draws }: Precisions, statistic: Statistic): QualityChange {
  const both = (weights: Float64Array) => [statistic(original, weights), statistic(candidate, weights)] as const
  return measureBoth(pictures, both, lost, draws)
}

function compareClasses(precisions: Precisions, nameClass: NameClass): readonly GroupQuality[] {
  return precisions.original.classes.map((label) => {
    const ofClass: Statistic = (each, weights) =>
      overlapLimits.reduce((sum, _, limit) => sum + each.ofClass(label, limit, weights), 0) / overlapLimits.length
    const samples = precisions.original.countOf(label)
    return { group: nameClass(String(label)), samples, ...comparePrecision(precisions, ofClass) }
  })
}

function otherLimit(precisions: Precisions, limit: number): OtherMeasure {
  const at = overlapLimits.indexOf(limit)
  return {
    title: `Mean average precision at an overlap of ${limit}`,
    as: 'share',
    ...comparePrecision(precisions, (precision, weights) => precision.ofAll(at, weights)),
  }
}
