/** Boxes of one picture; those of detections with their scores. */
export interface Boxes {
  /** Two opposite corners of each, x y x y or y x y x, in any unit. */
  readonly corners: Float64Array
  readonly classes: Int32Array
  /** Of what is right all are 1. */
  readonly scores: Float64Array
}

export function countBoxes({ classes }: Boxes): number {
  return classes.length
}

/** The area that two boxes share, in the area that they cover together. */
export function overlap(first: Boxes, at: number, second: Boxes, other: number): number {
  const side = (boxes: Boxes, box: number, edge: number) => boxes.corners[box * 4 + edge] ?? Number.NaN
  const shared = (edge: number) =>
    Math.max(
      0,
      Math.min(side(first, at, edge + 2), side(second, other, edge + 2)) -
        Math.max(side(first, at, edge), side(second, other, edge)),
    )
  const area = (boxes: Boxes, box: number) =>
    Math.max(0, side(boxes, box, 2) - side(boxes, box, 0)) * Math.max(0, side(boxes, box, 3) - side(boxes, box, 1))
  const both = shared(0) * shared(1)
  const all = area(first, at) + area(second, other) - both
  return all > 0 ? both / all : 0
}

/** Those of a class, by their places, with the best score first. */
export function placesOf({ classes, scores }: Boxes, wanted: number): readonly number[] {
  const places: number[] = []
  for (let place = 0; place < classes.length; place++) if (classes[place] === wanted) places.push(place)
  return places.toSorted((a, b) => (scores[b] ?? 0) - (scores[a] ?? 0) || a - b)
}

/** As an answer a detection counts from this score. */
const sureScore = 0.5

/** Boxes are the same that overlap by half. */
const sameOverlap = 0.5

/** Whether two lists of detections say the same of a picture: as many that are sure, each with one of its class at its place. */
export function sayTheSame(first: Boxes, second: Boxes): boolean {
  const sure = ({ classes, scores }: Boxes) => [...classes.keys()].filter((place) => (scores[place] ?? 0) >= sureScore)
  const left = new Set(sure(second))
  const wanted = sure(first).toSorted((a, b) => (first.scores[b] ?? 0) - (first.scores[a] ?? 0))
  if (left.size !== wanted.length) return false
  return wanted.every((place) => {
    const alike = [...left].filter((other) => first.classes[place] === second.classes[other])
    const best = alike.toSorted((a, b) => overlap(first, place, second, b) - overlap(first, place, second, a))[0]
    if (best === undefined || overlap(first, place, second, best) < sameOverlap) return false
    left.delete(best)
    return true
  })
}
