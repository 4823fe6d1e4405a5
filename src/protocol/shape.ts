/**
 * What a parser takes, in the words of JSON Schema 2020-12, as far as parsers here can tell: a check that has no word
 * there, such as a search's grammar, leaves the shape as it was. An empty shape is any value.
 */
export interface Shape {
  readonly type?: 'string' | 'number' | 'integer' | 'boolean' | 'array' | 'object'
  readonly const?: string | number
  readonly enum?: readonly (string | number)[]
  readonly default?: string | number | boolean
  /** Of a text, in code points. */
  readonly minLength?: number
  readonly maxLength?: number
  /** ECMA-262, somewhere in the text. */
  readonly pattern?: string
  readonly format?: 'date-time'
  /** The text is itself JSON. */
  readonly contentMediaType?: 'application/json'
  /** Of a number, included. */
  readonly minimum?: number
  readonly maximum?: number
  readonly items?: Shape
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, Shape>>
  readonly required?: readonly string[]
  /** Of the properties that are not named. */
  readonly additionalProperties?: Shape
  readonly anyOf?: readonly Shape[]
}

/** Any integer that a double holds exactly. */
export const exactInteger = {
  type: 'integer',
  minimum: Number.MIN_SAFE_INTEGER,
  maximum: Number.MAX_SAFE_INTEGER,
} as const satisfies Shape

/** A double; what JSON has no number for comes as text. */
export const doubleShape = {
  anyOf: [{ type: 'number' }, { enum: ['NaN', 'Infinity', '-Infinity'] }],
} as const satisfies Shape

/** An object whose properties have names of their own and values of one shape. */
export function mapOf(values: Shape): Shape {
  return { type: 'object', additionalProperties: values }
}

/** An object of named properties; without names, any object. */
export function shapeOfObject(
  required: Readonly<Record<string, Shape>>,
  optional: Readonly<Record<string, Shape>> = {},
): Shape {
  const properties = { ...required, ...optional }
  const names = Object.keys(required)
  return {
    type: 'object',
    ...(Object.keys(properties).length === 0 ? {} : { properties }),
    ...(names.length === 0 ? {} : { required: names }),
  }
}
