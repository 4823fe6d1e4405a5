import type { Sql } from '../../store/database.ts'
import { getNumber } from '../../store/row.ts'

const parts = ['trace_tags', 'trace_metadata', 'trace_prompts', 'spans', 'assessments']

/** The rows of an experiment's traces by their ids, or the oldest ones up to a time. */
export async function selectTraces(
  sql: Sql,
  experiment: number,
  which: { readonly traceIds: readonly string[] } | { readonly upToTime: number; readonly limit: number },
): Promise<readonly number[]> {
  const rows =
    'traceIds' in which
      ? await sql.all(
          'select id from traces where experiment = ? and trace_id in (select value from json_each(?))',
          experiment,
          JSON.stringify(which.traceIds),
        )
      : await sql.all(
          'select id from traces where experiment = ? and request_time <= ? order by request_time, trace_id limit ?',
          experiment,
          which.upToTime,
          which.limit,
        )
  return rows.map((row) => getNumber(row, 'id'))
}

/** With all that belongs to them; resolves to how many there were. */
export async function deleteTraces(sql: Sql, ids: readonly number[]): Promise<number> {
  const chosen = JSON.stringify(ids)
  const ofThem = 'in (select cast(value as bigint) from json_each(?))'
  for (const table of parts) await sql.run(`delete from ${table} where trace ${ofThem}`, chosen)
  await sql.run(`delete from trace_runs where trace_id in (select trace_id from traces where id ${ofThem})`, chosen)
  return sql.run(`delete from traces where id ${ofThem}`, chosen)
}
