import type { Tag } from '../runs.ts'
import { type NewTrace, traceKeys, traceStates } from '../traces.ts'
import { assessment } from './assessment-requests.ts'
import {
  checked,
  type Field,
  filled,
  flag,
  integer,
  invalid,
  invalidValue,
  listOf,
  message,
  oneOf,
  refuse,
  required,
  text,
  withDefault,
} from './fields.ts'
import { parseTraceFilter } from './filter.ts'
import { defaultExperimentId, experimentId } from './id-fields.ts'
import { keyValue } from './key-values.ts'
import { checkKey, checkLength, limits, truncate } from './names.ts'
import { parseTraceOrder } from './order-by.ts'
import { pageSize } from './page-size.ts'
import { duration, timestamp } from './proto-times.ts'
import { textMap } from './text-map.ts'

/** A time that protobuf can tell: up to the year 9999. */
const time = checked(integer, (value, path) => (value < 0 || value > 253_402_300_799_999 ? refuse(value, path) : value))

const location = message({
  type: text,
  mlflow_experiment: message({ experiment_id: withDefault(filled(experimentId), defaultExperimentId) }).nested,
}).nested

const preview = checked(text, (written) => truncate(written, limits.tracePreview))

const traceInfo = message({
  trace_id: checked(required(text), (id, path) => {
    // It becomes part of the address of what belongs to the trace.
    if (/^[A-Za-z0-9][\w.:-]*$/.test(id)) checkLength(id, limits.traceId, path)
    else throw invalid(`${invalidValue(path, id)}: a trace id has letters, digits and the signs _ . : - only.`)
    return id
  }),
  client_request_id: text,
  trace_location: location,
  request_preview: preview,
  response_preview: preview,
  request_time: timestamp,
  execution_duration: duration,
  state: oneOf(traceStates),
  trace_metadata: checked(textMap, toEntries),
  tags: checked(textMap, toEntries),
  assessments: listOf(assessment),
})

export const startTrace = message({
  trace: checked(
    required(message({ trace_info: required(traceInfo.nested) }).nested),
    ({ traceInfo: info }): NewTrace => {
      const { traceLocation, traceMetadata: metadata, requestTime = 0, state = 'STATE_UNSPECIFIED', ...rest } = info
      const place = traceLocation?.mlflowExperiment
      if (place === undefined) throw invalid("Missing value for required parameter 'trace.trace_info.trace_location'.")
      return { ...rest, experimentId: place.experimentId, requestTime, state, metadata }
    },
  ),
})

export const getTrace = message({ trace_id: required(text), allow_partial: withDefault(flag, false) })

export const batchGetTraces = message({
  trace_ids: checked(given(text), (ids, path) => {
    if (ids.length <= limits.traceBatch) return ids
    throw invalid(`Parameter '${path}' holds ${ids.length} ids, expected at most ${limits.traceBatch}.`)
  }),
  experiment_ids: scope(),
})

const search = {
  filter: checked(filled(text), parseTraceFilter),
  max_results: withDefault(pageSize(limits.tracePage), 100),
  order_by: checked(listOf(text), parseTraceOrder),
  page_token: filled(text),
}

export const searchTraces = message({
  locations: checked(given(location), (locations) =>
    locations.flatMap(({ mlflowExperiment: place }) => (place === undefined ? [] : [place.experimentId])),
  ),
  ...search,
})

export const searchOldTraces = message({ experiment_ids: given(experimentId), ...search })

export const deleteTraces = message({
  experiment_id: required(experimentId),
  max_timestamp_millis: integer,
  max_traces: integer,
  request_ids: listOf(text),
})

export const traceTag = message({ key: required(text), value: withDefault(text, '') })

export const traceTagKey = message({ key: required(text) })

export const linkTracesToRun = message({
  trace_ids: checked(given(text), (ids) => {
    if (ids.length <= limits.traceLinks) return ids
    throw invalid(
      `Cannot link more than ${limits.traceLinks} traces to a run in a single request. Provided ${ids.length} traces.`,
    )
  }),
  run_id: required(text),
})

export const linkPromptsToTrace = message({
  trace_id: required(text),
  prompt_versions: given(message({ name: required(text), version: required(text) }).nested),
})

const oldStatuses = ['TRACE_STATUS_UNSPECIFIED', 'OK', 'ERROR', 'IN_PROGRESS'] as const
const entries = checked(listOf(keyValue), toEntries)

export const startOldTrace = message({
  experiment_id: withDefault(filled(experimentId), defaultExperimentId),
  timestamp_ms: withDefault(time, 0),
  request_metadata: entries,
  tags: entries,
})

export const endOldTrace = message({
  timestamp_ms: withDefault(time, 0),
  status: checked(oneOf(oldStatuses), (status) =>
    status === 'TRACE_STATUS_UNSPECIFIED' ? 'STATE_UNSPECIFIED' : status,
  ),
  request_metadata: entries,
  tags: entries,
})

/** Tags that say where a trace is kept are ours to write. */
const keptTags: readonly string[] = [traceKeys.spansLocation, 'mlflow.trace.archiveLocation']
const failureTag = 'mlflow.trace.archivalFailure'

/** A tag as it is stored: an over-long value is cut off. @throws INVALID_PARAMETER_VALUE */
export function toTraceTag({ key, value }: Tag): Tag {
  checkKey(key, 'key')
  if (key === traceKeys.name) checkLength(value, limits.traceName, 'Trace name')
  return { key, value: truncate(value, limits.traceTagValue) }
}

/** @throws INVALID_PARAMETER_VALUE for a tag that clients may not set */
export function checkSettable(key: string): void {
  if ([...keptTags, failureTag].includes(key)) throw immutable(key, 'set')
}

/** @throws INVALID_PARAMETER_VALUE for a tag that clients may not take away */
export function checkDeletable(key: string): void {
  if (keptTags.includes(key)) throw immutable(key, 'deleted')
}

function immutable(key: string, done: string): Error {
  return invalid(`Tag '${key}' is immutable and cannot be ${done} on a trace.`)
}

/** Tags or metadata of a whole trace as they are stored: over-long values are cut off. */
function toEntries(given: readonly Tag[], path: string): readonly Tag[] {
  if (given.length > limits.traceEntries) {
    throw invalid(`Parameter '${path}' holds ${given.length} entries, expected at most ${limits.traceEntries}.`)
  }
  return given.map(({ key, value }) => {
    if (key === traceKeys.name) checkLength(value, limits.traceName, 'Trace name')
    return { key, value: truncate(value, limits.traceTagValue) }
  })
}

/** A list that has to be there, and may be empty. */
function given<T>(field: Field<T, unknown>): Field<readonly T[], never> {
  return required(listOf(field))
}

/** Experiments to look in; none at all is not the same as all. */
function scope(): Field<readonly ReturnType<typeof experimentId.read>[]> {
  return { ...listOf(experimentId), absent: () => undefined }
}
