import { openArtifact } from '../../client/mlflow-artifacts.ts'
import type { MlflowHttp } from '../../client/mlflow-http.ts'
import { isExactRecord, parseExactJson } from '../../protocol/exact-json.ts'
import type { Experiment } from '../../protocol/experiments.ts'
import { isRecord, recordOf } from '../../protocol/json.ts'
import { traceKeys } from '../../protocol/traces.ts'
import type { SourceFile, SourceTrace, TraceContent } from '../run-source.ts'
import { parseKeptSpans } from './kept-trace.ts'
import { readAnsweredSpan } from './span-json.ts'
import { fingerprintOf, readTraceInfo, type ToldTrace } from './told-trace.ts'
import { unlessUnknown } from './unless-unknown.ts'

/** Traces that one answer holds. */
const pageTraces = 100

/** Oldest first, an experiment after the other; none of a server that knows no such thing. */
export async function* readServerTraces(
  http: MlflowHttp,
  experiments: readonly Experiment[],
): AsyncGenerator<SourceTrace> {
  for (const { experimentId, name } of experiments) {
    let token: unknown
    do {
      const answer = await searchTraces(http, experimentId, token)
      if (answer === undefined) return
      for (const told of Array.isArray(answer['traces']) ? answer['traces'].filter(isRecord) : []) {
        const trace = readTraceInfo(told)
        const { traceId, info } = trace
        yield {
          traceId,
          experiment: name,
          info,
          fingerprint: fingerprintOf(trace),
          open: () => openTrace(http, trace),
        }
      }
      token = answer['next_page_token']
    } while (typeof token === 'string' && token !== '')
  }
}

/** By the interface that servers have since version 3, or else by the one before. */
async function searchTraces(
  http: MlflowHttp,
  experimentId: string,
  token: unknown,
): Promise<Readonly<Record<string, unknown>> | undefined> {
  const page = { max_results: pageTraces, ...(typeof token === 'string' ? { page_token: token } : {}) }
  const body = {
    ...page,
    locations: [{ type: 'MLFLOW_EXPERIMENT', mlflow_experiment: { experiment_id: experimentId } }],
    order_by: ['timestamp_ms ASC'],
  }
  const answer =
    (await http.post('/api/3.0/mlflow/traces/search', body).catch(unlessUnknown)) ??
    (await http
      .get('/api/2.0/mlflow/traces', { ...page, experiment_ids: experimentId, order_by: 'timestamp_ms ASC' })
      .catch(unlessUnknown))
  return answer === undefined ? undefined : recordOf(answer)
}

async function openTrace(http: MlflowHttp, trace: ToldTrace): Promise<TraceContent> {
  const { traceId } = trace
  const text = await readText(http, '/api/3.0/mlflow/traces/get', { trace_id: traceId, allow_partial: 'true' }).catch(
    () => undefined,
  )
  const answer = recordOf(recordOf(text === undefined ? undefined : parseExactJson(text))['trace'])
  if (Array.isArray(answer['spans'])) {
    return {
      spans: answer['spans'].filter(isExactRecord).map(readAnsweredSpan),
      attachments: listAttachments(http, trace, text ?? ''),
    }
  }
  // Spans that lie among the artifacts, as those of servers before 3.5 and of clients that are older, are answered here.
  const kept = await readText(http, '/ajax-api/2.0/mlflow/get-trace-artifact', { request_id: traceId })
  return { spans: parseKeptSpans(kept), attachments: listAttachments(http, trace, kept) }
}

async function readText(http: MlflowHttp, path: string, query: Readonly<Record<string, string>>): Promise<string> {
  return new Response(await http.open(path, query)).text()
}

/** Inputs and outputs name what lies beside the trace (`Attachment.ref` of mlflow/tracing/attachments.py). */
async function* listAttachments(
  http: MlflowHttp,
  { traceId, info }: ToldTrace,
  text: string,
): AsyncGenerator<SourceFile> {
  const found = new Map(
    [...text.matchAll(/mlflow-attachment:\/\/([0-9a-f-]{36})\?([^"'\\\s]*)/g)].map(([, id = '', query = '']) => [
      id,
      new URLSearchParams(query),
    ]),
  )
  const artifactUri = String(recordOf(info['tags'])[traceKeys.artifactLocation] ?? '')
  const open = (id: string) =>
    artifactUri.startsWith('mlflow-artifacts:')
      ? openArtifact(http, { runId: '', artifactUri }, `attachments/${id}`)
      : http.open('/ajax-api/3.0/mlflow/get-trace-artifact', { request_id: traceId, path: id })
  for (const [id, query] of found) {
    if (query.get('trace_id') !== traceId) continue
    yield {
      path: `attachments/${id}`,
      sizeBytes: Number(query.get('size') ?? 0),
      open: () => open(id),
    }
  }
}
