import { create } from '@bufbuild/protobuf'
import { type ModelProto, ValueInfoProtoSchema } from 'onnx-buf'
import { copyMessage, copyModel } from '../../onnx/edit-graph.ts'
import { findProducers } from '../../onnx/graph.ts'
import type { SessionHost } from '../../onnx/session.ts'
import { letGo, type TensorValue } from '../../onnx/tensor-value.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Batch, SampleData } from '../sample-data.ts'
import type { Weights } from '../weights.ts'

export interface SampleSettings {
  /** Samples that are looked at, from the first; whole batches. */
  readonly samples: number
  readonly weights: Weights
  readonly signal: AbortSignal
}

/** Bytes of activations that one run may give, beside those of a single sample. */
const batchBytes = 2 * 2 ** 20

/**
 * Runs a model over samples, and shows what values of its graph are; no more than one batch of them is in memory.
 *
 * @param names of values of the model's own graph, inputs included; those that are no floats are left out
 * @param see is given the elements, in row-major order, and the dims of a batch
 * @throws BAD_REQUEST when there are no samples; as `SessionHost.open` and `run`
 */
export async function eachActivation(
  host: Pick<SessionHost, 'open'>,
  model: ModelProto,
  names: readonly string[],
  data: SampleData,
  { samples, weights, signal }: SampleSettings,
  see: (name: string, values: Float32Array, shape: { readonly dims: readonly number[] }) => void,
): Promise<void> {
  const produced = model.graph === undefined ? new Map() : findProducers(model.graph)
  const made = names.filter((name) => produced.has(name))
  await using placed = await weights.place(withOutputs(model, made))
  await using session = await host.open(placed.source, {}, { signal, about: 'The model' })
  const wanted = session.outputs.flatMap(({ name, dtype }) => (isFloat(dtype) && made.includes(name) ? [name] : []))
  const countPerSample = async ({ feeds }: Batch) =>
    wanted.length === 0 ? 1 : countBytes((await session.run(feeds, { outputs: wanted, signal })).outputs.values())
  for await (const batch of eachBatch(data, samples, async (first) => batchBytes / (await countPerSample(first)))) {
    const outputs =
      wanted.length === 0 ? new Map() : (await session.run(batch.feeds, { outputs: wanted, signal })).outputs
    for (const [name, value] of [...batch.feeds, ...outputs]) {
      if (isFloat(value.dtype) && names.includes(name)) see(name, toFloat32(value), value)
    }
    for (const value of outputs.values()) letGo(value)
  }
}

/**
 * The first samples of a data set, in batches.
 *
 * @param samples that are wanted; whole batches
 * @param choose says, of the first sample, how many go into a batch, where neither the model nor the data does
 * @throws BAD_REQUEST when there are none
 */
export async function* eachBatch(
  data: SampleData,
  samples: number,
  choose: (first: Batch) => Promise<number>,
): AsyncGenerator<Batch> {
  const { runSize } = data
  const size = runSize ?? Math.min(samples, Math.max(1, Math.floor(await chooseSize(data, choose))))
  let done = 0
  for await (const batch of data.batches(size)) {
    // What is left at the end is no batch of the size that a run takes.
    if (batch.count < (runSize ?? 1)) continue
    yield batch
    done += batch.count
    if (done >= samples) return
  }
  if (done === 0) throw new RunwrightError('BAD_REQUEST', `${data.name} has no samples.`)
}

async function chooseSize(data: SampleData, choose: (first: Batch) => Promise<number>): Promise<number> {
  for await (const batch of data.batches(1)) return await choose(batch)
  return 1
}

export function countBytes(values: Iterable<TensorValue>): number {
  let bytes = 1
  for (const { dtype, data } of values) bytes += dtype === 'string' ? 0 : data.byteLength
  return bytes
}

/** A copy of a model that gives more of its values. */
function withOutputs(model: ModelProto, names: readonly string[]): ModelProto {
  const copy = copyModel(model)
  if (copy.graph === undefined) return copy
  const present = new Set(copy.graph.output.map(({ name }) => name))
  const added = names.filter((name) => !present.has(name))
  const graph = copyMessage(copy.graph)
  // Their types the runtime finds out.
  graph.output.push(...added.map((name) => create(ValueInfoProtoSchema, { name })))
  copy.graph = graph
  return copy
}

export function isFloat(dtype: string | undefined): boolean {
  return dtype === 'float32' || dtype === 'float16'
}

export function toFloat32({ dtype, data }: TensorValue): Float32Array {
  if (data instanceof Float32Array) return data
  if (dtype !== 'float16' || !(data instanceof Uint16Array))
    throw new Error(`Activations of ${dtype} are not collected.`)
  return Float32Array.from(new Float16Array(data.slice().buffer))
}
