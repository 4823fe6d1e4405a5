import assert from 'node:assert/strict'
import { readdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import { writeArrayFile } from '../../src/onnx/npz.ts'
import { hostileModels, strangeNodesModel } from '../../src/onnx/test-hostile-models.ts'
import { type CliWorkspace, openCliWorkspace } from './cli-workspace.ts'

describe('runwright compress of a model that is damaged, or looks elsewhere', { timeout: 300_000 }, () => {
  let workspace: CliWorkspace
  const file = (name: string) => path.join(workspace.folder, name)
  before(async () => {
    workspace = await openCliWorkspace()
  })
  after(() => workspace[Symbol.asyncDispose]())

  it('refuses it by its name and with the reason, and writes nothing', async () => {
    const secret = path.join(workspace.folder, '..', 'outside')
    const models = new Map([...hostileModels(secret, 'square.npz')].map(([what, { bytes }]) => [what, bytes]))
    models.set('nodes that nobody knows', strangeNodesModel())
    const x = { dtype: 'float32', dims: [32, 32], data: new Float32Array(1024) } as const
    await writeArrayFile(file('square.npz'), new Map([['x', x]]))
    const before = (await readdir(workspace.folder)).toSorted()
    for (const what of [
      'nodes that go round in a circle',
      'more elements than there is memory',
      'weights above its folder',
      'its end cut off',
      'nodes that nobody knows',
    ]) {
      await writeFile(file('hostile.onnx'), models.get(what) ?? assert.fail(what))
      const words = ['hostile.onnx', '--data', 'square.npz', '--out', 'hostile-small.onnx', '--no-track']
      const { exitCode, stdout, stderr } = await workspace.run('compress', ...words)
      assert.deepEqual([exitCode, stdout, /^hostile\.onnx: \S/m.test(stderr)], [2, '', true], `${what}: ${stderr}`)
      assert.doesNotMatch(stderr, /^\s+at /m, what)
    }
    await rm(file('hostile.onnx'))
    assert.deepEqual((await readdir(workspace.folder)).toSorted(), before)
  })
})
