import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createRandom } from '../../base/seeded-random.ts'
import { createPrecision, overlapLimits, type Picture } from './average-precision.ts'
import { type Boxes, sayTheSame } from './boxes.ts'

function boxes(
  ...rows: readonly (readonly [x1: number, y1: number, x2: number, y2: number, label: number, score?: number])[]
): Boxes {
  return {
    corners: Float64Array.from(rows.flatMap((row) => row.slice(0, 4).map(Number))),
    classes: Int32Array.from(rows, (row) => row[4]),
    scores: Float64Array.from(rows, (row) => row[5] ?? 1),
  }
}

/** Pictures with boxes of three classes, and detections that are near them, twice there, missing or of another class. */
function drawPictures(count: number): readonly Picture[] {
  const random = createRandom(5)
  const whole = (below: number) => Math.floor(random() * below)
  return Array.from({ length: count }, () => {
    const truth = Array.from({ length: 1 + whole(4) }, () => {
      const [x, y] = [whole(60), whole(60)]
      return [x, y, x + 10 + whole(30), y + 10 + whole(30), whole(3)] as const
    })
    const detections = truth.flatMap(([x1, y1, x2, y2, label]) =>
      Array.from({ length: whole(3) }, () => {
        const moved = [x1, y1, x2, y2].map((edge) => edge + whole(9) - 4)
        const [left = 0, top = 0, right = 0, bottom = 0] = moved
        return [left, top, right, bottom, whole(8) === 0 ? whole(3) : label, (1 + whole(998)) / 1000] as const
      }),
    )
    return { truth: boxes(...truth), detections: boxes(...detections) }
  })
}

describe('average precision', () => {
  const pictures = drawPictures(40)
  const precision = createPrecision(pictures)
  const once = pictures.map(() => 1)
  const near = (value: number, expected: number) => assert.ok(Math.abs(value - expected) < 1e-9, `${value} ${expected}`)
  const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

  it('is what pycocotools 2.0 computes of the same boxes', () => {
    near(meanOf(overlapLimits.map((_, limit) => precision.ofAll(limit, once))), 0.21460197439342973)
    near(precision.ofAll(0, once), 0.5504758439600691)
    near(precision.ofAll(5, once), 0.08609023330752494)
    const classes = [0.20118271796026518, 0.26212234260049827, 0.1805008626195258]
    for (const [label, expected] of classes.entries()) {
      near(meanOf(overlapLimits.map((_, limit) => precision.ofClass(label, limit, once))), expected)
    }
  })

  it('counts a picture as often as its weight says', () => {
    const weights = pictures.map((_, index) => index % 3)
    const repeated = pictures.flatMap((picture, index) => Array<Picture>(index % 3).fill(picture))
    const expected = createPrecision(repeated).ofAll(
      0,
      repeated.map(() => 1),
    )
    // Equal scores of other pictures come between the two.
    assert.ok(Math.abs(precision.ofAll(0, weights) - expected) < 0.005)
    const none = pictures.map(() => 0)
    assert.ok(Number.isNaN(precision.ofAll(0, none)))
  })

  it('leaves out a class that no picture has, and takes what was never detected for 0', () => {
    const missed = createPrecision([{ truth: boxes([0, 0, 9, 9, 4]), detections: boxes([0, 0, 9, 9, 7, 0.9]) }])
    assert.deepEqual([missed.classes, missed.ofAll(0, [1]), missed.countOf(4)], [[4], 0, 1])
  })
})

describe('detections of a picture', () => {
  const sure = boxes([0, 0, 10, 10, 1, 0.9], [20, 20, 30, 30, 2, 0.8])
  it('are the same when each that is sure has one of its class at its place', () => {
    assert.ok(sayTheSame(sure, boxes([20, 21, 30, 31, 2, 0.6], [0, 0, 10, 9, 1, 0.7], [50, 50, 60, 60, 1, 0.4])))
    assert.equal(sayTheSame(sure, boxes([0, 0, 10, 10, 1, 0.9])), false)
    assert.equal(sayTheSame(sure, boxes([0, 0, 10, 10, 1, 0.9], [20, 20, 30, 30, 3, 0.8])), false)
    assert.equal(sayTheSame(sure, boxes([0, 0, 10, 10, 1, 0.9], [26, 26, 36, 36, 2, 0.8])), false)
    // One does not stand for two.
    const twice = boxes([0, 0, 10, 10, 1, 0.9], [0, 0, 10, 9, 1, 0.8])
    assert.equal(sayTheSame(twice, boxes([0, 0, 10, 10, 1, 0.9], [50, 50, 60, 60, 1, 0.8])), false)
  })
})
