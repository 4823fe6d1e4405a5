import type { ModelProto } from 'onnx-buf'
import { compareNumbers } from '../search/compare-numbers.ts'
import type { PassContext, PassResult } from '../pass.ts'
import { findLayers, type RankedLayer, type Ranking, rankLayers } from './rank-layers.ts'
import { rememberRanges } from './remember-ranges.ts'

/** A model that a pass has changed but for some layers. */
export interface Kept {
  readonly result: PassResult
  /** The layers, with what each would have done by itself. */
  readonly layers: readonly RankedLayer[]
  /** Of the outputs, as it was measured. */
  readonly error: number
}

/**
 * Finds the layers that a pass has to leave alone for the error of the outputs to stay within a budget. Errors of layers
 * add up by their squares, roughly; so those are left alone first that do the most harm for the bytes that they save, and
 * their number is found by halving, each time by what is measured.
 *
 * @param budget greatest error
 * @returns undefined when leaving all but one alone is not enough; the error then, with `miss`
 * @throws as `ranking.apply` for the whole model, and as `ranking.compare`
 * @see Dong et al., HAWQ: Hessian Aware Quantization of Neural Networks with Mixed-Precision, 2019, for layers in the order
 *   of their sensitivity; here it is measured
 */
export async function keepFewest(
  model: ModelProto,
  context: PassContext,
  { apply, compare }: Pick<Ranking, 'apply' | 'compare'>,
  budget: number,
): Promise<Kept | { readonly miss: number }> {
  const remembering = rememberRanges(context)
  const measure = async (layers: readonly RankedLayer[]): Promise<Kept> => {
    const result = await apply(
      layers.map(({ layer }) => layer),
      remembering,
    )
    return { result, layers, error: await compare(result.model) }
  }
  const all = await measure([])
  if (all.error <= budget) return all
  const ranked = byHarm(await rankLayers(model, [], remembering, { apply, compare }), findLayers(model))
  let best: Kept | undefined
  let miss = all.error
  let [tooFew, enough] = [0, ranked.length]
  while (enough - tooFew > 1) {
    context.signal.throwIfAborted()
    const count = Math.floor((tooFew + enough) / 2)
    const kept = await measure(ranked.slice(0, count))
    if (kept.error <= budget) [best, enough] = [kept, count]
    else [miss, tooFew] = [Math.min(miss, kept.error), count]
  }
  return best ?? { miss }
}

/** The layers that do the most harm for a byte first; those that are alike by their names, so that it is always the same. */
function byHarm(ranked: readonly RankedLayer[], bytes: ReadonlyMap<string, number>): readonly RankedLayer[] {
  const harm = ({ layer, error }: RankedLayer) => error ** 2 / (bytes.get(layer) ?? 1)
  return ranked.toSorted((a, b) => compareNumbers(harm(b), harm(a)) || (a.layer < b.layer ? -1 : 1))
}
