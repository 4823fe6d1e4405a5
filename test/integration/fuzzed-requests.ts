/** Requests made from the OpenAPI document: sound ones, and what can be wrong with each. */
import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import * as fc from 'fast-check'
import { isRecord, recordOf } from '../../src/protocol/json.ts'
import { paths } from '../../src/protocol/methods.ts'
import type { Shape } from '../../src/protocol/shape.ts'
import { strangeTexts, strangeValues, strangeWords } from './strange-values.ts'

export interface FuzzedRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Buffer
  /** Bytes that the headers announce and that never come. */
  readonly missingBytes: number
}

/** One thing that can be asked of the engine. */
export interface FuzzedOperation {
  /** For a test's name. */
  readonly name: string
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, Shape>>
  readonly headers: Readonly<Record<string, Shape>>
  readonly body?: Shape
  readonly bodyType: string
  /** Of an answer in JSON. */
  readonly answer: Shape
}

const json = 'application/json'

/** Each operation of the document, and each method of ours for one; without the stream of events, which has no end. */
export async function listOperations(): Promise<readonly FuzzedOperation[]> {
  const text = await readFile(new URL('../../docs/openapi.json', import.meta.url), 'utf8')
  const document = recordOf(JSON.parse(text))
  const schemas = recordOf(recordOf(document['components'])['schemas'])
  return Object.entries(recordOf(document['paths'])).flatMap(([path, item]) =>
    path === paths.events
      ? []
      : Object.entries(recordOf(item)).flatMap(([verb, operation]) => {
          if (!isRecord(operation) || !('responses' in operation)) return []
          const method = verb.toUpperCase()
          const one = { name: `${method} ${path}`, method, path, ...readOperation(operation) }
          if (path !== paths.call) return [one]
          const calls = Object.entries(schemas).filter(([name]) => name.includes('.'))
          return calls.map(([name, schema]) => ({ ...one, name: `a call of ${name}`, body: toShape(schema) }))
        }),
  )
}

function readOperation(
  operation: Readonly<Record<string, unknown>>,
): Omit<FuzzedOperation, 'name' | 'method' | 'path'> {
  const given = operation['parameters']
  const parameters = (Array.isArray(given) ? given : []).map(recordOf)
  const ofPlace = (place: string) =>
    Object.fromEntries(
      parameters.filter((each) => each['in'] === place).map((each) => [String(each['name']), toShape(each['schema'])]),
    )
  const content = recordOf(recordOf(operation['requestBody'])['content'])
  const [bodyType = json] = Object.keys(content)
  const body = content[bodyType]
  const answers = recordOf(recordOf(recordOf(operation['responses'])['200'])['content'])
  return {
    answer: toShape(recordOf(answers[json])['schema']),
    query: ofPlace('query'),
    headers: ofPlace('header'),
    bodyType,
    ...(body === undefined ? {} : { body: toShape(recordOf(body)['schema'] ?? {}) }),
  }
}

function toShape(schema: unknown): Shape {
  // SAFETY: the document's schemas are shapes of parsers.
  return recordOf(schema) as Shape
}

/** Values that are there, by the names of the fields that take them. */
export type Known = Readonly<Record<string, readonly unknown[]>>

const part = fc.double({ min: 0, max: 1, noNaN: true })
const bytes = fc.uint8Array({ maxLength: 300 })
const word = fc.oneof(fc.string({ maxLength: 12 }), fc.stringMatching(/^[a-z0-9]{1,8}$/), fc.constantFrom('a', '1'))
const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
/** Any UTF-16 units, so that most are no well-formed text. */
const units = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 20 })
  .map((codes) => String.fromCharCode(...codes))
const anyJson = fc.jsonValue({ maxDepth: 2 })

const strange: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...strangeTexts),
  fc.constantFrom(...strangeValues),
  units,
  fc.double(),
  fc.json({ maxDepth: 3 }).map((text) => JSON.parse(text)),
)

/** What a shape asks for, or with `sickness` of each part, in percent, something else. */
function valueOf(shape: Shape, name: string, known: Known, sickness: number): fc.Arbitrary<unknown> {
  const sound = soundValueOf(shape, name, known, sickness)
  return sickness === 0
    ? sound
    : fc.oneof({ weight: 100 - sickness, arbitrary: sound }, { weight: sickness, arbitrary: strange })
}

function soundValueOf(shape: Shape, name: string, known: Known, sickness: number): fc.Arbitrary<unknown> {
  const there = Object.hasOwn(known, name) ? (known[name] ?? []) : []
  const made = makeValue(shape, name, known, sickness)
  return there.length === 0
    ? made
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...there) }, { weight: 1, arbitrary: made })
}

function makeValue(shape: Shape, name: string, known: Known, sickness: number): fc.Arbitrary<unknown> {
  if (shape.const !== undefined) return fc.constant(shape.const)
  if (shape.enum !== undefined) return fc.constantFrom(...shape.enum)
  if (shape.anyOf !== undefined) return fc.oneof(...shape.anyOf.map((each) => valueOf(each, name, known, 0)))
  switch (shape.type) {
    case 'string':
      return word
    case 'integer':
      return fc.oneof(
        fc.integer({ min: Math.max(shape.minimum ?? 0, -10), max: Math.min(shape.maximum ?? 10, 10) }),
        fc.constantFrom(...[shape.minimum, shape.maximum].map((each) => each ?? 0)),
      )
    case 'number':
      return finite
    case 'boolean':
      return fc.boolean()
    case 'array':
      return fc.array(valueOf(shape.items ?? {}, singular(name), known, sickness), { maxLength: 3 })
    case 'object':
      return objectOf(shape, known, sickness)
    default:
      return anyJson
  }
}

function singular(name: string): string {
  return name.replace(/s$/, '')
}

function objectOf(shape: Shape, known: Known, sickness: number): fc.Arbitrary<Record<string, unknown>> {
  const { properties = {}, required = [] } = shape
  const fields = Object.fromEntries(
    Object.entries(properties).map(([name, each]) => [name, valueOf(each, name, known, sickness)]),
  )
  // Now and then a field is missing that has to be there.
  const requiredKeys = sickness === 0 ? [...required] : required.filter((name) => name === 'method')
  return fc.oneof(
    { weight: 3, arbitrary: fc.record(fields, { requiredKeys: [...required] }) },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys }) },
  )
}

const wrongTypes = [
  'text/plain',
  'application/x-www-form-urlencoded',
  '',
  'application/jsonp',
  'multipart/form-data',
  'a/b/c',
]

interface Sent {
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string>>
  readonly missingBytes: number
}

/** What may become of a body of JSON on its way; `part` is from 0 to 1. */
type Spoiling = (text: string, part: number) => Partial<Sent> & Pick<Sent, 'body'>

const whole: Spoiling = (text) => ({ body: Buffer.from(text) })
const gzip = { 'content-encoding': 'gzip' }

const spoilings: readonly Spoiling[] = [
  (text, part) => ({ body: Buffer.from(text.slice(0, text.length * part)) }),
  (text, part) => ({ body: Buffer.from(text), missingBytes: 1 + Math.floor(part * 100) }),
  (text) => ({ body: gzipSync(text), headers: gzip }),
  (text, part) => ({ body: gzipSync(text).subarray(0, 5 + part * 15), headers: gzip }),
  (text) => ({ body: Buffer.from(text), headers: gzip }),
  (text) => ({ body: Buffer.from(text), headers: { 'content-encoding': 'br' } }),
  (text) => ({ body: Buffer.from(JSON.stringify(text)) }),
  (text) => ({ body: Buffer.from(text, 'utf16le') }),
  (text) => ({ body: Buffer.concat([Buffer.from(text), Buffer.from([0xff, 0xc0, 0x80])]) }),
  (text) => ({ body: Buffer.from(`\uFEFF${text}`) }),
  (text) => ({ body: Buffer.from(text.replaceAll(/\d+/g, 'NaN')) }),
  (text) => ({ body: Buffer.from(text.replaceAll(/"(\w+)":/g, '"$1":null,"$1":')) }),
  (text) => ({ body: Buffer.from(`${'['.repeat(20_000)}${text}`) }),
  (text, part) => {
    const type = wrongTypes[Math.floor(part * (wrongTypes.length - 1))] ?? ''
    return { body: Buffer.from(text), headers: { 'content-type': type } }
  },
]

const spoiling = fc.oneof(
  { weight: spoilings.length, arbitrary: fc.constant(whole) },
  { weight: spoilings.length, arbitrary: fc.constantFrom(...spoilings) },
)

/** Requests of one operation: sound, odd in a field or two, odd all over, and spoilt on their way. */
export function requestOf(operation: FuzzedOperation, known: Known): fc.Arbitrary<FuzzedRequest> {
  const requests = [0, 10, 50].map((sickness) => {
    const path = fillPath(operation.path, known, sickness)
    const query = queryOf(operation.query, known, sickness)
    const headers = headersOf(operation.headers, known, sickness)
    const body =
      operation.body === undefined ? fc.constant(undefined) : sentBody(operation, operation.body, known, sickness)
    return fc.tuple(path, query, headers, body).map(([filled, asked, extra, sent]) => ({
      method: operation.method,
      path: asked === '' ? filled : `${filled}?${asked}`,
      headers: { ...extra, ...sent?.headers },
      ...(sent === undefined ? {} : { body: sent.body }),
      missingBytes: sent?.missingBytes ?? 0,
    }))
  })
  return fc.oneof(...requests)
}

function sentBody(operation: FuzzedOperation, shape: Shape, known: Known, sickness: number): fc.Arbitrary<Sent> {
  const { bodyType } = operation
  const typed = { 'content-type': bodyType }
  if (bodyType === json) {
    return fc.tuple(valueOf(shape, '', known, sickness), spoiling, part).map(([value, spoil, share]) => {
      const { body, headers, missingBytes = 0 } = spoil(JSON.stringify(value) ?? '', share)
      return { body, headers: { ...typed, ...headers }, missingBytes }
    })
  }
  return bytes.map((body) => ({ body: Buffer.from(body), headers: typed, missingBytes: 0 }))
}

const strangePath = fc.oneof(
  fc.constantFrom(...strangeWords),
  fc.constantFrom(...strangeTexts).map((text) => encode(text).slice(0, 3000)),
)

function fillPath(path: string, known: Known, sickness: number): fc.Arbitrary<string> {
  const parts = path.split(/\{(\w+)\}/).map((part, index) => {
    if (index % 2 === 0) return fc.constant(part)
    const sound = soundValueOf({ type: 'string' }, part, known, 0).map((value) => encode(String(value), '%2F'))
    return fc.oneof({ weight: 100 - sickness, arbitrary: sound }, { weight: sickness, arbitrary: strangePath })
  })
  return fc.tuple(...parts).map((filled) => filled.join(''))
}

function queryOf(shapes: Readonly<Record<string, Shape>>, known: Known, sickness: number): fc.Arbitrary<string> {
  const pairs = Object.entries(shapes).map(([name, shape]) =>
    fc
      .tuple(valueOf(shape, name, known, sickness), fc.constantFrom(0, 1, 1, 1, 1, 2))
      .map(([value, times]) =>
        (Array.isArray(value) ? value : Array.from({ length: times }, () => value as unknown)).map(
          (each) => `${name}=${encode(typeof each === 'string' ? each : (JSON.stringify(each) ?? ''))}`,
        ),
      ),
  )
  const extra = fc.constantFrom([], [], [], ['%'], ['a=%ff'], ['__proto__=1'], ['&&=&'], [`x=${'y'.repeat(3000)}`])
  // Headers and path together may have 16 KiB.
  return fc.tuple(...pairs, extra).map((all) => all.flat().join('&').slice(0, 10_000))
}

function headersOf(
  shapes: Readonly<Record<string, Shape>>,
  known: Known,
  sickness: number,
): fc.Arbitrary<Readonly<Record<string, string>>> {
  const fields = Object.entries(shapes).map(([name, shape]) =>
    fc
      .option(valueOf(shape, name, known, sickness), { nil: undefined, freq: 10 })
      .map((value): [string, string][] => (value === undefined ? [] : [[name, encode(String(value)).slice(0, 1000)]])),
  )
  return fc.tuple(...fields).map((pairs) => Object.fromEntries(pairs.flat()))
}

function encode(text: string, slash = '/'): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll('%2F', slash)
}
