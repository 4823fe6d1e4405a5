import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import { isRecord } from '../protocol/json.ts'
import { flag, integer, listOf, oneOf, type Parser, text } from '../protocol/parse.ts'
import { boundText } from './bound-text.ts'

/** One field of a tool's input. */
export interface ToolField {
  readonly type: 'text' | 'texts' | 'integer' | 'flag'
  /** For the model: what it means, and an example where the form is not obvious. */
  readonly description: string
  readonly required?: true
  /** Of a text: all it may be. */
  readonly values?: readonly string[]
  /** Of an integer; of a list, how many items. Default of a list: 0 and 100. */
  readonly min?: number
  readonly max?: number
}

export type ToolFields = Readonly<Record<string, ToolField>>

type ValueOf<Field extends ToolField> = Field extends { type: 'integer' }
  ? number
  : Field extends { type: 'flag' }
    ? boolean
    : Field extends { type: 'texts' }
      ? readonly string[]
      : string

/** A field that is not required may be missing. */
export type ToolInput<Fields extends ToolFields> = {
  readonly [Name in keyof Fields]: Fields[Name] extends { required: true }
    ? ValueOf<Fields[Name]>
    : ValueOf<Fields[Name]> | undefined
}

/** What a tool can reach; the host that offers it, an editor or an MCP server, makes it. */
export interface ToolContext {
  readonly client: Client
  /** Milliseconds since 1970-01-01 UTC. */
  now(): number
  readonly signal: AbortSignal
  /**
   * Starts our command line with these words and does not wait for its end; resolves to a sentence on what was started.
   *
   * @throws PERMISSION_DENIED where the user has not allowed it
   */
  launch(words: readonly string[]): Promise<string>
}

/** A tool for a language model: reads runs, or starts one. */
export interface AgentTool {
  /** Letters, digits and `_`, as both hosts want it. */
  readonly name: string
  /** How a person names it in a prompt: `#runwrightFindRuns`. */
  readonly referenceName: string
  readonly title: string
  /** One line for people. */
  readonly summary: string
  /** For the model: when to use it, what comes back. */
  readonly description: string
  /** A codicon. */
  readonly icon: string
  /** `starts-processes`: the user is asked before each call. */
  readonly effect: 'reads' | 'starts-processes'
  /** JSON Schema of the input, draft 2020-12. */
  readonly inputSchema: object
  /** What a call would do, for the user to confirm; changes nothing. @throws as `run` does */
  confirmation(client: Client, input: unknown): Promise<string>
  /**
   * Resolves to Markdown of bounded length.
   *
   * @throws INVALID_PARAMETER_VALUE when the input is not of the schema, and what the engine answers
   */
  run(context: ToolContext, input: unknown): Promise<string>
}

/** Makes a tool whose `run` receives its input parsed and typed. */
export function defineAgentTool<const Fields extends ToolFields>(
  definition: Pick<AgentTool, 'name' | 'referenceName' | 'title' | 'summary' | 'description' | 'icon' | 'effect'> & {
    readonly fields: Fields
    confirmation?(client: Client, input: ToolInput<Fields>): Promise<string>
    run(context: ToolContext, input: ToolInput<Fields>): Promise<string>
  },
): AgentTool {
  const { fields, ...shown } = definition
  const parse = (input: unknown) => parseInput(fields, input)
  return {
    ...shown,
    inputSchema: toSchema(fields),
    confirmation: async (client, input) => (await definition.confirmation?.(client, parse(input))) ?? definition.title,
    run: async (context, input) => boundText(await definition.run(context, parse(input))),
  }
}

function parseInput<Fields extends ToolFields>(fields: Fields, input: unknown): ToolInput<Fields> {
  if (!isRecord(input)) throw invalid('The input is no object.')
  const stranger = Object.keys(input).find((name) => !Object.hasOwn(fields, name))
  if (stranger !== undefined) {
    throw invalid(`There is no input "${stranger}". There are: ${Object.keys(fields).join(', ')}.`)
  }
  const parsed: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(fields)) {
    const value = input[name] ?? undefined
    if (value !== undefined) parsed[name] = parserOf(field)(value, name)
    else if (field.required) throw invalid(`The input "${name}" is missing.`)
  }
  // SAFETY: each value was given by the parser of its own field, required ones without exception.
  return parsed as ToolInput<Fields>
}

function parserOf(field: ToolField): Parser<unknown> {
  const { type, values, min = 0, max } = field
  if (type === 'integer') return integer(min, max ?? Number.MAX_SAFE_INTEGER)
  if (type === 'flag') return flag
  if (type === 'text') return values === undefined ? text : oneOf(values)
  return (value, path) => {
    const items = listOf(text, max ?? defaultMaxItems)(value, path)
    if (items.length < min) throw invalid(`The input "${path}" holds ${items.length} items, expected at least ${min}.`)
    return items
  }
}

const defaultMaxItems = 100

function toSchema(fields: ToolFields): object {
  return {
    type: 'object',
    properties: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, toProperty(field)])),
    required: Object.entries(fields).flatMap(([name, { required }]) => (required ? [name] : [])),
    additionalProperties: false,
  }
}

function toProperty({ type, description, values, min, max }: ToolField): object {
  switch (type) {
    case 'integer':
      return { type: 'integer', description, ...bounds('minimum', min), ...bounds('maximum', max) }
    case 'flag':
      return { type: 'boolean', description }
    case 'text':
      return { type: 'string', description, ...(values === undefined ? {} : { enum: values }) }
    case 'texts': {
      const items = { type: 'string' }
      return { type: 'array', items, description, ...bounds('minItems', min), ...bounds('maxItems', max) }
    }
  }
}

function bounds(name: string, value: number | undefined): object {
  return value === undefined ? {} : { [name]: value }
}

function invalid(message: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', message)
}
