import { RunwrightError } from '../errors.ts'
import { isRecord, parseForeignJson } from '../json.ts'
import { doubleShape, exactInteger, type Shape, shapeOfObject } from '../shape.ts'
import { parseDouble, parseInteger } from './numbers.ts'

/**
 * Request messages described as data. `message({ run_id: required(text), … })` is a parser with the behaviour of
 * MLflow's server over protobuf's JSON: a field may be spelled `run_id` or `runId` but not both, unknown fields are
 * ignored, null means absent, and the wording of a refusal is MLflow's (mlflow/server/handlers.py, 3.17).
 */
export interface Field<T, Absent = undefined> {
  /** What it takes, as it is best sent; `message` says in which other ways it may be. */
  readonly shape: Shape
  /** Without it there is no message. */
  readonly isRequired?: true
  /** A list may be repeated in a query string. */
  readonly isList?: true
  /** An empty text is the same as no text: protobuf cannot tell them apart. */
  readonly isAbsentWhenEmpty?: true
  /** Older spellings of the same field. */
  readonly aliases?: readonly string[]
  /** Parses a value that is there. @throws INVALID_PARAMETER_VALUE naming `path` */
  read(value: unknown, path: string): T
  /** What it means when the field is not there. @throws INVALID_PARAMETER_VALUE when that is no answer */
  absent(path: string): Absent
}

type Fields = Readonly<Record<string, Field<unknown, unknown>>>

type CamelCase<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : Name

type OptionalNames<F extends Fields> = {
  [K in keyof F]: F[K] extends Field<unknown, infer Absent> ? (undefined extends Absent ? K : never) : never
}[keyof F]

type ValueOf<F> = F extends Field<infer T, infer Absent> ? T | Exclude<Absent, undefined> : never

/** What a parser gives: camelCase names, and a field that is not there is no property. */
export type Parsed<F extends Fields> = {
  readonly [K in Exclude<keyof F, OptionalNames<F>> as CamelCase<K & string>]: ValueOf<F[K]>
} & { readonly [K in OptionalNames<F> as CamelCase<K & string>]?: ValueOf<F[K]> }

export interface Message<T> {
  /** An object of the fields, in snake case. */
  readonly shape: Shape
  /** @throws INVALID_PARAMETER_VALUE */
  parse(body: unknown): T
  /** Of a GET, whose parameters stand in the query string. @throws INVALID_PARAMETER_VALUE */
  parseQuery(query: URLSearchParams): T
  /** The same message inside another. */
  readonly nested: Field<T>
}

/** Describes a message by its fields, in the order in which MLflow checks them. */
export function message<F extends Fields>(fields: F): Message<Parsed<F>> {
  const entries = Object.entries(fields).map(([name, field]) => ({
    field,
    name,
    spellings: [name, camelCase(name), ...(field.aliases ?? [])],
    property: camelCase(name),
  }))
  function readFields(source: Readonly<Record<string, unknown>>, prefix: string): Parsed<F> {
    const parsed: Record<string, unknown> = {}
    for (const { field, name, spellings, property } of entries) {
      if (name !== property && Object.hasOwn(source, name) && Object.hasOwn(source, property)) {
        throw invalid(`Request specifies both '${name}' and '${property}'; provide only one of them.`)
      }
      const spelling = spellings.find((spelling) => Object.hasOwn(source, spelling) && source[spelling] !== null)
      const path = prefix + name
      const value = spelling === undefined ? undefined : source[spelling]
      const isAbsent = value === undefined || (value === '' && field.isAbsentWhenEmpty === true)
      const result = isAbsent ? field.absent(path) : field.read(value, path)
      if (result !== undefined) parsed[property] = result
    }
    // SAFETY: every field of F has just been read, by its own parser, into the property its name maps to.
    return parsed as Parsed<F>
  }
  const shapes = (areRequired: boolean) =>
    shapesOf(Object.entries(fields).filter(([, { isRequired = false }]) => isRequired === areRequired))
  const shape = shapeOfObject(shapes(true), shapes(false))
  return {
    shape,
    parse: (body) => readFields(decodeBody(body), ''),
    parseQuery(query) {
      const source: Record<string, unknown> = {}
      for (const { field, name, spellings } of entries) {
        const spelling = spellings.find((spelling) => query.has(spelling))
        if (spelling !== undefined) source[name] = field.isList ? query.getAll(spelling) : query.get(spelling)
      }
      return readFields(source, '')
    },
    nested: optional(shape, (value, path) => (isRecord(value) ? readFields(value, `${path}.`) : refuse(value, path))),
  }
}

/** Makes a field whose absence, and for a text its emptiness, is refused. */
export function required<T>(field: Field<T, unknown>): Field<T, never> {
  const absent = (path: string): never => {
    throw missing(path)
  }
  return { ...filled(field), isRequired: true, absent }
}

/** Takes an empty text for none. */
export function filled<T, Absent>(field: Field<T, Absent>): Field<T, Absent> {
  return { ...field, isAbsentWhenEmpty: true }
}

/** Gives a field a value for when it is not there. */
export function withDefault<T, D>(field: Field<T, unknown>, value: D): Field<T, D> {
  const isScalar = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
  return { ...field, ...(isScalar && { shape: { ...field.shape, default: value } }), absent: () => value }
}

/** Lets a field go by an older name too. */
export function orNamed<T, Absent>(alias: string, field: Field<T, Absent>): Field<T, Absent> {
  return { ...field, aliases: [...(field.aliases ?? []), alias] }
}

/**
 * Puts a further check or a conversion behind a field; `then` is not called for an absent one. `more` is what that says
 * of the shape.
 */
export function checked<T, Absent, R>(
  field: Field<T, Absent>,
  then: (value: T, path: string) => R,
  more: Shape = {},
): Field<R, Absent> {
  const shape = { ...field.shape, ...more }
  return { ...field, shape, read: (value, path) => then(field.read(value, path), path) }
}

export const text: Field<string> = optional({ type: 'string' }, (value, path) =>
  typeof value === 'string' ? value : refuse(value, path),
)

/** A number that stands for itself, or `NaN`, `Infinity`, `-Infinity`, or decimal digits as a string. */
export const double: Field<number> = optional(doubleShape, (value, path) => parseDouble(value) ?? refuse(value, path))

/** An int64 as a number or as a string of digits. Only integers that a double holds exactly are taken. */
export const integer: Field<number> = optional(exactInteger, (value, path) => {
  const number = parseInteger(value) ?? refuse(value, path)
  if (!Number.isSafeInteger(number)) {
    throw invalid(`${invalidValue(path, value)}: integers beyond ±${Number.MAX_SAFE_INTEGER} are not stored exactly.`)
  }
  return number
})

/** `true` or `false`; in a query string as text, which Python begins with a capital. */
export const flag: Field<boolean> = optional({ type: 'boolean' }, (value, path) => {
  if (typeof value === 'boolean') return value
  if (typeof value === 'string' && /^([tT]rue|[fF]alse)$/.test(value)) return value.toLowerCase() === 'true'
  return refuse(value, path)
})

/** One of an enum's names, or its number on the protobuf wire: the position in `names`, from 1. */
export function oneOf<const Name extends string>(names: readonly Name[]): Field<Name> {
  return optional({ enum: names }, (value, path) => {
    const number = parseInteger(value)
    return (number === undefined ? names.find((name) => name === value) : names[number - 1]) ?? refuse(value, path)
  })
}

/** A list, empty when it is not there. */
export function listOf<T>(field: Field<T, unknown>): Field<readonly T[], readonly never[]> {
  return {
    shape: { type: 'array', items: field.shape },
    isList: true,
    absent: () => [],
    read: (value, path) =>
      Array.isArray(value)
        ? value.map((item: unknown, index) => {
            const itemPath = `${path}[${index}]`
            return item === null || item === undefined ? refuse(item, itemPath) : field.read(item, itemPath)
          })
        : refuse(value, path),
  }
}

/** MLflow's sentence for a value that cannot be taken. */
export function invalidValue(path: string, value: unknown): string {
  return `Invalid value ${compactJson(value)} for parameter '${path}' supplied`
}

export function invalid(message: string, hint?: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message, hint === undefined ? {} : { hint })
}

const seeDocs = 'See the API docs for more information about request parameters.'

export function missing(path: string): RunwrightError {
  return invalid(`Missing value for required parameter '${path}'. ${seeDocs}`)
}

/** Refuses a value for its type or range, as MLflow does. */
export function refuse(value: unknown, path: string): never {
  throw invalid(`${invalidValue(path, value)}:  Hint: Value was of type '${pythonTypeName(value)}'. ${seeDocs}`)
}

function optional<T>(shape: Shape, read: (value: unknown, path: string) => T): Field<T> {
  return { shape, read, absent: () => undefined }
}

function shapesOf(fields: readonly (readonly [string, Field<unknown, unknown>])[]): Readonly<Record<string, Shape>> {
  return Object.fromEntries(
    fields.map(([name, { shape, isRequired, isAbsentWhenEmpty }]) => [
      name,
      isRequired && isAbsentWhenEmpty && shape.type === 'string' ? { ...shape, minLength: 1 } : shape,
    ]),
  )
}

/** Old clients send JSON inside a JSON string; no body means no fields. */
function decodeBody(body: unknown): Readonly<Record<string, unknown>> {
  if (body === undefined || body === null) return {}
  if (isRecord(body)) return body
  if (typeof body === 'string') {
    const inner = parseForeignJson(body)
    if (inner === null) return {}
    if (isRecord(inner)) return inner
  }
  throw invalid('The request body must be a JSON object.', 'Send the parameters as one JSON object.')
}

function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** At most this much of a value is repeated in an error. */
const maxQuotedLength = 1000

function compactJson(value: unknown): string {
  const json = JSON.stringify(value ?? null) ?? 'null'
  const ascii = json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  return ascii.length > maxQuotedLength ? `${ascii.slice(0, maxQuotedLength)}…` : ascii
}

function pythonTypeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType'
  if (Array.isArray(value)) return 'list'
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float'
  const names: Readonly<Record<string, string>> = { string: 'str', boolean: 'bool', object: 'dict' }
  return names[typeof value] ?? typeof value
}
