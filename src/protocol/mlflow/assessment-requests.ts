import { parseExactJson } from '../exact-json.ts'
import { isRecord } from '../json.ts'
import { shapeOfObject } from '../shape.ts'
import { type AssessmentChange, type AssessmentError, assessmentSourceTypes, type NewAssessment } from '../traces.ts'
import { checked, type Field, filled, invalid, listOf, message, oneOf, refuse, required, text } from './fields.ts'
import { checkLength, limits } from './names.ts'
import { timestamp } from './proto-times.ts'
import { textMap } from './text-map.ts'

/** Any JSON; null is a value as every other, and so is none at all. */
const anyJson: Field<string, string> = { shape: {}, absent: () => 'null', read: (value) => JSON.stringify(value) }

const error = checked(
  message({ error_code: text, error_message: filled(text), stack_trace: filled(text) }).nested,
  ({ errorCode: code = '', errorMessage, stackTrace }): AssessmentError => ({
    code,
    ...(errorMessage === undefined ? {} : { message: errorMessage }),
    ...(stackTrace === undefined ? {} : { stackTrace }),
  }),
)

const feedback = message({ value: anyJson, error }).nested

const expectation = checked(
  message({
    value: anyJson,
    serialized_value: message({ serialization_format: text, value: required(text) }).nested,
  }).nested,
  ({ value, serializedValue }, path) => {
    const written = serializedValue === undefined ? value : toSerialized(serializedValue, path)
    if (written === 'null') throw invalid('The `value` field must be specified.')
    return { value: written }
  },
)

function toSerialized(
  { serializationFormat, value }: { serializationFormat?: string; value: string },
  path: string,
): string {
  if (serializationFormat !== 'JSON_FORMAT') {
    throw invalid(`Unknown serialization format: ${serializationFormat ?? ''}. Only JSON_FORMAT is supported.`)
  }
  if (parseExactJson(value) === undefined) throw invalid(`Parameter '${path}.serialized_value.value' has to be JSON.`)
  return value.trim()
}

const fields = message({
  assessment_id: filled(text),
  assessment_name: filled(text),
  trace_id: text,
  span_id: filled(text),
  source: message({ source_type: oneOf(assessmentSourceTypes), source_id: filled(text) }).nested,
  create_time: timestamp,
  last_update_time: timestamp,
  feedback,
  expectation,
  issue: message({ issue_name: text }).nested,
  rationale: filled(text),
  metadata: textMap,
  overrides: filled(text),
})

/** An assessment that stands with a new trace, or is to be stored alone. */
export const assessment: Field<NewAssessment> = checked(fields.nested, (given, path): NewAssessment => {
  const { assessmentName: name = '', source, feedback, expectation, issue, ...rest } = given
  const values = [feedback, expectation, issue].filter((value) => value !== undefined)
  if (values.length !== 1) throw invalid('Exactly one of `expectation`, `feedback`, or `issue` should be specified.')
  checkLength(name, limits.key, `${path}.assessment_name`)
  const { sourceType = 'SOURCE_TYPE_UNSPECIFIED', sourceId } = source ?? {}
  return {
    ...rest,
    name,
    source: { type: sourceType, ...(sourceId === undefined ? {} : { id: sourceId }) },
    ...(feedback === undefined
      ? expectation === undefined
        ? { kind: 'issue', value: JSON.stringify(issue?.issueName ?? '') }
        : { kind: 'expectation', ...expectation }
      : { kind: 'feedback', ...feedback }),
  }
})

export const createAssessment = message({ assessment: required(assessment) })

/** A FieldMask in JSON is one text; a list is what people write by hand. */
const updateMask: Field<readonly string[]> = {
  shape: { anyOf: [{ type: 'string' }, shapeOfObject({ paths: listOf(text).shape })] },
  absent: () => undefined,
  read(value, path) {
    if (typeof value === 'string') return value.split(',').map((each) => each.trim())
    return isRecord(value) ? listOf(text).read(value['paths'], `${path}.paths`) : refuse(value, path)
  },
}

export const updateAssessment = message({ assessment: required(fields.nested), update_mask: required(updateMask) })

/** What the mask names of an assessment that has been sent. */
export function toAssessmentChange(asked: ReturnType<typeof updateAssessment.parse>): AssessmentChange {
  const has = (name: string) => asked.updateMask.some((path) => path === name || path === name.replace('_n', 'N'))
  const { assessmentName, feedback: said, expectation: expected, rationale, metadata } = asked.assessment
  return {
    ...(has('assessment_name') && assessmentName !== undefined ? { name: assessmentName } : {}),
    ...(has('feedback') && said !== undefined ? { feedback: said } : {}),
    ...(has('expectation') && expected !== undefined ? { expectation: expected } : {}),
    ...(has('rationale') && rationale !== undefined ? { rationale } : {}),
    ...(has('metadata') ? { metadata } : {}),
  }
}
