import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import type { ModelProto } from 'onnx-buf'
import { copyModel } from '../onnx/edit-graph.ts'
import { externalPlace, externalTensor, openExternalData } from '../onnx/external-data.ts'
import { readModelFile } from '../onnx/model-file.ts'
import { modelPieces } from '../onnx/model.ts'
import { modelTensors, replaceTensors } from '../onnx/model-tensors.ts'
import { isExternal } from '../onnx/tensor.ts'
import { hashFile } from '../store/hash-file.ts'

/** SHA-256 of data, in hex: of a file, or of all files of a folder with their names, in the order of these. */
export async function hashData(path: string): Promise<string> {
  if (!(await stat(path)).isDirectory()) return hashFile(path)
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const hash = createHash('sha256')
  for (const file of files.toSorted()) {
    hash.update(`${relative(path, file).split(sep).join('/')}\0${await hashFile(file)}\0`)
  }
  return hash.digest('hex')
}

/**
 * SHA-256 of a model's file, in hex. Where weights lie in files beside it, it is of the model and those weights, whatever
 * the files are called: they have the name of the model's own.
 *
 * @throws as `readModelFile` and `ExternalData.read`
 */
export async function hashModel(path: string): Promise<string> {
  const model = await readModelFile(path)
  const outside = modelTensors(model).filter(isExternal)
  if (outside.length === 0) return hashFile(path)
  const hash = createHash('sha256')
  for (const piece of modelPieces(await withoutNames(model))) hash.update(piece)
  await using files = openExternalData(dirname(path))
  for (const tensor of outside) hash.update(await files.read(tensor))
  return hash.digest('hex')
}

/** A copy whose files are called by numbers, in the order in which they are named. */
async function withoutNames(model: ModelProto): Promise<ModelProto> {
  const copy = copyModel(model)
  const names: string[] = []
  await replaceTensors(copy, (tensor) => {
    if (!isExternal(tensor)) return Promise.resolve(tensor)
    const place = externalPlace(tensor)
    if (!names.includes(place.location)) names.push(place.location)
    return Promise.resolve(externalTensor(tensor, { ...place, location: String(names.indexOf(place.location)) }))
  })
  return copy
}
