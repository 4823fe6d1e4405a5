import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { makeNumbers } from './convert-tensor.ts'
import type { ValueSignature } from './runtime/messages.ts'
import { type Dtype, type TensorValue } from './tensor-value.ts'

/** Of an answer for programs: more belongs in a file of arrays. */
export const maxJsonElements = 100_000

/**
 * Reads feeds from JSON: an object of nested lists by the name of the input, or for a model of one input the lists alone.
 * Numbers take the input's type. NaN and the infinities are texts, as are integers that are larger than JSON's numbers.
 *
 * @param about names the file in errors
 * @throws INVALID_PARAMETER_VALUE
 */
export function parseJsonFeeds(
  text: string,
  inputs: readonly ValueSignature[],
  about: string,
): Map<string, TensorValue> {
  const [only, ...others] = inputs
  const given = parse(text, about)
  const named = isRecord(given)
    ? Object.entries(given)
    : only !== undefined && others.length === 0
      ? [[only.name, given]]
      : []
  if (!isRecord(given) && named.length === 0) {
    throw wrong(about, 'it is no object', `Give the lists by name: ${inputs.map(({ name }) => name).join(', ')}.`)
  }
  return new Map(
    named.map(([key, value]): [string, TensorValue] => {
      const name = String(key)
      const input = inputs.find((each) => each.name === name)
      return [name, toTensor(value, input?.dtype ?? 'float32', `${about}, ${name}`)]
    }),
  )
}

/** A tensor for JSON: `data` is flat, in row-major order, and absent when it is long. */
export function toJsonTensor({ dtype, dims, data }: TensorValue): {
  readonly dtype: Dtype
  readonly dims: readonly number[]
  readonly data?: readonly (number | string)[]
} {
  if (data.length > maxJsonElements) return { dtype, dims }
  const values = dtype === 'float16' ? new Float16Array(Uint16Array.from(data, Number).buffer) : data
  return { dtype, dims, data: Array.from<number | bigint | string, number | string>(values, toJsonValue) }
}

function toJsonValue(value: number | bigint | string): number | string {
  if (typeof value !== 'bigint') return value
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : String(value)
}

function parse(text: string, about: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw wrong(about, cause instanceof Error ? cause.message : 'it is no JSON')
  }
}

function toTensor(value: unknown, dtype: Dtype, what: string): TensorValue {
  const dims: number[] = []
  for (let inner = value; Array.isArray(inner); inner = inner[0]) dims.push(inner.length)
  const flat: unknown[] = []
  flatten(value, dims, 0, flat, what)
  if (dtype !== 'string')
    return makeNumbers(
      dtype,
      dims,
      flat.map((each) => toNumber(each, what)),
      what,
    )
  return { dtype, dims, data: flat.map((each) => (typeof each === 'string' ? each : fail(what, each))) }
}

function flatten(value: unknown, dims: readonly number[], depth: number, flat: unknown[], what: string): void {
  const length = dims[depth]
  if (length === undefined) return void flat.push(value)
  if (!Array.isArray(value) || value.length !== length) {
    throw wrong(what, 'its lists are not of one length', 'Lists of one level must have as many elements each.')
  }
  for (const each of value) flatten(each, dims, depth + 1, flat, what)
}

function toNumber(value: unknown, what: string): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value)
  if (value === 'NaN') return Number.NaN
  return value === 'Infinity' || value === '-Infinity' ? Number(value) : fail(what, value)
}

function fail(what: string, value: unknown): never {
  throw wrong(what, `${JSON.stringify(value)} is no element of it`)
}

function wrong(what: string, why: string, hint?: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${what}: ${why}.`, hint === undefined ? {} : { hint })
}
