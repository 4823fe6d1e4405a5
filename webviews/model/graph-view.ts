import { findInlineStep } from '../shared/direction.ts'
import { element } from '../shared/dom.ts'
import { findVisibleRows, scrollToShow } from '../shared/grid/column-layout.ts'
import { createPaths } from '../shared/walk.ts'
import type { DrawnGraph } from './drawn-graph.ts'
import { drawPieces, type Sight } from './draw-pieces.ts'
import { layerSize, layOutGraph, nodeHeight, nodeWidth } from './graph-layout.ts'
import { describeDrawn } from './name-drawn.ts'
import { text } from './texts.ts'

/** Around the graph, in CSS pixels. */
const margin = 24

export interface GraphViewParts {
  /** The user has come to a node. */
  reached(place: number): void
  /** The user wants to read what is known of a node. */
  opened(place: number): void
}

export interface GraphView {
  readonly element: HTMLElement
  /** Brings a node into sight and makes it the one that keys begin at. */
  show(place: number, isFocused: boolean): void
}

const svgNamespace = 'http://www.w3.org/2000/svg'

/** A graph in layers from top to bottom, of which only what is in sight exists. Arrows lead along its edges. */
export function createGraphView(graph: DrawnGraph, { reached, opened }: GraphViewParts): GraphView {
  const layout = layOutGraph(graph.before)
  const edges = graph.before.flatMap((sources, to) => sources.map((from) => ({ from, to })))
  const walk = createPaths({ layers: layout.layers, at: (node) => layout.x[node] ?? 0 }, edges)
  const boxes = new Map<number, HTMLElement>()
  const first = layout.layers[0]?.[0] ?? 0
  let current = first

  const lines = document.createElementNS(svgNamespace, 'svg')
  lines.setAttribute('aria-hidden', 'true')
  const [all, near] = [false, true].map((isNear) => {
    const path = document.createElementNS(svgNamespace, 'path')
    path.setAttribute('class', isNear ? 'near' : '')
    lines.append(path)
    return path
  })
  const canvas = element('div', { class: 'graph-canvas', role: 'presentation' }, lines)
  canvas.style.inlineSize = `${layout.width + 2 * margin}px`
  canvas.style.blockSize = `${layout.height + 2 * margin}px`
  const root = element(
    'div',
    { class: 'graph', role: 'group', 'aria-label': text('graph'), 'aria-describedby': 'graph-keys' },
    canvas,
  )

  function draw(): void {
    const sight = findSight()
    const wanted = new Set([...nodesIn(sight), current])
    for (const [place, box] of boxes) {
      if (wanted.has(place)) continue
      box.remove()
      boxes.delete(place)
    }
    for (const place of wanted) if (!boxes.has(place)) addBox(place)
    lines.style.insetBlockStart = `${margin + sight.fromLayer * layerSize}px`
    lines.style.insetInlineStart = `${margin}px`
    lines.setAttribute('width', String(layout.width))
    const drawn = drawPieces(layout, sight, current)
    all?.setAttribute('d', drawn.all)
    near?.setAttribute('d', drawn.near)
  }

  function findSight(): Sight {
    const { from, to } = findVisibleRows(layout.layers.length, layerSize, root.scrollTop - margin, root.clientHeight)
    // In a language from right to left it counts below zero.
    const start = Math.abs(root.scrollLeft) - margin
    return { fromLayer: from, toLayer: to, start, end: start + root.clientWidth }
  }

  function nodesIn({ fromLayer, toLayer, start, end }: Sight): readonly number[] {
    const isIn = (node: number) => {
      const x = layout.x[node] ?? 0
      return x + nodeWidth >= start && x <= end
    }
    return layout.layers.slice(fromLayer, toLayer).flatMap((layer) => layer.filter(isIn))
  }

  function addBox(place: number): void {
    const box = createBox(graph, place)
    box.tabIndex = place === current ? 0 : -1
    box.classList.toggle('current', place === current)
    box.style.insetInlineStart = `${margin + (layout.x[place] ?? 0)}px`
    box.style.insetBlockStart = `${margin + (layout.layerOf[place] ?? 0) * layerSize}px`
    box.addEventListener('focus', () => enter(place))
    box.addEventListener('click', () => opened(place))
    boxes.set(place, box)
    canvas.append(box)
  }

  function enter(place: number): void {
    const previous = boxes.get(current)
    if (previous !== undefined) previous.tabIndex = -1
    previous?.classList.remove('current')
    current = place
    const box = boxes.get(place)
    if (box !== undefined) box.tabIndex = 0
    box?.classList.add('current')
    draw()
    reached(place)
  }

  function show(place: number, isFocused: boolean): void {
    const top = margin + (layout.layerOf[place] ?? 0) * layerSize
    const left = margin + (layout.x[place] ?? 0)
    const spare = (size: number, viewport: number) => Math.max(0, Math.min(size, (viewport - size) / 2))
    const [above, beside] = [spare(layerSize, root.clientHeight), spare(nodeWidth, root.clientWidth)]
    root.scrollTop = scrollToShow(root.scrollTop, root.clientHeight, top - above, top + nodeHeight + above)
    const sign = root.scrollLeft < 0 || getComputedStyle(root).direction === 'rtl' ? -1 : 1
    const scrolled = Math.abs(root.scrollLeft)
    root.scrollLeft = sign * scrollToShow(scrolled, root.clientWidth, left - beside, left + nodeWidth + beside)
    if (place !== current) enter(place)
    else draw()
    if (isFocused) boxes.get(place)?.focus({ preventScroll: true })
  }

  function nextOf(key: string): number | undefined {
    const step = findInlineStep(key, root)
    if (step !== 0) return walk.within(current, step)
    if (key === 'ArrowDown' || key === 'ArrowUp') return walk.along(current, key === 'ArrowDown' ? 1 : -1)
    if (key === 'Home') return first
    return key === 'End' ? layout.layers.at(-1)?.[0] : undefined
  }

  root.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const next = nextOf(event.key)
    if (next === undefined) return
    event.preventDefault()
    show(next, true)
  })
  root.addEventListener('scroll', draw, { passive: true })
  new ResizeObserver(draw).observe(root)
  return { element: root, show }
}

function createBox(graph: DrawnGraph, place: number): HTMLElement {
  const drawn = graph.nodes[place]
  const { title, detail, className } = describeDrawn(drawn)
  return element(
    'button',
    { type: 'button', class: `node ${className}`, title: [title, detail].filter(Boolean).join('\n') },
    element('bdi', { class: 'node-title' }, title),
    ' ',
    element('bdi', { class: 'node-detail' }, detail),
  )
}
