import type { ModelProto } from 'onnx-buf'
import { hideLayers, showLayers } from './hide-layers.ts'
import type { PassContext, PassResult } from './pass.ts'

/**
 * Applies a pass to a model but for some layers.
 *
 * @param layers as `layerName` calls them
 * @param apply is given the model without them; what it has run is run with them
 * @throws as `hideLayers` and `apply`
 */
export async function applyKeeping(
  layers: readonly string[],
  model: ModelProto,
  context: PassContext,
  apply: (model: ModelProto, context: PassContext) => Promise<PassResult>,
): Promise<PassResult> {
  if (layers.length === 0) return apply(model, context)
  const result = await apply(hideLayers(model, layers), withSight(context))
  return { ...result, model: showLayers(result.model) }
}

/** The runtime knows no hidden layers, so what a pass has run is run with every layer in sight. */
function withSight({ evaluate, calibrate, findChannelPeaks, learnAnswers, ...context }: PassContext): PassContext {
  return {
    ...context,
    ...(evaluate === undefined ? {} : { evaluate: (model) => evaluate(showLayers(model)) }),
    ...(calibrate === undefined
      ? {}
      : { calibrate: (model, names, settings) => calibrate(showLayers(model), names, settings) }),
    ...(findChannelPeaks === undefined
      ? {}
      : { findChannelPeaks: (model, names, settings) => findChannelPeaks(showLayers(model), names, settings) }),
    ...(learnAnswers === undefined
      ? {}
      : { learnAnswers: (model, settings) => learnInSight(learnAnswers, model, settings) }),
  }
}

const learnInSight = async (
  learnAnswers: NonNullable<PassContext['learnAnswers']>,
  ...[model, settings]: Parameters<typeof learnAnswers>
) => {
  const tell = await learnAnswers(showLayers(model), settings)
  return (other: ModelProto) => tell(showLayers(other))
}
