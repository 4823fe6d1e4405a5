import type { NodeDescription } from '../../src/protocol/model-description.ts'
import type { ShownModel } from '../../src/protocol/model-page-messages.ts'

/** What stands in a graph: one of its nodes, or an input or output of the model. */
export type DrawnNode =
  | { readonly kind: 'node'; readonly node: NodeDescription }
  | { readonly kind: 'input' | 'output'; readonly name: string; readonly type: string; readonly shape: string }

/** A graph of a model with what leads into it and out of it. */
export interface DrawnGraph {
  /** The graph's nodes in the order of the file, behind the inputs. */
  readonly nodes: readonly DrawnNode[]
  /** Places of those that each takes something from, and of those that take something from each. */
  readonly before: readonly (readonly number[])[]
  readonly after: readonly (readonly number[])[]
  /** The place of what makes a value. */
  findMaker(value: string): number | undefined
  /** Places of those that take a value as one of their inputs. */
  findTakers(value: string): readonly number[]
}

/** @param index of the graph; the inputs and outputs of the model belong to the first */
export function drawGraph(model: ShownModel, index: number): DrawnGraph {
  const described = model.graphs[index]?.nodes ?? []
  const [inputs, outputs] = index === 0 ? [model.inputs, model.outputs] : [[], []]
  const nodes: readonly DrawnNode[] = [
    ...inputs.map(({ name, type, shape }) => ({ kind: 'input' as const, name, type, shape: shapeText(shape) })),
    ...described.map((node) => ({ kind: 'node' as const, node })),
    ...outputs.map(({ name, type, shape }) => ({ kind: 'output' as const, name, type, shape: shapeText(shape) })),
  ]
  const makers = new Map<string, number>()
  const takers = new Map<string, number[]>()
  for (const [place, drawn] of nodes.entries()) {
    for (const name of new Set(takenBy(drawn))) append(takers, name, place)
    for (const name of madeBy(drawn)) if (name !== '' && !makers.has(name)) makers.set(name, place)
  }
  const before = nodes.map((drawn, place) => {
    const inner = drawn.kind === 'node' ? drawn.node.before.map((source) => source + inputs.length) : []
    const sources = takenBy(drawn).flatMap((name) => makers.get(name) ?? [])
    return [...new Set([...sources, ...inner])].filter((source) => source !== place)
  })
  const after: number[][] = nodes.map(() => [])
  for (const [place, sources] of before.entries()) for (const source of sources) after[source]?.push(place)
  return {
    nodes,
    before,
    after,
    findMaker: (value) => makers.get(value),
    findTakers: (value) => takers.get(value) ?? [],
  }
}

function append(places: Map<string, number[]>, name: string, place: number): void {
  const known = places.get(name)
  if (known === undefined) places.set(name, [place])
  else known.push(place)
}

function takenBy(drawn: DrawnNode): readonly string[] {
  if (drawn.kind === 'node') return drawn.node.inputs
  return drawn.kind === 'output' ? [drawn.name] : []
}

function madeBy(drawn: DrawnNode): readonly string[] {
  if (drawn.kind === 'node') return drawn.node.outputs
  return drawn.kind === 'input' ? [drawn.name] : []
}

/** For example `[batch, 3, ?]`; empty when nothing is known. */
export function shapeText(shape: readonly (number | string | null)[] | undefined): string {
  return shape === undefined ? '' : `[${shape.map((size) => size ?? '?').join(', ')}]`
}

/** Bytes of the weights that a node takes. */
export function weightBytes({ weights }: Pick<NodeDescription, 'weights'>): number {
  return weights.reduce((sum, { bytes }) => sum + bytes, 0)
}
