import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FrameLocator, Locator } from 'playwright-core'
import { type NotebookCell, parseNotebook } from '../../src/protocol/notebook-file.ts'
import type { Workbench } from './workbench.ts'

/** What a user does with notebooks in a window, and sees of them. */
export interface NotebookEditor {
  /** Code cells that are in sight. */
  cells(): Locator
  /** Marks of a state, as `success`, below the cells. */
  inCells(state: string): Locator
  /** The document that all outputs are in. */
  outputs(): FrameLocator
  /** Opens a notebook of the workspace. */
  show(name: string): Promise<void>
  /** Opens a notebook alone, and gives it a kernel in the environment of the workspace, or in another one. */
  open(name: string, sources?: readonly string[], environment?: string): Promise<void>
  /** What is in the file of a notebook: in the browser VS Code saves by itself, a moment after a change. */
  saved(name: string): Promise<readonly NotebookCell[]>
  /** All that a cell of the file has printed. */
  printed(name: string, index: number): Promise<string>
  /** Runs a notebook from top to bottom and saves it; all that its cells show, of which none is an error. */
  runAll(name: string): Promise<readonly NonNullable<NotebookCell['outputs']>[number][]>
}

/** @param folder absolute path of the workspace */
export function createNotebookEditor(vscode: Workbench, folder: string): NotebookEditor {
  const { page } = vscode
  const cells = () => page.locator('.notebookOverlay:visible .cell-list-container .code-cell-row')

  async function show(name: string): Promise<void> {
    await page.locator('.explorer-folders-view').getByRole('treeitem', { name, exact: true }).dblclick()
    await page.locator('.tab.active').getByText(name).waitFor()
    await cells().first().waitFor()
  }

  async function saved(name: string) {
    return parseNotebook(await readFile(join(folder, name), 'utf8'), name).cells
  }

  return {
    cells,
    inCells: (state) => cells().locator(`.cell-statusbar-container .codicon-notebook-state-${state}`),
    outputs: () => page.frameLocator('iframe.webview.ready:visible').frameLocator('iframe#active-frame'),
    show,
    async open(name, sources, environment = '.venv (Python') {
      const isPython = environment.startsWith('.venv')
      await vscode.runCommand('View: Close All Editors')
      const language = isPython ? 'python' : 'typescript'
      if (sources !== undefined) await writeFile(join(folder, name), newNotebook(sources, language))
      await show(name)
      await vscode.runCommand('Runwright: Choose Kernel…')
      const choice = page.locator('.quick-input-widget .monaco-list-row').filter({ hasText: environment })
      await (isPython ? choice.filter({ hasText: folder }) : choice).first().click()
      await page.locator('.kernel-label').getByText(environment).first().waitFor()
    },
    saved,
    async printed(name, index) {
      const kept = (await saved(name))[index]?.outputs ?? []
      return kept.flatMap((each) => (each.output_type === 'stream' ? each.text : [])).join('')
    },
    async runAll(name) {
      await vscode.runCommand('Notebook: Run All')
      // The last cell may be out of sight, where VS Code draws nothing: its file has all.
      return eventually(async () => {
        const ran = (await saved(name)).filter((cell) => cell.cell_type === 'code')
        const shown = ran.flatMap((cell) => cell.outputs ?? [])
        const error = shown.find((each) => each.output_type === 'error')
        if (error !== undefined) return Promise.reject(new CellFailed(JSON.stringify(error, undefined, 1)))
        assert.deepEqual(
          ran.map((cell) => cell.execution_count),
          ran.map((_, index) => index + 1),
        )
        return shown
      }, 180_000)
    },
  }
}

/** A notebook of code cells with ids, as VS Code and JupyterLab write them today. */
export function newNotebook(sources: readonly string[], language: string): string {
  const cells = sources.map((source, index) => {
    return {
      cell_type: 'code',
      id: `cell-${index}`,
      metadata: {},
      source: [source],
      execution_count: null,
      outputs: [],
    }
  })
  const metadata = { language_info: { name: language } }
  return JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 5 })
}

/** It has ended: to look again is of no use. */
class CellFailed extends Error {}

/** Looks again until what is looked for is there; else what was there instead is the failure. */
export async function eventually<T>(look: () => Promise<T>, patienceMs = 20_000): Promise<T> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    try {
      return await look()
    } catch (error) {
      if (error instanceof CellFailed || performance.now() > deadline) throw error
      await delay(50)
    }
  }
}
