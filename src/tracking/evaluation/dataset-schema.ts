import type { NewDatasetRecord } from '../../protocol/evaluation-datasets.ts'
import { isExactRecord, numberText, parseExactJson } from '../../protocol/exact-json.ts'

type Fields = Record<string, unknown>

/**
 * The types of the fields that records have, with MLflow's words for them, as JSON. A field keeps the type that it was
 * first seen with.
 *
 * @param known the schema so far
 */
export function extendSchema(known: string | undefined, records: readonly NewDatasetRecord[]): string | null {
  if (known === undefined && records.length === 0) return null
  const before = parseExactJson(known ?? '{}')
  const schema: Fields = isExactRecord(before) ? before : {}
  const inputs = toFields(schema['inputs'])
  const expectations = toFields(schema['expectations'])
  let outputs = schema['outputs'] ?? {}
  for (const record of records) {
    addFields(inputs, record.inputs)
    addFields(expectations, record.expectations ?? {})
    const { outputs: given } = record
    if (isExactRecord(given)) {
      if (isExactRecord(outputs)) addFields(outputs, given)
    } else if (given !== undefined && given !== null && isExactRecord(outputs) && Object.keys(outputs).length === 0) {
      outputs = typeOf(given)
    }
  }
  return JSON.stringify({ inputs, outputs, expectations, version: '1.0' })
}

function toFields(value: unknown): Fields {
  return isExactRecord(value) ? value : {}
}

function addFields(fields: Fields, values: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(values)) {
    if (Object.hasOwn(fields, key)) continue
    // By definition, since `__proto__` is a key as any other.
    Object.defineProperty(fields, key, { value: typeOf(value), enumerable: true, configurable: true, writable: true })
  }
}

function typeOf(value: unknown): string {
  const number = numberText(value)
  if (number !== undefined) return /[.e]/i.test(number) ? 'float' : 'integer'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value
}
