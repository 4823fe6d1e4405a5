import type { Assessment, AssessmentError } from '../traces.ts'
import { writeTimestamp } from './proto-times.ts'

/** MLflow shows the end of a longer one. */
const shownStackTrace = 10_000
const cutOff = '[Stack trace is truncated]\n...\n'

/** MLflow's `Assessment`. */
export function writeAssessment(assessment: Assessment): object {
  const { source, spanId, rationale, metadata, overrides } = assessment
  return {
    assessment_id: assessment.assessmentId,
    assessment_name: assessment.name,
    trace_id: assessment.traceId,
    ...(spanId === undefined ? {} : { span_id: spanId }),
    source: { source_type: source.type, ...(source.id === undefined ? {} : { source_id: source.id }) },
    create_time: writeTimestamp(assessment.createTime),
    last_update_time: writeTimestamp(assessment.lastUpdateTime),
    ...writeValue(assessment),
    ...(rationale === undefined ? {} : { rationale }),
    ...(metadata.length === 0 ? {} : { metadata: Object.fromEntries(metadata.map(({ key, value }) => [key, value])) }),
    ...(overrides === undefined ? {} : { overrides }),
    valid: assessment.isValid,
  }
}

function writeValue({ kind, value, error }: Assessment): object {
  if (kind === 'issue') return { issue: { issue_name: JSON.parse(value) } }
  if (kind === 'feedback') {
    return { feedback: { value: JSON.parse(value), ...(error === undefined ? {} : { error: writeError(error) }) } }
  }
  // What is a list or an object goes as the text that was stored.
  if (!/^[[{]/.test(value)) return { expectation: { value: JSON.parse(value) } }
  return { expectation: { serialized_value: { serialization_format: 'JSON_FORMAT', value } } }
}

function writeError({ code, message, stackTrace }: AssessmentError): object {
  const isLong = stackTrace !== undefined && stackTrace.length > shownStackTrace
  const shown = isLong ? cutOff + stackTrace.slice(cutOff.length - shownStackTrace) : stackTrace
  return {
    error_code: code,
    ...(message === undefined ? {} : { error_message: message }),
    ...(shown === undefined ? {} : { stack_trace: shown }),
  }
}
