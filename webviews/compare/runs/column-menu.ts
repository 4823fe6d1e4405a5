import { aggregates, type MetricColumn, type TableColumn } from '../../../src/protocol/run-table.ts'
import type { ViewColumn } from '../../../src/protocol/saved-view.ts'
import type { MenuItem } from '../../shared/menu.ts'
import type { PopoverParts } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'
import type { ViewState } from '../view-state.ts'
import { askForBest, askForStep } from './aggregate-form.ts'
import { columnId } from './column-name.ts'
import { findOrder } from './sort-order.ts'
import { changeColumn, moveColumn } from './view-columns.ts'

/** What can be done with a column; `place` is among those arranged. What an item asks for is asked beside `anchor`. */
export function listColumnItems(
  state: ViewState,
  { column, pinned }: ViewColumn,
  place: number,
  anchor: PopoverParts['anchor'],
): MenuItem[] {
  const { view } = state
  const sorted = findOrder(view.order, column)?.order
  const change = (changed: Partial<ViewColumn>) =>
    state.update({ columns: changeColumn(view.columns, column, changed) })
  const sort = (descending: boolean) => () => state.update({ order: [{ column, descending }] })
  const move = (before: number) => () => state.update({ columns: moveColumn(view.columns, place, before) })
  return [
    { label: text('runs.sortAscending'), run: sort(false), isChecked: sorted?.descending === false },
    { label: text('runs.sortDescending'), run: sort(true), isChecked: sorted?.descending === true },
    ...(sorted === undefined ? [] : [{ label: text('runs.unsort'), run: () => unsort(state, column) }]),
    {
      label: text(pinned ? 'runs.unpin' : 'runs.pin'),
      run: () => change({ pinned: !pinned }),
      isFirstOfGroup: true,
    },
    { label: text('runs.moveBackward'), run: move(place - 1), isDisabled: place === 0 },
    { label: text('runs.moveForward'), run: move(place + 2), isDisabled: place === view.columns.length - 1 },
    { label: text('runs.hideColumn'), run: () => hide(state, column) },
    ...listAggregates(state, column, anchor),
    {
      label: text(isGrouped(state, column) ? 'runs.ungroupColumn' : 'runs.group'),
      run: () => group(state, column),
      isFirstOfGroup: true,
    },
  ]
}

function unsort({ view, update }: ViewState, column: TableColumn): void {
  update({ order: view.order.filter((item) => columnId(item.column) !== columnId(column)) })
}

function hide({ view, update }: ViewState, column: TableColumn): void {
  update({ columns: view.columns.filter((shown) => columnId(shown.column) !== columnId(column)) })
}

function listAggregates(
  { view, place, update }: ViewState,
  column: TableColumn,
  anchor: PopoverParts['anchor'],
): MenuItem[] {
  if (column.kind !== 'metric') return []
  const { key } = column
  const isServer = place === 'server'
  const show = (changed: MetricColumn) => update({ columns: changeColumn(view.columns, column, { column: changed }) })
  const shown = view.columns.flatMap(({ column: other }) =>
    other.kind === 'metric' && other.key !== key ? other.key : [],
  )
  return [
    ...aggregates.map((aggregate, index) => ({
      label: text(`runs.useAggregate.${aggregate}`),
      run: () => show({ kind: 'metric', key, aggregate }),
      isChecked: column.aggregate === aggregate,
      isDisabled: isServer && aggregate !== 'last',
      isFirstOfGroup: index === 0,
    })),
    {
      label: text('runs.useAggregate.at-step'),
      run: () => askForStep(anchor, column, show),
      isChecked: column.aggregate === 'at-step',
      isDisabled: isServer,
    },
    {
      label: text('runs.useAggregate.at-best'),
      run: () => askForBest(anchor, column, [...new Set(shown)], show),
      isChecked: column.aggregate === 'at-best',
      isDisabled: isServer,
    },
    ...(isServer ? [{ label: text('runs.lastOnly'), run: () => {}, isDisabled: true }] : []),
  ]
}

function isGrouped({ view }: ViewState, column: TableColumn): boolean {
  return view.groupBy.some((grouped) => columnId(grouped) === columnId(column))
}

function group(state: ViewState, column: TableColumn): void {
  const { groupBy } = state.view
  const others = groupBy.filter((grouped) => columnId(grouped) !== columnId(column))
  state.update({ groupBy: isGrouped(state, column) ? others : [...groupBy, column] })
}
