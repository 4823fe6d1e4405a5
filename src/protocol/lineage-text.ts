import type { DataFinding } from './data-versions.ts'
import type { LineageEdge, LineageGraph, LineageNode, LineageRelation } from './lineage.ts'

/** What stands in a lineage that people read, in their language. `{name}` is put in by the function. */
export interface LineageWords {
  /** Above what something came of, and above what came of it. */
  readonly cameOf: string
  readonly ledTo: string
  /** What a line says where it is seen from what came later, as `read {name}` of a run. */
  readonly up: Readonly<Record<LineageRelation, (name: string) => string>>
  /** The same seen from what was first, as `read by {name}` of data. */
  readonly down: Readonly<Record<LineageRelation, (name: string) => string>>
  /** How it is known that a run has to do with data. */
  readonly found: Readonly<Record<DataFinding, string>>
  /** A run and its status. */
  readonly run: (name: string, status: string) => string
  readonly deletedRun: (name: string) => string
  readonly modelVersion: (name: string, version: number) => string
  /** Behind what has its own lines further up. */
  readonly seeAbove: string
  readonly more: (count: number) => string
  readonly nothing: string
}

export const englishLineage: LineageWords = {
  cameOf: 'came of',
  ledTo: 'led to',
  up: {
    read: (name) => `read ${name}`,
    wrote: (name) => `written by ${name}`,
    registered: (name) => `registered from ${name}`,
    file: (name) => `its file: ${name}`,
    loaded: (name) => `loaded ${name}`,
  },
  down: {
    read: (name) => `read by ${name}`,
    wrote: (name) => `wrote ${name}`,
    registered: (name) => `registered as ${name}`,
    file: (name) => `the file of ${name}`,
    loaded: (name) => `loaded by ${name}`,
  },
  found: { declared: 'declared', opened: 'opened' },
  run: (name, status) => `run ${name} (${status})`,
  deletedRun: (name) => `run ${name} (deleted)`,
  modelVersion: (name, version) => `${name} version ${version}`,
  seeAbove: 'see above',
  more: (count) => `… and ${count} more`,
  nothing: 'nothing that is known',
}

/** Digits of a digest that are shown. */
const shownDigits = 10

/** What people know a node by, on one line. */
export function nameOfNode(node: LineageNode, words: LineageWords): string {
  switch (node.kind) {
    case 'run':
      return node.isDeleted ? words.deletedRun(node.name) : words.run(node.name, node.status)
    case 'data':
      return `${node.paths.join(' = ')} [${node.id.slice(0, shownDigits)}]`
    case 'model-version': {
      const aliases = node.aliases.map((alias) => ` @${alias}`).join('')
      return words.modelVersion(node.name, node.version) + aliases
    }
  }
}

/** What an edge says of the node it is seen from: how that has to do with the next one, and how it is known. */
export function nameEdge(edge: LineageEdge, next: LineageNode, way: 'up' | 'down', words: LineageWords): string {
  const told = words[way][edge.relation](nameOfNode(next, words))
  const notes = [edge.context, edge.found && words.found[edge.found]].filter((note) => note !== undefined)
  return notes.length === 0 ? told : `${told} (${notes.join(', ')})`
}

/**
 * The lineage as a tree of lines: what was asked for, what it came of, and what came of it.
 *
 * @param printable makes a name safe for where it is shown
 */
export function formatLineage(
  { nodes, edges }: LineageGraph,
  words: LineageWords,
  printable: (text: string) => string,
): string {
  const [start] = nodes
  if (start === undefined) return ''
  const tree: Tree = {
    words,
    printable,
    nodes: new Map(nodes.map((node) => [node.key, node])),
    up: Map.groupBy(edges, ({ to }) => to),
    down: Map.groupBy(edges, ({ from }) => from),
  }
  const lines = [printable(nameOfNode(start, words))]
  for (const way of ['up', 'down'] as const) {
    const below = [...branches(tree, start, way, '', new Set())]
    if (below.length > 0) lines.push('', way === 'up' ? words.cameOf : words.ledTo, ...below)
  }
  if (lines.length === 1) lines.push('', words.nothing)
  return `${lines.join('\n')}\n`
}

interface Tree {
  readonly words: LineageWords
  readonly printable: (text: string) => string
  readonly nodes: ReadonlyMap<string, LineageNode>
  /** Edges by the node that they lead up from, and down from. */
  readonly up: ReadonlyMap<string, readonly LineageEdge[]>
  readonly down: ReadonlyMap<string, readonly LineageEdge[]>
}

/** @param shown keys of nodes that have lines of their own already */
function* branches(
  tree: Tree,
  node: LineageNode,
  way: 'up' | 'down',
  indent: string,
  shown: Set<string>,
): Generator<string> {
  shown.add(node.key)
  const edges = tree[way].get(node.key) ?? []
  const more = way === 'up' ? node.moreUp : node.moreDown
  for (const [at, edge] of edges.entries()) {
    const next = tree.nodes.get(way === 'up' ? edge.from : edge.to)
    if (next === undefined) continue
    const isLast = at === edges.length - 1 && more === 0
    const isShown = shown.has(next.key)
    const hasMore = (tree[way].get(next.key) ?? []).length > 0
    const note = isShown && hasMore ? ` (${tree.words.seeAbove})` : ''
    yield `${indent}${isLast ? '└─' : '├─'} ${tree.printable(nameEdge(edge, next, way, tree.words))}${note}`
    if (!isShown) yield* branches(tree, next, way, `${indent}${isLast ? '   ' : '│  '}`, shown)
  }
  if (more > 0) yield `${indent}└─ ${tree.words.more(more)}`
}

/** The lineage as a diagram that GitHub, GitLab and many editors draw: https://mermaid.js.org/syntax/flowchart.html */
export function formatMermaid({ nodes, edges }: LineageGraph, words: LineageWords = englishLineage): string {
  const ids = new Map(nodes.map(({ key }, at) => [key, `n${at}`]))
  const shapes = { run: ['([', '])'], data: ['[(', ')]'], 'model-version': ['{{', '}}'] } as const
  return [
    'flowchart LR',
    ...nodes.map((node) => {
      const [open, close] = shapes[node.kind]
      return `  ${ids.get(node.key)}${open}"${quoteMermaid(nameOfNode(node, words))}"${close}`
    }),
    ...edges.map(({ from, to, relation }) => `  ${ids.get(from)} -->|${relation}| ${ids.get(to)}`),
    '',
  ].join('\n')
}

/** In a quoted text entities stand for what would end it, or would be drawn as HTML or Markdown. */
function quoteMermaid(text: string): string {
  return text.replaceAll(/[^\p{L}\p{N} .,/@()=[\]_-]/gu, (character) => `#${character.codePointAt(0)};`)
}
