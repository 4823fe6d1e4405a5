import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { TablePreview } from '../../protocol/data-diff.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext } from '../context.ts'
import { tablePreviewType } from '../contributions.ts'
import { askCommandLine } from '../data/command-line.ts'
import { localize } from '../localize.ts'
import { openDataPage } from './data-page.ts'

const shownRows = '200'
const settleMs = 300

/** Shows tables as tables, where the user opens them with “Table Preview”. */
export function openTablePreviews(
  extensionUri: vscode.Uri,
  context: () => CommandContext,
  failed: (error: unknown) => void,
): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(tablePreviewType, {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor({ uri }, panel) {
      const page = openDataPage({
        panel,
        extensionUri,
        async load(signal) {
          if (uri.scheme !== 'file') {
            throw new RunwrightError('BAD_REQUEST', localize('Only files on a disk are shown as tables.'))
          }
          const call = { folder: dirname(uri.fsPath), words: ['data', 'preview', '--rows', shownRows], signal }
          const value = await askCommandLine(context().cli, { ...call, operands: [uri.fsPath] })
          return { kind: 'preview', name: basename(uri.fsPath), preview: toPreview(value) }
        },
        failed,
      })
      watchFile(uri, panel, page.reload)
    },
  })
}

function watchFile(uri: vscode.Uri, panel: vscode.WebviewPanel, changed: () => void): void {
  const pattern = new vscode.RelativePattern(vscode.Uri.joinPath(uri, '..'), basename(uri.fsPath))
  const watcher = vscode.workspace.createFileSystemWatcher(pattern)
  let timer: NodeJS.Timeout | undefined
  const wait = () => {
    clearTimeout(timer)
    timer = setTimeout(changed, settleMs)
  }
  const listening = vscode.Disposable.from(watcher, watcher.onDidChange(wait), watcher.onDidCreate(wait))
  panel.onDidDispose(() => {
    clearTimeout(timer)
    listening.dispose()
  })
}

function toPreview(value: unknown): TablePreview {
  if (!isRecord(value) || !Array.isArray(value['columns']) || !Array.isArray(value['rows'])) {
    throw new RunwrightError('INTERNAL_ERROR', 'The command line gave no table.')
  }
  // SAFETY: `data preview` of the same build prints it by this type.
  return value as unknown as TablePreview
}
