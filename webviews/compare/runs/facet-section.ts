import type { ColumnStatistics, TableColumn } from '../../../src/protocol/run-table.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import { columnName, spokenColumnName } from './column-name.ts'
import { createNumberFacet } from './facet-numbers.ts'
import { type FacetChoice, noChoice } from './facet-terms.ts'
import { createTextFacet } from './facet-texts.ts'

export interface FacetSectionParts {
  readonly column: TableColumn
  readonly isOpen: boolean
  /** Undefined until it is known. */
  readonly statistics: ColumnStatistics | undefined
  readonly choice: FacetChoice
  toggle(): void
  choose(choice: FacetChoice): void
}

/** One column of the panel: its name, which opens and closes it, and what it holds. */
export function createFacetSection(parts: FacetSectionParts): HTMLElement {
  const { column, isOpen, statistics, choice, choose } = parts
  const isChosen = choice.from !== undefined || choice.to !== undefined || choice.texts.length > 0
  const name = columnName(column)
  const title = button('', parts.toggle, {
    class: 'facet-title',
    'aria-expanded': String(isOpen),
    title: spokenColumnName(column),
  })
  title.append(
    element('span', { class: 'twisty', 'aria-hidden': 'true' }),
    element('span', { class: 'facet-name', dir: 'auto' }, name),
  )
  const head = element('div', { class: 'facet-head' }, title)
  if (isChosen) {
    const label = text('runs.facetClear', { name })
    head.append(button('', () => choose(noChoice), { class: 'chip-remove', 'aria-label': label, title: label }))
  }
  const section = element('section', { class: 'facet', role: 'group', 'aria-label': spokenColumnName(column) }, head)
  if (!isOpen) return section
  if (statistics === undefined) section.append(element('div', { class: 'facet-note' }, text('runs.loading')))
  else if (statistics.count === 0 && !isChosen)
    section.append(element('div', { class: 'facet-note' }, text('runs.facetEmpty')))
  else if (statistics.kind === 'numbers') section.append(createNumberFacet(column, statistics, choice, choose))
  else section.append(createTextFacet(statistics, choice, choose))
  return section
}
