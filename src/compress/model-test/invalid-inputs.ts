import { ModelFailed } from '../../onnx/model-failed.ts'
import type { Feeds, ValueSignature } from '../../onnx/session.ts'
import { countElements, elementArrays, type TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { MeasuredModel } from '../measure-models.ts'
import type { InvalidInput, Reaction } from '../model-test-report.ts'
import { type OpenModel, openModel, type OpenContext } from './pair.ts'

/** An input that no program should give, and some do. */
interface InvalidCase {
  readonly name: string
  readonly title: string
  readonly feeds: Feeds
}

/** Longer than any run that ends. */
const deadlineMs = 60_000

/**
 * What both models do when they are given what is wrong.
 *
 * @throws as `SessionHost.open`, and CANCELLED
 */
export async function testInvalidInputs(
  original: MeasuredModel,
  candidate: MeasuredModel,
  signatures: readonly ValueSignature[],
  feeds: Feeds,
  context: OpenContext,
): Promise<readonly InvalidInput[]> {
  const cases = makeCases(signatures, feeds)
  const [first, second] = [await react(original, cases, context), await react(candidate, cases, context)]
  return cases.map(({ name, title }, index) => ({
    name,
    title,
    original: first[index] ?? 'ended',
    candidate: second[index] ?? 'ended',
  }))
}

async function react(
  model: MeasuredModel,
  cases: readonly InvalidCase[],
  context: OpenContext,
): Promise<readonly Reaction[]> {
  const reactions: Reaction[] = []
  let open: OpenModel | undefined
  try {
    for (const { feeds } of cases) {
      open ??= await openModel(model, context)
      const reaction = await open.session.run(feeds, { signal: context.signal, deadlineMs }).then(
        (): Reaction => 'answered',
        (error: unknown): Reaction => reactionOf(error),
      )
      reactions.push(reaction)
      if (reaction !== 'ended') continue
      await open[Symbol.asyncDispose]()
      open = undefined
    }
  } finally {
    await open?.[Symbol.asyncDispose]()
  }
  return reactions
}

function reactionOf(error: unknown): Reaction {
  if (error instanceof ModelFailed) return error.failure === 'refused' ? 'refused' : 'ended'
  if (error instanceof RunwrightError && error.code === 'INVALID_PARAMETER_VALUE') return 'refused'
  throw error
}

function makeCases(signatures: readonly ValueSignature[], feeds: Feeds): readonly InvalidCase[] {
  const floats = (name: string, title: string, number: number, half: number) =>
    change(name, title, feeds, (value) => (value.dtype.startsWith('float') ? fill(value, number, half) : value))
  const integers = (name: string, title: string, number: number) =>
    change(name, title, feeds, (value) => (/^int(32|64)$/.test(value.dtype) ? fill(value, number, number) : value))
  return [
    floats('nan', 'All numbers are NaN', Number.NaN, 0x7e00),
    floats('infinity', 'All numbers are infinite', Infinity, 0x7c00),
    floats('huge', 'All numbers are the largest there are', 3.4e38, 0x7bff),
    integers('negative', 'All integers are -1', -1),
    integers('out-of-range', 'All integers are a billion', 1e9),
    change('empty', 'No samples', feeds, (value, name) => (isOpen(signatures, name, 0) ? resize(value, 0, 0) : value)),
    change('longer', 'Another length', feeds, (value, name) => {
      const last = value.dims.length - 1
      return last > 0 && isOpen(signatures, name, last) ? resize(value, last, (value.dims[last] ?? 0) + 1) : value
    }),
  ].filter((each) => each !== undefined)
}

/** Undefined when that changes nothing. */
function change(
  name: string,
  title: string,
  feeds: Feeds,
  changed: (value: TensorValue, name: string) => TensorValue,
): InvalidCase | undefined {
  const other = new Map([...feeds].map(([input, value]) => [input, changed(value, input)]))
  return [...other].some(([input, value]) => value !== feeds.get(input)) ? { name, title, feeds: other } : undefined
}

function isOpen(signatures: readonly ValueSignature[], name: string, at: number): boolean {
  return typeof signatures.find((input) => input.name === name)?.dims[at] === 'string'
}

/** @param half what stands for the number in the bits of a float16 */
function fill(value: TensorValue, number: number, half: number): TensorValue {
  if (value.dtype === 'string') return value
  const data = new elementArrays[value.dtype](value.data.length)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) data.fill(BigInt(number))
  else data.fill(value.dtype === 'float16' ? half : number)
  return { ...value, data }
}

/** With zeros, or empty texts. */
function resize(value: TensorValue, at: number, size: number): TensorValue {
  const dims = value.dims.with(at, size)
  const count = countElements(dims)
  if (value.dtype === 'string') return { dtype: 'string', dims, data: Array(count).fill('') }
  return { dtype: value.dtype, dims, data: new elementArrays[value.dtype](count) }
}
