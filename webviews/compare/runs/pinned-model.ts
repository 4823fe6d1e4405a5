import type { RunId } from '../../../src/protocol/ids.ts'
import type { RowSource, Totals } from './row-source.ts'
import type { TableModel } from './table-model.ts'

export interface PinnedModelParts {
  readonly pinned: RowSource
  readonly others: TableModel
  /** Whether `others` lacks the pinned runs. In groups they stand a second time, as they count there. */
  readonly areTakenOut: boolean
}

/** Pinned runs above the lines of another model, whatever those are. */
export function createPinnedModel({ pinned, others, areTakenOut }: PinnedModelParts): TableModel {
  const count = () => pinned.totals?.total ?? 0

  function countAll({ total, runCount }: Totals): Totals {
    return { total: areTakenOut ? total + count() : total, runCount }
  }

  return {
    get lineCount() {
      return count() + others.lineCount
    },
    get pinnedCount() {
      return count()
    },
    get totals() {
      return others.totals === undefined || pinned.totals === undefined ? undefined : countAll(others.totals)
    },
    get isReady() {
      return pinned.isComplete && others.isReady
    },
    line(index) {
      if (index >= count()) return others.line(index - count())
      return { kind: 'run', row: pinned.row(index), isInGroup: false }
    },
    cell: (index, column) => (index < count() ? pinned.cell(index, column) : others.cell(index - count(), column)),
    bests: (column) => (areTakenOut ? [...others.bests(column), pinned.best(column)] : others.bests(column)),
    want({ from, to }, columns) {
      pinned.want({ from: 0, to: Math.max(1, count()) }, columns)
      others.want({ from: Math.max(0, from - count()), to: Math.max(0, to - count()) }, columns)
    },
    refresh(areTotalsStale) {
      pinned.refresh(areTotalsStale)
      others.refresh(areTotalsStale)
    },
    toggle: (index) => others.toggle(index - count()),
    get openGroups() {
      return others.openGroups
    },
    loadedRunIds(limit) {
      const ids: RunId[] = [...pinned.loadedRunIds(limit), ...others.loadedRunIds(limit)]
      return [...new Set(ids)].slice(0, limit)
    },
    close() {
      pinned.close()
      others.close()
    },
  }
}
