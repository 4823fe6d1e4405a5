import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { glob, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'
import { exportReport } from './export-report.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))
const sample = join(root, 'sample-workspace')

describe('runwright model export of TensorFlow.js', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  const file = (name: string) => join(workspace.folder, name)
  before(async () => {
    workspace = await openCliWorkspace()
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('says that nothing was compared where the project has no TensorFlow.js, and writes nothing', async () => {
    await saveNet('alone')
    const words = [file('alone'), '--out', file('alone.onnx')]
    const { parity, written } = await exportReport(workspace, ...words)
    assert.deepEqual([parity.state, parity.unchecked, written], ['unchecked', ['output_0', 'output_1'], undefined])
    const kept = await exportReport(workspace, ...words, '--keep')
    assert.deepEqual([kept.parity.state, kept.written?.path], ['unchecked', file('alone.onnx')])
  })

  async function saveNet(name: string): Promise<void> {
    await mkdir(file(name))
    const save = join(root, 'test/integration/save-tfjs-net.mjs')
    await promisify(execFile)(process.execPath, [save, sample, file(name)])
  }

  it('converts the net of the sample, trained by TensorFlow.js, without Python', async () => {
    await symlink(join(sample, 'node_modules'), file('node_modules'))
    const train = ['run', '--name', 'digits', '--', 'node', join(sample, 'train.ts'), '--epochs', '2']
    const trained = await workspace.run(...train)
    assert.equal(trained.exitCode, 0, trained.stderr)
    const words = ['runs:/digits/model', '--out', 'digits.onnx', '--python', file('nothing')]
    const { parity, framework, versions, runId } = await exportReport(workspace, ...words)
    assert.deepEqual([framework, parity.state, parity.outputs.length], ['tfjs', 'passed', 1])
    assert.ok((parity.outputs[0]?.maxAbsolute ?? 1) < 1e-5)
    assert.match(versions['@tensorflow/tfjs'] ?? '', /^4\./)
    assert.match(runId ?? '', /^[0-9a-f]{32}$/)
    const [model = ''] = await Array.fromAsync(glob(file('.runwright/artifacts/**/model.json')))
    const data = Float32Array.from({ length: 3 * 64 }, (_, index) => (index % 17) / 16)
    await writeArrayFile(file('three.npz'), new Map([['input', { dtype: 'float32', dims: [3, 64], data }]]))
    const given = await exportReport(
      workspace,
      dirname(model),
      '--data',
      file('three.npz'),
      '--out',
      file('again.onnx'),
    )
    assert.deepEqual([given.samples, given.parity.state], [{ origin: 'data', count: 3 }, 'passed'])
  })

  it('converts convolutions of TensorFlow.js, in every way that they can be padded and turned', async () => {
    const folder = file('net')
    await saveNet('net')
    const { parity, written } = await exportReport(workspace, join(folder, 'model.json'), '--out', file('net.onnx'))
    assert.deepEqual([parity.state, parity.outputs.map(({ isSame }) => isSame)], ['passed', [true, true]])
    assert.ok(written !== undefined)
    const other = await exportReport(
      workspace,
      join(folder, 'model.json'),
      '--out',
      file('net-13.onnx'),
      '--opset',
      '13',
    )
    assert.equal(other.parity.state, 'passed')
    const wrong = await workspace.run(
      'model',
      'export',
      join(folder, 'model.json'),
      '--out',
      file('net-7.onnx'),
      '--opset',
      '7',
    )
    assert.match(wrong.stderr, /no opset 7/)
  })
})
