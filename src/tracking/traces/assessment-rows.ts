import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { Tag } from '../../protocol/runs.ts'
import {
  type Assessment,
  type AssessmentError,
  assessmentSourceTypes,
  type NewAssessment,
} from '../../protocol/traces.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findText, getNumber, getText } from '../../store/row.ts'

const kinds = ['feedback', 'expectation', 'issue'] as const

/** What is said of traces, by their rows, in the order in which it was said. */
export async function loadAssessments(sql: Sql, traces: readonly number[]): Promise<ReadonlyMap<number, Assessment[]>> {
  const groups = new Map<number, Assessment[]>(traces.map((trace) => [trace, []]))
  const rows = await sql.all(
    `select a.*, t.trace_id from assessments a join traces t on t.id = a.trace
       where a.trace in (select cast(value as bigint) from json_each(?)) order by a.id`,
    JSON.stringify(traces),
  )
  for (const row of rows) groups.get(getNumber(row, 'trace'))?.push(toAssessment(row))
  return groups
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getAssessmentRow(sql: Sql, traceId: string, assessmentId: string): Promise<SqlRow> {
  const row = await sql.get(
    `select a.*, t.trace_id from assessments a join traces t on t.id = a.trace
       where t.trace_id = ? and a.assessment_id = ?`,
    traceId,
    assessmentId,
  )
  if (row !== undefined) return row
  const trace = await sql.get('select id from traces where trace_id = ?', traceId)
  throw new RunwrightError(
    'RESOURCE_DOES_NOT_EXIST',
    trace === undefined
      ? `Trace with request_id '${traceId}' not found`
      : `Assessment with ID '${assessmentId}' not found for trace '${traceId}'`,
  )
}

export function toAssessment(row: SqlRow): Assessment {
  const error = findText(row, 'error')
  const columns = ['source_id', 'span_id', 'rationale', 'overrides'] as const
  const [sourceId, spanId, rationale, overrides] = columns.map((column) => findText(row, column))
  return {
    assessmentId: getText(row, 'assessment_id'),
    traceId: getText(row, 'trace_id'),
    kind: kinds.find((kind) => kind === row['kind']) ?? 'feedback',
    name: getText(row, 'name'),
    value: getText(row, 'value'),
    ...(error === undefined ? {} : { error: toError(error) }),
    source: {
      type: assessmentSourceTypes.find((type) => type === row['source_type']) ?? 'SOURCE_TYPE_UNSPECIFIED',
      ...(sourceId === undefined ? {} : { id: sourceId }),
    },
    ...(spanId === undefined ? {} : { spanId }),
    ...(rationale === undefined ? {} : { rationale }),
    metadata: toMetadata(getText(row, 'metadata')),
    ...(overrides === undefined ? {} : { overrides }),
    isValid: getNumber(row, 'valid') === 1,
    createTime: getNumber(row, 'create_time'),
    lastUpdateTime: getNumber(row, 'last_update_time'),
  }
}

/** @param made the id, which the trace has none under yet, and the time in milliseconds */
export async function writeAssessment(
  sql: Sql,
  trace: number,
  assessment: NewAssessment,
  made: { readonly assessmentId: string; readonly time: number },
): Promise<void> {
  await sql.run(
    `insert into assessments (assessment_id, trace, kind, name, value, error, source_type, source_id, span_id, rationale,
       metadata, overrides, create_time, last_update_time) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    made.assessmentId,
    trace,
    assessment.kind,
    assessment.name,
    assessment.value,
    assessment.error === undefined ? null : JSON.stringify(assessment.error),
    assessment.source.type,
    assessment.source.id ?? null,
    assessment.spanId ?? null,
    assessment.rationale ?? null,
    writeMetadata(assessment.metadata),
    assessment.overrides ?? null,
    assessment.createTime ?? made.time,
    assessment.lastUpdateTime ?? made.time,
  )
}

export function writeMetadata(metadata: readonly Tag[]): string {
  return JSON.stringify(Object.fromEntries(metadata.map(({ key, value }) => [key, value])))
}

function toMetadata(stored: string): Tag[] {
  const metadata: unknown = JSON.parse(stored)
  return isRecord(metadata) ? Object.entries(metadata).map(([key, value]) => ({ key, value: String(value) })) : []
}

function toError(stored: string): AssessmentError {
  const error: unknown = JSON.parse(stored)
  const { code, message, stackTrace } = isRecord(error) ? error : {}
  return {
    code: String(code ?? ''),
    ...(typeof message === 'string' ? { message } : {}),
    ...(typeof stackTrace === 'string' ? { stackTrace } : {}),
  }
}
