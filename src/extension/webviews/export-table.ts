import { join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseSavedView } from '../../protocol/saved-view.ts'
import type { WebviewAction } from '../../protocol/webview-messages.ts'
import { exportFormats, exportView, findFormat } from '../../views/export-view.ts'
import type { CommandContext } from '../context.ts'
import { currentLanguage, localize } from '../localize.ts'

const formatNames = { csv: 'CSV', md: 'Markdown', parquet: 'Parquet', html: 'HTML page' } as const

/** Asks for a file and writes every run of a view there; giving up leaves what was there before. */
export async function exportTable(
  { vscode, connections }: CommandContext,
  connectionId: string,
  action: WebviewAction & { kind: 'export-table' },
): Promise<void> {
  const view = parseSavedView(action.view)
  const place = connections.find(connectionId)?.place
  const folder =
    place?.kind === 'folder' ? vscode.Uri.file(place.path) : vscode.workspace.workspaceFolders?.map(({ uri }) => uri)[0]
  const name = `${view.title.replaceAll(/[^\p{L}\p{N}._-]+/gu, '-')}.csv`
  const target = await vscode.window.showSaveDialog({
    title: localize('Export Runs'),
    filters: Object.fromEntries(exportFormats.map((format) => [formatNames[format], [format]])),
    ...(folder === undefined ? {} : { defaultUri: vscode.Uri.joinPath(folder, name) }),
  })
  if (target === undefined) return
  const format = findFormat(target.fsPath)
  if (format === undefined) {
    throw new RunwrightError(
      'INVALID_PARAMETER_VALUE',
      localize('What to write to {file} is not told by its ending.', { file: target.fsPath }),
      {
        hint: localize('It is one of {endings}.', { endings: exportFormats.map((known) => `.${known}`).join(', ') }),
      },
    )
  }
  const client = await connections.client(connectionId)
  const extensionPath = vscode.extensions.getExtension('runwright.runwright')?.extensionPath ?? ''
  const how = {
    client,
    view,
    format,
    webviewFolder: join(extensionPath, 'dist', 'webviews'),
    language: currentLanguage(),
  }
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: localize('Exporting runs'),
    cancellable: true,
  }
  await vscode.window.withProgress(options, async (progress, token) => {
    const giveUp = new AbortController()
    token.onCancellationRequested(() => giveUp.abort())
    let told = 0
    const onProgress = (count: number, total: number) => {
      progress.report({
        message: localize('{count} of {total}', { count, total }),
        increment: ((count - told) / Math.max(1, total)) * 100,
      })
      told = count
    }
    try {
      const { rowCount } = await exportView(target.fsPath, { ...how, signal: giveUp.signal, onProgress })
      vscode.window.setStatusBarMessage(
        `$(check) ${localize('Exported {count, plural, one {# run} other {# runs}}', { count: rowCount })}`,
        4000,
      )
    } catch (error) {
      if (!giveUp.signal.aborted) throw error
    }
  })
}
