import { nameEdge } from '../../protocol/lineage-text.ts'
import type { LineageGraph, LineageNode } from '../../protocol/lineage.ts'
import type {
  KeptLineagePage,
  LineagePageTexts,
  PageNode,
  ToLineagePage,
} from '../../protocol/lineage-page-messages.ts'
import { currentLanguage, localize } from '../localize.ts'
import { lineageWords } from './lineage-words.ts'

/** Digits of a digest that are shown. */
const shownDigits = 10

/** A lineage in the words of the editor's language, for its page to draw. */
export function describeLineage(graph: LineageGraph, kept: KeptLineagePage): Extract<ToLineagePage, { kind: 'graph' }> {
  const words = lineageWords()
  const nodes = new Map(graph.nodes.map((node) => [node.key, node]))
  return {
    kind: 'graph',
    language: currentLanguage(),
    kept,
    nodes: graph.nodes.map((node, index) => describeNode(node, index === 0)),
    edges: graph.edges.flatMap((edge) => {
      const [first, last] = [nodes.get(edge.from), nodes.get(edge.to)]
      if (first === undefined || last === undefined) return []
      const { from, to } = edge
      return [{ from, to, up: nameEdge(edge, first, 'up', words), down: nameEdge(edge, last, 'down', words) }]
    }),
    texts: describePage(graph, nameOfStart(graph) ?? kept.name),
  }
}

/** What a page is called, and the text beside it. */
export function titleLineage(name: string): string {
  return localize('Lineage of {name}', { name })
}

function nameOfStart({ nodes: [start] }: LineageGraph): string | undefined {
  return start && describeNode(start, true).title
}

function describeNode(node: LineageNode, isStart: boolean): PageNode {
  const { key, kind, id, moreUp, moreDown } = node
  const notes = [
    isStart ? localize('start of this lineage') : undefined,
    moreUp > 0 ? localize('{count} more before it not shown', { count: moreUp }) : undefined,
    moreDown > 0 ? localize('{count} more after it not shown', { count: moreDown }) : undefined,
  ]
  const note = notes.filter((part) => part !== undefined).join(' · ')
  return { key, kind, id, moreUp, moreDown, note, ...nameParts(node) }
}

function nameParts(node: LineageNode): Pick<PageNode, 'title' | 'detail'> {
  switch (node.kind) {
    case 'run': {
      const status = node.isDeleted ? localize('deleted') : node.status
      return { title: node.name, detail: `${localize('run')} · ${status}` }
    }
    case 'data':
      return {
        title: node.paths.join(' = '),
        detail: `${localize('data')} · \u2066${node.id.slice(0, shownDigits)}\u2069`,
      }
    case 'model-version': {
      const aliases = node.aliases.map((alias) => `@${alias}`)
      return {
        title: lineageWords().modelVersion(node.name, node.version),
        detail: [localize('model version'), ...aliases].join(' · '),
      }
    }
  }
}

function describePage(graph: LineageGraph, name: string): LineagePageTexts {
  return {
    title: titleLineage(name),
    count: countShown(graph),
    graph: localize('Show as Graph'),
    table: localize('Show as Table'),
    reload: localize('Reload'),
    asText: localize('Open as Text'),
    copy: localize('Copy as Markdown'),
    open: localize('Open'),
    expand: localize('Show More Next to It'),
    begin: localize('Show Its Lineage'),
    keys: localize(
      'Arrow keys walk along the edges. Enter opens, + shows more next to it, the menu key shows all actions.',
    ),
    first: localize('First'),
    cameOfIt: localize('What Came of It'),
    nothing: localize('Nothing is known of what it came of, or what came of it.'),
  }
}

function countShown({ nodes }: LineageGraph): string {
  const shown = nodes.length
  // Two nodes may have the same neighbour, so those of one are all that is sure to be there.
  const more = nodes.reduce((most, { moreUp, moreDown }) => Math.max(most, moreUp, moreDown), 0)
  return more === 0
    ? localize('{shown} shown', { shown })
    : localize('{shown} of at least {total} shown', { shown, total: shown + more })
}
