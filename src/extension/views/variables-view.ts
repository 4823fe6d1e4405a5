import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'
import { newExecutionId } from '../../client/kernel-ids.ts'
import { listVariables } from '../../client/kernel-variables.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { Notebooks, VariablesPanel } from '../context.ts'
import { variablesViewId } from '../contributions.ts'
import { localize } from '../localize.ts'
import { notebookType } from '../notebook/controllers.ts'
import {
  presentVariable,
  sortVariables,
  type VariableElement,
  type VariableOrder,
} from '../notebook/present-variable.ts'
import { drawItem } from './draw-item.ts'
import { createPacedRefresh } from './paced-refresh.ts'

/** The kernel is asked between cells, and not more often than that. */
const refreshIntervalMs = 500

export interface VariablesViewParts {
  findKernel: Notebooks['findKernel']
  order(): VariableOrder
  /** Whether a notebook is open, for which there is something to show. */
  setShown(isShown: boolean): void
  failed(error: unknown): void
}

/** Lists what the kernel of the notebook in sight has in memory, as of its last cell. */
export function openVariablesView(parts: VariablesViewParts): VariablesPanel & vscode.Disposable {
  const redraw = new vscode.EventEmitter<undefined>()
  const refresh = createPacedRefresh<'roots'>(
    refreshIntervalMs,
    () => redraw.fire(undefined),
    () => view.visible,
  )
  let notebook: vscode.NotebookDocument | undefined
  let elements: readonly VariableElement[] = []

  async function list(): Promise<VariableElement[]> {
    const kernel = notebook === undefined || notebook.isClosed ? undefined : await parts.findKernel(notebook)
    view.description = notebook?.uri.path.split('/').at(-1) ?? ''
    if (kernel === undefined) return tell(localize('The notebook has no kernel yet: run a cell first.'))
    try {
      const variables = await listVariables(kernel.client, kernel.kernelId, newExecutionId({ randomBytes }))
      elements = sortVariables(variables, parts.order()).map((variable) => {
        return { kind: 'variable', id: variable.name, variable }
      })
      view.message = elements.length === 0 ? localize('It has no variables.') : ''
      return [...elements]
    } catch (error) {
      return explain(error)
    }
  }

  function explain(error: unknown): VariableElement[] {
    const code = error instanceof RunwrightError ? error.code : undefined
    if (code === 'NOT_IMPLEMENTED') return tell(localize('Only kernels for Python tell their variables yet.'))
    if (code === 'RESOURCE_DOES_NOT_EXIST') return tell(localize('The notebook has no kernel yet: run a cell first.'))
    // It runs a cell, or was interrupted while it was asked: what it had is shown until it is asked again.
    if (code !== 'TEMPORARILY_UNAVAILABLE' && code !== 'INVALID_STATE') parts.failed(error)
    return [...elements]
  }

  function tell(message: string): VariableElement[] {
    elements = []
    view.message = message
    return []
  }

  function look(): void {
    const { activeNotebookEditor, visibleNotebookEditors } = vscode.window
    const editor = activeNotebookEditor ?? visibleNotebookEditors[0]
    if (editor?.notebook.notebookType === notebookType && editor.notebook !== notebook) {
      notebook = editor.notebook
      elements = []
    }
    parts.setShown(notebook !== undefined)
    changed()
  }

  function changed(): void {
    if (view.visible) refresh.add(['roots'])
  }

  const view = vscode.window.createTreeView<VariableElement>(variablesViewId, {
    treeDataProvider: {
      onDidChangeTreeData: redraw.event,
      getTreeItem: (element) => drawItem(element, presentVariable(element)),
      getChildren: (element) => {
        if (element !== undefined) return []
        const listing = list()
        refresh.hold('roots', listing)
        return listing
      },
    },
  })
  const subscriptions = vscode.Disposable.from(
    view,
    redraw,
    refresh,
    view.onDidChangeVisibility(changed),
    vscode.window.onDidChangeActiveNotebookEditor(look),
    vscode.workspace.onDidChangeNotebookDocument((event) => {
      const hasEnded = event.cellChanges.some(({ executionSummary }) => executionSummary?.timing !== undefined)
      if (event.notebook === notebook && hasEnded) changed()
    }),
  )
  look()
  return { reload: changed, dispose: () => subscriptions.dispose() }
}
