import type {
  FromCompressionPage,
  PageLayers,
  ShownCompression,
  ToCompressionPage,
} from '../../src/protocol/compression-page-messages.ts'
import type { MeasureName } from '../../src/protocol/measures.ts'
import { button, element } from '../shared/dom.ts'
import { drawChart, drawLegend } from './chart.ts'
import { drawDetails } from './details.ts'
import { drawTable } from './model-table.ts'

/** What VS Code gives a webview, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromCompressionPage): void
  getState(): unknown
  setState(state: unknown): void
}

type Search = Extract<ToCompressionPage, { kind: 'search' }>

const api = acquireVsCodeApi()
const before = api.getState()
const { kept = 'null' } = document.body.dataset
// From the start, because the window may be reloaded before there is anything to show.
if (before === undefined || before === null) api.setState(JSON.parse(kept))

let shown: ShownCompression = readShown(before)
let search: Search | undefined
let layers: PageLayers | undefined

const title = element('h1', {}, document.title)
const status = element('p', { class: 'quiet', role: 'status' })
const notes = element('div', { class: 'notes quiet' })
const notice = element('p', { class: 'notice', role: 'status', hidden: true })
const asTable = button('', () => change({ isTable: shown.isTable !== true }), { class: 'text-button' })
const selects = { x: createSelect('x'), y: createSelect('y'), label: createSelect('label') }
const chart = element('div', { class: 'chart' })
const legend = element('div')
const keys = element('p', { class: 'quiet', id: 'keys' })
const drawing = element('div', { class: 'drawing' }, chart, legend, keys)
const tablePlace = element('div', { class: 'table-place', hidden: true })
const details = element('section', { class: 'details', 'aria-live': 'off' })
const main = element('main', {}, drawing, tablePlace, details)
const controls = element(
  'div',
  { class: 'controls', hidden: true },
  ...Object.values(selects).map(({ box }) => box),
  asTable,
)
document.body.append(element('header', {}, title, status, notes, controls), notice, main)

/** What an older version has kept is no reason not to open. */
function readShown(state: unknown): ShownCompression {
  const found: unknown = typeof state === 'object' && state !== null && 'shown' in state ? state.shown : undefined
  // SAFETY: the page itself has written it; whatever is wrong with it is looked up among what there is, and not found.
  return typeof found === 'object' && found !== null ? (found as ShownCompression) : {}
}

function createSelect(part: 'x' | 'y' | 'label') {
  const select = element('select', { class: 'choice', id: `choice-${part}` })
  const name = element('label', { for: select.id })
  select.addEventListener('change', () => change({ [part]: select.value }))
  return { select, name, box: element('span', {}, name, select) }
}

/** Shows something else of what there is, and remembers it. */
function change(by: ShownCompression): void {
  shown = { ...shown, ...by }
  if (search !== undefined) api.setState({ ...search.kept, shown })
  draw()
}

function choose(number: number): void {
  const isNew = number !== shown.chosen
  change({ chosen: number })
  focusChosen()
  if (isNew && number !== 0) api.postMessage({ kind: 'look', number })
}

function focusChosen(): void {
  // What is hidden has the same models.
  const place = shown.isTable === true ? tablePlace : drawing
  place.querySelector<SVGElement | HTMLElement>(`[data-number="${shown.chosen ?? -1}"]`)?.focus()
}

function findMeasure(name: string | undefined): MeasureName | undefined {
  return search?.measures.find((measure) => measure.name === name)?.name
}

function axesOf({ axes }: Search) {
  const label = shown.label === '' ? undefined : (findMeasure(shown.label) ?? axes.label)
  return { x: findMeasure(shown.x) ?? axes.x, y: findMeasure(shown.y) ?? axes.y, label }
}

function draw(): void {
  if (search === undefined) return
  const { texts, models } = search
  const axes = axesOf(search)
  const isTable = shown.isTable === true
  title.textContent = texts.title
  status.textContent = texts.status
  notes.replaceChildren(...texts.notes.map((note) => element('p', {}, note)))
  asTable.textContent = isTable ? texts.chart : texts.table
  controls.hidden = false
  fillSelect('x', texts.x, axes.x)
  fillSelect('y', texts.y, axes.y)
  fillSelect('label', texts.label, axes.label, texts.none)
  for (const { box } of Object.values(selects)) box.hidden = isTable
  drawing.hidden = isTable
  tablePlace.hidden = !isTable
  // Where the focus was it is to be afterwards, while more models come in.
  const hadFocus = drawing.contains(document.activeElement) || tablePlace.contains(document.activeElement)
  if (isTable) tablePlace.replaceChildren(drawTable(search, shown.chosen, choose))
  else drawPlot(search, axes)
  if (hadFocus) focusChosen()
  drawChosen(
    search,
    models.find(({ number }) => number === shown.chosen),
  )
}

function drawPlot(drawn: Search, axes: ReturnType<typeof axesOf>): void {
  const { width, height } = chart.getBoundingClientRect()
  const size = { width: Math.max(240, Math.floor(width)), height: Math.max(200, Math.floor(height)) }
  chart.replaceChildren(drawChart({ search: drawn, ...axes, chosen: shown.chosen, ...size, choose }))
  legend.replaceChildren(drawLegend(drawn))
  keys.textContent = drawn.texts.keys
}

function drawChosen(drawn: Search, model: Search['models'][number] | undefined): void {
  const focused = details.querySelector<HTMLElement>(':focus')?.dataset['action']
  const parts = drawDetails(drawn, model, layers, (action, number) => {
    notice.hidden = true
    api.postMessage({ kind: action, number })
  })
  const { scrollTop } = details
  details.replaceChildren(...parts)
  details.scrollTop = scrollTop
  if (focused !== undefined) details.querySelector<HTMLElement>(`[data-action="${focused}"]`)?.focus()
}

function fillSelect(part: keyof typeof selects, name: string, value: MeasureName | undefined, none?: string): void {
  const { select, name: caption } = selects[part]
  caption.textContent = name
  const options = (search?.measures ?? []).map((measure) => [measure.name, measure.title] as const)
  const listed = none === undefined ? options : [['', none] as const, ...options]
  const texts = listed.map(([, text]) => text).join('\n')
  if (select.dataset['texts'] !== texts) {
    select.dataset['texts'] = texts
    select.replaceChildren(...listed.map(([key, text]) => element('option', { value: key }, text)))
  }
  select.value = value ?? ''
}

function take(message: Search): void {
  const isFirst = search === undefined
  search = message
  // What is recommended is looked at, unless someone looks at something else.
  const isFree = shown.chosen === undefined
  const best = message.models.find(({ mark }) => mark === 'recommended')
  if (isFree && best !== undefined) shown = { ...shown, chosen: best.number }
  api.setState({ ...message.kept, shown })
  draw()
  const { chosen = 0 } = shown
  if ((isFirst || isFree) && chosen !== 0) api.postMessage({ kind: 'look', number: chosen })
}

window.addEventListener('message', ({ data }: MessageEvent<ToCompressionPage>) => {
  switch (data.kind) {
    case 'search':
      notice.hidden = true
      return take(data)
    case 'layers':
      layers = data
      return draw()
    case 'notice':
      notice.hidden = false
      notice.textContent = data.text
      notice.classList.toggle('trouble', data.isTrouble)
  }
})
new ResizeObserver(draw).observe(chart)
api.postMessage({ kind: 'ready' })
