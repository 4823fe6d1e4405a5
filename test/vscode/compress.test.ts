import assert from 'node:assert/strict'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { parseSearchReport, type SearchReport } from '../../src/protocol/compression.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { findTag, hasEnded } from '../../src/protocol/runs.ts'
import { tagNames } from '../../src/protocol/tag-names.ts'
import { smallNet, smallNetSamples } from '../small-net.ts'
import { until } from '../until.ts'
import { keepPicture } from '../webviews/keep-picture.ts'
import { answerFileDialog } from './file-dialog.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

/** A real search, on a machine that is busy with others. */
const searchMs = 400_000

describe('compressing the model of a run', { timeout: 600_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let searchId: RunId | undefined

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    const { folder, logRun } = workspace
    await writeArrayFile(join(folder, 'data.npz'), smallNetSamples(600))
    const scratch = join(folder, '.runwright', 'net.onnx')
    await writeModelFile(smallNet(), scratch)
    await logRun('digits', { name: 'net', artifacts: { 'model/net.onnx': await readFile(scratch) } })
    await logModel(workspace, await logRun('digits', { name: 'logged' }))
    await logRun('digits', { name: 'without', artifacts: { 'notes.md': '# None\n' } })
    await writeFile(join(folder, 'notes.csv'), 'a,b\n1,2\n')
    vscode = resources.use(await openWorkbench({ workspace: folder, size: { width: 1280, height: 1000 } }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 3 runs'))
  })
  after(() => resources.disposeAsync())

  const input = () => vscode.page.locator('.quick-input-widget')
  const seeBox = (placeholder: string | RegExp) => input().getByPlaceholder(placeholder).waitFor()
  const status = () => vscode.webview().getByRole('status')
  const press = (name: string) => vscode.webview().getByRole('button', { name }).click()

  async function findSearch(): Promise<RunId | undefined> {
    const { experiments } = await workspace.client.call('experiments/list', {})
    const found = experiments.find(({ name }) => name === 'Compression')
    if (found === undefined) return undefined
    const filter = `attributes.run_name = 'compress net.onnx'`
    const { runs } = await workspace.client.call('runs/list', { experimentIds: [found.experimentId], filter })
    return runs[0]?.runId
  }

  async function readReport(): Promise<SearchReport> {
    const runId = searchId ?? assert.fail()
    const { bytes } = await workspace.client.call('artifacts/read', { runId, path: 'search.json' })
    return parseSearchReport(JSON.parse(new TextDecoder().decode(bytes)))
  }

  it('says where there is none', async () => {
    await vscode.chooseFromMenu(vscode.row('Run without'), 'Compress…')
    await vscode.notification('Run “without” has no model in ONNX among its artifacts.').waitFor()
  })

  it('finds the model that a run has logged beside its artifacts', async () => {
    await vscode.chooseFromMenu(vscode.row('Run logged'), 'Compress…')
    await seeBox(/^Samples that the model is for/)
    await vscode.page.keyboard.press('Escape')
    await input().waitFor({ state: 'hidden' })
  })

  it('leads from the run to a tested model in the registry in five clicks', async () => {
    await vscode.chooseFromMenu(vscode.row('Run net'), 'Compress…')
    await seeBox(/^Samples that the model is for/)
    await vscode.pick('data.npz')
    await seeBox('Press Enter to start, or choose what to change')
    await input().getByText('accuracy-drop<=1%').waitFor()
    await vscode.page.keyboard.press('Enter')
    await vscode.webview().getByRole('heading', { level: 1, name: 'Compression: net.onnx' }).waitFor()
    await status()
      .getByText(/· recommended: /)
      .waitFor({ timeout: searchMs })
    await keepPicture(vscode.page, 'compress')
    searchId = await findSearch()
    const report = await readReport()
    await vscode.webview().getByRole('radio').nth(report.candidates.length).waitFor()
    assert.equal(await vscode.webview().getByRole('radio').count(), report.candidates.length + 1)

    await press('Register as Model Version…')
    await seeBox('Name of the registered model')
    await input().getByText('net', { exact: true }).first().waitFor()
    await vscode.page.keyboard.press('Enter')
    await vscode.notification('Registered as “net”, version 1, with its recipe, its goals and its test.').waitFor()
    const { versions } = await workspace.client.call('models/get', { name: 'net' })
    const tags = new Map(versions[0]?.tags.map(({ key, value }) => [key, value]))
    const best = report.candidates.find(({ number }) => number === report.recommended)
    assert.equal(tags.get(tagNames.compressionRecipe), best?.name)
    // Which one it is depends on the processor.
    const [size = Infinity, original = 0] = [best, report.original].map(
      (model) => model?.measurements.get('size')?.value,
    )
    assert(size < original / 2, `${best?.name}: ${size} of ${original} bytes`)
    assert.equal(tags.get(tagNames.compressionGoals), 'accuracy-drop<=1%')
    assert.match(tags.get(tagNames.compressionTest) ?? '', /^passed: /)
    assert.equal(versions[0]?.runId, best?.runId)
  })

  it('ran as a job, whose run is the search', async () => {
    const { jobs } = await workspace.client.call('jobs/list', {})
    const job = jobs.find(({ name }) => name === 'compress net.onnx') ?? assert.fail()
    assert.equal(job.runId, searchId)
    const isOver = async () => hasEnded((await workspace.client.call('runs/get', { runId: job.runId })).run.status)
    await until(isOver)
    const { run } = await workspace.client.call('runs/get', { runId: job.runId })
    assert.deepEqual([run.status, findTag(run, tagNames.compression)], ['FINISHED', 'search'])
  })

  it('exports a model that is the same byte for byte, and copies how to make it again', async () => {
    const report = await readReport()
    const best = report.candidates.find(({ number }) => number === report.recommended) ?? assert.fail()
    await press('Copy Command That Repeats It')
    const words = `runwright compress ${report.model} --recipe ${best.runId} --data ${report.data} --out net-small.onnx`
    await vscode.seeClipboard(words)
    await press('Export Model…')
    const path = join(workspace.folder, 'net-small.onnx')
    await answerFileDialog(vscode, 'net-small.onnx', path)
    await vscode.notification('Wrote net-small.onnx, with its recipe beside it.').waitFor()
    assert.equal(JSON.parse(await readFile(`${path}.recipe.json`, 'utf8')).result, best.sha256)
  })

  it('does not register what failed without being told to, and its version says so', async () => {
    const report = await readReport()
    const failed = report.candidates.find(({ isGood }) => !isGood)
    // On a machine where nothing fails there is nothing to be asked.
    if (failed === undefined) return
    await press('Show as Table')
    await vscode.webview().locator(`.table-place [data-number="${failed.number}"]`).click()
    await vscode.webview().getByRole('heading', { level: 2, name: failed.name }).waitFor()
    const dialog = vscode.page.locator('.monaco-dialog-box')
    await press('Register as Model Version…')
    await dialog.getByText(`“${failed.name}” failed its test.`).waitFor()
    await vscode.page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'hidden' })
    assert.equal((await workspace.client.call('models/get', { name: 'net' })).versions.length, 1)
    await press('Register as Model Version…')
    await dialog.getByRole('button', { name: 'Register All the Same' }).click()
    await seeBox('Name of the registered model')
    await vscode.answer('net')
    await vscode.notification('Registered as “net”, version 2. It says that its test failed.').waitFor()
    const { versions } = await workspace.client.call('models/get', { name: 'net' })
    assert.match(versions[0]?.tags.find(({ key }) => key === tagNames.compressionTest)?.value ?? '', /^failed, /)
  })

  it('is opened from the run of the search again, and is back when the window was reloaded', async () => {
    await vscode.reload()
    await status()
      .getByText(/· recommended: /)
      .waitFor()
    await vscode.runCommand('View: Close Editor')
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment Compression'))
    await vscode.chooseFromMenu(vscode.row('Run compress net.onnx'), 'Show Compression')
    await status()
      .getByText(/· recommended: /)
      .waitFor()
  })
})

/** As MLflow 3 does: a logged model has a folder of its own, which is none of the run's. */
async function logModel({ folder, client, mlflow }: TestWorkspace, runId: RunId): Promise<void> {
  const { run } = await client.call('runs/get', { runId })
  const created = await mlflow('logged-models', { experiment_id: run.experimentId, name: 'net', source_run_id: runId })
  // SAFETY: what the route answers.
  const { info } = (created as { model: { info: { model_id: string; artifact_uri: string } } }).model
  await mlflow('runs/outputs', { run_id: runId, models: [{ model_id: info.model_id, step: 0 }] })
  const stored = join(folder, '.runwright', 'artifacts', info.artifact_uri.replace(/^mlflow-artifacts:\/+/, ''))
  await mkdir(stored, { recursive: true })
  await writeModelFile(smallNet(), join(stored, 'model.onnx'))
}
