import { basename, dirname } from 'node:path'
import * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import { isRecord } from '../../protocol/json.ts'
import type { ShownModel, ToModelPage } from '../../protocol/model-page-messages.ts'
import type { CommandContext } from '../context.ts'
import { modelEditorType } from '../contributions.ts'
import { askCommandLine } from '../data/command-line.ts'
import { openModelFile } from '../models/model-file.ts'
import { openLoadedPage } from './loaded-page.ts'
import { watchFile } from './watch-file.ts'

/**
 * Shows ONNX files as what they are: values, operators, nodes and their graph. The command line reads them in a process
 * of its own, so whatever a file holds, the editor goes on.
 */
export function openModelEditor(extensionUri: vscode.Uri, context: () => CommandContext): vscode.Disposable {
  return vscode.window.registerCustomEditorProvider(modelEditorType, {
    openCustomDocument: (uri) => ({ uri, dispose: () => undefined }),
    resolveCustomEditor({ uri }, panel) {
      const page = openLoadedPage<ToModelPage, 'test'>({
        panel,
        extensionUri,
        name: 'model',
        load: (signal) => loadModel(context(), uri, signal),
        act: () => void vscode.commands.executeCommand('runwright.testModel', uri),
        failed: (error) => context().log.error('ONNX:', error),
      })
      watchFile(uri, panel, page.reload)
    },
  })
}

async function loadModel(context: CommandContext, uri: vscode.Uri, signal: AbortSignal) {
  await using file = await openModelFile(context, uri)
  const call = { folder: dirname(file.path), words: ['model', 'show', '--graph'], operands: [file.path], signal }
  const model = toModel(await askCommandLine(context.cli, call))
  return { kind: 'model' as const, name: basename(uri.path), model, canTest: !file.isCopy }
}

function toModel(value: unknown): ShownModel {
  if (!isRecord(value) || !Array.isArray(value['graphs']) || !Array.isArray(value['operators'])) {
    throw new RunwrightError('INTERNAL_ERROR', 'The command line gave no model.')
  }
  // SAFETY: `model show --graph` of the same build prints it by this type.
  return value as unknown as ShownModel
}
