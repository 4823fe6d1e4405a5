import { type ModelProto, TensorProto_DataType as DataType } from 'onnx-buf'
import { ModelFailed } from '../../onnx/model-failed.ts'
import { graphScopes } from '../../onnx/scopes.ts'
import { countBytes } from '../../onnx/tensor.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { layerName } from '../hide-layers.ts'
import type { PassContext, PassResult } from '../pass.ts'
import { compareNumbers } from '../search/compare-numbers.ts'
import { rememberRanges } from './remember-ranges.ts'

export interface RankedLayer {
  /** As `layerName` calls it. */
  readonly layer: string
  /** How far the outputs are from the original's when the pass changes this layer alone. */
  readonly error: number
}

export interface Ranking {
  /** Applies the pass to the model but for some layers. */
  apply(keep: readonly string[], context: PassContext): Promise<PassResult>
  /** The distance of a model's outputs from the original's, on a part of the data. */
  compare(changed: ModelProto): Promise<number>
  /** How many of how many have been looked at. */
  told?(this: void, done: number, total: number): void
  /** Whether there is no time for another one; then those that were looked at are listed. */
  isOver?(this: void): boolean
}

/**
 * How much each layer suffers from a pass, the most sensitive first: the pass is applied to one layer after the other, and
 * the outputs of what comes of it are compared with the original's. Layers that the pass does nothing for are not listed.
 *
 * @param kept layers that are left alone anyway
 * @see Wu et al., Integer Quantization for Deep Learning Inference: Principles and Empirical Evaluation, 2020, section 5.2
 */
export async function rankLayers(
  model: ModelProto,
  kept: readonly string[],
  context: PassContext,
  { apply, compare, told, isOver }: Ranking,
): Promise<readonly RankedLayer[]> {
  const remembering = rememberRanges(context)
  // The ranges of all layers, in one go over the data.
  await apply(kept, remembering)
  const layers = [...findLayers(model).keys()].filter((layer) => !kept.includes(layer))
  const ranked: RankedLayer[] = []
  for (const [at, layer] of layers.entries()) {
    context.signal.throwIfAborted()
    if (isOver?.() === true) break
    const others = [...kept, ...layers.filter((other) => other !== layer)]
    const error = await measureLayers(others, remembering, { apply, compare })
    if (error !== undefined) ranked.push({ layer, error })
    told?.(at + 1, layers.length)
  }
  return ranked.toSorted((a, b) => compareNumbers(b.error, a.error) || (a.layer < b.layer ? -1 : 1))
}

/**
 * How far the outputs are from the original's when the pass leaves these layers alone; undefined when it does nothing for
 * the others.
 *
 * @throws as `apply` and `compare`, but for what says that the changed model does not run
 */
export async function measureLayers(
  kept: readonly string[],
  context: PassContext,
  { apply, compare }: Pick<Ranking, 'apply' | 'compare'>,
): Promise<number | undefined> {
  const changed = await orUndefined(apply(kept, context))
  return changed === undefined ? undefined : await orInfinite(compare(changed.model))
}

/** A model that does not run is as far from the original as can be. */
async function orInfinite(error: Promise<number>): Promise<number> {
  try {
    return await error
  } catch (failure) {
    if (failure instanceof ModelFailed) return Infinity
    throw failure
  }
}

/** Undefined when the pass does nothing for the layers that it sees. */
async function orUndefined<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'COMPRESSION_NOT_APPLICABLE') return undefined
    throw error
  }
}

/** Layers that have a float weight of two dimensions or more, each by a name that no other one has, and its bytes. */
export function findLayers({ graph }: ModelProto): ReadonlyMap<string, number> {
  const layers = new Map<string, number>()
  for (const scope of graph === undefined ? [] : graphScopes(graph)) {
    for (const node of scope.graph.node) {
      const weights = node.input.flatMap((input) => scope.findWeight(input) ?? [])
      const large = weights.filter(({ dataType, dims }) => dataType === DataType.FLOAT && dims.length >= 2)
      const bytes = large.reduce((sum, weight) => sum + countBytes(weight), 0)
      if (bytes > 0) layers.set(layerName(node), (layers.get(layerName(node)) ?? 0) + bytes)
    }
  }
  return layers
}
