import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { askCommandLine } from '../../src/extension/data/command-line.ts'
import { toWords } from '../../src/extension/models/model-test-request.ts'
import { writeModel } from '../../src/onnx/model.ts'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import type { TensorValue } from '../../src/onnx/tensor-value.ts'
import { mlpModel } from '../../src/onnx/test-models.ts'
import { parseModelTest } from '../../src/protocol/shown-model-test.ts'

const main = join(import.meta.dirname, '../../src/cli/main.ts')
const cli = { file: process.execPath, args: [main], env: {} }

describe('a test of a model, asked by the extension', { timeout: 300_000 }, () => {
  let folder: string
  const file = (name: string) => join(folder, name)
  const request = () => ({
    folder,
    candidate: file('mlp.onnx'),
    original: file('mlp.onnx'),
    data: file('x.npz'),
    gates: ['accuracy-drop<=1%', 'size<=1kB'],
  })
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-asked-test-'))
    await writeFile(file('mlp.onnx'), writeModel(mlpModel()))
    const x: TensorValue = {
      dtype: 'float32',
      dims: [30, 8],
      data: Float32Array.from({ length: 240 }, (_, index) => Math.sin(index)),
    }
    await writeArrayFile(file('x.npz'), new Map([['x', x]]))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('tells its steps on the way, and in the end a report that can be shown', async () => {
    const steps: string[] = []
    const asked = askCommandLine(cli, { folder, ...toWords(request()), step: (name) => void steps.push(name) })
    const report = parseModelTest(await asked)
    assert.match(steps.join('; '), /^Loading .*; Comparing answers to 30 samples; .*Measuring the start$/)
    assert.deepEqual(
      report.gates.map(({ text, isMet }) => [text, isMet]),
      [
        ['accuracy-drop<=1%', true],
        ['size<=1KiB', false],
      ],
    )
    assert.deepEqual(
      [report.isPassed, report.data.samples, report.quality?.task, report.parity[0]?.output],
      [false, 30, 'classification', 'y'],
    )
    assert.ok((report.performance?.comparisons[0]?.speedup.value ?? NaN) > 0)
    assert.equal(report.checks.length, 6)
  })

  it('is cancelled at any step', async () => {
    const cancel = new AbortController()
    const call = { folder, ...toWords(request()), signal: cancel.signal, step: () => cancel.abort() }
    await assert.rejects(askCommandLine(cli, call), { code: 'CANCELLED' })
  })
})
