import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import { message } from '../protocol/mlflow/fields.ts'
import { writeOldTraceInfo, writeTrace, writeTraceInfo } from '../protocol/mlflow/trace-json.ts'
import * as requests from '../protocol/mlflow/trace-requests.ts'
import type { Filter, OrderClause } from '../protocol/mlflow/search.ts'
import type { Trace, TraceInfo } from '../protocol/traces.ts'
import { mlflow3Route, mlflowRoute, writePage } from './mlflow-route.ts'
import { type RestRoute, type WrittenJson, writtenJson } from './route.ts'
import type { Traces } from './tracking.ts'

const nothing = message({})

/** Traces, by the third version of MLflow's interface and, where that is another, by the second. */
export function createTraceRoutes(traces: Traces): RestRoute[] {
  const root = 'traces'
  const one = `${root}/{trace_id}`
  return [
    mlflow3Route('POST', root, requests.startTrace, async ({ trace }) => ({
      trace: { trace_info: writeTraceInfo(await traces.start(trace)) },
    })),
    mlflow3Route('GET', `${root}/get`, requests.getTrace, async ({ traceId, allowPartial }) =>
      writeOne(await traces.get(traceId, allowPartial)),
    ),
    mlflow3Route('GET', `${root}/batchGet`, requests.batchGetTraces, async ({ traceIds, experimentIds }) =>
      writeMany(await traces.list(traceIds, experimentIds)),
    ),
    mlflow3Route('POST', `${root}/batchGetInfos`, requests.batchGetTraces, async ({ traceIds, experimentIds }) =>
      writePage('trace_infos', (await traces.infos(traceIds, experimentIds)).map(writeTraceInfo), undefined),
    ),
    mlflow3Route('POST', `${root}/search`, requests.searchTraces, ({ locations, ...query }) =>
      search(traces, locations, query, writeTraceInfo),
    ),
    mlflow3Route('GET', one, nothing, async (_, { trace_id: id = '' }) => ({
      trace: { trace_info: writeTraceInfo(await traces.info(id)) },
    })),
    ...createOldRoutes(traces),
    ...[mlflowRoute, mlflow3Route].flatMap((route) => [
      route('POST', `${root}/delete-traces`, requests.deleteTraces, (asked) => deleteTraces(traces, asked)),
      route('PATCH', `${one}/tags`, requests.traceTag, ({ key, value }, { trace_id: id = '' }) => {
        requests.checkSettable(key)
        return traces.setTag(id, requests.toTraceTag({ key, value }))
      }),
      route('DELETE', `${one}/tags`, requests.traceTagKey, ({ key }, { trace_id: id = '' }) => {
        requests.checkDeletable(key)
        return traces.deleteTag(id, key)
      }),
    ]),
  ]
}

function writeOne(trace: Trace): WrittenJson {
  async function* write(): AsyncGenerator<string> {
    yield '{"trace":'
    yield* writeTrace(trace)
    yield '}'
  }
  return { [writtenJson]: write() }
}

function writeMany(found: readonly Trace[]): WrittenJson {
  async function* write(): AsyncGenerator<string> {
    yield '{'
    for (const [index, trace] of found.entries()) {
      yield index === 0 ? '"traces":[' : ','
      yield* writeTrace(trace)
    }
    yield found.length === 0 ? '}' : ']}'
  }
  return { [writtenJson]: write() }
}

function createOldRoutes(traces: Traces): RestRoute[] {
  const root = 'traces'
  const one = `${root}/{request_id}`
  return [
    mlflowRoute('POST', root, requests.startOldTrace, async (begun) => {
      const { experimentId, timestampMs: requestTime, requestMetadata: metadata, tags } = begun
      return { trace_info: writeOldTraceInfo(await traces.begin({ experimentId, requestTime, metadata, tags })) }
    }),
    mlflowRoute('PATCH', one, requests.endOldTrace, async (ended, { request_id: id = '' }) => {
      const { timestampMs: time, status: state = 'STATE_UNSPECIFIED', requestMetadata: metadata, tags } = ended
      return { trace_info: writeOldTraceInfo(await traces.end(id, { time, state, metadata, tags })) }
    }),
    mlflowRoute('GET', `${one}/info`, nothing, async (_, { request_id: id = '' }) => ({
      trace_info: writeOldTraceInfo(await traces.info(id)),
    })),
    mlflowRoute('GET', root, requests.searchOldTraces, ({ experimentIds, ...query }) =>
      search(traces, experimentIds, query, writeOldTraceInfo),
    ),
    mlflowRoute('POST', `${root}/link-to-run`, requests.linkTracesToRun, ({ traceIds, runId }) =>
      traces.linkToRun(traceIds, runId),
    ),
    mlflowRoute('POST', `${root}/link-prompts`, requests.linkPromptsToTrace, ({ traceId, promptVersions }) =>
      traces.linkPrompts(
        traceId,
        promptVersions.map(({ name, version }) => `${name}/${version}`),
      ),
    ),
  ]
}

interface SearchRequest {
  readonly filter?: Filter
  readonly maxResults: number
  readonly orderBy: readonly OrderClause[]
  readonly pageToken?: string
}

async function search(
  traces: Traces,
  experimentIds: readonly ExperimentId[],
  { maxResults, ...query }: SearchRequest,
  write: (info: TraceInfo) => object,
): Promise<object> {
  const { items, nextPageToken } = await traces.search(experimentIds, { ...query, limit: maxResults })
  return writePage('traces', items.map(write), nextPageToken)
}

interface DeleteRequest {
  readonly experimentId: ExperimentId
  readonly maxTimestampMillis?: number
  readonly maxTraces?: number
  readonly requestIds: readonly string[]
}

async function deleteTraces(traces: Traces, asked: DeleteRequest): Promise<object> {
  const { experimentId, maxTimestampMillis: upToTime, maxTraces, requestIds: traceIds } = asked
  if (upToTime === undefined) {
    if (traceIds.length === 0) throw invalid('Either `max_timestamp_millis` or `trace_ids` must be specified.')
    if (maxTraces !== undefined) throw invalid("`max_traces` can't be specified if `trace_ids` is specified.")
    return { traces_deleted: await traces.delete(experimentId, { traceIds }) }
  }
  if (traceIds.length > 0) throw invalid('Only one of `max_timestamp_millis` and `trace_ids` can be specified.')
  if (maxTraces !== undefined && maxTraces <= 0) {
    throw invalid(`\`max_traces\` must be a positive integer, received ${maxTraces}.`)
  }
  const limit = maxTraces ?? Number.MAX_SAFE_INTEGER
  return { traces_deleted: await traces.delete(experimentId, { upToTime, limit }) }
}

function invalid(text: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', text)
}
