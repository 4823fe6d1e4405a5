import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import type { ExportReport } from '../../src/export/export-model.ts'
import { readModelFile } from '../../src/onnx/model-file.ts'
import { findTestPython } from '../servers/test-python.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

const python = findTestPython(process.env)

/** Logs a model to the run it is started in, and registers it. */
const fit = `
import mlflow, numpy
from sklearn.linear_model import LogisticRegression
x = numpy.random.default_rng(3).normal(size=(80, 3))
model = LogisticRegression().fit(x, x[:, 0] > 0)
with mlflow.start_run():
    mlflow.sklearn.log_model(
        model, name="model", input_example=x[:9], serialization_format="cloudpickle", registered_model_name="signs"
    )
`

describe('runwright model export of what was logged', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  before(async () => {
    workspace = await openCliWorkspace()
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('takes the model of a run and of the registry, and notes the run', async (test) => {
    await workspace.write('fit.py', fit)
    const { exitCode, stderr } = await workspace.run('run', '--name', 'fitted', '--', python, 'fit.py')
    assert.equal(exitCode, 0, stderr)
    const { run: logged } = (await workspace.json('runs', 'show', 'fitted')) as { run: { runId: string } }
    for (const uri of ['runs:/fitted/model', `runs:/${logged.runId}`, 'models:/signs/1', 'models:/signs/latest']) {
      const out = join(workspace.folder, `signs-${uri.length}.onnx`)
      const { stdout, stderr: said } = await workspace.run(
        'model',
        'export',
        uri,
        '--python',
        python,
        '--out',
        out,
        '--json',
      )
      if (/This Python has no/.test(said)) return test.skip(said)
      assert.notEqual(stdout, '', said)
      const { parity, runId, samples }: ExportReport = JSON.parse(stdout)
      assert.deepEqual([parity.state, runId, samples.origin], ['passed', logged.runId, 'example'], uri)
      const { metadataProps } = await readModelFile(out)
      assert.equal(metadataProps.find(({ key }) => key === 'runwright.run_id')?.value, logged.runId)
    }
    const absent = await workspace.run(
      'model',
      'export',
      'models:/signs@nobody',
      '--out',
      join(workspace.folder, 'absent.onnx'),
    )
    assert.match(absent.stderr, /There is no model models:\/signs@nobody/)
    assert.equal(absent.exitCode, 3)
  })
})
