import * as vscode from 'vscode'
import type { KeptCompressionPage, SearchPlace } from '../../protocol/compression-page-messages.ts'
import type { ChangeEvent } from '../../protocol/events.ts'
import { parseRunId } from '../../protocol/ids.ts'
import { isRecord } from '../../protocol/json.ts'
import { performCandidateAction } from '../compression/candidate-actions.ts'
import { titleCompression } from '../compression/compression-page.ts'
import type { CommandContext, CompressionPages } from '../context.ts'
import { webviewOptions } from './compare-panel.ts'
import { type CompressionPanel, openCompressionPanel } from './compression-panel.ts'
import { createConnectionWaits } from './wait-for-connection.ts'

const panelType = 'runwright.compression'

export interface OpenCompressionPages extends CompressionPages, vscode.Disposable {
  /** A change of a connection's runs. */
  received(connectionId: string, event: ChangeEvent): void
  /** A connection came or went. */
  connectionsChanged(): void
}

interface Open {
  readonly panel: vscode.WebviewPanel
  readonly page: CompressionPanel
  readonly place: SearchPlace
}

/** @param context asked for late, because it holds these pages */
export function openCompressionPages(extensionUri: vscode.Uri, context: () => CommandContext): OpenCompressionPages {
  const open = new Map<string, Open>()
  const waits = createConnectionWaits(() => context().connections)

  const fill = (panel: vscode.WebviewPanel, kept: KeptCompressionPage): void => {
    const { place } = kept
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `compression-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    const page = openCompressionPanel({
      panel,
      extensionUri,
      kept,
      async client() {
        const connectionId = place.kind === 'run' ? place.connectionId : findFolderConnection()
        await waits.wait(connectionId)
        return context().connections.client(connectionId)
      },
      act: (report, number, action) => performCandidateAction(context(), place, report, number, action),
      failed: (error) => context().log.error('Compression:', error),
    })
    open.set(keyOf(place), { panel, page, place })
    panel.onDidDispose(() => open.delete(keyOf(place)))
  }

  /** Results in a file name runs of the folder that is open. */
  const findFolderConnection = (): string =>
    context()
      .connections.list()
      .find(({ place }) => place.kind === 'folder')?.id ?? ''

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(panel, state) {
      const kept = parseKept(state)
      // What an older version has kept and this one cannot read is not worth an empty tab.
      if (kept === undefined) panel.dispose()
      else fill(panel, kept)
    },
  })

  return {
    open(place, name) {
      const known = open.get(keyOf(place))
      if (known !== undefined) {
        known.panel.reveal()
        return known.page.reload()
      }
      const options = webviewOptions(extensionUri)
      const title = titleCompression(name)
      const panel = vscode.window.createWebviewPanel(panelType, title, vscode.ViewColumn.Active, options)
      fill(panel, { place, name })
    },
    received(connectionId, event) {
      for (const { page, place } of open.values()) {
        if (place.kind === 'run' && place.connectionId === connectionId) page.event(event)
      }
    },
    connectionsChanged: waits.check,
    dispose: () => void serializer.dispose(),
  }
}

function keyOf(place: SearchPlace): string {
  return place.kind === 'file' ? `file ${place.path}` : `${place.connectionId} ${place.runId}`
}

function parseKept(state: unknown): KeptCompressionPage | undefined {
  const { place, name } = isRecord(state) ? state : {}
  const parsed = parsePlace(place)
  return parsed === undefined || typeof name !== 'string' ? undefined : { place: parsed, name }
}

function parsePlace(place: unknown): SearchPlace | undefined {
  if (!isRecord(place)) return undefined
  const { kind, connectionId, path } = place
  const runId = typeof place['runId'] === 'string' ? parseRunId(place['runId']) : undefined
  if (kind === 'file' && typeof path === 'string') return { kind, path }
  return kind === 'run' && typeof connectionId === 'string' && runId !== undefined
    ? { kind, connectionId, runId }
    : undefined
}
