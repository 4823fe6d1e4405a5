import { RunwrightError } from '../../../src/protocol/errors.ts'
import { getCell, type TableColumn } from '../../../src/protocol/run-table.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import { text } from '../../shared/texts.ts'
import type { ChartParts } from './chart-body.ts'
import { isSame } from './column-select.ts'
import type { GroupOf } from './curve-data.ts'
import type { CurveLine, ShownRun } from './curve-line.ts'
import type { RunGroup } from './group-curves.ts'

/** Which group each run of a chart is in. */
export interface GroupSource {
  /** Undefined until it is known. */
  readonly groupOf: GroupOf | undefined
  /** Asks for the groups of runs by a column, where they are not known yet. */
  load(by: TableColumn | undefined, runs: readonly ShownRun[]): void
  dispose(): void
}

/** @param changed called when groups have come */
export function createGroupSource(
  { host, state }: ChartParts,
  changed: () => void,
  failed: (message: string) => void,
): GroupSource {
  let known: { readonly by: TableColumn; readonly groups: ReadonlyMap<RunId, RunGroup> } | undefined
  let running: AbortController | undefined

  async function load(by: TableColumn, runs: readonly ShownRun[], signal: AbortSignal): Promise<void> {
    const filter = `run_id IN (${runs.map(({ runId }) => `'${runId}'`).join(', ')})`
    const { experimentIds } = state
    const params = { experimentIds, filter, columns: [by], limit: runs.length, areTotalsKnown: true }
    const { rows, columns } = await host.call('table/rows', params, signal)
    const [cells] = columns
    const names = new Map(
      rows.map(({ runId }, index) => {
        const value = cells === undefined ? undefined : getCell(cells, index)
        return [runId, value === undefined ? text('charts.group.none') : String(value)]
      }),
    )
    const order = [...new Set(names.values())].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }))
    const groupOf = (name: string) => ({ name, color: state.paletteColor(order.indexOf(name)) })
    known = { by, groups: new Map(Array.from(names, ([runId, name]) => [runId, groupOf(name)])) }
    changed()
  }

  return {
    get groupOf() {
      const groups = known?.groups
      return groups === undefined ? undefined : ({ run }: CurveLine) => groups.get(run.runId)
    },
    load(by, runs) {
      if (by === undefined || runs.length === 0) return void (known = undefined)
      const isKnown = known !== undefined && isSame(known.by, by)
      if (isKnown && runs.every(({ runId }) => known?.groups.has(runId) === true)) return
      if (!isKnown) known = undefined
      running?.abort()
      const { signal } = (running = new AbortController())
      load(by, runs, signal).catch((error: unknown) => {
        if (signal.aborted) return
        if (!(error instanceof RunwrightError)) throw error
        failed(error.message)
      })
    },
    dispose: () => running?.abort(),
  }
}
