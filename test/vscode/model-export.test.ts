import assert from 'node:assert/strict'
import { symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { bundle } from '../../scripts/bundle.ts'
import { readModelFile } from '../../src/onnx/model-file.ts'
import type { RunId } from '../../src/protocol/ids.ts'
import { answerFileDialog } from './file-dialog.ts'
import { openWorkbench, type Workbench } from './workbench.ts'
import { openTestWorkspace, type TestWorkspace } from './workspace.ts'

/** One dense layer of three inputs and two outputs, as TensorFlow.js saves it. */
const net = {
  format: 'layers-model',
  modelTopology: {
    class_name: 'Sequential',
    config: {
      name: 'net',
      layers: [
        {
          class_name: 'Dense',
          config: { name: 'only', units: 2, activation: 'tanh', use_bias: true, batch_input_shape: [null, 3] },
        },
      ],
    },
  },
  weightsManifest: [
    {
      paths: ['weights.bin'],
      weights: [
        { name: 'only/kernel', shape: [3, 2], dtype: 'float32' },
        { name: 'only/bias', shape: [2], dtype: 'float32' },
      ],
    },
  ],
}
const weights = new Uint8Array(Float32Array.of(0.5, -1, 0.25, 2, -0.75, 1, 0.125, -0.5).buffer)
const artifacts = { 'net/model.json': JSON.stringify(net), 'net/weights.bin': weights }

/** A model that its library cannot load. */
const damaged = {
  'tree/MLmodel': 'flavors:\n  sklearn:\n    pickled_model: ../tree.pkl\n',
  'tree/model.pkl': 'no pickle',
}

describe('exporting a model to ONNX', { timeout: 300_000 }, () => {
  const resources = new AsyncDisposableStack()
  let workspace: TestWorkspace
  let vscode: Workbench
  let runId: RunId

  before(async () => {
    await bundle({ production: false })
    workspace = resources.use(await openTestWorkspace())
    // Where the project has TensorFlow.js from, which answers for the original.
    await symlink(
      join(import.meta.dirname, '../../sample-workspace/node_modules'),
      join(workspace.folder, 'node_modules'),
    )
    runId = await workspace.logRun('digits', { name: 'dense', artifacts })
    await workspace.logRun('digits', { name: 'broken', artifacts: damaged })
    await workspace.logRun('digits', { name: 'without', artifacts: { 'notes.md': '# None\n' } })
    vscode = resources.use(await openWorkbench({ workspace: workspace.folder }))
    await vscode.showRunwright()
    await vscode.expand(vscode.row('Experiment digits, 3 runs'))
  })
  after(() => resources.disposeAsync())

  it('writes the model of a folder of artifacts, and says that it answers as the original', async () => {
    await vscode.expand(vscode.row('Run dense'))
    await vscode.expand(vscode.row('Artifacts of run dense'))
    await vscode.chooseFromMenu(vscode.row('Folder net'), 'Export to ONNX…')
    const path = join(workspace.folder, 'dense.onnx')
    await answerFileDialog(vscode, 'net.onnx', path)
    await vscode.notification('The answers of dense.onnx are the original’s on 64 samples.').waitFor()
    const { graph, metadataProps } = await readModelFile(path)
    assert.deepEqual(
      graph?.node.map(({ opType }) => opType),
      ['MatMul', 'Add', 'Tanh', 'Identity'],
    )
    assert.equal(metadataProps.find(({ key }) => key === 'runwright.run_id')?.value, runId)
    await vscode.collapse(vscode.row('Run dense'))
  })

  it('says what is wrong with a model, and that a run has none', async () => {
    await vscode.chooseFromMenu(vscode.row('Run broken'), 'Export to ONNX…')
    await answerFileDialog(vscode, 'tree.onnx', join(workspace.folder, 'tree.onnx'))
    await vscode.notification(/MLmodel names "\.\.\/tree\.pkl", which is not in the model’s folder/).waitFor()
    await vscode.chooseFromMenu(vscode.row('Run without'), 'Export to ONNX…')
    await vscode.notification('This run has logged no model.').waitFor()
  })
})
