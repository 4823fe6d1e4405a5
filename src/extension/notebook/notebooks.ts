import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import type { KernelEnvironment } from '../../protocol/kernels.ts'
import type { CommandContext, Notebooks } from '../context.ts'
import { findConnection } from '../jobs/train-file.ts'
import { localize } from '../localize.ts'
import { toNotebookKey } from './cell-key.ts'
import { rerunAndCompare } from './compare/rerun-and-compare.ts'
import { type Controllers, createControllers, notebookType } from './controllers.ts'
import { writeFullOutput } from './full-output.ts'
import { offerKernel } from './install-kernel.ts'
import { openKeptValues } from './kept-values.ts'
import { findBestEnvironment, isOffered } from './kernel-choices.ts'
import { registerLanguageFeatures } from './language-features.ts'
import * as kernels from './notebook-kernel.ts'
import { createNotebookMemory } from './notebook-memory.ts'
import { findCutOutput, registerOutputStatus } from './output-status.ts'
import { pickKernel } from './pick-kernel.ts'
import { pickServerKernel } from './pick-server-kernel.ts'
import { createRunningNotebooks } from './running-notebooks.ts'
import { readRanCells } from './stale/read-ran-cells.ts'
import { createStaleCells } from './stale/stale-cells.ts'
import { registerStaleStatus, runStaleCells } from './stale/stale-status.ts'

/** That extension has kernels of its own, and may be what its user wants: then ours are offered and never preferred. */
const jupyterExtension = 'ms-toolsai.jupyter'

/** More often than any kernel may be idle before it is stopped. */
const useMs = 60_000

export interface NotebooksParts {
  readonly vscode: CommandContext['vscode']
  /** Absolute; of this workspace. What notebooks had is kept there, and whole outputs that are opened. */
  readonly folder: string
  /** Not asked before all is put together. */
  context(): CommandContext
}

/** Offers the engine's kernels for notebooks, and shows again what ran while no window looked. */
export function openNotebooks(parts: NotebooksParts): Notebooks & vscode.Disposable & { connectionsChanged(): void } {
  const { vscode, context } = parts
  const warn = (error: unknown) => context().log.warn('notebooks:', error)
  const memory = createNotebookMemory(openKeptValues(join(parts.folder, 'notebooks.json'), warn))
  const stale = createStaleCells(vscode)
  const running = createRunningNotebooks(context, memory, () => controllers, stale.ran)
  /** Clients whose environments were listed. */
  const listed = new WeakSet<object>()
  /** By the notebook: the client that told what its kernel had run. */
  const recalled = new WeakMap<vscode.NotebookDocument, object>()
  const documents = () => vscode.workspace.notebookDocuments.filter((each) => each.notebookType === notebookType)
  const quietly = (work: () => Promise<void>) => void Promise.resolve().then(work).catch(warn)

  /** Of a notebook's folder; undefined where that is not used yet, and stays so. */
  async function findClient(notebook: vscode.NotebookDocument) {
    const { connections } = context()
    const connection = findConnection(connections, kernels.findNotebookFolder(vscode, notebook))
    return connection && (await connections.client(connection.id))
  }

  /** What there is in a notebook's folder. */
  async function list(notebook: vscode.NotebookDocument, isForced: boolean): Promise<void> {
    const client = await findClient(notebook)
    if (client === undefined || (listed.has(client) && !isForced)) return
    listed.add(client)
    // Kernels of servers may wait for an engine that knows what lets one in.
    const tokens = await kernels.findTokens(
      context().jupyterServers,
      memory.list().map(({ environment }) => environment),
    )
    const { environments } = await client.call('kernels/environments', tokens)
    controllers.setEnvironments(kernels.findNotebookFolder(vscode, notebook).uri.fsPath, environments.filter(isOffered))
    if (vscode.extensions.getExtension(jupyterExtension) !== undefined) return
    const best = findBestEnvironment(environments, languageOf(vscode, notebook), memory.recent())
    if (best !== undefined) controllers.prefer(notebook, best)
  }

  /** What a notebook's kernel ran before this window looked. */
  async function recall(notebook: vscode.NotebookDocument): Promise<void> {
    const client = await findClient(notebook)
    const uri = notebook.uri.toString()
    const known = memory.of(uri)
    if (client === undefined || known === undefined || known.isLeft || recalled.get(notebook) === client) return
    recalled.set(notebook, client)
    stale.remember(notebook, known.kernelId, await readRanCells(client, known.kernelId, toNotebookKey(uri)))
  }

  async function ensure(notebook: vscode.NotebookDocument): Promise<kernels.NotebookKernel> {
    const environment = controllers.environmentOf(notebook)
    if (environment === undefined) {
      throw new RunwrightError('INVALID_STATE', localize('The notebook has another kernel now.'))
    }
    if (!environment.hasKernel && (await offerKernel(context(), environment))) await list(notebook, true)
    return kernels.ensureKernel(context(), memory, notebook, environment)
  }

  const run = (cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument) =>
    running.run(cells, notebook, () => ensure(notebook))

  async function choose(notebook: vscode.NotebookDocument): Promise<boolean> {
    const uri = notebook.uri.toString()
    const client = await kernels.getNotebookClient(context(), notebook)
    const { jupyterServers: servers } = context()
    const picked = await pickKernel(vscode, client, memory.recent(), servers.list())
    const choice =
      picked?.kind === 'server' ? await pickServerKernel({ vscode, client, servers }, picked.server) : picked
    if (choice === undefined) return false
    const { environment } = choice.kind === 'kernel' ? choice.kernel : choice
    if (choice.kind === 'kernel') {
      memory.setKernel(uri, { kernelId: choice.kernel.kernelId, environment, isShared: true })
    } else if (memory.of(uri)?.isShared) memory.forgetKernel(uri)
    await controllers.select(notebook, environment)
    return true
  }

  const isOf = (notebook: vscode.NotebookDocument, { environmentId }: KernelEnvironment) =>
    memory.of(notebook.uri.toString())?.environment.environmentId === environmentId

  const controllers: Controllers = createControllers({
    vscode,
    async execute(cells, notebook) {
      await run(cells, notebook)
    },
    async choose(cells, notebook) {
      if (await choose(notebook)) await run(cells, notebook)
    },
    async interrupt(notebook) {
      const kernel = await findKernel(notebook)
      if (kernel !== undefined) await kernel.client.call('kernels/interrupt', { kernelId: kernel.kernelId })
    },
    selected(notebook, environment) {
      if (!isOf(notebook, environment)) return
      memory.setLeft(notebook.uri.toString(), false)
      quietly(() => running.attach(notebook))
    },
    left(notebook, environment) {
      if (isOf(notebook, environment)) memory.setLeft(notebook.uri.toString(), true)
    },
  })
  // At once, so that VS Code finds what a notebook had before the window was reloaded.
  for (const { environment } of memory.list()) controllers.add(environment)

  const opened = (notebook: vscode.NotebookDocument) => {
    if (notebook.notebookType === notebookType) quietly(() => resume(notebook))
  }

  /** Goes on with what a notebook had: VS Code may say that it has its kernel, or have forgotten that. */
  async function resume(notebook: vscode.NotebookDocument): Promise<void> {
    await list(notebook, true)
    quietly(() => recall(notebook))
    const known = memory.of(notebook.uri.toString())
    if (known === undefined || known.isLeft || known.open.length === 0) return
    if (controllers.environmentOf(notebook) === undefined) await controllers.select(notebook, known.environment)
    else await running.attach(notebook)
  }

  async function restart(notebook: vscode.NotebookDocument): Promise<void> {
    const kernel = await findKernel(notebook)
    if (kernel !== undefined) await kernel.client.call('kernels/restart', { kernelId: kernel.kernelId })
  }

  async function findKernel(notebook: vscode.NotebookDocument): Promise<kernels.NotebookKernel | undefined> {
    const known = memory.of(notebook.uri.toString())
    if (known === undefined || controllers.environmentOf(notebook) === undefined) return undefined
    return { client: await kernels.getNotebookClient(context(), notebook), kernelId: known.kernelId }
  }

  const subscriptions = vscode.Disposable.from(
    controllers,
    vscode.workspace.onDidOpenNotebookDocument(opened),
    vscode.workspace.onDidCloseNotebookDocument(running.closed),
    registerLanguageFeatures(vscode, findKernel),
    registerOutputStatus(vscode),
    stale,
    registerStaleStatus(vscode, stale),
    // A kernel that has ended is nobody's.
    every(useMs, () => documents().forEach((notebook) => void use(notebook).catch(() => undefined))),
  )
  documents().forEach(opened)

  /** Its kernel is not to be stopped for its idleness. */
  async function use(notebook: vscode.NotebookDocument): Promise<void> {
    const known = memory.of(notebook.uri.toString())
    if (known === undefined || known.isLeft) return
    await (await findClient(notebook))?.call('kernels/use', { kernelId: known.kernelId })
  }

  return {
    choose,
    findKernel,
    connectionsChanged() {
      for (const notebook of documents()) {
        quietly(() => list(notebook, false))
        quietly(() => recall(notebook))
      }
    },
    async stop(notebook) {
      const kernel = await findKernel(notebook)
      if (kernel === undefined) return
      await kernel.client.call('kernels/shutdown', { kernelId: kernel.kernelId })
      memory.forgetKernel(notebook.uri.toString())
    },
    rerunAndCompare: (notebook) =>
      rerunAndCompare(
        {
          vscode,
          folder: join(parts.folder, 'compared'),
          restart: () => restart(notebook),
          run: (cells) => run(cells, notebook),
        },
        notebook,
      ),
    runStale: (notebook) => runStaleCells(vscode, notebook, stale),
    async openFullOutput(cell) {
      const cut = findCutOutput(cell.outputs)
      if (cut === undefined) return
      const path = join(parts.folder, 'outputs', `${cut.executionId}.txt`)
      await mkdir(dirname(path), { recursive: true })
      await writeFullOutput(await kernels.getNotebookClient(context(), cell.notebook), cut, path)
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(path))
    },
    dispose() {
      documents().forEach(running.closed)
      subscriptions.dispose()
    },
  }
}

function every(ms: number, act: () => void): { dispose(): void } {
  const timer = setInterval(act, ms)
  return { dispose: () => clearInterval(timer) }
}

function languageOf({ NotebookCellKind }: CommandContext['vscode'], notebook: vscode.NotebookDocument): string {
  const code = notebook.getCells().find(({ kind }) => kind === NotebookCellKind.Code)
  return code?.document.languageId ?? 'python'
}
