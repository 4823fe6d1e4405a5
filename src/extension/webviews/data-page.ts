import * as vscode from 'vscode'
import type { FromDataPage, KeptDataPage, ToDataPage } from '../../protocol/data-page-messages.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { currentLanguage, localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { createWebviewHtml } from '../webview-html.ts'
import { webviewFolder, webviewOptions } from './compare-panel.ts'

export interface DataPageParts {
  readonly panel: vscode.WebviewPanel
  readonly extensionUri: vscode.Uri
  /** What VS Code keeps of the page, for pages that are restored. */
  readonly kept?: KeptDataPage
  /** Finds out what the page shows. */
  load(signal: AbortSignal): Promise<Content>
  failed(error: unknown): void
}

/** What a page shows, without the language it shows it in. */
type Content = ToDataPage extends infer Message
  ? Message extends ToDataPage
    ? Omit<Message, 'language'>
    : never
  : never

export interface DataPage {
  /** Finds out again what it shows. */
  reload(): void
}

/** Fills a panel with a page about data and serves it until it is closed. */
export function openDataPage({ panel, extensionUri, kept, load, failed }: DataPageParts): DataPage {
  let loading: AbortController | undefined
  let shown: Content | undefined
  const post = (content: Content) => void panel.webview.postMessage({ ...content, language: currentLanguage() })

  const loadTrusted = async (signal: AbortSignal): Promise<Content> => {
    if (vscode.workspace.isTrusted) return load(signal)
    throw new RunwrightError('PERMISSION_DENIED', localize('This workspace is not trusted, so nothing of it is read.'))
  }

  const start = async () => {
    loading?.abort()
    const { signal } = (loading = new AbortController())
    shown = undefined
    post({ kind: 'working' })
    const content = await loadTrusted(signal).catch((error: unknown): Content => {
      if (!signal.aborted) failed(error)
      return { kind: 'trouble', ...describeError(error) }
    })
    if (signal.aborted) return
    shown = content
    post(content)
  }

  panel.webview.onDidReceiveMessage(({ kind }: FromDataPage) => {
    // A page that was hidden begins anew, and asks for what it showed.
    if (kind === 'ready' && shown !== undefined) post(shown)
    else if (kind === 'again' || loading === undefined) void start()
    else post({ kind: 'working' })
  })
  panel.onDidDispose(() => loading?.abort())
  panel.webview.options = webviewOptions(extensionUri)
  const toUri = (name: string) =>
    String(panel.webview.asWebviewUri(vscode.Uri.joinPath(webviewFolder(extensionUri), name)))
  panel.webview.html = createWebviewHtml({
    title: panel.title,
    language: currentLanguage(),
    scripts: [toUri('data-diff.js')],
    style: toUri('data-diff.css'),
    source: panel.webview.cspSource,
    nonce: crypto.randomUUID(),
    ...(kept === undefined ? {} : { kept }),
  })
  return { reload: () => void start() }
}
