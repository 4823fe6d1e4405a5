import { randomBytes } from 'node:crypto'
import { basename, dirname, relative, sep } from 'node:path'
import type * as vscode from 'vscode'
import { newKernelId } from '../../client/kernel-ids.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { TargetTokens } from '../../protocol/jobs.ts'
import type { Kernel, KernelEnvironment, KernelId } from '../../protocol/kernels.ts'
import type { CommandContext } from '../context.ts'
import { findConnection } from '../jobs/train-file.ts'
import { localize } from '../localize.ts'
import type { JupyterServers } from './jupyter-servers.ts'
import type { NotebookMemory } from './notebook-memory.ts'

/** What running a notebook takes of all that commands can reach. */
export type NotebookContext = Pick<CommandContext, 'vscode' | 'connections' | 'useFolder' | 'log' | 'jupyterServers'>

/** The kernel that a notebook runs in, and who is asked about it. */
export interface NotebookKernel {
  readonly client: Client
  readonly kernelId: KernelId
}

/** The workspace folder whose engine has the kernels of a notebook: the one it is in, else the first. */
export function findNotebookFolder(
  { workspace }: CommandContext['vscode'],
  { uri }: Pick<vscode.NotebookDocument, 'uri'>,
): vscode.WorkspaceFolder {
  const folder = workspace.getWorkspaceFolder(uri) ?? workspace.workspaceFolders?.[0]
  if (folder !== undefined) return folder
  throw new RunwrightError(
    'INVALID_STATE',
    localize('Kernels belong to a folder. Open the folder of the notebook first.'),
  )
}

/** The client of the engine of a notebook's folder, which is used from now on. @throws when there is none to be had */
export function getNotebookClient(
  { vscode, connections, useFolder }: NotebookContext,
  notebook: Pick<vscode.NotebookDocument, 'uri'>,
): Promise<Client> {
  const folder = findNotebookFolder(vscode, notebook)
  useFolder(folder)
  const connection = findConnection(connections, folder)
  if (connection !== undefined) return connections.client(connection.id)
  const text = localize('This workspace is not trusted, so Runwright starts no kernels in it.')
  throw new RunwrightError('INVALID_STATE', text)
}

/** The kernel that a notebook had, if it is there still. */
export async function findKernelOf(
  client: Client,
  memory: NotebookMemory,
  notebook: Pick<vscode.NotebookDocument, 'uri'>,
): Promise<Kernel | undefined> {
  const kernelId = memory.of(notebook.uri.toString())?.kernelId
  const { kernels } = await client.call('kernels/list', {})
  return kernels.find((each) => each.kernelId === kernelId)
}

/**
 * The kernel that a notebook has in an environment: the one it had, restarted if it had ended, else a new one.
 *
 * @throws INVALID_STATE when the environment has no kernel installed
 */
export async function ensureKernel(
  context: NotebookContext,
  memory: NotebookMemory,
  notebook: vscode.NotebookDocument,
  environment: KernelEnvironment,
): Promise<NotebookKernel> {
  const client = await getNotebookClient(context, notebook)
  const { environmentId } = environment
  const known = await findKernelOf(client, memory, notebook)
  if (known !== undefined && known.environment.environmentId === environmentId) {
    if (known.status === 'dead') await revive(context, client, known)
    return { client, kernelId: known.kernelId }
  }
  const kernelId = newKernelId({ randomBytes })
  const { fsPath } = notebook.uri
  const place = relative(findNotebookFolder(context.vscode, notebook).uri.fsPath, dirname(fsPath)).split(sep)
  const workingDirectory = place[0] === '..' || notebook.isUntitled ? '.' : place.join('/') || '.'
  const access = await context.jupyterServers.findAccess(environmentId)
  await client.call('kernels/start', { kernelId, environmentId, name: basename(fsPath), workingDirectory, ...access })
  memory.setKernel(notebook.uri.toString(), { kernelId, environment, isShared: false })
  return { client, kernelId }
}

/** What it knew is gone, which whoever runs the next cell must be told. */
async function revive({ vscode, jupyterServers }: NotebookContext, client: Client, kernel: Kernel): Promise<void> {
  const { kernelId, name, reason, environment } = kernel
  await client.call('kernels/restart', { kernelId, ...(await findTokens(jupyterServers, [environment])) })
  const text = localize('The kernel of {name} had ended and was started again: its variables are gone.', { name })
  void vscode.window.showWarningMessage([text, reason].filter((part) => part !== undefined).join(' '))
}

/** What lets one in to the servers of environments, for an engine that may have lost it. */
export async function findTokens(
  servers: JupyterServers,
  environments: readonly Pick<KernelEnvironment, 'environmentId'>[],
): Promise<{ readonly tokens?: TargetTokens }> {
  const found = await Promise.all(environments.map(({ environmentId }) => servers.findAccess(environmentId)))
  const tokens = Object.assign({}, ...found.map((each) => each?.tokens))
  return Object.keys(tokens).length === 0 ? {} : { tokens }
}
