import { runStatuses } from '../runs.ts'
import { datasetInput } from './dataset-json.ts'
import { viewType } from './experiment-requests.ts'
import {
  checked,
  filled,
  integer,
  invalid,
  listOf,
  message,
  oneOf,
  refuse,
  required,
  text,
  withDefault,
} from './fields.ts'
import { parseRunFilter } from './filter.ts'
import { defaultExperimentId, experimentId, runId, runIdToLog } from './id-fields.ts'
import { keyValue, toParam, toRunTag } from './key-values.ts'
import { metric, metricFields, toMetric } from './metric-json.ts'
import { limits } from './names.ts'
import { parseRunOrder } from './order-by.ts'

const runTags = checked(listOf(keyValue), (tags, path) => tags.map((tag, i) => toRunTag(tag, `${path}[${i}].`)))

export const createRun = message({
  /** None is the experiment "Default". */
  experiment_id: withDefault(filled(experimentId), defaultExperimentId),
  user_id: filled(text),
  run_name: filled(text),
  start_time: integer,
  tags: runTags,
})

export const updateRun = message({
  run_id: runId,
  status: oneOf(runStatuses),
  end_time: integer,
  run_name: filled(text),
})

export const oneRun = message({ run_id: runId })

export const logMetric = message({ run_id: runId, ...metricFields })

export const logParam = message({ run_id: runId, key: required(text), value: withDefault(text, '') })

export const setTag = message({ run_id: runId, key: required(text), value: withDefault(text, '') })

export const deleteTag = message({ run_id: runId, key: required(text) })

export const logBatch = message({
  run_id: runIdToLog,
  metrics: checked(listOf(metric), (metrics, path) => metrics.map((metric, i) => toMetric(metric, `${path}[${i}].`))),
  params: checked(listOf(keyValue), (params, path) => params.map((param, i) => toParam(param, `${path}[${i}].`))),
  tags: runTags,
})

/** @throws INVALID_PARAMETER_VALUE when one batch holds more than a server takes */
export function checkBatchSize({
  metrics,
  params,
  tags,
}: Readonly<Record<'metrics' | 'params' | 'tags', readonly unknown[]>>): void {
  const counts = [
    ['metrics', limits.batchMetrics, metrics.length],
    ['params', limits.batchParams, params.length],
    ['tags', limits.batchTags, tags.length],
    ['metrics, params, and tags', limits.batchTotal, metrics.length + params.length + tags.length],
  ] as const
  for (const [name, limit, count] of counts) {
    if (count <= limit) continue
    throw invalid(
      `A batch logging request can contain at most ${limit} ${name}. Got ${count} ${name}. ` +
        `Please split up ${name} across multiple requests and try again.`,
    )
  }
}

export const logInputs = message({
  run_id: runIdToLog,
  datasets: listOf(datasetInput),
  models: listOf(message({ model_id: required(text) }).nested),
})

export const logOutputs = message({
  run_id: runId,
  models: required(listOf(message({ model_id: required(text), step: withDefault(integer, 0) }).nested)),
})

/** The older way to say that a run wrote a model: its MLmodel as JSON. */
export const logModel = message({ run_id: runId, model_json: required(text) })

export const searchRuns = message({
  experiment_ids: listOf(experimentId),
  filter: checked(filled(text), parseRunFilter),
  run_view_type: withDefault(viewType, 'ACTIVE_ONLY' as const),
  max_results: withDefault(
    checked(
      integer,
      (size, path) => {
        if (size > limits.searchPage) refuse(size, path)
        if (size < 1)
          throw invalid(`Invalid value ${size} for parameter '${path}' supplied. It must be a positive integer`)
        return size
      },
      { minimum: 1, maximum: limits.searchPage },
    ),
    1000,
  ),
  order_by: checked(listOf(text), parseRunOrder),
  page_token: filled(text),
})

export const metricHistory = message({
  run_id: runId,
  metric_key: required(text),
  page_token: filled(text),
  max_results: checked(
    integer,
    (size, path) => {
      if (size >= 1) return size
      throw invalid(`Invalid value ${size} for parameter '${path}' supplied. It must be a positive integer.`)
    },
    { minimum: 1 },
  ),
})

/** One metric of many runs, thinned out to `max_results` points a run. */
export const metricHistoryInterval = message({
  run_ids: checked(
    required(listOf(runId)),
    (runIds) => {
      if (runIds.length <= limits.historyRuns) return runIds
      throw invalid(
        `GetMetricHistoryBulkInterval request must specify at most ${limits.historyRuns} run_ids. ` +
          `Received ${runIds.length} run_ids.`,
      )
    },
    { maxItems: limits.historyRuns },
  ),
  metric_key: required(text),
  start_step: integer,
  end_step: integer,
  max_results: withDefault(
    checked(
      integer,
      (size) => {
        if (size >= 1 && size <= limits.historyPoints) return size
        throw invalid(`max_results must be between 1 and ${limits.historyPoints}.`)
      },
      { minimum: 1, maximum: limits.historyPoints },
    ),
    limits.historyPoints,
  ),
})

export const listArtifacts = message({ run_id: runId, path: filled(text), page_token: text })
