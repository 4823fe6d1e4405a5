import assert from 'node:assert/strict'
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { readModelFile, writeModelFile } from './model-file.ts'
import { writeModel } from './model.ts'
import { convModel, mlpModel } from './test-models.ts'
import { refusesLater } from './test-refusal.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-onnx-'))
})
after(() => rm(folder, { recursive: true, force: true }))

describe('the file of a model', () => {
  it('is written whole, and read as it was written', async () => {
    const path = join(folder, 'a.onnx')
    await writeFile(path, 'what was there before')
    await writeModelFile(convModel(), path)
    assert.deepEqual(new Uint8Array(await readFile(path)), writeModel(convModel()))
    assert.deepEqual(writeModel(await readModelFile(path)), writeModel(convModel()))
    assert.deepEqual(await readdir(folder), ['a.onnx'])
  })

  it('is refused by its name when it is none, or has more than an ONNX file can have', async () => {
    const path = join(folder, 'b.onnx')
    await refusesLater('RESOURCE_DOES_NOT_EXIST', /There is no file .*b\.onnx/, () => readModelFile(path))
    await refusesLater('BAD_REQUEST', /is no file/, () => readModelFile(folder))
    await writeFile(path, 'no model')
    await refusesLater('BAD_REQUEST', /^b\.onnx cannot be read as an ONNX model/, () => readModelFile(path))
    // It takes no space on the disk.
    await truncate(path, 3 * 2 ** 30)
    await refusesLater('BAD_REQUEST', /^b\.onnx has 3221225472 bytes/, () => readModelFile(path))
    await rm(path)
  })

  it('says whose folder it is that cannot be written', async () => {
    await writeFile(join(folder, 'file'), '')
    await refusesLater('STORAGE_READ_ONLY', /cannot be written/, () =>
      writeModelFile(mlpModel(), join(folder, 'file', 'a.onnx')),
    )
  })
})
