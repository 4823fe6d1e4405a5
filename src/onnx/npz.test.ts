import assert from 'node:assert/strict'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import * as fc from 'fast-check'
import { RunwrightError } from '../protocol/errors.ts'
import { openArrayFile, readArrayFile, writeArrayFile } from './npz.ts'
import { makeNpyHeader } from './npz/npy-header.ts'
import { countElements, type Dtype, elementArrays, type TensorValue, toElements } from './tensor-value.ts'

const dims = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })

function tensorsOf(dtype: Dtype): fc.Arbitrary<TensorValue> {
  return dims.chain((shape): fc.Arbitrary<TensorValue> => {
    const length = countElements(shape)
    if (dtype === 'string') {
      // What ends in NUL cannot be told from a shorter text.
      const text = fc.string({ unit: 'grapheme', maxLength: 5 }).filter((value) => !value.endsWith('\0'))
      return fc.array(text, { minLength: length, maxLength: length }).map((data) => ({ dtype, dims: shape, data }))
    }
    const bytes = length * elementArrays[dtype].BYTES_PER_ELEMENT
    return fc
      .uint8Array({ minLength: bytes, maxLength: bytes })
      .map((data) => ({ dtype, dims: shape, data: toElements(dtype, new Uint8Array(data)) }))
  })
}

const dtypes: readonly Dtype[] = [
  'string',
  ...Object.keys(elementArrays).map((name) => name as keyof typeof elementArrays),
]
const tensors = fc.oneof(...dtypes.map(tensorsOf))

describe('files of arrays', () => {
  let folder: string
  let path: string
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'runwright-npz-'))
    path = join(folder, 'arrays.npz')
  })
  after(() => rm(folder, { recursive: true, force: true }))

  it('are read as they were written, and the same arrays are the same bytes', async () => {
    const names = fc.uniqueArray(fc.string({ unit: 'grapheme', maxLength: 8 }), { minLength: 1, maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(names, fc.array(tensors, { minLength: 4, maxLength: 4 }), async (keys, values) => {
        const arrays = new Map(keys.map((key, index) => [key, values[index] ?? assert.fail()]))
        await writeArrayFile(path, arrays)
        const bytes = await readFile(path)
        assert.deepEqual(await readArrayFile(path), arrays)
        await writeArrayFile(path, arrays)
        assert.deepEqual(await readFile(path), bytes)
      }),
      { numRuns: 60 },
    )
  })

  it('give their rows some at a time', async () => {
    const data = Int16Array.from({ length: 70_000 }, (_, index) => index)
    await writeArrayFile(path, new Map([['x', { dtype: 'int16', dims: [7000, 10], data }]]))
    await using file = await openArrayFile(path)
    const [array = assert.fail()] = file.arrays
    const parts = await Array.fromAsync(array.rows(3000))
    assert.deepEqual(
      parts.map((part) => part.dims),
      [
        [3000, 10],
        [3000, 10],
        [1000, 10],
      ],
    )
    assert.deepEqual(Int16Array.from(parts.flatMap((part) => Array.from(part.data, Number))), data)
    for await (const part of array.rows(1)) {
      assert.deepEqual(part, { dtype: 'int16', dims: [1, 10], data: data.subarray(0, 10) })
      break
    }
  })

  it('are refused when they unpack into more or less than they say', async () => {
    const header = makeNpyHeader('uint8', [1000])
    for (const [length, message] of [
      [2 ** 26, /more elements than it says/],
      [999, /fewer elements than it says/],
    ] as const) {
      await writeFile(path, zipOf('x.npy', Buffer.concat([header, Buffer.alloc(length)])))
      const before = process.memoryUsage().arrayBuffers
      await assert.rejects(readArrayFile(path), { code: 'BAD_REQUEST', message })
      assert.ok(process.memoryUsage().arrayBuffers - before < 2 ** 24, 'no more is unpacked than was claimed')
    }
    await writeFile(path, zipOf('x.npy', Buffer.concat([makeNpyHeader('float64', [2 ** 30, 2]), Buffer.alloc(9)])))
    await assert.rejects(readArrayFile(path), { code: 'BAD_REQUEST', message: /too much at once/ })
  })

  it('are refused when their elements were changed on the way', async () => {
    await writeArrayFile(path, new Map([['x', { dtype: 'uint8', dims: [1000], data: new Uint8Array(1000).fill(7) }]]))
    const bytes = await readFile(path)
    bytes[500] = 8
    await writeFile(path, bytes)
    await assert.rejects(readArrayFile(path), { code: 'BAD_REQUEST', message: /arrays\.npz, x\.npy: its checksum/ })
  })

  it('are refused with an error that names them, whatever their bytes are', async () => {
    await writeArrayFile(path, new Map([['x', { dtype: 'uint8', dims: [40], data: new Uint8Array(40) }]]))
    const whole = await readFile(path)
    const changes = fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 4 })
    await fc.assert(
      fc.asyncProperty(changes, fc.integer({ min: 0, max: whole.length }), async (edits, end) => {
        const bytes = Buffer.from(whole)
        for (const [at, value] of edits) bytes[at] = value
        await writeFile(path, bytes.subarray(0, end))
        const read = await readArrayFile(path).catch((error: unknown) => {
          assert.ok(error instanceof RunwrightError && error.code === 'BAD_REQUEST', String(error))
          assert.match(error.message, /arrays\.npz/)
        })
        assert.ok(read === undefined || read.size <= 1)
      }),
      { numRuns: 200 },
    )
  })

  it('run nothing: pickled objects, and what no model takes, are refused', async () => {
    for (const [descr, message] of [
      ["'|O'", /pickled objects/],
      ["'<c16'", /of type <c16/],
      ["'<M8[ns]'", /of type <M8/],
      ["[('a', '<f4')]", /records/],
    ] as const) {
      const text = `{'descr': ${descr}, 'fortran_order': False, 'shape': (1,), }\n`
      const header = Buffer.concat([
        Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
        Buffer.from([text.length, 0]),
        Buffer.from(text),
      ])
      await writeFile(join(folder, 'a.npy'), Buffer.concat([header, Buffer.alloc(16)]))
      await assert.rejects(readArrayFile(join(folder, 'a.npy')), { code: 'BAD_REQUEST', message })
    }
    await assert.rejects(readArrayFile(join(folder, 'absent.npz')), { code: 'RESOURCE_DOES_NOT_EXIST' })
  })
})

/** An archive of one packed file, whose sizes may be wrong. */
function zipOf(name: string, contents: Buffer): Buffer {
  const packed = deflateRawSync(contents)
  const common = Buffer.alloc(26)
  common.writeUInt16LE(20, 0)
  common.writeUInt16LE(8, 4)
  common.writeUInt32LE(crc32(contents), 10)
  common.writeUInt32LE(packed.length, 14)
  common.writeUInt32LE(contents.length, 18)
  common.writeUInt16LE(name.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, Buffer.from(name), packed])
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), common, Buffer.alloc(14), Buffer.from(name)])
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(local.length, 16)
  return Buffer.concat([local, central, end])
}
