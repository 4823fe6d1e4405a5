import type * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { findStoredFolder } from '../runs/stored-artifacts.ts'
import { isArtifactElement, isRunElement } from '../tree/element.ts'
import { isModelVersionElement, uriOf } from './element.ts'
import {
  type FileChoice,
  listModelsOfRun,
  listRegisteredModels,
  listStoredModels,
  listWorkspaceFiles,
} from './list-models.ts'
import { findModelPath } from './model-file.ts'
import { pickFile } from './pick-file.ts'
import { findVersionFolder } from './version-folder.ts'

/**
 * The model that a command was chosen on: a file of VS Code's explorer, an artifact, the only model of a run or one of
 * several, a version of a registered model, the editor in front; from elsewhere the user picks a file of the workspace or of a registered model.
 *
 * @returns its absolute path; undefined when none is chosen
 * @throws NOT_IMPLEMENTED for a model that is not on this machine
 * @throws RESOURCE_DOES_NOT_EXIST for a run, or a version, without a model in ONNX
 */
export async function chooseCandidate(
  context: CommandContext,
  [chosen]: readonly unknown[],
  title: string,
): Promise<string | undefined> {
  if (isArtifactElement(chosen)) {
    const { row, experiment } = chosen.run
    const folder = findStoredFolder(context, experiment.connectionId, { uri: row.artifactUri, name: row.name })
    return context.vscode.Uri.joinPath(context.vscode.Uri.file(folder), chosen.entry.path).fsPath
  }
  const placeHolder = localize('Which model?')
  if (isRunElement(chosen)) {
    const { row, experiment } = chosen
    const models = await listModelsOfRun(context, experiment.connectionId, row)
    return pickOf(context, models, title, () =>
      localize('Run “{name}” has no model in ONNX among its artifacts.', { name: row.name }),
    )
  }
  if (isModelVersionElement(chosen)) {
    const { connectionId, version } = chosen
    const models = await listStoredModels(await findVersionFolder(context, connectionId, version), '')
    return pickOf(context, models, title, () =>
      localize('{name} has no model in ONNX among its files.', { name: uriOf(version) }),
    )
  }
  const uri = isUri(chosen) ? chosen : findOpenModel(context)
  if (uri !== undefined) return pathOf(context, uri)
  const [files, registered] = await Promise.all([listWorkspaceFiles(context, ['onnx']), listRegisteredModels(context)])
  return pickFile(context, { title, placeHolder, choices: [...files, ...registered], filters: { ONNX: ['onnx'] } })
}

/** The only one, or one that is chosen. @throws RESOURCE_DOES_NOT_EXIST where there is none */
async function pickOf(
  { vscode }: CommandContext,
  models: readonly FileChoice[],
  title: string,
  sayNone: () => string,
): Promise<string | undefined> {
  if (models.length === 0) throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', sayNone())
  if (models.length === 1) return models[0]?.path
  return (await vscode.window.showQuickPick(models, { title, placeHolder: localize('Which model?') }))?.path
}

async function pathOf(context: CommandContext, uri: vscode.Uri): Promise<string> {
  const path = await findModelPath(context, uri)
  if (path !== undefined) return path
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1)
  throw new RunwrightError('NOT_IMPLEMENTED', localize('“{name}” is not on this machine.', { name }), {
    hint: localize('Save a copy of it and test that.'),
  })
}

/** The model that the editor in front shows. */
function findOpenModel({ vscode }: CommandContext): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input
  return input instanceof vscode.TabInputCustom && input.uri.path.endsWith('.onnx') ? input.uri : undefined
}

function isUri(value: unknown): value is vscode.Uri {
  return typeof value === 'object' && value !== null && 'scheme' in value && 'fsPath' in value
}
