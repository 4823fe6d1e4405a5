declare const brand: unique symbol
type Branded<Base, Name extends string> = Base & { readonly [brand]: Name }

/** What names a run: a letter or digit, then up to 255 letters, digits, `_` or `-`. Ours are 32 lower-case hex digits. */
export type RunId = Branded<string, 'RunId'>

/** A decimal number as text, as MLflow writes it; `0` is the experiment "Default". */
export type ExperimentId = Branded<string, 'ExperimentId'>

/** `m-` and 32 lower-case hex digits. */
export type ModelId = Branded<string, 'ModelId'>

/** MLflow's own pattern for run ids (mlflow/utils/validation.py). */
export function parseRunId(text: string): RunId | undefined {
  // SAFETY: the pattern is the whole definition of a run id.
  return /^[a-zA-Z0-9][\w-]{0,255}$/.test(text) ? (text as RunId) : undefined
}

export function parseExperimentId(text: string): ExperimentId | undefined {
  // SAFETY: the pattern is the whole definition of an experiment id.
  return /^(0|[1-9]\d{0,18})$/.test(text) ? (text as ExperimentId) : undefined
}

export function parseModelId(text: string): ModelId | undefined {
  // SAFETY: the pattern is the whole definition of a model id.
  return /^m-[0-9a-f]{32}$/.test(text) ? (text as ModelId) : undefined
}
