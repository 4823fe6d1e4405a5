import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { Methods } from '../../../src/protocol/methods.ts'
import type { ColumnStatistics, TableColumn } from '../../../src/protocol/run-table.ts'
import { element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { Parts } from '../tab.ts'
import { columnId, spokenColumnName } from './column-name.ts'
import { createFacetSection } from './facet-section.ts'
import { type FacetChoice, readChoice, withoutChoice, writeChoice } from './facet-terms.ts'
import { exceptRuns, joinConditions } from '../../../src/protocol/filter-text.ts'
import { toIdentifier } from './filter-terms.ts'
import { listColumns } from './list-columns.ts'
import { createPace } from './refresh-pace.ts'

export interface Facets {
  readonly element: HTMLElement
  readonly isShown: boolean
  toggle(): void
  /** The view, or the runs themselves, have changed. */
  outdate(): void
}

const pauseMs = 400
const maxSections = 40
const openAtFirst = 4
const status: TableColumn = { kind: 'attribute', key: 'status' }

/** A panel of columns with what they hold, in which a choice becomes a part of the filter. */
export function createFacets({ host, state }: Parts, loadKeys: () => Promise<Methods['table/keys']['result']>): Facets {
  const known = new Map<string, ColumnStatistics>()
  const opened = new Map<string, boolean>()
  let all: readonly TableColumn[] = []
  let underWay = new AbortController()
  const search = element('input', {
    type: 'search',
    class: 'text-input',
    placeholder: text('runs.facetSearch'),
    'aria-label': text('runs.facetSearch'),
    spellcheck: 'false',
  })
  const notice = element('div', { class: 'facet-note', role: 'status' })
  const list = element('div', { class: 'facet-list' })
  const panel = element(
    'aside',
    { class: 'facets', 'aria-label': text('runs.facets'), hidden: true },
    search,
    notice,
    list,
  )

  function listShown(): TableColumn[] {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean)
    const columns = words.length === 0 ? [status, ...state.view.columns.map(({ column }) => column)] : all
    const fit = columns.filter((column) => words.every((word) => spokenColumnName(column).toLowerCase().includes(word)))
    const unique = new Map(fit.map((column) => [columnId(column), column]))
    return [...unique.values()].filter(hasFacet).slice(0, maxSections)
  }

  const isChosen = ({ from, to, texts }: FacetChoice) => from !== undefined || to !== undefined || texts.length > 0
  const isOpen = (column: TableColumn, place: number) =>
    opened.get(columnId(column)) ?? (place < openAtFirst || isChosen(readChoice(state.view.filter, column)))

  function draw(): void {
    const { filter } = state.view
    const focused = document.activeElement?.closest('.facet')?.getAttribute('data-column')
    const place = [...(list.querySelector(`.facet:focus-within`)?.querySelectorAll('button, input') ?? [])].findIndex(
      (control) => control === document.activeElement,
    )
    const sections = listShown().map((column, index) => {
      const id = columnId(column)
      const open = isOpen(column, index)
      const section = createFacetSection({
        column,
        isOpen: open,
        statistics: known.get(id),
        choice: readChoice(filter, column),
        toggle() {
          opened.set(id, !open)
          refresh()
        },
        choose: (choice) => choose(column, choice),
      })
      section.dataset['column'] = id
      return section
    })
    list.replaceChildren(...sections)
    const again = sections.find((section) => section.dataset['column'] === focused)
    const control = [...(again?.querySelectorAll<HTMLElement>('button, input') ?? [])]
    control[Math.min(place, control.length - 1)]?.focus({ preventScroll: true })
  }

  function choose(column: TableColumn, choice: FacetChoice): void {
    const filter = writeChoice(state.view.filter, column, choice)
    notice.textContent = filter === undefined ? text('runs.facetWrongFilter') : ''
    if (filter !== undefined) state.update({ filter })
    else draw()
  }

  /** A column's own choice leaves out none of its values: one wants to see what else could be chosen. */
  function groupByFilter(): Map<string, TableColumn[]> {
    const open = listShown().filter(isOpen)
    return Map.groupBy(open, (column) => {
      const { filter, hidden } = state.view
      return joinConditions(withoutChoice(filter, column) ?? filter, exceptRuns(hidden))
    })
  }

  async function load(): Promise<void> {
    underWay.abort()
    const { signal } = (underWay = new AbortController())
    const { experimentIds } = state
    try {
      for (const [filter, columns] of groupByFilter()) {
        const answer = await host.call('table/statistics', { experimentIds, filter, columns }, signal)
        for (const [index, column] of columns.entries()) {
          const statistics = answer.columns[index]
          if (statistics !== undefined) known.set(columnId(column), statistics)
        }
      }
      notice.textContent = ''
    } catch (error) {
      if (!(error instanceof RunwrightError)) throw error
      // What is wrong with a filter is said where it stands.
      if (signal.aborted || error.code === 'INVALID_PARAMETER_VALUE') return
      notice.textContent = error.message
    }
    draw()
  }
  const pace = createPace(pauseMs, () => void load())

  function refresh(): void {
    draw()
    pace.ask()
  }

  search.addEventListener('input', async () => {
    if (all.length === 0) all = listColumns(await loadKeys())
    refresh()
  })

  return {
    element: panel,
    get isShown() {
      return !panel.hidden
    },
    toggle() {
      panel.hidden = !panel.hidden
      if (panel.hidden) return
      refresh()
      search.focus()
    },
    outdate() {
      if (!panel.hidden && state.view.tab === 'runs') refresh()
    },
  }
}

/** Those that the filter has a word for, and more than one run may share a value of. */
function hasFacet(column: TableColumn): boolean {
  const isName = column.kind === 'attribute' && (column.key === 'run_id' || column.key === 'run_name')
  return !isName && toIdentifier(column) !== undefined
}
