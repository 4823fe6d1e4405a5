import type { LoggedTable } from '../../../src/protocol/logged-table.ts'
import type { Host } from '../../shared/host.ts'
import type { ShownRun } from './curve-line.ts'

/** Runs that are asked for their tables; the others of a view seldom have others. */
const askedRuns = 10
/** Tables whose columns are looked at to find one that fits. */
export const maxTables = 50

/** The tables that runs have logged, for choosing one. */
export interface LoggedTables {
  /** Paths, each once. */
  list(): Promise<readonly string[]>
  columns(path: string): Promise<LoggedTable['names']>
}

export function createLoggedTables(host: Pick<Host, 'call'>, runs: () => readonly ShownRun[]): LoggedTables {
  const owners = new Map<string, ShownRun['runId']>()
  const names = new Map<string, Promise<LoggedTable['names']>>()
  let listing: Promise<readonly string[]> | undefined

  async function load(): Promise<readonly string[]> {
    const runIds = runs()
      .slice(0, askedRuns)
      .map(({ runId }) => runId)
    if (runIds.length === 0) return []
    const { artifacts } = await host.call('artifacts/logged', { runIds, limit: 10_000 })
    for (const { kind, path, runId } of artifacts) {
      if (kind === 'table' && !path.endsWith('.parquet') && !owners.has(path)) owners.set(path, runId)
    }
    return [...owners.keys()]
  }

  async function loadNames(path: string): Promise<LoggedTable['names']> {
    const runId = owners.get(path)
    if (runId === undefined) return []
    return (await host.call('artifacts/table', { runId, path, columns: [], limit: 1 })).names
  }

  return {
    list: () => (listing ??= load()),
    columns(path) {
      const known = names.get(path) ?? loadNames(path)
      names.set(path, known)
      return known
    },
  }
}
