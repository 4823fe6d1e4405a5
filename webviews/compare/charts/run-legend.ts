import type { RunId } from '../../../src/protocol/ids.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartParts } from './chart-body.ts'
import type { ShownRun } from './curve-line.ts'
import { createThrottle } from '../../shared/frame-scheduler.ts'
import { newestCount, type RunSource } from './run-source.ts'

/** Numbers that change faster than this are not read; laying out a hundred of them costs more than the crosshair. */
const valuesPauseMs = 80

/** The runs of all charts: their colours, what they hold at the crosshair, and whether they are shown. */
export function createRunLegend({ state, highlight, runValues }: ChartParts, source: RunSource): HTMLElement {
  const title = element('h2', { class: 'legend-title' })
  const note = element('p', { class: 'legend-note' })
  const list = element('ul', { class: 'legend-runs', 'aria-label': text('charts.legend') })
  const values = new Map<RunId, Text>()

  function createRow({ runId, name, color }: ShownRun): HTMLElement {
    const swatch = element('span', { class: 'chart-swatch', 'aria-hidden': 'true' })
    swatch.style.background = color
    const value = new Text()
    values.set(runId, value)
    const isHidden = state.view.hidden.includes(runId)
    const eye = button('', () => toggle(runId), {
      class: 'legend-eye',
      'aria-pressed': String(!isHidden),
      'aria-label': text('charts.legend.show', { name }),
      title: text(isHidden ? 'charts.legend.showHint' : 'charts.legend.hideHint'),
      'data-run': runId,
    })
    const row = element(
      'li',
      { class: isHidden ? 'legend-run hidden-run' : 'legend-run' },
      eye,
      swatch,
      element('span', { class: 'legend-name', title: name, dir: 'auto' }, name),
      element('span', { class: 'legend-value' }, value),
    )
    const light = () => highlight.set(isHidden ? undefined : runId)
    row.addEventListener('pointerenter', light)
    row.addEventListener('focusin', () => eye.matches(':focus-visible') && light())
    for (const end of ['pointerleave', 'focusout']) row.addEventListener(end, () => highlight.set(undefined))
    return row
  }

  function toggle(runId: RunId): void {
    const { hidden } = state.view
    const isHidden = hidden.includes(runId)
    state.update({ hidden: isHidden ? hidden.filter((other) => other !== runId) : [...hidden, runId] })
  }

  function draw(): void {
    const focused = document.activeElement?.getAttribute('data-run')
    values.clear()
    list.replaceChildren(...source.listed.value.map(createRow))
    const isNewest = state.view.chosen.length === 0
    note.textContent = isNewest ? text('charts.legend.newest', { count: newestCount }) : ''
    note.hidden = !isNewest
    list.querySelector<HTMLElement>(`[data-run="${focused ?? ''}"]`)?.focus()
    showValues()
  }

  function showValues(): void {
    const read = runValues.value
    title.textContent = read?.title ?? text('charts.legend')
    for (const [runId, shown] of values) {
      const value = read?.values.get(runId) ?? ''
      if (shown.data !== value) shown.data = value
    }
  }

  source.listed.subscribe(draw)
  source.shown.subscribe(draw)
  const pacedValues = createThrottle(valuesPauseMs, showValues)
  runValues.subscribe(pacedValues.request)
  draw()
  return element('aside', { class: 'legend', 'aria-label': text('charts.legend') }, title, list, note)
}
