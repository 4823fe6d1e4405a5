import { createRandom, drawNormal } from '../../base/seeded-random.ts'
import { convertTensor } from '../../onnx/convert-tensor.ts'
import type { Feeds } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { toNumbers } from './numbers.ts'

/** What the numbers of an input are like. */
interface Spread {
  readonly deviation: number
  readonly largest: number
  readonly hasMissing: boolean
}

/** A way in which inputs differ from those that a model was made for. */
export interface Disturbance {
  readonly name: string
  readonly title: string
  /** One element; `random` gives numbers in [0, 1). */
  change(value: number, spread: Spread, random: () => number): number
}

/**
 * Kinds of shift and corruption that are usual, each in one strength. What is random is the same each time.
 *
 * @see D. Hendrycks, T. Dietterich, Benchmarking neural network robustness to common corruptions and perturbations, 2019
 */
export const disturbances: readonly Disturbance[] = [
  {
    name: 'noise',
    title: 'Noise of a tenth of the inputs’ deviation',
    change: (value, { deviation }, random) => value + 0.1 * deviation * drawNormal(random),
  },
  {
    name: 'strong-noise',
    title: 'Noise of half of the inputs’ deviation',
    change: (value, { deviation }, random) => value + 0.5 * deviation * drawNormal(random),
  },
  { name: 'shift', title: 'Moved by half of the deviation', change: (value, { deviation }) => value + 0.5 * deviation },
  { name: 'scale', title: 'Half as large again', change: (value) => value * 1.5 },
  {
    name: 'missing',
    title: 'One value in ten is missing: NaN where the data has NaNs, else 0',
    change: (value, { hasMissing }, random) => (random() < 0.1 ? (hasMissing ? Number.NaN : 0) : value),
  },
  {
    name: 'extremes',
    title: 'One value in twenty is ten times the largest',
    change: (value, { largest }, random) => (random() < 0.05 ? 10 * largest * (random() < 0.5 ? -1 : 1) : value),
  },
]

/** Whether there are inputs that can be disturbed: those of floats; an integer may be a word, which has no neighbours. */
export function canDisturb(feeds: Feeds): boolean {
  return [...feeds.values()].some(({ dtype }) => dtype.startsWith('float'))
}

/** @returns the feeds with every input of floats changed */
export function disturbFeeds(feeds: Feeds, disturbance: Disturbance, seed: number): Feeds {
  const random = createRandom(seed)
  return new Map([...feeds].map(([name, value]) => [name, disturb(name, value, disturbance, random)]))
}

function disturb(name: string, value: TensorValue, { change }: Disturbance, random: () => number): TensorValue {
  const numbers = value.dtype.startsWith('float') ? toNumbers(value) : undefined
  if (numbers === undefined) return value
  const spread = describeSpread(numbers)
  const largest = value.dtype === 'float16' ? 65_504 : 3.4e38
  const data = Float64Array.from(numbers, (number) => {
    const changed = change(number, spread, random)
    return Number.isNaN(changed) ? changed : Math.max(-largest, Math.min(largest, changed))
  })
  return convertTensor({ dtype: 'float64', dims: value.dims, data }, value.dtype, name)
}

function describeSpread(numbers: ArrayLike<number>): Spread {
  let [count, total, squares, largest] = [0, 0, 0, 0]
  for (let index = 0; index < numbers.length; index++) {
    const value = numbers[index] ?? Number.NaN
    if (!Number.isFinite(value)) continue
    count++
    total += value
    squares += value ** 2
    largest = Math.max(largest, Math.abs(value))
  }
  const variance = count === 0 ? 0 : squares / count - (total / count) ** 2
  return { deviation: Math.sqrt(Math.max(0, variance)), largest, hasMissing: Array.from(numbers).some(Number.isNaN) }
}
