import type { FromLineagePage, ToLineagePage } from '../../src/protocol/lineage-page-messages.ts'
import { button, element } from '../shared/dom.ts'
import { createGraph, type Graph } from './graph.ts'
import { drawTable } from './table.ts'

/** What VS Code gives a webview, once. */
declare function acquireVsCodeApi(): {
  postMessage(message: FromLineagePage): void
  getState(): unknown
  setState(state: unknown): void
}

const api = acquireVsCodeApi()
const tell = (message: FromLineagePage) => {
  // What went wrong before is no longer of interest.
  notice.hidden = true
  api.postMessage(message)
}

// From the start, because the window may be reloaded before there is a graph.
const before = api.getState()
const { kept = 'null' } = document.body.dataset
if (before === undefined || before === null) api.setState(JSON.parse(kept))

const title = element('h1')
const count = element('p', { class: 'quiet', role: 'status' })
const notice = element('p', { class: 'notice', role: 'status', hidden: true })
const main = element('main')
const create = (press: () => void) => button('', press, { class: 'text-button', hidden: true })
const buttons = {
  table: create(() => showAs(!isTable)),
  reload: create(() => tell({ kind: 'again' })),
  asText: create(() => tell({ kind: 'as-text' })),
  copy: create(() => tell({ kind: 'copy' })),
}
const heading = element('div', { class: 'heading' }, title, count)
document.body.append(element('header', {}, heading, ...Object.values(buttons)), notice, main)

let shown: Extract<ToLineagePage, { kind: 'graph' }> | undefined
let graph: Graph | undefined
let isTable = false
/** The key of the node that had the focus last. */
let at = readPlace(before)

/** What an older version has kept is no reason not to open. */
function readPlace(state: unknown): string | undefined {
  const found = typeof state === 'object' && state !== null && 'at' in state ? state.at : undefined
  return typeof found === 'string' ? found : undefined
}

/** The focus moved to a node, which it is to be on after a reload too. */
function keep(key: string): void {
  if (shown === undefined || at === key) return
  at = key
  api.setState({ ...shown.kept, at })
}

function draw(message: Extract<ToLineagePage, { kind: 'graph' }>): void {
  const { texts } = message
  // The focus stays where it is while more is shown around it.
  const hadFocus = graph?.element.contains(document.activeElement) ?? true
  shown = message
  api.setState({ ...message.kept, at })
  title.textContent = texts.title
  count.textContent = texts.count
  buttons.reload.textContent = texts.reload
  buttons.asText.textContent = texts.asText
  buttons.copy.textContent = texts.copy
  for (const each of Object.values(buttons)) each.hidden = false
  graph = createGraph(message, { tell, keep })
  showAs(isTable)
  if (!isTable) graph.show(at, hadFocus)
}

/** The same as a table, which is read from top to bottom. */
function showAs(table: boolean): void {
  if (shown === undefined || graph === undefined) return
  isTable = table
  const { texts } = shown
  buttons.table.textContent = isTable ? texts.graph : texts.table
  main.replaceChildren(isTable ? drawTable(shown) : graph.element)
  if (!isTable) graph.show(at, false)
}

window.addEventListener('message', ({ data }: MessageEvent<ToLineagePage>) => {
  notice.hidden = data.kind === 'graph'
  if (data.kind === 'graph') return draw(data)
  notice.textContent = data.text
  notice.classList.toggle('trouble', data.isTrouble)
})
tell({ kind: 'ready' })
