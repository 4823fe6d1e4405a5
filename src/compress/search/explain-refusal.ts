import { basename } from 'node:path'
import { readModelFile } from '../../onnx/model-file.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { findTrees, treesHint } from '../explain-not-applicable.ts'
import type { Refusal } from './candidate.ts'

/** The error for a model that no pass does anything for: why that is so, as far as it can be told. */
export async function explainRefusal(path: string, refusals: readonly Refusal[]): Promise<RunwrightError> {
  const tree = findTrees(await readModelFile(path))
  const name = basename(path)
  if (tree !== undefined) {
    return new RunwrightError(
      'COMPRESSION_NOT_APPLICABLE',
      `${name} cannot be compressed: it is made of ${tree}, which has no matrices of weights to be rounded or left out, and the graph around it has nothing to be taken out.`,
      { hint: treesHint },
    )
  }
  const reasons = refusals.map((refusal) => `  ${refusal.name}: ${refusal.reason}`).join('\n')
  return new RunwrightError('COMPRESSION_NOT_APPLICABLE', `No pass does anything for ${name}.\n${reasons}`)
}
