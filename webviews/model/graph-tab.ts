import type { ShownModel } from '../../src/protocol/model-page-messages.ts'
import { element } from '../shared/dom.ts'
import { paragraph } from '../shared/parts.ts'
import { type DrawnGraph, drawGraph } from './drawn-graph.ts'
import { createGraphView, type GraphView, type GraphViewParts } from './graph-view.ts'
import { text } from './texts.ts'

/** A layout of more takes too long; the list has them all. */
const maxDrawn = 100_000

/** One that stands in a graph of the model, by its place among all that is drawn there. */
export interface DrawnPlace {
  readonly graph: number
  readonly at: number
}

export interface GraphTab {
  readonly panel: HTMLElement
  /** A graph of the model, whether it has been shown or not. */
  graphOf(index: number): DrawnGraph
  /** Draws the graph that was shown last, at a node of it when there is one to be shown. */
  draw(place: DrawnPlace | undefined): void
  /** Shows a node in its graph. */
  show(place: DrawnPlace, isFocused: boolean): void
}

export interface GraphTabParts {
  reached(place: DrawnPlace): void
  opened: GraphViewParts['opened']
}

/** The graphs of a model, one at a time. */
export function createGraphTab(model: ShownModel, { reached, opened }: GraphTabParts): GraphTab {
  const graphs = new Map<number, DrawnGraph>()
  const views = new Map<number, GraphView>()
  let shown = 0
  const host = element('div', { class: 'graph-host' })
  const select = element(
    'select',
    { class: 'text-input', 'aria-label': text('graph.choose') },
    ...model.graphs.map(({ name }, index) => element('option', { value: index }, name || text('graph.main'))),
  )
  select.addEventListener('change', () => showGraph(Number(select.value)))
  const keys = element('p', { id: 'graph-keys', class: 'quiet' }, text('graph.keys'))
  const tools = element('div', { class: 'tools' }, ...(model.graphs.length > 1 ? [select] : []), keys)

  function graphOf(index: number): DrawnGraph {
    const graph = graphs.get(index) ?? drawGraph(model, index)
    graphs.set(index, graph)
    return graph
  }

  function showGraph(index: number): GraphView | undefined {
    shown = index
    select.value = String(index)
    const graph = graphOf(index)
    const { length } = graph.nodes
    if (length === 0 || length > maxDrawn) {
      host.replaceChildren(paragraph(text(length === 0 ? 'graph.empty' : 'graph.large')))
      return undefined
    }
    const view = views.get(index) ?? createGraphView(graph, { reached: (at) => reached({ graph: index, at }), opened })
    views.set(index, view)
    if (host.firstElementChild !== view.element) host.replaceChildren(view.element)
    return view
  }

  return {
    panel: element('div', { class: 'panel' }, tools, host),
    graphOf,
    draw(place) {
      const view = showGraph(shown)
      if (place?.graph === shown) view?.show(place.at, false)
    },
    show: ({ graph, at }, isFocused) => showGraph(graph)?.show(at, isFocused),
  }
}
