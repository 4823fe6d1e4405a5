/** What a model is, for people and programs; nothing of it is run. */
export interface ModelDescription {
  readonly irVersion: number
  readonly producer: string
  readonly producerVersion: string
  /** Its graph's name. */
  readonly name: string
  readonly inputs: readonly ValueDescription[]
  readonly outputs: readonly ValueDescription[]
  readonly opsets: readonly { readonly domain: string; readonly version: number }[]
  /** Nodes, those of graphs inside of others too. */
  readonly nodes: number
  /** The most frequent first. */
  readonly operators: readonly { readonly name: string; readonly count: number }[]
  readonly weights: WeightSizes
  /** By the type of their elements, the largest first. */
  readonly weightsByType: readonly (WeightSizes & { readonly type: string })[]
  /** By the operator that takes them, the largest first; those that none takes stand under `unused`. */
  readonly weightsByOperator: readonly (WeightSizes & { readonly operator: string })[]
  readonly metadata: readonly { readonly key: string; readonly value: string }[]
}

export interface ValueDescription {
  readonly name: string
  /** Of its elements, for example `float32`, or `sequence(float32)`. */
  readonly type: string
  /** A number, the name of a size that is known when the model runs, or null; undefined when nothing is known. */
  readonly shape: readonly (number | string | null)[] | undefined
}

export interface WeightSizes {
  readonly tensors: number
  /** Elements. */
  readonly parameters: number
  /** As they are stored, in bytes. */
  readonly bytes: number
  /** Those of the bytes that lie in files beside the model. */
  readonly externalBytes: number
}

/** How the nodes of a model hang together, for `model show --graph`. */
export interface ModelGraphs {
  /** The model's own graph first, then those inside of its nodes, each before what is in it, then its functions. */
  readonly graphs: readonly GraphDescription[]
  /** What makes the model one that no runtime takes: nodes in a circle, values that are made twice. */
  readonly problems: readonly string[]
}

export interface GraphDescription {
  /** Empty for the model's own; else what it is of: `If “choose” · then_branch`. */
  readonly name: string
  /** In the order of the file. */
  readonly nodes: readonly NodeDescription[]
}

export interface NodeDescription {
  /** Empty where it has none. */
  readonly name: string
  /** With its domain, unless that is ONNX's own. */
  readonly operator: string
  /** Names of values; an empty one stands for an input that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  /** Places in `nodes` of those that make what this one takes, each once; what graphs inside of it take is among it. */
  readonly before: readonly number[]
  readonly attributes: readonly { readonly name: string; readonly value: string }[]
  /** Tensors of the model that it takes, and those its attributes hold. */
  readonly weights: readonly WeightDescription[]
}

export interface WeightDescription {
  /** Empty for one that an attribute holds without a name. */
  readonly name: string
  readonly type: string
  readonly shape: readonly number[]
  /** As it is stored, in bytes. */
  readonly bytes: number
  /** Whether it lies in a file beside the model. */
  readonly isExternal: boolean
}
