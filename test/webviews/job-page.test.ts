import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { bundle } from '../../scripts/bundle.ts'
import type { Job, JobSpec } from '../../src/protocol/jobs.ts'
import { plainSpec } from '../../src/protocol/test-job-spec.ts'
import { openTestWorkspace, type TestWorkspace } from '../vscode/workspace.ts'
import { until } from '../until.ts'
import { findViolations } from './find-violations.ts'
import { keepPicture } from './keep-picture.ts'
import { openJobPage, type OpenJobPageOptions } from './open-job-page.ts'
import { themes } from './themes.ts'

/** A program in one line of Node. */
const node = (program: string): readonly string[] => [process.execPath, '--input-type=module', '--eval', program]

const waitFor = (file: string) =>
  `{
     const { existsSync } = await import('node:fs')
     while (!existsSync('${file}')) await new Promise((then) => setTimeout(then, 20))
   }`

const traceback = `
  const [red, bold, plain] = ['31', '1', '0'].map((code) => '\\u001b[' + code + 'm')
  console.log('epoch 1 ' + red + 'loss ' + bold + '0.5' + plain + ' done')
  console.log('Traceback (most recent call last):')
  console.log('  File "train.py", line 12, in <module>')
  console.log('    at fit (/home/ada/net.ts:3:15)')
  process.exit(3)`

const log = (page: Page): Locator => page.getByRole('log', { name: 'Log' })

/** What the locator's element has, as the browser computes it. */
const styleOf = (locator: Locator, property: string): Promise<string> =>
  locator.evaluate((element, property) => {
    // SAFETY: the tests are compiled without the browser's types.
    const { getComputedStyle } = globalThis as unknown as {
      getComputedStyle(of: unknown): { getPropertyValue(name: string): string }
    }
    return getComputedStyle(element).getPropertyValue(property)
  }, property)

/** SAFETY of the cast: as above. */
interface Scrolled {
  scrollTop: number
  readonly scrollHeight: number
  readonly clientHeight: number
}
const scrollTo = (locator: Locator, top: number) =>
  locator.evaluate((element, top) => void ((element as unknown as Scrolled).scrollTop = top), top)
/** What the page has kept for after a reload: the first line in sight. */
const readKeptLine = () => {
  // SAFETY: as above.
  const { sessionStorage } = globalThis as unknown as { sessionStorage: { getItem(key: string): string | null } }
  return (JSON.parse(sessionStorage.getItem('state') ?? '{}') as { line?: number }).line
}
const distanceToEnd = (locator: Locator) =>
  locator.evaluate((element) => {
    const { scrollTop, scrollHeight, clientHeight } = element as unknown as Scrolled
    return scrollHeight - clientHeight - scrollTop
  })

describe('the page of a job', () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let launches = 0

  before(async () => {
    await bundle({ production: false })
    const before = process.env['RUNWRIGHT_FAKE_GPUS']
    process.env['RUNWRIGHT_FAKE_GPUS'] = '2x24G'
    workspace = resources.use(await openTestWorkspace())
    if (before === undefined) delete process.env['RUNWRIGHT_FAKE_GPUS']
    else process.env['RUNWRIGHT_FAKE_GPUS'] = before
  })
  after(() => resources.disposeAsync())

  async function launch(command: readonly string[], spec: Partial<JobSpec> = {}, name = 'net'): Promise<Job> {
    const key = `job ${(launches += 1)}`
    const full = { ...plainSpec, command, ...spec }
    const { job } = await workspace.client.call('jobs/launch', { key, experiment: 'digits', name, spec: full })
    return job
  }

  async function ended(job: Job): Promise<Job> {
    for await (const { event } of workspace.client.events(AbortSignal.timeout(20_000))) {
      if (event.kind !== 'reset' && event.kind !== 'job-changed') continue
      const now = (await workspace.client.call('jobs/get', { jobId: job.jobId })).job
      if (!['queued', 'submitted', 'running'].includes(now.status)) return now
    }
    throw new Error('The events have ended.')
  }

  const open = ({ jobId }: Job, look: Partial<OpenJobPageOptions> = {}) =>
    openJobPage({ client: workspace.client, jobId, theme: themes.darkModern, ...look })

  const letGo = (file: string) => writeFile(join(workspace.folder, file), '')

  it('tells what ended how and when, and prints its output in colours', async () => {
    const job = await launch(node(traceback), { params: [{ key: 'lr', value: '0.1' }] })
    await ended(job)
    await using view = await open(job)
    const { page } = view
    await page.getByText('failed', { exact: true }).waitFor()
    const timeline = page.getByRole('region', { name: 'Timeline' })
    for (const entry of [/Queued/, /Attempt 1 running/, /Attempt 1 ended: exit code 3/]) {
      await timeline.getByRole('listitem').filter({ hasText: entry }).waitFor()
    }
    await page.getByText('lr=0.1').waitFor()
    const loss = log(page).getByText('loss ')
    assert.equal(await styleOf(loss, 'color'), await styleOf(log(page).getByText('0.5'), 'color'))
    assert.notEqual(await styleOf(loss, 'color'), await styleOf(log(page), 'color'))
    assert.equal(await styleOf(log(page).getByText('0.5'), 'font-weight'), '700')
    assert.equal(await page.getByRole('button', { name: 'Cancel' }).count(), 0)
    assert.deepEqual(view.errors, [])
  })

  it('opens the files of a traceback by mouse and keys, and copies its command', async () => {
    const job = await ended(await launch(node(traceback)))
    await using view = await open(job)
    const { page } = view
    await log(page).getByRole('link', { name: 'File "train.py", line 12' }).click()
    await log(page).getByRole('link', { name: '/home/ada/net.ts:3:15' }).press('Enter')
    await page.getByRole('button', { name: `Copy ${job.jobId}` }).click()
    await page.getByRole('button', { name: 'Retry' }).click()
    await view.see(() => view.actions.length === 4)
    assert.deepEqual(view.actions, [
      { kind: 'open-place', path: 'train.py', line: 12 },
      { kind: 'open-place', path: '/home/ada/net.ts', line: 3, column: 15 },
      { kind: 'copy', text: job.jobId },
      { kind: 'retry' },
    ])
    assert.deepEqual(view.errors, [])
  })

  it('follows what is printed until it is scrolled away, and again when it is asked to', async () => {
    const program = `for (let line = 1; line <= 500; line++) console.log('line ' + line)
      ${waitFor('more')}
      console.log('one more')
      ${waitFor('end')}
      console.log('the last')`
    const job = await launch(node(program))
    await using view = await open(job)
    const { page } = view
    await log(page).getByText('line 500').waitFor()
    const follow = page.getByRole('button', { name: 'Follow' })
    assert.equal(await follow.getAttribute('aria-pressed'), 'true')
    assert.equal(await log(page).getAttribute('aria-live'), 'polite')
    await scrollTo(log(page), 0)
    await page.getByRole('button', { name: 'Follow', pressed: false }).waitFor()
    assert.equal(await log(page).getAttribute('aria-live'), 'off')
    await letGo('more')
    await page.getByText('501 lines').waitFor()
    await log(page).getByText('line 1', { exact: true }).waitFor()
    await follow.click()
    await log(page).getByText('one more').waitFor()
    await letGo('end')
    await log(page).getByText('the last').waitFor()
    assert.ok((await distanceToEnd(log(page))) < 2)
    await page.getByText('finished', { exact: true }).waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('finds a text by Ctrl+F in all of the log, and goes through the places by keys', async () => {
    const program = `for (let line = 1; line <= 20000; line++) console.log(line % 9000 ? 'line ' + line : 'a NeeDle, ' + line)`
    const job = await ended(await launch(node(program)))
    await using view = await open(job)
    const { page } = view
    await page.getByText('20,000 lines').waitFor()
    await log(page).focus()
    await page.keyboard.press('Control+F')
    await page.keyboard.type('needle')
    await page.getByText('1 of 2', { exact: true }).waitFor()
    await log(page).locator('mark.current').getByText('NeeDle').waitFor()
    await page.keyboard.press('Enter')
    await page.getByText('2 of 2', { exact: true }).waitFor()
    await log(page).getByText(', 18000').waitFor()
    await page.keyboard.press('Enter')
    await log(page).getByText(', 9000').waitFor()
    await page.keyboard.press('Shift+F3')
    await log(page).getByText(', 18000').waitFor()
    await page.getByRole('searchbox', { name: 'Find in the log' }).fill('nowhere')
    await page.getByText('nothing found').waitFor()
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('searchbox').count(), 0)
    assert.ok(await log(page).evaluate((element) => element.matches(':focus')))
    assert.deepEqual(view.errors, [])
  })

  it('is where it was left when the window is reloaded', async () => {
    const program = `for (let line = 0; line < 3000; line++) console.log('line ' + line)`
    const job = await ended(await launch(node(program)))
    await using view = await open(job)
    const { page } = view
    await log(page).getByText('line 2999').waitFor()
    await scrollTo(log(page), 20_000)
    let kept: number | undefined
    await until(async () => (kept = await page.evaluate(readKeptLine)) !== undefined)
    await page.reload()
    await log(page).getByText(`line ${kept}`, { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Follow', pressed: false }).waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('shows progress, time left and the curves of what its run logs', async () => {
    const program = `const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env
      const post = (path, body) => fetch(uri + '/api/2.0/mlflow/runs/' + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: 'Bearer ' + token },
        body: JSON.stringify({ run_id, ...body }),
      })
      await post('log-parameter', { key: 'epochs', value: '4' })
      for (const step of [1, 2]) {
        await post('log-metric', { key: 'loss', value: 1 / step, step, timestamp: Date.now() })
        await post('log-metric', { key: 'epoch', value: step, step, timestamp: Date.now() })
      }
      ${waitFor('trained')}
      await post('log-metric', { key: 'loss', value: 0.125, step: 3, timestamp: Date.now() })`
    const job = await launch(node(program), { resources: { gpus: 1 } })
    await using view = await open(job)
    const { page } = view
    const progress = page.getByRole('progressbar', { name: 'Progress' })
    await page.getByText(/epoch 2 of 4 · .* left, until about \d/).waitFor()
    assert.equal(await progress.getAttribute('aria-valuenow'), '50')
    await page.getByRole('img', { name: 'loss: 0.5 at step 2; from step 1 on between 0.5 and 1' }).waitFor()
    await page.getByText(/^Pretended GPU 24GB/).waitFor()
    await page.getByText(/^\d.*: .* used, .* idle|utilization not measured/).waitFor()
    await letGo('trained')
    await page.getByRole('img', { name: /^loss: 0\.125 at step 3/ }).waitFor()
    await progress.waitFor({ state: 'hidden' })
    assert.deepEqual(view.errors, [])
  })

  it('says why a job waits, puts it before others, and cancels it', async () => {
    const all = { resources: { gpus: 2 } }
    const holder = await launch(node(waitFor('never')), all, 'holder')
    const job = await launch(node('0'), all, 'waiting net')
    await using view = await open(job)
    const { page } = view
    await page
      .getByRole('listitem')
      .filter({ hasText: /Queued.*waits for 2 GPUs/ })
      .waitFor()
    await page.getByRole('button', { name: 'Promote' }).click()
    const isPromoted = async () =>
      (await workspace.client.call('jobs/get', { jobId: job.jobId })).job.promotedAt !== undefined
    for await (const { event } of workspace.client.events(AbortSignal.timeout(10_000))) {
      if ((event.kind === 'reset' || event.kind === 'job-changed') && (await isPromoted())) break
    }
    await page.getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('status').getByText('cancelled', { exact: true }).waitFor()
    await page.getByRole('button', { name: 'Retry' }).waitFor()
    await workspace.client.call('jobs/cancel', { jobId: holder.jobId })
    await ended(holder)
    assert.deepEqual(view.errors, [])
  })

  it('holds fifty megabytes with some dozen rows, and is at either end at once', { timeout: 300_000 }, async () => {
    const program = `const { writeSync } = await import('node:fs')
      let line = 0
      while (line < 500000) {
        let text = ''
        for (let end = line + 1000; line < end; line++) text += 'line ' + line + ' \\u001b[32mof many\\u001b[0m'.padEnd(90, '.') + '\\n'
        for (let bytes = Buffer.from(text); bytes.length > 0;) bytes = bytes.subarray(writeSync(1, bytes))
      }
      console.log('the needle')`
    const job = await ended(await launch(node(program)))
    await using view = await open(job)
    const { page } = view
    await page.getByText('500,001 lines').waitFor({ timeout: 60_000 })
    await log(page).getByText('the needle').waitFor()
    await log(page).press('Home')
    await log(page).getByText('line 0 ').waitFor()
    await scrollTo(log(page), 4_000_000)
    await log(page)
      .locator('.log-line')
      .filter({ hasText: /^line \d{6} of many/ })
      .first()
      .waitFor()
    assert.ok((await log(page).locator('.log-line').count()) < 150)
    await page.keyboard.press('Control+F')
    await page.keyboard.type('needle')
    await page.getByText('1 of 1', { exact: true }).waitFor({ timeout: 30_000 })
    await log(page).locator('mark.current').waitFor()
    assert.deepEqual(view.errors, [])
  })

  it('reads from right to left in Arabic, and its log from left to right', async () => {
    const job = await ended(await launch(node(traceback)))
    await using view = await open(job, { language: 'ar' })
    const { page } = view
    const lines = page.getByRole('log')
    await lines.getByText('Traceback').waitFor()
    const side = page.getByRole('region', { name: 'التفاصيل' })
    const [sideBox, logBox] = [await side.boundingBox(), await lines.boundingBox()]
    assert.ok(sideBox !== null && logBox !== null && sideBox.x > logBox.x)
    assert.equal(await styleOf(lines, 'direction'), 'ltr')
    assert.deepEqual(await findViolations(page), [])
    await keepPicture(page, 'job-arabic')
  })

  for (const [name, theme] of Object.entries(themes)) {
    it(`has no fault that axe knows in ${name}`, async () => {
      const codes = [30, 31, 32, 33, 34, 35, 36, 37, 90, 91, 92, 93, 94, 95, 96, 97, 41, 42, 43, 7, 2]
      const program = `for (const code of ${JSON.stringify(codes)}) console.log('\\u001b[' + code + 'mcolour ' + code + '\\u001b[0m')
        ${traceback}`
      const job = await ended(await launch(node(program), { resources: { gpus: 1 } }, 'net of colours'))
      await using view = await open(job, { theme })
      const { page } = view
      await log(page).getByText('colour 97').waitFor()
      await page.keyboard.press('Control+F')
      await page.keyboard.type('colour')
      await page.getByText('1 of 21', { exact: true }).waitFor()
      assert.deepEqual(await findViolations(page), [])
      await keepPicture(page, `job-${name}`)
    })
  }
})
