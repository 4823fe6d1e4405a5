import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'
import type { SavedView } from '../../src/protocol/saved-view.ts'
import { openTestWorkspace, type RunSpec, type TestWorkspace } from '../vscode/workspace.ts'
import { openCompareView, type OpenView, type OpenViewOptions } from './open-view.ts'
import { emptyView } from './views.ts'

export const byName = [{ column: { kind: 'attribute', key: 'run_name' }, descending: false }] as const
export const accuracy = {
  column: { kind: 'metric', key: 'accuracy', aggregate: 'last' },
  width: 120,
  pinned: false,
} as const
export const optimizer = { column: { kind: 'param', key: 'optimizer' }, width: 120, pinned: false } as const

export const fewRuns: readonly RunSpec[] = [
  { name: 'a', params: { optimizer: 'adam' }, metrics: { accuracy: [0.25, 0.5], val_loss: [2] } },
  { name: 'b', params: { optimizer: 'adam' }, metrics: { accuracy: [0.123456789], val_loss: [1] } },
  { name: 'c', params: { optimizer: 'sgd' }, metrics: { accuracy: [0.75, 0.7], val_loss: [3] }, status: 'FAILED' },
  { name: 'd', metrics: { accuracy: [0.6] } },
]

export interface RunsTab extends OpenView {
  readonly workspace: TestWorkspace
  readonly grid: Locator
  row(name: string): Locator
  cell(row: string, column: string): Promise<string>
}

export async function openRunsTab(
  runs: readonly RunSpec[],
  view: Partial<SavedView> = {},
  options: Partial<OpenViewOptions> = {},
): Promise<RunsTab> {
  await using resources = new AsyncDisposableStack()
  const workspace = resources.use(await openTestWorkspace())
  for (const run of runs) await workspace.logRun('digits', run)
  const shown = { ...emptyView, experiments: ['digits'], order: byName, ...view }
  const open = resources.use(await openCompareView({ client: workspace.client, view: shown, ...options }))
  const grid = open.page.locator('.grid')
  await open.page.getByRole('status').filter({ hasText: /of \d/ }).waitFor()
  const opened = resources.move()
  const row = (name: string) =>
    grid.getByRole('row').filter({ has: open.page.getByRole('checkbox', { name: `Choose ${name}` }) })
  return Object.assign(open, {
    workspace,
    grid,
    row,
    async cell(name: string, column: string) {
      const place = await grid.getByRole('columnheader', { name: column }).getAttribute('aria-colindex')
      return row(name).locator(`[aria-colindex="${place}"]`).innerText()
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  })
}

/** Runs in the page. */
export interface PageElement {
  readonly textContent: string
  readonly id: string
  hidden: boolean
  scrollTop: number
  scrollLeft: number
  getAttribute(name: string): string | null
  querySelector(selector: string): PageElement | null
}
declare const document: {
  querySelectorAll(selector: string): ArrayLike<PageElement> & Iterable<PageElement>
  querySelector(selector: string): PageElement | null
}

function listNames(): string {
  return [...document.querySelectorAll(':is(.grid-pinned-rows, .grid-body) .grid-row')]
    .filter((row) => !row.hidden)
    .toSorted((a, b) => Number(a.getAttribute('aria-rowindex')) - Number(b.getAttribute('aria-rowindex')))
    .map((row) => row.querySelector('.run-name')?.textContent ?? '')
    .join(' ')
}

/** Waits until these rows, and no others, are on screen. */
export async function seeRows(page: Page, names: string): Promise<void> {
  const deadline = Date.now() + 10_000
  while ((await page.evaluate(listNames)) !== names && Date.now() < deadline) await page.evaluate(nextFrame)
  assert.equal(await page.evaluate(listNames), names)
}

declare const requestAnimationFrame: (callback: () => void) => void
export const nextFrame = () => new Promise<void>((resolve) => requestAnimationFrame(resolve))

export const focusedCell = (page: Page) =>
  page.evaluate(() => {
    const id = document.querySelector('.grid')?.getAttribute('aria-activedescendant')
    return document.querySelector(`[id="${id}"]`)?.textContent
  })
