import { type ModelProto, TensorProto_DataType as DataType, type TensorProto } from 'onnx-buf'
import { writeModel } from '../onnx/model.ts'
import { checkLength, nameTensor, readTensor, tensorBytes, type TensorValues } from '../onnx/tensor.ts'
import { RunwrightError } from '../protocol/errors.ts'

/**
 * Where a pass reads weights from and has new ones made. For a model in memory both are its own raw data; for one with
 * weights in files they are read and written one at a time, so that a pass has no more than one in memory.
 */
export interface Weights {
  /** Raw data. */
  readBytes(tensor: TensorProto): Promise<Uint8Array>
  /** Takes a tensor whose raw data is in memory, and gives the one that the model shall have. */
  store(tensor: TensorProto): Promise<TensorProto>
  /** Puts a model where the runtime finds its weights. */
  place(model: ModelProto): Promise<PlacedModel>
}

/** A model that can be opened, until it is disposed. */
export interface PlacedModel extends AsyncDisposable {
  /** Its file, or its bytes. */
  readonly source: string | Uint8Array
}

/** Those of a model that is all in memory. */
export const weightsInMemory: Weights = {
  readBytes: (tensor) => Promise.resolve(tensorBytes(tensor)),
  store: (tensor) => Promise.resolve(tensor),
  place: (model) => Promise.resolve({ source: writeModel(model), [Symbol.asyncDispose]: () => Promise.resolve() }),
}

/** The numbers of a weight, in an array of their own. */
export async function readWeight(weights: Weights, tensor: TensorProto): Promise<TensorValues> {
  return readTensor(tensor, await weights.readBytes(tensor))
}

/**
 * The same as float32, of a weight of any floats. They may be a view of the model's own bytes, and are not to be changed.
 *
 * @throws BAD_REQUEST when one is NaN or an infinity, of which nothing can be counted
 */
export async function readFloats(weights: Weights, tensor: TensorProto): Promise<Float32Array> {
  const values = await viewFloats(weights, tensor)
  if (values.every(Number.isFinite)) return values
  throw new RunwrightError('BAD_REQUEST', `${nameTensor(tensor)} has values that are no finite numbers.`, {
    hint: 'Did the training of this model diverge?',
  })
}

/**
 * Gives the floats of a weight to a function, and lets go of them when it is done, where they are no view of the model: of
 * many large weights one after the other no more than one is in memory so.
 *
 * @throws as `readFloats` and `use`
 */
export async function useFloats<T>(
  weights: Weights,
  tensor: TensorProto,
  use: (values: Float32Array) => T,
): Promise<T> {
  const values = await readFloats(weights, tensor)
  try {
    return use(values)
  } finally {
    const { buffer } = values
    if (buffer instanceof ArrayBuffer && buffer !== tensor.rawData.buffer) buffer.transfer(0)
  }
}

async function viewFloats(weights: Weights, tensor: TensorProto): Promise<Float32Array> {
  const bytes = await weights.readBytes(tensor)
  if (tensor.dataType === DataType.FLOAT && bytes.byteOffset % 4 === 0) {
    checkLength(tensor, bytes.length)
    return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4)
  }
  const values = readTensor(tensor, bytes)
  return values instanceof Float32Array ? values : new Float32Array(Array.from<number | bigint, number>(values, Number))
}
