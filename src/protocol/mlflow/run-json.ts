import { parseExperimentId, parseRunId } from '../ids.ts'
import { runStatuses, type LifecycleStage, type Run, type RunRow } from '../runs.ts'
import { datasetInput, writeDatasetInput } from './dataset-json.ts'
import { checked, integer, invalid, listOf, message, oneOf, orNamed, required, text, withDefault } from './fields.ts'
import type { Field } from './fields.ts'
import { keyValue } from './key-values.ts'
import { metric, writeMetric } from './metric-json.ts'

export function writeRunInfo(row: RunRow): unknown {
  return {
    run_uuid: row.runId,
    experiment_id: row.experimentId,
    run_name: row.name,
    user_id: row.userId,
    status: row.status,
    start_time: row.startTime,
    ...(row.endTime === undefined ? {} : { end_time: row.endTime }),
    artifact_uri: row.artifactUri,
    lifecycle_stage: row.lifecycleStage,
    run_id: row.runId,
  }
}

export function writeRun(run: Run): object {
  return {
    info: writeRunInfo(run),
    data: withoutEmptyLists({ metrics: run.metrics.map(writeMetric), params: run.params, tags: run.tags }),
    inputs: writeInputs(run),
    outputs: writeOutputs(run),
  }
}

function writeInputs({ datasets, modelInputs }: Pick<Run, 'datasets' | 'modelInputs'>): unknown {
  return withoutEmptyLists({
    dataset_inputs: datasets.map(writeDatasetInput),
    model_inputs: modelInputs.map((modelId) => ({ model_id: modelId })),
  })
}

function writeOutputs({ modelOutputs }: Pick<Run, 'modelOutputs'>): unknown {
  return withoutEmptyLists({
    model_outputs: modelOutputs.map(({ modelId, step }) => ({ model_id: modelId, step })),
  })
}

/** A run whose metrics, params and tags are lists in JSON already, as `writeMetric` gives their members. */
export interface WrittenRun extends Omit<Run, 'metrics' | 'params' | 'tags'> {
  readonly metrics: string
  readonly params: string
  readonly tags: string
}

/** What `writeRun` gives, as text: with little made on the way, as most answers have many runs. */
export function writeWrittenRun(run: WrittenRun): string {
  const { metrics, params, tags, datasets, modelInputs, modelOutputs } = run
  const lists: string[] = []
  if (metrics !== '[]') lists.push(`"metrics":${metrics}`)
  if (params !== '[]') lists.push(`"params":${params}`)
  if (tags !== '[]') lists.push(`"tags":${tags}`)
  const inputs = datasets.length + modelInputs.length === 0 ? '{}' : JSON.stringify(writeInputs(run))
  const outputs = modelOutputs.length === 0 ? '{}' : JSON.stringify(writeOutputs(run))
  return `{"info":${JSON.stringify(writeRunInfo(run))},"data":{${lists.join(',')}},"inputs":${inputs},"outputs":${outputs}}`
}

/** MLflow's answers leave an empty list out. */
export function withoutEmptyLists(lists: Readonly<Record<string, readonly unknown[]>>): unknown {
  return Object.fromEntries(Object.entries(lists).filter(([, items]) => items.length > 0))
}

const lifecycleStage: Field<LifecycleStage> = checked(text, (stage) => (stage === 'deleted' ? 'deleted' : 'active'))

const runInfo = message({
  run_id: orNamed('run_uuid', required(text)),
  experiment_id: required(text),
  run_name: withDefault(text, ''),
  user_id: withDefault(text, ''),
  status: withDefault(oneOf(runStatuses), 'RUNNING' as const),
  start_time: withDefault(integer, 0),
  end_time: integer,
  artifact_uri: withDefault(text, ''),
  lifecycle_stage: withDefault(lifecycleStage, 'active' as const),
}).nested

const run = message({
  info: required(runInfo),
  data: message({ metrics: listOf(metric), params: listOf(keyValue), tags: listOf(keyValue) }).nested,
  inputs: message({
    dataset_inputs: listOf(datasetInput),
    model_inputs: listOf(message({ model_id: required(text) }).nested),
  }).nested,
  outputs: message({
    model_outputs: listOf(message({ model_id: required(text), step: withDefault(integer, 0) }).nested),
  }).nested,
})

/** As `writeRun` gives it, and `writeRunInfo`. */
export const runShapes = { run: run.shape, info: runInfo.shape }

/** Reads a run as an MLflow server answers it. @throws INVALID_PARAMETER_VALUE naming the field */
export function parseRun(json: unknown): Run {
  const { info, data, inputs, outputs } = run.parse(json)
  const { runName, endTime, ...row } = info
  const runId = parseRunId(info.runId)
  const experimentId = parseExperimentId(info.experimentId)
  if (runId === undefined || experimentId === undefined) {
    throw invalid(`Run '${info.runId}' of experiment '${info.experimentId}': not an id.`)
  }
  return {
    ...row,
    runId,
    experimentId,
    name: runName,
    ...(endTime === undefined ? {} : { endTime }),
    params: data?.params ?? [],
    tags: data?.tags ?? [],
    metrics: data?.metrics ?? [],
    datasets: inputs?.datasetInputs ?? [],
    modelInputs: inputs?.modelInputs.map(({ modelId }) => modelId) ?? [],
    modelOutputs: outputs?.modelOutputs ?? [],
  }
}
