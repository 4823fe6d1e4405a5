import type { RunwrightError } from '../../../src/protocol/errors.ts'
import type { TableGroup } from '../../../src/protocol/run-table.ts'
import type { SavedView } from '../../../src/protocol/saved-view.ts'
import { text } from '../../shared/texts.ts'
import type { Parts } from '../tab.ts'
import { formatCell } from './cell-text.ts'
import { columnName } from './column-name.ts'
import { exceptRuns, joinConditions, onlyRuns } from '../../../src/protocol/filter-text.ts'
import { createGroupModel } from './group-model.ts'
import { createPinnedModel } from './pinned-model.ts'
import { createRowSource, type RowSource, type Totals } from './row-source.ts'
import { createFlatModel, type TableModel } from './table-model.ts'

export interface ModelQuery {
  readonly view: SavedView
  readonly showsHidden: boolean
  /** Known from a model over the same runs; of no use where some of them are pinned. */
  readonly totals?: Totals
  /** Of a model with the same groups. Default: none. */
  readonly openGroups?: readonly string[]
}

export interface ModelListeners {
  changed(): void
  failed(error: RunwrightError): void
}

/** What the table shows of a view, fetched from the engine. */
export function openModel({ host, state }: Parts, query: ModelQuery, listeners: ModelListeners): TableModel {
  const { view, showsHidden } = query
  const { experimentIds } = state
  const pinned = (view.pinned ?? []).filter((runId) => showsHidden || !view.hidden.includes(runId))
  const isFlat = view.groupBy.length === 0
  // In groups they stand as well: they count there.
  const leftOut = [...(showsHidden ? [] : view.hidden), ...(isFlat ? pinned : [])]
  // The user's own words come first, so that an error's place is the one in them.
  const filter = joinConditions(view.filter, exceptRuns(leftOut))

  const openRuns = (filter: string, totals?: Totals): RowSource =>
    createRowSource({
      ...listeners,
      ...(totals === undefined ? {} : { totals }),
      load: (page, signal) => host.call('table/rows', { experimentIds, filter, order: view.order, ...page }, signal),
    })

  function openGroups(): TableModel {
    const by = view.groupBy
    return createGroupModel({
      ...listeners,
      by,
      openGroups: query.openGroups ?? [],
      load: (metrics, signal) => host.call('table/groups', { experimentIds, filter, by, metrics }, signal),
      openRuns: (condition) => openRuns(joinConditions(filter, condition)),
      async loadRunCount(signal) {
        const { runCount } = await host.call('table/rows', { experimentIds, columns: [], limit: 1 }, signal)
        return runCount ?? 0
      },
      nameGroup: (group) => nameGroup(view, group),
    })
  }

  const areAlone = pinned.length === 0
  const others = isFlat ? createFlatModel(openRuns(filter, areAlone ? query.totals : undefined)) : openGroups()
  return areAlone ? others : createPinnedModel({ pinned: openRuns(onlyRuns(pinned)), others, areTakenOut: isFlat })
}

function nameGroup({ groupBy }: SavedView, { by }: TableGroup): string {
  const names = groupBy.map((column, index) => {
    const value = by[index] ?? null
    const shown = value === null ? text('runs.noValue') : formatCell(column, value, Date.now()).text
    return text('runs.groupValue', { name: columnName(column), value: shown })
  })
  return names.join(' · ')
}
