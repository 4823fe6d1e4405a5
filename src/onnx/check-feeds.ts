import { RunwrightError } from '../protocol/errors.ts'
import type { ValueSignature } from './runtime/messages.ts'
import { countElements, elementArrays, type TensorValue } from './tensor-value.ts'

export type Feeds = ReadonlyMap<string, TensorValue>

/**
 * Holds feeds to what a model declares, before the runtime sees them.
 *
 * @param about what errors name, for example the model's file
 * @throws INVALID_PARAMETER_VALUE that says which input is wrong, what it is and what was expected
 */
export function checkFeeds(inputs: readonly ValueSignature[], feeds: Feeds, about: string): void {
  const declared = new Map(inputs.map((input) => [input.name, input]))
  const names = inputs.map(({ name }) => `"${name}"`).join(', ') || 'none'
  for (const name of feeds.keys()) {
    if (!declared.has(name)) throw wrong(about, `it has no input "${name}"`, `Its inputs are: ${names}.`)
  }
  for (const input of inputs) {
    const value = feeds.get(input.name)
    if (value === undefined) throw wrong(about, `the input "${input.name}" is missing`, `Expected ${describe(input)}.`)
    const complaint = complain(input, value)
    if (complaint !== undefined) {
      throw wrong(about, `the input "${input.name}" ${complaint}`, `Expected ${describe(input)}.`)
    }
  }
}

function wrong(about: string, what: string, hint: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${about}: ${what}.`, { hint })
}

/** As people read it: `float32 [N, 3, 224, 224]`. */
export function describe({ dtype, dims }: Pick<ValueSignature, 'dtype' | 'dims'>): string {
  return `${dtype ?? 'no tensor'} [${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`
}

function complain(input: ValueSignature, value: TensorValue): string | undefined {
  if (input.dtype === undefined) return 'is no tensor in this model: only tensors can be given'
  if (value.dtype !== input.dtype) return `is ${value.dtype}`
  return complainOfDims(input.dims, value.dims) ?? complainOfData(value)
}

function complainOfDims(declared: ValueSignature['dims'], dims: readonly number[]): string | undefined {
  if (!dims.every((dim) => Number.isSafeInteger(dim) && dim >= 0)) return `has the dims [${dims.join(', ')}]`
  // What declares no dims may be a scalar or of any rank; the runtime itself knows which.
  if (declared.length === 0) return undefined
  const fits =
    declared.length === dims.length && declared.every((dim, at) => typeof dim === 'string' || dim === dims[at])
  return fits ? undefined : `has the dims [${dims.join(', ')}]`
}

function complainOfData({ dtype, dims, data }: TensorValue): string | undefined {
  if (dtype === 'string') {
    if (!data.every((text) => typeof text === 'string')) return 'holds what is no string'
    // The binding would cut it there, without a word.
    if (data.some((text) => text.includes('\0'))) return 'holds a NUL character, which cannot be passed on'
  } else if (!(data instanceof elementArrays[dtype])) {
    return `holds its elements in a ${data.constructor.name}, and ${dtype} needs a ${elementArrays[dtype].name}`
  }
  if (data.length !== countElements(dims)) {
    return `has ${data.length} elements, and [${dims.join(', ')}] are ${countElements(dims)}`
  }
  // The library reads the bytes as C++ bools, for which another value is undefined.
  if (dtype === 'bool' && data.some((element) => element !== 0 && element !== 1))
    return 'holds bools that are not 0 or 1'
  return undefined
}
