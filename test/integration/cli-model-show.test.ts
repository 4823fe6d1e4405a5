import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeModelFile } from '../../src/onnx/model-file.ts'
import { mlpModel } from '../../src/onnx/test-models.ts'
import { runCli } from './run-cli.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-model-show-'))
  await writeModelFile(mlpModel(), join(folder, 'mlp.onnx'))
})
after(() => rm(folder, { recursive: true, force: true }))

describe('runwright model show', { timeout: 300_000 }, () => {
  it('tells what is in the file of a model', async () => {
    const { stdout, exitCode } = await runCli(folder, 'model', 'show', join(folder, 'mlp.onnx'))
    assert.equal(exitCode, 0)
    assert.match(
      stdout,
      /^Operators of ai\.onnx 17, IR version 8, made by runwright\.\n4 nodes, 212 parameters, 848 B\.\n/,
    )
    assert.match(stdout, /^input +x +float32 +\[batch, 8\]$/m)
    assert.match(stdout, /^Gemm +2 +4 +212 +848 B$/m)
  })

  it('tells programs the same as JSON', async () => {
    const { stdout } = await runCli(folder, 'model', 'show', join(folder, 'mlp.onnx'), '--json')
    const { inputs, operators } = JSON.parse(stdout)
    assert.deepEqual(inputs, [{ name: 'x', type: 'float32', shape: ['batch', 8] }])
    assert.deepEqual(operators[0], { name: 'Gemm', count: 2 })
  })

  it('tells each node, and as JSON which others it comes after', async () => {
    const words = ['model', 'show', join(folder, 'mlp.onnx'), '--graph']
    const { stdout } = await runCli(folder, ...words)
    assert.match(stdout, /^h +Gemm +x w1 b1 +h +576 B$/m)
    const { graphs, problems, nodes } = JSON.parse((await runCli(folder, ...words, '--json')).stdout)
    assert.deepEqual([nodes, problems], [4, []])
    assert.deepEqual(
      graphs[0].nodes.map(({ before }: { before: unknown }) => before),
      [[], [0], [1], [2]],
    )
  })

  it('refuses what is no model, and a file that is not there', async () => {
    await writeFile(join(folder, 'text.onnx'), 'hello')
    const damaged = await runCli(folder, 'model', 'show', join(folder, 'text.onnx'))
    assert.match(damaged.stderr, /text\.onnx cannot be read as an ONNX model/)
    assert.equal(damaged.exitCode, 2)
    const gone = await runCli(folder, 'model', 'show', join(folder, 'gone.onnx'))
    assert.match(gone.stderr, /There is no file .*gone\.onnx/)
    assert.equal(gone.exitCode, 3)
  })
})
