import { cellName } from './prepare-cell.ts'
import type { CellRequest } from './thread-messages.ts'

/** The code of the last cells by the names that stack traces call them. */
export interface CellSources {
  add(cell: CellRequest): void
  get(name: string): string | undefined
}

const kept = 1000

export function createCellSources(): CellSources {
  const byName = new Map<string, string>()
  return {
    add({ count, code }) {
      byName.set(cellName(count), code)
      const [oldest] = byName.keys()
      if (byName.size > kept && oldest !== undefined) byName.delete(oldest)
    },
    get: (name) => byName.get(name),
  }
}
