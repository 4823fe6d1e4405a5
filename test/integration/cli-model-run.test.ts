import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readArrayFile, writeArrayFile } from '../../src/onnx/npz.ts'
import { reluModel, reshapeModel } from '../../src/onnx/test-session-models.ts'
import { runCli } from './run-cli.ts'

describe('runwright model run', { timeout: 300_000 }, () => {
  let folder: string
  const run = (...args: string[]) => runCli(folder, 'model', 'run', ...args)
  const file = (name: string) => join(folder, name)
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-model-run-'))
    await writeFile(file('relu.onnx'), reluModel())
    await writeFile(file('ids.onnx'), reshapeModel('int64'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('takes arrays from a file, of whatever number type, and writes what the model gives to another', async () => {
    const x = { dtype: 'float64', dims: [2, 3], data: Float64Array.of(-1, 2, -3, 4, 0.5, -6) } as const
    await writeArrayFile(file('in.npz'), new Map([['x', x]]))
    const { exitCode, stdout, stderr } = await run(
      file('relu.onnx'),
      '--input',
      file('in.npz'),
      '--out',
      file('out.npz'),
    )
    assert.equal(exitCode, 0, stderr)
    assert.match(stdout, /^y +float32 +\[2, 3\] +0 2 0 4 0\.5 0$/m)
    assert.match(stdout, /^Loaded in [\d.]+ ms, run in [\d.]+ ms, \d+ MiB at most\.$/m)
    const expected = { dtype: 'float32', dims: [2, 3], data: Float32Array.of(0, 2, 0, 4, 0.5, 0) }
    assert.deepEqual(await readArrayFile(file('out.npz')), new Map([['y', expected]]))
  })

  it('takes JSON, and gives JSON with the times of repeated runs', async () => {
    await writeFile(file('in.json'), '{"x": [[-1, "NaN", 3]]}')
    const words = ['--input', file('in.json'), '--repeat', '5', '--threads', '1', '--json']
    const { exitCode, stdout, stderr } = await run(file('relu.onnx'), ...words)
    assert.equal(exitCode, 0, stderr)
    const { outputs, loadMs, runMs, peakBytes, runsMs } = JSON.parse(stdout)
    assert.deepEqual(outputs, [{ name: 'y', dtype: 'float32', dims: [1, 3], data: [0, 'NaN', 3] }])
    assert.ok([loadMs, runMs, peakBytes, ...runsMs].every((value) => value > 0))
    assert.equal(runsMs.length, 5)
    await writeFile(file('ids.json'), '["9007199254740993", 2]')
    const ids = JSON.parse((await run(file('ids.onnx'), '--input', file('ids.json'), '--json')).stdout)
    assert.deepEqual(ids.outputs[0].data, ['9007199254740993', 2])
  })

  it('says what is wrong, and with which file or input', async () => {
    for (const [contents, message] of [
      ['[[1, 2]]', /relu\.onnx: the input "x" has the dims \[1, 2\]\.\n.*float32 \[N, 3\]/],
      ['{"z": [[1, 2, 3]]}', /relu\.onnx: it has no input "z"/],
      ['[[1, 2], [3]]', /in\.json, x: its lists are not of one length/],
      ['{"x": [["a"]]}', /in\.json, x: "a" is no element of it/],
      ['{', /in\.json: /],
    ] as const) {
      await writeFile(file('in.json'), contents)
      const { exitCode, stderr } = await run(file('relu.onnx'), '--input', file('in.json'))
      assert.deepEqual([exitCode, message.test(stderr)], [2, true], stderr)
    }
    await writeFile(file('ids.json'), '[1.5]')
    const { stderr } = await run(file('ids.onnx'), '--input', file('ids.json'))
    assert.match(stderr, /ids\.json, x: 1\.5 is no value of type int64/)
    await writeFile(file('damaged.onnx'), 'no model')
    assert.match((await run(file('damaged.onnx'))).stderr, /damaged\.onnx: ONNX Runtime says: /)
    assert.equal((await run(file('absent.onnx'))).exitCode, 3)
    assert.equal((await run(file('relu.onnx'), '--threads', '0')).exitCode, 2)
  })
})
