import { type Boxes, overlap, placesOf } from './boxes.ts'

/** What is right of a picture, and what was detected in it. */
export interface Picture {
  readonly truth: Boxes
  readonly detections: Boxes
}

/** Overlaps from which a detection counts as right: 0.5, 0.55 … 0.95. */
export const overlapLimits: readonly number[] = Array.from({ length: 10 }, (_, index) => (50 + 5 * index) / 100)

/** Detections of one class in one picture that count, the best first. */
const mostDetections = 100

/** Recalls at which precision is read. */
const recallPoints = 100

/** All detections of a class, ready to be counted. */
interface ClassDetections {
  /** Boxes that are right, by picture. */
  readonly right: Float64Array
  /** The picture of each detection, the best score first. */
  readonly pictures: Uint32Array
  /** Of each, a bit for each of `overlapLimits` from which it is right. */
  readonly matches: Uint16Array
}

/** Average precision over pictures that count more or less often. */
export interface Precision {
  /** Of those that have a box that is right. */
  readonly classes: readonly number[]
  /** @param limit index in `overlapLimits`; NaN when no picture that counts has such a box */
  ofClass(label: number, limit: number, weights: ArrayLike<number>): number
  /** The mean over the classes that are there. */
  ofAll(limit: number, weights: ArrayLike<number>): number
  /** Boxes of a class that are right. */
  countOf(label: number): number
}

/**
 * Average precision as COCO has it: precision at 101 recalls, each the best at that recall or above. What matches what is
 * found once, so that each further set of weights takes one pass over the detections.
 *
 * @see T.-Y. Lin et al., Microsoft COCO: Common Objects in Context, 2014, and the evaluation of its detection challenge
 */
export function createPrecision(pictures: readonly Picture[]): Precision {
  const labels = new Set(pictures.flatMap(({ truth }) => [...truth.classes]))
  const classes = [...labels].toSorted((a, b) => a - b)
  const found = new Map(classes.map((label) => [label, matchClass(pictures, label)]))
  const ofClass: Precision['ofClass'] = (label, limit, weights) => {
    const detections = found.get(label)
    return detections === undefined ? Number.NaN : averagePrecision(detections, limit, weights)
  }
  return {
    classes,
    ofClass,
    ofAll(limit, weights) {
      const each = classes.map((label) => ofClass(label, limit, weights)).filter((value) => !Number.isNaN(value))
      return each.length === 0 ? Number.NaN : each.reduce((sum, value) => sum + value, 0) / each.length
    },
    countOf: (label) => found.get(label)?.right.reduce((sum, count) => sum + count, 0) ?? 0,
  }
}

function matchClass(pictures: readonly Picture[], label: number): ClassDetections {
  const right = new Float64Array(pictures.length)
  const all: { picture: number; score: number; matches: number }[] = []
  for (const [picture, { truth, detections }] of pictures.entries()) {
    const wanted = placesOf(truth, label)
    const given = placesOf(detections, label).slice(0, mostDetections)
    right[picture] = wanted.length
    const matches = matchPicture(truth, wanted, detections, given)
    for (const [index, place] of given.entries()) {
      all.push({ picture, score: detections.scores[place] ?? 0, matches: matches[index] ?? 0 })
    }
  }
  const ordered = all.toSorted((a, b) => b.score - a.score)
  return {
    right,
    pictures: Uint32Array.from(ordered, ({ picture }) => picture),
    matches: Uint16Array.from(ordered, ({ matches }) => matches),
  }
}

/** Each detection, the best first, takes the box that is nearest of those that none has taken yet. */
function matchPicture(
  truth: Boxes,
  wanted: readonly number[],
  detections: Boxes,
  given: readonly number[],
): readonly number[] {
  const overlaps = given.map((place) => wanted.map((box) => overlap(detections, place, truth, box)))
  const matches = given.map(() => 0)
  for (const [bit, limit] of overlapLimits.entries()) {
    const isTaken = wanted.map(() => false)
    for (const [index, each] of overlaps.entries()) {
      let best = -1
      for (const [box, value] of each.entries()) {
        // Decimals such as 0.55 are not exact: what is as near as that is at the limit.
        if (isTaken[box] !== true && value >= Math.max(limit - 1e-10, each[best] ?? 0)) best = box
      }
      if (best < 0) continue
      isTaken[best] = true
      matches[index] = (matches[index] ?? 0) | (1 << bit)
    }
  }
  return matches
}

function averagePrecision({ right, pictures, matches }: ClassDetections, limit: number, weights: ArrayLike<number>) {
  let total = 0
  for (let picture = 0; picture < right.length; picture++) total += (right[picture] ?? 0) * (weights[picture] ?? 0)
  if (total === 0) return Number.NaN
  const [recalls, precisions] = [new Float64Array(pictures.length), new Float64Array(pictures.length)]
  let [hits, count] = [0, 0]
  for (let at = 0; at < pictures.length; at++) {
    const weight = weights[pictures[at] ?? 0] ?? 0
    count += weight
    if (((matches[at] ?? 0) >> limit) & 1) hits += weight
    recalls[at] = hits / total
    precisions[at] = count === 0 ? 0 : hits / count
  }
  let [sum, best, at] = [0, 0, pictures.length - 1]
  for (let point = recallPoints; point >= 0; point--) {
    for (; at >= 0 && (recalls[at] ?? 0) >= point / recallPoints; at--) best = Math.max(best, precisions[at] ?? 0)
    sum += best
  }
  return sum / (recallPoints + 1)
}
