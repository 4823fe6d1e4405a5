import { RunwrightError } from '../protocol/errors.ts'
import { parseExperimentId, parseRunId } from '../protocol/ids.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import {
  checked,
  double,
  flag,
  integer,
  listOf,
  message,
  oneOf,
  required,
  text,
  withDefault,
} from '../protocol/mlflow/fields.ts'
import type { Message } from '../protocol/mlflow/fields.ts'
import { runStatuses } from '../protocol/runs.ts'
import type { ArtifactEntry, Run } from '../protocol/runs.ts'

/** One page of a list; the last one has no token. */
export interface Page<Item> {
  readonly items: readonly Item[]
  readonly nextPageToken?: string
}

/**
 * Reads an answer of an MLflow server.
 *
 * @throws INTERNAL_ERROR saying which field is not as MLflow's interface has it
 */
export function readAnswer<T>(answer: Message<T>, body: unknown): T {
  try {
    return answer.parse(body)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new RunwrightError('INTERNAL_ERROR', `The server's answer is not MLflow's: ${reason}`, { cause })
  }
}

const runId = required(
  checked(text, (value): RunId => {
    const id = parseRunId(value)
    if (id === undefined) throw new Error(`"${value}" is no run id`)
    return id
  }),
)

const experimentId = required(
  checked(text, (value): ExperimentId => {
    const id = parseExperimentId(value)
    if (id === undefined) throw new Error(`"${value}" is no experiment id`)
    return id
  }),
)

const stage = withDefault(oneOf(['active', 'deleted']), 'active' as const)
const words = withDefault(text, '')
const time = withDefault(integer, 0)
const keyValue = message({ key: required(text), value: words }).nested
const metric = message({
  key: required(text),
  value: withDefault(double, 0),
  timestamp: time,
  step: withDefault(integer, 0),
}).nested

const experiment = message({
  experiment_id: experimentId,
  name: words,
  artifact_location: words,
  lifecycle_stage: stage,
  creation_time: time,
  last_update_time: time,
  tags: listOf(keyValue),
}).nested

const runInfo = message({
  run_id: runId,
  experiment_id: experimentId,
  run_name: words,
  user_id: words,
  status: withDefault(oneOf(runStatuses), 'RUNNING' as const),
  start_time: time,
  end_time: integer,
  artifact_uri: words,
  lifecycle_stage: stage,
}).nested

const runData = message({ metrics: listOf(metric), params: listOf(keyValue), tags: listOf(keyValue) }).nested

const dataset = message({
  name: required(text),
  digest: words,
  source_type: words,
  source: words,
  schema: text,
  profile: text,
}).nested

const runInputs = message({
  dataset_inputs: listOf(message({ dataset: required(dataset), tags: listOf(keyValue) }).nested),
  model_inputs: listOf(message({ model_id: required(text) }).nested),
}).nested

const runOutputs = message({
  model_outputs: listOf(message({ model_id: required(text), step: withDefault(integer, 0) }).nested),
}).nested

const run = checked(
  message({ info: required(runInfo), data: runData, inputs: runInputs, outputs: runOutputs }).nested,
  ({ info, data, inputs, outputs }): Run => {
    const { runName, ...row } = info
    const tags = data?.tags ?? []
    return {
      ...row,
      // Servers before 2.0 name a run by its tag alone.
      name: runName === '' ? (tags.find(({ key }) => key === 'mlflow.runName')?.value ?? '') : runName,
      params: data?.params ?? [],
      metrics: data?.metrics ?? [],
      tags,
      datasets: inputs?.datasetInputs ?? [],
      modelInputs: inputs?.modelInputs.map(({ modelId }) => modelId) ?? [],
      modelOutputs: outputs?.modelOutputs ?? [],
    }
  },
)

const file = checked(
  message({ path: required(text), is_dir: withDefault(flag, false), file_size: integer }).nested,
  ({ path, isDir, fileSize = 0 }): ArtifactEntry =>
    isDir ? { path, isDirectory: true } : { path, isDirectory: false, sizeBytes: fileSize },
)

const token = { next_page_token: text }

export const experimentPage = message({ experiments: listOf(experiment), ...token })
export const experimentAnswer = message({ experiment: required(experiment) })
export const createdExperiment = message({ experiment_id: experimentId })
export const runPage = message({ runs: listOf(run), ...token })
export const runAnswer = message({ run: required(run) })
export const metricPage = message({ metrics: listOf(metric), ...token })
export const filePage = message({ files: listOf(file), ...token })
