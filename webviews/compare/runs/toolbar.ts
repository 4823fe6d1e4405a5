import type { TableColumn } from '../../../src/protocol/run-table.ts'
import type { SavedView } from '../../../src/protocol/saved-view.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { columnId, columnName } from './column-name.ts'
import type { Totals } from './row-source.ts'

export interface ToolbarParts {
  readonly filterBox: HTMLElement
  chooseColumns(anchor: Element): void
  chooseGroups(anchor: Element): void
  toggleFacets(): void
  toggleHidden(): void
  clearChoice(): void
  ungroup(column: TableColumn): void
}

export interface ToolbarContent {
  readonly view: SavedView
  readonly totals: Totals | undefined
  /** Runs that stay at the top. */
  readonly pinnedCount: number
  readonly showsHidden: boolean
  readonly showsFacets: boolean
}

/** The line above the table: the filter, how many runs there are, and what changes the table as a whole. */
export function createToolbar(parts: ToolbarParts): { element: HTMLElement; draw(content: ToolbarContent): void } {
  const count = element('span', { class: 'run-count', role: 'status' })
  const columns = button(text('runs.columns'), () => parts.chooseColumns(columns), {
    class: 'text-button',
    'aria-haspopup': 'dialog',
  })
  const groups = button(text('runs.groupButton'), () => parts.chooseGroups(groups), {
    class: 'text-button',
    'aria-haspopup': 'dialog',
  })
  const facets = button(text('runs.facets'), parts.toggleFacets, { class: 'text-button' })
  const hidden = button('', parts.toggleHidden, { class: 'text-button' })
  const clear = button(text('runs.clear'), parts.clearChoice, { class: 'text-button' })
  const chips = element('div', { class: 'group-chips', role: 'group', 'aria-label': text('runs.groupBy') })
  const line = element('div', { class: 'runs-toolbar' }, facets, parts.filterBox, count, clear, hidden, groups, columns)

  function drawChips(groupBy: readonly TableColumn[]): void {
    chips.hidden = groupBy.length === 0
    const made = groupBy.map((column) => {
      const name = columnName(column)
      const remove = button('', () => parts.ungroup(column), {
        class: 'chip-remove',
        'aria-label': text('runs.ungroup', { name }),
        title: text('runs.ungroup', { name }),
      })
      return element('span', { class: 'chip' }, element('span', { dir: 'auto', class: 'chip-name' }, name), remove)
    })
    chips.replaceChildren(element('span', {}, text('runs.groupBy')), ...made)
  }

  let drawnGroups = 'none yet'
  return {
    element: element('div', {}, line, chips),
    draw({ view, totals, pinnedCount, showsHidden, showsFacets }) {
      facets.setAttribute('aria-pressed', String(showsFacets))
      const said = sayCounts(totals, pinnedCount)
      if (count.textContent !== said) count.textContent = said
      clear.hidden = view.chosen.length === 0
      hidden.hidden = view.hidden.length === 0
      hidden.textContent = text(showsHidden ? 'runs.hideHidden' : 'runs.showHidden', { count: view.hidden.length })
      hidden.setAttribute('aria-pressed', String(showsHidden))
      const grouped = view.groupBy.map(columnId).join()
      if (grouped !== drawnGroups) drawChips(view.groupBy)
      drawnGroups = grouped
    },
  }
}

function sayCounts(totals: Totals | undefined, pinnedCount: number): string {
  if (totals === undefined) return text('runs.loading')
  const counts = text('runs.count', { total: totals.total, count: totals.runCount })
  return pinnedCount === 0 ? counts : text('runs.countPinned', { counts, count: pinnedCount })
}
