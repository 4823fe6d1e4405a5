import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { base64Encode, BinaryWriter, WireType } from '@bufbuild/protobuf/wire'
import * as fc from 'fast-check'
import { RunwrightError } from '../errors.ts'
import { exportLimits } from './limits.ts'
import { writePythonJson } from './python-json.ts'
import { readOtlpJson } from './read-json.ts'
import { readOtlpProtobuf } from './read-protobuf.ts'
import { type AnyValue, type Attribute, type Span, spanStatuses } from './span.ts'
import { writeSpanJson } from './write-json.ts'

const hex = (sizeBytes: number) =>
  fc
    .uint8Array({ minLength: sizeBytes, maxLength: sizeBytes })
    .filter((bytes) => bytes.some((byte) => byte > 0))
    .map((bytes) => Buffer.from(bytes).toString('hex'))
const text = fc.string({ unit: 'binary', maxLength: 20 }).map((written) => written.toWellFormed())
const time = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n })

/** What is read has a prototype. */
const plain = { noNullPrototype: true } as const
const attribute = (value: fc.Arbitrary<AnyValue>): fc.Arbitrary<Attribute> => fc.record({ key: text, value }, plain)

const { value } = fc.letrec<{ value: AnyValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.constant<AnyValue>({ kind: 'none' }),
    text.map((value): AnyValue => ({ kind: 'text', value })),
    fc.boolean().map((value): AnyValue => ({ kind: 'flag', value })),
    fc
      .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
      .map((value): AnyValue => ({ kind: 'integer', value: `${value}` })),
    fc.double().map((value): AnyValue => ({ kind: 'number', value })),
    fc.uint8Array({ maxLength: 9 }).map((value): AnyValue => ({ kind: 'bytes', value })),
    fc.array(tie('value'), { maxLength: 3 }).map((value): AnyValue => ({ kind: 'list', value })),
    fc.array(attribute(tie('value')), { maxLength: 3 }).map((value): AnyValue => ({ kind: 'map', value })),
  ),
}))
const attributes = fc.array(attribute(value), { maxLength: 4 })

const span: fc.Arbitrary<Span> = fc.record(
  {
    traceId: hex(16),
    spanId: hex(8),
    parentSpanId: hex(8),
    name: text,
    kind: fc.integer({ min: 0, max: 5 }),
    traceState: text,
    startTime: time,
    endTime: time,
    status: fc.record({ code: fc.constantFrom(...spanStatuses), message: text }, plain),
    attributes,
    events: fc.array(fc.record({ name: text, time, attributes }, plain), { maxLength: 2 }),
    links: fc.array(fc.record({ traceId: hex(16), spanId: hex(8), attributes }, plain), { maxLength: 2 }),
    resource: attributes,
  },
  {
    ...plain,
    requiredKeys: [
      'traceId',
      'spanId',
      'name',
      'kind',
      'traceState',
      'startTime',
      'endTime',
      'status',
      'attributes',
      'events',
      'links',
      'resource',
    ],
  },
)

describe('an OTLP export', () => {
  it('is read from protobuf as it was sent, with fields that nobody knows among it', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 3 }), (spans) => {
        assert.deepEqual(readOtlpProtobuf(encodeExport(spans)), spans)
      }),
    )
  })

  it('is read from JSON alike, in either spelling, with integers as numbers or texts', () => {
    fc.assert(
      fc.property(fc.array(span, { maxLength: 3 }), fc.boolean(), (spans, isSnake) => {
        assert.deepEqual(readOtlpJson(jsonExport(spans, isSnake)), spans)
      }),
    )
  })

  it('is never anything but read or refused, whatever the bytes are', () => {
    const mangled = fc
      .tuple(span, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }))
      .map(([sent, changes]) => {
        const bytes = encodeExport([sent])
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte
        return bytes
      })
    const json = fc.json().map((written) => Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${written}]}]}]}`))
    fc.assert(
      fc.property(fc.oneof(mangled, json, fc.uint8Array()), (bytes) => {
        for (const read of [readOtlpProtobuf, readOtlpJson]) refusesOrReads(() => read(bytes))
      }),
      { numRuns: 300 },
    )
  })

  it('is refused when a few bytes of it would become much', () => {
    const small: Attribute = { key: '', value: { kind: 'none' } }
    const many = Array.from({ length: exportLimits.parts + 1 }, () => small)
    assert.throws(() => readOtlpProtobuf(encodeExport([{ ...plainSpan, attributes: many }])), /more than 250000/)
    let deep: AnyValue = { kind: 'none' }
    for (let depth = 0; depth < 200; depth++) deep = { kind: 'list', value: [deep] }
    const deepSpan = { ...plainSpan, attributes: [{ key: 'deep', value: deep }] }
    assert.throws(() => readOtlpProtobuf(encodeExport([deepSpan])), /more than 32 deep/)
    const lists = '{"arrayValue":{"values":['.repeat(40) + ']}}'.repeat(40)
    const json = Buffer.from(`{"resourceSpans":[{"resource":{"attributes":[{"key":"deep","value":${lists}}]}}]}`)
    assert.throws(() => readOtlpJson(json), /no OTLP export|more than 32 deep/)
  })

  it('is refused for a span that names no trace, or a time that no database holds', () => {
    const refused = (change: Partial<Span>, pattern: RegExp) =>
      assert.throws(() => readOtlpProtobuf(encodeExport([{ ...plainSpan, ...change }])), pattern)
    refused({ traceId: '' }, /no trace id of 16 bytes/)
    refused({ traceId: '0'.repeat(32) }, /no trace id/)
    refused({ traceId: 'ab'.repeat(17) }, /no trace id/)
    refused({ spanId: 'ab' }, /no span id of 8 bytes/)
    refused({ parentSpanId: 'abcd' }, /parent whose id/)
    refused({ startTime: 2n ** 63n }, /a time that is not/)
  })

  it('is written as JSON that reads as the same span', () => {
    fc.assert(
      fc.property(span, (sent) => {
        const written = JSON.parse(writeSpanJson({ ...sent, resource: [] }))
        written.trace_id = Buffer.from(written.trace_id, 'base64').toString('hex')
        written.span_id = Buffer.from(written.span_id, 'base64').toString('hex')
        assert.deepEqual([written.trace_id, written.span_id, written.name], [sent.traceId, sent.spanId, sent.name])
        assert.equal(written.attributes.length, sent.attributes.length)
      }),
    )
  })
})

describe('a value as Python writes it', () => {
  it('has the spaces and numbers of json.dumps', () => {
    const number = (value: number) => writePythonJson({ kind: 'number', value })
    assert.deepEqual([1, 1.5, -0, 1e15, 1e16, 1.5e22, 1e-7, Number.NaN].map(number), [
      '1.0',
      '1.5',
      '-0.0',
      '1000000000000000.0',
      '1e+16',
      '1.5e+22',
      '1e-07',
      'NaN',
    ])
    const list: AnyValue = { kind: 'list', value: [{ kind: 'integer', value: '9007199254740993' }, { kind: 'none' }] }
    const map: AnyValue = {
      kind: 'map',
      value: [
        { key: 'ü', value: list },
        { key: 'b', value: { kind: 'flag', value: true } },
      ],
    }
    assert.equal(writePythonJson(map), '{"ü": [9007199254740993, null], "b": true}')
  })
})

const plainSpan: Span = {
  traceId: 'ab'.repeat(16),
  spanId: 'cd'.repeat(8),
  name: 'plain',
  kind: 0,
  traceState: '',
  startTime: 1n,
  endTime: 2n,
  status: { code: 'OK', message: '' },
  attributes: [],
  events: [],
  links: [],
  resource: [],
}

function refusesOrReads(read: () => unknown): void {
  try {
    read()
  } catch (error) {
    assert.ok(error instanceof RunwrightError && error.code === 'INVALID_PARAMETER_VALUE', String(error))
  }
}

type Write = (writer: BinaryWriter) => void

/** A message inside another. */
function nested(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}

function encodeExport(spans: readonly Span[]): Uint8Array {
  const writer = new BinaryWriter()
  for (const sent of spans) {
    nested(writer, 1, (group) => {
      nested(group, 2, (scope) => nested(scope, 2, (inner) => encodeSpan(inner, sent)))
      nested(group, 1, (resource) => encodeAttributes(resource, 1, sent.resource))
      group.tag(1000, WireType.LengthDelimited).string('of a later version')
    })
  }
  return writer.finish()
}

function encodeSpan(writer: BinaryWriter, sent: Span): void {
  const bytes = (field: number, hexDigits: string) =>
    writer.tag(field, WireType.LengthDelimited).bytes(Buffer.from(hexDigits, 'hex'))
  bytes(1, sent.traceId)
  bytes(2, sent.spanId)
  writer.tag(3, WireType.LengthDelimited).string(sent.traceState)
  if (sent.parentSpanId !== undefined) bytes(4, sent.parentSpanId)
  writer.tag(5, WireType.LengthDelimited).string(sent.name)
  writer.tag(6, WireType.Varint).int32(sent.kind)
  writer.tag(7, WireType.Bit64).fixed64(sent.startTime)
  writer.tag(8, WireType.Bit64).fixed64(sent.endTime)
  writer.tag(900, WireType.Varint).int32(7)
  encodeAttributes(writer, 9, sent.attributes)
  for (const event of sent.events) {
    nested(writer, 11, (inner) => {
      inner.tag(1, WireType.Bit64).fixed64(event.time).tag(2, WireType.LengthDelimited).string(event.name)
      encodeAttributes(inner, 3, event.attributes)
    })
  }
  for (const link of sent.links) {
    nested(writer, 13, (inner) => {
      inner.tag(1, WireType.LengthDelimited).bytes(Buffer.from(link.traceId, 'hex'))
      inner.tag(2, WireType.LengthDelimited).bytes(Buffer.from(link.spanId, 'hex'))
      encodeAttributes(inner, 4, link.attributes)
    })
  }
  nested(writer, 15, (inner) => {
    inner.tag(2, WireType.LengthDelimited).string(sent.status.message)
    inner.tag(3, WireType.Varint).int32(spanStatuses.indexOf(sent.status.code))
  })
}

function encodeAttributes(writer: BinaryWriter, field: number, sent: readonly Attribute[]): void {
  for (const { key, value: given } of sent) {
    nested(writer, field, (inner) => {
      inner.tag(1, WireType.LengthDelimited).string(key)
      nested(inner, 2, (any) => encodeValue(any, given))
    })
  }
}

function encodeValue(writer: BinaryWriter, any: AnyValue): void {
  switch (any.kind) {
    case 'none':
      return
    case 'text':
      writer.tag(1, WireType.LengthDelimited).string(any.value)
      return
    case 'flag':
      writer.tag(2, WireType.Varint).bool(any.value)
      return
    case 'integer':
      writer.tag(3, WireType.Varint).int64(any.value)
      return
    case 'number':
      writer.tag(4, WireType.Bit64).double(any.value)
      return
    case 'bytes':
      writer.tag(7, WireType.LengthDelimited).bytes(any.value)
      return
    case 'list':
      nested(writer, 5, (list) => any.value.forEach((item) => nested(list, 1, (inner) => encodeValue(inner, item))))
      return
    case 'map':
      nested(writer, 6, (map) => encodeAttributes(map, 1, any.value))
  }
}

function jsonExport(spans: readonly Span[], isSnake: boolean): Uint8Array {
  const integer = (number: bigint) => (isSnake ? JSON.rawJSON(String(number)) : String(number))
  const json = {
    resourceSpans: spans.map((sent) => ({
      scopeSpans: [
        {
          spans: [
            {
              traceId: sent.traceId.toUpperCase(),
              spanId: sent.spanId,
              parentSpanId: sent.parentSpanId ?? null,
              traceState: sent.traceState,
              name: sent.name,
              kind: sent.kind,
              startTimeUnixNano: integer(sent.startTime),
              endTimeUnixNano: integer(sent.endTime),
              attributes: sent.attributes.map(jsonAttribute),
              events: sent.events.map((event) => ({
                name: event.name,
                timeUnixNano: integer(event.time),
                attributes: event.attributes.map(jsonAttribute),
              })),
              links: sent.links.map((link) => ({ ...link, attributes: link.attributes.map(jsonAttribute) })),
              status: {
                message: sent.status.message,
                code: isSnake ? spanStatuses.indexOf(sent.status.code) : `STATUS_CODE_${sent.status.code}`,
              },
              later: { of: 'another version' },
            },
          ],
        },
      ],
      resource: { attributes: sent.resource.map(jsonAttribute) },
    })),
  }
  const written = JSON.stringify(json)
  const toSnake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
  return Buffer.from(
    isSnake ? written.replace(/"(resourceSpans|scopeSpans|traceId|spanId|startTimeUnixNano)":/g, toSnake) : written,
  )
}

function jsonAttribute({ key, value: given }: Attribute): object {
  return { key, value: jsonValue(given) }
}

function jsonValue(any: AnyValue): object {
  switch (any.kind) {
    case 'none':
      return {}
    case 'text':
      return { stringValue: any.value }
    case 'flag':
      return { boolValue: any.value }
    case 'integer':
      return { intValue: any.value }
    case 'number':
      return {
        doubleValue: Number.isFinite(any.value)
          ? Object.is(any.value, -0)
            ? JSON.rawJSON('-0')
            : any.value
          : String(any.value),
      }
    case 'bytes':
      return { bytesValue: base64Encode(any.value) }
    case 'list':
      return { arrayValue: { values: any.value.map(jsonValue) } }
    case 'map':
      return { kvlistValue: { values: any.value.map(jsonAttribute) } }
  }
}
