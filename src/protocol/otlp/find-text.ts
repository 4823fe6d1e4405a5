import type { AnyValue } from './span.ts'

/** The text of a value that is one; MLflow's own clients send some texts as JSON. */
export function findText(any: AnyValue | undefined): string | undefined {
  if (any?.kind !== 'text') return undefined
  if (!any.value.startsWith('"')) return any.value
  try {
    const inner: unknown = JSON.parse(any.value)
    return typeof inner === 'string' ? inner : any.value
  } catch {
    return any.value
  }
}
