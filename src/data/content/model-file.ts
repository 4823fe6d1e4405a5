import type { TensorFacts } from '../../protocol/data-diff.ts'
import type { TensorData } from './tensor-diff.ts'

/** What is known of a model without running it. */
export interface ModelFile {
  /** What the file says of itself, by name. */
  readonly properties: ReadonlyMap<string, string>
  /** By the name of their first output, which no other node has. */
  readonly nodes: ReadonlyMap<string, GraphNode>
  readonly tensors: ReadonlyMap<string, StoredTensor>
  readonly notes: readonly string[]
}

export interface GraphNode {
  readonly operator: string
  readonly inputs: string
  readonly outputs: string
  /** Digests by name. */
  readonly attributes: ReadonlyMap<string, string>
}

export interface StoredTensor extends TensorFacts {
  /** A text where the values lie in another file: its name and place. */
  readonly data: TensorData | string
}

/** Beyond these a model is refused. */
export const maxTensors = 100_000
export const maxNodes = 100_000
