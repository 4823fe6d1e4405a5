import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { Locator, Page } from 'playwright-core'
import { createNotebookEditor } from '../../test/vscode/notebook-editor.ts'
import { openWorkbench } from '../../test/vscode/workbench.ts'
import { openTestWorkspace } from '../../test/vscode/workspace.ts'
import { runCell } from './run-cell.ts'

/** A notebook in a window of VS Code, with a Python kernel that runs. All times are in milliseconds. */
export interface NotebookWindow extends AsyncDisposable {
  /** From the key that runs a trivial cell until its result is on screen. */
  runTrivial(): Promise<number>
  /** The same cell at the same kernel, for a client that has no window. */
  runTrivialAtKernel(): Promise<number>
  /**
   * From the key that runs the cell that prints until its last line is on screen, and what the kernel took for it.
   *
   * @param meanwhile called when it has begun
   */
  printLines(
    meanwhile?: (ended: Promise<unknown>) => Promise<unknown>,
  ): Promise<{ readonly shownMs: number; readonly ownMs: number }>
  /** From each key that is pressed until `during` resolves to the frame that shows what it has typed. */
  typeDuring(during: Promise<unknown>): Promise<readonly number[]>
}

/** Says something else each time. */
const counting = `ran = globals().get('ran', 0) + 1\nf'={ran}='`

/** What it took is in `took` then, in seconds; its last line is another one each time. */
function printing(lineCount: number): string {
  return [
    'import time',
    "printed = globals().get('printed', 0) + 1",
    'begun = time.perf_counter()',
    `for number in range(${lineCount}): print(number)`,
    'took = time.perf_counter() - begun',
    "print(f'#{printed}#')",
  ].join('\n')
}

/** As somebody types who is quick: twelve keys in a second. */
const keyPauseMs = 80

/** The first cell of a window waits for its kernel. */
const firstMs = 60_000

/** @param environment folder of a Python that has `ipykernel` */
export async function openNotebookWindow(
  folder: string,
  environment: string,
  lineCount: number,
): Promise<NotebookWindow> {
  await using opened = new AsyncDisposableStack()
  await symlink(environment, join(folder, '.venv'))
  const { client } = opened.use(await openTestWorkspace(folder))
  // VS Code draws nothing of a cell that is out of sight.
  const size = { width: 1280, height: 1400 }
  const vscode = opened.use(await openWorkbench({ workspace: folder, size }))
  const { page } = vscode
  page.on('dialog', (dialog) => void dialog.accept())
  const notebook = createNotebookEditor(vscode, folder)
  await notebook.open('cells.ipynb', [counting, printing(lineCount), '# '])
  const [trivialCell, printingCell, typedCell] = [0, 1, 2] as const

  const first = notebook.outputs().getByText('=1=')
  await enter(page, notebook.cells().nth(trivialCell))
  await page.keyboard.press('Shift+Enter')
  await first.waitFor({ timeout: firstMs })
  const outputs = await (await first.elementHandle())?.ownerFrame()
  const [kernel] = (await client.call('kernels/list', {})).kernels
  if (outputs === undefined || outputs === null || kernel === undefined) throw new Error('No cell has run.')
  await page.evaluate(watchKeys)

  /** Runs a cell; the milliseconds until a text is in the outputs. */
  async function run(index: number, text: string): Promise<{ readonly shown: Promise<number> }> {
    await enter(page, notebook.cells().nth(index))
    const found = outputs?.waitForFunction(findText, text, { polling: 'raf', timeout: firstMs })
    const start = Date.now()
    await page.keyboard.press('Shift+Enter')
    return { shown: Promise.resolve(found).then(async (time) => ((await time?.jsonValue()) ?? Number.NaN) - start) }
  }

  let [ran, printed] = [1, 0]
  const running = opened.move()
  return {
    runTrivial: async () => (await run(trivialCell, `=${++ran}=`)).shown,
    async runTrivialAtKernel() {
      const start = performance.now()
      await runCell(client, kernel.kernelId, counting)
      ran++
      return performance.now() - start
    },
    async printLines(meanwhile) {
      const { shown } = await run(printingCell, `#${++printed}#`)
      await meanwhile?.(shown)
      const shownMs = await shown
      const { stdout } = await runCell(client, kernel.kernelId, 'print(took)')
      return { shownMs, ownMs: Number(stdout) * 1000 }
    },
    async typeDuring(during) {
      const over = new AbortController()
      void during.finally(() => over.abort())
      await enter(page, notebook.cells().nth(typedCell))
      await page.evaluate(takeKeyTimes)
      while (!over.signal.aborted) {
        await page.keyboard.press('x')
        await delay(keyPauseMs)
      }
      return await page.evaluate(takeKeyTimes)
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** Puts the cursor into a cell, at the end of its first line. */
async function enter(page: Page, cell: Locator): Promise<void> {
  await cell.locator('.view-line').first().click()
  await page.keyboard.press('End')
}

/** The little that the functions below need of the window, where they run. */
interface WindowElement {
  readonly textContent: string
  closest(selector: string): WindowElement | null
  querySelector(selector: string): WindowElement | null
}
declare const document: WindowElement & {
  readonly body: WindowElement
  readonly activeElement: WindowElement | null
}
declare const requestAnimationFrame: (callback: () => void) => void
declare const addEventListener: (
  type: 'keydown',
  listener: (event: { readonly key: string; readonly timeStamp: number }) => void,
  options: { readonly capture: true },
) => void
declare const window: { keyTimes: number[] | undefined }

function findText(text: string): number | undefined {
  return document.body.textContent.includes(text) ? Date.now() : undefined
}

/** Takes down, of each key, how long it took from its press to the frame in which the editor's text was another one. */
function watchKeys(): void {
  window.keyTimes = []
  const listen = ({ key, timeStamp }: { readonly key: string; readonly timeStamp: number }) => {
    const lines = document.activeElement?.closest('.monaco-editor')?.querySelector('.view-lines')
    if (key.length !== 1 || lines === undefined || lines === null) return
    const before = lines.textContent
    const look = () => {
      if (lines.textContent === before) requestAnimationFrame(look)
      else window.keyTimes?.push(performance.now() - timeStamp)
    }
    requestAnimationFrame(look)
  }
  addEventListener('keydown', listen, { capture: true })
}

function takeKeyTimes(): readonly number[] {
  return window.keyTimes?.splice(0) ?? []
}
