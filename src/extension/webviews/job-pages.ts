import * as vscode from 'vscode'
import type { ChangeEvent } from '../../protocol/events.ts'
import { isRecord } from '../../protocol/json.ts'
import { type JobId, parseJobId } from '../../protocol/jobs.ts'
import type { KeptJobPage } from '../../protocol/job-page-messages.ts'
import type { CommandContext, JobPages } from '../context.ts'
import { describeError } from '../tree/error-notice.ts'
import { webviewOptions } from './compare-panel.ts'
import { performJobAction } from './job-actions.ts'
import { type JobPanel, openJobPanel } from './job-panel.ts'
import { createConnectionWaits } from './wait-for-connection.ts'

const panelType = 'runwright.job'

export interface OpenJobPages extends JobPages, vscode.Disposable {
  /** A change of a connection's runs or jobs. */
  received(connectionId: string, event: ChangeEvent): void
  /** A connection came or went. */
  connectionsChanged(): void
}

/** @param context asked for late, because it holds these pages */
export function openJobPages(extensionUri: vscode.Uri, context: () => CommandContext): OpenJobPages {
  const panels = new Set<JobPanel>()
  const waits = createConnectionWaits(() => context().connections)

  const fail = (what: string, error: unknown) => {
    context().log.error(`Job page, ${what}:`, error)
    const { text, hint } = describeError(error)
    void vscode.window.showErrorMessage([text, hint].filter((part) => part !== undefined).join(' '))
  }

  const fill = (panel: vscode.WebviewPanel, connectionId: string, jobId: JobId): void => {
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `job-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    const opened = openJobPanel({
      panel,
      extensionUri,
      connectionId,
      jobId,
      async client() {
        await waits.wait(connectionId)
        return context().connections.client(connectionId)
      },
      act: (job, action) => performJobAction(context(), connectionId, job, action),
      failed: fail,
      closed: () => void panels.delete(opened),
    })
    panels.add(opened)
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(panel, state) {
      const kept = parseKept(state)
      // What an older version has kept and this one cannot read is not worth an empty tab.
      if (kept === undefined) panel.dispose()
      else fill(panel, kept.connectionId, kept.jobId)
    },
  })

  const find = (jobId: JobId) => [...panels].find((panel) => panel.jobId === jobId)
  return {
    open(connectionId, { jobId, name }) {
      const known = find(jobId)
      if (known !== undefined) return known.panel.reveal()
      const panel = vscode.window.createWebviewPanel(
        panelType,
        name,
        vscode.ViewColumn.Active,
        webviewOptions(extensionUri),
      )
      fill(panel, connectionId, jobId)
    },
    isOpen: ({ jobId }) => find(jobId)?.panel.visible === true,
    received(connectionId, event) {
      for (const panel of panels) if (panel.connectionId === connectionId) panel.event(event)
    },
    connectionsChanged: waits.check,
    dispose: () => void serializer.dispose(),
  }
}

function parseKept(state: unknown): Pick<KeptJobPage, 'connectionId' | 'jobId'> | undefined {
  const { connectionId, jobId } = isRecord(state) ? state : {}
  const parsed = typeof jobId === 'string' ? parseJobId(jobId) : undefined
  return typeof connectionId === 'string' && parsed !== undefined ? { connectionId, jobId: parsed } : undefined
}
