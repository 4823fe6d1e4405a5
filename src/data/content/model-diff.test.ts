import assert from 'node:assert/strict'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { array, assert as assertProperty, asyncProperty, constantFrom, integer, tuple, uint8Array } from 'fast-check'
import type { ModelDiff } from '../../protocol/data-diff.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { openByteSource, sourceOf } from './byte-source.ts'
import { floats, initializer, message, node, onnxBytes, safetensorsBytes, valueInfo, varint } from './model-bytes.ts'
import { diffModels } from './model-diff.ts'
import { readOnnx } from './onnx.ts'
import { readSafetensors } from './safetensors.ts'

let folder: string
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'runwright-models-'))
})
after(() => rm(folder, { recursive: true, force: true }))

const work = { signal: new AbortController().signal, progress: () => undefined }

async function diff(format: ModelDiff['format'], old: Uint8Array, now: Uint8Array): Promise<ModelDiff> {
  const write = async (name: string, bytes: Uint8Array) => {
    const path = join(folder, `${name}.${format}`)
    await writeFile(path, bytes)
    return { name, path, sizeBytes: bytes.length }
  }
  return diffModels(format, await write('old', old), await write('new', now), work)
}

describe('two safetensors files', () => {
  it('differ by the tensors and the metadata that differ, and how far', async () => {
    const halves = (...bits: number[]) => ({
      type: 'F16',
      shape: [bits.length],
      bytes: new Uint8Array(new Uint16Array(bits).buffer),
    })
    const result = await diff(
      'safetensors',
      safetensorsBytes(
        { same: floats(1, 2), moved: floats(3, 4), gone: floats(1), grown: floats(1), half: halves(0x3c00, 0x4000) },
        { step: '1' },
      ),
      safetensorsBytes(
        { moved: floats(3, 0), same: floats(1, 2), grown: floats(1, 2), come: floats(1), half: halves(0x3c00, 0xc000) },
        { step: '2' },
      ),
    )
    assert.equal(result.equalTensors, 1)
    assert.deepEqual(result.properties, [{ name: 'metadata step', old: '1', new: '2' }])
    const one = { dataType: 'F32', shape: [1] }
    const two = { dataType: 'F32', shape: [2] }
    const half = { dataType: 'F16', shape: [2] }
    assert.deepEqual(result.tensors, [
      {
        change: 'values',
        name: 'moved',
        old: two,
        new: two,
        difference: { maxAbsolute: 4, relativeL2: 4 / 5, cosine: 9 / 5 / 3, nonFiniteCount: 0 },
      },
      { change: 'removed', name: 'gone', old: one },
      { change: 'reshaped', name: 'grown', old: one, new: two },
      {
        change: 'values',
        name: 'half',
        old: half,
        new: half,
        // 1, 2 and 1, −2.
        difference: {
          maxAbsolute: 4,
          relativeL2: 4 / Math.sqrt(5),
          cosine: -3 / Math.sqrt(5) / Math.sqrt(5),
          nonFiniteCount: 0,
        },
      },
      { change: 'added', name: 'come', new: one },
    ])
    assert.deepEqual(result.new, { nodeCount: 0, tensorCount: 5, parameterCount: 9 })
  })

  it('count values that are not finite apart', async () => {
    const result = await diff(
      'safetensors',
      safetensorsBytes({ w: floats(Number.NaN, 1, Infinity) }),
      safetensorsBytes({ w: floats(1, 3, -Infinity) }),
    )
    const expected = { maxAbsolute: 2, relativeL2: 2, cosine: 1, nonFiniteCount: 2 }
    assert.deepEqual(result.tensors[0]?.difference, expected)
  })

  it('are compared over more than one block', async () => {
    const [old, now] = [new Float32Array(700_000).fill(1), new Float32Array(700_000).fill(1)]
    now[699_999] = 3
    const result = await diff(
      'safetensors',
      safetensorsBytes({ w: { type: 'F32', shape: [700, 1000], bytes: new Uint8Array(old.buffer) } }),
      safetensorsBytes({ w: { type: 'F32', shape: [700, 1000], bytes: new Uint8Array(now.buffer) } }),
    )
    assert.deepEqual(result.tensors[0]?.difference?.maxAbsolute, 2)
    assert.equal(result.tensors[0]?.difference?.relativeL2, 2 / Math.sqrt(700_000))
  })

  it('may have a tensor of any name', async () => {
    const result = await diff(
      'safetensors',
      safetensorsBytes({ ['__proto__']: floats(1), constructor: floats(2) }),
      safetensorsBytes({ ['__proto__']: floats(1), constructor: floats(3) }),
    )
    assert.deepEqual([result.equalTensors, result.tensors.map(({ name }) => name)], [1, ['constructor']])
  })

  const header = (json: string, length = json.length) => {
    const head = Buffer.alloc(8)
    head.writeBigUInt64LE(BigInt(length))
    return Buffer.concat([head, Buffer.from(json), Buffer.alloc(8)])
  }
  const hostile: readonly (readonly [string, Buffer, RegExp])[] = [
    [
      'a header as long as the address space',
      header('{}', Number.MAX_SAFE_INTEGER),
      /would have 9007199254740991 bytes/,
    ],
    ['a header beyond its end', header('{}', 1000), /goes beyond its end/],
    ['a header of brackets', header('['.repeat(100_000)), /no JSON object/],
    ['a tensor beyond its end', header('{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,36]}}'), /beyond the end/],
    ['a tensor of another length', header('{"w":{"dtype":"F32","shape":[9],"data_offsets":[0,8]}}'), /not as long/],
    [
      'a shape that overflows',
      header('{"w":{"dtype":"U8","shape":[9007199254740991,3],"data_offsets":[0,8]}}'),
      /not as long/,
    ],
    [
      'a place that is none',
      header('{"w":{"dtype":"U8","shape":[],"data_offsets":[-1,8]}}'),
      /no type, shape or place/,
    ],
    ['nothing', Buffer.alloc(0), /no header/],
  ]
  for (const [what, bytes, why] of hostile) {
    it(`are refused with ${what}`, async () => {
      await assert.rejects(readSafetensors(sourceOf(bytes), 'model'), (error) => {
        assert.ok(error instanceof RunwrightError)
        return error.code === 'BAD_REQUEST' && why.test(error.message)
      })
    })
  }
})

describe('two ONNX models', () => {
  const attribute = (name: string, value: number) => message([1, name], [3, value], [20, 2])
  const constant = (values: number[]) => message([1, 'value'], [5, initializer('', [values.length], values)])
  const old = onnxBytes(
    message(
      [1, node('Gemm', ['x', 'w', 'b'], 'h', attribute('transB', 1))],
      [1, node('Relu', ['h'], 'r')],
      [1, node('Constant', [], 'k', constant([1, 2]))],
      [1, node('Mul', ['r', 'k'], 'y')],
      [2, 'net'],
      [5, initializer('w', [2, 2], [1, 0, 0, 1])],
      [5, initializer('b', [2], [0, 0])],
      [11, valueInfo('x', ['batch', 2])],
      [12, valueInfo('y', ['batch', 2])],
    ),
  )

  it('differ by their graphs, properties and weights', async () => {
    const now = onnxBytes(
      message(
        [1, node('Gemm', ['x', 'w', 'b'], 'h', attribute('transB', 0))],
        [1, node('Gelu', ['h'], 'r')],
        [1, node('Constant', [], 'k', constant([1, 3]))],
        [1, node('Mul', ['r', 'k'], 'm')],
        [1, node('Softmax', ['m'], 'y')],
        [5, initializer('w', [2, 2], [1, 0, 0, 2])],
        [5, initializer('b', [2], [0, 0])],
        [11, valueInfo('x', ['batch', 2])],
        [12, valueInfo('y', ['batch', 3])],
      ),
      18,
    )
    const result = await diff('onnx', old, now)
    assert.deepEqual(result.properties, [
      { name: 'output y', old: 'F32[batch, 2]', new: 'F32[batch, 3]' },
      { name: 'opset ai.onnx', old: '17', new: '18' },
    ])
    assert.deepEqual(
      result.nodes.map(({ change, name, operator, differs }) => [change, name, operator, differs.join()]),
      [
        ['changed', 'h', 'Gemm', 'transB'],
        ['changed', 'r', 'Gelu', 'operator'],
        ['changed', 'y', 'Softmax', 'operator,inputs'],
        ['added', 'm', 'Mul', ''],
      ],
    )
    assert.deepEqual(
      result.operators.filter(({ oldCount, newCount }) => oldCount !== newCount),
      [
        { operator: 'Gelu', oldCount: 0, newCount: 1 },
        { operator: 'Relu', oldCount: 1, newCount: 0 },
        { operator: 'Softmax', oldCount: 0, newCount: 1 },
      ],
    )
    assert.deepEqual(
      result.tensors.map(({ name, change, difference }) => [name, change, difference?.maxAbsolute]),
      [
        ['k', 'values', 1],
        ['w', 'values', 1],
      ],
    )
    assert.deepEqual([result.equalTensors, result.old], [1, { nodeCount: 4, tensorCount: 3, parameterCount: 8 }])
  })

  it('have their values compared in whatever form they are stored', async () => {
    const packed = message([1, message()], [2, 1], [8, 'w'], [4, new Uint8Array(new Float32Array([1, 2]).buffer)])
    const dimensions = message(
      [1, Buffer.from([2])],
      [2, 1],
      [8, 'w'],
      [4, new Uint8Array(new Float32Array([1, 2]).buffer)],
    )
    const asRaw = onnxBytes(message([5, initializer('w', [2], [1, 2])]))
    assert.equal((await diff('onnx', asRaw, onnxBytes(message([5, dimensions])))).equalTensors, 1)
    // Without its shape the tensor is another one.
    assert.equal((await diff('onnx', asRaw, onnxBytes(message([5, packed])))).tensors[0]?.change, 'reshaped')
  })

  it('have weights in other files compared by where they lie', async () => {
    const external = (offset: string) =>
      message(
        [1, 1000],
        [2, 1],
        [8, 'w'],
        [13, message([1, 'location'], [2, '../../etc/passwd'])],
        [13, message([1, 'offset'], [2, offset])],
        [14, 1],
      )
    const result = await diff('onnx', onnxBytes(message([5, external('0')])), onnxBytes(message([5, external('8')])))
    assert.deepEqual(result.tensors, [
      { change: 'values', name: 'w', old: { dataType: 'F32', shape: [1000] }, new: { dataType: 'F32', shape: [1000] } },
    ])
    assert.match(result.notes.join(), /1 tensors lie in other files/)
  })

  it('have the graphs inside their nodes compared, too', async () => {
    const branch = (operator: string) =>
      message([1, 'then_branch'], [6, message([1, node(operator, ['x'], 'z')], [5, initializer('w', [1], [1])])])
    const outer = (operator: string) => onnxBytes(message([1, node('If', ['c'], 'y', branch(operator))]))
    const result = await diff('onnx', outer('Relu'), outer('Gelu'))
    assert.deepEqual(
      result.nodes.map(({ name, operator }) => [name, operator]),
      [['y/then_branch/z', 'Gelu']],
    )
    assert.equal(result.equalTensors, 1)
  })

  it('take no memory for their weights', async () => {
    const path = join(folder, 'large.onnx')
    const head = Buffer.concat([message([1, 8]), Buffer.from([7 * 8 + 2])])
    const size = 3 * 2 ** 30
    const tensorHead = message([1, size], [2, 2], [8, 'w'])
    const rawHead = Buffer.concat([Buffer.from([9 * 8 + 2]), varint(size)])
    const tensorSize = tensorHead.length + rawHead.length + size
    const graphHead = Buffer.concat([Buffer.from([5 * 8 + 2]), varint(tensorSize)])
    {
      await using file = await open(path, 'w')
      await file.write(Buffer.concat([head, varint(graphHead.length + tensorSize), graphHead, tensorHead, rawHead]))
      await file.truncate((await file.stat()).size + size)
    }
    const before = process.memoryUsage.rss()
    await using source = await openByteSource(path)
    const model = await readOnnx(source, 'large.onnx', work)
    assert.deepEqual(model.tensors.get('w')?.shape, [size])
    assert.ok(process.memoryUsage.rss() - before < 200 * 2 ** 20)
  })

  it('are refused when they are none', async () => {
    const deep = Array.from({ length: 40 }).reduce<Buffer>(
      (inner) => message([1, node('If', ['c'], 'y', message([1, 'then_branch'], [6, inner]))]),
      message(),
    )
    for (const bytes of [Buffer.alloc(0), Buffer.from('name,label\n1,2\n'), onnxBytes(deep), old.subarray(0, 90)]) {
      await assert.rejects(readOnnx(sourceOf(bytes), 'model', work), { code: 'BAD_REQUEST' })
    }
  })

  it('are read or refused whatever the bytes', async () => {
    const change = tuple(integer({ min: 0, max: old.length }), integer({ min: 0, max: 255 }))
    const start = constantFrom(old, safetensorsBytes({ w: floats(1, 2) }))
    await assertProperty(
      asyncProperty(start, array(change), uint8Array({ maxLength: 20 }), async (model, changes, tail) => {
        const bytes = Buffer.concat([model, tail])
        for (const [at, value] of changes) bytes[at] = value
        for (const read of [readOnnx, readSafetensors]) {
          const failure = await read(sourceOf(bytes), 'model', work).then(
            () => undefined,
            (error: unknown) => error,
          )
          assert.ok(failure === undefined || (failure instanceof RunwrightError && failure.code === 'BAD_REQUEST'))
        }
      }),
      { numRuns: 500 },
    )
  })
})
