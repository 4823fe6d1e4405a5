import type { RunwrightError } from '../../src/protocol/errors.ts'
import { button, element } from '../shared/dom.ts'
import { text } from '../shared/texts.ts'
import { showColumnChooser } from './runs/column-chooser.ts'
import { columnId, columnName } from './runs/column-name.ts'
import { createFacets } from './runs/facets.ts'
import { chooseDefaultColumns, toViewColumn } from './runs/default-columns.ts'
import { createFilterBox } from './runs/filter-box.ts'
import { createGridActions } from './runs/grid-actions.ts'
import { keepRowColors } from './runs/row-colors.ts'
import { createRunGrid, type RunGrid } from './runs/run-grid.ts'
import { createToolbar } from './runs/toolbar.ts'
import { changeColumn, moveColumn, showColumns, toKeyId } from './runs/view-columns.ts'
import type { Parts, Tab } from './tab.ts'

/** As a saved view takes. */
const maxGroupColumns = 10

/** The table of runs: which there are, what they logged, and which are chosen for the other tabs. */
export function createRunsTab(parts: Parts): Tab {
  const { host, state } = parts
  let showsHidden = false
  let hasColumns = state.view.columns.length > 0
  const loadKeys = () => host.call('table/keys', { experimentIds: state.experimentIds })

  const filterBox = createFilterBox({
    filter: state.view.filter,
    loadNames: loadKeys,
    async loadValues(column) {
      const answer = await host.call('table/statistics', { experimentIds: state.experimentIds, columns: [column] })
      const [found] = answer.columns
      return found?.kind === 'texts' ? found.top.map(({ value }) => value) : []
    },
    apply: (filter) => state.update({ filter }),
  })
  const facets = createFacets(parts, loadKeys)
  const toolbar = createToolbar({
    filterBox: filterBox.element,
    chooseColumns: (anchor) => void chooseColumns(anchor),
    chooseGroups: (anchor) => void chooseGroups(anchor),
    toggleFacets() {
      facets.toggle()
      drawToolbar()
    },
    toggleHidden() {
      showsHidden = !showsHidden
      runs.showHidden(showsHidden)
      drawToolbar()
    },
    clearChoice: () => state.update({ chosen: [] }),
    ungroup: (column) =>
      state.update({ groupBy: state.view.groupBy.filter((other) => columnId(other) !== columnId(column)) }),
  })
  const notice = element('div', { class: 'runs-notice', role: 'status', hidden: true })
  const runs: RunGrid = createRunGrid({
    ...parts,
    ...createGridActions(parts, () => runs, say),
    dropped(column, before) {
      if (column === 0) return
      state.update({ columns: moveColumn(state.view.columns, column - 1, Math.max(0, before - 1)) })
    },
    widthChanged: (column, width) => state.update({ columns: changeColumn(state.view.columns, column, { width }) }),
    opened: () => filterBox.showError(undefined),
    told() {
      drawToolbar()
      drawNotice()
    },
    failed: showFailure,
  })
  const panel = element(
    'section',
    { class: 'runs-tab', role: 'tabpanel', id: 'panel-runs', 'aria-labelledby': 'tab-runs' },
    toolbar.element,
    notice,
    element('div', { class: 'runs-body' }, facets.element, runs.grid.element),
  )

  keepRowColors(panel)

  function drawToolbar(): void {
    const { totals, model } = runs
    const pinnedCount = model?.pinnedCount ?? 0
    toolbar.draw({ view: state.view, totals, pinnedCount, showsHidden, showsFacets: facets.isShown })
  }

  function drawNotice(): void {
    const { totals } = runs
    const said =
      totals === undefined || totals.total > 0 ? '' : text(totals.runCount === 0 ? 'runs.none' : 'runs.noneMatch')
    say(said)
  }

  function say(message: string): void {
    notice.hidden = message === ''
    notice.textContent = message
  }

  function showFailure(error: RunwrightError): void {
    if (error.code === 'INVALID_PARAMETER_VALUE' && state.view.filter.trim() !== '') {
      filterBox.showError(error.message)
      return
    }
    const retry = button(text('runs.retry'), () => runs.outdate(true), { class: 'text-button' })
    notice.replaceChildren(text('runs.failed', { message: error.message }), ' ', retry)
    notice.hidden = false
  }

  async function chooseColumns(anchor: Element): Promise<void> {
    const keys = await loadKeys()
    showColumnChooser({
      anchor,
      title: text('runs.chooser'),
      keys,
      isShown: (keyId) => state.view.columns.some(({ column }) => toKeyId(column) === keyId),
      show: (columns, isShown) => state.update({ columns: showColumns(state.view.columns, columns, isShown) }),
    })
  }

  async function chooseGroups(anchor: Element): Promise<void> {
    const keys = await loadKeys()
    showColumnChooser({
      anchor,
      title: text('runs.chooseGroups'),
      keys,
      isShown: (keyId) => state.view.groupBy.some((column) => toKeyId(column) === keyId),
      show(columns, isToBeShown) {
        const ids = new Set(columns.map(columnId))
        const others = state.view.groupBy.filter((column) => !ids.has(columnId(column)))
        state.update({ groupBy: (isToBeShown ? [...others, ...columns] : others).slice(0, maxGroupColumns) })
      },
    })
  }

  async function chooseFirstColumns(): Promise<void> {
    hasColumns = true
    const keys = await loadKeys()
    if (state.view.columns.length > 0) return
    // Until something was logged, the choice is left open.
    hasColumns = keys.metrics.length + keys.params.length > 0
    const columns = chooseDefaultColumns(keys).map((column) => toViewColumn(column, columnName(column)))
    if (hasColumns) state.update({ columns })
  }

  state.subscribe((before) => {
    filterBox.setFilter(state.view.filter)
    runs.follow(before)
    drawToolbar()
    const { view } = state
    if (view.filter !== before.filter || view.columns !== before.columns || view.hidden !== before.hidden) {
      facets.outdate()
    }
  })
  drawToolbar()

  return {
    element: panel,
    shown() {
      if (!hasColumns) void chooseFirstColumns()
      runs.refresh()
    },
    received(event) {
      if (event.kind === 'artifacts' || event.kind === 'stop-requested') return
      if (event.kind !== 'reset' && !state.experimentIds.includes(event.experimentId)) return
      if (!hasColumns && state.view.tab === 'runs') void chooseFirstColumns()
      facets.outdate()
      runs.outdate(event.kind !== 'metrics' || state.view.filter !== '')
    },
  }
}
