import type { ModelProto } from 'onnx-buf'
import { checkNames } from '../onnx/check-names.ts'
import { copyModel } from '../onnx/edit-graph.ts'
import { eachGraph } from '../onnx/graph.ts'
import { sortNodes } from '../onnx/sort-nodes.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { explainNotApplicable } from './explain-not-applicable.ts'
import type { CompressionPass, PassContext, PassResult } from './pass.ts'
import { readOptions } from './pass-options.ts'
import { passes } from './passes/all.ts'

/** Every pass there is. */
export function listPasses(): readonly CompressionPass[] {
  return passes
}

/**
 * A pass by its name.
 *
 * @throws RESOURCE_DOES_NOT_EXIST
 */
export function findPass(name: string): CompressionPass {
  const found = passes.find((pass) => pass.name === name)
  if (found !== undefined) return found
  const names = passes.map((pass) => pass.name).join(', ')
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no compression pass “${name}”.`, {
    hint: `There are: ${names}.`,
  })
}

/**
 * Applies a pass to a model, which stays as it is.
 *
 * @param options those that are not the default
 * @throws INVALID_PARAMETER_VALUE for options that the pass does not have; BAD_REQUEST for a graph that is none;
 *   COMPRESSION_NOT_APPLICABLE when the pass would change nothing
 */
export async function applyPass(
  pass: CompressionPass,
  model: ModelProto,
  options: Readonly<Record<string, unknown>>,
  context: PassContext,
): Promise<PassResult> {
  const values = readOptions(pass.title, pass.options, options)
  const sorted = copyModel(model)
  for (const graph of sorted.graph === undefined ? [] : eachGraph(sorted.graph)) {
    checkNames(graph)
    graph.node = [...sortNodes(graph)]
  }
  try {
    return await pass.apply(sorted, values, context)
  } catch (error) {
    const isRefused = error instanceof RunwrightError && error.code === 'COMPRESSION_NOT_APPLICABLE'
    throw isRefused ? explainNotApplicable(error, sorted, pass.title) : error
  }
}
