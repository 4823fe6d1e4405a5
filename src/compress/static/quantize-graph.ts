import type { ModelProto } from 'onnx-buf'
import { createNames, removeDead } from '../../onnx/edit-graph.ts'
import { opsetVersion } from '../../onnx/graph.ts'
import type { Scope } from '../../onnx/scopes.ts'
import { sortNodes } from '../../onnx/sort-nodes.ts'
import { importMicrosoftDomain, microsoftDomain } from '../microsoft-domain.ts'
import type { PassContext } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'
import type { ChosenNodes } from './choose-nodes.ts'
import { type Pairs, roundActivation } from './insert-pairs.ts'
import { quantizeAnchor, type WeightSettings } from './quantize-anchor.ts'
import type { ActivationScale } from './scale-activation.ts'
import { storeScales } from './store-scales.ts'

/** DequantizeLinear has an axis from this version on. */
const axisOpset = 13

/**
 * Puts integers where they were chosen: weights of the layers first, then the values between them.
 *
 * @param draft is changed
 * @param scope of its graph
 * @param scales of the chosen values, by name
 */
export async function quantizeGraph(
  draft: ModelProto,
  { graph }: Scope,
  chosen: ChosenNodes,
  scales: ReadonlyMap<string, ActivationScale>,
  settings: WeightSettings,
  { weights, signal }: PassContext,
): Promise<readonly PassChange[]> {
  const hasAxis = (opsetVersion(draft) ?? 0) >= axisOpset
  const pairs: Pairs = { graph, weights, newName: createNames(draft), axisDomain: hasAxis ? '' : microsoftDomain }
  const changes: PassChange[] = []
  for (const anchor of chosen.anchors) {
    signal.throwIfAborted()
    const input = scales.get(anchor.node.input[0] ?? '')
    if (input === undefined) continue
    const made = await quantizeAnchor(anchor, input, settings, pairs)
    graph.node.splice(graph.node.indexOf(anchor.node), 1, ...made.nodes)
    changes.push(made.change)
  }
  const parameters = await storeScales(chosen, scales, pairs)
  for (const [name, names] of parameters) roundActivation(name, names, pairs)
  removeDead(graph)
  graph.node = [...sortNodes(graph)]
  if (!hasAxis) importMicrosoftDomain(draft)
  return changes
}
