import { join } from 'node:path'
import type { ModelProto } from 'onnx-buf'
import { readModelFile } from '../../onnx/model-file.ts'
import { applyStep } from '../apply-step.ts'
import { openWeights } from '../file-weights.ts'
import type { PassContext } from '../pass.ts'
import type { RecipeStep } from '../recipe.ts'
import type { Candidate, SearchEvent } from './candidate.ts'
import { findSensitive } from '../sensitivity/sensitive-layers.ts'
import type { Trials } from './trials.ts'

export interface LayerSettings {
  readonly model: string
  /** Where models are while they are measured. */
  readonly folder: string
  readonly context: Omit<PassContext, 'weights'>
  /** The distance of a model's outputs from the original's, on a part of the data. */
  compare(source: string | Uint8Array): Promise<number>
  readonly isOver: () => boolean
  tell(event: SearchEvent): void
}

/**
 * Looks for the fewest layers that have to stay in float for a candidate to be good enough: the most sensitive ones, for what
 * they save. Since as a rule a few layers do most of the harm, one is tried first, then twice as many each time, and
 * from what is enough it goes back by halving.
 *
 * @param most layers that may stay in float
 * @returns the candidate with the fewest; undefined when it takes more, or all of them, or was not to be found in time
 */
export async function keepLayers(
  { steps, name }: Candidate,
  trials: Trials,
  settings: LayerSettings,
  most = Infinity,
): Promise<Candidate | undefined> {
  const [before, step] = [steps.slice(0, -1), steps.at(-1)]
  if (step === undefined || settings.isOver()) return undefined
  const original = await readModelFile(settings.model)
  await using opened = await openWeights(settings.model, original, join(settings.folder, `layers-${process.pid}`))
  const context = { ...settings.context, weights: opened.weights }
  const model = await prepare(original, before, context)
  const sensitive = await findSensitive(model, step.keep ?? [], context, {
    apply: (keep, remembering) => applyStep({ ...step, keep }, model, remembering),
    async compare(changed) {
      await using placed = await context.weights.place(changed)
      return await settings.compare(placed.source)
    },
    told: (done, total) => settings.tell({ kind: 'layers', name, done, total }),
    isOver: settings.isOver,
  })
  let best: Candidate | undefined
  let [tooFew, enough] = [0, Math.min(sensitive.count, most + 1)]
  while (enough - tooFew > 1 && !settings.isOver()) {
    const count = best === undefined ? Math.min(enough - 1, Math.max(1, 2 * tooFew)) : between(tooFew, enough)
    const layers = await sensitive.first(count)
    // The pass does nothing for the others, or there was no time to look at them.
    if (layers.length < count) enough = layers.length + 1
    if (layers.length <= tooFew) break
    const candidate = await trials.attempt([...before, { ...step, keep: [...(step.keep ?? []), ...layers] }])
    if (candidate?.verdict.qualityMiss === 0) [best, enough] = [candidate, layers.length]
    else tooFew = layers.length
  }
  return best
}

/** Nearer to the smaller one, as the geometric mean is. */
function between(low: number, high: number): number {
  return Math.min(high - 1, Math.max(low + 1, Math.round(Math.sqrt(Math.max(low, 1) * high))))
}

/** The model that the last step is for. */
async function prepare(original: ModelProto, steps: readonly RecipeStep[], context: PassContext): Promise<ModelProto> {
  let model = original
  for (const step of steps) model = (await applyStep(step, model, context)).model
  return model
}
