import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { create } from '@bufbuild/protobuf'
import { assert as assertProperty, array, asyncProperty, uint8Array } from 'fast-check'
import {
  StringStringEntryProtoSchema,
  TensorProto_DataLocation as DataLocation,
  TensorProto_DataType as DataType,
  type TensorProto,
  TensorProtoSchema,
} from 'onnx-buf'
import { createExternalData, externalPlace, openExternalData } from './external-data.ts'
import { makeTensor, readTensor } from './tensor.ts'
import { refuses, refusesLater } from './test-refusal.ts'

let root: string
let folder: string
before(async () => {
  root = await mkdtemp(join(tmpdir(), 'runwright-onnx-'))
  folder = join(root, 'model')
  await mkdir(join(folder, 'parts'), { recursive: true })
  await writeFile(join(root, 'secret'), 'sixteen letters.')
  await writeFile(
    join(folder, 'weights'),
    Uint8Array.from({ length: 16 }, (_, index) => index),
  )
  await writeFile(join(folder, 'parts', 'weights'), new Uint8Array(16))
})
after(() => rm(root, { recursive: true, force: true }))

/** Eight bytes in a file. */
function tensorIn(entries: Record<string, string>, dims: readonly bigint[] = [8n]): TensorProto {
  return create(TensorProtoSchema, {
    name: 't',
    dataType: DataType.UINT8,
    dims: [...dims],
    dataLocation: DataLocation.EXTERNAL,
    externalData: Object.entries(entries).map(([key, value]) => create(StringStringEntryProtoSchema, { key, value })),
  })
}

async function read(tensor: TensorProto): Promise<Uint8Array> {
  await using data = openExternalData(folder)
  return await data.read(tensor)
}

describe('weights in a file beside the model', () => {
  it('are read from their place, whole when no length is told', async () => {
    assert.deepEqual(
      await read(tensorIn({ location: 'weights', offset: '4' })),
      Uint8Array.of(4, 5, 6, 7, 8, 9, 10, 11),
    )
    assert.deepEqual(await read(tensorIn({ location: 'parts/weights', length: '8' })), new Uint8Array(8))
    assert.deepEqual(await read(makeTensor('t', DataType.UINT8, [2], [1, 2])), Uint8Array.of(1, 2))
  })

  it('are written one after the other and read again, those of a page from its beginning', async () => {
    await assertProperty(
      asyncProperty(array(uint8Array({ maxLength: 9000 }), { maxLength: 5 }), async (all) => {
        const path = join(folder, 'new.data')
        const written: TensorProto[] = []
        {
          await using data = await createExternalData(path)
          for (const bytes of all) {
            written.push(await data.write(makeTensor('t', DataType.UINT8, [bytes.length], bytes), bytes))
          }
          await data.finish()
        }
        for (const [index, bytes] of all.entries()) {
          const tensor = written[index]
          assert.ok(tensor)
          assert.deepEqual(await read(tensor), bytes)
          assert.equal(tensor.rawData.length, 0)
          if (bytes.length >= 4096) assert.equal(externalPlace(tensor).offset % 4096, 0)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('are not there when writing was not finished', async () => {
    const path = join(root, 'unfinished')
    {
      await using data = await createExternalData(path)
      await data.write(makeTensor('t', DataType.UINT8, [1], [1]), Uint8Array.of(1))
    }
    assert.deepEqual((await readdir(root)).toSorted(), ['model', 'secret'])
  })

  it('may be reached by a link that stays in the folder of the model', async () => {
    await symlink('parts/weights', join(folder, 'linked'))
    assert.deepEqual(await read(tensorIn({ location: 'linked' })), new Uint8Array(8))
  })
})

describe('weights that a model places elsewhere', () => {
  it('are refused: out of its folder by any path or link', async () => {
    await symlink('../secret', join(folder, 'link'))
    await symlink('..', join(folder, 'up'))
    const cases: readonly [string, RegExp][] = [
      ['../secret', /leads out of the folder/],
      ['parts/../../secret', /leads out of the folder/],
      ['../model-of-another/secret', /leads out of the folder/],
      ['.', /leads out of the folder/],
      [join(root, 'secret'), /is no relative path/],
      ['C:\\secret', /is no relative path/],
      ['weights\0', /is no relative path/],
      ['link', /is a link that leads out/],
      ['up/secret', /is a link that leads out/],
    ]
    for (const [location, why] of cases) await refusesLater('BAD_REQUEST', why, () => read(tensorIn({ location })))
  })

  it('are refused when there is no such file, or it is a folder or a pipe', async () => {
    await promisify(execFile)('mkfifo', [join(folder, 'pipe')])
    await refusesLater('RESOURCE_DOES_NOT_EXIST', /lies in gone, which is not there/, () =>
      read(tensorIn({ location: 'gone' })),
    )
    await refusesLater('BAD_REQUEST', /is no file/, () => read(tensorIn({ location: 'parts' })))
    await refusesLater('BAD_REQUEST', /is no file/, () => read(tensorIn({ location: 'pipe' })))
  })

  it('are refused beyond the end of the file, however much is claimed, and no memory is given to it', async () => {
    const beyond = /should lie in weights from byte \d+ to \d+, and that file has 16 bytes/
    const far = String(2 ** 53 - 1)
    await refusesLater('BAD_REQUEST', beyond, () => read(tensorIn({ location: 'weights', offset: '9' })))
    await refusesLater('BAD_REQUEST', beyond, () => read(tensorIn({ location: 'weights', offset: far })))
    await refusesLater('BAD_REQUEST', beyond, () => read(tensorIn({ location: 'weights' }, [2n ** 46n])))
  })

  it('are refused when the place is none', () => {
    const place = (entries: Record<string, string>) => () => externalPlace(tensorIn(entries))
    refuses('BAD_REQUEST', /names no file/, place({ offset: '0' }))
    refuses('BAD_REQUEST', /no number as the offset/, place({ location: 'weights', offset: '-1' }))
    refuses('BAD_REQUEST', /no number as the offset/, place({ location: 'weights', offset: '1e3' }))
    refuses('BAD_REQUEST', /no number as the length/, place({ location: 'weights', length: '99999999999999999999' }))
    refuses(
      'BAD_REQUEST',
      /should have 8 bytes, and the model says that 9 lie/,
      place({ location: 'weights', length: '9' }),
    )
  })
})

it('a written tensor is the same one with its values elsewhere', async () => {
  await using data = await createExternalData(join(folder, 'one.data'))
  const tensor = makeTensor('w', DataType.FLOAT, [2], [1, 2])
  const outside = await data.write(tensor, tensor.rawData)
  await data.finish()
  assert.deepEqual([outside.name, outside.dims, outside.dataType], ['w', [2n], DataType.FLOAT])
  assert.deepEqual(readTensor(outside, await readFile(join(folder, 'one.data'))), Float32Array.of(1, 2))
  assert.deepEqual(readTensor(tensor), Float32Array.of(1, 2))
})
