import type { PageFigure, ToCompressionPage } from '../../src/protocol/compression-page-messages.ts'
import { formatMeasure } from '../../src/protocol/measures.ts'
import { button, element } from '../shared/dom.ts'
import { findFigure } from './plot.ts'

/** The same as the chart, a row for each model. */
export function drawTable(
  { models, measures, texts }: Extract<ToCompressionPage, { kind: 'search' }>,
  chosen: number | undefined,
  choose: (number: number) => void,
): HTMLElement {
  const titles = [texts.model, texts.state, ...measures.map(({ title }) => title)]
  const rows = models.map(({ number, name, mark, note, figures }) => {
    const press = button(name, () => choose(number), { class: 'link-button', 'data-number': number })
    press.setAttribute('aria-pressed', String(number === chosen))
    return element(
      'tr',
      { class: `${mark}${number === chosen ? ' chosen' : ''}` },
      element('th', { scope: 'row' }, press),
      element('td', {}, note),
      ...measures.map((measure) => element('td', { class: 'number' }, formatFigure(findFigure(figures, measure.name)))),
    )
  })
  const table = element(
    'table',
    { 'aria-label': texts.title },
    element('thead', {}, element('tr', {}, ...titles.map((title) => element('th', { scope: 'col' }, title)))),
    element('tbody', {}, ...rows),
  )
  return element('div', { class: 'scrolled', tabindex: 0, role: 'region', 'aria-label': texts.title }, table)
}

export function formatFigure(figure: PageFigure | undefined): HTMLElement {
  return element('bdi', {}, figure === undefined ? '' : formatMeasure(figure.measure, figure.value))
}

export function formatInterval(figure: PageFigure | undefined): HTMLElement {
  const { interval, measure } = figure ?? {}
  const text =
    interval === undefined || measure === undefined
      ? ''
      : interval.map((end) => formatMeasure(measure, end)).join(' … ')
  return element('bdi', {}, text)
}
