import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { type OptimizedModel, readOptimized } from './optimized.ts'
import { openSessionHost, type SessionHost } from './session.ts'
import { convolutionModel } from './test-convolution.ts'
import { testRuntime } from './test-runtime.ts'

describe('the graph that the runtime makes of a model', { timeout: 300_000 }, () => {
  let host: SessionHost
  before(async () => {
    host = await openSessionHost(testRuntime, {}, new AbortController().signal)
  })
  after(() => host[Symbol.asyncDispose]())

  it('tells which nodes run in float, by their names in the model', async () => {
    const found = await readOptimized(host, convolutionModel({ quantized: false }))
    assert.deepEqual(tell(found), ['/one/Conv float', '/two/Conv float', '/fc/Gemm float'])
  })

  it('tells which nodes run in integers, and by which kernel', async () => {
    const found = await readOptimized(host, convolutionModel({ quantized: true }))
    assert.deepEqual(tell(found), ['/one/Conv integer', '/two/Conv integer', '/fc/Gemm integer'])
    assert.match(found.nodes[0]?.operator ?? '', /QLinearConv$/)
    assert.equal(found.nodes[2]?.operator, 'com.microsoft.QGemm')
    assert.equal(found.nodes[2]?.origin?.operator, 'Gemm')
    assert.equal(found.operators.get('QuantizeLinear'), 1)
  })

  it('shows a node that was quantized, and runs in float all the same', async () => {
    const found = await readOptimized(host, convolutionModel({ quantized: true, isLastInFloat: true }))
    assert.deepEqual(tell(found), ['/one/Conv integer', '/two/Conv integer', '/fc/Gemm float'])
  })

  it('names nodes without a name by what they make', async () => {
    for (const quantized of [false, true]) {
      const found = await readOptimized(host, convolutionModel({ quantized, hasNames: false }))
      const precision = quantized ? 'integer' : 'float'
      assert.deepEqual(tell(found), [`one_c ${precision}`, `two_c ${precision}`, `logits ${precision}`])
    }
  })

  it('reads a file as it reads bytes, and leaves nothing behind', async (test) => {
    const folder = await mkdtemp(join(tmpdir(), 'runwright-optimized-test-'))
    test.after(() => rm(folder, { recursive: true }))
    const temporary = process.env['TMPDIR']
    process.env['TMPDIR'] = folder
    test.after(() => (temporary === undefined ? delete process.env['TMPDIR'] : (process.env['TMPDIR'] = temporary)))
    const path = join(folder, 'net.onnx')
    await writeFile(path, convolutionModel({ quantized: true }))
    assert.equal(tell(await readOptimized(host, path)).length, 3)
    assert.deepEqual(await readdir(folder), ['net.onnx'])
    await writeFile(path, 'no model')
    await assert.rejects(readOptimized(host, path), { failure: 'refused', message: /^net\.onnx: / })
    assert.deepEqual(await readdir(folder), ['net.onnx'])
  })
})

function tell({ nodes }: OptimizedModel): readonly string[] {
  return nodes.map(({ origin, precision }) => `${origin?.name ?? '?'} ${precision}`)
}
