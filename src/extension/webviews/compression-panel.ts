import * as vscode from 'vscode'
import { loadCandidateLayers } from '../../client/load-candidate-layers.ts'
import type { Client } from '../../protocol/client.ts'
import { findCandidate, type SearchReport } from '../../protocol/compression.ts'
import type {
  CandidateAction,
  FromCompressionPage,
  KeptCompressionPage,
  ToCompressionPage,
} from '../../protocol/compression-page-messages.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { describeLayers, describeSearch, titleCompression } from '../compression/compression-page.ts'
import { loadSearch } from '../compression/load-search.ts'
import { currentLanguage, localize } from '../localize.ts'
import { createCoalesced } from '../tree/coalesced.ts'
import { describeError } from '../tree/error-notice.ts'
import { createWebviewHtml } from '../webview-html.ts'
import { webviewFolder, webviewOptions } from './compare-panel.ts'

export interface CompressionPanelParts {
  readonly panel: vscode.WebviewPanel
  readonly extensionUri: vscode.Uri
  readonly kept: KeptCompressionPage
  /** Of the run's connection. */
  client(): Promise<Client>
  act(report: SearchReport, number: number, action: CandidateAction): Promise<void>
  failed(error: unknown): void
}

/** The page of a search that is open in an editor tab. */
export interface CompressionPanel {
  reload(): void
  event(event: ChangeEvent): void
}

/** Fills a panel with the page of a search and serves it until it is closed. */
export function openCompressionPanel(parts: CompressionPanelParts): CompressionPanel {
  const { panel, kept } = parts
  const { place } = kept
  let report: SearchReport | undefined
  const post = (message: ToCompressionPage) => void panel.webview.postMessage(message)
  const notice = (text: string, isTrouble: boolean) =>
    post({ kind: 'notice', language: currentLanguage(), text, isTrouble })

  const fail = (error: unknown) => {
    parts.failed(error)
    const { text, hint } = describeError(error)
    notice([text, hint].filter((part) => part !== undefined).join(' '), true)
  }

  const load = async (): Promise<void> => {
    const loaded = await loadSearch(place, parts.client)
    report = loaded.report
    if (report !== undefined) return post(describeSearch(report, kept, loaded.hasEnded))
    if (!loaded.hasEnded) return notice(localize('The original is measured. Models are shown as they come in.'), false)
    notice(localize('The search ended before it had measured a model. The log of its run says why.'), true)
  }

  const reload = createCoalesced(() => load().catch(fail))

  const look = async (number: number): Promise<void> => {
    const runId = report && findCandidate(report, number)?.runId
    const layers = runId === undefined ? undefined : await loadCandidateLayers(await parts.client(), runId)
    post({ kind: 'layers', ...describeLayers(number, layers) })
  }

  const handle = async (message: FromCompressionPage): Promise<void> => {
    switch (message.kind) {
      case 'ready':
        return reload()
      case 'look':
        return look(message.number)
      default:
        if (report !== undefined) await parts.act(report, message.number, message.kind)
    }
  }

  panel.webview.onDidReceiveMessage((message: FromCompressionPage) => void handle(message).catch(fail))
  panel.webview.options = webviewOptions(parts.extensionUri)
  panel.webview.html = createPage(parts)
  return {
    reload: () => void reload(),
    event(event) {
      const isOurs = 'runId' in event && place.kind === 'run' && event.runId === place.runId
      if (event.kind === 'reset' || isOurs) void reload()
    },
  }
}

function createPage({ panel: { webview }, extensionUri, kept }: CompressionPanelParts): string {
  const toUri = (name: string) => String(webview.asWebviewUri(vscode.Uri.joinPath(webviewFolder(extensionUri), name)))
  return createWebviewHtml({
    title: titleCompression(kept.name),
    language: currentLanguage(),
    scripts: [toUri('pareto.js')],
    style: toUri('pareto.css'),
    source: webview.cspSource,
    nonce: crypto.randomUUID(),
    kept,
  })
}
