import * as vscode from 'vscode'
import type { Language } from '../../base/languages.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { currentLanguage, localize } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { createWebviewHtml } from '../webview-html.ts'
import { webviewFolder, webviewOptions } from './compare-panel.ts'

export interface LoadedPageParts<Message extends ToLoadedPage, Own extends string> {
  readonly panel: vscode.WebviewPanel
  readonly extensionUri: vscode.Uri
  /** Of its script and style in `dist/webviews`. */
  readonly name: string
  /** What VS Code keeps of the page, for pages that are restored. */
  readonly kept?: object
  /** Finds out what the page shows. */
  load(signal: AbortSignal): Promise<WithoutLanguage<Message>>
  /** Does what the page asks for beyond being shown. */
  act?(asked: Own): void
  failed(error: unknown): void
}

/** What every such page understands; each message is all that it is to show. */
type ToLoadedPage = { readonly language: Language } & (
  | { readonly kind: 'working' }
  | { readonly kind: 'trouble'; readonly text: string; readonly hint: string | undefined }
  | { readonly kind: string }
)

/** What a page shows, without the language it shows it in. */
type WithoutLanguage<Message> = Message extends ToLoadedPage ? Omit<Message, 'language'> : never

export interface LoadedPage {
  /** Finds out again what it shows. */
  reload(): void
}

/** Fills a panel with a page that shows what is loaded for it, and serves it until it is closed. */
export function openLoadedPage<Message extends ToLoadedPage, Own extends string = never>(
  parts: LoadedPageParts<Message, Own>,
): LoadedPage {
  const { panel, extensionUri, load, failed } = parts
  let loading: AbortController | undefined
  let shown: object | undefined
  const post = (content: object) => void panel.webview.postMessage({ ...content, language: currentLanguage() })

  const loadTrusted = async (signal: AbortSignal): Promise<object> => {
    if (vscode.workspace.isTrusted) return load(signal)
    throw new RunwrightError('PERMISSION_DENIED', localize('This workspace is not trusted, so nothing of it is read.'))
  }

  const start = async () => {
    loading?.abort()
    const { signal } = (loading = new AbortController())
    shown = undefined
    post({ kind: 'working' })
    const content = await loadTrusted(signal).catch((error: unknown): object => {
      if (!signal.aborted) failed(error)
      return { kind: 'trouble', ...describeError(error) }
    })
    if (signal.aborted) return
    shown = content
    post(content)
  }

  panel.webview.onDidReceiveMessage(({ kind }: { readonly kind: 'ready' | 'again' | Own }) => {
    if (kind !== 'ready' && kind !== 'again') parts.act?.(kind)
    // A page that was hidden begins anew, and asks for what it showed.
    else if (kind === 'ready' && shown !== undefined) post(shown)
    else if (kind === 'again' || loading === undefined) void start()
    else post({ kind: 'working' })
  })
  panel.onDidDispose(() => loading?.abort())
  panel.webview.options = webviewOptions(extensionUri)
  panel.webview.html = createHtml(parts)
  return { reload: () => void start() }
}

function createHtml({
  panel,
  extensionUri,
  name,
  kept,
}: Pick<LoadedPageParts<ToLoadedPage, never>, 'panel' | 'extensionUri' | 'name' | 'kept'>): string {
  const toUri = (file: string) =>
    String(panel.webview.asWebviewUri(vscode.Uri.joinPath(webviewFolder(extensionUri), file)))
  return createWebviewHtml({
    title: panel.title,
    language: currentLanguage(),
    scripts: [toUri(`${name}.js`)],
    style: toUri(`${name}.css`),
    source: panel.webview.cspSource,
    nonce: crypto.randomUUID(),
    ...(kept === undefined ? {} : { kept }),
  })
}
