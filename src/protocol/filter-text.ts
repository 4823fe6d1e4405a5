import type { RunId } from './ids.ts'

/** A text as the filter's grammar takes it. */
export const quoteText = (value: string) => `'${value.replaceAll("'", "''")}'`

/** Conditions that all must hold; empty ones are left out. */
export function joinConditions(...conditions: readonly string[]): string {
  return conditions.filter((condition) => condition.trim() !== '').join(' AND ')
}

/** Leaves runs out; the empty text for none. */
export function exceptRuns(runIds: readonly RunId[]): string {
  return runIds.length === 0 ? '' : `run_id NOT IN (${runIds.map(quoteText).join(', ')})`
}

/** These runs and no others. @param runIds one at least */
export function onlyRuns(runIds: readonly RunId[]): string {
  return `run_id IN (${runIds.map(quoteText).join(', ')})`
}
