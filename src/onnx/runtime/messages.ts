import type { Dtype } from '../tensor-value.ts'

/** What crosses between a session host and its process. One question is asked at a time. */

/** Bytes in the exchange, or in the message where there is no room for them. */
export type Placed = { readonly offset: number; readonly sizeBytes: number } | { readonly inline: Uint8Array }

export interface PlacedTensor {
  readonly name: string
  readonly dtype: Dtype
  readonly dims: readonly number[]
  readonly data: Placed | readonly string[]
}

/** As ONNX Runtime takes them; what is absent is its default. */
export interface RuntimeOptions {
  readonly intraOpNumThreads?: number
  readonly interOpNumThreads?: number
  readonly graphOptimizationLevel?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all'
  readonly executionMode?: 'sequential' | 'parallel'
  readonly optimizedModelFilePath?: string
  /** @see https://github.com/microsoft/onnxruntime/blob/main/include/onnxruntime/core/session/onnxruntime_session_options_config_keys.h */
  readonly extra?: { readonly session: Readonly<Record<string, string>> }
}

/** How an input or output is declared. A dim is a number, a name, or empty where it is neither. */
export interface ValueSignature {
  readonly name: string
  /** Absent for a sequence, a map or an optional, which cannot be given or taken here. */
  readonly dtype?: Dtype
  /** Empty for a scalar, and for a tensor that may have any rank: the runtime tells them not apart. */
  readonly dims: readonly (number | string)[]
}

export interface OpenedSession {
  readonly session: number
  readonly inputs: readonly ValueSignature[]
  readonly outputs: readonly ValueSignature[]
  /** From the start of loading to a session that can run. */
  readonly loadMs: number
}

export type Question =
  | { readonly kind: 'open'; readonly model: Placed | string; readonly options: RuntimeOptions }
  | {
      readonly kind: 'run'
      readonly session: number
      readonly feeds: readonly PlacedTensor[]
      readonly outputs: readonly string[]
    }
  | {
      readonly kind: 'repeat'
      readonly session: number
      readonly feeds: readonly PlacedTensor[]
      readonly outputs: readonly string[]
      readonly count: number
      readonly warmUp: number
    }
  | { readonly kind: 'close'; readonly session: number }
  | { readonly kind: 'memory' }

/** What each kind of question is answered by. */
export interface Answers {
  open: OpenedSession
  run: { readonly outputs: readonly PlacedTensor[]; readonly runMs: number }
  /** Milliseconds of each run, and of the processor for all of them. */
  repeat: { readonly runsMs: Float64Array; readonly cpuMs: number }
  close: Record<never, never>
  memory: { readonly peakBytes: number; readonly presentBytes: number }
}

export type ToRuntime = (Question & { readonly id: number }) | { readonly kind: 'cancel'; readonly id: number }

export type FromRuntime =
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly id: number; readonly answer: Answers[keyof Answers] }
  | { readonly kind: 'failed'; readonly id: number; readonly message: string }

/** How the process is set up, as JSON in its last argument. */
export interface RuntimeSettings {
  /** Whether the file descriptor `exchangeFd` is open. */
  readonly hasExchange: boolean
  /** Most resident memory, after which the process ends itself. */
  readonly memoryBytes: number
  /** The process that asks, without which there is nothing to do. */
  readonly parentPid: number
}

/** Where the process finds the exchange: behind stdin, stdout, stderr and the channel of messages. */
export const exchangeFd = 4

/** What the process says last when it has taken more memory than it was given. */
export const tooMuchMemory = 'it took more memory than it was given'
