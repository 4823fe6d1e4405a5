import type { ColumnStatistics } from '../../../src/protocol/run-table.ts'
import { button, element } from '../../shared/dom.ts'
import { currentLocale, text } from '../../shared/texts.ts'
import { type FacetChoice, noChoice } from './facet-terms.ts'

/** Values that are listed before one asks for more. */
const fewValues = 6

/** The most frequent values of a column, each to be ticked; those ticked stand first. */
export function createTextFacet(
  { top, distinctCount }: ColumnStatistics & { kind: 'texts' },
  { texts }: FacetChoice,
  choose: (choice: FacetChoice) => void,
): HTMLElement {
  const counts = new Map(top.map(({ value, count }) => [value, count]))
  const values = [...texts, ...top.flatMap(({ value }) => (texts.includes(value) ? [] : [value]))]
  const most = Math.max(1, ...counts.values())
  const list = element('div', { class: 'facet-values' }, ...values.slice(0, fewValues).map(createValue))

  function createValue(value: string): HTMLElement {
    const isTicked = texts.includes(value)
    const count = counts.get(value) ?? 0
    const tick = element('input', { type: 'checkbox', checked: isTicked })
    tick.addEventListener('change', () => {
      const others = texts.filter((other) => other !== value)
      choose({ ...noChoice, texts: tick.checked ? [...others, value] : others })
    })
    const name = element('span', { class: 'facet-value', dir: 'auto', title: value }, value)
    const made = element(
      'label',
      { class: 'facet-line' },
      tick,
      name,
      element('span', { class: 'facet-count' }, count.toLocaleString(currentLocale())),
    )
    made.style.setProperty('--share', String(count / most))
    return made
  }

  const rest = values.slice(fewValues)
  if (rest.length === 0) return list
  const more = button(text('runs.facetMore', { count: distinctCount - fewValues }), showRest, { class: 'link' })
  function showRest(): void {
    more.replaceWith(...rest.map(createValue))
    const unlisted = distinctCount - top.length
    if (unlisted > 0) list.append(element('div', { class: 'facet-note' }, text('runs.facetRest', { count: unlisted })))
  }
  list.append(more)
  return list
}
