import type { AnyValue } from './span.ts'

/**
 * A value as Python's `json.dumps` writes it, which is the form in which MLflow keeps attributes: what a client shows of
 * a trace before it reads its spans begins with such a text.
 */
export function writePythonJson(any: AnyValue): string {
  switch (any.kind) {
    case 'none':
      return 'null'
    case 'text':
      return JSON.stringify(any.value)
    case 'flag':
    case 'integer':
      return String(any.value)
    case 'number':
      return pythonNumber(any.value)
    case 'bytes':
      return JSON.stringify(new TextDecoder().decode(any.value))
    case 'list':
      return `[${any.value.map(writePythonJson).join(', ')}]`
    case 'map':
      return `{${any.value.map(({ key, value }) => `${JSON.stringify(key)}: ${writePythonJson(value)}`).join(', ')}}`
  }
}

/** Python writes a whole double with `.0`, and an exponent of two digits from 1e16 on. */
export function pythonNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const text = Object.is(value, -0) ? '-0' : String(value)
  if (Number.isInteger(value) && Math.abs(value) < 1e16) return `${text}.0`
  const [digits = '', exponent] = (Math.abs(value) >= 1e16 ? value.toExponential() : text).split('e')
  return exponent === undefined ? digits : `${digits}e${exponent.replace(/^([+-])(\d)$/, '$10$2')}`
}
