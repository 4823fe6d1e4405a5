import { element } from '../shared/dom.ts'
import { createVirtualList } from '../shared/virtual-list.ts'
import type { NodeDescription } from '../../src/protocol/model-description.ts'
import type { ShownModel } from '../../src/protocol/model-page-messages.ts'
import { weightBytes } from './drawn-graph.ts'
import { nameNode } from './name-drawn.ts'
import { countText, sizeText, text } from './texts.ts'

/** CSS pixels. */
const rowSize = 24

/** A node by its graph, and by its place among the nodes of that. */
export interface NodePlace {
  readonly graph: number
  readonly index: number
}

export interface NodeList {
  readonly element: HTMLElement
  /** Marks the node that is told of beside the list. */
  mark(place: NodePlace | undefined): void
  /** Shows the nodes of an operator alone, or those that a text is found in. */
  find(wanted: string): void
  /** Brings a node into sight; what was looked for is given up where it hides it. */
  show(place: NodePlace): void
  focus(): void
}

/**
 * Every node of every graph; what is typed is looked for in operators, names, and names of values and weights.
 *
 * @param chosen a node was chosen
 */
export function createNodeList(model: ShownModel, chosen: (place: NodePlace) => void): NodeList {
  const all = model.graphs.flatMap(({ name, nodes }, graph) =>
    nodes.map((node, index) => ({ place: { graph, index }, node, graphName: name })),
  )
  let shown = all
  let marked: NodePlace | undefined
  const input = element('input', {
    type: 'search',
    class: 'text-input',
    placeholder: text('nodes.find'),
    'aria-label': text('nodes.find'),
  })
  const count = element('p', { class: 'quiet', role: 'status' })
  const list = createVirtualList({
    id: 'node',
    label: text('nodes'),
    rowSize,
    isSingle: true,
    drawOption(option, index) {
      const entry = shown[index]
      if (entry !== undefined) option.append(...drawEntry(entry.node, entry.graphName))
    },
    isSelected(index) {
      const place = shown[index]?.place
      return marked !== undefined && place?.graph === marked.graph && place.index === marked.index
    },
    pressed(index) {
      const entry = shown[index]
      if (entry !== undefined) chosen(entry.place)
    },
  })

  function filter(): void {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean)
    shown = words.length === 0 ? all : all.filter(({ node }) => isFound(node, words))
    list.setCount(shown.length)
    count.textContent =
      shown.length === all.length
        ? text('nodes.count', { count: all.length })
        : text('nodes.found', { shown: countText(shown.length), count: countText(all.length) })
  }

  input.addEventListener('input', filter)
  filter()
  return {
    element: element('div', { class: 'node-list' }, element('div', { class: 'tools' }, input, count), list.element),
    mark(place) {
      marked = place
      list.redraw()
    },
    find(wanted) {
      input.value = wanted
      filter()
    },
    show(wanted) {
      const isWanted = ({ place }: (typeof all)[number]) => place.graph === wanted.graph && place.index === wanted.index
      if (!shown.some(isWanted)) {
        input.value = ''
        filter()
      }
      list.goTo(shown.findIndex(isWanted))
      list.element.focus()
    },
    focus: () => list.element.focus(),
  }
}

function isFound({ name, operator, inputs, outputs }: NodeDescription, words: readonly string[]): boolean {
  const all = [operator, name, ...inputs, ...outputs].join('\n').toLowerCase()
  return words.every((word) => all.includes(word))
}

function drawEntry(node: NodeDescription, graphName: string): readonly Node[] {
  const bytes = weightBytes(node)
  return [
    element('bdi', { class: 'entry-operator' }, node.operator),
    element('span', { class: 'entry-name' }, element('bdi', {}, nameNode(node))),
    element('bdi', { class: 'entry-graph' }, graphName),
    element('span', { class: 'entry-size' }, bytes === 0 ? '' : sizeText(bytes)),
  ]
}
