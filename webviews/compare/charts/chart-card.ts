import type { ViewEvent } from '../../../src/protocol/view-event.ts'
import { findInlineStep } from '../../shared/direction.ts'
import { button, element } from '../../shared/dom.ts'
import { text } from '../../shared/texts.ts'
import type { ChartBody, ChartListener, ChartReport, ChartTable } from './chart-body.ts'
import { type ChartTools, createToggle, press } from './chart-tools.ts'
import { toChartTitle } from './column-text.ts'
import type { DrawnSpec } from './expand-rules.ts'

/** What a user can do with a chart as one of many. */
export interface CardActions {
  openMenu(anchor: HTMLElement): void
  move(by: -1 | 1): void
}

export interface ChartCard {
  readonly element: HTMLElement
  readonly body: ChartBody
  readonly more: HTMLElement
  readonly spec: DrawnSpec
  show(spec: DrawnSpec): void
  /** Whether the panel it stands in is the one that is shown. */
  setPanelShown(isShown: boolean): void
  /** Draws though it may be out of sight, and resolves once it has drawn what it has fetched. */
  drawNow(): Promise<void>
  received(event: ViewEvent): void
  dispose(): void
}

export interface CardContents {
  readonly tools: ChartTools
  createBody(listener: ChartListener): ChartBody
}

const upToDateMs = 300
const longestDrawMs = 10_000

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** A figure: the title with its tools, the drawing or its table, and what is said of both. */
export function createChartCard(
  initial: DrawnSpec,
  { tools, createBody }: CardContents,
  actions: CardActions,
): ChartCard {
  let spec = initial
  let [isInView, isPanelShown] = [false, true]
  const titleId = `chart-title-${spec.id}`
  const summaryId = `chart-summary-${spec.id}`
  const title = element('span', { class: 'chart-title', id: titleId, dir: 'auto' })
  const summary = element('p', { class: 'hidden-text', id: summaryId })
  const spoken = element('p', { class: 'hidden-text', role: 'status' })
  const notes = element('p', { class: 'chart-notes' })
  const tableHolder = element('div', { class: 'chart-table', hidden: true, tabindex: 0 })
  const reset = button(text('charts.resetZoom'), () => body.resetZoom(), { class: 'tool', hidden: true })
  const asTable = createToggle('charts.asTable', showTable)
  const more = button('⋯', () => actions.openMenu(more), {
    class: 'tool tool-more',
    'aria-haspopup': 'menu',
    title: text('charts.more.actions'),
  })
  const toolbar = element('div', { class: 'chart-tools', role: 'toolbar' }, ...tools.elements, asTable)
  const body = createBody({ reported, spoke: (sentence) => void (spoken.textContent = sentence) })
  const figure = element(
    'figure',
    { class: 'chart', 'data-chart': spec.id, 'aria-labelledby': titleId, 'aria-describedby': summaryId },
    element('figcaption', {}, element('div', { class: 'chart-head', draggable: 'true' }, title, reset, more), toolbar),
    body.element,
    tableHolder,
    notes,
    summary,
    spoken,
  )
  for (const drawing of figure.querySelectorAll('[role=application], [role=img]')) {
    drawing.setAttribute('aria-describedby', summaryId)
  }

  const waiting: (() => void)[] = []
  let isDrawn = false

  function reported(report: ChartReport): void {
    isDrawn = true
    for (const resume of waiting.splice(0)) resume()
    summary.textContent = report.summary
    const said = report.error === undefined ? report.notes : [report.error]
    notes.textContent = said.join(' ')
    notes.classList.toggle('chart-error', report.error !== undefined)
    reset.hidden = !report.isZoomed
    if (!tableHolder.hidden) tableHolder.replaceChildren(createTable(body.table(), titleId))
  }

  function showTable(isOn: boolean): void {
    press(asTable, isOn)
    tableHolder.hidden = !isOn
    body.element.hidden = isOn
    tableHolder.replaceChildren(...(isOn ? [createTable(body.table(), titleId)] : []))
  }

  function show(next: DrawnSpec): void {
    spec = next
    const words = toChartTitle(next)
    title.textContent = words
    title.title = words
    tableHolder.setAttribute('aria-label', text('charts.tableOf', { title: words }))
    toolbar.setAttribute('aria-label', text('charts.tools', { title: words }))
    more.setAttribute('aria-label', text('charts.more.of', { title: words }))
    tools.show(next)
  }

  const observer = new IntersectionObserver((entries) => {
    isInView = entries.at(-1)?.isIntersecting === true
    body.setVisible(isInView && isPanelShown)
  })
  observer.observe(figure)
  figure.addEventListener('keydown', (event) => {
    if (!event.altKey || !event.shiftKey) return
    const by = { ArrowUp: -1, ArrowDown: 1 }[event.key] ?? findInlineStep(event.key, figure)
    if (by !== 1 && by !== -1) return
    event.preventDefault()
    actions.move(by)
  })
  show(initial)

  return {
    element: figure,
    body,
    more,
    get spec() {
      return spec
    },
    show(next) {
      show(next)
      body.show(next)
    },
    setPanelShown(isShown) {
      isPanelShown = isShown
      body.setVisible(isInView && isPanelShown)
    },
    async drawNow() {
      body.setVisible(true)
      const drawn = new Promise<void>((resolve) => waiting.push(resolve))
      // One that was drawn before may be up to date, and then says nothing.
      await Promise.race([drawn, pause(isDrawn ? upToDateMs : longestDrawMs)])
      body.setVisible(isInView && isPanelShown)
    },
    received: (event) => body.received(event),
    dispose() {
      observer.disconnect()
      body.dispose()
      figure.remove()
    },
  }
}

function createTable({ header, rows }: ChartTable, labelledBy: string): HTMLElement {
  return element(
    'table',
    { 'aria-labelledby': labelledBy },
    element('thead', {}, element('tr', {}, ...header.map((name) => element('th', { scope: 'col' }, name)))),
    element(
      'tbody',
      {},
      ...rows.map(([name = '', ...cells]) =>
        element(
          'tr',
          {},
          element('th', { scope: 'row', dir: 'auto' }, name),
          ...cells.map((cell) => element('td', { dir: 'auto' }, cell)),
        ),
      ),
    ),
  )
}
