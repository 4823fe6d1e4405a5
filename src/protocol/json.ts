/**
 * JSON text in which NaN and the infinities are the strings `NaN`, `Infinity` and `-Infinity`, as on MLflow's wire.
 * Plain JSON writes them as null, so only a text with a null in it is worth a second, slower pass.
 */
export function stringifyJson(value: object): string {
  const text = JSON.stringify(value)
  return text.includes('null') ? JSON.stringify(value, nameNonFinite) : text
}

function nameNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
}

/** A plain object, as `{}` in JSON is; not an array, not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
