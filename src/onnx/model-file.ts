import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { ModelProto } from 'onnx-buf'
import { RunwrightError } from '../protocol/errors.ts'
import { createFile } from './files/new-file.ts'
import { maxModelBytes, modelPieces, readModel, tooLarge } from './model.ts'

/**
 * Reads the model of a file; weights that lie in files beside it stay there.
 *
 * @throws RESOURCE_DOES_NOT_EXIST when there is no such file, and as `readModel`
 */
export async function readModelFile(path: string): Promise<ModelProto> {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no file ${path}.`)
  if (!found.isFile()) throw new RunwrightError('BAD_REQUEST', `${path} is no file.`)
  if (found.size > maxModelBytes) throw tooLarge(basename(path), found.size)
  return readModel(await readFile(path), basename(path))
}

/**
 * Writes a model to a file, complete or not at all. Its bytes are never in memory a second time.
 *
 * @throws as `modelPieces`; STORAGE_FULL, STORAGE_READ_ONLY
 */
export async function writeModelFile(model: ModelProto, path: string): Promise<void> {
  const pieces = modelPieces(model)
  await using file = await createFile(path)
  for (const piece of pieces) await file.write(piece)
  await file.finish()
}
