import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createExternalData } from '../onnx/external-data.ts'
import { writeModelFile } from '../onnx/model-file.ts'
import { replaceTensors } from '../onnx/model-tensors.ts'
import { mlpModel } from '../onnx/test-models.ts'
import { hashFile } from '../store/hash-file.ts'
import { hashData, hashModel } from './hash-file.ts'

describe('the hash of models and data', () => {
  let folder: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-hash-'))
  })
  after(() => rm(folder, { recursive: true, force: true }))

  /** With its weights in `NAME.data`, the first byte of which is changed. */
  async function writeOutside(name: string, change = 0): Promise<string> {
    const model = mlpModel()
    let added = change
    await using data = await createExternalData(join(folder, `${name}.data`))
    await replaceTensors(model, async (tensor) => {
      const bytes = tensor.rawData.slice()
      bytes[0] = (bytes[0] ?? 0) + added
      added = 0
      return data.write(tensor, bytes)
    })
    await data.finish()
    await writeModelFile(model, join(folder, name))
    return join(folder, name)
  }

  it('is that of its file', async () => {
    const path = join(folder, 'whole.onnx')
    await writeModelFile(mlpModel(), path)
    assert.equal(await hashModel(path), await hashFile(path))
    assert.match(await hashModel(path), /^[0-9a-f]{64}$/)
  })

  it('is of weights in files beside it too, whatever those are called', async () => {
    const [first, same, other] = [
      await writeOutside('a.onnx'),
      await writeOutside('b.onnx'),
      await writeOutside('c.onnx', 1),
    ]
    assert.notEqual(await hashFile(first), await hashFile(same))
    assert.equal(await hashModel(first), await hashModel(same))
    assert.notEqual(await hashModel(first), await hashModel(other))
  })

  it('is of all files and names of a folder of data', async () => {
    const put = async (name: string, files: Record<string, string>) => {
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, name, path)), { recursive: true })
        await writeFile(join(folder, name, path), text)
      }
      return hashData(join(folder, name))
    }
    const first = await put('first', { 'a/1': 'x', 'b/1': 'y' })
    assert.equal(await put('same', { 'b/1': 'y', 'a/1': 'x' }), first)
    assert.notEqual(await put('other', { 'a/1': 'x', 'b/2': 'y' }), first)
    assert.notEqual(await put('changed', { 'a/1': 'x', 'b/1': 'z' }), first)
    assert.equal(await hashData(join(folder, 'first/a/1')), await hashFile(join(folder, 'first/a/1')))
  })
})
