import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { TensorProto_DataType as DataType } from 'onnx-buf'
import { makeGraph, makeModel, makeNode, makeValue } from '../../onnx/build-graph.ts'
import { testWeights } from '../../onnx/test-models.ts'
import { testContext } from '../test-runtime.ts'
import { findSensitive } from './sensitive-layers.ts'

/** Products one after the other, the first of a matrix that is larger than all others together. */
function chain(count: number) {
  const names = Array.from({ length: count }, (_, at) => `m${at}`)
  const sizeOf = (at: number) => (at === 0 ? [256, 4] : [4, 4])
  return makeModel(
    makeGraph({
      name: 'chain',
      inputs: [makeValue('x', DataType.FLOAT, ['batch', 256])],
      outputs: [makeValue(`m${count - 1}`, DataType.FLOAT, ['batch', 4])],
      nodes: names.map((name, at) => makeNode('MatMul', [at === 0 ? 'x' : `m${at - 1}`, `w${at}`], [name])),
      weights: names.map((_, at) => testWeights(`w${at}`, sizeOf(at))),
    }),
  )
}

/** Layers of a chain, of which each adds an error of its own. */
async function sensitive(errors: readonly number[], { most = Infinity, kept = [] as readonly string[] } = {}) {
  const model = chain(errors.length)
  let left: readonly string[] = []
  let looks = 0
  const layers = await findSensitive(model, kept, testContext, {
    apply(keep) {
      left = keep
      return Promise.resolve({ model, changes: [], bound: undefined })
    },
    compare() {
      looks += 1
      const changed = errors.filter((_, at) => !left.includes(`m${at}`))
      return Promise.resolve(Math.hypot(...changed))
    },
    isOver: () => looks >= most,
  })
  return { layers, looks: () => looks }
}

/** Alike, but for some. */
const errorsOf = (count: number, hot: Readonly<Record<number, number>>) =>
  Array.from({ length: count }, (_, at) => hot[at] ?? 0.01)

describe('layers that are sensitive', () => {
  it('are found by few looks where few do most of the harm', async () => {
    const { layers, looks } = await sensitive(errorsOf(40, { 17: 0.3, 33: 0.2 }))
    assert.equal(layers.count, 40)
    assert.deepEqual(await layers.first(1), ['m17'])
    assert.ok(looks() <= 15, `${looks()} looks`)
    assert.deepEqual(await layers.first(2), ['m17', 'm33'])
    assert.ok(looks() <= 22, `${looks()} looks`)
    const all = await layers.first(40)
    assert.deepEqual([all.length, new Set(all).size], [40, 40])
  })

  it('do more harm for what they save: one that is large comes later, and hides no other', async () => {
    const { layers } = await sensitive(errorsOf(40, { 0: 0.3, 1: 0.2 }))
    assert.deepEqual(await layers.first(1), ['m1'])
    assert.equal((await layers.first(40)).indexOf('m0') > 0, true)
  })

  it('are none that are left alone anyway, and as many as there is time for', async () => {
    const { layers } = await sensitive(errorsOf(12, { 5: 0.3, 9: 0.2 }), { kept: ['m5'] })
    assert.deepEqual(await layers.first(1), ['m9'])
    const hasty = await sensitive(errorsOf(12, { 5: 0.3 }), { most: 2 })
    assert.ok((await hasty.layers.first(5)).length < 5)
    assert.equal(hasty.looks(), 2)
  })
})
