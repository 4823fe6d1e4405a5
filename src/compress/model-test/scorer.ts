import type { TensorValue } from '../../onnx/tensor-value.ts'
import type { Batch } from '../sample-data.ts'
import type { Scored } from './scored.ts'

export type Outputs = ReadonlyMap<string, TensorValue>

/** Sees all that two models answer, batch by batch, and says in the end how right they are. */
export interface Scorer {
  /** @throws BAD_REQUEST when outputs or labels are not what the task needs */
  add(original: Outputs, candidate: Outputs, batch: Batch): Promise<void> | void
  /** Undefined when nothing of it can be right or wrong. */
  result(): Promise<Scored | undefined> | Scored | undefined
  /** Whether an output may have other dims than the original's: of a detection, as many boxes as there are. */
  readonly mayDiffer?: (output: string) => boolean
  /** Ends what it has started; called in any case. */
  stop?(): Promise<void>
}
