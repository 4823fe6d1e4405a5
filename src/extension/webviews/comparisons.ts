import * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { isRecord } from '../../protocol/json.ts'
import { parseSavedView, type SavedView } from '../../protocol/saved-view.ts'
import type { KeptView } from '../../protocol/webview-messages.ts'
import type { CommandContext, Comparisons } from '../context.ts'
import { describeError } from '../tree/error-notice.ts'
import { type ComparePanel, openComparePanel, webviewOptions } from './compare-panel.ts'
import { performAction } from './view-actions.ts'
import { createConnectionWaits } from './wait-for-connection.ts'

const panelType = 'runwright.compare'

export interface OpenComparisons extends Comparisons, vscode.Disposable {
  /** A change of a connection's runs. */
  received(connectionId: string, event: ChangeEvent): void
  /** A connection came or went. */
  connectionsChanged(): void
}

/** @param context asked for late, because it holds these comparisons */
export function openComparisons(extensionUri: vscode.Uri, context: () => CommandContext): OpenComparisons {
  const panels = new Set<ComparePanel>()
  const waits = createConnectionWaits(() => context().connections)

  const fail = (what: string, error: unknown) => {
    context().log.error(`Comparison, ${what}:`, error)
    const { text, hint } = describeError(error)
    void vscode.window.showErrorMessage([text, hint].filter((part) => part !== undefined).join(' '))
  }

  const fill = (panel: vscode.WebviewPanel, { connectionId, view, file }: KeptView): void => {
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `compare-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    const opened = openComparePanel({
      panel,
      extensionUri,
      connectionId,
      view,
      file,
      async client() {
        await waits.wait(connectionId)
        return context().connections.client(connectionId)
      },
      folder() {
        const place = context().connections.find(connectionId)?.place
        return place?.kind === 'folder' ? place.path : undefined
      },
      act: (action) => performAction(context(), connectionId, action),
      failed: fail,
      closed: () => void panels.delete(opened),
    })
    panels.add(opened)
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(panel, state) {
      try {
        fill(panel, parseKeptView(state))
      } catch (error) {
        // What an older version has kept and this one cannot read is not worth an empty tab.
        context().log.warn('A comparison could not be restored:', error)
        panel.dispose()
      }
    },
  })

  return {
    async open(connectionId, view, file) {
      const known = [...panels].find((panel) => shows(panel, connectionId, view, file))
      if (known !== undefined) return known.panel.reveal()
      const panel = vscode.window.createWebviewPanel(
        panelType,
        view.title,
        vscode.ViewColumn.Active,
        webviewOptions(extensionUri),
      )
      fill(panel, { connectionId, view, ...(file === undefined ? {} : { file }) })
    },
    received(connectionId, event) {
      for (const panel of panels) if (panel.connectionId === connectionId) panel.event(event)
    },
    connectionsChanged: waits.check,
    dispose() {
      serializer.dispose()
    },
  }
}

/** Whether a panel is the one of this view: of its file, or of the same runs and tab while neither is saved. */
function shows(panel: ComparePanel, connectionId: string, view: SavedView, file: string | undefined): boolean {
  if (panel.connectionId !== connectionId || panel.file !== file) return false
  if (file !== undefined) return true
  const { experiments, chosen, tab } = panel.view
  return (
    tab === view.tab && experiments.join('\n') === view.experiments.join('\n') && chosen.join() === view.chosen.join()
  )
}

/** Reads what VS Code kept of a panel. @throws INVALID_PARAMETER_VALUE */
function parseKeptView(state: unknown): KeptView {
  const { connectionId, file, view } = isRecord(state) ? state : {}
  if (typeof connectionId !== 'string') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', 'A view was kept without its connection.')
  }
  return { connectionId, view: parseSavedView(view), ...(typeof file === 'string' ? { file } : {}) }
}
