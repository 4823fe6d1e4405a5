/** As much of TensorFlow.js as is used here; the workspace has it, not Runwright. */
export interface TensorFlow {
  readonly version_core?: string
  setBackend(name: string): Promise<boolean>
  getBackend(): string
  ready(): Promise<void>
  tidy<T>(act: () => T): T
  tensor2d(values: readonly number[], shape: readonly [number, number]): TfTensor
  matMul(a: TfTensor, b: TfTensor): TfTensor
  zeros(shape: readonly number[], type?: string): TfTensor
  sum(tensor: TfTensor): TfTensor
  addN(tensors: readonly TfTensor[]): TfTensor
  variableGrads(loss: () => TfTensor, variables: readonly object[]): { readonly value: TfTensor }
  findBackend(name: string): object | null
  getKernel(kernel: string, backend: string): object | undefined
  profile(act: () => unknown): Promise<{ readonly kernelNames: readonly string[] }>
  /** Absent without the layers. */
  readonly LayersModel?: { readonly prototype: TfModel }
}

export interface TfTensor {
  data(): Promise<ArrayLike<number> & Iterable<number>>
  clone(): TfTensor
  dispose(): void
}

export interface TfModel {
  /** A dimension is null where it may have any size, as that of the examples. */
  readonly inputs: readonly { readonly shape: readonly (number | null)[]; readonly dtype?: string }[]
  /** While it is fitted; a second one is refused. */
  isTraining?: boolean
  readonly trainableWeights: readonly { read(): object }[]
  apply(inputs: readonly TfTensor[], options: { training: boolean }): TfTensor | readonly TfTensor[]
  getWeights(): readonly TfTensor[]
  setWeights(weights: readonly TfTensor[]): void
  fit(...args: unknown[]): Promise<unknown>
  fitDataset(...args: unknown[]): Promise<unknown>
  trainOnBatch(...args: unknown[]): Promise<unknown>
}

/** The first sentence or line of it. */
export function messageOf(error: unknown): string {
  const [line = ''] = (error instanceof Error ? error.message : String(error)).trim().split('\n')
  return line.replace(/\.$/, '')
}
