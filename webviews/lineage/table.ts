import type { ToLineagePage } from '../../src/protocol/lineage-page-messages.ts'
import { element } from '../shared/dom.ts'

/** Every edge as a row: what was first, and what came of it. */
export function drawTable({ nodes, edges, texts }: Extract<ToLineagePage, { kind: 'graph' }>): HTMLElement {
  const titles = new Map(
    nodes.map(({ key, title, detail, note }) => [key, { title, note: `${detail} ${note}`.trim() }]),
  )
  const head = [texts.first, texts.cameOfIt].map((name) => element('th', { scope: 'col' }, name))
  const rows = edges.map(({ from, down }) => {
    const { title = '', note = '' } = titles.get(from) ?? {}
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('bdi', {}, title), ' ', element('span', { class: 'quiet' }, note)),
      element('td', {}, element('bdi', {}, down)),
    )
  })
  const table = element(
    'table',
    { 'aria-label': texts.title },
    element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...rows),
  )
  return element('div', { class: 'scrolled', tabindex: 0, role: 'region', 'aria-label': texts.title }, table)
}
