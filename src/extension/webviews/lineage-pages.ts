import * as vscode from 'vscode'
import { isRecord } from '../../protocol/json.ts'
import { formatMermaid } from '../../protocol/lineage-text.ts'
import { type LineageKind, lineageKinds, type LineageNode } from '../../protocol/lineage.ts'
import type { ExpandedPlace, KeptLineagePage } from '../../protocol/lineage-page-messages.ts'
import type { CommandContext, LineagePages } from '../context.ts'
import type { LineageDocuments } from '../lineage/lineage-documents.ts'
import { titleLineage } from '../lineage/lineage-page.ts'
import { lineageWords } from '../lineage/lineage-words.ts'
import { openNode } from '../lineage/open-node.ts'
import { localize } from '../localize.ts'
import { webviewOptions } from './compare-panel.ts'
import { openLineagePanel } from './lineage-panel.ts'
import { createConnectionWaits } from './wait-for-connection.ts'

const panelType = 'runwright.lineage'

export interface OpenLineagePages extends LineagePages, vscode.Disposable {
  /** A connection came or went. */
  connectionsChanged(): void
}

/** @param context asked for late, because it holds these pages */
export function openLineagePages(
  extensionUri: vscode.Uri,
  documents: Pick<LineageDocuments, 'open'>,
  context: () => CommandContext,
): OpenLineagePages {
  const open = new Map<string, { readonly panel: vscode.WebviewPanel; readonly reload: () => void }>()
  const waits = createConnectionWaits(() => context().connections)

  const fill = (panel: vscode.WebviewPanel, kept: KeptLineagePage): void => {
    const { connectionId, kind, id, name } = kept
    const icon = (theme: string) => vscode.Uri.joinPath(extensionUri, 'media', `lineage-${theme}.svg`)
    panel.iconPath = { light: icon('light'), dark: icon('dark') }
    const reload = openLineagePanel({
      panel,
      extensionUri,
      kept,
      async client() {
        await waits.wait(connectionId)
        return context().connections.client(connectionId)
      },
      open: (node) => openNode(context(), connectionId, node),
      begin: (node) => show(connectionId, node.kind, node.id, nameStart(node)),
      asText: () => documents.open(connectionId, kind, id, name),
      async copy(graph) {
        await vscode.env.clipboard.writeText(`\`\`\`mermaid\n${formatMermaid(graph, lineageWords())}\`\`\`\n`)
        vscode.window.setStatusBarMessage(localize('The lineage is copied as Markdown.'), 3000)
      },
      failed: (error) => context().log.error('Lineage:', error),
    })
    open.set(keyOf(kept), { panel, reload })
    panel.onDidDispose(() => open.delete(keyOf(kept)))
  }

  const show = (connectionId: string, kind: LineageKind, id: string, name: string): void => {
    const kept = { connectionId, kind, id, name, expanded: [] }
    const known = open.get(keyOf(kept))
    if (known !== undefined) {
      known.panel.reveal()
      return known.reload()
    }
    const options = webviewOptions(extensionUri)
    fill(vscode.window.createWebviewPanel(panelType, titleLineage(name), vscode.ViewColumn.Active, options), kept)
  }

  const serializer = vscode.window.registerWebviewPanelSerializer(panelType, {
    async deserializeWebviewPanel(panel, state) {
      const kept = parseKept(state)
      // What an older version has kept and this one cannot read is not worth an empty tab.
      if (kept === undefined) panel.dispose()
      else fill(panel, kept)
    },
  })

  return { open: show, connectionsChanged: waits.check, dispose: () => void serializer.dispose() }
}

function keyOf({ connectionId, kind, id }: KeptLineagePage): string {
  return `${connectionId} ${kind} ${id}`
}

function nameStart(node: LineageNode): string {
  return node.kind === 'data' ? node.paths.join(' = ') : node.kind === 'run' ? node.name : node.id
}

function parseKept(state: unknown): KeptLineagePage | undefined {
  const { connectionId, name, expanded } = isRecord(state) ? state : {}
  const place = parsePlace(state)
  if (place === undefined || typeof connectionId !== 'string' || typeof name !== 'string') return undefined
  return {
    ...place,
    connectionId,
    name,
    expanded: (Array.isArray(expanded) ? expanded : []).flatMap((each) => parseExpanded(each) ?? []),
  }
}

function parseExpanded(value: unknown): ExpandedPlace | undefined {
  const place = parsePlace(value)
  const limit = isRecord(value) ? value['limit'] : undefined
  const isLimit = typeof limit === 'number' && Number.isSafeInteger(limit) && limit >= 1
  return place === undefined || !isLimit ? undefined : { ...place, limit: Math.min(limit, 2000) }
}

function parsePlace(value: unknown): Pick<KeptLineagePage, 'kind' | 'id'> | undefined {
  const { kind, id } = isRecord(value) ? value : {}
  const known = lineageKinds.find((each) => each === kind)
  return known === undefined || typeof id !== 'string' ? undefined : { kind: known, id }
}
