import type { GraphProto } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { findProducers } from './graph.ts'

/**
 * Shows that each name of a graph stands for one value, so that what takes it is known.
 *
 * @throws BAD_REQUEST when two inputs, two weights or two nodes have the same name for a value, or a node and one of them
 */
export function checkNames(graph: GraphProto): void {
  const inputs = findTwice(graph.input.map(({ name }) => name))
  const sparse = graph.sparseInitializer.map(({ values }) => values?.name ?? '')
  const weights = findTwice([...graph.initializer.map(({ name }) => name), ...sparse])
  const producers = findProducers(graph)
  const others = [...graph.input, ...graph.initializer].find(({ name }) => producers.has(name))?.name
  const twice = inputs ?? weights ?? others
  if (twice === undefined) return
  throw new RunwrightError('BAD_REQUEST', `The name “${twice}” stands for two values of the graph “${graph.name}”.`)
}

function findTwice(names: readonly string[]): string | undefined {
  const seen = new Set<string>()
  return names.find((name) => {
    if (seen.has(name)) return true
    seen.add(name)
    return false
  })
}
