import { RunwrightError } from '../../../src/protocol/errors.ts'
import { resolveIdentifier, runDialect } from '../../../src/protocol/mlflow/search-dialect.ts'
import { runAttributes, type TableColumn } from '../../../src/protocol/run-table.ts'

/** The keys that runs have logged. */
export interface FilterNames {
  readonly metrics: readonly string[]
  readonly params: readonly string[]
  readonly tags: readonly string[]
}

/** The column that a name of the filter means, as the engine reads it; undefined where it means none. */
export function findNamedColumn(name: string, { metrics, params }: FilterNames): TableColumn | undefined {
  const findBare = (key: string) => (metrics.includes(key) ? 'metric' : params.includes(key) ? 'param' : undefined)
  try {
    const { kind, key } = resolveIdentifier(name, { ...runDialect, findBare }, '')
    if (kind === 'metric') return { kind, key, aggregate: 'last' }
    if (kind === 'param' || kind === 'tag') return { kind, key }
    if (kind !== 'attribute') return undefined
    const attribute = runAttributes.find((known) => known === key)
    return attribute && { kind, key: attribute }
  } catch (error) {
    if (error instanceof RunwrightError) return undefined
    throw error
  }
}
