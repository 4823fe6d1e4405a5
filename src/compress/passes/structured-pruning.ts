import { copyModel, createNames, removeDead } from '../../onnx/edit-graph.ts'
import { opsetVersion } from '../../onnx/graph.ts'
import { graphScopes } from '../../onnx/scopes.ts'
import { definePass, notApplicable } from '../pass.ts'
import { type ChannelSettings, type Choice, chooseChannels } from '../structured/choose-channels.ts'
import { cutWeights } from '../structured/cut-weights.ts'
import { findGroups } from '../structured/find-groups.ts'

const title = 'Structured pruning'
const hint = 'Shapes that the file notes help.'

/**
 * Takes whole channels of convolutions, neurons, and heads of attention out of a model, so that its weights really shrink
 * and each run takes less time. What is added to one another goes together or stays; what takes channels in a way that is
 * not known keeps them. Those go whose filters, with the factors of the normalization behind them, have the least norm.
 *
 * Outputs move by what was taken away, and a training of some epochs afterwards brings most of the accuracy back.
 *
 * @see Li et al., Pruning Filters for Efficient ConvNets, 2017
 * @see Fang et al., DepGraph: Towards Any Structural Pruning, 2023
 */
export default definePass({
  name: 'structured-pruning',
  title,
  summary:
    'Takes the channels, neurons and heads of least weight out, so that the model gets smaller and faster; train it afterwards.',
  options: {
    share: { type: 'number', min: 0.01, max: 0.99, default: 0.5, summary: 'The share of channels that goes at most' },
    roundTo: {
      type: 'integer',
      min: 1,
      max: 1024,
      default: 16,
      summary: 'As many channels stay as are a multiple of it; odd numbers are no faster',
    },
    norm: {
      type: 'choice',
      choices: ['l1', 'l2'],
      default: 'l1',
      summary: 'How the weights of a filter count: by their magnitudes, or by their squares',
    },
  },
  needs: 'nothing',
  needsTraining: true,
  async apply(model, options, { weights, signal }) {
    const draft = copyModel(model)
    const [scope] = draft.graph === undefined ? [] : graphScopes(draft.graph)
    if (scope === undefined) throw notApplicable(title, 'it has no graph')
    const walk = findGroups(scope, opsetVersion(draft) ?? 0)
    const choice = await chooseChannels(walk, options, weights)
    const changes = await cutWeights(choice, { walk, weights, signal, newName: createNames(draft) })
    if (changes.length === 0) throw notApplicable(title, explain(choice, options), hint)
    // Shapes of values that the file notes are those of before.
    scope.graph.valueInfo = []
    removeDead(scope.graph)
    return { model: draft, changes, skipped: choice.skipped, bound: undefined }
  },
})

/** The reasons of the first three. */
function explain({ skipped }: Choice, { roundTo }: ChannelSettings): string {
  if (skipped.length === 0) return 'it has no Conv, Gemm or MatMul by a weight'
  const told = skipped.slice(0, 3).map(({ name, why }) => `${name}: ${why}`)
  const more = skipped.length > 3 ? `; and ${skipped.length - 3} more` : ''
  return `none of its layers can lose a multiple of ${roundTo} channels. ${told.join('; ')}${more}`
}
