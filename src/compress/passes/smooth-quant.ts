import type { GraphProto } from 'onnx-buf'
import { copyModel, createNames, removeDead } from '../../onnx/edit-graph.ts'
import { graphScopes, type Scope } from '../../onnx/scopes.ts'
import { balanceInput, type BalanceSettings } from '../balance/balance-input.ts'
import { balanceFactors, balanceGain, findBalancedInputs } from '../balance/balanced-inputs.ts'
import { definePass, needsData, notApplicable } from '../pass.ts'
import type { PassChange } from '../../protocol/compression.ts'

const title = 'Balancing of activations'

/**
 * Moves what is large in few channels of an activation into the weights that it is multiplied by, before both are rounded:
 * a channel is divided by a factor, and the row of the weight for it multiplied. The division goes into weights before it
 * (layer normalization, a factor for each channel, another product) where they serve nothing else, else into a Mul.
 *
 * Factors are powers of two. Multiplying by one rounds no float, so every product and sum stays the same to the bit, as
 * long as numbers stay between 2⁻¹²⁶ and 2¹²⁸; a factor is off by √2 at most from the one of the paper. What outputs may
 * differ by is the order in which the runtime sums up when it fuses other nodes.
 *
 * @see Xiao et al., SmoothQuant: Accurate and Efficient Post-Training Quantization for Large Language Models, 2023,
 *   arXiv 2211.10438
 */
export default definePass({
  name: 'smooth-quant',
  title,
  summary:
    'Moves outliers of activations into weights, so that 8-bit integers after it lose less; changes neither size nor answers by itself.',
  options: {
    strength: {
      type: 'number',
      min: 0.05,
      max: 0.95,
      default: 0.7,
      summary:
        'How much of the difference between channels moves: all of it makes weights as hard to round as activations were',
    },
    samples: { type: 'integer', min: 1, max: 1_000_000, default: 64, summary: 'Samples that peaks are taken from' },
    gain: {
      type: 'number',
      min: 0,
      max: 1e6,
      default: 2,
      summary:
        'Put a Mul before products only where rounding what they take adds so many times less to them for it, in squares',
    },
    insert: {
      type: 'boolean',
      default: true,
      summary: 'Put a Mul before products where no weights take the division up; without it nothing gets slower',
    },
  },
  needs: 'calibration',
  async apply(model, { strength, samples, gain, insert }, { weights, findChannelPeaks, signal }) {
    if (findChannelPeaks === undefined) throw needsData(title)
    const draft = copyModel(model)
    const graph = draft.graph
    const inputs = graph === undefined ? [] : findBalancedInputs(firstScope(graph))
    if (graph === undefined || inputs.length === 0) {
      throw notApplicable(title, 'it has no MatMul or Gemm of an activation by a float32 weight')
    }
    const names = inputs.map(({ name }) => name)
    const peaks = await findChannelPeaks(model, names, { samples, weights })
    const settings = { weights, newName: createNames(draft), leastGain: insert ? gain : Infinity }
    const changes: PassChange[] = []
    for (const [name, known] of inputsInOrder(names, peaks)) {
      signal.throwIfAborted()
      changes.push(...(await balanceByName(name, known, graph, strength, settings)))
    }
    if (changes.length === 0)
      throw notApplicable(title, 'no channel of an activation stands out, or none can be divided')
    removeDead(graph)
    return { model: draft, changes, bound: 1e-5 }
  },
})

function inputsInOrder(names: readonly string[], peaks: ReadonlyMap<string, Float32Array>) {
  return names.flatMap((name) => {
    const known = peaks.get(name)
    return known === undefined ? [] : [[name, known] as const]
  })
}

async function balanceByName(
  name: string,
  peaks: Float32Array,
  graph: GraphProto,
  strength: number,
  { leastGain, ...settings }: Omit<BalanceSettings, 'mayInsert'> & { readonly leastGain: number },
): Promise<readonly PassChange[]> {
  // Weights may have been replaced since.
  const scope = firstScope(graph)
  const input = findBalancedInputs(scope).find((each) => each.name === name)
  if (input?.products[0]?.rows !== peaks.length) return []
  const factors = await balanceFactors(input, peaks, strength, settings.weights)
  if (factors.every((factor) => factor === 1)) return []
  const mayInsert = async () =>
    leastGain < Infinity && (await balanceGain(input, peaks, factors, settings.weights)) >= leastGain
  return balanceInput(input, factors, scope, { ...settings, mayInsert })
}

/** Of a graph itself: values of graphs inside are not seen while it runs. */
function firstScope(graph: GraphProto): Scope {
  const [scope] = graphScopes(graph)
  if (scope === undefined) throw new Error('A graph has a scope.')
  return scope
}
