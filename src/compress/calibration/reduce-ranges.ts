import { create } from '@bufbuild/protobuf'
import { type ModelProto, ValueInfoProtoSchema } from 'onnx-buf'
import { makeNode } from '../../onnx/build-graph.ts'
import { copyMessage, copyModel, createNames } from '../../onnx/edit-graph.ts'
import { findProducers } from '../../onnx/graph.ts'
import { ModelFailed } from '../../onnx/model-failed.ts'
import type { SessionHost } from '../../onnx/session.ts'
import type { TensorValue } from '../../onnx/tensor-value.ts'
import type { Batch, SampleData } from '../sample-data.ts'
import type { SeenValue } from './choose-range.ts'
import { countBytes, eachBatch, isFloat, type SampleSettings, toFloat32 } from './each-activation.ts'
import { createHistogram } from './histogram.ts'

/** Bytes that one run takes in and gives, beside a single sample: of the rest it keeps what the next operators need. */
const [inputBytes, outputBytes] = [2 ** 16, 2 ** 21]

/** They tell the ends of a value, and whether all of it is finite: where it is not, the sum is not. */
const reductions = ['ReduceMin', 'ReduceMax', 'ReduceSum'] as const

/**
 * The least and greatest of activations, found by operators beside the model's own, so that no activation has to leave the
 * process that runs it.
 *
 * @param names of values of the model's own graph, inputs included; those that are no floats are left out
 * @returns undefined when the runtime does not take the operators, or a sum of values is not finite: then each value has to
 *   be looked at
 * @throws as `eachActivation`
 * @see https://github.com/microsoft/onnxruntime/blob/main/onnxruntime/python/tools/quantization/calibrate.py,
 *   `MinMaxCalibrater`
 */
export async function reduceRanges(
  host: Pick<SessionHost, 'open'>,
  model: ModelProto,
  names: readonly string[],
  data: SampleData,
  { samples, weights, signal }: SampleSettings,
): Promise<Map<string, SeenValue> | undefined> {
  const { reduced, reductionsOf } = withReductions(model, names)
  const seen = new Map<string, SeenValue>()
  /** @returns false when values are not all finite */
  const see = (name: string, ends: Ends, { dims }: TensorValue): boolean => {
    const { min, max } = seen.get(name) ?? { min: 0, max: 0 }
    seen.set(name, { min: Math.min(min, ends.min), max: Math.max(max, ends.max), rank: dims.length })
    return ends.isFinite
  }
  try {
    await using placed = await weights.place(reduced)
    await using session = await host.open(placed.source, {}, { signal, about: 'The model' })
    const floats = new Set(session.outputs.filter(({ dtype }) => isFloat(dtype)).map(({ name }) => name))
    const found = [...reductionsOf].filter(([, outputs]) => outputs.every((output) => floats.has(output)))
    const wanted = found.flatMap(([, outputs]) => outputs)
    const added = new Set(wanted)
    const own = session.outputs.flatMap(({ name, dtype }) => (dtype === undefined || added.has(name) ? [] : [name]))
    const choose = async ({ feeds }: Batch) => {
      const { outputs } = await session.run(feeds, { outputs: own, signal })
      return Math.min(inputBytes / countBytes(feeds.values()), outputBytes / countBytes(outputs.values()))
    }
    for await (const { feeds } of eachBatch(data, samples, choose)) {
      for (const [name, value] of feeds) {
        if (names.includes(name) && isFloat(value.dtype) && !see(name, endsOf(toFloat32(value)), value))
          return undefined
      }
      if (wanted.length === 0) continue
      const { outputs } = await session.run(feeds, { outputs: wanted, signal })
      for (const [name, reductions] of found) {
        const [least, greatest, sum] = reductions.map((output) => outputs.get(output))
        if (least === undefined || greatest === undefined || sum === undefined) return undefined
        const [min = 0, max = 0, total = 0] = [least, greatest, sum].flatMap((value) => [...toFloat32(value)])
        if (!see(name, { min, max, isFinite: Number.isFinite(total) }, least)) return undefined
      }
    }
  } catch (error) {
    // What is wrong with the model itself is said where each value is looked at.
    if (error instanceof ModelFailed && error.failure === 'refused') return undefined
    throw error
  }
  // In the order of the names.
  return new Map(
    names.flatMap((name) => {
      const range = seen.get(name)
      return range === undefined ? [] : [[name, range] as const]
    }),
  )
}

interface Ends {
  readonly min: number
  readonly max: number
  readonly isFinite: boolean
}

function endsOf(values: Float32Array): Ends {
  const histogram = createHistogram(false)
  histogram.add(values)
  const { min, max, odd } = histogram
  return { min, max, isFinite: odd === 0 }
}

/** A copy of a model that gives the reductions of values of its graph, which keep the number of dims. */
function withReductions(model: ModelProto, names: readonly string[]) {
  const reduced = copyModel(model)
  const reductionsOf = new Map<string, readonly string[]>()
  if (reduced.graph === undefined) return { reduced, reductionsOf }
  const graph = copyMessage(reduced.graph)
  const [produced, newName] = [findProducers(graph), createNames(model)]
  for (const name of names.filter((each) => produced.has(each))) {
    const nodes = reductions.map((type) => makeNode(type, [name], [newName(`${name}_${type}`)]))
    const outputs = nodes.flatMap(({ output }) => output)
    graph.node.push(...nodes)
    // Their types the runtime finds out.
    graph.output.push(...outputs.map((output) => create(ValueInfoProtoSchema, { name: output })))
    reductionsOf.set(name, outputs)
  }
  reduced.graph = graph
  return { reduced, reductionsOf }
}
