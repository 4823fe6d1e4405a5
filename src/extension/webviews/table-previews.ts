import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import type { TablePreview } from '../../protocol/data-diff.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { CommandContext } from '../context.ts'
import { tablePreviewType } from '../contributions.ts'
import { askCommandLine } from '../data/command-line.ts'
import { localize } from '../localize.ts'
import type { ToDataPage } from '../../protocol/data-page-messages.ts'
import { openLoadedPage } from './loaded-page.ts'
import { watchFile } from './watch-file.ts'

const shownRows = '200'

/** Shows tables as tables, where the user opens them with “Table Preview”. */
export function openTablePreviews(
  extensionUri: vscode.Uri,
  context: () => CommandContext,
  failed: (error: unknown) => void,
): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(tablePreviewType, {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor({ uri }, panel) {
      const page = openLoadedPage<ToDataPage>({
        panel,
        extensionUri,
        name: 'data-diff',
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

function toPreview(value: unknown): TablePreview {
  if (!isRecord(value) || !Array.isArray(value['columns']) || !Array.isArray(value['rows'])) {
    throw new RunwrightError('INTERNAL_ERROR', 'The command line gave no table.')
  }
  // SAFETY: `data preview` of the same build prints it by this type.
  return value as unknown as TablePreview
}
