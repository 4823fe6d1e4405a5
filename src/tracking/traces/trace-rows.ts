import { RunwrightError } from '../../protocol/errors.ts'
import type { Tag } from '../../protocol/runs.ts'
import { type Assessment, traceKeys, type TraceInfo, traceStates } from '../../protocol/traces.ts'
import type { Sql, SqlRow } from '../../store/database.ts'
import { findNumber, findText, getNumber, getText } from '../../store/row.ts'
import { toExperimentId } from '../experiment-rows.ts'
import { loadAssessments } from './assessment-rows.ts'

export async function findTraceRow(sql: Sql, traceId: string): Promise<SqlRow | undefined> {
  return sql.get('select * from traces where trace_id = ?', traceId)
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function getTraceRow(sql: Sql, traceId: string): Promise<SqlRow> {
  const row = await findTraceRow(sql, traceId)
  if (row !== undefined) return row
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `Trace with ID '${traceId}' not found.`)
}

/** Gives rows of `traces` their tags, metadata and assessments, in a fixed number of statements. */
export async function loadTraceInfos(sql: Sql, rows: readonly SqlRow[]): Promise<TraceInfo[]> {
  const ids = rows.map((row) => getNumber(row, 'id'))
  const tags = await loadEntries(sql, 'trace_tags', ids)
  const metadata = await loadEntries(sql, 'trace_metadata', ids)
  const assessments = await loadAssessments(sql, ids)
  return rows.map((row) => {
    const id = getNumber(row, 'id')
    return toTraceInfo(row, {
      tags: tags.get(id) ?? [],
      metadata: metadata.get(id) ?? [],
      assessments: assessments.get(id) ?? [],
    })
  })
}

/** @throws RESOURCE_DOES_NOT_EXIST */
export async function loadTraceInfo(sql: Sql, traceId: string): Promise<TraceInfo> {
  const [info] = await loadTraceInfos(sql, [await getTraceRow(sql, traceId)])
  if (info === undefined) throw new TypeError('The trace is gone within its own transaction.')
  return info
}

function toTraceInfo(
  row: SqlRow,
  parts: { tags: readonly Tag[]; metadata: readonly Tag[]; assessments: readonly Assessment[] },
): TraceInfo {
  const executionDuration = findNumber(row, 'execution_duration')
  const columns = ['client_request_id', 'request_preview', 'response_preview'] as const
  const [clientRequestId, requestPreview, responsePreview] = columns.map((column) => findText(row, column))
  return {
    traceId: getText(row, 'trace_id'),
    experimentId: toExperimentId(getNumber(row, 'experiment')),
    requestTime: getNumber(row, 'request_time'),
    ...(executionDuration === undefined ? {} : { executionDuration }),
    state: traceStates.find((state) => state === row['state']) ?? 'STATE_UNSPECIFIED',
    ...(clientRequestId === undefined ? {} : { clientRequestId }),
    ...(requestPreview === undefined ? {} : { requestPreview }),
    ...(responsePreview === undefined ? {} : { responsePreview }),
    ...parts,
  }
}

type EntryTable = 'trace_tags' | 'trace_metadata'

async function loadEntries(sql: Sql, table: EntryTable, ids: readonly number[]): Promise<ReadonlyMap<number, Tag[]>> {
  const groups = new Map<number, Tag[]>(ids.map((id) => [id, []]))
  const rows = await sql.all(
    `select trace, key, value from ${table} where trace in (select cast(value as bigint) from json_each(?)) order by trace, key`,
    JSON.stringify(ids),
  )
  for (const row of rows) {
    groups.get(getNumber(row, 'trace'))?.push({ key: getText(row, 'key'), value: getText(row, 'value') })
  }
  return groups
}

/** Sets tags or metadata; of one key the last wins. */
export async function writeEntries(sql: Sql, table: EntryTable, trace: number, entries: readonly Tag[]): Promise<void> {
  for (const { key, value } of entries) {
    await sql.run(
      `insert into ${table} (trace, key, value) values (?, ?, ?)
         on conflict (trace, key) do update set value = excluded.value`,
      trace,
      key,
      value,
    )
  }
}

export async function findEntry(sql: Sql, table: EntryTable, trace: number, key: string): Promise<string | undefined> {
  const row = await sql.get(`select value from ${table} where trace = ? and key = ?`, trace, key)
  return row === undefined ? undefined : getText(row, 'value')
}

/** The tag by which a client finds where it may put what belongs to a trace. */
export function artifactTag(experiment: SqlRow, traceId: string): Tag {
  const location = getText(experiment, 'artifact_location').replace(/\/$/, '')
  return { key: traceKeys.artifactLocation, value: `${location}/traces/${traceId}/artifacts` }
}
