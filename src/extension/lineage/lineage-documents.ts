import * as vscode from 'vscode'
import { formatLineage } from '../../protocol/lineage-text.ts'
import { type LineageKind, lineageKinds } from '../../protocol/lineage.ts'
import type { Connections } from '../connections/connections.ts'
import { localize } from '../localize.ts'
import { lineageWords } from './lineage-words.ts'

/** The scheme of a lineage as text: the authority is the connection, the path its kind, its id and its name. */
const lineageScheme = 'runwright-lineage'

/** What something came of and what came of it, as read-only text that is made anew whenever it is shown. */
export interface LineageDocuments extends vscode.Disposable {
  open(connectionId: string, kind: LineageKind, id: string, name: string): Promise<void>
}

export function openLineageDocuments(connections: () => Pick<Connections, 'client'>): LineageDocuments {
  const changed = new vscode.EventEmitter<vscode.Uri>()
  const provider = vscode.workspace.registerTextDocumentContentProvider(lineageScheme, {
    onDidChange: changed.event,
    async provideTextDocumentContent(uri) {
      const [, kindText, id = ''] = uri.path.split('/').map(decodeURIComponent)
      const kind = lineageKinds.find((known) => known === kindText)
      if (kind === undefined) throw vscode.FileSystemError.FileNotFound(uri)
      const client = await connections().client(uri.authority)
      return formatLineage(await client.call('lineage/of', { kind, id }), lineageWords(), (text) => text)
    },
  })
  return {
    async open(connectionId, kind, id, name) {
      const path = `/${[kind, id, localize('Lineage of {name}', { name })].map(encodeURIComponent).join('/')}`
      const uri = vscode.Uri.from({ scheme: lineageScheme, authority: connectionId, path })
      const document = await vscode.workspace.openTextDocument(uri)
      // It may have been open already, as it was then.
      changed.fire(uri)
      await vscode.window.showTextDocument(document, { preview: true })
    },
    dispose() {
      provider.dispose()
      changed.dispose()
    },
  }
}
