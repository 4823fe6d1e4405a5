import { realpath, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type { ModelProto } from 'onnx-buf'
import { copyModel } from '../onnx/edit-graph.ts'
import { createExternalData, type ExternalPlace, externalPlace, externalTensor } from '../onnx/external-data.ts'
import { modelTensors, replaceTensors } from '../onnx/model-tensors.ts'
import { readModelFile, writeModelFile } from '../onnx/model-file.ts'
import { isExternal } from '../onnx/tensor.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { hashFile } from '../store/hash-file.ts'
import { applyStep } from './apply-step.ts'
import { openWeights } from './file-weights.ts'
import { hashModel } from './hash-file.ts'
import type { PassContext, PassResult } from './pass.ts'
import type { PassChange } from '../protocol/compression.ts'
import type { RecipeStep } from './recipe.ts'
import type { Weights } from './weights.ts'

export interface CompressedFile {
  readonly steps: readonly (RecipeStep & {
    readonly changes: readonly PassChange[]
    /** What was left alone, and why. */
    readonly skipped: NonNullable<PassResult['skipped']>
    readonly bound: number | undefined
  })[]
  /** Of the model and the weights beside it. */
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** Of what was written, as `hashModel` makes it. */
  readonly sha256: string
}

/**
 * Applies passes, one after the other, to the model of a file, and writes what comes of it to another. Weights that lie
 * in files beside the model are read and written one at a time, and lie in `TARGET.data` in the end. Nothing is there
 * before all of it is.
 *
 * @throws INVALID_PARAMETER_VALUE when the target is a file of the source; as `findPass`, `applyPass`, `readModelFile` and
 *   `writeModelFile`; CANCELLED
 */
export async function compressFile(
  source: string,
  target: string,
  recipe: readonly RecipeStep[],
  context: Omit<PassContext, 'weights'>,
): Promise<CompressedFile> {
  const original = await readModelFile(source)
  await checkTarget(source, target, original)
  await using opened = await openWeights(source, original, target)
  const { weights, isOutside } = opened
  const { model, steps } = await applyRecipe(original, recipe, { ...context, weights })
  const written = isOutside ? await writeOutside(model, weights, `${resolve(target)}.data`) : { model, bytes: 0 }
  await writeModelFile(written.model, target)
  return {
    steps,
    bytesBefore: (await stat(source)).size + outsideBytes(original),
    bytesAfter: (await stat(target)).size + written.bytes,
    // To look for files in a model that has none would take it into memory once more.
    sha256: await (isOutside ? hashModel(target) : hashFile(target)),
  }
}

/** @throws INVALID_PARAMETER_VALUE when what is written would take the place of what is read */
async function checkTarget(source: string, target: string, model: ModelProto): Promise<void> {
  const real = (path: string) => realpath(path).catch(() => resolve(path))
  const folder = dirname(resolve(source))
  const outside = modelTensors(model)
    .filter(isExternal)
    .map((tensor) => resolve(folder, externalPlace(tensor).location))
  const read = new Set(await Promise.all([source, ...new Set(outside)].map(real)))
  for (const path of [target, `${target}.data`]) {
    if (!read.has(await real(path))) continue
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is a file of the model itself.`, {
      hint: 'Write to a file of another name.',
    })
  }
}

async function applyRecipe(original: ModelProto, recipe: readonly RecipeStep[], context: PassContext) {
  const steps: CompressedFile['steps'][number][] = []
  let model = original
  for (const step of recipe) {
    context.signal.throwIfAborted()
    const result = await applyStep(step, model, context)
    steps.push({ ...step, changes: result.changes, skipped: result.skipped ?? [], bound: result.bound })
    model = result.model
  }
  return { model, steps }
}

/** Moves the weights that lie in files to a new one, those that lie in the same place once. */
async function writeOutside(model: ModelProto, weights: Weights, path: string) {
  const moved = copyModel(model)
  const places = new Map<string, ExternalPlace>()
  await using file = await createExternalData(path)
  await replaceTensors(moved, async (tensor) => {
    if (!isExternal(tensor)) return tensor
    const key = placeKey(externalPlace(tensor))
    const place = places.get(key) ?? externalPlace(await file.write(tensor, await weights.readBytes(tensor)))
    places.set(key, place)
    return externalTensor(tensor, place)
  })
  await file.finish()
  return { model: moved, bytes: (await stat(path)).size }
}

function placeKey({ location, offset, length }: ExternalPlace): string {
  return `${offset}+${length} ${location}`
}

function outsideBytes(model: ModelProto): number {
  const places = new Map(
    modelTensors(model)
      .filter(isExternal)
      .map((tensor) => [placeKey(externalPlace(tensor)), externalPlace(tensor)]),
  )
  return [...places.values()].reduce((sum, { length }) => sum + length, 0)
}
