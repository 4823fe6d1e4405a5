import * as vscode from 'vscode'
import type { Client } from '../../protocol/client.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import type { FromJobPage, JobPageAction, ToJobPage } from '../../protocol/job-page-messages.ts'
import type { Job, JobId } from '../../protocol/jobs.ts'
import { currentLanguage } from '../localize.ts'
import { describeError } from '../tree/error-notice.ts'
import { createWebviewHtml } from '../webview-html.ts'
import { createCallBridge } from './call-bridge.ts'
import { webviewFolder, webviewOptions } from './compare-panel.ts'

/** A job's page that is open in an editor tab. */
export interface JobPanel {
  readonly connectionId: string
  readonly jobId: JobId
  readonly panel: vscode.WebviewPanel
  event(event: ChangeEvent): void
}

export interface JobPanelParts {
  readonly panel: vscode.WebviewPanel
  readonly extensionUri: vscode.Uri
  readonly connectionId: string
  readonly jobId: JobId
  client(): Promise<Client>
  act(job: Job, action: JobPageAction): Promise<void>
  failed(what: string, error: unknown): void
  closed(): void
}

/** Fills a panel with a job's page and serves it until it is closed. */
export function openJobPanel(parts: JobPanelParts): JobPanel {
  const { panel, connectionId, jobId } = parts

  const findJob = async (client: Client) => (await client.call('jobs/get', { jobId })).job

  const bridge = createCallBridge<ToJobPage & { kind: 'show' }>({
    post: (message) => void panel.webview.postMessage(message),
    client: parts.client,
    async show(client) {
      panel.title = (await findJob(client)).name
      return { kind: 'show', jobId, connectionId, language: currentLanguage() }
    },
  })

  const handle = async (message: FromJobPage): Promise<void> => {
    if (message.kind === 'act') return parts.act(await findJob(await parts.client()), message.action)
    return bridge.answer(message)
  }

  panel.webview.onDidReceiveMessage((message: FromJobPage) => {
    handle(message).catch((error: unknown) => {
      if (message.kind !== 'ready') return parts.failed(message.kind, error)
      const { text, hint } = describeError(error)
      panel.webview.html = createPage(parts, [text, hint].filter((part) => part !== undefined).join(' '))
    })
  })
  panel.onDidDispose(() => {
    bridge.dispose()
    parts.closed()
  })
  panel.webview.options = webviewOptions(parts.extensionUri)
  panel.webview.html = createPage(parts)
  return { connectionId, jobId, panel, event: bridge.event }
}

/** @param notice shown in place of the job, when it cannot be shown */
function createPage({ panel: { title, webview }, extensionUri }: JobPanelParts, notice?: string): string {
  const folder = webviewFolder(extensionUri)
  const toUri = (name: string) => String(webview.asWebviewUri(vscode.Uri.joinPath(folder, name)))
  return createWebviewHtml({
    title,
    language: currentLanguage(),
    scripts: notice === undefined ? [toUri('job.js')] : [],
    style: toUri('job.css'),
    source: webview.cspSource,
    nonce: crypto.randomUUID(),
    ...(notice === undefined ? {} : { notice }),
  })
}
