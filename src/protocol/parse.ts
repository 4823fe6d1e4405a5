import { RunwrightError } from './errors.ts'
import { isRecord } from './json.ts'
import { invalidValue } from './mlflow/fields.ts'
import { type Shape, shapeOfObject } from './shape.ts'

/** Takes a value from outside as a `T`. `path` names it in errors. @throws INVALID_PARAMETER_VALUE */
export interface Parser<T> {
  (value: unknown, path: string): T
  /** What it takes; any value when there is none. */
  readonly shape?: Shape
}

/** The parser of a method's params, which names nothing above their fields. */
export interface ParamsParser<T> {
  (params: unknown): T
  readonly shape: Shape
}

/** Says what a parser takes. */
export function described<T>(shape: Shape, parse: (value: unknown, path: string) => T): Parser<T> {
  return Object.assign((value: unknown, path: string) => parse(value, path), { shape })
}

export function paramsOf<T>(parser: Parser<T>): ParamsParser<T> {
  return Object.assign((params: unknown) => parser(params, ''), { shape: shapeOf(parser) })
}

function shapeOf({ shape = {} }: Parser<unknown>): Shape {
  return shape
}

/** What at least one of the parsers takes. */
export function anyOf(...parsers: readonly Parser<unknown>[]): Shape {
  return { anyOf: parsers.map(shapeOf) }
}

function shapesOf(parsers: Parsers): Readonly<Record<string, Shape>> {
  return Object.fromEntries(Object.entries(parsers).map(([name, parser]) => [name, shapeOf(parser)]))
}

/** A value that its parser does not take. */
export class InvalidField extends RunwrightError {
  /** Where it is, as `profiles.big.params.lr` or `command[2]`. */
  readonly path: string

  constructor(path: string, message: string) {
    super('INVALID_PARAMETER_VALUE', message)
    this.path = path
  }
}

type Parsers = Readonly<Record<string, Parser<unknown>>>
type ParsedFields<P extends Parsers> = { readonly [K in keyof P]: ReturnType<P[K]> }

export const text: Parser<string> = described({ type: 'string' }, (value, path) =>
  typeof value === 'string' ? value : refuse(value, path, 'expected text'),
)

export const flag: Parser<boolean> = described({ type: 'boolean' }, (value, path) =>
  typeof value === 'boolean' ? value : refuse(value, path, 'expected true or false'),
)

/** A finite number. */
export const number: Parser<number> = described({ type: 'number' }, (value, path) =>
  typeof value === 'number' && Number.isFinite(value) ? value : refuse(value, path, 'expected a number'),
)

/** An integer from `min` to `max`, both included. */
export function integer(min: number, max: number): Parser<number> {
  return described({ type: 'integer', minimum: min, maximum: max }, (value, path) =>
    typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : refuse(value, path, `expected an integer from ${min} to ${max}`),
  )
}

export function oneOf<const T extends string>(values: readonly T[]): Parser<T> {
  return described(
    { enum: values },
    (value, path) =>
      values.find((known) => known === value) ?? refuse(value, path, `expected one of ${values.join(', ')}`),
  )
}

export function listOf<T>(item: Parser<T>, maxLength: number): Parser<readonly T[]> {
  return described({ type: 'array', items: shapeOf(item), maxItems: maxLength }, (value, path) => {
    if (!Array.isArray(value)) return refuse(value, path, 'expected a list')
    if (value.length > maxLength) {
      throw new InvalidField(path, `Parameter '${path}' holds ${value.length} items, expected at most ${maxLength}.`)
    }
    return value.map((entry: unknown, index) => item(entry, `${path}[${index}]`))
  })
}

/** Text that `find` knows how to read, an id for example. */
export function textAs<T>(find: (text: string) => T | undefined, expected: string): Parser<T> {
  return described(
    { type: 'string' },
    (value, path) => (typeof value === 'string' ? find(value) : undefined) ?? refuse(value, path, expected),
  )
}

/** Adds a check, or a change of the value, to a parser. `more` is what that says of the shape. */
export function refine<T, R>(parser: Parser<T>, then: (value: T, path: string) => R, more: Shape = {}): Parser<R> {
  return described({ ...shapeOf(parser), ...more }, (value, path) => then(parser(value, path), path))
}

/** An object; optional fields may be missing or undefined and are then no properties. Unknown fields are left out. */
export function object<Required extends Parsers, Optional extends Parsers = Record<never, never>>(
  required: Required,
  optional?: Optional,
): Parser<ParsedFields<Required> & Partial<ParsedFields<Optional>>> {
  const shape = shapeOfObject(shapesOf(required), optional && shapesOf(optional))
  return described(shape, (value, path) => {
    if (!isRecord(value)) return refuse(value, path === '' ? 'params' : path, 'expected an object')
    const parsed: Record<string, unknown> = {}
    const nameOf = (name: string) => (path === '' ? name : `${path}.${name}`)
    for (const [name, parse] of Object.entries(required)) {
      if (!Object.hasOwn(value, name) || value[name] === undefined) {
        throw new InvalidField(nameOf(name), `Missing value for required parameter '${nameOf(name)}'.`)
      }
      parsed[name] = parse(value[name], nameOf(name))
    }
    for (const [name, parse] of Object.entries(optional ?? {})) {
      if (Object.hasOwn(value, name) && value[name] !== undefined) parsed[name] = parse(value[name], nameOf(name))
    }
    // SAFETY: each property was given by the parser of its own name, required ones without exception.
    return parsed as ParsedFields<Required> & Partial<ParsedFields<Optional>>
  })
}

export function refuse(value: unknown, path: string, expected: string): never {
  throw new InvalidField(path, `${invalidValue(path, value)}: ${expected}.`)
}
