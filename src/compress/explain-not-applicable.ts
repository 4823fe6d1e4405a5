import type { ModelProto } from 'onnx-buf'
import { eachGraph, isOperator, nameOperator } from '../onnx/graph.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { notApplicable } from './pass.ts'

/** What models of trees are made of: their thresholds are compared, not multiplied. */
const trees = /^ai\.onnx\.ml\.TreeEnsemble/

/** What to do about a model of trees. */
export const treesHint = 'Train it with fewer or smaller trees, for example with max_depth or n_estimators.'

/** The operator of trees that a model is made of; undefined for one that has none. */
export function findTrees({ graph }: ModelProto): string | undefined {
  const operators = graph === undefined ? [] : eachGraph(graph).flatMap(({ node }) => node.map(nameOperator))
  return operators.find((name) => trees.test(name))
}

/**
 * What a pass that does nothing for a model says, with what can be told from the model whatever the pass: that it is made
 * of trees, or that its weights are in Constant nodes, where passes do not see them.
 *
 * @param pass its title
 */
export function explainNotApplicable(error: RunwrightError, model: ModelProto, pass: string): RunwrightError {
  const operator = findTrees(model)
  if (operator !== undefined) {
    return notApplicable(
      pass,
      `it is made of ${operator}, whose thresholds are compared and not multiplied, and what is around it has no weights for this pass`,
      treesHint,
    )
  }
  const graphs = model.graph === undefined ? [] : eachGraph(model.graph)
  const hasConstants = graphs.some(({ node }) => node.some((each) => isOperator(each, 'Constant')))
  if (!hasConstants) return error
  const hint = ['Clean the graph up first: weights of Constant nodes are not seen.', error.hint ?? ''].join(' ').trim()
  return new RunwrightError(error.code, error.message, { hint, cause: error.cause })
}
