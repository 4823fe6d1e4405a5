import { base64Decode } from '@bufbuild/protobuf/wire'
import { isExactRecord, numberText, parseExactJson } from '../exact-json.ts'
import { invalid } from '../mlflow/fields.ts'
import { parseDouble } from '../mlflow/numbers.ts'
import { checkDepth, checkSpan, createPartCount, type PartCount } from './limits.ts'
import { type AnyValue, type Attribute, type Span, type SpanEvent, type SpanLink, spanStatuses } from './span.ts'

/** An export as JSON is parsed as a whole, which takes several times its size. */
const maxJsonBytes = 8 * 1024 * 1024

/**
 * Reads an `ExportTraceServiceRequest` in OTLP's JSON: ids are hex, names camelCase or as in protobuf, 64-bit integers
 * numbers or digits in quotes; what is not known is passed over.
 *
 * @throws INVALID_PARAMETER_VALUE as `readOtlpProtobuf`, and for more than 8 MiB
 */
export function readOtlpJson(bytes: Uint8Array): readonly Span[] {
  if (bytes.byteLength > maxJsonBytes) {
    throw invalid(`An export in JSON can have ${maxJsonBytes} bytes, got ${bytes.byteLength}.`, 'Send it as protobuf.')
  }
  const body = parseExactJson(new TextDecoder().decode(bytes))
  if (!isExactRecord(body)) throw invalid('The body is no OTLP export of traces in JSON.')
  const parts = createPartCount()
  return listAt(body, 'resourceSpans').flatMap((group) => {
    const resource = readAttributes(recordAt(group, 'resource'), parts)
    return listAt(group, 'scopeSpans').flatMap((scope) =>
      listAt(scope, 'spans').map((span) => checkSpan(readSpan(span, parts, resource))),
    )
  })
}

/** Reads one span that stands alone, as an export in JSON has it. @throws INVALID_PARAMETER_VALUE */
export function readSpanJson(span: JsonRecord, parts: PartCount): Span {
  return checkSpan(readSpan(span, parts, []))
}

type JsonRecord = Readonly<Record<string, unknown>>

function readSpan(span: JsonRecord, parts: PartCount, resource: readonly Attribute[]): Span {
  parts.add()
  const status = recordAt(span, 'status')
  return {
    traceId: idAt(span, 'traceId'),
    spanId: idAt(span, 'spanId'),
    parentSpanId: idAt(span, 'parentSpanId'),
    traceState: textAt(span, 'traceState'),
    name: textAt(span, 'name'),
    kind: enumAt(span, 'kind', spanKinds),
    startTime: timeAt(span, 'startTimeUnixNano'),
    endTime: timeAt(span, 'endTimeUnixNano'),
    status: {
      code: spanStatuses[enumAt(status, 'code', statusCodes)] ?? 'UNSET',
      message: textAt(status, 'message'),
    },
    attributes: readAttributes(span, parts),
    events: listAt(span, 'events').map((event) => readEvent(event, parts)),
    links: listAt(span, 'links').map((link) => readLink(link, parts)),
    resource,
  }
}

const spanKinds = ['UNSPECIFIED', 'INTERNAL', 'SERVER', 'CLIENT', 'PRODUCER', 'CONSUMER'].map(
  (name) => `SPAN_KIND_${name}`,
)
const statusCodes = spanStatuses.map((name) => `STATUS_CODE_${name}`)

function readEvent(event: JsonRecord, parts: PartCount): SpanEvent {
  parts.add()
  return {
    name: textAt(event, 'name'),
    time: timeAt(event, 'timeUnixNano'),
    attributes: readAttributes(event, parts),
  }
}

function readLink(link: JsonRecord, parts: PartCount): SpanLink {
  parts.add()
  return { traceId: idAt(link, 'traceId'), spanId: idAt(link, 'spanId'), attributes: readAttributes(link, parts) }
}

function readAttributes(of: JsonRecord, parts: PartCount, depth = 1, name = 'attributes'): Attribute[] {
  return listAt(of, name).map((attribute) => {
    parts.add()
    return { key: textAt(attribute, 'key'), value: readValue(recordAt(attribute, 'value'), parts, depth) }
  })
}

function readValue(value: JsonRecord, parts: PartCount, depth: number): AnyValue {
  checkDepth(depth)
  if (has(value, 'stringValue')) return { kind: 'text', value: textAt(value, 'stringValue') }
  if (has(value, 'boolValue')) return { kind: 'flag', value: at(value, 'boolValue') === true }
  if (has(value, 'intValue')) return { kind: 'integer', value: String(integerAt(value, 'intValue')) }
  if (has(value, 'doubleValue')) return { kind: 'number', value: doubleAt(value, 'doubleValue') }
  if (has(value, 'bytesValue')) return { kind: 'bytes', value: bytesAt(value, 'bytesValue') }
  if (has(value, 'kvlistValue')) {
    return { kind: 'map', value: readAttributes(recordAt(value, 'kvlistValue'), parts, depth + 1, 'values') }
  }
  if (!has(value, 'arrayValue')) return { kind: 'none' }
  const items = listAt(recordAt(value, 'arrayValue'), 'values').map((item) => {
    parts.add()
    return readValue(item, parts, depth + 1)
  })
  return { kind: 'list', value: items }
}

/** A member by its name in JSON or in protobuf; null is none. */
function at(record: JsonRecord, name: string): unknown {
  const other = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  const value = Object.hasOwn(record, name) ? record[name] : Object.hasOwn(record, other) ? record[other] : undefined
  return value ?? undefined
}

function has(record: JsonRecord, name: string): boolean {
  return at(record, name) !== undefined
}

function recordAt(record: JsonRecord, name: string): JsonRecord {
  const value = at(record, name) ?? {}
  return isExactRecord(value) ? value : refuse(name, 'an object')
}

function listAt(record: JsonRecord, name: string): readonly JsonRecord[] {
  const value = at(record, name) ?? []
  if (!Array.isArray(value)) return refuse(name, 'a list')
  return value.map((item: unknown) => (isExactRecord(item) ? item : refuse(name, 'a list of objects')))
}

function textAt(record: JsonRecord, name: string): string {
  const value = at(record, name) ?? ''
  // A half of a surrogate pair is no text that a database keeps.
  return typeof value === 'string' ? value.toWellFormed() : refuse(name, 'text')
}

function idAt(record: JsonRecord, name: string): string {
  return textAt(record, name).toLowerCase()
}

function integerAt(record: JsonRecord, name: string): bigint {
  const value = at(record, name) ?? 0
  const digits = typeof value === 'string' ? value : (numberText(value) ?? '')
  if (!/^-?\d{1,20}$/.test(digits)) return refuse(name, 'an integer')
  const integer = BigInt(digits)
  return BigInt.asIntN(64, integer) === integer || name.endsWith('Nano')
    ? integer
    : refuse(name, 'an integer of 64 bits')
}

function timeAt(record: JsonRecord, name: string): bigint {
  return integerAt(record, name)
}

function doubleAt(record: JsonRecord, name: string): number {
  const value = at(record, name)
  return (
    parseDouble(typeof value === 'string' ? value : Number(numberText(value) ?? refuse(name, 'a number'))) ??
    refuse(name, 'a number')
  )
}

function enumAt(record: JsonRecord, name: string, names: readonly string[]): number {
  const value = at(record, name) ?? 0
  if (typeof value === 'string' && names.includes(value)) return names.indexOf(value)
  return typeof value === 'number' && Number.isInteger(value)
    ? value
    : refuse(name, `a number or one of ${names.join(', ')}`)
}

function bytesAt(record: JsonRecord, name: string): Uint8Array {
  try {
    return base64Decode(textAt(record, name))
  } catch {
    return refuse(name, 'base64')
  }
}

function refuse(name: string, expected: string): never {
  throw invalid(`"${name}" of the OTLP export has to be ${expected}.`)
}
