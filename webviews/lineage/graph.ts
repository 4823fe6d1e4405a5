import type { FromLineagePage, PageNode, ToLineagePage } from '../../src/protocol/lineage-page-messages.ts'
import { findInlineStep } from '../shared/direction.ts'
import { element } from '../shared/dom.ts'
import { showMenu } from '../shared/menu.ts'
import { createPaths } from '../shared/walk.ts'
import { layOut } from './layout.ts'

export interface Graph {
  readonly element: HTMLElement
  /** Brings a node into sight, or the start. */
  show(key: string | undefined, isFocused: boolean): void
}

export interface GraphParts {
  tell(message: FromLineagePage): void
  /** A node got the focus. */
  keep(key: string): void
}

const svgNamespace = 'http://www.w3.org/2000/svg'

/** The lineage in columns. One node is in the order of Tab; arrows lead from it along the edges. */
export function createGraph(
  { nodes, edges, texts }: Extract<ToLineagePage, { kind: 'graph' }>,
  { tell, keep }: GraphParts,
): Graph {
  const layout = layOut(
    nodes.map(({ key }) => key),
    edges,
  )
  const walk = createPaths({ layers: layout.columns, at: (key) => layout.places.get(key)?.y ?? 0 }, edges)
  const status = element('p', { class: 'of-node quiet' })
  const boxes = new Map(nodes.map((node, index) => [node.key, createBox(node, index === 0)]))
  const [start] = nodes
  let current = start?.key ?? ''

  function createBox(node: PageNode, isStart: boolean): HTMLElement {
    const { x = 0, y = 0 } = layout.places.get(node.key) ?? {}
    const box = drawNode(node, isStart)
    box.style.insetInlineStart = `${x}px`
    box.style.insetBlockStart = `${y}px`
    const told = edges.flatMap(({ from, to, up, down }) => (to === node.key ? [up] : from === node.key ? [down] : []))
    box.title = [node.title, ...told.slice(0, maxTold), ...(told.length > maxTold ? ['…'] : [])].join('\n')
    box.addEventListener('focus', () => enter(node.key))
    box.addEventListener('click', () => tell({ kind: 'open', key: node.key }))
    box.addEventListener('contextmenu', (event) => {
      event.preventDefault()
      box.focus()
      // The menu key has no place of its own.
      openMenu(node, event.button === 2 ? { x: event.clientX, y: event.clientY } : box)
    })
    return box
  }

  function enter(key: string): void {
    boxes.get(current)?.setAttribute('tabindex', '-1')
    boxes.get(key)?.setAttribute('tabindex', '0')
    current = key
    status.textContent = (boxes.get(key)?.title ?? '').replaceAll('\n', ' · ')
    for (const [index, line] of [...lines.children].entries()) {
      const edge = edges[index]
      line.classList.toggle('near', edge !== undefined && (edge.from === key || edge.to === key))
    }
    keep(key)
  }

  function openMenu({ key, title }: PageNode, anchor: Parameters<typeof showMenu>[0]): void {
    const kinds = ['open', 'expand', 'begin'] as const
    showMenu(
      anchor,
      title,
      kinds.map((kind) => ({ label: texts[kind], run: () => tell({ kind, key }) })),
    )
  }

  const lines = document.createElementNS(svgNamespace, 'svg')
  lines.setAttribute('aria-hidden', 'true')
  lines.setAttribute('width', String(layout.width))
  lines.setAttribute('height', String(layout.height))
  for (const data of layout.paths) {
    const line = document.createElementNS(svgNamespace, 'path')
    line.setAttribute('d', data)
    lines.append(line)
  }
  const group = element('div', { class: 'graph', role: 'group', 'aria-label': texts.title, 'aria-describedby': 'keys' })
  group.style.inlineSize = `${layout.width}px`
  group.style.blockSize = `${layout.height}px`
  group.append(lines, ...layout.columns.flat().flatMap((key) => boxes.get(key) ?? []))
  group.addEventListener('keydown', (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    if (event.key === '+') return tell({ kind: 'expand', key: current })
    const step = findInlineStep(event.key, group)
    const next =
      step !== 0
        ? walk.along(current, step)
        : event.key === 'ArrowDown' || event.key === 'ArrowUp'
          ? walk.within(current, event.key === 'ArrowDown' ? 1 : -1)
          : event.key === 'Home'
            ? start?.key
            : undefined
    if (next === undefined) return
    event.preventDefault()
    boxes.get(next)?.focus()
  })
  const scrolled = element('div', { class: 'scrolled' }, group)
  const made = element('div', { class: 'graph-view' }, scrolled)
  if (edges.length === 0) made.prepend(element('p', { class: 'notice' }, texts.nothing))
  made.append(element('footer', {}, status, element('p', { id: 'keys', class: 'quiet' }, texts.keys)))
  boxes.get(current)?.setAttribute('tabindex', '0')

  return {
    element: made,
    show(key, isFocused) {
      const box = boxes.get(key ?? '') ?? boxes.get(start?.key ?? '')
      box?.scrollIntoView({ block: 'center', inline: 'center' })
      if (isFocused) box?.focus({ preventScroll: true })
    },
  }
}

/** Edges that are told of a node; a table has them all. */
const maxTold = 6

function drawNode({ kind, title, detail, moreUp, moreDown, note }: PageNode, isStart: boolean): HTMLElement {
  const mark = (place: string, count: number) =>
    count === 0 ? '' : element('span', { class: `more ${place}`, 'aria-hidden': 'true' }, `+${count}`)
  return element(
    'button',
    { type: 'button', class: `node ${kind}${isStart ? ' start' : ''}`, tabindex: -1 },
    element('bdi', { class: 'node-title' }, title),
    ' ',
    element('span', { class: 'node-detail' }, detail),
    note === '' ? '' : element('span', { class: 'hidden-text' }, ` ${note}`),
    mark('up', moreUp),
    mark('down', moreDown),
  )
}
