import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Browser, Page } from 'playwright-core'
import type { Client } from '../../src/protocol/client.ts'
import type { TableColumn } from '../../src/protocol/run-table.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { defineBenchmark } from '../benchmark.ts'
import { openComparedView } from '../compare/compared-view.ts'
import { openFilledWorkspace } from '../compare/filled-workspace.ts'
import type { MainThread } from '../compare/main-thread.ts'
import { describePeers, installPeers, openPeerBrowser, openPeerPage } from '../compare/peer-page.ts'

const sizes = {
  full: { rows: 10_000, columns: 200, diffRuns: 100, params: 200 },
  quick: { rows: 300, columns: 20, diffRuns: 10, params: 20 },
}
type Sizes = (typeof sizes)['full']

/** Steps of the wheel that one figure is the mean of, in CSS pixels each. */
const scrollCount = 20
const scrollBy = 480
const patienceMs = 1500

export default defineBenchmark({
  name: 'compare-table',
  summary:
    'CPU time of the main thread for the table of runs in Chromium; AG Grid has all rows in memory, we fetch from the engine what is in sight',
  measures: {
    paint: { label: '10,000 × 200: first paint', unit: 'ms', target: { atMost: 60 } },
    scroll: { label: '10,000 × 200: scroll step', unit: 'ms', target: { atMost: 16 } },
    sort: { label: '10,000 × 200: sort', unit: 'ms', target: { atMost: 40 } },
    nodes: { label: '10,000 × 200: elements', unit: 'nodes', target: { atMost: 600 } },
    diff: { label: 'differences of 100 runs × 200 params', unit: 'ms', target: { atMost: 150 } },
    script: { label: 'script of all webviews, gzipped', unit: 'KB', target: { atMost: 150 } },
  },
  describePeers: () => describePeers(['AG Grid']),
  async open({ isQuick, folder }) {
    await using opened = new AsyncDisposableStack()
    const size = isQuick ? sizes.quick : sizes.full
    installPeers()
    const keys = (name: string, count: number) => Array.from({ length: count }, (_, index) => `${name}_${index}`)
    const half = size.columns / 2
    const fills = [
      { experiment: 'table', runs: size.rows, points: 1, metrics: keys('metric', half), params: keys('param', half) },
      { experiment: 'diff', runs: size.diffRuns, points: 1, metrics: ['loss'], params: keys('param', size.params) },
    ]
    const { workspace, filled } = opened.use(await openFilledWorkspace(folder, fills))
    const browser = opened.use(await openPeerBrowser())
    const running = opened.move()
    const columns: TableColumn[] = [
      ...keys('metric', half).map((key) => ({ kind: 'metric' as const, key, aggregate: 'last' as const })),
      ...keys('param', half).map((key) => ({ kind: 'param' as const, key })),
    ]
    return {
      ours: async () => ({
        ...(await measureTable(workspace.client, columns)),
        diff: await measureDiff(workspace.client, filled.get('diff') ?? []),
        script: await weighScripts(),
      }),
      peers: { 'AG Grid': () => measureAgGrid(browser, size) },
      [Symbol.asyncDispose]: () => running.disposeAsync(),
    }
  },
})

async function measureTable(client: Client, columns: readonly TableColumn[]) {
  const shown = columns.map((column) => ({ column, width: 100, pinned: false }))
  await using view = await openComparedView(client, { experiments: ['table'], tab: 'differences', columns: shown })
  const { mainThread } = view
  const { page } = view.open
  const paint = await mainThread.measure(() => showTab(page, 'runs'))
  const nodes = await page.locator('#panel-runs .grid *').count()
  if (!(await page.locator('.grid').innerText()).includes('run-')) throw new Error('The table has no rows.')
  const scroll = await measureScroll(page, mainThread, '.grid')
  const header = await page.locator('[role=columnheader]').nth(3).boundingBox()
  if (header === null) throw new Error('The table has no columns.')
  const sort = await mainThread.measure(async () => {
    await page.mouse.click(header.x + header.width / 2, header.y + header.height / 2)
    await delay(patienceMs)
  })
  return { paint, scroll, sort, nodes }
}

async function measureScroll(page: Page, mainThread: MainThread, selector: string): Promise<number> {
  const box = await page.locator(selector).first().boundingBox()
  if (box === null) throw new Error(`${selector} is not on screen.`)
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
  const spent = await mainThread.measure(async () => {
    for (let step = 0; step < scrollCount; step++) {
      await page.mouse.wheel(0, scrollBy)
      await delay(100)
    }
  })
  return spent / scrollCount
}

async function measureDiff(client: Client, chosen: readonly RunId[]): Promise<number> {
  await using view = await openComparedView(client, { experiments: ['diff'], chosen })
  const { page } = view.open
  const spent = await view.mainThread.measure(() => showTab(page, 'differences'))
  if (!(await page.locator('#panel-differences').innerText()).includes('param_')) throw new Error('There is no diff.')
  return spent
}

async function showTab(page: Page, name: string): Promise<void> {
  const box = await page.locator(`#tab-${name}`).boundingBox()
  if (box === null) throw new Error(`There is no tab ${name}.`)
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
  await delay(patienceMs)
}

async function measureAgGrid(browser: Browser, { rows, columns }: Sizes) {
  await using library = await openPeerPage(browser, 'AG Grid', [rows, columns])
  const { page, mainThread, call } = library
  const paint = await mainThread.measure(() => call('open'))
  const nodes = await page.locator('#plot *').count()
  const scroll = await measureScroll(page, mainThread, '#plot')
  return { paint, nodes, scroll, sort: await mainThread.measure(() => call('sort')) }
}

/** Of all views there are; that of pages that are exported is loaded by none of them. */
async function weighScripts(): Promise<number> {
  const folder = join(import.meta.dirname, '../../dist/webviews')
  const names = (await readdir(folder)).filter((name) => name.endsWith('.js') && name !== 'standalone.js')
  const scripts = await Promise.all(names.map((name) => readFile(join(folder, name))))
  return scripts.reduce((sum, script) => sum + gzipSync(script, { level: 9 }).byteLength, 0) / 1000
}
