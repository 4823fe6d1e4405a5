import { basename, join } from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord, recordOf } from '../../protocol/json.ts'
import { findFolder } from '../connections/find-folder.ts'
import type { CommandContext } from '../context.ts'
import { performCommand } from '../data/perform-data.ts'
import { localize } from '../localize.ts'
import { pickModel } from './pick-model.ts'
import type { RunAddress } from './run-address.ts'

/**
 * Exports the model of a run to ONNX by the command line, into a file that the user names, and says how it was held to
 * the original.
 *
 * @param path of an artifact of the run; without one it is asked which of the run's models is meant
 */
export async function exportModel(context: CommandContext, address: RunAddress, path?: string): Promise<void> {
  const { vscode, connections } = context
  const { connectionId, runId } = address
  const folder = findFolder(connections, connectionId)
  if (folder === undefined) {
    throw new RunwrightError('NOT_IMPLEMENTED', localize('Only models of a workspace folder can be exported here.'))
  }
  const title = localize('Export to ONNX')
  const client = await connections.client(connectionId)
  const model = path === undefined ? await pickModel(context, title, client, runId) : { path, modelId: undefined }
  if (model === undefined) return
  const target = await vscode.window.showSaveDialog({
    title,
    defaultUri: vscode.Uri.file(join(folder, `${basename(model.path)}.onnx`)),
    filters: { ONNX: ['onnx'] },
  })
  if (target === undefined) return
  const python = vscode.workspace.getConfiguration('runwright', vscode.Uri.file(folder)).get<string>('pythonPath', '')
  const words = ['model', 'export', '--out', target.fsPath, '--workspace', folder]
  const work = {
    title,
    root: folder,
    words: python === '' ? words : [...words, '--python', python],
    operands: [`runs:/${runId}/${model.modelId ?? model.path}`],
  }
  await tellExport(context, await performCommand(context, work))
}

async function tellExport({ vscode }: CommandContext, report: unknown): Promise<void> {
  const { parity, samples, written } = recordOf(report)
  const state = isRecord(parity) ? parity['state'] : undefined
  const count = isRecord(samples) && typeof samples['count'] === 'number' ? samples['count'] : 0
  const path = isRecord(written) && typeof written['path'] === 'string' ? written['path'] : undefined
  if (path === undefined) {
    const why =
      state === 'failed'
        ? localize('The exported model answers otherwise than the original, so nothing was written.')
        : localize('What the exported model answers could not be compared with the original, so nothing was written.')
    await vscode.window.showWarningMessage(why)
    return
  }
  const show = localize('Show in Explorer')
  const file = vscode.workspace.asRelativePath(path)
  const message = localize(
    'The answers of {file} are the original’s on {count, plural, one {# sample} other {# samples}}.',
    {
      file,
      count,
    },
  )
  if ((await vscode.window.showInformationMessage(message, show)) !== show) return
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(path))
}
