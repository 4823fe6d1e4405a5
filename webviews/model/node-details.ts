import { button, element } from '../shared/dom.ts'
import { type Cell, paragraph, table } from '../shared/parts.ts'
import type { NodeDescription } from '../../src/protocol/model-description.ts'
import { type DrawnGraph, type DrawnNode, shapeText } from './drawn-graph.ts'
import { describeDrawn, nameNode } from './name-drawn.ts'
import { sizeText, text } from './texts.ts'

/** Takers of a value that are named; the list of nodes finds them all. */
const maxTakers = 20

export interface DetailsParts {
  readonly graph: DrawnGraph
  /** Of the graph that it stands in; empty for the model's own. */
  readonly graphName: string
  /** Shows another node. */
  go(place: number): void
}

/** All that is known of a node, with buttons that lead to those next to it. */
export function drawDetails(place: number, { graph, graphName, go }: DetailsParts): readonly HTMLElement[] {
  const drawn = graph.nodes[place]
  if (drawn === undefined) return []
  const linkTo = (other: number) => {
    const next = graph.nodes[other]
    return button(nameDrawn(next), () => go(other), { class: 'link-button' })
  }
  const makerOf = (value: string): Cell => {
    const maker = graph.findMaker(value)
    return maker === undefined ? text('details.outside') : linkTo(maker)
  }
  const takersOf = (value: string): Cell => {
    const takers = graph.findTakers(value)
    const more = takers.length > maxTakers ? [text('details.more', { count: takers.length - maxTakers })] : []
    return element('span', { class: 'links' }, ...takers.slice(0, maxTakers).map(linkTo), ...more)
  }
  const heading = element('h2', { tabindex: -1 }, element('bdi', {}, describeDrawn(drawn).title))
  if (drawn.kind !== 'node') {
    const { kind, name, type, shape } = drawn
    const next = kind === 'input' ? takersOf(name) : makerOf(name)
    return [
      heading,
      paragraph(`${type} ${shape}`),
      table(text('details.next'), [{ title: text('value') }, { title: text(`details.${kind}`) }], [[name, next]]),
    ]
  }
  const { node } = drawn
  return [
    heading,
    paragraph([nameNode(node), graphName].filter(Boolean).join(' · ')),
    ...drawWeights(node),
    ...drawRows(
      text('details.attributes'),
      [text('details.attribute'), text('details.value')],
      node.attributes.map(({ name, value }) => [name, element('bdi', { class: 'attribute' }, value)]),
    ),
    ...drawRows(
      text('inputs'),
      [text('value'), text('details.output')],
      node.inputs.map((name) => [
        name || text('details.none'),
        name === '' ? '' : isWeight(node, name) ? text('details.weight') : makerOf(name),
      ]),
    ),
    ...drawRows(
      text('outputs'),
      [text('value'), text('details.input')],
      node.outputs.map((name) => [name || text('details.none'), takersOf(name)]),
    ),
  ]
}

function drawWeights({ weights }: NodeDescription): readonly HTMLElement[] {
  return drawRows(
    text('weights'),
    [text('value'), text('type'), text('shape'), text('size')],
    weights.map(({ name, type, shape, bytes, isExternal }) => [
      name || text('details.constant'),
      type,
      element('bdi', { dir: 'ltr' }, shapeText(shape)),
      isExternal ? text('details.external', { size: sizeText(bytes) }) : sizeText(bytes),
    ]),
  )
}

function drawRows(
  heading: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): readonly HTMLElement[] {
  if (rows.length === 0) return []
  return [
    element('h3', {}, heading),
    table(
      heading,
      columns.map((title) => ({ title })),
      rows,
    ),
  ]
}

function isWeight({ weights }: NodeDescription, value: string): boolean {
  return weights.some(({ name }) => name === value)
}

function nameDrawn(drawn: DrawnNode | undefined): string {
  if (drawn === undefined) return ''
  return drawn.kind === 'node' ? `${drawn.node.operator} ${nameNode(drawn.node)}` : describeDrawn(drawn).title
}
