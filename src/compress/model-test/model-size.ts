import { stat } from 'node:fs/promises'
import { describeModel } from '../../onnx/describe-model.ts'
import { readModelFile } from '../../onnx/model-file.ts'

/**
 * Bytes of a model and of its weights in files beside it.
 *
 * @throws as `readModelFile`
 */
export async function measureSize(model: string | Uint8Array): Promise<number> {
  if (typeof model !== 'string') return model.length
  const { externalBytes } = describeModel(await readModelFile(model)).weights
  return (await stat(model)).size + externalBytes
}
