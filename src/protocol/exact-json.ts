import { isRecord, parseForeignJson } from './json.ts'

// In Node since version 22 (tc39.es/proposal-json-parse-with-source); not yet in TypeScript's own types.
declare global {
  interface JSON {
    rawJSON(text: string): object
    isRawJSON(value: unknown): boolean
  }
}

/**
 * Parses JSON from outside so that it is written again as it was: a number that JavaScript cannot hold, and `1.0`, which
 * to Python is another thing than `1`, stay the text that they were (`JSON.rawJSON`).
 *
 * @returns undefined for what is no JSON, or lies more than 100 deep
 */
export function parseExactJson(text: string): unknown {
  return parseForeignJson(text) === undefined ? undefined : JSON.parse(text, keepNumber)
}

function keepNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined || context.source === String(value)) return value
  return JSON.rawJSON(context.source)
}

/** The text of a number that `parseExactJson` has kept; undefined for everything else. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return JSON.isRawJSON(value) ? JSON.stringify(value) : undefined
}

/** One text for all that is equal, whatever the order of its keys. */
export function writeCanonicalJson(value: unknown): string {
  if (numberText(value) !== undefined || typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(writeCanonicalJson).join(',')}]`
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, each]) => `${JSON.stringify(key)}:${writeCanonicalJson(each)}`).join(',')}}`
}

/** Whether a value is an object of keys and values, which a kept number is not. */
export function isExactRecord(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !JSON.isRawJSON(value)
}
