import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import { findText } from '../../protocol/otlp/find-text.ts'
import type { AnyValue, Attribute } from '../../protocol/otlp/span.ts'
import { vocabularies, type Vocabulary } from './vocabularies.ts'

/** Attributes by which MLflow's clients say more of a span than OpenTelemetry has words for. */
export const spanKeys = {
  traceId: 'mlflow.traceRequestId',
  type: 'mlflow.spanType',
  inputs: 'mlflow.spanInputs',
  outputs: 'mlflow.spanOutputs',
  usage: 'mlflow.chat.tokenUsage',
  tools: 'mlflow.chat.tools',
  cost: 'mlflow.llm.cost',
  model: 'mlflow.llm.model',
  provider: 'mlflow.llm.provider',
} as const

/** Texts longer than this are not looked into for the name of a model. */
const readLength = 1_000_000

type Values = ReadonlyMap<string, AnyValue>

/** Adds MLflow's attributes to those of a span that says the same in other words; what is there stays. */
export function translateAttributes(attributes: readonly Attribute[]): readonly Attribute[] {
  const values = new Map(attributes.map(({ key, value }) => [key, value]))
  const added: Attribute[] = []
  const add = (key: string, find: () => AnyValue | undefined) => {
    const value = values.has(key) ? undefined : find()
    if (value === undefined) return
    values.set(key, value)
    added.push({ key, value })
  }
  const type = findText(values.get(spanKeys.type)) ?? 'UNKNOWN'
  const kept = type === 'UNKNOWN' ? retype(attributes, values) : attributes
  add(spanKeys.inputs, () => findFirst((words) => findFilled(values, words.inputs)))
  add(spanKeys.outputs, () => findFirst((words) => findFilled(values, words.outputs)))
  add(spanKeys.usage, () => findFirst((words) => findUsage(values, words)))
  add(spanKeys.tools, () => findFirst(({ tools }) => findFilled(values, tools === undefined ? [] : [tools])))
  add(spanKeys.model, () => findFirst((words) => findFilled(values, words.models)) ?? findModel(values))
  add(spanKeys.provider, () => findFirst((words) => findFilled(values, [words.provider])))
  return added.length === 0 ? kept : [...kept, ...added]
}

function findFirst<T>(find: (words: Vocabulary) => T | undefined): T | undefined {
  for (const words of vocabularies) {
    const found = find(words)
    if (found !== undefined) return found
  }
  return undefined
}

/** MLflow's type of a span that has none, or only says that it is unknown. */
function retype(attributes: readonly Attribute[], values: Values): readonly Attribute[] {
  const type = findFirst(({ kind }) => {
    const said = findText(values.get(kind.key))
    return said !== undefined && Object.hasOwn(kind.types, said) ? kind.types[said] : undefined
  })
  if (type === undefined) return attributes
  return [...attributes.filter(({ key }) => key !== spanKeys.type), { key: spanKeys.type, value: textValue(type) }]
}

function findFilled(values: Values, keys: readonly (string | RegExp)[]): AnyValue | undefined {
  for (const key of keys) {
    const value =
      typeof key === 'string'
        ? values.get(key)
        : [...values].find(([name, value]) => key.test(name) && isFilled(value))?.[1]
    if (value !== undefined && isFilled(value)) return value
  }
  return undefined
}

/** An empty text, list or map says nothing, and neither does zero or false. */
function isFilled(any: AnyValue): boolean {
  switch (any.kind) {
    case 'none':
      return false
    case 'text':
      return any.value.trim() !== '' && !/^(?:\{\s*\}|\[\s*\]|"")$/.test(any.value.trim())
    case 'flag':
      return any.value
    case 'integer':
    case 'number':
      return Number(any.value) !== 0
    default:
      return any.value.length > 0
  }
}

function findUsage(values: Values, { tokens, cacheTokens }: Vocabulary): AnyValue | undefined {
  const count = (key: string | undefined) => (key === undefined ? undefined : countOf(values.get(key)))
  const [input, output] = [count(tokens.input), count(tokens.output)]
  const total = count(tokens.total) ?? (input === undefined || output === undefined ? undefined : input + output)
  if (input === undefined && output === undefined && total === undefined) return undefined
  const counts = {
    input_tokens: input,
    output_tokens: output,
    total_tokens: total,
    cache_read_input_tokens: count(cacheTokens?.read),
    cache_creation_input_tokens: cacheTokens?.written.map(count).find((each) => each !== undefined),
  }
  const entries = Object.entries(counts).flatMap(([key, amount]): Attribute[] =>
    amount === undefined ? [] : [{ key, value: { kind: 'integer', value: String(amount) } }],
  )
  return { kind: 'map', value: entries }
}

function countOf(any: AnyValue | undefined): number | undefined {
  const digits = any?.kind === 'integer' ? any.value : findText(any)?.trim()
  return digits !== undefined && /^-?\d{1,15}$/.test(digits) ? Number(digits) : undefined
}

/** What went in or came out may name the model. */
function findModel(values: Values): AnyValue | undefined {
  const of = (key: string) => {
    const any = values.get(key)
    if (any?.kind === 'map') return findText(any.value.findLast((entry) => entry.key === 'model')?.value)
    if (any?.kind !== 'text' || any.value.length > readLength || !any.value.includes('"model"')) return undefined
    const json = parseForeignJson(any.value)
    return isRecord(json) && typeof json['model'] === 'string' ? json['model'] : undefined
  }
  const model = of(spanKeys.inputs) ?? of(spanKeys.outputs)
  return model === undefined || model === '' ? undefined : textValue(model)
}

function textValue(value: string): AnyValue {
  return { kind: 'text', value }
}
