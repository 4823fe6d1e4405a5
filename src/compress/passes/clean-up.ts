import { copyModel, removeDead } from '../../onnx/edit-graph.ts'
import { opsetVersion } from '../../onnx/graph.ts'
import { foldBatchNorm } from '../clean-up/fold-batch-norm.ts'
import { foldConstants } from '../clean-up/fold-constants.ts'
import { hoistConstants } from '../clean-up/hoist-constants.ts'
import { freezeWeights, liftConstants } from '../clean-up/lift-constants.ts'
import { removeIdentities } from '../clean-up/remove-identities.ts'
import { definePass, notApplicable } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'

/**
 * Takes out of a graph what runs for nothing, and makes weights of what is one, without which quantizers and runtimes
 * pass it over. Outputs stay the same but for the order in which numbers are rounded.
 *
 * @see https://onnxruntime.ai/docs/performance/model-optimizations/graph-optimizations.html, which does much of it when a
 *   model is loaded, too late for quantizers
 * @see ../clean-up/fold-batch-norm.ts
 */
export default definePass({
  name: 'clean-up',
  title: 'Graph clean-up',
  summary:
    'Removes nodes without effect, folds constants and batch normalization, and makes weights of Constant nodes.',
  options: {
    foldBatchNorm: { type: 'boolean', default: true, summary: 'Fold batch normalization into the layer before it' },
    foldConstants: { type: 'boolean', default: true, summary: 'Compute beforehand what depends on weights alone' },
  },
  needs: 'nothing',
  async apply(model, options, context) {
    const draft = copyModel(model)
    const graph = draft.graph
    if (graph === undefined) throw notApplicable('Graph clean-up', 'it has no graph')
    const changes: PassChange[] = [...freezeWeights(draft), ...liftConstants(draft), ...removeIdentities(draft)]
    if (options.foldConstants) changes.push(...hoistConstants(draft), ...(await foldConstants(draft, context)))
    // Before version 7 a normalization may be one of training.
    if (options.foldBatchNorm && (opsetVersion(draft) ?? 0) >= 7)
      changes.push(...(await foldBatchNorm(draft, context.weights)))
    const { nodes, weights } = removeDead(graph)
    if (nodes + weights > 0) {
      changes.push({
        name: graph.name,
        what: `removed, as nothing needs them: nodes ${nodes}, weights ${weights}`,
        from: '',
        to: '',
        bytesBefore: 0,
        bytesAfter: 0,
      })
    }
    if (changes.length === 0) throw notApplicable('Graph clean-up', 'there is nothing to take out')
    return { model: draft, changes, bound: 1e-4 }
  },
})
