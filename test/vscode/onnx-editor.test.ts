import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { convolutionModel } from '../../src/onnx/test-convolution.ts'
import type { TensorValue } from '../../src/onnx/tensor-value.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

const samples = 60

/** Images of a wave, and what is on them by turns. */
async function writeSamples(path: string): Promise<void> {
  const x: TensorValue = {
    dtype: 'float32',
    dims: [samples, 1, 8, 8],
    data: Float32Array.from({ length: samples * 64 }, (_, index) => 2 * Math.sin(index * 1.7)),
  }
  const labels: TensorValue = {
    dtype: 'int64',
    dims: [samples],
    data: BigInt64Array.from({ length: samples }, (_, index) => BigInt(index % 10)),
  }
  await writeArrayFile(
    path,
    new Map([
      ['x', x],
      ['labels', labels],
    ]),
  )
}

describe('ONNX models in the editor', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  const path = (name: string) => join(workspace.folder, name)

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    await writeFile(path('digits.onnx'), convolutionModel({ quantized: false }))
    await writeFile(path('digits-int8.onnx'), convolutionModel({ quantized: true, isLastInFloat: true }))
    await writeFile(path('damaged.onnx'), convolutionModel({ quantized: false }).subarray(0, 500))
    await writeSamples(path('test.npz'))
    const artifacts = { 'model/candidate.onnx': convolutionModel({ quantized: true }) }
    await workspace.logRun('digits', { name: 'train', artifacts })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder, size: { width: 1400, height: 1100 } }))
  })
  after(() => resources.disposeAsync())

  const heading = (name: string) => vscode.webview().getByRole('heading', { level: 1, name })

  const openModel = async (name: string) => {
    await vscode.runCommand('View: Show Explorer')
    await vscode.page.locator('.explorer-folders-view').getByRole('treeitem', { name }).dblclick()
  }
  /** The steps of “Test Model…” behind the choice of the model. */
  const answerSteps = async () => {
    await vscode.pick('digits.onnx')
    await vscode.pick('test.npz')
    await vscode.page.getByPlaceholder('What must hold of the model?').waitFor()
    await vscode.page.keyboard.press('Enter')
  }

  it('are shown with their operators, nodes and graph', async () => {
    await openModel('digits.onnx')
    await heading('digits.onnx').waitFor()
    const view = vscode.webview()
    await view
      .getByRole('table', { name: 'Operators' })
      .getByRole('row', { name: /^Conv 2 4 / })
      .waitFor()
    await view.getByRole('tab', { name: 'Graph' }).click()
    await view.getByRole('button', { name: /^Conv .*\/one\/Conv/ }).click()
    await view.getByRole('complementary').getByRole('row', { name: 'pads [1, 1, 1, 1]' }).waitFor()
  })

  it('are read anew when their file changes', async () => {
    await writeFile(path('digits.onnx'), convolutionModel({ quantized: false, hasNames: false }))
    const view = vscode.webview()
    await view.getByRole('button', { name: /^Conv .* one_c/ }).waitFor()
    await writeFile(path('digits.onnx'), convolutionModel({ quantized: false }))
    await view.getByRole('button', { name: /^Conv .*\/one\/Conv/ }).waitFor()
  })

  it('say what is wrong where a file is damaged, and nothing else breaks', async () => {
    await openModel('damaged.onnx')
    await vscode
      .webview()
      .getByText(/damaged\.onnx cannot be read as an ONNX model: .* Is the file complete/)
      .waitFor()
    await writeFile(path('damaged.onnx'), convolutionModel({ quantized: false }))
    await vscode.webview().getByRole('tab', { name: 'Overview' }).waitFor()
  })

  it('are tested in a few steps, and the report is there again after a reload', async () => {
    await openModel('digits-int8.onnx')
    await heading('digits-int8.onnx').waitFor()
    await vscode.webview().getByRole('button', { name: 'Test Model…' }).click()
    await answerSteps()
    const title = 'Test of digits-int8.onnx'
    await heading(title).waitFor({ timeout: 120_000 })
    const view = vscode.webview()
    await view.getByText('60 samples of test.npz, with labels.').waitFor()
    await view.getByRole('table', { name: 'Gates' }).getByText('speedup>=1x').waitFor()
    await view.getByText(/Nodes with weights that still run in float: \d of 3\./).waitFor()
    await vscode.reload()
    await heading(title).waitFor()
    await vscode.webview().getByRole('table', { name: 'Checks' }).waitFor()
  })

  it('are tested from a run of the tree too, and cancelled without a trace', async () => {
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits'))
    await vscode.chooseFromMenu(vscode.row('Run train'), 'Test Model…')
    await answerSteps()
    await vscode.notification('Testing candidate.onnx').getByRole('button', { name: 'Cancel' }).click()
    await vscode.notification('Testing candidate.onnx').waitFor({ state: 'hidden' })
    assert.equal(await vscode.page.getByRole('tab', { name: /^Test of candidate\.onnx/ }).count(), 0)
  })

  it('are opened from the artifacts of a run', async () => {
    await vscode.expand(vscode.row('Run train'))
    await vscode.expand(vscode.row('Artifacts of run train'))
    await vscode.expand(vscode.row('Folder model'))
    await vscode.row('File candidate.onnx').click()
    await heading('candidate.onnx').waitFor()
    await vscode.webview().getByRole('button', { name: 'Test Model…' }).waitFor()
  })
})
