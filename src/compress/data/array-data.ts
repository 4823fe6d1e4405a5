import { basename } from 'node:path'
import { convertTensor } from '../../onnx/convert-tensor.ts'
import { openArrayFile, type StoredArray } from '../../onnx/npz.ts'
import type { ValueSignature } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { type Batch, fixedRunSize, labelsName, type SampleData } from '../sample-data.ts'

/**
 * Samples in arrays of NumPy, one for each input; of an input that is alone it may have any name. Where each array has a
 * dim more than its input, a sample is all that a run takes: so it is with models that carry a state, whose samples do not
 * lie along the first dim, and with inputs of a single number.
 */
export async function openArrays(path: string, inputs: readonly ValueSignature[]): Promise<SampleData> {
  const name = basename(path)
  await using cleanup = new AsyncDisposableStack()
  const { arrays } = cleanup.use(await openArrayFile(path))
  const labels = arrays.find((array) => array.name === labelsName)
  const others = arrays.filter((array) => array !== labels)
  const given = inputs.map((input) => ({ input, array: findArray(input, inputs, others, name) }))
  const count = countSamples(
    labels === undefined ? given.map(({ array }) => array) : [...given.map(({ array }) => array), labels],
    name,
  )
  const isWholeRun = given.every(({ input, array }) => array.dims.length === input.dims.length + 1)
  const owned = cleanup.move()
  return {
    name,
    count,
    hasLabels: labels !== undefined,
    runSize: isWholeRun ? 1 : fixedRunSize(inputs),
    batches: (size) => readBatches({ given, labels, file: name, isWholeRun }, isWholeRun ? 1 : size),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

function findArray(
  { name }: ValueSignature,
  inputs: readonly ValueSignature[],
  arrays: readonly StoredArray[],
  file: string,
): StoredArray {
  const found =
    arrays.find((array) => array.name === name) ?? (inputs.length === 1 && arrays.length === 1 ? arrays[0] : undefined)
  if (found !== undefined) return found
  throw new RunwrightError('BAD_REQUEST', `${file} has no array for the model’s input “${name}”.`, {
    hint: `Its arrays are: ${arrays.map((array) => array.name).join(', ') || 'none'}.`,
  })
}

function countSamples(arrays: readonly StoredArray[], file: string): number {
  const counts = arrays.map(({ name, dims }) => ({ name, count: dims[0] }))
  const first = counts[0]?.count
  const other = counts.find(({ count }) => count === undefined || count !== first)
  if (first !== undefined && other === undefined) return first
  const listed = counts.map(({ name, count }) => `${name} ${count ?? 'none'}`).join(', ')
  throw new RunwrightError('BAD_REQUEST', `The arrays of ${file} have not the same number of samples: ${listed}.`)
}

interface Arrays {
  readonly given: readonly { readonly input: ValueSignature; readonly array: StoredArray }[]
  readonly labels: StoredArray | undefined
  /** For errors. */
  readonly file: string
  /** Whether a sample is all that a run takes. */
  readonly isWholeRun: boolean
}

async function* readBatches({ given, labels, file, isWholeRun }: Arrays, size: number): AsyncGenerator<Batch> {
  await using cleanup = new AsyncDisposableStack()
  const start = (array: StoredArray) => {
    const rows = array.rows(size)
    cleanup.defer(async () => void (await rows.return(undefined)))
    return rows
  }
  const parts = given.map(({ input, array }) => ({ input, rows: start(array) }))
  const right = labels === undefined ? undefined : start(labels)
  for (;;) {
    const feeds = new Map<string, TensorValue>()
    let count = 0
    for (const { input, rows } of parts) {
      const { value, done } = await rows.next()
      if (done === true) return
      count = value.dims[0] ?? 0
      const taken = isWholeRun ? { ...value, dims: value.dims.slice(1) } : value
      feeds.set(input.name, convertTensor(taken, input.dtype ?? value.dtype, `${file}, ${input.name}`))
    }
    const next = await right?.next()
    yield { feeds, labels: next?.done === false ? next.value : undefined, count }
  }
}
