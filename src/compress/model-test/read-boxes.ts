import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { toNumbers } from './numbers.ts'
import type { Boxes } from './boxes.ts'

/** Names of a detector's outputs. */
export interface DetectionOutputs {
  /** Corners: [samples, boxes, 4], or [boxes, 4] of one sample. */
  readonly boxes: string
  readonly scores: string
  /** Number of the class of each box. */
  readonly labels: string
}

export const defaultOutputs: DetectionOutputs = { boxes: 'boxes', scores: 'scores', labels: 'labels' }

type Outputs = ReadonlyMap<string, TensorValue>

/**
 * The detections of each of `count` samples.
 *
 * @throws BAD_REQUEST for outputs that are no boxes, scores and classes
 */
export function readDetections(outputs: Outputs, names: DetectionOutputs, count: number): readonly Boxes[] {
  const [boxes, scores, labels] = [names.boxes, names.scores, names.labels].map((name) => {
    const value = outputs.get(name)
    const numbers = value && toNumbers(value)
    if (value !== undefined && numbers !== undefined) return { name, dims: value.dims, numbers }
    throw wrongOutput(`there is no output “${name}” of numbers`)
  })
  if (boxes === undefined || scores === undefined || labels === undefined) throw new Error('There are three names.')
  const most = boxes.dims.at(-2) ?? 0
  const samples = boxes.dims.length === 3 ? boxes.dims[0] : 1
  if (boxes.dims.at(-1) !== 4 || boxes.dims.length > 3 || boxes.dims.length < 2 || samples !== count) {
    const expected = count === 1 ? '[boxes, 4]' : `[${count}, boxes, 4]`
    throw wrongOutput(`“${boxes.name}” is [${boxes.dims.join(', ')}], and not ${expected}`)
  }
  for (const { name, dims, numbers } of [scores, labels]) {
    if (numbers.length === count * most) continue
    throw wrongOutput(`“${name}” is [${dims.join(', ')}], for ${most} boxes of each sample`)
  }
  return Array.from({ length: count }, (_, sample) => {
    const [start, end] = [sample * most, (sample + 1) * most]
    return keepReal({
      corners: Float64Array.from(boxes.numbers.subarray(start * 4, end * 4)),
      scores: Float64Array.from(scores.numbers.subarray(start, end)),
      classes: Int32Array.from(labels.numbers.subarray(start, end)),
    })
  })
}

function wrongOutput(why: string): RunwrightError {
  return new RunwrightError('BAD_REQUEST', `The model gives no detections: ${why}.`, {
    hint: 'Name the outputs of boxes, scores and classes: --output boxes,scores,labels. Where a model gives something else, judge it by a script: --script.',
  })
}

/**
 * What is right of each sample: `labels` is [samples, most boxes, 5], two corners and the number of a class for each box,
 * and a class below 0 where there are less boxes.
 *
 * @throws BAD_REQUEST when it is something else
 */
export function readTruth(labels: TensorValue, count: number): readonly Boxes[] {
  const numbers = toNumbers(labels)
  const [samples, most = 0, fields] = labels.dims
  if (numbers === undefined || labels.dims.length !== 3 || samples !== count || fields !== 5) {
    throw new RunwrightError('BAD_REQUEST', `The labels are [${labels.dims.join(', ')}], and no boxes.`, {
      hint: 'Save [samples, most boxes, 5]: x1, y1, x2, y2 and the class of each box, and −1 as the class where there is none.',
    })
  }
  return Array.from({ length: count }, (_, sample) => {
    const rows = Array.from({ length: most }, (_, box) =>
      numbers.subarray((sample * most + box) * 5, (sample * most + box + 1) * 5),
    )
    return keepReal({
      corners: Float64Array.from(rows.flatMap((row) => [...row.subarray(0, 4)])),
      scores: new Float64Array(most).fill(1),
      classes: Int32Array.from(rows, (row) => row[4] ?? -1),
    })
  })
}

/** Those with which a list was filled up have a class below 0, or a score that is no number. */
function keepReal({ corners, scores, classes }: Boxes): Boxes {
  const kept = [...classes.keys()].filter((place) => (classes[place] ?? -1) >= 0 && !Number.isNaN(scores[place]))
  return {
    corners: Float64Array.from(kept.flatMap((place) => [...corners.subarray(place * 4, place * 4 + 4)])),
    scores: Float64Array.from(kept, (place) => scores[place] ?? 0),
    classes: Int32Array.from(kept, (place) => classes[place] ?? -1),
  }
}
