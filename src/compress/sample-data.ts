import type { Feeds, ValueSignature } from '../onnx/session.ts'
import type { TensorValue } from '../onnx/tensor-value.ts'

/** The array of a file of arrays, and the column of a table, that has what is right for each sample. */
export const labelsName = 'labels'

/** Some samples, as a model takes them: the first dim of each input runs over them. */
export interface Batch {
  readonly feeds: Feeds
  /** What is right for each sample, when the data says so. */
  readonly labels: TensorValue | undefined
  readonly count: number
}

/** Samples for a model, read when they are asked for. */
export interface SampleData extends AsyncDisposable {
  /** Of its file or folder, for errors and reports. */
  readonly name: string
  readonly count: number
  readonly hasLabels: boolean
  /** How many samples a run takes, where that is fixed by the model or the data; undefined when any number. */
  readonly runSize: number | undefined
  /**
   * All samples, in the order of the data. The last batch may have fewer.
   *
   * @throws BAD_REQUEST for what cannot be read, or is not what the model takes
   */
  batches(size: number): AsyncGenerator<Batch>
}

/** How many samples a model takes in a run; undefined when any number. */
export function fixedRunSize(inputs: readonly ValueSignature[]): number | undefined {
  return inputs.map(({ dims }) => dims[0]).find((dim) => typeof dim === 'number')
}
