import { isExactRecord, numberText, parseExactJson } from '../../protocol/exact-json.ts'
import { isRecord, recordOf } from '../../protocol/json.ts'

type JsonRecord = Readonly<Record<string, unknown>>

/**
 * A span as MLflow's files and databases have it (`Span.to_dict` of mlflow/entities/span.py, 2.14 to 3.17), in OTLP's
 * JSON: attributes are JSON in texts there, and ids base64, or hex in some versions.
 *
 * @param span of `parseExactJson`: times are more than JavaScript's numbers hold
 */
export function readKeptSpan(span: JsonRecord): object {
  const { context, parent_id: parentId } = span
  const isOld = isRecord(context)
  const status = recordOf(span['status'])
  const code = isOld ? span['status_code'] : status['code']
  return {
    traceId: toHex(isOld ? context['trace_id'] : span['trace_id'], 32),
    spanId: toHex(isOld ? context['span_id'] : span['span_id'], 16),
    parentSpanId: toHex(isOld ? parentId : span['parent_span_id'], 16),
    name: span['name'],
    startTimeUnixNano: toText(isOld ? span['start_time'] : span['start_time_unix_nano']),
    endTimeUnixNano: toText(isOld ? span['end_time'] : span['end_time_unix_nano']),
    status: {
      code: `STATUS_CODE_${String(code ?? 'UNSET').replace('STATUS_CODE_', '')}`,
      message: (isOld ? span['status_message'] : status['message']) ?? '',
    },
    attributes: Object.entries(recordOf(span['attributes'])).map(([key, value]) => ({
      key,
      value: readKeptValue(value),
    })),
    events: listOf(span['events']).map((event) => ({
      name: event['name'],
      timeUnixNano: toText(event['time_unix_nano'] ?? event['timestamp']),
      attributes: toAttributes(recordOf(event['attributes'])),
    })),
    links: listOf(span['links']).flatMap((link) => {
      const [traceId, spanId] = [toHex(link['trace_id'], 32), toHex(link['span_id'], 16)]
      // Some programs write ids that OpenTelemetry does not know.
      if (!/^[0-9a-f]{32}$/.test(traceId) || !/^[0-9a-f]{16}$/.test(spanId)) return []
      return [{ traceId, spanId, attributes: toAttributes(recordOf(link['attributes'])) }]
    }),
  }
}

/**
 * A span as MLflow's REST interface answers it: OTLP's JSON, but for ids in base64.
 *
 * @param span of `parseExactJson`
 */
export function readAnsweredSpan(span: JsonRecord): object {
  return recordOf(
    withTexts({
      ...span,
      ...hexIds(span),
      ...(Array.isArray(span['links'])
        ? { links: listOf(span['links']).map((link) => ({ ...link, ...hexIds(link) })) }
        : {}),
    }),
  )
}

function hexIds(of: JsonRecord): JsonRecord {
  const ids = ['trace_id', 'span_id', 'parent_span_id'].filter((name) => of[name] !== undefined)
  return Object.fromEntries(ids.map((name) => [name, toHex(of[name], name === 'trace_id' ? 32 : 16)]))
}

/** Numbers that JavaScript cannot hold as the texts that OTLP's JSON takes in their place. */
function withTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTexts)
  if (!isExactRecord(value)) return JSON.isRawJSON(value) ? numberText(value) : value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTexts(each)]))
}

/** @param length of the id, in digits; base64 of as many bytes is shorter */
function toHex(id: unknown, length: 16 | 32): string {
  if (typeof id !== 'string' || id === '') return ''
  if (id.endsWith('=')) return Buffer.from(id, 'base64').toString('hex')
  return id
    .replace(/^(?:trace:\/.*\/)?(?:tr-)?(?:0x)?/, '')
    .toLowerCase()
    .padStart(length, '0')
}

function toText(time: unknown): string {
  return numberText(time) ?? '0'
}

function listOf(value: unknown): JsonRecord[] {
  return Array.isArray(value) ? value.map(recordOf) : []
}

function toAttributes(values: JsonRecord): object[] {
  return Object.entries(values).map(([key, value]) => ({ key, value: toAnyValue(value) }))
}

/** What is no JSON is the text that it is. */
function readKeptValue(value: unknown): object {
  if (typeof value !== 'string') return toAnyValue(value)
  const parsed = parseExactJson(value)
  return parsed === undefined ? { stringValue: value } : toAnyValue(parsed)
}

function toAnyValue(value: unknown): object {
  if (typeof value === 'string') return { stringValue: value }
  if (typeof value === 'boolean') return { boolValue: value }
  const digits = numberText(value)
  if (digits !== undefined) return isInt64(digits) ? { intValue: digits } : { doubleValue: digits }
  if (Array.isArray(value)) return { arrayValue: { values: value.map(toAnyValue) } }
  return isExactRecord(value) ? { kvlistValue: { values: toAttributes(value) } } : {}
}

function isInt64(digits: string): boolean {
  return /^-?\d{1,19}$/.test(digits) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits)
}
