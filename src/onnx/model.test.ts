import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { array, assert as assertProperty, constantFrom, property, uint8Array } from 'fast-check'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { graphAttribute, makeGraph, makeModel, makeNode, makeValue } from './build-graph.ts'
import { isRefusal, refuses } from './test-refusal.ts'
import { modelPieces, readModel, writeModel } from './model.ts'
import { ifModel, mlpModel, testModels, testWeights } from './test-models.ts'

/** A field that has a length. */
function field(number: number, bytes: Uint8Array | string | readonly number[]): Buffer {
  const body = Buffer.from(bytes)
  return Buffer.concat([varint(number * 8 + 2), varint(body.length), body])
}

function varint(value: number): Buffer {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest >= 128 ? (rest % 128) + 128 : rest)
    if (rest < 128) return Buffer.from(bytes)
  }
}

describe('a model that was read', () => {
  for (const [what, make] of testModels) {
    it(`is written again byte by byte: ${what}`, () => {
      const bytes = writeModel(make())
      assert.deepEqual(writeModel(readModel(bytes, 'a.onnx')), bytes)
    })
  }

  it('is written again byte by byte with its fields in any order, twice, and unknown ones', () => {
    const graph = Buffer.from(writeModel(mlpModel()))
    const dims = field(5, [...field(1, [2, 3]), ...varint(16), 1, ...field(9, new Uint8Array(24)), ...field(8, 'w')])
    const longNumber = Buffer.from([0x08, 0x88, 0x80, 0x00])
    const pieces = constantFrom<Buffer[]>(
      graph,
      field(7, dims),
      longNumber,
      field(2, 'café'),
      field(2, [0xff, 0x41]),
      field(99, 'new'),
    )
    assertProperty(
      property(array(pieces, { maxLength: 6 }), (parts) => {
        const bytes = new Uint8Array(Buffer.concat([...parts, graph, ...parts]))
        assert.deepEqual(writeModel(readModel(bytes, 'a.onnx')), bytes)
      }),
    )
  })

  it('keeps what it does not know when something else is changed', () => {
    const bytes = Buffer.concat([field(99, 'of a later version'), writeModel(mlpModel())])
    const model = readModel(bytes, 'a.onnx')
    model.producerName = 'someone'
    const written = readModel(writeModel(model), 'b.onnx')
    assert.equal(written.producerName, 'someone')
    assert.deepEqual(written.$unknown, [
      { no: 99, wireType: 2, data: new Uint8Array(field(99, 'of a later version').subarray(2)) },
    ])
  })

  it('has its weights as views of the file, and is written in pieces that are views too', () => {
    const big = makeModel(
      makeGraph({
        name: 'big',
        inputs: [makeValue('x', DataType.FLOAT, [1, 100])],
        outputs: [makeValue('y', DataType.FLOAT, [1, 100])],
        nodes: [makeNode('MatMul', ['x', 'w'], ['y'])],
        weights: [testWeights('w', [100, 100])],
      }),
    )
    const bytes = writeModel(big)
    const weights = readModel(bytes, 'a.onnx').graph?.initializer[0]?.rawData
    assert.equal(weights?.buffer, bytes.buffer)
    const model = readModel(bytes, 'a.onnx')
    assert.ok(modelPieces(model).some((piece) => piece.buffer === bytes.buffer && piece.length === 40_000))
  })
})

describe('a file that is no model', () => {
  it('is refused wherever it is cut off, or is a model with less in it', () => {
    const bytes = writeModel(ifModel())
    let refused = 0
    for (let length = 0; length < bytes.length; length += 1) {
      try {
        writeModel(readModel(bytes.subarray(0, length), 'cut.onnx'))
      } catch (error) {
        isRefusal(error, 'BAD_REQUEST', /^cut\.onnx (cannot be read as an ONNX model|is no ONNX model): /)
        refused += 1
      }
    }
    assert.ok(refused > bytes.length * 0.9, `${refused} of ${bytes.length}`)
  })

  it('is refused or read, and never more, whatever its bytes are', () => {
    const bytes = writeModel(mlpModel())
    assertProperty(
      property(
        uint8Array({ maxLength: 60 }),
        uint8Array({ minLength: 1, maxLength: 4 }),
        constantFrom(0, 7, 40, 90, 300),
        (any, patch, at) => {
          const patched = bytes.slice()
          patched.set(patch, at)
          for (const hostile of [any, patched]) {
            try {
              readModel(hostile, 'any.onnx')
            } catch (error) {
              isRefusal(error, 'BAD_REQUEST', /any\.onnx/)
            }
          }
        },
      ),
    )
  })

  it('is refused when a text claims two gigabytes', () => {
    const bytes = Buffer.concat([varint(2 * 8 + 2), varint(2 ** 31 - 1), Buffer.from('short')])
    refuses('BAD_REQUEST', /"producer_name" of ModelProto claims 2147483647 bytes at byte 6 where 5 are left/, () =>
      readModel(bytes, 'a.onnx'),
    )
  })

  it('is refused when a part reaches beyond the one around it', () => {
    const bytes = Buffer.concat([field(7, [0x0a, 50]), Buffer.alloc(60)])
    refuses('BAD_REQUEST', /"node" of GraphProto claims 50 bytes/, () => readModel(bytes, 'a.onnx'))
  })

  it('is refused when a number ends beyond the part that it is in', () => {
    const bytes = Buffer.concat([field(8, [0x10]), field(2, 'someone')])
    refuses('BAD_REQUEST', /the field at byte 2 goes beyond its OperatorSetIdProto/, () => readModel(bytes, 'a.onnx'))
  })

  it('is refused when a field holds a value of another kind', () => {
    refuses('BAD_REQUEST', /"producer_name" of ModelProto has a value of another kind/, () =>
      readModel(Buffer.from([2 * 8, 5]), 'a.onnx'),
    )
    refuses('BAD_REQUEST', /"ir_version" of ModelProto has a value of another kind/, () =>
      readModel(field(1, 'text'), 'a.onnx'),
    )
  })

  it('is refused when it is only many parts, before memory is given to them', () => {
    const bytes = field(
      7,
      Buffer.alloc(4_100_000).map((_, index) => (index % 2 === 0 ? 0x0a : 0)),
    )
    refuses('BAD_REQUEST', /more than 2000000 parts/, () => readModel(bytes, 'a.onnx'))
  })

  it('is refused when its graphs lie deep in one another', () => {
    let graph = makeGraph({ name: 'leaf', inputs: [], outputs: [], nodes: [] })
    for (let depth = 0; depth < 40; depth += 1) {
      graph = makeGraph({
        name: 'g',
        inputs: [],
        outputs: [],
        nodes: [makeNode('If', ['c'], [], [graphAttribute('then_branch', graph)])],
      })
    }
    const bytes = writeModel(makeModel(graph))
    refuses('BAD_REQUEST', /its parts lie more than 64 deep/, () => readModel(bytes, 'a.onnx'))
  })

  it('is refused when it has no graph', () => {
    refuses('BAD_REQUEST', /^empty\.onnx is no ONNX model: it has no graph\.$/, () =>
      readModel(new Uint8Array(), 'empty.onnx'),
    )
  })
})

describe('a model of operators that nobody knows', () => {
  it('is read and written as any other, of opset 7 too', () => {
    const model = makeModel(
      makeGraph({
        name: 'odd',
        inputs: [makeValue('x', DataType.FLOAT, [1])],
        outputs: [makeValue('y', DataType.FLOAT, [1])],
        nodes: [makeNode('Frobnicate', ['x'], ['y'], [], { domain: 'com.example' })],
      }),
      { opset: 7, irVersion: 3 },
    )
    const bytes = writeModel(model)
    const read = readModel(bytes, 'a.onnx')
    assert.equal(read.graph?.node[0]?.opType, 'Frobnicate')
    assert.deepEqual(writeModel(read), bytes)
  })
})
