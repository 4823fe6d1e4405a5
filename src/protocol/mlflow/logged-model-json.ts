import { parseExperimentId, parseModelId } from '../ids.ts'
import { loggedModelStatuses, type LoggedModel } from '../logged-models.ts'
import { integer, invalid, listOf, message, oneOf, required, text, withDefault } from './fields.ts'
import { keyValue } from './key-values.ts'
import { modelMetric, writeMetric } from './metric-json.ts'
import { withoutEmptyLists } from './run-json.ts'

export function writeLoggedModel(model: LoggedModel): unknown {
  const { modelId } = model
  return {
    info: {
      model_id: modelId,
      experiment_id: model.experimentId,
      name: model.name,
      creation_timestamp_ms: model.creationTime,
      last_updated_timestamp_ms: model.lastUpdateTime,
      artifact_uri: model.artifactUri,
      status: model.status,
      model_type: model.modelType,
      source_run_id: model.sourceRunId,
      ...(model.tags.length === 0 ? {} : { tags: model.tags }),
    },
    data: withoutEmptyLists({
      params: model.params,
      metrics: model.metrics.map((metric) => writeMetric({ ...metric, modelId })),
    }),
  }
}

const loggedModel = message({
  info: required(
    message({
      model_id: required(text),
      experiment_id: required(text),
      name: withDefault(text, ''),
      creation_timestamp_ms: withDefault(integer, 0),
      last_updated_timestamp_ms: withDefault(integer, 0),
      artifact_uri: withDefault(text, ''),
      status: withDefault(oneOf(loggedModelStatuses), 'LOGGED_MODEL_PENDING' as const),
      model_type: withDefault(text, ''),
      source_run_id: withDefault(text, ''),
      tags: listOf(keyValue),
    }).nested,
  ),
  data: message({ params: listOf(keyValue), metrics: listOf(modelMetric) }).nested,
})

/** As `writeLoggedModel` gives it. */
export const loggedModelShape = loggedModel.shape

/** Reads a logged model as an MLflow server answers it. @throws INVALID_PARAMETER_VALUE naming the field */
export function parseLoggedModel(json: unknown): LoggedModel {
  const { info, data } = loggedModel.parse(json)
  const { creationTimestampMs, lastUpdatedTimestampMs, ...rest } = info
  const modelId = parseModelId(info.modelId)
  const experimentId = parseExperimentId(info.experimentId)
  if (modelId === undefined || experimentId === undefined) {
    throw invalid(`Logged model '${info.modelId}' of experiment '${info.experimentId}': not an id.`)
  }
  return {
    ...rest,
    modelId,
    experimentId,
    creationTime: creationTimestampMs,
    lastUpdateTime: lastUpdatedTimestampMs,
    params: data?.params ?? [],
    metrics: data?.metrics ?? [],
  }
}
