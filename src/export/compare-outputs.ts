import type { Dtype, TensorValue } from '../onnx/tensor-value.ts'

/** How far a number may be from what is right: `absolute` of the output's largest (of 1 at least), and `relative` of itself. */
export interface Tolerance {
  readonly absolute: number
  readonly relative: number
}

/** An output of the ONNX model beside the same one of the framework's. */
export interface OutputComparison {
  readonly name: string
  readonly dtype: Dtype
  readonly elements: number
  /** Largest difference; 0 for texts. */
  readonly maxAbsolute: number
  /** Largest difference as a share of what is right, where that is not 0. */
  readonly maxRelative: number
  /** What was allowed; undefined where it has to be equal. */
  readonly tolerance: Tolerance | undefined
  /** Elements beyond it. */
  readonly different: number
  /** Labels that differ where the scores of two classes are equal within their tolerance: either is right. */
  readonly ties: number
  readonly isSame: boolean
  /** What is wrong with the whole of it, as a sentence. */
  readonly problem?: string
}

/** A model computes in the type of its outputs; another order of additions differs by less than this. */
export const tolerances: Partial<Readonly<Record<Dtype, Tolerance>>> = {
  float64: { absolute: 1e-7, relative: 1e-6 },
  float32: { absolute: 1e-5, relative: 1e-3 },
  float16: { absolute: 1e-3, relative: 1e-2 },
}

/**
 * Compares what the framework gave with what the ONNX model gave for the same inputs.
 *
 * @param scoresOf for an output of labels, the output of the scores that its labels go by
 */
export function compareOutputs(
  expected: ReadonlyMap<string, TensorValue>,
  actual: ReadonlyMap<string, TensorValue>,
  scoresOf: ReadonlyMap<string, string>,
): readonly OutputComparison[] {
  return [...expected].map(([name, right]) => {
    const given = actual.get(name)
    if (given === undefined) return refused(name, right, 'The ONNX model has no such output.')
    const [rightDims, givenDims] = [right, given].map(({ dims }) => dims.filter((size) => size !== 1).join(', '))
    if (rightDims !== givenDims) {
      return refused(name, right, `Its dims are [${given.dims.join(', ')}] and should be [${right.dims.join(', ')}].`)
    }
    if ((right.dtype === 'string') !== (given.dtype === 'string')) {
      return refused(name, right, `It is ${given.dtype} and should be ${right.dtype}.`)
    }
    const tolerance = tolerances[given.dtype]
    if (tolerance !== undefined) return compareNumbers(name, right, given, tolerance)
    const scores = expected.get(scoresOf.get(name) ?? '')
    return compareLabels(name, right, given, scores)
  })
}

function refused(name: string, { dtype, data }: TensorValue, problem: string): OutputComparison {
  const elements = data.length
  const none = { maxAbsolute: Number.NaN, maxRelative: Number.NaN, tolerance: undefined, ties: 0 }
  return { name, dtype, elements, ...none, different: elements, isSame: false, problem }
}

function compareNumbers(name: string, right: TensorValue, given: TensorValue, tolerance: Tolerance): OutputComparison {
  const [expected, actual] = [numbersOf(right), numbersOf(given)]
  const absolute = tolerance.absolute * largestOf(expected)
  let [maxAbsolute, maxRelative, different] = [0, 0, 0]
  for (const [index, value] of expected.entries()) {
    const other = actual[index] ?? Number.NaN
    if (Object.is(value, other) || value === other) continue
    const error = Math.abs(value - other)
    // NaN and infinities have no distance: they are the same, or they are wrong.
    if (!Number.isFinite(error) || error > absolute + tolerance.relative * Math.abs(value)) different++
    if (!Number.isFinite(error)) continue
    maxAbsolute = Math.max(maxAbsolute, error)
    if (value !== 0) maxRelative = Math.max(maxRelative, error / Math.abs(value))
  }
  const { dtype } = given
  const elements = expected.length
  return { name, dtype, elements, maxAbsolute, maxRelative, tolerance, different, ties: 0, isSame: different === 0 }
}

function compareLabels(
  name: string,
  right: TensorValue,
  given: TensorValue,
  scores: TensorValue | undefined,
): OutputComparison {
  const texts = (value: TensorValue) => Array.from<string | number | bigint, string>(value.data, String)
  const [expected, actual] = [texts(right), texts(given)]
  const unequal = expected.flatMap((label, index) => (label === actual[index] ? [] : [index]))
  const ties = unequal.filter((row) => scores !== undefined && isTie(scores, row, expected.length)).length
  const distances =
    right.dtype === 'string' ? [] : unequal.map((at) => Math.abs(Number(expected[at]) - Number(actual[at])))
  return {
    name,
    dtype: given.dtype,
    elements: expected.length,
    maxAbsolute: distances.reduce((most, each) => Math.max(most, each), 0),
    maxRelative: 0,
    tolerance: undefined,
    different: unequal.length - ties,
    ties,
    isSame: unequal.length === ties,
  }
}

/** Whether the two best classes of a sample are as good as each other. */
function isTie(scores: TensorValue, row: number, rows: number): boolean {
  const all = numbersOf(scores)
  const width = all.length / rows
  const [best = 0, second = -Infinity] = all.slice(row * width, (row + 1) * width).toSorted((a, b) => b - a)
  return best - second <= (tolerances.float32?.absolute ?? 0) * largestOf(all)
}

function numbersOf(value: TensorValue): readonly number[] {
  if (value.dtype === 'string') return []
  // Halves are held by their bits.
  if (value.dtype === 'float16') return Array.from(new Float16Array(Uint16Array.from(value.data, Number).buffer))
  return Array.from<number | bigint, number>(value.data, Number)
}

/** The largest magnitude, and 1 where that is less. */
function largestOf(numbers: readonly number[]): number {
  return numbers.reduce((most, each) => (Number.isFinite(each) ? Math.max(most, Math.abs(each)) : most), 1)
}
