import { BinaryReader, WireType } from '@bufbuild/protobuf/wire'
import { invalid } from '../mlflow/fields.ts'
import { RunwrightError } from '../errors.ts'
import { checkDepth, checkSpan, createPartCount, type PartCount } from './limits.ts'
import { type AnyValue, type Attribute, type Span, type SpanEvent, type SpanLink, spanStatuses } from './span.ts'

/**
 * Reads an `ExportTraceServiceRequest` (opentelemetry-proto 1.x).
 *
 * Field by field rather than by a descriptor: there are nine small messages that never change meaning, what is read goes
 * straight into the span that is kept, and depth and number of parts are held down while reading instead of after it.
 * Fields that are not known are passed over.
 *
 * @throws INVALID_PARAMETER_VALUE for what is no such message, for a span without ids, and for more than is taken at once
 */
export function readOtlpProtobuf(bytes: Uint8Array): readonly Span[] {
  try {
    return readExport(bytes, createPartCount())
  } catch (cause) {
    if (cause instanceof RunwrightError) throw cause
    throw invalid('The body is no OTLP export of traces in protobuf.', 'It has to be an ExportTraceServiceRequest.')
  }
}

function readExport(bytes: Uint8Array, parts: PartCount): Span[] {
  const spans: Span[] = []
  readFields(bytes, { 1: bytesField((group) => readResourceSpans(group, parts, spans)) })
  return spans
}

function readResourceSpans(bytes: Uint8Array, parts: PartCount, spans: Span[]): void {
  const scopes: Uint8Array[] = []
  const resource: Attribute[] = []
  readFields(bytes, {
    1: bytesField((read) => readFields(read, { 1: attributeField(resource, parts) })),
    // Read once the resource is known, which may stand behind them.
    2: bytesField((scope) => {
      parts.add()
      scopes.push(scope)
    }),
  })
  for (const scope of scopes) {
    readFields(scope, { 2: bytesField((span) => spans.push(checkSpan(readSpan(span, parts, resource)))) })
  }
}

function readSpan(bytes: Uint8Array, parts: PartCount, resource: readonly Attribute[]): Span {
  parts.add()
  const [attributes, events, links]: [Attribute[], SpanEvent[], SpanLink[]] = [[], [], []]
  const read = { traceId: '', spanId: '', parentSpanId: '', traceState: '', name: '', kind: 0 }
  let [startTime, endTime, status]: [bigint, bigint, Span['status']] = [0n, 0n, { code: 'UNSET', message: '' }]
  readFields(bytes, {
    1: bytesField((id) => (read.traceId = toHex(id))),
    2: bytesField((id) => (read.spanId = toHex(id))),
    3: textField((text) => (read.traceState = text)),
    4: bytesField((id) => (read.parentSpanId = toHex(id))),
    5: textField((text) => (read.name = text)),
    6: [WireType.Varint, (reader) => (read.kind = reader.int32())],
    7: timeField((time) => (startTime = time)),
    8: timeField((time) => (endTime = time)),
    9: attributeField(attributes, parts),
    11: bytesField((event) => events.push(readEvent(event, parts))),
    13: bytesField((link) => links.push(readLink(link, parts))),
    15: bytesField((given) => (status = readStatus(given))),
  })
  return { ...read, startTime, endTime, status, attributes, events, links, resource }
}

function readStatus(bytes: Uint8Array): Span['status'] {
  const status: { code: Span['status']['code']; message: string } = { code: 'UNSET', message: '' }
  readFields(bytes, {
    2: textField((text) => (status.message = text)),
    3: [WireType.Varint, (reader) => (status.code = spanStatuses[reader.int32()] ?? 'UNSET')],
  })
  return status
}

function readEvent(bytes: Uint8Array, parts: PartCount): SpanEvent {
  parts.add()
  const attributes: Attribute[] = []
  const event = { name: '', time: 0n }
  readFields(bytes, {
    1: timeField((time) => (event.time = time)),
    2: textField((text) => (event.name = text)),
    3: attributeField(attributes, parts),
  })
  return { ...event, attributes }
}

function readLink(bytes: Uint8Array, parts: PartCount): SpanLink {
  parts.add()
  const attributes: Attribute[] = []
  const link = { traceId: '', spanId: '' }
  readFields(bytes, {
    1: bytesField((id) => (link.traceId = toHex(id))),
    2: bytesField((id) => (link.spanId = toHex(id))),
    4: attributeField(attributes, parts),
  })
  return { ...link, attributes }
}

function readAttribute(bytes: Uint8Array, parts: PartCount, depth: number): Attribute {
  parts.add()
  let [key, value]: [string, AnyValue] = ['', { kind: 'none' }]
  readFields(bytes, {
    1: textField((text) => (key = text)),
    2: bytesField((given) => (value = readValue(given, parts, depth))),
  })
  return { key, value }
}

function readValue(bytes: Uint8Array, parts: PartCount, depth: number): AnyValue {
  checkDepth(depth)
  let value: AnyValue = { kind: 'none' }
  readFields(bytes, {
    1: textField((text) => (value = { kind: 'text', value: text })),
    2: [WireType.Varint, (reader) => (value = { kind: 'flag', value: reader.bool() })],
    3: [WireType.Varint, (reader) => (value = { kind: 'integer', value: String(reader.int64()) })],
    4: [WireType.Bit64, (reader) => (value = { kind: 'number', value: reader.double() })],
    5: bytesField((list) => (value = { kind: 'list', value: readList(list, parts, depth + 1) })),
    6: bytesField((map) => (value = { kind: 'map', value: readMap(map, parts, depth + 1) })),
    7: bytesField((given) => (value = { kind: 'bytes', value: given })),
  })
  return value
}

function readList(bytes: Uint8Array, parts: PartCount, depth: number): AnyValue[] {
  const items: AnyValue[] = []
  readFields(bytes, {
    1: bytesField((item) => {
      parts.add()
      items.push(readValue(item, parts, depth))
    }),
  })
  return items
}

function readMap(bytes: Uint8Array, parts: PartCount, depth: number): Attribute[] {
  const entries: Attribute[] = []
  readFields(bytes, { 1: attributeField(entries, parts, depth) })
  return entries
}

/** How a field stands in a message, and what is done with it. */
type FieldReader = readonly [WireType, (reader: BinaryReader) => void]

function readFields(bytes: Uint8Array, fields: Readonly<Record<number, FieldReader>>): void {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag()
    const [expected, read] = fields[number] ?? []
    if (read !== undefined && expected === wireType) read(reader)
    else reader.skip(wireType, number)
  }
  if (reader.pos > reader.len) throw new RangeError('A field goes beyond its message.')
}

function bytesField(take: (bytes: Uint8Array) => void): FieldReader {
  return [WireType.LengthDelimited, (reader) => take(reader.bytes())]
}

function textField(take: (text: string) => void): FieldReader {
  return [WireType.LengthDelimited, (reader) => take(reader.string(true))]
}

function timeField(take: (time: bigint) => void): FieldReader {
  return [WireType.Bit64, (reader) => take(BigInt(reader.fixed64()))]
}

function attributeField(attributes: Attribute[], parts: PartCount, depth = 1): FieldReader {
  return bytesField((bytes) => attributes.push(readAttribute(bytes, parts, depth)))
}

function toHex(bytes: Uint8Array): string {
  // No id is longer; whatever is, is refused without its digits.
  return Array.from(bytes.subarray(0, 17), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
