import type { Tag } from '../runs.ts'
import type { Trace, TraceInfo } from '../traces.ts'
import { writeAssessment } from './assessment-json.ts'
import { limits, truncate } from './names.ts'
import { writeDuration, writeTimestamp } from './proto-times.ts'

/** MLflow's `TraceInfoV3`. */
export function writeTraceInfo(info: TraceInfo): object {
  const { clientRequestId, requestPreview, responsePreview, executionDuration } = info
  return {
    trace_id: info.traceId,
    ...(clientRequestId === undefined ? {} : { client_request_id: clientRequestId }),
    trace_location: { type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: info.experimentId } },
    ...(requestPreview === undefined ? {} : { request_preview: requestPreview }),
    ...(responsePreview === undefined ? {} : { response_preview: responsePreview }),
    request_time: writeTimestamp(info.requestTime),
    ...(executionDuration === undefined ? {} : { execution_duration: writeDuration(executionDuration) }),
    state: info.state,
    ...(info.metadata.length === 0 ? {} : { trace_metadata: toMap(info.metadata, limits.traceMetadataShown) }),
    ...(info.assessments.length === 0 ? {} : { assessments: info.assessments.map(writeAssessment) }),
    ...(info.tags.length === 0 ? {} : { tags: toMap(info.tags, limits.traceTagShown) }),
  }
}

/** The `TraceInfo` of the second version of the interface. */
export function writeOldTraceInfo(info: TraceInfo): object {
  const list = (entries: readonly Tag[], limit: number) =>
    entries.map(({ key, value }) => ({ key: truncate(key, limits.key), value: truncate(value, limit) }))
  return {
    request_id: info.traceId,
    experiment_id: info.experimentId,
    timestamp_ms: info.requestTime,
    execution_time_ms: info.executionDuration ?? 0,
    status: info.state === 'STATE_UNSPECIFIED' ? 'TRACE_STATUS_UNSPECIFIED' : info.state,
    ...(info.metadata.length === 0 ? {} : { request_metadata: list(info.metadata, limits.traceMetadataShown) }),
    ...(info.tags.length === 0 ? {} : { tags: list(info.tags, limits.traceTagShown) }),
  }
}

/** JSON of a trace, piece by piece; its spans go into it as they are stored. */
export async function* writeTrace({ info, spans }: Trace): AsyncGenerator<string> {
  yield `{"trace_info":${JSON.stringify(writeTraceInfo(info))}`
  let isFirst = true
  for await (const some of spans) {
    if (some.length === 0) continue
    yield `${isFirst ? ',"spans":[' : ','}${some.join(',')}`
    isFirst = false
  }
  yield isFirst ? '}' : ']}'
}

/** MLflow cuts off what it shows, not what it keeps. */
function toMap(entries: readonly Tag[], limit: number): object {
  return Object.fromEntries(entries.map(({ key, value }) => [truncate(key, limits.key), truncate(value, limit)]))
}
