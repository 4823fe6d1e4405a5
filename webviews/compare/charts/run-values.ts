import { getCell, type TableColumn } from '../../../src/protocol/run-table.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { Parts } from '../tab.ts'

/** A run with its values in the columns asked for; undefined where it has none. */
export interface RunRecord {
  readonly runId: RunId
  readonly name: string
  readonly values: readonly (string | number | undefined)[]
}

const pageSize = 1000
const maxRuns = 20_000

/** All runs that the view is about, page by page, without those that are hidden. */
export async function loadRunValues(
  { host, state }: Parts,
  columns: readonly TableColumn[],
  signal: AbortSignal,
): Promise<RunRecord[]> {
  const { experimentIds, view } = state
  const hidden = new Set<RunId>(view.hidden)
  const records: RunRecord[] = []
  for (let offset = 0; offset < maxRuns; offset += pageSize) {
    const params = { experimentIds, filter: view.filter, columns, offset, limit: pageSize, areTotalsKnown: true }
    const { rows, columns: cells } = await host.call('table/rows', params, signal)
    for (const [index, { runId, name }] of rows.entries()) {
      if (hidden.has(runId)) continue
      records.push({ runId, name, values: cells.map((column) => toNumber(getCell(column, index))) })
    }
    if (rows.length < pageSize) break
  }
  return records
}

/** Params are texts; those that are numbers are drawn as such. */
function toNumber(value: string | number | undefined): string | number | undefined {
  if (typeof value !== 'string') return value
  return value.trim() !== '' && Number.isFinite(Number(value)) ? Number(value) : value
}
