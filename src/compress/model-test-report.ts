import type { GoalResult, Measurement } from './goals.ts'
import type { Comparison, StartUp } from './measure-models.ts'
import type { CpuProfile, Machine } from './targets.ts'

/** All that a test of a model found. Shares are of 1, times milliseconds, sizes bytes. */
export interface ModelTestReport {
  readonly candidate: TestedModel
  readonly original: TestedModel
  readonly data: TestedData
  readonly target: { readonly profile: CpuProfile; readonly machine: Machine; readonly notes: readonly string[] }
  /** What must hold whatever the gates say. */
  readonly checks: readonly Check[]
  /** One for each output that both have. */
  readonly parity: readonly OutputParity[]
  /** Undefined where the outputs give no answers that could be right or wrong. */
  readonly quality: Quality | undefined
  readonly robustness: readonly Disturbed[]
  readonly invalidInputs: readonly InvalidInput[]
  readonly precision: PrecisionReport | undefined
  readonly performance: Performance | undefined
  readonly gates: readonly GoalResult[]
  /** All checks and gates. */
  readonly isPassed: boolean
}

export interface TestedModel {
  readonly name: string
  /** Of the file, and of files beside it that have weights. */
  readonly sizeBytes: number
}

export interface TestedData {
  readonly name: string
  readonly samples: number
  readonly hasLabels: boolean
}

export interface Check {
  readonly name: 'loads' | 'signature' | 'runs' | 'finite' | 'determinism' | 'invalid-inputs'
  readonly title: string
  readonly isPassed: boolean
  /** What was seen, as sentences. */
  readonly details: string
}

/** How near an output is to the original's. */
export interface OutputParity {
  readonly output: string
  readonly samples: number
  readonly elements: number
  /** Of elements that both have as finite numbers; NaN when there are none. */
  readonly maxError: number
  readonly meanError: number
  /** The largest error as a share of the largest magnitude of the original's. */
  readonly relativeError: number
  /** Elements of which only one is finite, or that are other infinities. */
  readonly nonFinite: number
  /** Of the samples' values as vectors: their mean with its interval, and the least. */
  readonly cosine: Measurement
  readonly leastCosine: number
  /** Samples with the same answer; undefined where there is no answer. */
  readonly agreement: Measurement | undefined
}

/** `similarity`: nothing can be right or wrong. `pairs`: how alike two embeddings are. `script`: the user's own says it. */
export const tasks = ['classification', 'regression', 'similarity', 'detection', 'pairs', 'script'] as const
export type Task = (typeof tasks)[number]

/**
 * How right both models are: the share of right answers, the root mean squared error of a regression, the mean average
 * precision of a detection, the rank correlation of pairs, or what a script says.
 */
export interface Quality {
  readonly task: Exclude<Task, 'similarity'>
  /** What is right: labels of the data, or what the original says. */
  readonly reference: 'labels' | 'original'
  readonly output: string
  /** What is counted. */
  readonly unit: 'samples' | 'pairs'
  readonly all: GroupQuality
  /** By what is right; of a regression, of pairs and by a script none. Those of a detection count boxes. */
  readonly classes: readonly GroupQuality[]
  readonly slices: readonly (GroupQuality & { readonly slicing: string })[]
  /** Further measures of all samples, which no gate is about. */
  readonly others: readonly OtherMeasure[]
  /** Samples with the same answer, where that is not told from an output by itself: of detections. */
  readonly agreement?: Measurement
}

/** One way to say how right both models are. */
export interface QualityChange {
  readonly original: Measurement
  readonly candidate: Measurement
  /** What was lost, or the rise of an error as a share of the original's. */
  readonly change: Measurement
}

export interface GroupQuality extends QualityChange {
  readonly group: string
  readonly samples: number
}

export interface OtherMeasure extends Partial<QualityChange> {
  readonly title: string
  readonly candidate: Measurement
  /** How it is written. */
  readonly as: 'share' | 'number'
}

/** What the models make of inputs that were changed. */
export interface Disturbed {
  readonly name: string
  readonly title: string
  readonly samples: number
  /** Samples with the same answer, or of outputs without answers those whose cosine is at least 0.99. */
  readonly agreement: Measurement
  /** Where it is known what is right: of classifications. */
  readonly accuracy: { readonly original: number; readonly candidate: number } | undefined
  /** Samples with an output that is no finite number. */
  readonly nonFinite: { readonly original: number; readonly candidate: number }
}

/** `answered`: with numbers; `refused`: by an error; `ended`: the process crashed, hung or ran out of memory. */
export type Reaction = 'answered' | 'refused' | 'ended'

export interface InvalidInput {
  readonly name: string
  readonly title: string
  readonly original: Reaction
  readonly candidate: Reaction
}

/** In what the nodes that multiply weights run, once the runtime has optimized the graph. */
export interface PrecisionReport {
  readonly integerNodes: number
  readonly floatNodes: readonly { readonly node: string; readonly operator: string }[]
}

export interface Performance {
  /** In the target's setting first. */
  readonly comparisons: readonly Comparison[]
  readonly startUp: { readonly original: StartUp; readonly candidate: StartUp }
}
