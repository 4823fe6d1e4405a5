import { readdir } from 'node:fs/promises'
import { join, sep } from 'node:path'
import type { Run } from '../../protocol/runs.ts'
import type { CommandContext } from '../context.ts'
import { findStoredFolder } from '../runs/stored-artifacts.ts'
import { localize } from '../localize.ts'
import { findVersionFolder } from './version-folder.ts'

/** What is looked through in a workspace. */
const maxFiles = 500
const notSearched = '**/{node_modules,.runwright,.git,.venv,.dvc}/**'

export interface FileChoice {
  readonly label: string
  readonly description: string
  /** Absolute path. */
  readonly path: string
}

/** Files of the workspace by their ending, each by its path in it. */
export async function listWorkspaceFiles(
  { vscode }: Pick<CommandContext, 'vscode'>,
  endings: readonly string[],
): Promise<readonly FileChoice[]> {
  const found = await vscode.workspace.findFiles(`**/*.{${endings.join(',')}}`, notSearched, maxFiles)
  return found
    .filter(({ scheme }) => scheme === 'file')
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), description: '', path: uri.fsPath }))
    .toSorted((a, b) => a.label.localeCompare(b.label, 'en'))
}

/** ONNX files in a folder that an engine keeps, at any depth. @param about what they are of */
export async function listStoredModels(folder: string, about: string): Promise<readonly FileChoice[]> {
  const entries = await readdir(folder, { recursive: true }).catch(() => [])
  return entries
    .filter((name) => name.endsWith('.onnx'))
    .toSorted()
    .map((name) => ({ label: name.split(sep).join('/'), description: about, path: join(folder, name) }))
}

/**
 * ONNX files of a run: among its artifacts, and those of its logged models, which MLflow 3 keeps beside them.
 *
 * @throws as `findStoredFolder`
 */
export async function listModelsOfRun(
  context: Pick<CommandContext, 'connections'>,
  connectionId: string,
  { runId, artifactUri, name }: Pick<Run, 'runId' | 'artifactUri' | 'name'>,
): Promise<readonly FileChoice[]> {
  const own = await listStoredModels(findStoredFolder(context, connectionId, { uri: artifactUri, name }), '')
  const client = await context.connections.client(connectionId)
  const { models } = await client.call('models/of-run', { runId })
  const logged = models.map(async ({ path, artifactUri: uri }) =>
    uri === undefined ? [] : listStoredModels(findStoredFolder(context, connectionId, { uri, name: path }), path),
  )
  return [...own, ...(await Promise.all(logged)).flat()]
}

/** ONNX files of every version of the registered models of engines on this machine, the newest version first. */
export async function listRegisteredModels(context: CommandContext): Promise<readonly FileChoice[]> {
  const engines = context.connections
    .list()
    .filter(({ place, state }) => place.kind === 'folder' && state.kind === 'connected')
  const lists = engines.map(async ({ id }) => {
    const client = await context.connections.client(id)
    const { models } = await client.call('models/list', {})
    const all = await Promise.all(models.map(({ name }) => client.call('models/get', { name })))
    const versions = all.flatMap((model) => model.versions).toSorted((a, b) => b.version - a.version)
    return Promise.all(
      versions.map(async (each) => {
        const about = localize('{name} version {version}', { name: each.name, version: each.version })
        // Files that are elsewhere are none that could be tested here.
        const folder = await findVersionFolder(context, id, each).catch(() => undefined)
        return folder === undefined ? [] : listStoredModels(folder, about)
      }),
    )
  })
  return (await Promise.all(lists)).flat(2)
}
