import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type Browser, chromium, type Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import {
  comparisonMime,
  type FromNotebookRuns,
  runsMime,
  type ToNotebookRuns,
} from '../../src/protocol/notebook-runs-messages.ts'
import { findChromium } from './chromium.ts'
import { findViolations, wcagRules } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { themes } from './themes.ts'

const script = join(import.meta.dirname, '../../dist/webviews/notebook-runs.js')

const statuses = ['RUNNING', 'SCHEDULED', 'FINISHED', 'FAILED', 'KILLED']
const runs = statuses.map((status, place) => ({
  runId: String(place).repeat(32),
  name: `run-${place}`,
  status,
  startTime: 1_790_000_000_000,
  ...(place < 2 ? {} : { endTime: 1_790_000_000_000 + place * 100_000 }),
  values: [place === 1 ? null : 0.5 + place / 8, `${place}e-3`],
}))
const listed = {
  experiments: [
    {
      experimentId: '1',
      experiment: 'digits',
      headline: { key: 'accuracy', goal: 'maximize' },
      bestRunId: runs[4]?.runId,
      total: 40,
      columns: [
        { kind: 'metric', key: 'accuracy' },
        { kind: 'param', key: 'lr' },
      ],
      runs,
    },
  ],
  query: { experiments: ['digits'], view: 'ACTIVE_ONLY', limit: 5 },
}
const diff = {
  runs: runs.slice(2, 4),
  sections: [
    { name: 'params', rows: [{ key: 'lr', values: ['2e-3', '3e-3'], isDifferent: true }] },
    { name: 'metrics', rows: [{ key: 'accuracy', values: [0.75, 0.875], isDifferent: true, goal: 'maximize' }] },
  ],
}

/** The page of a notebook's outputs, in as much as the renderer knows of it. */
function writePage(theme: Readonly<Record<string, string>>): string {
  const variables = Object.entries(theme).map(([name, value]) => `${name}: ${value};`)
  return `<!doctype html><html lang="en"><head><title>Outputs</title>
<style>:root { ${variables.join(' ')} } body { background: var(--vscode-editor-background); color: var(--vscode-foreground); }</style></head>
<body><main><div id="first"></div><div id="second"></div></main><script type="module">
import { activate } from './notebook-runs.js'
const heard = []
const renderer = activate({
  postMessage: (message) => window.told(message),
  onDidReceiveMessage: (listener) => heard.push(listener),
})
window.say = (message) => heard.forEach((listener) => listener(message))
window.draw = (id, mime, data, metadata) =>
  renderer.renderOutputItem({ id, mime, metadata, json: () => data }, document.getElementById(id))
window.isReady = true
</script></body></html>`
}

describe('what is drawn of runs below the cells of notebooks', { timeout: 300_000 }, () => {
  let browser: Browser
  before(async () => {
    await bundle({ production: false })
    browser = await chromium.launch({ executablePath: findChromium(), args: ['--no-sandbox', '--disable-gpu'] })
  })
  after(() => browser.close())

  async function open(theme: Readonly<Record<string, string>>) {
    const told: FromNotebookRuns[] = []
    const page: Page = await browser.newPage({ viewport: { width: 900, height: 700 } })
    await page.exposeFunction('told', (message: FromNotebookRuns) => void told.push(message))
    await page.route('http://outputs.test/**', async (route) => {
      const isScript = route.request().url().endsWith('.js')
      const body = isScript ? await readFile(script, 'utf8') : writePage(theme)
      await route.fulfill({ body, contentType: isScript ? 'text/javascript' : 'text/html' })
    })
    await page.goto('http://outputs.test/')
    await page.waitForFunction('window.isReady')
    const call = (name: string, ...given: readonly unknown[]) =>
      page.evaluate(`window.${name}(${given.map((each) => JSON.stringify(each) ?? 'undefined').join(', ')})`)
    return {
      page,
      told,
      say: (message: ToNotebookRuns | object) => call('say', message),
      draw: (id: string, mime: string, data: object, metadata: object = {}) => call('draw', id, mime, data, metadata),
      [Symbol.asyncDispose]: () => page.close(),
    }
  }

  for (const [name, theme] of Object.entries(themes)) {
    it(`can be read by everybody, in both languages: ${name}`, async () => {
      await using view = await open(theme)
      await view.draw('first', runsMime, listed)
      await view.draw('second', comparisonMime, diff)
      await view.say({ kind: 'trouble', output: 'second', text: 'The engine cannot be reached.' })
      for (const language of ['en', 'ar']) {
        await view.say({ kind: 'language', language })
        await view.page.getByRole('button', { name: language === 'en' ? 'Open Comparison' : 'فتح المقارنة' }).waitFor()
        assert.deepEqual(await findViolations(view.page, 'main', wcagRules), [])
        await keepPicture(view.page, `notebook-runs-${name}-${language}`)
      }
    })
  }

  it('is asked for again by keys, which stay where they were when it is drawn anew', async () => {
    await using view = await open(themes.darkModern)
    const { page, told } = view
    await view.draw('first', runsMime, listed)
    assert.deepEqual(
      told.map(({ kind }) => kind),
      ['follow'],
    )
    assert.partialDeepStrictEqual(told[0], { output: 'first', follows: 'unfinished', shown: { thing: 'runs' } })
    await page.getByText('Live: follows the runs').waitFor()
    await page.getByText('digits (5 of 40 runs · best = highest accuracy)').waitFor()
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    await page.getByText('Refreshing …').waitFor()
    assert.deepEqual(told.at(-1), { kind: 'refresh', output: 'first' })
    const ended = listed.experiments.map((section) => ({ ...section, runs: runs.slice(2) }))
    await view.say({ kind: 'runs', output: 'first', data: { ...listed, experiments: ended }, isLive: false, at: 1 })
    await page.getByText(/^As of /).waitFor()
    assert.equal(await page.getByText('running').count(), 0)
    assert.equal(await page.locator(':focus').textContent(), 'Refresh')
    await page.keyboard.press('Tab')
    await page.keyboard.press('Enter')
    assert.deepEqual(told.at(-1), { kind: 'open', experiment: 'digits' })
  })

  it('is what a file has until it is asked for, and follows what a kernel has just said', async () => {
    await using view = await open(themes.lightModern)
    await view.draw('first', comparisonMime, diff)
    await view.draw('second', comparisonMime, diff, { transient: { runwright: true } })
    const follows = view.told.map((message) => message.kind === 'follow' && [message.output, message.follows])
    assert.deepEqual(follows, [
      ['first', 'nothing'],
      ['second', 'all'],
    ])
    assert.equal(await view.page.getByText('Live: follows the runs').count(), 1)
    await assert.rejects(view.draw('first', runsMime, { experiments: 'none' }), /another version of Runwright/)
  })
})
