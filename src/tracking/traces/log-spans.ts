import { traceKeys } from '../../protocol/traces.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findNumber, getNumber, getText } from '../../store/row.ts'
import type { SpanFacts, SpanRow } from './span-facts.ts'
import { findPlace, writeTally } from './write-tally.ts'
import { artifactTag, findEntry, findTraceRow, getTraceRow, writeEntries } from './trace-rows.ts'

/**
 * Stores spans of one trace, which is there from its first span on; a span that is there already is put over. What a
 * client has told of the trace as a whole is not changed by what its spans say.
 *
 * @param experiment the row of the experiment that the trace is of, when it is new
 */
export async function logTraceSpans(sql: Sql, experiment: SqlRow, facts: SpanFacts): Promise<void> {
  const row = (await findTraceRow(sql, facts.traceId)) ?? (await insertTrace(sql, experiment, facts))
  await addSpans(sql, row, facts)
}

/** Stores spans of a trace that is there. @param row of the trace */
export async function addSpans(sql: Sql, row: SqlRow, facts: SpanFacts): Promise<void> {
  const trace = getNumber(row, 'id')
  const place = await findPlace(sql, trace, facts.rows)
  for (const span of facts.rows) await writeSpan(sql, trace, span)
  const isFinalized = (await findEntry(sql, 'trace_metadata', trace, traceKeys.isFinalized)) !== undefined
  await updateTrace(sql, row, facts, isFinalized)
  await addMetadata(sql, trace, traceKeys.session, facts.session)
  await addMetadata(sql, trace, traceKeys.user, facts.user)
  for (const column of ['usage', 'cost'] as const) {
    await writeTally(sql, { trace, rows: facts.rows, place, isFinalized }, column)
  }
  await writeEntries(sql, 'trace_tags', trace, [
    { key: traceKeys.spansLocation, value: 'TRACKING_STORE' },
    ...facts.tags.filter(({ key }) => key !== traceKeys.spansLocation && key !== traceKeys.artifactLocation),
  ])
}

async function insertTrace(sql: Sql, experiment: SqlRow, facts: SpanFacts): Promise<SqlRow> {
  await sql.run(
    `insert into traces (trace_id, experiment, request_time, state) values (?, ?, ?, 'IN_PROGRESS')`,
    facts.traceId,
    getNumber(experiment, 'id'),
    facts.startTime,
  )
  const row = await getTraceRow(sql, facts.traceId)
  await writeEntries(sql, 'trace_tags', getNumber(row, 'id'), [artifactTag(experiment, facts.traceId)])
  return row
}

async function writeSpan(sql: Sql, trace: number, span: SpanRow): Promise<void> {
  await sql.run(
    `insert into spans (trace, span_id, parent_span_id, name, type, status, start_time, usage, cost, content)
       values (?, ?, ?, ?, ?, ?, cast(? as bigint), ?, ?, ?)
       on conflict (trace, span_id) do update set parent_span_id = excluded.parent_span_id, name = excluded.name,
         type = excluded.type, status = excluded.status, start_time = excluded.start_time, usage = excluded.usage,
         cost = excluded.cost, content = excluded.content`,
    trace,
    span.spanId,
    span.parentSpanId ?? null,
    span.name,
    span.type ?? null,
    span.status,
    span.startTime,
    span.usage ?? null,
    span.cost ?? null,
    span.content,
  )
}

async function updateTrace(sql: Sql, row: SqlRow, facts: SpanFacts, isFinalized: boolean): Promise<void> {
  const isOpen = row['state'] === 'IN_PROGRESS' || row['state'] === 'STATE_UNSPECIFIED'
  const start = isFinalized ? getNumber(row, 'request_time') : Math.min(getNumber(row, 'request_time'), facts.startTime)
  await sql.run(
    `update traces set state = ?, request_time = ?, execution_duration = ?,
       request_preview = coalesce(request_preview, ?), response_preview = coalesce(response_preview, ?) where id = ?`,
    isOpen && facts.state !== undefined ? facts.state : getText(row, 'state'),
    start,
    isFinalized ? (findNumber(row, 'execution_duration') ?? null) : lengthFrom(start, row, facts),
    facts.requestPreview ?? null,
    facts.responsePreview ?? null,
    getNumber(row, 'id'),
  )
}

/** From the first start to the last end that is known. */
function lengthFrom(start: number, row: SqlRow, { endTime }: SpanFacts): number | null {
  const length = findNumber(row, 'execution_duration')
  const before = length === undefined ? [] : [getNumber(row, 'request_time') + length]
  const ends = [...before, ...(endTime === undefined ? [] : [endTime])]
  return ends.length === 0 ? null : Math.max(...ends) - start
}

async function addMetadata(sql: Sql, trace: number, key: string, value: string | undefined): Promise<void> {
  if (value === undefined || (await findEntry(sql, 'trace_metadata', trace, key)) !== undefined) return
  await writeEntries(sql, 'trace_metadata', trace, [{ key, value }])
}
