import { base64Encode } from '@bufbuild/protobuf/wire'
import type { AnyValue, Attribute, Span } from './span.ts'

/**
 * A span as JSON with the names of its protobuf, as MLflow answers it. Ids are base64, as bytes are in protobuf's JSON,
 * and 64-bit integers are numbers, with all their digits.
 */
export function writeSpanJson(span: Span): string {
  return JSON.stringify({
    trace_id: idJson(span.traceId),
    span_id: idJson(span.spanId),
    ...(span.traceState === '' ? {} : { trace_state: span.traceState }),
    ...(span.parentSpanId === undefined ? {} : { parent_span_id: idJson(span.parentSpanId) }),
    name: span.name,
    ...(span.kind === 0 ? {} : { kind: span.kind }),
    start_time_unix_nano: JSON.rawJSON(String(span.startTime)),
    ...(span.endTime === 0n ? {} : { end_time_unix_nano: JSON.rawJSON(String(span.endTime)) }),
    attributes: span.attributes.map(attributeJson),
    events: span.events.map(({ name, time, attributes }) => ({
      time_unix_nano: JSON.rawJSON(String(time)),
      name,
      attributes: attributes.map(attributeJson),
    })),
    links: span.links.map(({ traceId, spanId, attributes }) => ({
      trace_id: idJson(traceId),
      span_id: idJson(spanId),
      attributes: attributes.map(attributeJson),
    })),
    status: {
      ...(span.status.message === '' ? {} : { message: span.status.message }),
      code: `STATUS_CODE_${span.status.code}`,
    },
  })
}

function attributeJson({ key, value }: Attribute): object {
  return { key, value: valueJson(value) }
}

function valueJson(any: AnyValue): object {
  switch (any.kind) {
    case 'none':
      return {}
    case 'text':
      return { string_value: any.value }
    case 'flag':
      return { bool_value: any.value }
    case 'integer':
      return { int_value: JSON.rawJSON(any.value) }
    case 'number':
      return { double_value: doubleJson(any.value) }
    case 'bytes':
      return { bytes_value: base64Encode(any.value) }
    case 'list':
      return { array_value: { values: any.value.map(valueJson) } }
    case 'map':
      return { kvlist_value: { values: any.value.map(attributeJson) } }
  }
}

/** NaN and the infinities are texts; a zero keeps its sign. */
function doubleJson(value: number): unknown {
  if (!Number.isFinite(value)) return String(value)
  return Object.is(value, -0) ? JSON.rawJSON('-0') : value
}

function idJson(hex: string): string {
  return base64Encode(Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16)))
}
