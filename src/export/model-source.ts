import { RunwrightError } from '../protocol/errors.ts'

/** Libraries whose models can be exported. */
export const frameworks = ['sklearn', 'xgboost', 'lightgbm', 'keras', 'torch', 'tfjs'] as const
export type Framework = (typeof frameworks)[number]

/** How a framework is called in a sentence. */
export const frameworkTitles: Readonly<Record<Framework, string>> = {
  sklearn: 'scikit-learn',
  xgboost: 'XGBoost',
  lightgbm: 'LightGBM',
  keras: 'Keras',
  torch: 'PyTorch',
  tfjs: 'TensorFlow.js',
}

/** A model as a file of its framework, and what is known of it without loading it. */
export interface ModelSource {
  readonly framework: Framework
  /** Absolute path of the file that the framework loads. */
  readonly file: string
  /** How it was written, where its ending does not tell, such as `cloudpickle`. */
  readonly format?: string
  /** Absolute path of an example of its inputs, as MLflow writes one. */
  readonly example?: string
  /** Of the only input, as MLflow's signature has it; -1 for a size that is free. */
  readonly shape?: readonly number[]
  /** Absolute paths of the code that was logged with it. */
  readonly codeFolders: readonly string[]
  /** Of the library that saved it, as MLflow has noted it. */
  readonly savedBy?: string
}

/** The error for a model that needs no export. */
export function isOnnx(path: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is an ONNX model already.`, {
    hint: 'Take the file as it is; “runwright model show” tells what is in it.',
  })
}
