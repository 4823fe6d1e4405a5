import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'

/** A net of layers, as Keras and TensorFlow.js keep one: the same kinds of layers, in words that differ little. */
export interface Net {
  /** What its words mean where the two differ. */
  readonly dialect: 'keras' | 'tfjs'
  /** Each after those that it takes. */
  readonly layers: readonly NetLayer[]
  /** Names of the layers that stand for the inputs and give the outputs. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export interface NetLayer {
  /** Of its class, such as `Dense`. */
  readonly kind: string
  readonly name: string
  readonly config: Readonly<Record<string, unknown>>
  /** Names of the layers whose outputs it takes. */
  readonly inputs: readonly string[]
  /** By the last part of their names, such as `kernel`. */
  readonly weights: ReadonlyMap<string, TensorValue>
  /** Of an input, without the samples; null for a size that is not fixed. */
  readonly shape?: readonly (number | null)[]
}

/** A layer that cannot be converted, or a setting of one. */
export function refuseLayer({ name, kind }: Pick<NetLayer, 'name' | 'kind'>, why: string): RunwrightError {
  return new RunwrightError('NOT_IMPLEMENTED', `The layer “${name}” (${kind}) ${why}.`, {
    hint: 'Nets of dense and convolution layers, of pooling, normalization and sums are converted here.',
  })
}

/** A whole number of a layer's configuration, or `fallback` where it is not there. */
export function numberOf(layer: NetLayer, key: string, fallback: number): number {
  const value = layer.config[key] ?? fallback
  if (typeof value === 'number') return value
  throw refuseLayer(layer, `has no number as its ${key}`)
}

export function textOf(layer: NetLayer, key: string, fallback: string): string {
  const value = layer.config[key] ?? fallback
  if (typeof value === 'string') return value
  throw refuseLayer(layer, `has a ${key} with code or settings of its own`)
}

/** A list of `count` numbers, or one number that stands for all of them. */
export function numbersOf(layer: NetLayer, key: string, count: number, fallback: unknown = 1): readonly number[] {
  const value = layer.config[key] ?? fallback
  if (typeof value === 'number') return Array.from({ length: count }, () => value)
  if (isNumbers(value) && value.length === count) return value
  throw refuseLayer(layer, `has no ${count} numbers as its ${key}`)
}

export function isNumbers(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'number')
}

/** A weight as floats. */
export function weightOf(layer: NetLayer, name: string): { dims: readonly number[]; data: Float32Array } {
  const found = layer.weights.get(name)
  if (found?.dtype !== 'float32') throw refuseLayer(layer, `has no weights “${name}” of the type float32`)
  // SAFETY: the elements of a float32 tensor are in such an array.
  return { dims: found.dims, data: found.data as Float32Array }
}
