import { createHash } from 'node:crypto'
import { type NewAssessment, type NewTrace, traceKeys } from '../../protocol/traces.ts'
import type { Sql } from '../../store/database.ts'
import { getNumber } from '../../store/row.ts'
import { getActiveExperimentRow } from '../experiment-rows.ts'
import { writeAssessment } from './assessment-rows.ts'
import { artifactTag, getTraceRow, writeEntries } from './trace-rows.ts'

/**
 * Stores what a client tells of a trace as a whole, over what its spans have said so far.
 *
 * @param now the time in milliseconds
 * @throws RESOURCE_DOES_NOT_EXIST for an experiment that is not there
 */
export async function writeTrace(sql: Sql, trace: NewTrace, now: number): Promise<void> {
  const experiment = await getActiveExperimentRow(sql, trace.experimentId)
  await sql.run(
    `insert into traces (trace_id, experiment, request_time, execution_duration, state, client_request_id,
       request_preview, response_preview) values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict (trace_id) do update set experiment = excluded.experiment, request_time = excluded.request_time,
         execution_duration = excluded.execution_duration, state = excluded.state,
         client_request_id = excluded.client_request_id,
         request_preview = coalesce(excluded.request_preview, traces.request_preview),
         response_preview = coalesce(excluded.response_preview, traces.response_preview)`,
    trace.traceId,
    getNumber(experiment, 'id'),
    trace.requestTime,
    trace.executionDuration ?? null,
    trace.state,
    trace.clientRequestId ?? null,
    trace.requestPreview ?? null,
    trace.responsePreview ?? null,
  )
  const id = getNumber(await getTraceRow(sql, trace.traceId), 'id')
  const tags = trace.tags.filter(({ key }) => key !== traceKeys.spansLocation)
  await writeEntries(sql, 'trace_tags', id, [...tags, artifactTag(experiment, trace.traceId)])
  await writeEntries(sql, 'trace_metadata', id, [...trace.metadata, { key: traceKeys.isFinalized, value: 'true' }])
  for (const [index, assessment] of trace.assessments.entries()) {
    const assessmentId = assessment.assessmentId ?? createAssessmentId(trace.traceId, index, assessment)
    // The same trace may be sent again after an answer that was lost.
    await sql.run('delete from assessments where trace = ? and assessment_id = ?', id, assessmentId)
    await writeAssessment(sql, id, assessment, { assessmentId, time: now })
  }
}

/** The same each time that the same is sent, so that nothing is there twice. */
function createAssessmentId(traceId: string, index: number, assessment: NewAssessment): string {
  const hash = createHash('sha256').update(JSON.stringify([traceId, index, assessment]))
  return `a-${hash.digest('hex').slice(0, 32)}`
}
