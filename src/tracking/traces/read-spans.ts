import type { Trace, TraceInfo } from '../../protocol/traces.ts'
import type { Database, Sql } from '../../store/database.ts'
import { getNumber, getText } from '../../store/row.ts'

/** Spans that are read at once, if none of them alone is larger. */
const batchBytes = 4 * 1024 * 1024

/** Where a span is, and how large. */
export interface SpanPlace {
  readonly row: number
  readonly bytes: number
}

export interface PlacedTrace {
  readonly info: TraceInfo
  readonly places: readonly SpanPlace[]
}

/** Where the spans of traces are: those without a parent first, then by their start. */
export async function placeSpans(sql: Sql, infos: readonly TraceInfo[]): Promise<PlacedTrace[]> {
  const places = new Map<string, SpanPlace[]>(infos.map(({ traceId }) => [traceId, []]))
  const rows = await sql.all(
    `select t.trace_id, s.id, octet_length(s.content) as bytes from traces t join spans s on s.trace = t.id
       where t.trace_id in (select value from json_each(?)) order by s.parent_span_id is not null, s.start_time, s.id`,
    JSON.stringify(infos.map(({ traceId }) => traceId)),
  )
  for (const row of rows) {
    places.get(getText(row, 'trace_id'))?.push({ row: getNumber(row, 'id'), bytes: getNumber(row, 'bytes') })
  }
  return infos.map((info) => ({ info, places: places.get(info.traceId) ?? [] }))
}

/** The trace with its spans, which are read as they are asked for, so that one of any size takes little memory. */
export function openTrace(database: Database, { info, places }: PlacedTrace): Trace {
  return { info, spans: readSpans(database, places) }
}

async function* readSpans(database: Database, places: readonly SpanPlace[]): AsyncGenerator<readonly string[]> {
  for (const batch of toBatches(places)) {
    const rows = await database.read((sql) =>
      sql.all(
        'select s.content from json_each(?) asked join spans s on s.id = cast(asked.value as bigint) order by asked.key',
        JSON.stringify(batch),
      ),
    )
    // One that has been deleted meanwhile is left out.
    yield rows.map((row) => getText(row, 'content'))
  }
}

function* toBatches(places: readonly SpanPlace[]): Generator<readonly number[]> {
  let [batch, size]: [number[], number] = [[], 0]
  for (const { row, bytes } of places) {
    if (batch.length > 0 && size + bytes > batchBytes) {
      yield batch
      ;[batch, size] = [[], 0]
    }
    batch.push(row)
    size += bytes
  }
  if (batch.length > 0) yield batch
}
