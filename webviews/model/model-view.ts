import type { ShownModel } from '../../src/protocol/model-page-messages.ts'
import { button, element } from '../shared/dom.ts'
import { paragraph } from '../shared/parts.ts'
import { createTabs } from '../shared/tabs.ts'
import { createGraphTab, type DrawnPlace } from './graph-tab.ts'
import { drawDetails } from './node-details.ts'
import { createNodeList } from './node-list.ts'
import { drawOverview } from './overview.ts'
import { text } from './texts.ts'

const tabNames = ['overview', 'nodes', 'graph'] as const
export type TabName = (typeof tabNames)[number]

export function isTabName(value: unknown): value is TabName {
  return tabNames.some((name) => name === value)
}

/**
 * All that there is to see of a model, under three tabs. What is known of one node stands beside the list and the graph.
 *
 * @param chosen a tab was chosen
 */
export function drawModel(model: ShownModel, tab: TabName, chosen: (tab: TabName) => void): readonly HTMLElement[] {
  let current: DrawnPlace | undefined
  const details = element(
    'aside',
    { class: 'details', 'aria-label': text('details') },
    paragraph(text('details.empty')),
  )
  const graphs = createGraphTab(model, { reached: tell, opened: focusDetails })
  // Inputs of the model stand before its nodes.
  const shiftOf = (graph: number) => (graph === 0 ? model.inputs.length : 0)
  const list = createNodeList(model, ({ graph, index }) => tell({ graph, at: index + shiftOf(graph) }))
  const panels = {
    overview: element('div', { class: 'panel', tabindex: 0 }, drawOverview(model, findOperator)),
    nodes: element('div', { class: 'panel' }, list.element),
    graph: graphs.panel,
  }
  const tabs = createTabs(
    text('tabs'),
    tabNames.map((name) => ({ name, label: text(`tab.${name}`), panel: panels[name] })),
    (name) => {
      details.hidden = name === 'overview'
      if (name === 'graph') graphs.draw(current)
      // What leads from one to the other stands beside the node.
      if (current !== undefined) tell(current)
      chosen(name)
    },
  )

  /** Tells of a node, which is shown wherever it is next looked for. */
  function tell(place: DrawnPlace): void {
    current = place
    const graphName = model.graphs[place.graph]?.name ?? ''
    const graph = graphs.graphOf(place.graph)
    details.replaceChildren(
      ...drawDetails(place.at, { graph, graphName, go: (at) => goTo({ graph: place.graph, at }) }),
      ...drawOther(place),
    )
    list.mark(nodeOf(place))
  }

  function nodeOf({ graph, at }: DrawnPlace) {
    return graphs.graphOf(graph).nodes[at]?.kind === 'node' ? { graph, index: at - shiftOf(graph) } : undefined
  }

  function goTo(place: DrawnPlace): void {
    tell(place)
    if (!panels.graph.hidden) graphs.show(place, false)
    focusDetails()
  }

  /** Leads from the list to the graph, or back; inputs and outputs of the model are in no list. */
  function drawOther(place: DrawnPlace): readonly HTMLElement[] {
    const node = nodeOf(place)
    if (panels.graph.hidden) {
      const show = () => {
        tabs.choose('graph')
        graphs.show(place, true)
      }
      return [button(text('details.inGraph'), show, { class: 'text-button' })]
    }
    if (node === undefined) return []
    const show = () => {
      tabs.choose('nodes')
      list.show(node)
    }
    return [button(text('details.inList'), show, { class: 'text-button' })]
  }

  function focusDetails(): void {
    details.querySelector('h2')?.focus()
  }

  function findOperator(operator: string): void {
    list.find(operator)
    tabs.choose('nodes')
    list.focus()
  }

  details.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || current === undefined) return
    if (panels.graph.hidden) list.focus()
    else graphs.show(current, true)
  })
  tabs.choose(tab)
  return [tabs.element, element('div', { class: 'body' }, ...Object.values(panels), details)]
}
