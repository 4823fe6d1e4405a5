import { type ImportMethods, importTags } from '../protocol/import.ts'
import { recordOf } from '../protocol/json.ts'
import { createPartCount } from '../protocol/otlp/limits.ts'
import { readSpanJson } from '../protocol/otlp/read-json.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { addSpans } from './traces/log-spans.ts'
import { collectFactsOf } from './traces/span-facts.ts'
import { getTraceRow, writeEntries } from './traces/trace-rows.ts'

/**
 * Adds spans to a trace that was started. What they would say of the trace itself is left out: that came with it, and
 * may have been changed since. With the last of them, assessments that others have taken the place of stop to count,
 * which is not said when a trace is started.
 *
 * @throws INVALID_PARAMETER_VALUE, RESOURCE_DOES_NOT_EXIST
 */
export async function importSpans(
  sql: Sql,
  { traceId, spans, fingerprint }: ImportMethods['import/spans']['params'],
): Promise<void> {
  const row = await getTraceRow(sql, traceId)
  if (spans.length > 0) {
    const parts = createPartCount()
    const facts = collectFactsOf(
      traceId,
      spans.map((span) => readSpanJson(recordOf(span), parts)),
    )
    await addSpans(sql, row, { ...facts, tags: [], session: undefined, user: undefined })
  }
  if (fingerprint === undefined) return
  const trace = getNumber(row, 'id')
  await sql.run(
    `update assessments set valid = 0 where trace = ? and assessment_id in
       (select overrides from assessments where trace = ? and overrides is not null)`,
    trace,
    trace,
  )
  await writeEntries(sql, 'trace_tags', trace, [{ key: importTags.fingerprint, value: fingerprint }])
}
