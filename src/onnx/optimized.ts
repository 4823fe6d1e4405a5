import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { ModelProto, NodeProto } from 'onnx-buf'
import { eachGraph, nameOperator } from './graph.ts'
import { readModelFile } from './model-file.ts'
import { readModel } from './model.ts'
import { type Precision, precisionOf } from './operator-precision.ts'
import { findOrigins } from './optimized/find-origins.ts'
import type { Patience, SessionHost } from './session.ts'

/** A node that multiplies weights, in the graph that the runtime runs. */
export interface OptimizedNode {
  /** As the runtime calls it, with its domain: `com.microsoft.QGemm`. */
  readonly operator: string
  readonly precision: Precision
  /** The node of the model that it was made of; undefined where that cannot be told. */
  readonly origin: { readonly name: string; readonly operator: string } | undefined
}

/** The graph that the runtime has made of a model. */
export interface OptimizedModel {
  readonly nodes: readonly OptimizedNode[]
  /** Every operator of it, by its name. */
  readonly operators: ReadonlyMap<string, number>
}

/**
 * Lets the runtime optimize a model as it does before it runs it, and reads what came of it: after a quantization, nodes
 * that could not be fused still run in float, and nothing else says so.
 *
 * @param model a file, or the bytes of a model that has all of its weights in it
 * @param how `about` is what errors call it
 * @throws as `SessionHost.open` and `readModel`
 */
export async function readOptimized(
  host: Pick<SessionHost, 'open'>,
  model: string | Uint8Array,
  how: Patience & { readonly about?: string } = {},
): Promise<OptimizedModel> {
  await using cleanup = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'runwright-optimized-'))
  cleanup.defer(() => rm(folder, { recursive: true, force: true }))
  const path = join(folder, 'model.onnx')
  // The runtime first: it runs in a process that may fall.
  const session = await host.open(model, { optimization: 'all', optimizedPath: path, intraThreads: 1 }, how)
  await session[Symbol.asyncDispose]()
  const about = how.about ?? (typeof model === 'string' ? basename(model) : 'The model')
  const original = typeof model === 'string' ? await readModelFile(model) : readModel(model, about)
  return describe(original, await readModelFile(path))
}

function describe(original: ModelProto, optimized: ModelProto): OptimizedModel {
  const nodes = nodesOf(optimized)
  const operators = Map.groupBy(nodes, nameOperator)
  const findOrigin = findOrigins(original)
  return {
    nodes: nodes.flatMap((node) => {
      const precision = precisionOf(node.opType)
      if (precision === undefined) return []
      const origin = findOrigin(node)
      const named = origin && { name: origin.name || (origin.output[0] ?? ''), operator: nameOperator(origin) }
      return [{ operator: nameOperator(node), precision, origin: named }]
    }),
    operators: new Map([...operators].map(([name, { length }]) => [name, length])),
  }
}

function nodesOf({ graph }: ModelProto): readonly NodeProto[] {
  return graph === undefined ? [] : eachGraph(graph).flatMap(({ node }) => node)
}
