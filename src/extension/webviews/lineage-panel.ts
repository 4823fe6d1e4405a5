import * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import type { LineageGraph, LineageNode } from '../../protocol/lineage.ts'
import type {
  ExpandedPlace,
  FromLineagePage,
  KeptLineagePage,
  ToLineagePage,
} from '../../protocol/lineage-page-messages.ts'
import { joinLineages } from '../lineage/join-lineages.ts'
import { describeLineage, titleLineage } from '../lineage/lineage-page.ts'
import { currentLanguage, localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { createWebviewHtml } from '../webview-html.ts'
import { webviewFolder, webviewOptions } from './compare-panel.ts'

/** Nodes that are asked for around one that is expanded, the first time; each time again it is twice as many. */
const expandLimit = 300

/** What `lineage/of` gives at most, and a page draws. */
const maxNodes = 2000

export interface LineagePanelParts {
  readonly panel: vscode.WebviewPanel
  readonly extensionUri: vscode.Uri
  readonly kept: KeptLineagePage
  client(): Promise<Client>
  /** Does what the page has no say in, about a node or the whole. */
  open(node: LineageNode): Promise<void>
  begin(node: LineageNode): void
  asText(): Promise<void>
  copy(graph: LineageGraph): Promise<void>
  failed(error: unknown): void
}

/** Fills a panel with the page of a lineage and serves it until it is closed. @returns finds out again what it shows */
export function openLineagePanel(parts: LineagePanelParts): () => void {
  const { panel, kept } = parts
  let { expanded } = kept
  let loading: AbortController | undefined
  let graph: LineageGraph | undefined
  const post = (message: ToLineagePage) => void panel.webview.postMessage(message)
  const notice = (text: string, isTrouble: boolean) =>
    post({ kind: 'notice', language: currentLanguage(), text, isTrouble })
  const draw = (drawn: LineageGraph) => post(describeLineage(drawn, { ...kept, expanded }))

  const load = async (): Promise<void> => {
    loading?.abort()
    const { signal } = (loading = new AbortController())
    notice(localize('Following the edges…'), false)
    try {
      const client = await parts.client()
      const ask = ({ kind, id }: Pick<ExpandedPlace, 'kind' | 'id'>, more: { depth?: number; limit?: number }) =>
        client.call('lineage/of', { kind, id, ...more }, { signal })
      const first = await ask(kept, {})
      // What has been deleted since can no longer be expanded, which is no reason to show nothing.
      const others = await Promise.allSettled(expanded.map((each) => ask(each, { depth: 1, limit: each.limit })))
      if (signal.aborted) return
      const answers = others.flatMap((other) => (other.status === 'fulfilled' ? [other.value] : []))
      graph = joinLineages([first, ...answers], maxNodes)
      draw(graph)
    } catch (error) {
      if (!signal.aborted) fail(error)
    }
  }

  const fail = (error: unknown) => {
    parts.failed(error)
    const { text, hint } = describeError(error)
    notice([text, hint].filter((part) => part !== undefined).join(' '), true)
  }

  const expand = ({ kind, id }: LineageNode): Promise<void> => {
    const known = expanded.find((each) => each.kind === kind && each.id === id)
    const limit = known === undefined ? expandLimit : Math.min(maxNodes, known.limit * 2)
    expanded = [...expanded.filter((each) => each !== known), { kind, id, limit }]
    return load()
  }

  const handle = async (message: FromLineagePage): Promise<void> => {
    switch (message.kind) {
      case 'ready':
        // A page that was hidden begins anew, and asks for what it showed.
        return graph === undefined ? load() : draw(graph)
      case 'again':
        return load()
      case 'as-text':
        return parts.asText()
      case 'copy':
        return graph && parts.copy(graph)
      default:
        return act(message)
    }
  }

  const act = async ({ kind, key }: Extract<FromLineagePage, { key: string }>): Promise<void> => {
    const node = graph?.nodes.find((each) => each.key === key)
    if (node === undefined) return
    if (kind === 'open') return parts.open(node)
    return kind === 'expand' ? expand(node) : parts.begin(node)
  }

  panel.webview.onDidReceiveMessage((message: FromLineagePage) => void handle(message).catch(fail))
  panel.onDidDispose(() => loading?.abort())
  panel.webview.options = webviewOptions(parts.extensionUri)
  panel.webview.html = createPage(parts)
  return () => void load()
}

function createPage({ panel: { webview }, extensionUri, kept }: LineagePanelParts): string {
  const toUri = (name: string) => String(webview.asWebviewUri(vscode.Uri.joinPath(webviewFolder(extensionUri), name)))
  return createWebviewHtml({
    title: titleLineage(kept.name),
    language: currentLanguage(),
    scripts: [toUri('lineage.js')],
    style: toUri('lineage.css'),
    source: webview.cspSource,
    nonce: crypto.randomUUID(),
    kept,
  })
}
