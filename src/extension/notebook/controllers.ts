import type * as vscode from 'vscode'
import { RunwrightError } from '../../protocol/errors.ts'
import type { KernelEnvironment } from '../../protocol/kernels.ts'
import type { CommandContext } from '../context.ts'
import { localize } from '../localize.ts'
import { listLanguageIds, nameEnvironment } from './kernel-choices.ts'

export const notebookType = 'jupyter-notebook'

/** Ours, which VS Code puts before the ids of our kernels. */
const extensionId = 'runwright.runwright'

/** The id under which VS Code remembers that no kernel was chosen yet. */
const choosingId = 'choose'

/** What VS Code offers as kernels for notebooks: an environment each, and one that asks. */
export interface Controllers extends vscode.Disposable {
  /** Offers those of a folder, and no longer what it had before, unless a notebook uses it. @param folder absolute path */
  setEnvironments(folder: string, environments: readonly KernelEnvironment[]): void
  /** Offers one more. */
  add(environment: KernelEnvironment): void
  /** The environment that a notebook has; undefined when it has none of ours. */
  environmentOf(notebook: vscode.NotebookDocument): KernelEnvironment | undefined
  createExecution(cell: vscode.NotebookCell): vscode.NotebookCellExecution
  /** Gives an environment to a notebook; resolves when VS Code has done so. */
  select(notebook: vscode.NotebookDocument, environment: KernelEnvironment): Promise<void>
  /** Prefers an environment for a notebook: it is taken when nothing else was chosen. */
  prefer(notebook: vscode.NotebookDocument, environment: KernelEnvironment): void
}

export interface ControllerParts {
  readonly vscode: CommandContext['vscode']
  execute(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void>
  interrupt(notebook: vscode.NotebookDocument): Promise<void>
  /** A notebook without a kernel is to be run. */
  choose(cells: readonly vscode.NotebookCell[], notebook: vscode.NotebookDocument): Promise<void>
  /** By a person, or by VS Code after a reload. */
  selected(notebook: vscode.NotebookDocument, environment: KernelEnvironment): void
  /** Another kernel was chosen in its place. */
  left(notebook: vscode.NotebookDocument, environment: KernelEnvironment): void
}

interface Offered {
  readonly controller: vscode.NotebookController
  readonly environment: KernelEnvironment
}

export function createControllers(parts: ControllerParts): Controllers {
  const { vscode } = parts
  const offered = new Map<string, Offered>()
  /** By the notebook's address: the id of the environment. */
  const chosen = new Map<string, string>()
  const byFolder = new Map<string, ReadonlySet<string>>()
  /** By the notebook's address: the id of the environment. */
  const preferred = new Map<string, string>()

  const choosing = vscode.notebooks.createNotebookController(
    choosingId,
    notebookType,
    localize('Runwright: choose a kernel…'),
    (cells, notebook) => parts.choose(cells, notebook),
  )
  choosing.supportsExecutionOrder = true

  function offer(environment: KernelEnvironment): void {
    const { environmentId, interpreter } = environment
    const known = offered.get(environmentId)
    const controller =
      known?.controller ??
      vscode.notebooks.createNotebookController(environmentId, notebookType, '', (cells, notebook) => {
        chosen.set(notebook.uri.toString(), environmentId)
        return parts.execute(cells, notebook)
      })
    controller.label = nameEnvironment(environment)
    controller.description = 'Runwright'
    controller.detail = interpreter
    offered.set(environmentId, { controller, environment })
    if (known !== undefined) return
    controller.supportedLanguages = listLanguageIds(environment)
    controller.supportsExecutionOrder = true
    controller.interruptHandler = (notebook) => parts.interrupt(notebook)
    controller.onDidChangeSelectedNotebooks(({ notebook, selected }) => {
      const uri = notebook.uri.toString()
      if (selected) chosen.set(uri, environmentId)
      else if (chosen.get(uri) === environmentId) chosen.delete(uri)
      const tell = selected ? parts.selected : parts.left
      tell(notebook, offered.get(environmentId)?.environment ?? environment)
    })
  }

  function find(notebook: vscode.NotebookDocument): Offered | undefined {
    return offered.get(chosen.get(notebook.uri.toString()) ?? '')
  }

  return {
    add: offer,
    setEnvironments(folder, environments) {
      byFolder.set(folder, new Set(environments.map(({ environmentId }) => environmentId)))
      const kept = new Set([...chosen.values(), ...[...byFolder.values()].flatMap((ids) => [...ids])])
      for (const [id, { controller }] of offered) {
        if (kept.has(id)) continue
        offered.delete(id)
        controller.dispose()
      }
      environments.forEach(offer)
    },
    environmentOf: (notebook) => find(notebook)?.environment,
    createExecution(cell) {
      const { controller } = find(cell.notebook) ?? {}
      if (controller === undefined) throw new Error(localize('The notebook has another kernel now.'))
      return controller.createNotebookCellExecution(cell)
    },
    async select(notebook, environment) {
      offer(environment)
      const { environmentId: id } = environment
      const isChosen = () => chosen.get(notebook.uri.toString()) === id
      if (isChosen()) return
      const notebookEditor = vscode.window.visibleNotebookEditors.find((each) => each.notebook === notebook)
      // Without an editor VS Code would take the active one.
      if (notebookEditor !== undefined) {
        await vscode.commands.executeCommand('notebook.selectKernel', { id, extension: extensionId, notebookEditor })
      }
      if (isChosen()) return
      throw new RunwrightError('INVALID_STATE', localize('Show the notebook to choose its kernel.'))
    },
    prefer(notebook, { environmentId }) {
      const { Preferred, Default } = vscode.NotebookControllerAffinity
      const uri = notebook.uri.toString()
      const before = preferred.get(uri)
      // Of two that are preferred VS Code takes none.
      if (before !== undefined) offered.get(before)?.controller.updateNotebookAffinity(notebook, Default)
      preferred.set(uri, environmentId)
      offered.get(environmentId)?.controller.updateNotebookAffinity(notebook, Preferred)
    },
    dispose() {
      choosing.dispose()
      for (const { controller } of offered.values()) controller.dispose()
    },
  }
}
