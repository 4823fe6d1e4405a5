import type { TensorValue } from '../../onnx/tensor-value.ts'

/** The elements as numbers; of texts undefined. 64-bit integers lose what is beyond 2^53. */
export function toNumbers(value: TensorValue): Float32Array | Float64Array | undefined {
  if (value.dtype === 'string') return undefined
  const { data } = value
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  // Halves are held by their bits.
  if (value.dtype === 'float16') return Float32Array.from(new Float16Array(Uint16Array.from(data, Number).buffer))
  return Float64Array.from(data, Number)
}

/** The place of the largest; of equal ones the first. NaNs are no largest: of nothing else it is -1. */
export function argMax(values: ArrayLike<number>, start = 0, end = values.length): number {
  let best = -1
  for (let index = start; index < end; index++) {
    const value = values[index] ?? Number.NaN
    if (!Number.isNaN(value) && (best < 0 || value > (values[best] ?? Number.NaN))) best = index
  }
  return best < 0 ? -1 : best - start
}

export function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let index = 0; index < values.length; index++) total += values[index] ?? 0
  return total
}

/** The largest magnitude; 0 of nothing. */
export function largestOf(values: ArrayLike<number>): number {
  let largest = 0
  for (let index = 0; index < values.length; index++) largest = Math.max(largest, Math.abs(values[index] ?? 0))
  return largest
}
