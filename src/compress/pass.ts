import type { ModelProto, TensorProto } from 'onnx-buf'
import type { PassChange } from '../protocol/compression.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RangeMethod, SeenValue } from './calibration/choose-range.ts'
import type { OptionDefinitions, OptionValues } from './pass-options.ts'
import type { Weights } from './weights.ts'

/**
 * One way to make a model smaller or faster. Each is one file in `passes/`, and passes the contract suite of
 * `test/contract`: it leaves the model it is given as it is, gives the same bytes for the same input, gives a model that
 * ONNX Runtime loads and that answers within the bound it states, and refuses what it can do nothing for.
 */
export interface CompressionPass<Options extends OptionDefinitions = OptionDefinitions> {
  /** In recipes and on the command line. */
  readonly name: string
  readonly title: string
  /** One sentence: what it does, and what it costs. */
  readonly summary: string
  readonly options: Options
  /** What it has to know of the data that the model is for. */
  readonly needs: 'nothing' | 'calibration'
  /** That it takes parts of what the model has learnt away: how far outputs move, training alone can tell and mend. */
  readonly needsTraining?: true
  /**
   * @param model whose names each stand for one value, and whose nodes come after those they take values from
   * @throws COMPRESSION_NOT_APPLICABLE when it could change nothing, with the reason; BAD_REQUEST for a damaged model
   */
  apply(model: ModelProto, options: OptionValues<Options>, context: PassContext): Promise<PassResult>
}

export interface PassContext {
  /** Reads and makes weights, wherever they lie. */
  readonly weights: Weights
  /**
   * Runs a model that takes no inputs, and gives its outputs as tensors of their names. Without it what could be
   * computed beforehand stays as it is.
   */
  readonly evaluate?: (model: ModelProto) => Promise<readonly TensorProto[]>
  /**
   * What values of a model's own graph are, inputs included, over samples of the data that it is for; those that are
   * floats, by name. Absent without data.
   */
  readonly calibrate?: (
    model: ModelProto,
    names: readonly string[],
    settings: { readonly method: RangeMethod; readonly samples: number; readonly weights: Weights },
  ) => Promise<ReadonlyMap<string, SeenValue>>
  /**
   * The greatest magnitude of each channel of values of a model's own graph, over samples of the data; channels are the
   * places of the last dimension. Those that are floats, by name. Absent without data.
   */
  readonly findChannelPeaks?: (
    model: ModelProto,
    names: readonly string[],
    settings: { readonly samples: number; readonly weights: Weights },
  ) => Promise<ReadonlyMap<string, Float32Array>>
  /**
   * Remembers what a model answers to samples of the data, and gives what tells how far the answers of another one are
   * from them: the root of the squared errors, as a share of the answers. Absent without data.
   */
  readonly learnAnswers?: (
    model: ModelProto,
    settings: { readonly samples: number; readonly weights: Weights },
  ) => Promise<(other: ModelProto) => Promise<number>>
  readonly signal: AbortSignal
}

export interface PassResult {
  readonly model: ModelProto
  /** What was done, in the order of the graph. */
  readonly changes: readonly PassChange[]
  /** What it would do something for, and left alone as it does not see enough of it: which, and why. */
  readonly skipped?: readonly { readonly name: string; readonly why: string }[]
  /**
   * How far an output may be from the original's, as a share of the largest magnitude that the original's has; undefined
   * when it depends on the data, and has to be measured.
   */
  readonly bound: number | undefined
}

/** Makes a pass whose `apply` has its options typed. */
export function definePass<const Options extends OptionDefinitions>(
  pass: CompressionPass<Options>,
): CompressionPass<Options> {
  return pass
}

/** The error of a pass that can do nothing for a model. */
export function notApplicable(pass: string, why: string, hint?: string): RunwrightError {
  return new RunwrightError(
    'COMPRESSION_NOT_APPLICABLE',
    `${pass} does nothing for this model: ${why}.`,
    hint === undefined ? {} : { hint },
  )
}

/** The error of a pass that is given no data, and cannot do without. */
export function needsData(pass: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${pass} needs data that the model is for.`, {
    hint: 'Give some samples with --data.',
  })
}
