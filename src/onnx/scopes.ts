import type { GraphProto, TensorProto } from 'onnx-buf'
import { subgraphs } from './graph.ts'

/** A graph, and the weights that its nodes can take: its own, then those of the graphs around it. */
export interface Scope {
  readonly graph: GraphProto
  /** Whether another graph is around it. */
  readonly isInner: boolean
  /** The weight of that name that can be taken and never changes; undefined for a value that is no such weight. */
  findWeight(name: string): TensorProto | undefined
}

/**
 * A graph and those inside of it, each before what is in it. A weight that is listed as an input as well may be given
 * another value when the model runs, so it is none here.
 */
export function graphScopes(graph: GraphProto, around?: Scope): readonly Scope[] {
  const inputs = new Set(graph.input.map(({ name }) => name))
  const made = new Set(graph.node.flatMap(({ output }) => output))
  const weights = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]))
  const scope: Scope = {
    graph,
    isInner: around !== undefined,
    findWeight(name) {
      if (inputs.has(name) || made.has(name)) return undefined
      return weights.get(name) ?? around?.findWeight(name)
    },
  }
  return [scope, ...graph.node.flatMap((node) => subgraphs(node).flatMap((inner) => graphScopes(inner, scope)))]
}
