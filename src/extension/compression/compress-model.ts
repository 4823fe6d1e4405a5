import { mkdir, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type * as vscode from 'vscode'
import type { SearchPlace } from '../../protocol/compression-page-messages.ts'
import type { CommandContext } from '../context.ts'
import { launchByWords } from '../jobs/launch-job.ts'
import { findConnection } from '../jobs/train-file.ts'
import { localize } from '../localize.ts'
import { chooseCandidate } from '../models/choose-candidate.ts'
import { askForSearch } from './search-form.ts'
import { newSearchSettings, parseSearchSettings, type SearchSettings, toCompressWords } from './search-settings.ts'

/** What was chosen for any model, for those that nothing was chosen for yet. */
const lastKey = 'compress/last'

/**
 * Asks for data, goals and the computer that a model is for, and searches for a smaller one as a job, whose models are
 * shown while they come in. Nothing is left when the form is.
 *
 * @param args what VS Code passes: a file of its explorer, a row of ours, or nothing
 * @throws as `chooseCandidate`
 */
export async function compressModel(context: CommandContext, args: readonly unknown[]): Promise<void> {
  const { vscode, memory, compressions } = context
  const model = await chooseCandidate(context, args, localize('Compress'))
  if (model === undefined) return
  const folder = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(model))
  if (folder === undefined) {
    return void vscode.window.showWarningMessage(localize('Open the folder that the model lies in first.'))
  }
  const key = `compress/${model}`
  const last = parseSearchSettings(memory.get(lastKey), newSearchSettings)
  const name = basename(model)
  const settings = await askForSearch(context, name, parseSearchSettings(memory.get(key), last))
  if (settings === undefined) return
  await memory.update(key, settings)
  await memory.update(lastKey, settings)
  const place = await launch(context, folder, model, settings)
  if (place !== undefined) compressions.open(place, name)
}

async function launch(
  context: CommandContext,
  folder: vscode.WorkspaceFolder,
  path: string,
  settings: SearchSettings,
): Promise<SearchPlace | undefined> {
  const { cli, connections, useFolder } = context
  const name = basename(path, '.onnx')
  const out = join(folder.uri.fsPath, '.runwright', 'compress', 'found')
  await mkdir(out, { recursive: true })
  // As the command line has it: what is there may be made again, and is not for git.
  await writeFile(join(folder.uri.fsPath, '.runwright', 'compress', '.gitignore'), '*\n')
  const target = join(out, `${name}-${crypto.randomUUID().slice(0, 8)}.onnx`)
  const params = { model: path, data: settings.data, goals: settings.goals.join(', '), target: settings.target }
  const words = [
    '--experiment=Compression',
    `--name=compress ${basename(path)}`,
    ...Object.entries(params).map(([key, value]) => `--param=${key}=${value}`),
    ...Object.entries(cli.env).map(([key, value]) => `--env=${key}=${value}`),
    '--',
    cli.file,
    ...cli.args,
    ...toCompressWords(path, target, settings),
  ]
  const progress = { location: context.vscode.ProgressLocation.Window, title: localize('Launching') }
  return await context.vscode.window.withProgress(progress, async () => {
    const jobId = await launchByWords(context, folder.uri.fsPath, words)
    useFolder(folder)
    const connection = findConnection(connections, folder)
    if (connection === undefined) return undefined
    const client = await connections.client(connection.id)
    const { runId } = (await client.call('jobs/get', { jobId })).job
    return { kind: 'run', connectionId: connection.id, runId }
  })
}
