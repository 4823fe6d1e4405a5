import { isExactRecord, numberText, parseExactJson } from '../../protocol/exact-json.ts'
import { exportLimits } from '../../protocol/otlp/limits.ts'
import type { AnyValue, Attribute } from '../../protocol/otlp/span.ts'

/** So many signs that part JSON are taken apart for one export; texts beyond them stay texts. */
const maxParts = 100_000

/**
 * Clients that can send only texts send what is more as JSON in one, and MLflow gives it back as what it was. As it does,
 * this leaves numbers and the like alone: the text `1` may be one.
 */
export function createUnwrapper(): (attribute: Attribute) => Attribute {
  let parts = 0
  return ({ key, value }) => {
    if (value.kind !== 'text' || !/^\s*["[{]/.test(value.value)) return { key, value }
    parts += countParts(value.value)
    if (parts > maxParts) return { key, value }
    const inner = parseExactJson(value.value)
    const unwrapped = inner === undefined ? undefined : toAnyValue(inner, 1)
    return { key, value: unwrapped ?? value }
  }
}

/** No further than it matters. */
function countParts(text: string): number {
  let count = 1
  for (let at = 0; at < text.length && count <= maxParts; at++) if (',[{'.includes(text.charAt(at))) count++
  return count
}

/** Undefined for what lies too deep to be an attribute. */
function toAnyValue(json: unknown, depth: number): AnyValue | undefined {
  if (depth > exportLimits.depth) return undefined
  if (typeof json === 'string') return { kind: 'text', value: json.toWellFormed() }
  if (typeof json === 'boolean') return { kind: 'flag', value: json }
  const digits = numberText(json)
  if (digits !== undefined) return toNumber(digits)
  if (Array.isArray(json)) {
    const items = json.map((item: unknown) => toAnyValue(item, depth + 1))
    return items.every((item) => item !== undefined) ? { kind: 'list', value: items } : undefined
  }
  if (!isExactRecord(json)) return { kind: 'none' }
  const entries = Object.entries(json).map(([key, each]) => ({
    key: key.toWellFormed(),
    value: toAnyValue(each, depth + 1),
  }))
  return entries.every(isWhole) ? { kind: 'map', value: entries } : undefined
}

function isWhole(entry: { key: string; value: AnyValue | undefined }): entry is Attribute {
  return entry.value !== undefined
}

function toNumber(digits: string): AnyValue {
  const isInteger = /^-?\d{1,19}$/.test(digits) && BigInt.asIntN(64, BigInt(digits)) === BigInt(digits)
  return isInteger ? { kind: 'integer', value: digits } : { kind: 'number', value: Number(digits) }
}
