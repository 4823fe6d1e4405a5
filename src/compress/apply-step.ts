import type { ModelProto } from 'onnx-buf'
import { applyKeeping } from './apply-keeping.ts'
import { applyPass, findPass } from './apply-pass.ts'
import type { PassContext, PassResult } from './pass.ts'
import type { RecipeStep } from './recipe.ts'

/**
 * Does one step of a recipe; the model stays as it is.
 *
 * @throws as `findPass`, `applyPass` and `hideLayers`
 */
export async function applyStep(
  { pass, options = {}, keep = [] }: RecipeStep,
  model: ModelProto,
  context: PassContext,
): Promise<PassResult> {
  const found = findPass(pass)
  return applyKeeping(keep, model, context, (hidden, sighted) => applyPass(found, hidden, options, sighted))
}
