import { stat } from 'node:fs/promises'
import { readModelFile } from '../../src/onnx/model-file.ts'
import { readOptimized } from '../../src/onnx/optimized.ts'
import type { SessionHost } from '../../src/onnx/session.ts'
import { compareWeights } from './compare-weights.ts'

/** What came of a quantization. */
export interface Outcome {
  /** MB. */
  readonly size: number
  /** Operators that multiply weights in integers, in the graph that the runtime makes. */
  readonly operators: number
}

export async function describeOutcome(host: SessionHost, path: string): Promise<Outcome> {
  const { nodes } = await readOptimized(host, path)
  return {
    size: (await stat(path)).size / 1e6,
    operators: nodes.filter(({ precision }) => precision === 'integer').length,
  }
}

/**
 * Bytes in a million of the peer's weights that ours has otherwise.
 *
 * @throws {Error} when the peer has quantized nothing
 */
export async function differingWeights(ours: string, peer: string): Promise<number> {
  const { bytes, different } = compareWeights(await readModelFile(ours), await readModelFile(peer))
  if (bytes === 0) throw new Error(`${peer} has no weights in integers.`)
  return (different / bytes) * 1e6
}
