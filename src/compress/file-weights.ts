import { copyFile, constants, link, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import type { ModelProto, TensorProto } from 'onnx-buf'
import {
  createExternalData,
  type ExternalData,
  externalPlace,
  type NewExternalData,
  openExternalData,
} from '../onnx/external-data.ts'
import { writeModelFile } from '../onnx/model-file.ts'
import { modelTensors } from '../onnx/model-tensors.ts'
import { isExternal } from '../onnx/tensor.ts'
import { type PlacedModel, type Weights, weightsInMemory } from './weights.ts'

export interface OpenWeights extends AsyncDisposable {
  readonly weights: Weights
  /** Whether some lie in files beside the model. */
  readonly isOutside: boolean
}

/**
 * The weights of a model that was read from a file. Where they lie in files beside it, so do those that passes make, in
 * `BESIDE.scratch`, until this is disposed.
 *
 * @param source the file
 * @param beside a path in a folder that may be written to
 * @throws STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function openWeights(source: string, model: ModelProto, beside: string): Promise<OpenWeights> {
  if (!modelTensors(model).some(isExternal)) {
    return { weights: weightsInMemory, isOutside: false, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  await using files = new AsyncDisposableStack()
  const scratch = files.use(await createExternalData(`${resolve(beside)}.scratch`))
  const read = files.use(openExternalData(dirname(resolve(source))))
  const owned = files.move()
  return {
    weights: weightsInFiles(read, scratch),
    isOutside: true,
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Smaller ones stay in the model: in a file they would save no memory. */
const minOutsideBytes = 1024

/** Reads from the files of the model, and from one that takes what passes make of it. */
function weightsInFiles(beside: Pick<ExternalData, 'read' | 'locate'>, scratch: NewExternalData): Weights {
  const isOurs = (tensor: TensorProto) => isExternal(tensor) && externalPlace(tensor).location === scratch.location
  return {
    readBytes: (tensor) => (isOurs(tensor) ? scratch.read(tensor) : beside.read(tensor)),
    store: async (tensor) => (tensor.rawData.length < minOutsideBytes ? tensor : scratch.write(tensor, tensor.rawData)),
    place: (model) =>
      placeBeside(model, scratch.path, (tensor) =>
        isOurs(tensor) ? Promise.resolve(scratch.path) : beside.locate(tensor),
      ),
  }
}

/**
 * Writes a model into a folder of its own, in which the files of its weights are there by other names: the runtime follows
 * no link that leads out of the folder of a model. Where the file system has no such names, they are copied.
 */
async function placeBeside(
  model: ModelProto,
  beside: string,
  locate: (tensor: TensorProto) => Promise<string>,
): Promise<PlacedModel> {
  await using files = new AsyncDisposableStack()
  const folder = await mkdtemp(`${beside}.run-`)
  files.defer(() => rm(folder, { recursive: true, force: true }))
  const outside = modelTensors(model).filter(isExternal)
  for (const [location, tensor] of new Map(outside.map((each) => [externalPlace(each).location, each]))) {
    const file = await locate(tensor)
    await mkdir(dirname(join(folder, location)), { recursive: true })
    await linkOrCopy(file, join(folder, location))
  }
  const source = join(folder, 'placed.onnx')
  await writeModelFile(model, source)
  const owned = files.move()
  return { source, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

async function linkOrCopy(from: string, to: string): Promise<void> {
  await link(from, to).catch(() => copyFile(from, to, constants.COPYFILE_FICLONE))
}
