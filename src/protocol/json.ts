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

/** Messages of MLflow and of ours lie less than ten deep. */
const maxDepth = 100

/**
 * Parses JSON from outside. Undefined for what is none, and for arrays and objects that lie more than 100 deep in one
 * another: whatever recurses over those would run out of stack, and parsing alone takes a second a million.
 */
export function parseForeignJson(text: string): unknown {
  if (isDeeper(text, maxDepth)) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** By brackets alone; says nothing about whether the text is JSON. Character codes, because every request goes by here. */
function isDeeper(text: string, maxDepth: number): boolean {
  const [quote, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d]
  let depth = 0
  let isInText = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (isInText) {
      if (code === quote) isInText = false
      else if (code === backslash) at++
    } else if (code === quote) isInText = true
    else if (code === closeList || code === closeObject) depth--
    else if (code === openList || code === openObject) {
      depth++
      if (depth > maxDepth) return true
    }
  }
  return false
}

/** A plain object, as `{}` in JSON is; not an array, not null. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The object that a value from outside is; one without fields for anything else. */
export function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {}
}
