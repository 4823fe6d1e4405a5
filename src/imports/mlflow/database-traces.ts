import { RunwrightError } from '../../protocol/errors.ts'
import { isExactRecord, parseExactJson } from '../../protocol/exact-json.ts'
import { writeDuration, writeTimestamp } from '../../protocol/mlflow/proto-times.ts'
import { pythonNumber } from '../../protocol/otlp/python-json.ts'
import type { Tag } from '../../protocol/runs.ts'
import { traceKeys } from '../../protocol/traces.ts'
import type { SourceTrace, TraceContent } from '../run-source.ts'
import { findArtifactFolder } from './artifact-folder.ts'
import { toEntry } from './database-runs.ts'
import { openKeptTrace } from './kept-trace.ts'
import { listRows, type MlflowDatabase, numberOf, type Row, textOf } from './rows.ts'
import { readKeptSpan } from './span-json.ts'
import { fingerprintOf, readTraceInfo, type ToldTrace } from './told-trace.ts'

export async function* readDatabaseTraces(source: MlflowDatabase): AsyncGenerator<SourceTrace> {
  const { database } = source
  const active = `from trace_info t join experiments e on e.experiment_id = t.experiment_id
    where e.lifecycle_stage = 'active'`
  const ids = listRows(database, 'trace_info', `select t.request_id ${active} order by t.timestamp_ms, t.request_id`)
  for (const id of ids) {
    const [row] = listRows(
      database,
      'trace_info',
      `select t.*, e.name as experiment_name ${active} and t.request_id = ?`,
      textOf(id, 'request_id'),
    )
    if (row === undefined) continue
    const told = readInfo(source, row)
    yield {
      traceId: told.traceId,
      experiment: textOf(row, 'experiment_name'),
      info: told.info,
      fingerprint: fingerprintOf(told),
      open: async () => openTrace(source, told),
    }
  }
}

function readInfo({ database }: MlflowDatabase, row: Row): ToldTrace {
  const traceId = textOf(row, 'request_id')
  const list = (table: string) =>
    listRows(database, table, `select key, value from ${table} where request_id = ? order by key`, traceId).map(toEntry)
  const length = numberOf(row, 'execution_time_ms')
  return readTraceInfo({
    trace_id: traceId,
    ...textsOf(row, ['client_request_id', 'request_preview', 'response_preview']),
    request_time: writeTimestamp(numberOf(row, 'timestamp_ms') ?? 0),
    ...(length === undefined ? {} : { execution_duration: writeDuration(length) }),
    state: textOf(row, 'status').replace('TRACE_STATUS_UNSPECIFIED', 'STATE_UNSPECIFIED'),
    trace_metadata: [...list('trace_request_metadata'), ...readColumns(row)],
    tags: [...list('trace_tags'), ...entryOf(traceKeys.name, textOf(row, 'trace_name'))],
    assessments: listRows(
      database,
      'assessments',
      'select * from assessments where trace_id = ? order by created_timestamp, assessment_id',
      traceId,
    ).map(readAssessment),
  })
}

const tokens = [
  'input_tokens',
  'output_tokens',
  'total_tokens',
  'cache_read_input_tokens',
  'cache_creation_input_tokens',
  'cache_creation_input_tokens_above_1hr',
]
const costs = ['input_cost', 'output_cost', 'total_cost']

/** Metadata that the database has columns for since version 3.17 (mlflow/store/tracking/utils/trace_analytics.py). */
function readColumns(row: Row): readonly Tag[] {
  return [
    ...entryOf(traceKeys.session, textOf(row, 'session_id')),
    ...entryOf(traceKeys.tokenUsage, writeAmounts(row, tokens, String)),
    ...entryOf(traceKeys.cost, writeAmounts(row, costs, pythonNumber)),
  ]
}

/** None where there is no text. */
function entryOf(key: string, value: string): readonly Tag[] {
  return value === '' ? [] : [{ key, value }]
}

function writeAmounts(row: Row, columns: readonly string[], write: (amount: number) => string): string {
  const written = columns.flatMap((name) => {
    const amount = numberOf(row, name)
    return amount === undefined ? [] : [`"${name}": ${write(amount)}`]
  })
  return written.length === 0 ? '' : `{${written.join(', ')}}`
}

/** Of these columns those that have one. */
function textsOf(row: Row, columns: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(columns.map((name) => [name, textOf(row, name)]).filter(([, text]) => text !== ''))
}

/** MLflow's `Assessment` in JSON. */
function readAssessment(row: Row): object {
  const kind = textOf(row, 'assessment_type')
  const [value, error, metadata] = ['value', 'error', 'assessment_metadata'].map((name) =>
    parseExactJson(textOf(row, name)),
  )
  return {
    assessment_id: textOf(row, 'assessment_id'),
    assessment_name: textOf(row, 'name'),
    source: { source_type: textOf(row, 'source_type'), source_id: textOf(row, 'source_id') },
    create_time: writeTimestamp(numberOf(row, 'created_timestamp') ?? 0),
    last_update_time: writeTimestamp(numberOf(row, 'last_updated_timestamp') ?? 0),
    ...(kind === 'feedback' ? { feedback: { value, ...(isExactRecord(error) ? { error } : {}) } } : {}),
    ...(kind === 'expectation'
      ? { expectation: { serialized_value: { serialization_format: 'JSON_FORMAT', value: textOf(row, 'value') } } }
      : {}),
    ...(kind === 'issue' ? { issue: { issue_name: value } } : {}),
    ...(isExactRecord(metadata) ? { metadata } : {}),
    ...textsOf(row, ['span_id', 'rationale', 'overrides']),
  }
}

function openTrace(source: MlflowDatabase, { traceId, info }: ToldTrace): TraceContent {
  const tags = isExactRecord(info['tags']) ? info['tags'] : {}
  const folder = findArtifactFolder(String(tags[traceKeys.artifactLocation] ?? ''), traceId, source.artifactFolder)
  const place = tags[traceKeys.spansLocation]
  if (place === 'ARCHIVE_REPO') {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', 'its spans are in an archive; import them from the server')
  }
  return openKeptTrace(folder, place === 'TRACKING_STORE' ? readSpans(source, traceId) : undefined)
}

/** Rows that are read at a time. */
const pageLength = 100

async function* readSpans({ database }: MlflowDatabase, traceId: string): AsyncGenerator<object> {
  for (let after = 0; ;) {
    const rows = listRows(
      database,
      'spans',
      `select rowid as place, content from spans where trace_id = ? and rowid > ${after} order by rowid limit ${pageLength}`,
      traceId,
    )
    for (const row of rows) {
      const span = parseExactJson(textOf(row, 'content'))
      if (!isExactRecord(span)) throw new RunwrightError('INVALID_PARAMETER_VALUE', 'one of its spans is no JSON')
      yield readKeptSpan(span)
      after = numberOf(row, 'place') ?? after
    }
    if (rows.length < pageLength) return
  }
}
