import type { TensorValue } from '../onnx/tensor-value.ts'

/** Where the samples of the comparison come from: given, logged with the model, or drawn at random. */
export type SampleOrigin = 'data' | 'example' | 'drawn'

/** A model that was converted, and what its framework has answered. It is not compared yet. */
export interface Exported {
  /** Path of an ONNX file. */
  readonly model: string
  readonly origin: SampleOrigin
  readonly feeds: ReadonlyMap<string, TensorValue>
  /** By the names of the ONNX model's outputs. */
  readonly outputs: ReadonlyMap<string, TensorValue>
  /** For an output of labels, the output of their scores. */
  readonly scores: ReadonlyMap<string, string>
  /** Of the framework, its converter and the interpreter. */
  readonly versions: Readonly<Record<string, string>>
}
